"""What leaders hear themselves (院庭长办案)."""

from fractions import Fraction

import pytest

from quota.duties import duty


def a_duty(**known):
    told = {
        "post": "院长", "level": "basic", "months": 12, "base_mean": 200.0, "low": 0.05, "high": 0.10,
        "done": 8, "as_judge": 6, "four_category": 2, "period_months": 12,
    }  # fmt: skip
    return duty(**told | known)


def test_the_gap_is_what_is_missing_to_the_least_required():
    line = a_duty()
    assert (line.required, line.required_most, line.done, line.gap) == (10, 20, 8, 2)
    assert (line.as_judge_share, line.four_category_share) == (0.75, 0.25)


def test_whoever_heard_enough_has_no_gap():
    assert a_duty(done=31).gap == 0


def test_a_quarter_of_the_year_in_post_is_a_quarter_of_the_duty():
    assert a_duty(months=3).required == 3
    assert a_duty(months=Fraction(3, 2)).required == 2
    assert a_duty(months=0).gap == 0


def test_a_circular_of_a_quarter_counts_the_months_of_the_quarter():
    assert a_duty(months=3, period_months=3, base_mean=50.0).required == 3


def test_shares_are_taken_as_written():
    assert a_duty(low=0.3, base_mean=190.0).required == 57
    assert a_duty(low=0.07, base_mean=100.0).required == 7


def test_where_the_mean_is_not_known_nothing_is_required_or_missing():
    line = a_duty(base_mean=None)
    assert (line.required, line.required_most, line.gap, line.done) == (None, None, None, 8)


def test_of_no_case_there_is_no_share():
    line = a_duty(done=0, as_judge=0, four_category=0)
    assert (line.as_judge_share, line.four_category_share, line.gap) == (None, None, 10)


@pytest.mark.parametrize("wrong", [{"months": 13}, {"months": -1}, {"as_judge": 9}, {"four_category": 9}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="give 0 to"):
        a_duty(**wrong)
