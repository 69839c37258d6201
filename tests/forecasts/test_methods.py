"""The single ways to forecast, against independent calculations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecasts.methods import ahead, least, possible, seasonal_trend, slope, smoothing

SEASON = 4
VALUES = st.lists(st.floats(-50, 50), min_size=8, max_size=24).map(np.array)


@given(VALUES)
def test_the_trend_is_the_median_over_pairs_of_the_same_month(values):
    pairs = [
        (values[later] - values[early]) / (later - early)
        for early in range(len(values))
        for later in range(early + SEASON, len(values), SEASON)
    ]
    assert slope(values, SEASON) == pytest.approx(np.median(pairs), abs=1e-9)


@given(VALUES)
def test_without_a_season_it_is_the_estimate_of_theil_and_sen(values):
    assert slope(values, 1) == pytest.approx(stats.theilslopes(values)[0], abs=1e-9)


def test_one_wild_month_does_not_move_the_trend():
    line = np.arange(48) * 0.5
    wild = line.copy()
    wild[30] = 1000
    assert slope(wild, 12) == pytest.approx(slope(line, 12), abs=0.02)


@given(st.floats(-1, 1), st.lists(st.floats(-5, 5), min_size=SEASON, max_size=SEASON), st.integers(1, 9))
def test_a_straight_line_with_a_season_is_carried_on_exactly(rise, season, horizon):
    periods = np.arange(16 + horizon)
    values = 30 + rise * periods + np.array(season)[periods % SEASON]
    assert seasonal_trend(values[:16], SEASON, horizon) == pytest.approx(values[16:], abs=1e-6)


def test_smoothing_carries_a_season_on():
    periods = np.arange(72)
    values = 10 + np.sin(2 * np.pi * periods / 12)
    assert smoothing(values[:60], 12, 12) == pytest.approx(values[60:], abs=0.2)


def test_both_is_the_mean_of_the_two():
    values = np.random.default_rng(1).normal(10, 1, 60)
    said = ahead(("both", "smoothing", "seasonal_trend"), values, 12, 6)
    assert said["both"] == pytest.approx((said["smoothing"] + said["seasonal_trend"]) / 2)


def test_how_long_a_history_each_way_needs():
    assert possible(36, 12) == ("both", "smoothing", "seasonal_trend")
    assert possible(35, 12) == ("seasonal_trend",)
    assert possible(23, 12) == ("mean",)
    assert possible(60, 52) == ("mean", "level")
    assert least(("both", "smoothing"), 12) == 24
    assert least(("seasonal_trend",), 12) == 12
