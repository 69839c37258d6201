"""When a person may be disturbed (免打扰): on working days, outside the quiet hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from catalogues.workdays import WorkCalendar

COURT_TIME = ZoneInfo("Asia/Shanghai")
MIDNIGHT = time()


def next_moment(at: datetime, calendar: WorkCalendar, quiet_from: time, quiet_to: time) -> datetime:
    """The first moment from ``at`` on that lies on a working day (工作日) outside the quiet hours, in court time.

    ``quiet_from`` belongs to the quiet hours, ``quiet_to`` does not; the window may run across midnight, and two equal
    times are none. ``at`` must know its zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone; give an aware moment")
    local = at.astimezone(COURT_TIME)
    day, since = local.date(), local.time()
    while True:
        free = free_from(since, quiet_from, quiet_to) if calendar.is_workday(day) else None
        if free is not None:
            return datetime.combine(day, free, COURT_TIME)
        day, since = calendar.next_workday(day + timedelta(days=1)), MIDNIGHT


def free_from(since: time, quiet_from: time, quiet_to: time) -> time | None:
    """The first time of the day from ``since`` on that is not quiet; None where the day ends quietly."""
    if not is_quiet(since, quiet_from, quiet_to):
        return since
    return quiet_to if since < quiet_to else None


def is_quiet(when: time, quiet_from: time, quiet_to: time) -> bool:
    if quiet_from <= quiet_to:
        return quiet_from <= when < quiet_to
    return when >= quiet_from or when < quiet_to
