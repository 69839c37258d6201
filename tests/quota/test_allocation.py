"""Seats are shared exactly: the worked examples, the properties that were promised, and refusals that name the bound."""

from math import ceil, floor
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quota.allocation import Infeasible, allocate, seats_of, two_level
from quota.limits import bounds
from tests.quota.plans import NEED, random_plan, worked_courts

METHODS = ("largest_remainder", "huntington_hill")
seeds = st.integers(0, 2**32).map(Random)
methods = st.sampled_from(METHODS)
FLOOR_CASE = {"A": 10.0, "B": 1.0, "C": 1.0, "D": 8.0}


def worked(total, method="largest_remainder"):
    low, high = bounds(worked_courts(), floor=3, ceiling_ratio=0.45)
    return allocate(total, NEED, low=low, high=high, method=method)


def test_sixty_five_seats_go_where_the_cases_are():
    assert worked(65).seats == {"A": 14, "B": 7, "C": 5, "D": 39}


def test_ninety_seats_stop_at_the_ceiling_of_the_largest():
    assert worked(90).seats == {"A": 20, "B": 10, "C": 6, "D": 54}


def test_small_courts_are_lifted_to_a_panel():
    low, high = dict.fromkeys("ABCD", 3), dict.fromkeys("ABCD", 9)
    assert allocate(20, FLOOR_CASE, low=low, high=high).seats == {"A": 8, "B": 3, "C": 3, "D": 6}


@given(seeds, methods)
def test_no_seat_is_lost_or_invented_and_every_bound_holds(random, method):
    total, needs, low, high = random_plan(random, floors=0)
    seats = allocate(total, needs, low=low, high=high, method=method).seats
    assert sum(seats.values()) == total
    assert all(low[code] <= seats[code] <= high[code] for code in needs)
    assert list(seats) == list(needs)


@given(seeds, methods)
def test_the_order_of_the_courts_does_not_matter(random, method):
    total, needs, low, high = random_plan(random, floors=0)
    codes = list(needs)
    random.shuffle(codes)
    again = allocate(total, {code: needs[code] for code in codes}, low=low, high=high, method=method)
    assert again.seats == allocate(total, needs, low=low, high=high, method=method).seats


@given(seeds)
def test_a_court_left_free_gets_its_share_rounded_down_or_up(random):
    total, needs, low, high = random_plan(random)
    found = allocate(total, needs, low=low, high=high)
    for code, step in found.steps.items():
        if step.share is not None:
            assert found.seats[code] in (floor(step.share + 1e-9), ceil(step.share - 1e-9))


@given(seeds)
def test_no_court_loses_a_seat_when_there_is_one_more_to_share(random):
    total, needs, low, high = random_plan(random, floors=0)
    if total < sum(high.values()):
        fewer = allocate(total, needs, low=low, high=high, method="huntington_hill").seats
        more = allocate(total + 1, needs, low=low, high=high, method="huntington_hill").seats
        assert all(more[code] >= fewer[code] for code in needs)


