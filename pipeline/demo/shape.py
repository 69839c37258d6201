"""How many cases come in and are closed on every day (收结存), so that the published half-years come out exactly.

The figures are those Yibin published for the first half of 2022 against 2021; here they fall in the latest complete
half-year before the demo's day and in the same half a year earlier. The half between them leads from one to the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from random import Random

from pipeline.demo.almanac import Almanac


@dataclass(frozen=True)
class Flow:
    """One period: pending when it opens (旧存), newly filed (新收), closed (审结)."""

    old: int
    new: int
    closed: int

    @property
    def pending(self) -> int:
        return self.old + self.new - self.closed


YEAR_EARLIER = Flow(old=757, new=39_416, closed=31_943)
BETWEEN = Flow(old=8_230, new=34_500, closed=34_500 + 6_782)
LATEST = Flow(old=1_448, new=36_652, closed=31_946)

#: How busy a month is for filing and for closing: Spring Festival and New Year are quiet, the year ends in a rush.
FILING = dict(enumerate((0.95, 0.85, 1.12, 1.08, 1.05, 1.05, 1.04, 1.04, 1.0, 0.97, 1.0, 0.85), start=1))
CLOSING = dict(enumerate((0.72, 0.8, 1.0, 1.02, 1.05, 1.15, 0.95, 0.95, 1.05, 1.0, 1.12, 1.3), start=1))
WEEKDAYS = (1.15, 1.06, 1.0, 0.97, 0.86)
OFF_DUTY = 0.004  # filed online, closed on a day worked voluntarily


@dataclass(frozen=True)
class Period:
    """A flow laid over the days ``start`` to ``end``, both included."""

    start: int
    end: int
    flow: Flow


@dataclass(frozen=True)
class Shape:
    """``filings[d]`` and ``closings[d]`` for every day from ``start`` on; ``old`` cases were filed before it."""

    start: int
    old: int
    filings: list[int]
    closings: list[int]
    periods: tuple[Period, ...]

    @property
    def total(self) -> int:
        return self.old + sum(self.filings)


def half_of(day: date) -> date:
    """The first day of the calendar half-year of that day."""
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def latest_half(day: date) -> tuple[date, date]:
    """The last half-year that was over before that day, both days included."""
    end = half_of(day) - timedelta(days=1)
    return half_of(end), end


def shape_of(almanac: Almanac, rng: Random, cases: int | None = None) -> Shape:
    """The flows of the demo. With ``cases`` all of them are scaled to about that many; without, they are exact."""
    periods = _periods(almanac)
    if cases is not None:
        total = periods[0].flow.old + sum(period.flow.new for period in periods)
        periods = _scaled(periods, cases / total)
    filings = [0] * (almanac.today + 1)
    closings = [0] * (almanac.today + 1)
    for period in periods:
        filed = _spread(period.flow.new, [_filing_weight(almanac, day, rng) for day in _days(period)])
        closed = _closings(almanac, period, filed, rng)
        for position, day in enumerate(_days(period)):
            filings[day], closings[day] = filed[position], closed[position]
    return Shape(periods[0].start, periods[0].flow.old, filings, closings, tuple(periods))


def _periods(almanac: Almanac) -> list[Period]:
    day = almanac.dates[almanac.today]
    third, last = latest_half(day)
    second = half_of(third - timedelta(days=1))
    first = half_of(second - timedelta(days=1))
    starts = [almanac.number(each) for each in (first, second, third)]
    ends = [starts[1] - 1, starts[2] - 1, almanac.number(last)]
    periods = [Period(*each) for each in zip(starts, ends, (YEAR_EARLIER, BETWEEN, LATEST), strict=True)]
    return [*periods, _since_then(almanac, ends[2] + 1)]


def _since_then(almanac: Almanac, start: int) -> Period:
    """From the end of the golden half to today: the same pace, the stock growing slowly."""
    days = range(start, almanac.today + 1)
    a_day = LATEST.new / 124  # working days of a half-year
    new = round(a_day * sum(FILING[almanac.dates[day].month] for day in days if almanac.works[day]))
    stock = min(LATEST.pending + 7 * len(days), 7_200, LATEST.pending + new)
    return Period(start, almanac.today, Flow(LATEST.pending, new, LATEST.pending + new - stock))


def _scaled(periods: list[Period], factor: float) -> list[Period]:
    scaled, old = [], round(periods[0].flow.old * factor)
    for period in periods:
        flow = period.flow
        new = round(flow.new * factor)
        closed = max(old + new - max(round(flow.pending * factor), 1), 0)
        scaled.append(Period(period.start, period.end, Flow(old, new, closed)))
        old += new - closed
    return scaled


def _days(period: Period) -> range:
    return range(period.start, period.end + 1)


def _filing_weight(almanac: Almanac, day: int, rng: Random) -> float:
    when = almanac.dates[day]
    if not almanac.works[day]:
        return OFF_DUTY
    year_end = 0.6 if (when.month, when.day) >= (12, 16) else 1.0
    weekday = WEEKDAYS[min(when.weekday(), 4)]
    return FILING[when.month] * weekday * year_end * _after_holidays(almanac, day) * rng.uniform(0.88, 1.12)


def _after_holidays(almanac: Almanac, day: int) -> float:
    """Work picks up slowly after a week off."""
    week_off = not any(almanac.works[max(day - 9, 0) : max(day - 3, 0)])
    return 0.7 if week_off else 1.0


def _closing_weight(almanac: Almanac, day: int, rng: Random) -> float:
    if not almanac.works[day]:
        return OFF_DUTY
    when = almanac.dates[day]
    month_end = 1.4 if almanac.dates[min(day + 7, len(almanac.dates) - 1)].month != when.month else 1.0
    return CLOSING[when.month] * month_end * rng.uniform(0.85, 1.15)


def _closings(almanac: Almanac, period: Period, filed: list[int], rng: Random) -> list[int]:
    """The seasonal closings, drawn towards the filings as far as needed for the stock never to run dry."""
    days = list(_days(period))
    seasonal = _shares([_closing_weight(almanac, day, rng) for day in days])
    steady = _shares(_steady(almanac, period, filed))
    for part in range(11):
        blend = [
            (10 - part) * one / 10 + part * other / 10 for one, other in zip(seasonal, steady, strict=True)
        ]
        closed = _spread(period.flow.closed, blend)
        if _lasts(period.flow, filed, closed):
            break
    return closed


def _steady(almanac: Almanac, period: Period, filed: list[int]) -> list[float]:
    """Closings that follow the filings while the stock moves evenly, on working days, to where it must end."""
    days = _days(period)
    worked = max(sum(almanac.works[day] for day in days), 1)
    drain = (period.flow.closed - period.flow.new) / worked
    carried, wanted = 0.0, []
    for day, new in zip(days, filed, strict=True):
        carried += new
        if not almanac.works[day]:
            wanted.append(0.0)
            continue
        wanted.append(max(carried + drain, 0.0))
        carried = 0.0
    return wanted


def _lasts(flow: Flow, filed: list[int], closed: list[int]) -> bool:
    """Whether every day's closings find enough cases filed before it."""
    stock, spare = flow.old, flow.new / len(filed) * 0.9
    for new, done in zip(filed, closed, strict=True):
        if done and stock - done < spare:
            return False
        stock += new - done
    return True


def _shares(weights: list[float]) -> list[float]:
    total = sum(weights)
    return [weight / total for weight in weights] if total else [1 / len(weights)] * len(weights)


def _spread(total: int, weights: list[float]) -> list[int]:
    """``total`` whole cases over the days in proportion to the weights, losing and inventing none."""
    if not weights:
        return []
    reached = [round(total * share) for share in accumulate(_shares(weights))]
    reached[-1] = total
    return [reached[0], *(later - earlier for earlier, later in pairwise(reached))]
