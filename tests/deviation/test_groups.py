from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deviation.groups import between, partial_pooling, survey
from deviation.residuals import Residual, may_be_shown

UNITS = [f"court {place:02}" for place in range(12)]
PERIODS = ["2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"]


def court_rows(draw, *, n=60, units=UNITS, shifted=None, shift=0.0, of_units=0.0, periods=PERIODS):
    """Residuals of every unit and period; ``of_units``: how much units differ from one another for good."""
    own = dict(zip(units, draw.normal(0, of_units, len(units)), strict=True))
    return [
        Residual(unit, period, value + own[unit] + (shift if unit == shifted else 0))
        for unit in units
        for period in periods
        for value in draw.standard_t(4, n) * 0.35
    ]


def ask(rows, **changed):
    return survey(rows, **({"units": UNITS, "periods": PERIODS, "min_group": 20} | changed))


def highlighted(found):
    return [each.unit for each in found.standings if each.persistent]


# --- null and planted ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("of_units", [0.0, 0.15])
def test_courts_that_do_not_change_are_highlighted_in_at_most_one_in_twenty(of_units):
    draw = np.random.default_rng(7)
    runs = [ask(court_rows(draw, n=40, of_units=of_units, units=UNITS[:8])) for _ in range(60)]
    assert sum(len(highlighted(found)) for found in runs) <= 0.05 * 60 * 8


def test_a_unit_beyond_the_usual_for_three_periods_is_found_and_no_other():
    draw = np.random.default_rng(3)
    found = [ask(court_rows(draw, shifted=UNITS[4], shift=0.35)) for _ in range(20)]
    assert sum(highlighted(each) == [UNITS[4]] for each in found) >= 16
    assert {each.standings[4].persistent for each in found} <= {"higher", ""}


def test_a_shift_in_two_of_three_periods_says_nothing():
    draw = np.random.default_rng(4)
    rows = court_rows(draw, shifted=UNITS[4], shift=0.6)
    rows = [Residual(row.unit, row.period, 0.0) if row.period == PERIODS[-2] else row for row in rows]
    assert highlighted(ask(rows)) == []


def test_beyond_on_changing_sides_says_nothing():
    draw = np.random.default_rng(5)
    rows = [
        Residual(row.unit, row.period, row.value + (0.6 if row.period != PERIODS[-2] else -0.6))
        if row.unit == UNITS[4]
        else row
        for row in court_rows(draw)
    ]
    assert highlighted(ask(rows)) == []


def test_fewer_periods_than_asked_for_say_nothing():
    draw = np.random.default_rng(6)
    rows = court_rows(draw, shifted=UNITS[4], shift=0.6, periods=PERIODS[-2:])
    found = ask(rows)
    assert highlighted(found) == []
    assert found.standings[4].periods == 2


def test_where_most_units_are_beyond_on_one_side_the_cause_is_common_and_none_is_named():
    draw = np.random.default_rng(8)
    rows = [Residual(row.unit, row.period, row.value + 0.6) for row in court_rows(draw)]
    found = ask(rows)
    assert found.common == "higher"
    assert highlighted(found) == []


def test_of_three_divisions_the_one_that_differs_is_found_though_it_widens_the_variation():
    draw = np.random.default_rng(9)
    three = UNITS[:3]
    rows = court_rows(draw, n=80, units=three, shifted=three[1], shift=0.4)
    assert highlighted(ask(rows, units=three)) == [three[1]]


def test_one_extreme_case_does_not_make_a_unit():
    draw = np.random.default_rng(10)
    rows = court_rows(draw)
    rows += [Residual(UNITS[0], period, 1e6) for period in PERIODS]
    assert highlighted(ask(rows)) == []


# --- what is shown --------------------------------------------------------------------------------------------
def test_units_keep_the_order_given_whatever_their_values():
    draw = np.random.default_rng(11)
    turned = UNITS[::-1]
    rows = court_rows(draw, of_units=0.5)
    assert [each.unit for each in ask(rows).standings] == UNITS
    assert [each.unit for each in ask(rows, units=turned).standings] == turned


def test_the_expected_number_of_false_signals_is_said_in_cases_not_in_words():
    found = ask(court_rows(np.random.default_rng(12)))
    assert found.expected_once == pytest.approx(0.6)
    assert found.expected_false == pytest.approx(12 * 2 * 0.025**3)


def test_a_unit_below_the_least_number_is_not_there_at_all():
    rows = court_rows(np.random.default_rng(13))
    few = [row for row in rows if row.unit != UNITS[0]] + [Residual(UNITS[0], PERIODS[-1], 9.0)] * 5
    shown = [each.unit for each in ask(few).standings]
    assert UNITS[0] not in shown
    # and one more is not, so that 5 cases cannot be subtracted from the whole
    assert len(shown) == len(UNITS) - 2


def test_nothing_is_said_where_there_are_no_cases():
    found = ask([])
    assert found.standings == () and found.quartiles is None and found.common == ""


@given(st.dictionaries(st.sampled_from("abcdefgh") | st.just(""), st.integers(0, 60)), st.integers(5, 30))
def test_what_is_hidden_is_nothing_or_enough(sizes, least):
    shown = may_be_shown(sizes, least)
    hidden = sum(n for name, n in sizes.items() if name not in shown)
    assert "" not in shown
    assert all(sizes[name] >= least for name in shown)
    assert hidden == 0 or hidden >= least or not shown


def test_a_narrow_unit_is_hidden_and_never_alone():
    sizes = {"a": 90, "b": 40, "c": 60}
    assert may_be_shown(sizes, 20) == {"a", "b", "c"}
    assert may_be_shown(sizes, 20, {"a"}) == {"c"}  # the total less b and c would be a
    assert may_be_shown({**sizes, "": 30}, 20, {"a"}) == {"b", "c"}
    assert may_be_shown({**sizes, "d": 3}, 20, {"a"}) == {"b", "c"}


# --- the arithmetic -------------------------------------------------------------------------------------------
def test_small_units_are_drawn_closer_to_the_others_than_large_ones():
    means, errors = np.asarray([0.3, 0.3, 0.0, -0.1, 0.05]), np.asarray([0.04, 0.001, 0.01, 0.01, 0.01])
    pooled, half = partial_pooling(means, errors)
    assert abs(pooled[0]) < abs(pooled[1]) < 0.3
    assert half[0] > half[1]


def test_pooled_intervals_cover_the_truth_nine_times_in_ten_or_more():
    draw = np.random.default_rng(14)
    covered = []
    for _ in range(300):
        truth, errors = draw.normal(0, 0.1, 8), draw.uniform(0.002, 0.02, 8)
        pooled, half = partial_pooling(truth + draw.normal(0, np.sqrt(errors)), errors)
        covered.append(np.mean(np.abs(pooled - truth) <= half))
    assert 0.92 <= np.mean(covered) <= 0.98


def test_units_that_differ_by_chance_alone_have_no_variation_between_them():
    draw = np.random.default_rng(15)
    found = [between(draw.normal(0, 0.1, 20), np.full(20, 0.01)) for _ in range(200)]
    assert np.mean(found) < 0.002
    assert between(np.asarray([1.0]), np.asarray([0.1])) == 0