@given(seeds, methods, st.integers(-40, 40))
def test_only_the_proportions_count(random, method, power):
    total, needs, low, high = random_plan(random)
    scaled = {code: need * 2.0**power for code, need in needs.items()}
    assert (
        allocate(total, scaled, low=low, high=high, method=method).seats
        == allocate(total, needs, low=low, high=high, method=method).seats
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_tie_goes_to_the_larger_need_and_then_by_code(method):
    equal, wide = {"b": 2.0, "a": 2.0, "c": 2.0}, dict.fromkeys("abc", 9)
    assert allocate(4, equal, low=dict.fromkeys("abc", 1), high=wide, method=method).seats == {
        "b": 1,
        "a": 2,
        "c": 1,
    }


def test_equal_remainders_go_to_the_larger_need():
    assert allocate(2, {"a": 1.0, "b": 3.0}, low=dict.fromkeys("ab", 0), high=dict.fromkeys("ab", 9)).seats == {
        "a": 0, "b": 2,
    }  # fmt: skip


def test_when_floors_and_ceilings_are_passed_by_as_much_the_floors_are_held_first():
    # Shares of 1.5, 2, 3.5 and 3: the floor of a and the ceiling of c are each passed by half a seat.
    needs, low = {"a": 3.0, "b": 4.0, "c": 7.0, "d": 6.0}, {"a": 2, "b": 0, "c": 0, "d": 0}
    found = allocate(10, needs, low=low, high={"a": 9, "b": 9, "c": 3, "d": 9}).shared
    assert found.clipped == {"a": ("low", 1), "c": ("high", 2)}


def test_the_geometric_mean_decides_and_nothing_near_it():
    # √(1·2) = 1.41421356…: the second seat goes to the court above it, by the last bit.
    low, high = dict.fromkeys("ab", 1), dict.fromkeys("ab", 9)
    just = 2**0.5  # in binary a little above √2, so that its second seat comes before the second of 1.0 at √2
    seats = allocate(3, {"a": 1.0, "b": just}, low=low, high=high, method="huntington_hill").seats
    assert seats == {"a": 1, "b": 2}


@settings(deadline=None)
@given(seeds)
def test_three_thousand_equal_courts_are_settled_by_code(random):
    codes = [f"c{place:04}" for place in range(3000)]
    random.shuffle(codes)
    more = random.randint(0, 3000)
    seats = allocate(
        9000 + more, dict.fromkeys(codes, 7.7), low=dict.fromkeys(codes, 3), high=dict.fromkeys(codes, 9),
        method="huntington_hill",
    ).seats  # fmt: skip
    assert [code for code in sorted(codes) if seats[code] == 4] == sorted(codes)[:more]


@given(seeds, methods)
def test_two_levels_hold_every_bound_and_every_seat(random, method):
    total, needs, low, high = random_plan(random)
    groups = {code: f"g{random.randint(1, 4)}" for code in needs}
    upper, lower = two_level(total, needs, groups=groups, low=low, high=high, method=method)
    seats = seats_of(lower, needs)
    assert sum(seats.values()) == total == sum(upper.seats.values())
    assert all(low[code] <= seats[code] <= high[code] for code in needs)


def test_a_prefecture_counts_with_all_its_courts_together():
    needs = {"a": 5.0, "b": 5.0, "c": 5.0, "d": 5.0}
    upper, _ = two_level(
        20, needs, groups={"a": "东", "b": "东", "c": "东", "d": "西"}, low=dict.fromkeys(needs, 0),
        high=dict.fromkeys(needs, 20),
    )  # fmt: skip
    assert upper.seats == {"东": 15, "西": 5}


# --- the last seat ---------------------------------------------------------------------------------------------------
def test_a_seat_for_a_remainder_names_the_court_that_would_have_been_next():
    step = worked(65).steps["C"]
    assert (step.way, step.order, step.next) == ("remainder", 1, "B")
    assert (round(step.share, 3), round(step.fraction, 3), round(step.next_value, 3)) == (4.405, 0.405, 0.273)


def test_a_court_that_got_no_remainder_is_told_whose_it_would_have_had_to_beat():
    step = worked(65).steps["B"]
    assert (step.way, step.last, round(step.last_value, 3)) == ("whole", "C", 0.405)


def test_a_court_at_its_ceiling_is_told_so():
    assert worked(90).steps["D"].way == "high"


@given(seeds)
def test_the_court_named_next_gets_the_seat_when_the_last_one_falls_away(random):
    total, needs, low, high = random_plan(random)
    found = allocate(total, needs, low=low, high=high, method="huntington_hill")
    for code, step in found.steps.items():
        if step.next and step.order is not None and total > sum(low.values()):
            held = {**high, code: found.seats[code] - 1}
            without = allocate(total, needs, low=low, high=held, method="huntington_hill").seats
            assert without[step.next] == found.seats[step.next] + 1


# --- refusals --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", METHODS)
def test_floors_that_add_up_to_too_much_are_named(method):
    with pytest.raises(Infeasible, match="the floors of 4 courts add up to 12 seats, more than the 11"):
        worked(11, method)


@pytest.mark.parametrize("method", METHODS)
def test_ceilings_that_add_up_to_too_little_are_named(method):
    with pytest.raises(Infeasible, match="the ceilings of 4 courts add up to 103 seats, fewer than the 104"):
        worked(104, method)


def test_a_floor_above_its_ceiling_names_the_court():
    with pytest.raises(Infeasible, match="b: its floor of 3 seats is above its ceiling of 2") as refused:
        allocate(6, {"a": 1.0, "b": 1.0}, low={"a": 3, "b": 3}, high={"a": 9, "b": 2})
    assert "下限 3 名高于上限 2 名" in refused.value.chinese


def test_a_method_nobody_knows_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match='did you mean "huntington_hill"'):
        worked(65, "huntington")
