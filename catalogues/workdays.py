"""Working days (工作日) under the State Council's yearly holiday notices (法定休假日与调休)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Rolled:
    """A day found in the calendar, and whether the search touched a year whose notice is not yet published (待公布)."""

    day: date
    provisional: bool


class WorkCalendar:
    """Which days courts work. Unpublished years: weekends are off, and answers that looked there are provisional."""

    def is_workday(self, day: date) -> bool:
        raise NotImplementedError

    def is_published(self, year: int) -> bool:
        """Whether the holiday notice of that year is in the catalogue."""
        raise NotImplementedError

    def next_workday(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        raise NotImplementedError

    def previous_workday(self, day: date) -> date:
        """The day itself if it is a working day, else the last one before it."""
        raise NotImplementedError

    def add_workdays(self, day: date, n: int) -> date:
        """The ``n``-th working day counting from the day after ``day``."""
        raise NotImplementedError

    def roll_forward(self, day: date) -> Rolled:
        """``next_workday``, with whether the answer is provisional."""
        raise NotImplementedError

    def roll_back(self, day: date) -> Rolled:
        """``previous_workday``, with whether the answer is provisional."""
        raise NotImplementedError

    def count(self, day: date, n: int) -> Rolled:
        """``add_workdays``, with whether the answer is provisional."""
        raise NotImplementedError

    def with_overlay(self, extra_off: Iterable[date] = (), extra_work: Iterable[date] = ()) -> WorkCalendar:
        """The same calendar with a local court's own days off and working days laid over it."""
        raise NotImplementedError
