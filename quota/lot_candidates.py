"""Who comes into question for a case that is drawn (分案候选人), with the work they have and every reason against them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from cases.models import Case
from cases.models.case import PROCEDURES
from catalogues.selectors import law_in_use
from courts.models import Division, Posting, User
from quota.eligibility import Aside, Candidate, Eligible, eligible
from quota.loads import Load, available_on, loads_for_lots, norms_of
from quota.models import Draw, QuotaJudge, Recusal, TeamMember
from quota.recusals import asides_of

#: Leaders hear cases by their duty (院庭长办案), not by lot.
DRAWN = ("presiding", "judge")
FAST = "fast"
#: What a fast-track team (速裁团队) hears.
LIGHT = frozenset({FAST, "small", "summary"})
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Field:
    """The people of a court who hear cases, by code, and who of them may be drawn for the case."""

    people: Mapping[str, User]
    lots: Eligible
    rule: Mapping[str, int | str]


def code_of(user: User) -> str:
    """What a person is called inside the house: the staff number, without one the number of the row."""
    return user.staff_no or f"id-{user.pk}"


def field_of(case: Case, day: date, name: Callable[[User], str] = code_of) -> Field:
    """Everybody posted as a judge in the court today, under their ``name``: with tickets, or left out with the reasons."""
    seats = Posting.objects.held_on(day).filter(court=case.court_id, role__in=DRAWN, user__is_active=True)
    posted: dict[User, set[Division]] = {}
    for seat in seats.select_related("user", "division").order_by("pk"):
        posted.setdefault(seat.user, set()).update({seat.division} - {None})
    ids = [user.pk for user in posted]
    loads, norms = loads_for_lots(case.court_id, day), norms_of(case.court_id, day)
    available, asides = available_on(ids, day), asides_of(case, ids)
    drawn = _drawn_already(case.court_id)
    off_quota, fast = _off_quota(case.court_id, ids, day), _fast_track(case.court_id, ids, day)
    candidates = [
        Candidate(
            name(user), _at_hand(loads.get(user.pk, Load()), drawn.get(user.pk, 0)), norms.monthly, available[user.pk],
            divisions=_places(case, divisions), procedures=_procedures(user.pk, fast),
            aside=(*asides.get(user.pk, ()), *([Aside("seat")] if user.pk in off_quota else ())),
        )
        for user, divisions in posted.items()
    ]  # fmt: skip
    step = Decimal(str(law_in_use().quotas.setting("draw_step_months", case.court_id, day)))
    lots = eligible(
        candidates, cap=norms.cap_months, step=step, division=_place_wanted(case, posted), procedure=case.procedure
    )  # fmt: skip
    rule = {
        "cap_months": str(norms.cap_months), "step_months": str(step),
        "settings_edition": law_in_use().editions.get("quota_settings", 0),
    }  # fmt: skip
    return Field({name(user): user for user in posted}, lots, rule)


def waits(path: str = "") -> Q:
    """Cases that wait for a judge, or whose judge stood aside; ``path`` leads to the case."""
    prefix = f"{path}__" if path else ""
    aside = Recusal.objects.filter(
        case=OuterRef(f"{prefix}pk"), person=OuterRef(f"{prefix}judge"), withdrawn_at=None
    )
    without = Q(**{f"{prefix}judge": None}) | Exists(aside)
    return without & Q(**{f"{prefix}closed_on": None, f"{prefix}filed_on__isnull": False})


def undecided(court_id: int) -> QuerySet[Draw]:
    """Lots of a court nobody has decided, of cases that still wait; one whose case has a judge meanwhile is over."""
    return Draw.objects.filter(waits("case"), day__court=court_id, state="proposed")


def _at_hand(load: Load, drawn: Decimal | int) -> Decimal:
    """What somebody carries and what has just fallen to them; a case nobody has weighed yet counts as one."""
    return (load.weighted + load.unweighed + drawn).quantize(CENT)


def _drawn_already(court_id: int) -> dict[int, Decimal]:
    """The weight of cases whose lot fell on a person and is not decided yet: many lots of a morning are not one.

    Sealed cases (封存) are left out: the tickets of the next lot would tell on whom they fell.
    """
    waiting = undecided(court_id).filter(case__sealed="")
    weight = Coalesce("case__weight__weight", Value(Decimal(1)))
    return dict(waiting.values("picked").annotate(fallen=Sum(weight)).values_list("picked", "fallen"))


def _off_quota(court_id: int, people: list[int], day: date) -> set[int]:
    """Who is posted as a judge and holds no seat; nobody, as long as the court has not recorded who does."""
    sitting = QuotaJudge.objects.sitting_on(day)
    if not sitting.filter(court=court_id).exists():
        return set()
    return set(people) - set(sitting.filter(person__in=people).values_list("person", flat=True))


def _fast_track(court_id: int, people: list[int], day: date) -> set[int]:
    """The judges of fast-track teams."""
    kinds = [code for code, kind in law_in_use().quotas.teams_of(court_id, day).items() if kind.fast]
    members = TeamMember.objects.filter(part="judge", person__in=people, joined_on__lte=day)
    members = members.filter(Q(left_on=None) | Q(left_on__gt=day), team__court=court_id, team__kind__in=kinds)
    members = members.filter(Q(team__closed_on=None) | Q(team__closed_on__gt=day), team__opened_on__lte=day)
    return set(members.values_list("person", flat=True))


def _procedures(person: int, fast: set[int]) -> frozenset[str] | None:
    """Where there is a fast-track team, it alone hears fast cases, and nothing heavy."""
    if not fast:
        return None
    return LIGHT if person in fast else frozenset(code for code, _name in PROCEDURES if code != FAST)


def _place_wanted(case: Case, posted: Mapping[User, set[Division]]) -> str:
    """The case's division; before it has one, the kind of division that hears its category, if the court has any."""
    if case.division_id:
        return str(case.division_id)
    kinds = {division.kind for divisions in posted.values() for division in divisions}
    return case.category if case.category in kinds else ""


def _places(case: Case, divisions: set[Division]) -> frozenset[str]:
    if case.division_id:
        return frozenset(str(division.pk) for division in divisions)
    return frozenset(division.kind for division in divisions)
