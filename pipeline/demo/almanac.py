"""The days of the demo as small whole numbers, with what is asked of them a million times laid out in lists."""

from __future__ import annotations

from datetime import date, timedelta

from catalogues.workdays import WorkCalendar

YEARS_BACK = 4
DAYS_AHEAD = 800


class Almanac:
    """Days numbered from ``first``; ``today`` is the number of the demo's day."""

    def __init__(self, day: date, calendar: WorkCalendar) -> None:
        self.first = date(day.year - YEARS_BACK, 1, 1)
        self.today = (day - self.first).days
        self.dates = [self.first + timedelta(days=number) for number in range(self.today + DAYS_AHEAD)]
        self.iso = [each.isoformat() for each in self.dates]
        self.works = [calendar.is_workday(each) for each in self.dates]
        self.on_or_after = self._next()
        self.on_or_before = self._previous()

    def number(self, day: date) -> int:
        return (day - self.first).days

    def _next(self) -> list[int]:
        """For every day the first working day from it on."""
        found, reached = [0] * len(self.works), len(self.works) - 1
        for number in range(len(self.works) - 1, -1, -1):
            reached = number if self.works[number] else reached
            found[number] = reached
        return found

    def _previous(self) -> list[int]:
        """For every day the last working day up to it."""
        found, reached = [0] * len(self.works), 0
        for number, works in enumerate(self.works):
            reached = number if works else reached
            found[number] = reached
        return found
