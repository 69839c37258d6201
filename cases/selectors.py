"""What the pages about cases show, read in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from cases.levels import level_on
from cases.models import Case, CaseLink, Clock, Doubt
from catalogues.law import AlertLadder
from catalogues.selectors import Law, law_in_use
from courts.models import Court, Division, User

COUNTED_UP_TO = 10_000
HEARS = ("judge", "presiding", "division_head", "vice_president", "president", "ac_member")

#: How near the end is, said with a word and a shape, never with a colour alone.
LEVELS = {
    "none": ("正常", ""),
    "early": ("● 远期", "badge-early"),
    "mid": ("◆ 中期", "badge-mid"),
    "urgent": ("▲ 紧急", "badge-urgent"),
    "overdue": ("■ 已超审限", "badge-overdue"),
    "paused": ("‖ 暂停", "badge-paused"),
    "no_limit": ("无法定审限", "badge-none"),
    "unknown": ("？ 无法计算", "badge-none"),
    "closed": ("已结", "badge-none"),
}


@dataclass(frozen=True)
class Row:
    """One line of the case list, with its three clocks."""

    case: Case
    due_on: date | None
    remaining: int | None
    in_hand: int | None
    paused_days: int
    level: str

    @property
    def badge(self) -> str:
        return LEVELS[self.level][1]

    @property
    def status(self) -> str:
        return LEVELS[self.level][0]


def rows(cases: Iterable[Any], today: date) -> list[Row]:
    """Cases joined with their statutory clock (``querying.with_statutory_clock``) as lines of the list."""
    ladders = law_in_use().ladders_on(today)
    return [row(case, today, ladders) for case in cases]


def row(case: Any, today: date, ladders: Sequence[AlertLadder]) -> Row:
    return Row(
        case=case,
        due_on=case.due_on,
        remaining=remaining_days(case, today),
        in_hand=days_in_hand(case, today),
        paused_days=days_paused(case.excluded_days or 0, case.paused_on, case.closed_on or today),
        level=level_of(case, today, ladders),
    )


def remaining_days(case: Any, today: date) -> int | None:
    """Days left (剩余): until the due date, or what was left when the clock stopped; none once closed."""
    if case.closed_on is not None:
        return None
    return case.left_when_paused if case.due_on is None else (case.due_on - today).days


def days_in_hand(case: Case, today: date, since: date | None = None) -> int | None:
    """Days in hand (在办天数): from filing, or from ``since``, to closing or today."""
    first = since or case.filed_on
    return None if first is None else max(((case.closed_on or today) - first).days, 0)


def days_paused(excluded: int, paused_on: date | None, today: date) -> int:
    """Days paused (暂停天数): days excluded, each once, plus those of a pause that still lasts."""
    return excluded + (max((today - paused_on).days, 0) if paused_on else 0)


def level_of(case: Any, today: date, ladders: Sequence[AlertLadder]) -> str:
    """How near the end is, by the published ladders; or why that cannot be said."""
    if case.closed_on is not None:
        return "closed"
    if case.clock_state in ("paused", "no_limit"):
        return str(case.clock_state)
    if case.clock_state != "running" or case.due_on is None:
        return "unknown"
    return level_on(
        today,
        case.clock_start,
        case.due_on,
        category=case.category,
        procedure=case.procedure,
        ladders=ladders,
    )


def bounded_count(cases: QuerySet[Case]) -> tuple[int, bool]:
    """How many there are, and whether there are more than are worth counting."""
    found = cases.order_by()[: COUNTED_UP_TO + 1].count()
    return min(found, COUNTED_UP_TO), found > COUNTED_UP_TO


def courts_within(user: User) -> QuerySet[Court]:
    """The courts whose cases the user's posts open, in organisational order."""
    reach = user.reach
    return Court.objects.filter(
        Q(pk__in=reach.courts | reach.filing) | Q(divisions__in=reach.divisions)
    ).distinct()


def divisions_within(user: User, court: Court | None) -> QuerySet[Division]:
    reach = user.reach
    found = Division.objects.filter(Q(court__in=reach.courts) | Q(pk__in=reach.divisions))
    return found.filter(court=court) if court else found


def judges_within(user: User, court: Court | None) -> QuerySet[User]:
    """Whom one may filter by: only inside a management duty, and within one court."""
    reach = user.reach
    if court is None or not (reach.courts or reach.divisions):
        return User.objects.none()
    place = Q(postings__court=court, postings__role__in=HEARS)
    if court.pk not in reach.courts:
        place &= Q(postings__division__in=reach.divisions)
    return User.objects.filter(place).distinct().order_by("name")


