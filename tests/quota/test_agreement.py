"""How often people agree, with an interval that another implementation gives too."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from quota.agreement import by_class, wilson


@pytest.mark.parametrize(("k", "n"), [(0, 7), (1, 1), (3, 4), (45, 50), (81, 263), (1000, 1000)])
def test_the_interval_is_that_of_wilson(k, n):
    assert wilson(k, n) == pytest.approx(proportion_confint(k, n, alpha=0.05, method="wilson"), abs=1e-12)


def test_where_nothing_was_decided_any_share_is_possible():
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_class_agrees_where_the_class_proposed_was_decided():
    lines = by_class([("simple", "simple", 9), ("simple", "complex", 1), ("complex", "complex", 2)])
    assert [(line.name, line.n, line.same, line.share) for line in lines] == [
        ("简案", 10, 9, 0.9), ("普通案件", 0, 0, None), ("繁案", 2, 2, 1.0), ("", 12, 11, 11 / 12),
    ]  # fmt: skip
