"""Bounds of a court, the cap of a province, and pressure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quota.limits import Bound, bounds, cap, limits, own_ratio_checked, total_seats
from quota.need import CourtInput
from quota.pressure import Spread, pressure, spread
from tests.quota.plans import worked_courts

RULES = {"floor": 3, "ceiling_ratio": 0.45}


def limit(court, **more):
    return limits([court], **{**RULES, **more})[court.code]


def test_the_published_figures_of_guizhou_hold():
    staffing = round(2742 / 0.2809)
    assert abs(staffing - 9761) <= 2
    assert cap(9761, 0.39) == 3806
    assert cap(9761, 0.39) - 2742 == 1064


def test_the_cap_is_counted_in_decimals_as_it_is_written():
    assert cap(100, 0.29) == 29
    assert int(0.29 * 100) == 28


@given(st.integers(0, 200_000), st.integers(0, 100))
def test_the_cap_is_the_whole_part_of_the_share(staffing, percent):
    assert cap(staffing, percent / 100) == staffing * percent // 100


def test_the_cap_holds_for_the_province_and_not_for_each_court():
    courts = worked_courts()
    assert sum(court.staffing for court in courts) == 232
    assert cap(232, 0.39) == 90
    assert bounds(courts, **RULES)[1] == {"A": 23, "B": 15, "C": 11, "D": 54}


def test_what_is_needed_is_rounded_up_and_the_reserve_down():
    found = total_seats(232, [65.2, 0.3], cap_ratio=0.39, reserve_ratio=0.05, policy=None)
    assert (found.asked, found.target, found.reserve, found.seats) == (66, 66, 3, 63)


def test_policy_never_goes_above_the_cap():
    found = total_seats(232, [200.0], cap_ratio=0.39, reserve_ratio=0, policy=120)
    assert (found.cap, found.asked, found.seats) == (90, 120, 90)


def test_judges_in_post_are_never_removed():
    court = CourtInput("a", {}, staffing=20, sitting=12)
    assert limit(court, keep_sitting=True) == Bound(12, 12, "sitting", "sitting")
    assert limit(court) == Bound(3, 9, "floor", "ceiling")


def test_a_quota_changes_by_a_tenth_a_year_at_most():
    court = CourtInput("a", {}, staffing=200, sitting=0, last_seats=50)
    assert limit(court, change_limit=0.10) == Bound(45, 55, "change", "change")


def test_a_small_quota_may_be_given_a_least_step():
    court = CourtInput("a", {}, staffing=40, last_seats=7)
    assert limit(court, change_limit=0.10) == Bound(7, 7, "change", "change")
    assert limit(court, change_limit=0.10, change_step=1) == Bound(6, 8, "change", "change")


def test_the_change_limit_yields_to_floor_ceiling_and_judges_in_post():
    small = CourtInput("a", {}, staffing=40, last_seats=2)
    assert limit(small, change_limit=0.10) == Bound(3, 3, "floor", "change")
    shrunk = CourtInput("a", {}, staffing=20, last_seats=20)
    assert limit(shrunk, change_limit=0.10) == Bound(9, 9, "change", "ceiling")
    full = CourtInput("a", {}, staffing=200, sitting=60, last_seats=50)
    assert limit(full, change_limit=0.10, keep_sitting=True) == Bound(60, 60, "sitting", "change")


def test_a_high_court_must_not_have_more_than_the_mean_of_its_basic_courts():
    courts = [
        CourtInput("high", {}, staffing=100, level=2),
        CourtInput("a", {}, staffing=10, level=4),
        CourtInput("b", {}, staffing=10, level=4),
        CourtInput("middle", {}, staffing=10, level=3),
    ]
    levels = {"high_level": 2, "basic_level": 4}
    (held,) = own_ratio_checked(courts, {"high": 35, "a": 3, "b": 4, "middle": 9}, **levels)
    assert (held.own, held.mean, held.holds) == (0.35, 0.35, True)
    (broken,) = own_ratio_checked(courts, {"high": 36, "a": 3, "b": 4, "middle": 9}, **levels)
    assert broken.holds is False
    assert own_ratio_checked(courts[:1], {"high": 36}, **levels)[0].holds is None


# --- pressure --------------------------------------------------------------------------------------------------------
def test_pressure_without_seats_is_not_known():
    assert (pressure(9.0, 6), pressure(9.0, 0)) == (1.5, None)


def test_equal_pressure_has_no_gini_and_all_on_one_court_nearly_one():
    assert spread([1.2] * 5).gini == pytest.approx(0)
    assert spread([0.0] * 9 + [1.0]).gini == pytest.approx(0.9)
    assert spread([]) == Spread(0, None, None, None)


@given(st.lists(st.floats(0.01, 50), min_size=1, max_size=30))
def test_gini_is_the_mean_difference_over_twice_the_mean(values):
    n, mean = len(values), sum(values) / len(values)
    printed = sum(abs(a - b) for a in values for b in values) / (2 * n * n * mean)
    assert spread(values).gini == pytest.approx(printed, abs=1e-9)
