"""From the facts of one case to its clocks, with reasons: what the page, the API and the export show.

The set-based twin is ``cases.clocks``; what the pure function refuses, both call unknown with the same sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from cases.deadlines import (
    ClockInput,
    Deadline,
    Exclusion,
    Extension,
    Refused,
    Restart,
    answer,
    calculate,
    level,
    remaining,
)
from cases.explanations import ANCHORS, shown
from cases.law_rows import ACCEPTED_STARTS
from cases.layouts import EARLIEST, LATEST
from cases.limits import Choice, instance_of, limit_for
from cases.models import Case, Fact
from cases.nodes import Event, NodeClock, node_clocks
from cases.periods import day_of
from catalogues.dated import NotInForce
from catalogues.law import TimeLimit
from catalogues.selectors import Law

F = TypeVar("F", bound=Fact)
FACTS = ("party_rows", "procedureevent_rows", "extension_rows", "exclusion_rows", "restart_rows")

NO_START = "缺少立案日期和受理日期，无法计算审限，请补录"
MOMENTS, ELECTION = ("受理", "立案"), "选举日"
#: A retrial is filed as a case of its own: the day of its filing is the one the law means.
MEANS = {"retrial_filing_date": "立案之日"}
#: More than this in all is a slip of the pen.
MOST = {"months": 120, "days": 3650, "workdays": 2600}
UNITS = {"months": "个月", "days": "日", "workdays": "个工作日"}


@dataclass(frozen=True)
class Start:
    """The day, or for limits in hours the moment, a limit is counted from, as the case and as the law call it."""

    day: date | None
    name: str
    anchor: str


@dataclass(frozen=True)
class Explained:
    """Where the limit of one case stands on a day, and why. Without a ``deadline``, ``problem`` says what is missing."""

    limit: str | None
    deadline: Deadline | None
    problem: str
    because: tuple[str, ...]
    remaining_days: int | None
    level: str

    def answer(self, as_of: date) -> dict[str, Any]:
        """The fields of the batch contract ``due``; ``state`` is ``unknown`` where nothing can be computed."""
        fields = dict.fromkeys(("start", "nominal", "before_roll", "due", "remaining_days"))
        said = (
            answer(self.deadline, as_of)
            if self.deadline
            else {"state": "unknown", **fields, "excluded_days": 0}
        )
        return {
            "level": self.level,
            "calendar": None,
            **said,
            "limit": self.limit,
            "because": list(self.because),
        }


def with_facts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with everything their clocks depend on, in a fixed number of queries."""
    return cases.select_related("court").prefetch_related(*FACTS)


def choice_of(case: Case) -> Choice:
    """The limit of a case: the one it names, else the one derived."""
    if case.limit:
        return Choice(case.limit, "案件注明")
    return limit_for(
        type_code=case.type_code,
        procedure=case.procedure,
        court_level=case.court.level,
        filed_on=case.filed_on,
        cause=case.cause,
        detained=is_detained(case),
    )


def is_detained(case: Case) -> bool:
    """A case counts as detained (在押) while any defendant is."""
    return case.detained or any(party.detained for party in standing(case.party_rows.all()))


def clock_input(case: Case, law: Law) -> tuple[ClockInput | None, str]:
    """What the statutory clock of a case depends on, or the sentence that says why there is none."""
    choice = choice_of(case)
    if choice.limit is None:
        return None, choice.why
    if choice.limit not in law.limits:
        return None, f"审限规则“{choice.limit}”不在目录中，请改为目录中的规则"
    first_day = case.filed_on or case.accepted_on
    if first_day is None:
        return None, NO_START
    try:
        clock = _gathered(case, law, law.limit(choice.limit, first_day))
        _check_days(clock)
        return clock, ""
    except NotInForce:
        return None, f"审限规则“{choice.limit}”在 {first_day} 已失效，请注明当时适用的规则"
    except Refused as refused:
        return None, refused.chinese


def explain(case: Case, law: Law, as_of: date) -> Explained:
    """The limit of a case, what is left of it on that day, and every step that led to the date."""
    clock, problem = clock_input(case, law)
    choice = choice_of(case)
    if clock is None:
        return Explained(choice.limit, None, problem, (problem,), None, "none")
    try:
        deadline = calculate(clock, law.calendar(case.court_id))
    except Refused as refused:
        return Explained(choice.limit, None, refused.chinese, (refused.chinese,), None, "none")
    because = (
        f"审限规则 {clock.limit.name}" + (f"（{choice.why}）" if choice.why != clock.limit.name else ""),
        start_said(case, clock.limit),
        *deadline.because,
    )
    return Explained(choice.limit, deadline, "", because, remaining(deadline, as_of), level(deadline, as_of))


def start_said(case: Case, limit: Any) -> str:
    """Which recorded date the limit is counted from, and for which other one of the law it stands in."""
    start = start_of(case, limit)
    if not stands_in(start, limit):
        return f"起算日取{start.name} {shown(start.day)}"
    wanted = ANCHORS[limit.start]
    return f"法律规定自{wanted}起算，案件未记录该{wanted[-1]}，暂按{start.name}计算（{shown(start.day)}）"


