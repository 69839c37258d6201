"""What is forecast of filings: better than the plain ways, with intervals that hold, and modest where little is known."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.seasonal import GAPS, NOT_BETTER, SHORT, UNTRIED, WIDENED, Forecast, forecast
from tests.forecasts.simulated import Simulated, simulated

YEAR = 12
MONTHS = 60
COUNTS = st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=1, max_size=50).filter(
    lambda counts: any(count is not None for count in counts)
)


def series(months: int, many: int) -> list[Simulated]:
    return [simulated(seed, months + YEAR) for seed in range(many)]


def forecast_of(one: Simulated, months: int, *, by_days: bool = False) -> tuple[Forecast, np.ndarray]:
    found = forecast(one.counts[:months], horizon=YEAR, days=one.days if by_days else None)
    return found, np.array(one.counts[months:])


@pytest.fixture(scope="module")
def tried() -> list[tuple[Forecast, np.ndarray, Simulated]]:
    """Sixty months of fifty courts, and the year that came."""
    return [(*forecast_of(one, MONTHS), one) for one in series(MONTHS, 50)]


def test_the_year_that_came_is_forecast_better_than_by_last_month_and_by_last_year(tried):
    ours, last, year_ago = [], [], []
    for found, came, one in tried:
        usual = np.abs(np.diff(one.counts)).mean()
        ours.append(np.abs(came - found.values).mean() / usual)
        last.append(np.abs(came - one.counts[MONTHS - 1]).mean() / usual)
        year_ago.append(np.abs(came - one.counts[MONTHS - YEAR : MONTHS]).mean() / usual)
    assert np.mean(ours) < 0.9 * np.mean(year_ago)
    assert np.mean(ours) < 0.8 * np.mean(last)


def test_the_backtest_says_so_before_the_year_came(tried):
    backtests = [found.backtest for found, _, _ in tried]
    better = [backtest.is_better() for backtest in backtests]
    assert np.mean(better) > 0.75
    assert sum(one.mae for one in backtests) < sum(one.mae_seasonal for one in backtests)
    assert sum(one.mae for one in backtests) < sum(one.mae_last for one in backtests)


def test_eight_in_ten_months_fall_within_the_interval(tried):
    inside = [((came >= found.low) & (came <= found.high)).mean() for found, came, _ in tried]
    assert 0.75 <= np.mean(inside) <= 0.88


def test_the_coverage_shown_is_the_coverage_that_came(tried):
    shown = np.mean([found.backtest.coverage for found, _, _ in tried])
    assert 0.75 <= shown <= 0.88


def test_the_total_of_the_year_falls_within_its_own_interval(tried):
    inside = [found.total_low <= came.sum() <= found.total_high for found, came, _ in tried]
    assert 0.7 <= np.mean(inside) <= 0.95


def test_how_often_earlier_totals_were_held_is_stated_and_too_narrow_a_band_is_widened(tried):
    for found, _, _ in tried:
        assert found.backtest.totals == 7
        assert (WIDENED in found.notes) == (found.backtest.total_coverage < found.level)
    assert any(WIDENED in found.notes for found, _, _ in tried)


def test_a_series_counted_only_long_ago_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="at least one period"):
        forecast([5.0, *[None] * 80], horizon=YEAR)


def test_the_interval_of_the_total_is_narrower_than_the_sum_of_those_of_the_months(tried):
    for found, _, _ in tried:
        assert sum(found.low) <= found.total_low <= found.total <= found.total_high <= sum(found.high)
        assert found.total == pytest.approx(sum(found.values))


@pytest.mark.parametrize("months", [24, 36])
def test_intervals_hold_on_shorter_histories_too(months):
    found = [forecast_of(one, months) for one in series(months, 40)]
    inside = [((came >= one.low) & (came <= one.high)).mean() for one, came in found]
    assert 0.75 <= np.mean(inside) <= 0.9


def test_working_days_foretell_a_festival_that_moves(tried):
    some = tried[:20]
    plain = np.mean([np.abs(came - found.values).mean() for found, came, _ in some])
    by_days = np.mean(
        [np.abs(came - forecast_of(one, MONTHS, by_days=True)[0].values).mean() for _, came, one in some]
    )
    assert by_days < plain


def test_a_year_or_less_is_said_to_be_short_and_the_interval_is_wider():
    one = simulated(3, 60)
    long, short = forecast(one.counts, horizon=3), forecast(one.counts[-6:], horizon=3)
    assert SHORT in short.notes
    assert UNTRIED in short.notes and short.backtest is None
    assert SHORT not in long.notes
    assert short.total_high - short.total_low > long.total_high - long.total_low


def test_short_histories_cover_at_least_what_they_promise():
    found = [forecast_of(one, 6) for one in series(6, 100)]
    assert np.mean([((came >= one.low) & (came <= one.high)).mean() for one, came in found]) >= 0.8


def test_a_court_where_nothing_is_filed_is_forecast_nothing():
    found = forecast([0] * 48, horizon=YEAR)
    assert found.total < 1
    assert all(high < 1 for high in found.high)


def test_rare_cases_are_forecast_near_their_mean():
    rare = np.random.default_rng(5).poisson(0.4, 60).tolist()
    found = forecast(rare, horizon=YEAR)
    assert found.total == pytest.approx(0.4 * YEAR, rel=0.6)
    assert min(found.low) >= 0


def test_months_nobody_counted_are_not_months_without_cases():
    counts: list[float | None] = list(simulated(7, MONTHS).counts)
    whole = forecast(counts, horizon=YEAR)
    counts[20] = counts[41] = None
    found = forecast(counts, horizon=YEAR)
    assert GAPS in found.notes and GAPS not in whole.notes
    assert found.total == pytest.approx(whole.total, rel=0.05)


def test_what_was_never_counted_before_the_first_month_is_no_gap():
    counts = simulated(7, 40).counts
    assert forecast([None, None, *counts], horizon=YEAR) == forecast(counts, horizon=YEAR)


def test_a_shift_of_level_is_followed():
    counts = np.random.default_rng(1).poisson([100] * 48 + [160] * 24).astype(float)
    assert forecast(counts.tolist(), horizon=YEAR).total == pytest.approx(160 * YEAR, rel=0.1)


def test_a_forecast_that_is_no_better_than_the_plain_ways_says_so():
    walk = np.cumsum(np.random.default_rng(2).normal(0, 30, 60)) + 1000
    assert NOT_BETTER in forecast(walk.tolist(), horizon=YEAR).notes


def test_weeks_are_forecast_with_a_season_of_52():
    weeks = np.arange(52 * 3 + 12)
    counts = np.random.default_rng(4).poisson(40 * np.exp(0.3 * np.sin(2 * np.pi * weeks / 52)))
    found = forecast(counts[:156].tolist(), horizon=12, season=52)
    gaps = np.abs(counts[156:] - found.values).mean()
    assert gaps < np.abs(counts[156:] - counts[155]).mean()
    assert found.method in ("both", "smoothing", "seasonal_trend")


def test_the_same_counts_give_the_same_forecast():
    counts = simulated(9, MONTHS).counts
    assert forecast(counts, horizon=YEAR) == forecast(counts, horizon=YEAR)


@given(counts=COUNTS, horizon=st.integers(1, 14))
@settings(max_examples=40, deadline=None)
def test_any_counts_are_forecast_quietly_and_in_order(counts, horizon):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = forecast(counts, horizon=horizon)
    numbers = (*found.values, *found.low, *found.high, found.total_low, found.total, found.total_high)
    assert np.isfinite(numbers).all()
    assert all(
        0 <= low <= value <= high
        for low, value, high in zip(found.low, found.values, found.high, strict=True)
    )
    assert len(found.values) == horizon


@pytest.mark.parametrize(
    ("counts", "asked", "said"),
    [
        ([], {}, "at least one period"),
        ([None, None], {}, "at least one period"),
        ([1, -2], {}, "not negative"),
        ([1, float("inf")], {}, "finite"),
        ([1], {"horizon": 0}, "at least 1"),
        ([1], {"level": 1.0}, "between 0 and 1"),
        ([1], {"method": "oracle"}, "no method 'oracle'"),
        ([1, 2], {"days": [20, 21]}, "3 lengths are needed"),
        ([1, 2], {"days": [20, 0, 21]}, "more than zero days"),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_a_sentence(counts, asked, said):
    with pytest.raises(ValueError, match=said):
        forecast(counts, **{"horizon": 1, **asked})
