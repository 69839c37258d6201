"""How wrong it would have been: nothing that came later is known at an earlier time."""

from __future__ import annotations

import numpy as np
import pytest

from forecasts import backtest, bands
from forecasts.backtest import rolled
from forecasts.bands import band, coverage, held, total_half, widened
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


def test_a_hole_is_filled_from_what_was_known_then():
    counts = [*simulated(1, 60).counts]
    counts[30] = None
    later = [*counts[:42], counts[42] + 500, *counts[43:]]
    for origin in (31, 40):
        then, other = (past(each).until(origin, 12) for each in (counts, later))
        assert np.array_equal(then.roots, other.roots)
        assert np.array_equal(backtest._year_ago(then, 12), backtest._year_ago(other, 12))


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


def test_an_error_of_a_month_not_yet_over_is_not_known():
    errors = np.ones((3, 4))
    known = bands._known_by(errors, (10, 12, 14), 13)
    assert np.isfinite(known).tolist() == [[True] * 3 + [False], [True] + [False] * 3, [False] * 4]


def test_the_band_of_the_total_is_widened_by_the_errors_of_totals_it_did_not_hold():
    errors = np.array([0.02, -0.03, 0.05, 0.12, -0.11, 0.10])
    assert held(0.06, errors) == 0.5
    assert widened(0.06, errors, level=0.8) == 0.12
    assert widened(0.2, errors, level=0.8) == 0.2
    assert widened(0.06, np.zeros(0), level=0.8) == 0.06


def test_errors_of_totals_are_those_of_whole_years_only():
    found = rolled(past(simulated(2, 60).counts), NAMES, 12)
    whole = [row for row, origin in enumerate(found.origins) if origin + 12 <= 60]
    errors = found.total_errors("both")
    assert len(errors) == len(whole) == 7
    said = expected(found.roots["both"][0], found.factors[0], found.noise[0]).sum()
    assert errors[0] == pytest.approx(found.counts[0].sum() / said - 1)


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
