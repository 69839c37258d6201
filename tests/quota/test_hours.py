"""What a case takes a judge: outliers drawn in, thin cells backed off, intervals by seed."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from quota.hours import CELL, DEFAULT, GROUP, TYPE, Cell, Timed, bootstrap, measure, winsorise

RULES = {"cell_min": 30, "winsor_low": 0.05, "winsor_high": 0.95, "seed": 7}
TRAFFIC = Cell("civil", "summary", "simple", "道路交通")
SALE = Cell("civil", "summary", "simple", "买卖合同")
THEFT = Cell("criminal", "fast", "simple", "盗窃")
DEFAULTS = {Cell("civil"): 16.0, Cell("criminal"): 20.0, Cell("criminal", "fast"): 5.0}


def timed(cell: Cell, hours, start: int = 0) -> list[Timed]:
    return [
        Timed(f"{cell.cause_group}{start + place:05d}", cell, float(one)) for place, one in enumerate(hours)
    ]


def hours_of(many: int, seed: int = 1, mean: float = 6) -> np.ndarray:
    return np.random.default_rng(seed).gamma(4, mean / 4, many)


def measured(cases, **more):
    return measure(cases, defaults=DEFAULTS, **{**RULES, **more})


def test_a_cell_with_enough_cases_has_its_own_winsorised_mean():
    hours = hours_of(200)
    found = measured(timed(TRAFFIC, hours))[TRAFFIC]
    low, high = np.quantile(hours, [0.05, 0.95])
    assert found.hours == pytest.approx(np.clip(hours, low, high).mean())
    assert (found.used_level, found.n, found.own, found.used) == (CELL, 200, 200, TRAFFIC)
    assert found.winsorised == 20


def test_one_case_that_took_a_thousand_hours_hardly_moves_the_mean():
    hours = hours_of(100)
    usual = measured(timed(TRAFFIC, hours))[TRAFFIC].hours
    wild = measured(timed(TRAFFIC, [*hours[:-1], 1000]))[TRAFFIC].hours
    assert wild == pytest.approx(usual, rel=0.05)


def test_twenty_nine_cases_are_too_few_and_thirty_are_enough():
    cases = timed(SALE, hours_of(200, mean=9))
    few, enough = (measured([*cases, *timed(TRAFFIC, hours_of(many))])[TRAFFIC] for many in (29, 30))
    assert (few.used_level, few.used, few.own) == (GROUP, Cell("civil", "summary", "simple"), 29)
    assert few.n == 229
    assert (enough.used_level, enough.n) == (CELL, 30)


def test_backing_off_goes_over_cause_class_and_procedure_to_the_case_type_and_the_catalogue():
    thin = Cell("civil", "ordinary", "complex", "建设工程")
    plain = Cell("civil", "ordinary", "ordinary", "建设工程")
    cases = [*timed(thin, hours_of(5)), *timed(plain, hours_of(27), start=100)]
    assert measured(cases)[thin].used == Cell("civil", "ordinary")
    cases = [*timed(thin, hours_of(5)), *timed(TRAFFIC, hours_of(40))]
    assert (measured(cases)[thin].used_level, measured(cases)[thin].used) == (TYPE, Cell("civil"))
    alone = measured(timed(thin, hours_of(5)))[thin]
    assert (alone.used_level, alone.hours, alone.n, alone.low, alone.high) == (DEFAULT, 16.0, 0, None, None)


def test_the_nearest_default_counts():
    assert measured(timed(THEFT, hours_of(3)))[THEFT].hours == 5.0
    assert measured([], asked=[Cell("criminal", "ordinary")])[Cell("criminal", "ordinary")].hours == 20.0


def test_a_cell_with_neither_measure_nor_default_is_left_out():
    strange = Cell("other", "special")
    assert strange not in measured(timed(strange, hours_of(3)))


def test_the_same_seed_gives_the_same_interval_whatever_the_order_and_whatever_else_was_timed():
    cases = timed(TRAFFIC, hours_of(80))
    alone, mixed = (
        measured(cases)[TRAFFIC],
        measured([*timed(THEFT, hours_of(50)), *reversed(cases)])[TRAFFIC],
    )
    assert alone == mixed
    assert measured(cases, seed=8)[TRAFFIC].low != alone.low


def test_the_interval_agrees_with_an_independent_bootstrap():
    """Each resample is winsorised anew: what was drawn in once would spread too little."""

    def winsorised_mean(rows: np.ndarray, axis: int) -> np.ndarray:
        low, high = np.quantile(rows, [0.05, 0.95], axis=axis, keepdims=True)
        return np.clip(rows, low, high).mean(axis=axis)

    values = hours_of(120)
    low, high = bootstrap(values, seed=3, cell=TRAFFIC, ends=(0.05, 0.95))
    other = stats.bootstrap(
        (values,),
        winsorised_mean,
        confidence_level=0.90,
        method="percentile",
        n_resamples=4000,
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert low == pytest.approx(other.low, rel=0.01)
    assert high == pytest.approx(other.high, rel=0.01)


def test_resamples_winsorised_anew_spread_more_than_values_drawn_in_once():
    values = np.append(hours_of(114), [40.0, 60, 80, 90, 100, 120])
    once, _ = winsorise(values, 0.05, 0.95)
    narrow, anew = (
        bootstrap(once, seed=3, cell=TRAFFIC),
        bootstrap(values, seed=3, cell=TRAFFIC, ends=(0.05, 0.95)),
    )
    assert anew[1] - anew[0] > 1.1 * (narrow[1] - narrow[0])


def test_a_mean_of_cases_some_of_which_nobody_timed_has_no_interval():
    seen = timed(TRAFFIC, hours_of(40))
    said = [Timed(f"s{place}", TRAFFIC, 6.0, is_said=True) for place in range(2960)]
    found = measured([*seen, *said, *timed(THEFT, hours_of(40))])
    mixed = found[TRAFFIC]
    assert (mixed.n, mixed.said, mixed.low, mixed.high) == (3000, 2960, None, None)
    assert found[THEFT].said == 0 and found[THEFT].low is not None


def test_nine_in_ten_intervals_hold_the_mean():
    held = 0
    for seed in range(120):
        values = np.random.default_rng(seed).normal(6, 2, 60)
        low, high = bootstrap(values, seed=seed, cell=TRAFFIC)
        held += low <= 6 <= high
    assert 0.8 <= held / 120 <= 0.97


@given(st.lists(st.floats(0.1, 500), min_size=1, max_size=80))
def test_the_interval_holds_the_mean_and_the_mean_lies_among_the_cases(hours):
    found = measured(timed(TRAFFIC, hours), cell_min=1)[TRAFFIC]
    assert min(hours) - 1e-9 <= found.hours <= max(hours) + 1e-9
    assert found.low <= found.hours + 1e-9 and found.high >= found.hours - 1e-9


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_winsorising_equals_clipping_at_the_quantiles(hours):
    values = np.array(hours)
    drawn_in, moved = winsorise(values, 0.1, 0.9)
    low, high = np.percentile(values, [10, 90])
    assert drawn_in == pytest.approx(np.minimum(np.maximum(values, low), high))
    assert moved == int(((values < low) | (values > high)).sum())


def test_the_published_study_of_22000_cases_is_measured_in_seconds():
    rng = np.random.default_rng(1)
    cells = [Cell("civil", f"p{p}", f"k{k}", f"g{g}") for p in range(4) for k in range(3) for g in range(13)]
    cases = [
        Timed(str(place), cells[int(rng.integers(len(cells)))], float(hours))
        for place, hours in enumerate(rng.gamma(4, 2, 22_000))
    ]
    began = time.perf_counter()
    found = measured(cases)
    assert time.perf_counter() - began < 15
    assert found[Cell("civil")].n == 22_000
