"""Time limits on cases (审限): when one ends, what is left of it, how near it is, and why.

Facts in, answer out: today is an argument, the calendar of working days too. What is unlawful, too long or too late
but was done is counted and named in the reasons; what cannot be computed is ``Refused`` with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cases.explanations import Steps, reasons
from cases.periods import (
    ClockInput,
    Exclusion,
    Extension,
    Refused,
    Restart,
    Span,
    Terms,
    add_months,
    day_of,
    moment_of,
    open_pause,
    spans,
    terms_of,
)
from cases.refusals import check
from catalogues.law import Node
from catalogues.workdays import Rolled, WorkCalendar

__all__ = [
    "DEFAULT_LADDER",
    "ClockInput",
    "Deadline",
    "Exclusion",
    "Extension",
    "ExtensionWindow",
    "Ladder",
    "Refused",
    "Restart",
    "answer",
    "calculate",
    "extension_window",
    "level",
    "remaining",
    "remind_on",
]

RUNNING, PAUSED, NO_LIMIT = "running", "paused", "no_limit"
STRICT_CATEGORIES = frozenset({"刑事", "行政"})


@dataclass(frozen=True)
class Deadline:
    """Where a clock stands. Dates are date-times for limits in hours.

    ``start`` is the effective one (the last restart). ``before_roll`` and ``due`` are None unless ``state`` is
    ``running``, ``nominal`` only under ``no_limit``; ``left_when_paused`` is set exactly when ``paused``.
    """

    limit: str
    categories: tuple[str, ...]
    state: str  # running | paused | no_limit
    start: date
    nominal: date | None
    excluded_days: int
    before_roll: date | None
    due: date | None
    paused_on: date | None
    left_when_paused: int | None
    provisional: bool
    because: tuple[str, ...]


@dataclass(frozen=True)
class Ladder:
    """From when a clock is early, mid or urgent. ``mid_strict`` is for criminal and administrative cases."""

    early_part: int = 2
    early_of: int = 3
    mid: int = 30
    mid_strict: int = 15
    urgent: int = 5


DEFAULT_LADDER = Ladder()


@dataclass(frozen=True)
class ExtensionWindow:
    """When an extension must be asked for (``apply_by``) and decided (``decide_by``); None: the law sets no day."""

    apply_from: date | None
    apply_by: date
    decide_by: date | None
    basis: str


def calculate(clock: ClockInput, calendar: WorkCalendar) -> Deadline:
    """The deadline of one clock, with its reasons. Raises ``Refused`` where nothing sound can be said."""
    terms = terms_of(clock)
    check(clock, terms)
    try:
        return _calculate(clock, terms, calendar)
    except OverflowError:
        raise Refused(
            "start",
            f"counted from {clock.start} the result leaves the calendar; it must stay within the years 1 to 9999",
            f"自 {clock.start} 起算的结果超出公历 1 至 9999 年，请核对起算日和各项天数",
        ) from None


def remaining(deadline: Deadline, as_of: date) -> int | None:
    """Days left (剩余天数) on that day, negative when overdue; the days kept while paused; None without a limit."""
    if deadline.due is None:
        return deadline.left_when_paused
    return (day_of(deadline.due) - day_of(as_of)).days


def level(deadline: Deadline, as_of: date, ladder: Ladder = DEFAULT_LADDER) -> str:
    """How near the end is: none, early, mid, urgent, overdue or paused. The most severe stage that holds.

    A stage that would begin before the clock does is skipped, so that short limits are not born urgent.
    """
    if deadline.due is None:
        return "paused" if deadline.state == PAUSED else "none"
    if _is_past(deadline.due, as_of):
        return "overdue"
    start, due, today = day_of(deadline.start), day_of(deadline.due), day_of(as_of)
    mid = ladder.mid_strict if STRICT_CATEGORIES.issuperset(deadline.categories) else ladder.mid
    for name, days in (("urgent", ladder.urgent), ("mid", mid)):
        if (due - start).days >= days and (due - today).days <= days:
            return name
    is_early = due >= start and ladder.early_of * (today - start) >= ladder.early_part * (due - start)
    return "early" if is_early else "none"


def extension_window(category: str, due: date, nodes: Mapping[str, Node]) -> ExtensionWindow | None:
    """By when an extension of a limit due on ``due`` is to be applied for and decided; None where no rule says so.

    For execution (N57) the rule is a window that ends with the limit: earlier applications are not a breach.
    """
    if category not in _WINDOWS:
        return None
    asked, decided = _WINDOWS[category]
    apply, decide = nodes[asked], nodes.get(decided or "")
    apply_on = due - timedelta(days=apply.n or 0)
    is_window = apply.kind == "control"
    return ExtensionWindow(
        apply_from=apply_on if is_window else None,
        apply_by=due if is_window else apply_on,
        decide_by=due - timedelta(days=decide.n or 0) if decide else None,
        basis=apply.basis,
    )


def remind_on(deadline: Deadline, calendar: WorkCalendar) -> date | None:
    """The last working day on which a due date can still be met (倒算期间的提醒日); None without a due date."""
    return None if deadline.due is None else calendar.roll_back(day_of(deadline.due)).day


def answer(deadline: Deadline, as_of: date, precision: str = "auto") -> dict[str, Any]:
    """The deadline as the batch contract ``due`` states it (without the question's id).

    ``precision`` is how finely date-times are written (a ``timespec`` of ``datetime.isoformat``).
    """
    return {
        "state": deadline.state,
        "start": _written(deadline.start, precision),
        "nominal": _written(deadline.nominal, precision),
        "excluded_days": deadline.excluded_days,
        "before_roll": _written(deadline.before_roll, precision),
        "due": _written(deadline.due, precision),
        "remaining_days": remaining(deadline, as_of),
        "level": level(deadline, as_of),
        "calendar": "provisional" if deadline.provisional else "published",
        "because": list(deadline.because),
    }


_WINDOWS: Mapping[str, tuple[str, str | None]] = {
    "民事": ("N53", "N54"),
    "刑事": ("N55", None),
    "行政": ("N56", None),
    "执行": ("N57", None),
}


def _calculate(clock: ClockInput, terms: Terms, calendar: WorkCalendar) -> Deadline:
    start = max((restart.on for restart in clock.restarts), default=clock.start)
    standing = tuple(each for each in clock.extensions if not _is_dropped(each, clock, start))
    pause = open_pause(clock.exclusions)
    found = spans(clock.exclusions, day_of(start), pause)
    nominal = before_roll = due = left = None
    provisional = False
    if terms.unit is not None:
        counted = _count(terms, start, standing, calendar)
        nominal, provisional = counted.day, counted.provisional
        if pause is None:
            before_roll = _before_roll(nominal, found, standing)
            rolled = _rolled(before_roll, terms, calendar)
            due, provisional = rolled.day, provisional or rolled.provisional
        else:
            left = (day_of(nominal) - pause.starts_on).days + _total(found)
    steps = Steps(
        clock=clock,
        terms=terms,
        start=start,
        statutory=_count(terms, start, (), calendar).day if terms.unit else None,
        standing=standing,
        expiries=_expiries(terms, start, standing, found, calendar) if terms.unit and not pause else {},
        nominal=nominal,
        spans=found,
        pause=pause,
        left=left,
        before_roll=before_roll,
        due=due,
        provisional=provisional,
    )
    return Deadline(
        limit=terms.id,
        categories=terms.categories,
        state=NO_LIMIT if terms.unit is None else PAUSED if pause else RUNNING,
        start=start,
        nominal=nominal,
        excluded_days=_total(found),
        before_roll=before_roll,
        due=due,
        paused_on=pause.starts_on if pause and terms.unit else None,
        left_when_paused=left,
        provisional=provisional,
        because=reasons(steps),
    )


def _count(terms: Terms, start: date, standing: Iterable[Extension], calendar: WorkCalendar) -> Rolled:
    """The nominal end: all months at once, then all days, then the working days, then the hours."""
    extensions = tuple(standing)
    day = terms.anchor_on or day_of(start)
    months = terms.months + sum(each.months for each in extensions)
    day = add_months(day, months, month_end_stays=terms.month_end_stays)
    day += timedelta(days=terms.days + sum(each.days for each in extensions))
    workdays = terms.workdays + sum(each.workdays for each in extensions)
    counted = calendar.count(day, workdays) if workdays > 0 else Rolled(day, False)
    if terms.unit != "hour":
        return counted
    return Rolled(moment_of(counted.day, start) + timedelta(hours=terms.hours), counted.provisional)


def _before_roll(nominal: date, found: Iterable[Span], standing: Iterable[Extension]) -> date:
    extended = nominal + timedelta(days=_total(found))
    latest = max((each.until for each in standing if each.until), default=None)
    if latest is None or latest <= day_of(extended):
        return extended
    # A day named in an approval runs out with its last minute.
    return (
        datetime.combine(latest, _LAST_MINUTE, extended.tzinfo) if isinstance(extended, datetime) else latest
    )


_LAST_MINUTE = datetime.max.time().replace(second=0, microsecond=0)


def _rolled(day: date, terms: Terms, calendar: WorkCalendar) -> Rolled:
    return calendar.roll_forward(day) if terms.rolls else Rolled(day, False)


def _total(found: Iterable[Span]) -> int:
    return sum(span.counted for span in found)


def _is_dropped(extension: Extension, clock: ClockInput, start: date) -> bool:
    return (
        bool(clock.restarts) and extension.approved_on is not None and extension.approved_on <= day_of(start)
    )


def _expiries(
    terms: Terms,
    start: date,
    standing: tuple[Extension, ...],
    found: tuple[Span, ...],
    calendar: WorkCalendar,
) -> dict[int, date]:
    """For every dated extension, by its position, when the limit would have ended without it and the later ones."""
    expiries = {}
    for position, extension in enumerate(standing):
        if extension.approved_on is None:
            continue
        earlier = [each for each in standing if each.approved_on and each.approved_on < extension.approved_on]
        before_roll = _before_roll(_count(terms, start, earlier, calendar).day, found, earlier)
        expiries[position] = day_of(_rolled(before_roll, terms, calendar).day)
    return expiries


def _is_past(due: date, as_of: date) -> bool:
    if isinstance(due, datetime) and isinstance(as_of, datetime):
        return (
            as_of.replace(tzinfo=due.tzinfo) > due
            if as_of.tzinfo is None or due.tzinfo is None
            else as_of > due
        )
    return day_of(as_of) > day_of(due)


def _written(moment: date | None, precision: str) -> str | None:
    if isinstance(moment, datetime):
        return moment.isoformat(timespec=precision)
    return None if moment is None else moment.isoformat()