def open_doubts(user: User) -> QuerySet[Doubt]:
    found = Doubt.objects.visible_to(user).filter(settled_at=None)
    return found.select_related("case", "case__court").order_by("-raised_at", "pk")


@dataclass(frozen=True)
class OtherClock:
    """A clock beside the limit of the case: a step of its own (节点期限) or one that follows from another."""

    name: str
    basis: str
    kind: str
    start_on: date | None
    due_on: date | None
    met_on: date | None
    state: str
    problem: str
    is_late: bool
    has_lapsed: bool  # a day counted back from another clock's end has passed: an opportunity gone, no breach


def other_clocks(case: Case, law: Law, today: date) -> list[OtherClock]:
    found = case.clocks.exclude(kind="statutory").order_by("due_on", "rule", "turn")
    return [other_clock(clock, law, case, today) for clock in found]


def other_clock(clock: Clock, law: Law, case: Case, today: date) -> OtherClock:
    name, basis = name_and_basis(clock.rule, law, clock.start_on or case.filed_on or today)
    reached = clock.met_on or today
    is_past = bool(clock.due_on and clock.due_on < reached and clock.state != "no_limit")
    return OtherClock(
        name=name,
        basis=basis,
        kind=clock.get_kind_display(),
        start_on=clock.start_on,
        due_on=clock.due_on,
        met_on=clock.met_on,
        state=clock.get_state_display(),
        problem=clock.problem,
        is_late=is_past and not clock.backwards,
        has_lapsed=is_past and clock.backwards and clock.state == "running",
    )


def name_and_basis(rule: str, law: Law, on: date) -> tuple[str, str]:
    if rule in law.nodes:
        node = law.node(rule, on)
        return node.name, node.basis
    if rule in law.limits:
        limit = law.limit(rule, on)
        return limit.name, limit.basis
    return rule, ""


@dataclass(frozen=True)
class Tie:
    """One case the page leads to. ``pk`` is None where the reader may not open it."""

    number: str
    kind: str
    pk: int | None
    filed_on: date | None
    closed_on: date | None


def chain_of(case: Case, user: User) -> list[Tie]:
    """The cases tied to this one, and those tied to them: the chain of instances, oldest first.

    Cases one may not open appear by number alone; sealed ones do not appear.
    """
    links = links_around(case)
    numbers = {}
    for link in links:
        for pk, number in ((link.case_id, link.case.number), (link.other_id, link.other_number)):
            if number != case.number and pk != case.pk:
                numbers.setdefault(number, (pk, link.get_kind_display()))
    known = {found.number: found for found in Case.objects.filter(number__in=numbers)}
    open_to_user = set(Case.objects.visible_to(user).filter(number__in=numbers).values_list("pk", flat=True))
    ties = [tie(number, kind, known.get(number), open_to_user) for number, (_, kind) in numbers.items()]
    return sorted(filter(None, ties), key=lambda each: (each.filed_on or date.max, each.number))


def tie(number: str, kind: str, found: Case | None, open_to_user: set[int]) -> Tie | None:
    if found is None:
        return Tie(number, kind, None, None, None)
    if found.pk in open_to_user:
        return Tie(number, kind, found.pk, found.filed_on, found.closed_on)
    return None if found.sealed else Tie(number, kind, None, None, None)


def links_around(case: Case, rounds: int = 3) -> list[CaseLink]:
    """The links of the case and of the cases reached by them, a few steps far."""
    reached, found = {case.pk}, {}
    for _ in range(rounds):
        new = CaseLink.objects.filter(Q(case__in=reached) | Q(other__in=reached)).select_related("case")
        found |= {link.pk: link for link in new if link.pk not in found}
        wider = {pk for link in found.values() for pk in (link.case_id, link.other_id) if pk}
        if wider <= reached:
            break
        reached |= wider
    return list(found.values())


def people_of(*courts: int) -> QuerySet[User]:
    """Who works at these courts now, by name; for choosing an owner or a reader."""
    now = {"postings__court__in": courts, "postings__ends_on": None}
    return User.objects.filter(is_active=True, **now).distinct().order_by("name")


def judges_of(court_id: int) -> QuerySet[User]:
    """Who hears cases at the court now."""
    return people_of(court_id).filter(postings__court=court_id, postings__role__in=HEARS)


def divisions_of(court_id: int) -> QuerySet[Division]:
    return Division.objects.filter(court=court_id, closed_on=None)
