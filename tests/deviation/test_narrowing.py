from __future__ import annotations

import numpy as np

from deviation.narrowing import Measured, changes


def cases(draw, *, ratio=1.0, n=200, causes=("盗窃罪",)):
    return [
        Measured(cause, after, float(value) * (ratio if after else 1.0) + (3.0 if after else 0.0))
        for cause in causes
        for after in (False, True)
        for value in draw.standard_t(5, n)
    ]


def test_spread_that_shrinks_sharply_is_told():
    (found,) = changes(cases(np.random.default_rng(1), ratio=0.5), min_group=20)
    assert found.narrowed
    assert found.low < 0.5 < found.high


def test_spread_that_stays_is_not_told_though_the_level_moved():
    draw = np.random.default_rng(2)
    told = [changes(cases(draw), min_group=20)[0].narrowed for _ in range(200)]
    assert sum(told) <= 2


def test_a_little_less_spread_is_not_a_sharp_fall():
    draw = np.random.default_rng(3)
    told = [changes(cases(draw, ratio=0.9), min_group=20)[0].narrowed for _ in range(100)]
    assert sum(told) <= 2


def test_the_interval_covers_the_true_ratio_about_as_often_as_it_says():
    draw = np.random.default_rng(4)
    found = [changes(cases(draw, ratio=0.8, n=120), min_group=20)[0] for _ in range(300)]
    assert 0.91 <= np.mean([each.low <= 0.8 <= each.high for each in found]) <= 0.99


def test_many_causes_together_raise_no_more_false_alarms_than_one():
    draw = np.random.default_rng(5)
    causes = [f"案由{place}" for place in range(20)]
    told = [
        any(each.narrowed for each in changes(cases(draw, n=40, causes=causes), min_group=20))
        for _ in range(60)
    ]
    assert sum(told) <= 3


def test_causes_together_measure_their_own_spread_not_how_far_apart_they_are():
    draw = np.random.default_rng(6)
    rows = cases(draw, causes=("甲", "乙"))
    rows = [Measured(row.stratum, row.after, row.value + (50 if row.stratum == "甲" else 0)) for row in rows]
    whole = changes(rows, min_group=20)[-1]
    assert whole.stratum == "" and whole.before < 3


def test_causes_with_too_few_cases_on_either_side_are_not_shown():
    draw = np.random.default_rng(7)
    rows = cases(draw) + [Measured("危险驾驶罪", False, float(value)) for value in draw.normal(size=100)]
    assert [each.stratum for each in changes(rows, min_group=20)] == ["盗窃罪"]


def test_outcomes_that_do_not_vary_make_no_alarm():
    rows = [Measured("盗窃罪", after, 1.0) for after in (False, True) for _ in range(50)]
    assert not changes(rows, min_group=20)[0].narrowed
