"""What goes into a clock (审限), and the arithmetic of months, days and intervals. Knows no calendar of holidays."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from catalogues.law import Ground, Node, TimeLimit

ANY_CATEGORY = "全部"
CRIMINAL = "刑事"


class Refused(Exception):
    """The clock cannot be computed: which field, what is wrong with it and what would be right, in both languages."""

    def __init__(self, field: str, english: str, chinese: str) -> None:
        super().__init__(f"{field}: {english}")
        self.field = field
        self.chinese = chinese


@dataclass(frozen=True)
class Extension:
    """One approved extension (延长审限): an amount, or the day it reaches to (``until``), or both."""

    months: int = 0
    days: int = 0
    workdays: int = 0
    until: date | None = None
    approved_on: date | None = None


@dataclass(frozen=True)
class Exclusion:
    """Days that do not run (扣除、中止): from ``starts_on`` up to, not including, ``resumes_on``; None: still open."""

    ground: Ground
    starts_on: date
    resumes_on: date | None = None


@dataclass(frozen=True)
class Restart:
    """The limit begins anew (重新计算审限) on this day."""

    ground: Ground
    on: date


@dataclass(frozen=True)
class ClockInput:
    """Everything a clock depends on. ``limit`` is the version of the law it is counted under.

    ``start`` is a date-time exactly for limits in hours. ``procedure`` (first, second) and ``event_on`` are needed by
    the limits that hang on them. ``starts_with`` names the day taken for ``start`` where the one the law names is unknown.
    """

    limit: TimeLimit | Node
    start: date
    detained: bool = False
    extensions: tuple[Extension, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    restarts: tuple[Restart, ...] = ()
    procedure: str | None = None
    event_on: date | None = None
    starts_with: str = ""


@dataclass(frozen=True)
class Terms:
    """What a limit or a node says, in one shape. Negative amounts count backwards; no ``unit``: nothing to compute."""

    id: str
    name: str
    categories: tuple[str, ...]
    unit: str | None
    months: int = 0
    days: int = 0
    workdays: int = 0
    hours: int = 0
    anchor_on: date | None = None  # counted from here instead of the start (the day before the event)
    month_end_stays: bool = False  # 刑诉解释202: from a month's last day to a month's last day
    rolls: bool = False

    @property
    def backwards(self) -> bool:
        return min(self.months, self.days, self.workdays, self.hours) < 0


@dataclass(frozen=True)
class Span:
    """What is left of an exclusion once clipped: how many of its days count, and why the others do not."""

    exclusion: Exclusion
    starts_on: date
    ends_on: date
    counted: int
    overlapping: int
    before_start: int
    beyond_maximum: int


def add_months(day: date, months: int, *, month_end_stays: bool = False) -> date:
    """The corresponding day ``months`` later, or that month's last day where there is none (民法典202).

    ``month_end_stays`` is the criminal rule (刑诉解释202): a month's last day leads to a month's last day.
    """
    if not months:
        return day
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= years <= date.max.year:
        raise OverflowError(f"{day} and {months} months leave the calendar")
    last = monthrange(years, month + 1)[1]
    at_month_end = month_end_stays and day.day == monthrange(day.year, day.month)[1]
    return date(years, month + 1, last if at_month_end else min(day.day, last))


def terms_of(clock: ClockInput) -> Terms:
    """Read the limit of a clock; refuses when what the limit hangs on is missing."""
    if isinstance(clock.limit, Node):
        return _terms_of_node(clock.limit)
    return _terms_of_limit(clock.limit, clock)


def applies_to(ground: Ground, categories: Iterable[str]) -> bool:
    """Whether the ground's scope names the category of the limit; a scope of 全部 on either side fits."""
    return ANY_CATEGORY in ground.scope or any(
        name == ANY_CATEGORY or name in ground.scope for name in categories
    )


def is_counted(ground: Ground) -> bool:
    """Whether days on this ground do not run; 地方内规 and 不影响 grounds leave the clock alone."""
    return ground.mode in ("exclude", "suspend")


def latest_end(exclusion: Exclusion) -> date | None:
    """Where the ground's statutory maximum ends the interval; None where the law sets none."""
    ground = exclusion.ground
    if ground.max_n is None:
        return None
    if ground.max_unit == "month":
        return add_months(exclusion.starts_on, ground.max_n)
    return exclusion.starts_on + timedelta(days=ground.max_n)


def open_pause(exclusions: Iterable[Exclusion]) -> Exclusion | None:
    """The earliest interval that has not ended; a ground with a statutory maximum is never open."""
    still_open = [
        each
        for each in exclusions
        if each.resumes_on is None and is_counted(each.ground) and latest_end(each) is None
    ]
    return min(still_open, key=lambda each: each.starts_on, default=None)


