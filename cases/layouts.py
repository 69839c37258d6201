"""Working calendars laid out as bytes (工作日历的字节表), so that SQL finds a day in them without a join."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from cases.periods import add_months
from catalogues.workdays import WorkCalendar

#: The days laid out. Facts with a date outside ``EARLIEST`` and ``LATEST`` are slips of the pen and are refused; what is
#: counted from a date within them ends within the layout.
FIRST, LAST = date(1940, 1, 1), date(2099, 12, 31)
EARLIEST, LATEST = date(1950, 1, 1), date(2060, 12, 31)
DAYS = (LAST - FIRST).days + 1
MONTHS, CYCLE = 24, 1461  # within these years every fourth one is a leap year
GUESSED = 128  # added to a roll that looked at an unpublished year


@dataclass(frozen=True)
class Layout:
    """Per day: how far it rolls forward, and the number of working days up to it; per such number: its day.

    The last two take two bytes each. One calendar follows the other: its place times ``DAYS`` is where it begins.
    """

    rolls: bytes
    ordinals: bytes
    nth: bytes

    def __add__(self, other: Layout) -> Layout:
        return Layout(self.rolls + other.rolls, self.ordinals + other.ordinals, self.nth + other.nth)


@lru_cache(maxsize=64)
def layout_of(calendar: WorkCalendar) -> Layout:
    rolls, ordinals, nth = bytearray(), bytearray(), bytearray()
    ordinal = 0
    for place in range(DAYS):
        day = FIRST + timedelta(place)
        rolled = calendar.roll_forward(day)
        rolls.append((rolled.day - day).days + GUESSED * rolled.provisional)
        if rolled.day == day:
            ordinal += 1
            nth += place.to_bytes(2)
        ordinals += ordinal.to_bytes(2)
    return Layout(bytes(rolls), bytes(ordinals), bytes(nth.ljust(2 * DAYS, b"\0")))


@lru_cache(maxsize=1)
def adds() -> bytes:
    """How far the corresponding day of a later month lies beyond 28 days a month: by months, then by day of the cycle.

    First the civil way, then the criminal one, where month-end stays month-end.
    """
    starts = [FIRST + timedelta(place) for place in range(CYCLE)]
    return bytes(
        (add_months(start, months, month_end_stays=month_end_stays) - start).days - 28 * months
        for month_end_stays in (False, True)
        for months in range(MONTHS + 1)
        for start in starts
    )


@lru_cache(maxsize=4)
def known_span(calendar: WorkCalendar) -> tuple[date, date]:
    """A run of days that roll without looking at an unpublished year: there nothing need be looked up to know it."""
    rolls = layout_of(calendar).rolls
    known = rolls.translate(IS_KNOWN)
    longest = max(known.split(b"\0"), key=len)
    place = known.find(longest)
    return FIRST + timedelta(place), FIRST + timedelta(place + len(longest) - 1)


IS_KNOWN = bytes(1 if roll < GUESSED else 0 for roll in range(256))


def parameters(national: WorkCalendar, local: dict[int, WorkCalendar]) -> dict[str, object]:
    """What ``clock_sql.computed`` needs: the national layout, then the local ones in the order of ``layout_calendars``."""
    layout, courts = layout_of(national), sorted(local)
    for court in courts:
        layout = layout + layout_of(local[court])
    return {
        "layout_rolls": layout.rolls,
        "layout_ordinals": layout.ordinals,
        "layout_nth": layout.nth,
        "layout_adds": adds(),
        "layout_months": MONTHS,
        "layout_calendars": list[int](courts),
        "layout_first": FIRST,
        "layout_known_from": known_span(national)[0],
        "layout_known_until": known_span(national)[1],
        "layout_days": DAYS,
    }


LAYOUT = """
layout AS MATERIALIZED (
    SELECT %(layout_rolls)s::bytea AS rolls, %(layout_ordinals)s::bytea AS ordinals, %(layout_nth)s::bytea AS nth,
           %(layout_adds)s::bytea AS adds, %(layout_calendars)s::int[] AS calendars)"""

__all__ = ["DAYS", "FIRST", "LAST", "LAYOUT", "Layout", "layout_of", "parameters"]
