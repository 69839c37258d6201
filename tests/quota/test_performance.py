"""Beside the zone, never above or below a colleague (分区考核)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quota.performance import (
    Hidden,
    UnknownGrade,
    ZoneView,
    composite,
    quality_multiplier,
    workload_index,
    zone_mean,
    zone_view,
)

STEPS = {"优秀": 0.05, "合格": 0.0, "瑕疵": -0.05, "不合格": -0.2}
SHARES = (0.50, 0.35, 0.15)
values = st.lists(st.none() | st.floats(0, 200), max_size=12)


def quality(grades):
    return quality_multiplier(grades, steps=STEPS, low=0.7, high=1.1)


def test_one_sees_their_own_value_the_median_and_the_quartiles():
    assert zone_view([10, 20, 30, 40, 50], 20, hidden_below=5) == ZoneView(20, 30, 20, 40, 5)


@pytest.mark.parametrize("zone", [[10, 20, 30, 40], [10, 20, 30, 40, None], []])
def test_fewer_than_five_known_values_are_hidden(zone):
    assert zone_view(zone, 10, hidden_below=5) == Hidden(5)


@given(values, st.permutations(range(12)))
def test_who_comes_where_in_the_list_makes_no_difference(zone, order):
    shuffled = [zone[place] for place in order if place < len(zone)]
    assert zone_view(shuffled, None, hidden_below=5) == zone_view(zone, None, hidden_below=5)


def test_half_the_time_and_half_the_work_is_the_mean():
    mean = zone_mean([(100, 1), (50, 0.5), (120, 1)])
    assert mean == pytest.approx(108)
    assert workload_index(54, mean, 0.5, cap=1.2) == pytest.approx(1)


def test_more_work_than_the_cap_earns_nothing_more():
    assert workload_index(300, 100, 1, cap=1.2) == 1.2


@pytest.mark.parametrize("known", [(None, 100, 1), (50, None, 1), (50, 0, 1), (50, 100, None), (50, 100, 0)])
def test_without_work_mean_or_time_there_is_no_index(known):
    assert workload_index(*known, cap=1.2) is None
    assert zone_mean([(0, 0)]) is None


@pytest.mark.parametrize(
    ("grades", "multiplier"),
    [
        ({"合格": 9}, 1.0),
        ({"瑕疵": 2, "合格": 1}, 0.9),
        ({"优秀": 1, "不合格": 1}, 0.85),
        ({"不合格": 3}, 0.7),
        ({"优秀": 9}, 1.1),
        (None, None),
        ({}, None),
        ({"合格": 0}, None),
    ],
)
def test_quality_follows_the_reviews_within_its_bounds(grades, multiplier):
    assert quality(grades) == multiplier


def test_a_grade_the_catalogue_does_not_know_is_refused():
    with pytest.raises(UnknownGrade, match="'不合各' is no result of a review; did you mean '不合格'"):
        quality({"不合各": 1})


def test_the_composite_weighs_three_known_indices():
    assert composite(workload=1.0, quality=0.9, effect=1.0, shares=SHARES) == pytest.approx(96.5)


@pytest.mark.parametrize("missing", ["workload", "quality", "effect"])
def test_a_missing_figure_makes_no_composite(missing):
    known = {"workload": 1.0, "quality": 1.0, "effect": 1.0} | {missing: None}
    assert composite(**known, shares=SHARES) is None
