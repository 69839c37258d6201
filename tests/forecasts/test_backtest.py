"""How wrong it would have been: nothing that came later is known at an earlier time."""

from __future__ import annotations

import numpy as np
import pytest

from forecasts import backtest
from forecasts.backtest import rolled
from forecasts.bands import band, coverage, total_half
from forecasts.history import bound, expected, history
from tests.forecasts.simulated import simulated

NAMES = ("both", "smoothing", "seasonal_trend")


def past(counts, horizon=12, days=None):
    return history(counts, season=12, horizon=horizon, days=days, most=6)


def test_an_earlier_forecast_does_not_know_what_came_after():
    counts = simulated(1, 60).counts
    changed = [*counts[:48], *(count + 500 for count in counts[48:])]
    before, after = rolled(past(counts), NAMES, 12), rolled(past(changed), NAMES, 12)
    known = [row for row, origin in enumerate(before.origins) if origin <= 48]
    assert known
    assert np.array_equal(before.roots["both"][known], after.roots["both"][known])


def test_the_plain_ways_are_last_month_and_the_same_month_a_year_ago():
    counts = simulated(2, 60).counts
    found = rolled(past(counts), NAMES, 12)
    ours, last, year_ago = [], [], []
    for row, origin in enumerate(found.origins):
        came = np.array(counts[origin : origin + 12])
        said = expected(found.roots["both"][row], np.ones(12), found.noise[row])[: len(came)]
        ours.extend(np.abs(came - said))
        last.extend(np.abs(came - counts[origin - 1]))
        year_ago.extend(np.abs(came - np.array(counts[origin - 12 : origin])[: len(came)]))
    shown = found.backtest("both", None)
    assert shown.mae == pytest.approx(np.mean(ours))
    assert shown.mae_last == pytest.approx(np.mean(last))
    assert shown.mae_seasonal == pytest.approx(np.mean(year_ago))
    assert shown.compared == len(ours)


def test_earlier_times_lie_evenly_in_the_last_two_seasons():
    assert backtest._origins(60, 24, 12) == tuple(range(36, 60, 2))
    assert backtest._origins(36, 24, 12) == tuple(range(24, 36))
    assert backtest._origins(24, 24, 12) == ()


def test_a_month_nobody_counted_is_not_held_against_the_forecast():
    counts = simulated(2, 60).counts
    whole = rolled(past(counts), NAMES, 3)
    holed = rolled(past([*counts[:50], None, *counts[51:]]), NAMES, 3)
    assert holed.compared() == whole.compared() - 2


def test_the_one_preferred_stays_unless_another_is_clearly_better():
    found = rolled(past(simulated(2, 60).counts), NAMES, 12)
    errors = {name: found.mae(name) for name in NAMES}
    best = found.best(NAMES)
    assert best == NAMES[0] or errors[best] < 0.9 * errors[NAMES[0]]


def test_the_band_is_the_share_of_errors_it_promises():
    errors = np.random.default_rng(1).normal(0, 2, (200, 5))
    halves = band(errors, level=0.8, season=12).halves
    assert (np.abs(errors) <= halves).mean() == pytest.approx(0.8, abs=0.02)
    assert halves[0] == pytest.approx(2 * 1.2816, rel=0.15)


def test_errors_that_grow_with_the_distance_widen_the_band():
    errors = np.random.default_rng(1).normal(0, 1, (300, 6)) * np.sqrt(1 + np.arange(6))
    halves = band(errors, level=0.8, season=12).halves
    assert halves[5] / halves[0] == pytest.approx(np.sqrt(6), rel=0.35)


def test_coverage_counts_only_errors_known_by_then():
    found = rolled(past(simulated(2, 60).counts), NAMES, 12)
    share = coverage(found, "both", level=0.8, season=12)
    assert share is not None and 0 <= share <= 1


def test_the_total_lies_between_independent_and_fully_common_errors():
    halves = np.array([1.0, 2.0, 2.0])
    assert total_half(halves, 0.0) == pytest.approx(3.0)
    assert total_half(halves, 1.0) == pytest.approx(5.0)
    assert 3.0 < total_half(halves, 0.4) < 5.0


def test_counts_come_back_from_their_roots():
    counts = [0.0, 1.0, 7.0, 400.0]
    held = past(counts)
    assert bound(held.roots, np.ones(4)) == pytest.approx(counts)


def test_a_long_month_counts_by_its_days():
    counts = [20.0 * days for days in (20, 22, 18, 21)]
    held = past(counts, horizon=1, days=[20, 22, 18, 21, 10])
    assert np.ptp(held.roots) < 1e-9
    assert expected(held.roots[:1], held.factors[4:]) == pytest.approx([20 * 10], rel=0.01)
