"""What stands out among its like, and which simple cases did not go as such (峰值偏差)."""

import pytest

from quota.peaks import Bound, Breach, breaches, peak_deviation, percentile

LIKE = {f"c{number}": float(days) for number, days in enumerate([8, 9, 10, 10, 11, 12, 40])}


def test_the_deviation_is_counted_in_robust_standard_deviations_from_the_median():
    peak = peak_deviation({"简单": LIKE}, cell_min=5)["简单"]["c6"]
    assert (peak.median, peak.n) == (10, 7)
    assert peak.deviation == pytest.approx((40 - 10) / 1.4826)


def test_one_very_long_case_does_not_hide_itself():
    longer = LIKE | {"c6": 400.0}
    ordinary = peak_deviation({"k": LIKE}, cell_min=5)["k"]["c0"]
    assert peak_deviation({"k": longer}, cell_min=5)["k"]["c0"] == ordinary


def test_few_cases_tell_nothing():
    assert {peak.deviation for peak in peak_deviation({"k": LIKE}, cell_min=8)["k"].values()} == {None}


def test_cases_all_alike_tell_nothing():
    alike = dict.fromkeys(range(40), 7.0) | {"late": 90.0}
    assert {peak.deviation for peak in peak_deviation({"k": alike}, cell_min=30)["k"].values()} == {None}


def test_classes_are_measured_apart():
    both = peak_deviation(
        {"简单": LIKE, "复杂": {case: 10 * days for case, days in LIKE.items()}}, cell_min=5
    )
    assert both["复杂"]["c6"].deviation == pytest.approx(both["简单"]["c6"].deviation)
    assert peak_deviation({"k": {}}, cell_min=5) == {"k": {}}


def test_a_percentile_lies_between_its_neighbours_and_needs_enough_cases():
    assert percentile(list(range(1, 12)), 0.9, cell_min=5) == Bound(10.0, 11)
    assert percentile([1.0, 2.0], 0.9, cell_min=2).value == pytest.approx(1.9)
    assert percentile([1.0, 2.0], 0.9, cell_min=3) == Bound(None, 2)
    assert percentile([], 0.9, cell_min=0) == Bound(None, 0)


def test_a_simple_case_is_looked_at_for_its_cycle_or_for_one_node():
    peaks = peak_deviation({"送达": LIKE}, cell_min=5)
    found = breaches(cycles={"c1": 26.0, "c2": 60.0}, bound=Bound(50.0, 40), nodes=peaks, flag_above=3)
    assert found[0] == Breach("c2", "cycle", 60.0, 50.0)
    assert [(breach.case, breach.what) for breach in found] == [("c2", "cycle"), ("c6", "送达")]
    assert found[1].bound == pytest.approx(10 + 3 * 1.4826)


def test_what_lies_just_at_a_bound_has_not_passed_it():
    alike = {f"c{place}": days for place, days in enumerate([1.0, 2.0, 3.0, 4.0, 5.0])}
    peaks = {"送达": peak_deviation({"k": alike}, cell_min=5)["k"]}
    at = peaks["送达"]["c4"].deviation
    assert at is not None
    assert breaches(cycles={"c1": 50.0}, bound=Bound(50.0, 40), nodes=peaks, flag_above=at) == []


def test_a_bound_nobody_knows_is_not_passed():
    assert breaches(cycles={"c2": 600.0}, bound=Bound(None, 3), nodes={}, flag_above=3) == []