def spans(exclusions: Iterable[Exclusion], start: date, pause: Exclusion | None) -> tuple[Span, ...]:
    """The counted intervals in order, clipped at the start, the maximum and the pause; every day counts once."""
    counted = [each for each in exclusions if is_counted(each.ground) and each is not pause]
    counted.sort(key=lambda each: (each.starts_on, each.resumes_on or date.max, each.ground.id))
    found: list[Span] = []
    reached = start
    for exclusion in counted:
        span = _span(exclusion, start, reached, pause)
        reached = max(reached, span.ends_on)
        found.append(span)
    return tuple(found)


def _span(exclusion: Exclusion, start: date, reached: date, pause: Exclusion | None) -> Span:
    maximum = latest_end(exclusion)
    given = exclusion.resumes_on or maximum or date.max
    ends_on = min(given, maximum or date.max, pause.starts_on if pause else date.max)
    starts_on = max(exclusion.starts_on, start)
    inside = max((ends_on - starts_on).days, 0)
    counted = max((ends_on - max(starts_on, reached)).days, 0)
    return Span(
        exclusion=exclusion,
        starts_on=starts_on,
        ends_on=ends_on,
        counted=counted,
        overlapping=inside - counted,
        before_start=max((min(start, ends_on) - exclusion.starts_on).days, 0),
        beyond_maximum=max((given - maximum).days, 0) if maximum else 0,
    )


def _terms_of_limit(limit: TimeLimit, clock: ClockInput) -> Terms:
    amounts: dict[str, Any] = {}
    anchor = None
    match limit.unit:
        case "by_procedure":
            amounts = {"months": _months_by_procedure(limit, clock.procedure)}
        case "before_event":
            anchor = _day_before(limit, clock.event_on)
        case _:
            amounts = _amounts(limit.unit, limit.n or 0)
    if limit.plus_days:
        amounts["days"] = amounts.get("days", 0) + limit.plus_days
    by_calendar_days = limit.unit in ("day", "month", "year", "by_procedure")
    willing = limit.roll == "yes" or (limit.roll == "if_not_detained" and not clock.detained)
    return Terms(
        id=limit.id,
        name=limit.name,
        categories=(limit.category,),
        unit=limit.unit,
        anchor_on=anchor,
        month_end_stays=limit.counting == "criminal",
        rolls=willing and by_calendar_days,
        **amounts,
    )


def _terms_of_node(node: Node) -> Terms:
    countable = node.unit in _UNITS
    backwards = node.direction == "before"
    return Terms(
        id=node.id,
        name=node.name,
        categories=node.scope,
        unit=node.unit if countable else None,
        month_end_stays=node.scope == (CRIMINAL,),
        rolls=not backwards and node.unit in ("day", "month", "year"),
        **_amounts(node.unit, -(node.n or 0) if backwards else node.n or 0),
    )


_UNITS = {
    "day": ("days", 1),
    "month": ("months", 1),
    "year": ("months", 12),
    "workday": ("workdays", 1),
    "hour": ("hours", 1),
}


def _amounts(unit: str | None, n: int) -> dict[str, Any]:
    if unit is None or unit not in _UNITS:
        return {}
    name, times = _UNITS[unit]
    return {name: n * times}


def _months_by_procedure(limit: TimeLimit, procedure: str | None) -> int:
    months = {"first": limit.first, "second": limit.second}.get(procedure or "")
    if months is None:
        raise Refused(
            "procedure",
            f'{"missing" if procedure is None else f"{procedure!r} is unknown"}; limit "{limit.id}" differs by procedure '
            'and needs "first" or "second"',
            f"“{limit.name}”的审限因程序而异，须注明按一审程序还是二审程序审理",
        )
    return months


def _day_before(limit: TimeLimit, event_on: date | None) -> date:
    if event_on is None:
        raise Refused(
            "event_on",
            f'missing; limit "{limit.id}" hangs on an event ({limit.event}) and needs its date, as in "2024-07-15"',
            f"“{limit.name}”须在特定事件（如选举日）之前审结，须填写该事件的日期",
        )
    return event_on - timedelta(days=1)


def moment_of(day: date, start: date) -> date:
    """``day`` at the time of day of ``start``, where the start has one."""
    return datetime.combine(day, start.timetz()) if isinstance(start, datetime) else day


def day_of(moment: date) -> date:
    """The day of a date or a date-time."""
    return moment.date() if isinstance(moment, datetime) else moment
