"""What leaders of a court heard themselves in a period, and what they had to (院庭长办案统计), counted from the cases.

A case counts as done for its judge (承办) and for whoever presided without being its judge (审判长); members of a panel
are counted apart. Sealed cases count as numbers. Four-category cases (四类案件) are those with a confirmed flag on
their open record alone: an event anybody who sees the case can read. Sealed cases are never counted among them, so that
no number tells of a secret flag or of what a sealed case is about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from cases.models import Case, ProcedureEvent
from catalogues.selectors import law_in_use
from courts.models import Court, Posting
from quota.duty_rows import LEADERS, LEVELS, Bench, Heard, Leader, rounded, row_of
from quota.duty_spans import Period, Span, common, is_within, joined, months_in, without
from quota.fact_words import FOUR_CATEGORY
from quota.models import QuotaJudge

#: Posts in which a person works in a division; a vice president only oversees theirs.
WORKING = ("division_head", "presiding", "judge")
RANKS = {role: place for place, role in enumerate(LEADERS)}
Spans = Mapping[int, list[Span]]


def rows_of(court: Court, period: Period, *, only: int | None = None) -> list[dict[str, Any]]:
    """The lines of a court in organisational order (机构序); ``only``: those of one person."""
    terms = terms_at(court, period)
    everybody = leaders_of(court, period, terms)
    leaders = [each for each in everybody if only in (None, each.person)]
    level = LEVELS.get(court.level, "")
    duties = law_in_use().quotas.duties_of(court.pk, period.ends_on).values()
    rules = {each.post: each for each in duties if each.level == level}
    least = law_in_use().quotas.setting("zone_min", court.pk, period.ends_on)
    apart = judges_of({each.person: each.counted for each in everybody if each.role not in WORKING}, period)
    benches = benches_told(benches_of(court, period, terms), least, apart)
    found = []
    for leader, heard in zip(leaders, heard_by(court, period, leaders), strict=True):
        rule = rules.get(LEADERS[leader.role][0])
        is_own = bool(rule and rule.of == "division" and leader.division in benches)
        bench = benches.get(leader.division if is_own else None, Bench())
        of = ("division" if is_own else "court") if rule else ""
        row = row_of(leader, period, level=level, rule=rule, bench=bench, heard=heard) | {"base_of": of}
        found.append(row if bench.judges >= least else without_base(row))
    return found


# --- who, and when ---------------------------------------------------------------------------------------
def terms_at(court: Court, period: Period) -> Spans:
    """The days of the period that each person spent on the quota of the court."""
    found: dict[int, list[Span]] = defaultdict(list)
    terms = QuotaJudge.objects.filter(
        Q(left_on=None) | Q(left_on__gt=period.starts_on), court=court, entered_on__lte=period.ends_on
    )
    for person, entered_on, left_on in terms.values_list("person", "entered_on", "left_on"):
        found[person].append(Span(entered_on, left_on or period.span.ends))
    return {person: common(spans, [period.span]) for person, spans in found.items()}


def postings_in(court: Court, period: Period, roles: Iterable[str]) -> list[tuple[Posting, Span]]:
    """Posts held in the period with their days in it, the higher posts first, then by division."""
    held = Posting.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=period.starts_on), court=court, role__in=roles, starts_on__lte=period.ends_on
    ).select_related("user", "division")  # fmt: skip
    spans = [
        (post, Span(max(post.starts_on, period.starts_on), min(post.ends_on or period.span.ends, period.span.ends)))
        for post in held
    ]  # fmt: skip
    return sorted(spans, key=lambda each: (*position_of(each[0]), each[1].starts, each[0].pk))


def position_of(post: Posting) -> tuple[int, int]:
    return RANKS.get(post.role, len(RANKS)), post.division.position if post.division else 0


def leaders_of(court: Court, period: Period, terms: Spans) -> list[Leader]:
    """Everybody who led in the period. Of two posts held on one day the higher counts, so no case is counted twice."""
    taken: dict[int, list[Span]] = defaultdict(list)
    held: dict[tuple[int, str, int | None], tuple[Posting, list[Span]]] = {}
    for post, span in postings_in(court, period, LEADERS):
        left = without([span], taken[post.user_id])
        taken[post.user_id] += left
        if left:
            held.setdefault((post.user_id, post.role, post.division_id), (post, []))[1].extend(left)
    return [
        Leader(
            person=post.user_id,
            name=post.user.name,
            role=post.role,
            division=post.division_id,
            division_name=post.division.name if post.division else "",
            spans=tuple(joined(spans)),
            counted=tuple(common(spans, terms.get(post.user_id, []))),
        )
        for post, spans in held.values()
    ]


# --- what the duty is a share of ---------------------------------------------------------------------------
def benches_of(court: Court, period: Period, terms: Spans) -> dict[int | None, Bench]:
    """The mean of the court under None, of each division under its id: of people on the quota, by months."""
    places: dict[int | None, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    places[None] |= terms
    for post, span in postings_in(court, period, WORKING):
        if post.division_id and post.user_id in terms:
            places[post.division_id][post.user_id] += common([span], terms[post.user_id])
    closed: dict[int | None, int] = defaultdict(int)
    for judge, division, day, count in closings(court, period, terms):
        for place in {None, division}:
            if is_within(day, places[place].get(judge, [])):
                closed[place] += count
    return {place: Bench(closed[place], judges_of(people, period)) for place, people in places.items()}


def benches_told(
    benches: Mapping[int | None, Bench], least: float, apart: Decimal
) -> dict[int | None, Bench]:
    """The court, and the divisions large enough to have a mean printed: a few judges it would tell of one by one.

    What the court has beyond the divisions told can be worked out, so it must be nobody or as many judges, too;
    ``apart``: so many of it are leaders of the court, whose own figures are printed anyhow.
    """
    told = {place: bench for place, bench in benches.items() if place is None or bench.judges >= least}
    while len(told) > 1:
        rest = told[None].judges - apart - sum(bench.judges for place, bench in told.items() if place)
        if round(rest, 1) <= 0 or rest >= least:
            break
        told.pop(min((place for place in told if place), key=lambda place: (told[place].judges, place)))
    return told


def without_base(row: dict[str, Any]) -> dict[str, Any]:
    """In a court of a few judges what is required stands without what it is a share of."""
    return row | {"base": None, "base_closed": None, "base_judges": None}


def judges_of(people: Spans, period: Period) -> Decimal:
    """So many judges for the whole period; half of it on the quota is half a judge."""
    months = sum((months_in(joined(spans), period) for spans in people.values()), Fraction(0))
    return rounded(months / period.months)


def closings(court: Court, period: Period, terms: Spans) -> Iterable[tuple[int, int | None, Any, int]]:
    """How many cases each judge on the quota closed, by division and day."""
    cases = Case.objects.filter(court=court, judge__in=terms).order_by()
    cases = cases.closed_between(period.starts_on, period.ends_on)
    rows = cases.values_list("judge", "division", "closed_on").annotate(count=Count("pk"))
    return rows.values_list("judge", "division", "closed_on", "count")


# --- what they heard -----------------------------------------------------------------------------------------
def heard_by(court: Court, period: Period, leaders: list[Leader]) -> list[Heard]:
    people = {each.person for each in leaders}
    cases = list(cases_of(court, period, people))
    return [heard_in(cases, each) for each in leaders]


def cases_of(court: Court, period: Period, people: set[int]) -> Iterable[tuple[Any, ...]]:
    """The closed cases in which one of them sat; the last column: flagged on the open record of an open case."""
    sat = Q(judge__in=people) | Q(presiding__in=people) | Q(members__overlap=list(people), members__gt=[])
    flagged = ProcedureEvent.objects.filter(case=OuterRef("pk"), node__in=FOUR_CATEGORY, withdrawn_at=None)
    cases = Case.objects.filter(sat, court=court).closed_between(period.starts_on, period.ends_on)
    marked = cases.annotate(flagged=Exists(flagged) & Q(sealed=""))
    return marked.values_list("judge", "presiding", "members", "closed_on", "flagged")


def heard_in(cases: Iterable[tuple[Any, ...]], leader: Leader) -> Heard:
    """What one leader heard while in this post (on the quota, where they are on it)."""
    as_judge = as_presiding = as_member = four_category = 0
    who, days = leader.person, leader.counted or leader.spans
    for judge, presiding, members, closed_on, flagged in cases:
        if who not in (judge, presiding, *members) or not is_within(closed_on, days):
            continue
        as_judge += judge == who
        as_presiding += presiding == who != judge
        as_member += who not in (judge, presiding)
        four_category += flagged and who in (judge, presiding)
    return Heard(as_judge, as_presiding, as_member, four_category)
