"""Spans of time behind duties and subsidies (任职时段、统计期间): days from one up to, not including, another. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

QUARTERS = "一二三四"
DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Span:
    """Days from ``starts`` up to, not including, ``ends``."""

    starts: date
    ends: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.starts <= day < self.ends


@dataclass(frozen=True)
class Period:
    """Whole months of one year that are reported on together, both days included."""

    starts_on: date
    ends_on: date

    @property
    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on + DAY)

    @property
    def months(self) -> int:
        return self.ends_on.month - self.starts_on.month + 1

    @property
    def key(self) -> str:
        """As addresses and forms write it: 2026-04_2026-06."""
        return f"{self.starts_on:%Y-%m}_{self.ends_on:%Y-%m}"

    @property
    def name(self) -> str:
        first, last, year = self.starts_on.month, self.ends_on.month, self.starts_on.year
        if (first, last) == (1, 12):
            return f"{year}年"
        if self.months == 3 and first % 3 == 1:
            return f"{year}年第{QUARTERS[first // 3]}季度"
        return f"{year}年{first}月" if first == last else f"{year}年{first}至{last}月"


def period_of(year: int, first: int, last: int) -> Period:
    """The months ``first`` to ``last`` of a year, both included."""
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def periods_over(day: date, quarters: int = 8) -> list[Period]:
    """The last quarters that are over, newest first, each with the months of its year up to its end."""
    found: list[Period] = []
    place = day.year * 4 + (day.month - 1) // 3
    for year, quarter in (divmod(back, 4) for back in range(place - 1, place - 1 - quarters, -1)):
        last = quarter * 3 + 3
        found.append(period_of(year, last - 2, last))
        if quarter:
            found.append(period_of(year, 1, last))
    return found


def periods_running(day: date) -> list[Period]:
    """The quarter of the day and, from the second on, the months of its year up to the quarter's end."""
    last = (day.month - 1) // 3 * 3 + 3
    quarter = period_of(day.year, last - 2, last)
    return [quarter] if last == 3 else [quarter, period_of(day.year, 1, last)]


def common(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The days in both."""
    others = list(others)
    met = (Span(max(a.starts, b.starts), min(a.ends, b.ends)) for a in spans for b in others)
    return joined(span for span in met if span.starts < span.ends)


def without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """The days of ``spans`` that are in none of the ``others``."""
    left = joined(spans)
    for other in joined(others):
        cut = (part for span in left for part in _parts(span, other))
        left = [span for span in cut if span.starts < span.ends]
    return left


def _parts(span: Span, other: Span) -> tuple[Span, Span]:
    before = Span(span.starts, min(span.ends, max(span.starts, other.starts)))
    return before, Span(max(span.starts, min(span.ends, other.ends), before.ends), span.ends)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same days in order, those that touch as one span."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.starts <= found[-1].ends:
            found[-1] = Span(found[-1].starts, max(found[-1].ends, span.ends))
        else:
            found.append(span)
    return found


def months_in(spans: Sequence[Span], period: Period) -> Fraction:
    """How many months of the period the days make; of a month that is not whole, its share of days."""
    total = Fraction(0)
    for month in range(period.starts_on.month, period.ends_on.month + 1):
        whole = period_of(period.starts_on.year, month, month).span
        held = sum((span.ends - span.starts).days for span in common(spans, [whole]))
        total += Fraction(held, (whole.ends - whole.starts).days)
    return total


def is_within(day: date, spans: Iterable[Span]) -> bool:
    return any(day in span for span in spans)
