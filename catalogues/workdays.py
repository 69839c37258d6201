"""Working days (工作日) under the State Council's yearly holiday notices (法定休假日与调休)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

FRIDAY = 5  # ordinal 1 is a Monday, so (ordinal - 1) % 7 is the weekday


@dataclass(frozen=True)
class CalendarYear:
    """What one year's notice says: the days off, and the weekend days worked in exchange (调休上班)."""

    year: int
    days_off: tuple[date, ...]
    days_worked: tuple[date, ...]


@dataclass(frozen=True)
class Rolled:
    """A day found in the calendar, and whether the search looked at a year without a published notice (待公布)."""

    day: date
    provisional: bool


class WorkCalendar:
    """Which days courts work. Unpublished years: weekends are off, and answers that looked there are provisional."""

    def __init__(
        self,
        years: Iterable[CalendarYear],
        *,
        extra_off: Iterable[date] = (),
        extra_work: Iterable[date] = (),
    ) -> None:
        self._years = tuple(sorted(years, key=lambda notice: notice.year))
        self._extra_off, self._extra_work = frozenset(extra_off), frozenset(extra_work)
        if both := self._extra_off & self._extra_work:
            raise ValueError(f"{min(both)} is given both as a day off and as a working day; keep one of them")
        self.published = frozenset(notice.year for notice in self._years)
        self._exceptions = self._laid_over()
        self._lay_out()

    def _laid_over(self) -> dict[int, bool]:
        """Every day that is not simply a weekday or a weekend day: whether it is worked. Local days win."""
        worked: dict[int, bool] = {}
        for notice in self._years:
            worked.update((day.toordinal(), False) for day in notice.days_off)
            worked.update((day.toordinal(), True) for day in notice.days_worked)
        worked.update((day.toordinal(), False) for day in self._extra_off)
        worked.update((day.toordinal(), True) for day in self._extra_work)
        return worked

    def _lay_out(self) -> None:
        """List every working day of the years that hold exceptions, so that searching them is one bisection."""
        years = self.published | {date.fromordinal(ordinal).year for ordinal in self._exceptions}
        self._first = date(min(years), 1, 1).toordinal() if years else 1
        self._last = date(max(years), 12, 31).toordinal() if years else 0
        span = range(self._first, self._last + 1)
        self._worked = [ordinal for ordinal in span if self._is_worked(ordinal)]

    def _is_worked(self, ordinal: int) -> bool:
        return self._exceptions.get(ordinal, (ordinal - 1) % 7 < FRIDAY)

    def is_workday(self, day: date) -> bool:
        return self._is_worked(day.toordinal())

    def is_published(self, year: int) -> bool:
        """Whether the holiday notice of that year is in the catalogue."""
        return year in self.published

    def exceptions(self) -> dict[date, bool]:
        """Every day that differs from its weekday or that a notice names: True when worked. For set-based readers."""
        return {date.fromordinal(ordinal): worked for ordinal, worked in sorted(self._exceptions.items())}

    def next_workday(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        return self._nth_from(day.toordinal(), 0)

    def previous_workday(self, day: date) -> date:
        """The day itself if it is a working day, else the last one before it."""
        ordinal = day.toordinal()
        if self._first <= ordinal <= self._last:
            index = bisect_right(self._worked, ordinal) - 1
            if index >= 0:
                return date.fromordinal(self._worked[index])
        while not self._is_worked(ordinal):
            ordinal -= 1
        return date.fromordinal(ordinal)

    def add_workdays(self, day: date, n: int) -> date:
        """The ``n``-th working day counting from the day after ``day`` (次日起算); the day itself for 0."""
        if n < 0:
            raise ValueError(f"cannot count {n} working days; give 0 or more")
        return day if n == 0 else self._nth_from(day.toordinal() + 1, n - 1)

    def _nth_from(self, ordinal: int, n: int) -> date:
        """The working day with ``n`` working days before it, from that ordinal on."""
        if self._first <= ordinal <= self._last:
            index = bisect_left(self._worked, ordinal) + n
            if index < len(self._worked):
                return date.fromordinal(self._worked[index])
            n, ordinal = index - len(self._worked), self._last + 1
        while n or not self._is_worked(ordinal):
            n -= self._is_worked(ordinal)
            ordinal += 1
        return date.fromordinal(ordinal)

    def roll_forward(self, day: date) -> Rolled:
        """``next_workday`` (顺延), with whether the answer is provisional."""
        found = self.next_workday(day)
        return self._looked(found, day, found)

    def roll_back(self, day: date) -> Rolled:
        """``previous_workday``, with whether the answer is provisional."""
        found = self.previous_workday(day)
        return self._looked(found, found, day)

    def count(self, day: date, n: int) -> Rolled:
        """``add_workdays``, with whether the answer is provisional."""
        found = self.add_workdays(day, n)
        if n == 0:
            return Rolled(day, provisional=False)
        return self._looked(found, date.fromordinal(day.toordinal() + 1), found)

    def _looked(self, found: date, first: date, last: date) -> Rolled:
        years = range(first.year, last.year + 1)
        return Rolled(found, provisional=not self.published.issuperset(years))

    def with_overlay(self, extra_off: Iterable[date] = (), extra_work: Iterable[date] = ()) -> WorkCalendar:
        """The same calendar with a local court's own days off and working days laid over it (地方假日)."""
        off, work = frozenset(extra_off), frozenset(extra_work)
        return WorkCalendar(
            self._years,
            extra_off=(self._extra_off - work) | off,
            extra_work=(self._extra_work - off) | work,
        )
