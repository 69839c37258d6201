"""The flows of the demo court: the published figures, on whatever day it is made."""

from datetime import date, timedelta
from random import Random

import pytest

from catalogues.library import work_calendar
from pipeline.demo.almanac import Almanac
from pipeline.demo.shape import latest_half, shape_of

DAYS = [date(2024, 1, 1) + timedelta(days=37 * step) for step in range(32)]
EDGES = [
    date(2026, 6, 30),
    date(2026, 7, 1),
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2026, 2, 18),
    date(2026, 11, 22),
]


def shape_on(day, cases=None):
    almanac = Almanac(day, work_calendar())
    return almanac, shape_of(almanac, Random(5), cases)


def flow(almanac, shape, start, end):
    """Old, new, closed and pending of a period, counted day by day."""
    first, last = almanac.number(start), almanac.number(end)
    old = shape.old + sum(shape.filings[:first]) - sum(shape.closings[:first])
    new, closed = sum(shape.filings[first : last + 1]), sum(shape.closings[first : last + 1])
    return old, new, closed, old + new - closed


def test_the_latest_half_is_over_before_the_day():
    assert latest_half(date(2026, 6, 30)) == (date(2025, 7, 1), date(2025, 12, 31))
    assert latest_half(date(2026, 7, 1)) == (date(2026, 1, 1), date(2026, 6, 30))
    assert latest_half(date(2026, 11, 22)) == (date(2026, 1, 1), date(2026, 6, 30))
    assert latest_half(date(2027, 1, 1)) == (date(2026, 7, 1), date(2026, 12, 31))


@pytest.mark.parametrize("day", DAYS + EDGES, ids=str)
def test_the_published_figures_come_out_on_every_day(day):
    almanac, shape = shape_on(day)
    start, end = latest_half(day)
    assert flow(almanac, shape, start, end) == (1_448, 36_652, 31_946, 6_154)
    year_earlier = [each.replace(year=each.year - 1) for each in (start, end)]
    assert flow(almanac, shape, *year_earlier) == (757, 39_416, 31_943, 8_230)
    between = (year_earlier[1] + timedelta(days=1), start - timedelta(days=1))
    _, new, closed, pending = flow(almanac, shape, *between)
    assert (closed - new, pending) == (6_782, 1_448)


@pytest.mark.parametrize("cases", [None, 5_000, 1_000_000])
@pytest.mark.parametrize("day", EDGES, ids=str)
def test_no_day_closes_a_case_that_was_not_there(day, cases):
    almanac, shape = shape_on(day, cases)
    stock = shape.old
    for number in range(shape.start, almanac.today + 1):
        assert 0 <= shape.closings[number] <= stock
        stock += shape.filings[number] - shape.closings[number]
    assert sum(shape.filings[: shape.start]) == 0
    assert stock > 0


def test_the_court_rests_on_holidays_and_over_the_spring_festival():
    almanac, shape = shape_on(date(2026, 11, 22))
    days = range(shape.start, almanac.today + 1)
    resting = sum(shape.filings[day] for day in days if not almanac.works[day])
    assert resting < shape.total * 0.01
    festival = almanac.number(date(2026, 2, 16))
    assert sum(shape.filings[festival : festival + 7]) < 20


def test_the_year_ends_in_a_rush_of_closings():
    almanac, shape = shape_on(date(2026, 11, 22))

    def closed_in(month):
        return sum(n for day, n in enumerate(shape.closings) if almanac.iso[day].startswith(month))

    assert closed_in("2025-12") > 1.3 * closed_in("2025-08")
    assert closed_in("2026-01") < 0.8 * closed_in("2025-12")


def test_the_number_of_cases_asked_for_is_kept_and_the_proportions_stay():
    _, shape = shape_on(date(2026, 11, 22), 1_000_000)
    assert abs(shape.total - 1_000_000) <= 4
    golden = shape.periods[2].flow
    assert golden.closed / golden.new == pytest.approx(0.8716, abs=0.001)
