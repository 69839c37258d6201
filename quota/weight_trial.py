"""What a draft of the tables would change before it is published (试算): who gains and who loses, by unit, nothing written.

Sums are of the cases of the year that the tables in use and the draft both weigh; a sealed case counts in the sum of its
unit as a number. Units stand in organisational order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from catalogues.models import Edition
from catalogues.quota_schema import PARSERS, PLACES
from catalogues.quotas import Quotas
from catalogues.selectors import bodies_of, law_in_use
from courts.models import Court, Division, User
from courts.reach import court_and_below
from courts.roles import Permission
from quota.models import Team, TeamMember
from quota.weighing import known
from quota.weight_facts_sql import MANY
from quota.weight_rules import WeightRules, rules_of
from quota.weight_sql import weighed

KINDS = (
    "weight_bases",
    "weight_procedures",
    "weight_adders",
    "weight_roles",
    "complexity_points",
    "quota_settings",
)
CHOSEN = "c.court_id = %(court)s AND (c.closed_on IS NULL OR c.closed_on >= %(since)s)"
BESIDE = """
SELECT c.division_id, c.judge_id, count(*) AS n, count(*) FILTER (WHERE e.weight <> w.weight) AS changed,
       count(*) FILTER (WHERE e.klass <> w.klass) AS reclassed, sum(e.weight) AS before, sum(w.weight) AS after
  FROM wanted w JOIN quota_caseweight e ON e.case_id = w.case_id JOIN cases_case c ON c.id = w.case_id
 WHERE %(person)s::bigint IS NULL OR c.judge_id = %(person)s
 GROUP BY c.division_id, c.judge_id"""


@dataclass(frozen=True)
class Line:
    """One unit: how many cases, of how many the weight or the class would be another, and the sums before and after."""

    name: str
    n: int
    changed: int
    reclassed: int
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def percent(self) -> Decimal | None:
        return 100 * self.difference / self.before if self.before else None


@dataclass(frozen=True)
class Trial:
    """The units in organisational order, each with the id of its division (None: cases of none).

    Teams of fewer than ``least`` judges are left out: a member who takes off the own cases would read the colleagues'.
    """

    divisions: list[tuple[int | None, Line]]
    teams: list[tuple[int | None, Line]]
    least: int


def drafts_for(user: User) -> QuerySet[Edition]:
    """The drafts of the tables of weights this person may try: national ones, and those of courts above and of one's own."""
    courts = user.courts_where(Permission.SEE_WORKLOAD) | user.courts_where(Permission.SEE_OWN_WORKLOAD)
    own = Edition.objects.filter(status="draft", kind__in=KINDS)
    return (
        own.filter(Q(court=None) | Q(court__in=up_from(courts)))
        .select_related("court")
        .order_by("kind", "number")
    )


def up_from(courts: set[int] | frozenset[int]) -> set[int]:
    above = dict(Court.objects.values_list("pk", "parent"))
    found: set[int] = set()
    for court in courts:
        at: int | None = court
        while at is not None and at not in found:
            found.add(at)
            at = above.get(at)
    return found


def concerns(draft: Edition, court: Court) -> bool:
    """Whether the draft would hold in the court."""
    return draft.court_id is None or court.pk in court_and_below(draft.court_id)


def try_draft(draft: Edition, *, court: Court, day: date, person: User | None = None) -> Trial:
    """Sums before and after by division and by team; of one judge's own cases alone where ``person`` is given."""
    rows = beside(rules_with(draft, court, day), court, day, person)
    names = dict(
        Division.objects.filter(court=court).order_by("position", "name", "pk").values_list("pk", "name")
    )
    divisions = [
        (pk, line_of(name, [row for row in rows if row["division_id"] == pk])) for pk, name in names.items()
    ]
    loose = line_of("", [row for row in rows if row["division_id"] is None])
    members = TeamMember.objects.filter(team__court=court, team__closed_on=None, part="judge", left_on=None)
    teams: dict[Team, set[int]] = {}
    for member in members.select_related("team").order_by("team__division__position", "team__name", "pk"):
        teams.setdefault(member.team, set()).add(member.person_id)
    least = int(law_in_use().quotas.settings_of(court.pk, day)["zone_min"])
    return Trial(
        divisions=[(pk, line) for pk, line in [*divisions, (None, loose)] if line.n],
        teams=[
            (team.division_id, line_of(team.name, [row for row in rows if row["judge_id"] in people]))
            for team, people in teams.items()
            if len(people) >= least
        ],
        least=least,
    )


def rules_with(draft: Edition, court: Court, day: date) -> WeightRules:
    """The tables of the court as they would be with all of the draft in force."""
    quotas, begins = quotas_with(draft)
    return rules_of(quotas, court.pk, max(day, begins))


def quotas_with(draft: Edition) -> tuple[Quotas, date]:
    """The tables with the draft among them, and the day from which all of it holds."""
    quotas = law_in_use().quotas
    (place,) = [name for name, kind in PLACES.items() if kind == draft.kind]
    entries = {code: PARSERS[draft.kind](code, body) for code, body in bodies_of(draft)}
    layer = getattr(quotas, place)
    if draft.court_id is None:
        layer = replace(layer, national=entries)
    else:
        layer = replace(layer, local={**layer.local, draft.court_id: entries})
    above = quotas.above or dict(Court.objects.values_list("pk", "parent"))
    begins = max(
        (version.effective_from for versions in entries.values() for version in versions), default=date.min
    )
    return replace(quotas, above=above, **{place: layer}), begins


def beside(rules: WeightRules, court: Court, day: date, person: User | None) -> list[dict[str, Any]]:
    given: dict[str, Any] = {"court": court.pk, "since": day.replace(month=1, day=1)}
    statement = weighed(rules, chosen=CHOSEN, size=MANY) + BESIDE
    told = given | known(rules, CHOSEN, given) | {"person": person.pk if person else None}
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def line_of(name: str, rows: list[dict[str, Any]]) -> Line:
    counts = {what: sum(row[what] for row in rows) for what in ("n", "changed", "reclassed")}
    return Line(
        name, **counts, **{what: sum((row[what] for row in rows), Decimal(0)) for what in ("before", "after")}
    )


def summed(lines: list[Line]) -> Line:
    """All of these units together."""
    return line_of("", [vars(line) for line in lines])