def start_of(case: Case, limit: TimeLimit) -> Start:
    """The recorded date a limit is counted from: acceptance or filing, the other where one is missing."""
    # Without a recorded moment the pure function refuses the bare day with its own sentence.
    if limit.unit == "hour" and (moment := first_moment(case)):
        return moment
    dates = [Start(case.filed_on, "立案日期", "立案之日"), Start(case.accepted_on, "受理日期", "受理之日")]
    if limit.start in ACCEPTED_STARTS:
        dates.reverse()
    return next((start for start in dates if start.day), dates[0])


def first_moment(case: Case) -> Start | None:
    """The earliest recorded moment of acceptance or filing."""
    moments = [(event.at, event.node) for event in _events(case, *MOMENTS) if event.at]
    if not moments:
        return None
    at, node = min(moments)
    return Start(timezone.localtime(at), f"{node}时刻", f"{node}之时")


def stands_in(start: Start, limit: TimeLimit) -> bool:
    """Whether the law counts from a day that the case has not recorded."""
    if limit.start not in ANCHORS:
        return False
    return MEANS.get(limit.start, ANCHORS[limit.start]) != start.anchor


def steps_of(case: Case) -> tuple[NodeClock, ...]:
    """The procedural steps of a case (节点期限) and whether they were done."""
    events = [Event(event.node, event.on, event.note) for event in standing(case.procedureevent_rows.all())]
    steps = node_clocks(
        events,
        category=case.category,
        procedure=case.procedure,
        filed_on=case.filed_on,
        closed_on=case.closed_on,
    )
    return tuple(step for step in steps if EARLIEST <= step.start_on <= LATEST)


def explain_step(case: Case, step: NodeClock, law: Law) -> Deadline:
    """When a step is due, and why."""
    node = law.node(step.node, step.start_on)
    return calculate(ClockInput(limit=node, start=step.start_on), law.calendar(case.court_id))


def standing(rows: Iterable[F]) -> list[F]:
    """The facts that were not withdrawn."""
    return [row for row in rows if row.withdrawn_at is None]


def _gathered(case: Case, law: Law, limit: TimeLimit) -> ClockInput:
    start = start_of(case, limit)
    assert start.day is not None
    return ClockInput(
        limit=limit,
        start=start.day,
        starts_with=start.anchor if stands_in(start, limit) else "",
        detained=is_detained(case),
        extensions=_extensions(case),
        exclusions=_exclusions(case, law),
        restarts=_restarts(case, law),
        procedure=instance_of(
            type_code=case.type_code, procedure=case.procedure, court_level=case.court.level
        ),
        event_on=min((event.on for event in _events(case, ELECTION)), default=None),
    )


def _check_days(clock: ClockInput) -> None:
    """A day decades away is a slip of the pen, and would run out of every calendar."""
    days = [
        clock.start,
        *(restart.on for restart in clock.restarts),
        *([clock.event_on] if clock.event_on else []),
    ]
    days += [extension.until for extension in clock.extensions if extension.until]
    days += [day for each in clock.exclusions for day in (each.starts_on, each.resumes_on) if day]
    for day in map(day_of, days):
        if not EARLIEST <= day <= LATEST:
            said = f"日期 {day} 不在 {EARLIEST.year} 年至 {LATEST.year} 年之间，无法计算，请核对"
            raise Refused("date", f"{day} is not within {EARLIEST} and {LATEST}", said)


def _events(case: Case, *nodes: str) -> list[Any]:
    return [event for event in standing(case.procedureevent_rows.all()) if event.node in nodes]


def _extensions(case: Case) -> tuple[Extension, ...]:
    rows = sorted(standing(case.extension_rows.all()), key=lambda row: (row.approved_on or date.max, row.pk))
    for field, most in MOST.items():
        if (total := sum(getattr(row, field) for row in rows)) > most:
            said = f"延长合计 {total} {UNITS[field]}，超过 {most} {UNITS[field]}，请核对"
            raise Refused("extensions", f"{total} {field} in all; at most {most}", said)
    return tuple(
        Extension(row.months, row.days, row.workdays, until=row.until_on, approved_on=row.approved_on)
        for row in rows
    )


def _exclusions(case: Case, law: Law) -> tuple[Exclusion, ...]:
    rows = sorted(standing(case.exclusion_rows.all()), key=lambda row: (row.starts_on, row.ground, row.pk))
    return tuple(
        Exclusion(_ground(law, row.ground, row.starts_on), row.starts_on, row.resumes_on) for row in rows
    )


def _restarts(case: Case, law: Law) -> tuple[Restart, ...]:
    rows = sorted(standing(case.restart_rows.all()), key=lambda row: (row.on, row.ground, row.pk))
    return tuple(Restart(_ground(law, row.ground, row.on), row.on) for row in rows)


def _ground(law: Law, ground: str, on: date) -> Any:
    if ground not in law.grounds:
        said = f"事由“{ground}”不在目录中，请改为目录中的事由"
        raise Refused("ground", f'"{ground}" is unknown; use a ground of the catalogue', said)
    try:
        return law.ground(ground, on)
    except NotInForce:
        said = f"事由“{ground}”在 {on} 已失效，请核对"
        raise Refused("ground", f'"{ground}" was no longer in force on {on}', said) from None
