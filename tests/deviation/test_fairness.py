from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from deviation.fairness import Audited, age_band, auc_of, findings, proxies, share_of
from deviation.observation import Observation


def audited(draw, *, n=600, shift=0.0, uncovered=0.1):
    return [
        Audited(
            value=float(draw.standard_t(4) * 0.4 + (shift if place % 3 == 0 else 0)),
            covered=bool(draw.random() >= uncovered),
            groups={"gender": "女" if place % 3 == 0 else "男", "age": ("18-29", "30-44", "45-59")[place % 7 % 3]},
        )
        for place in range(n)
    ]  # fmt: skip


def test_a_shuffled_attribute_gives_no_finding():
    draw = np.random.default_rng(1)
    found = [any(each.found for each in findings(audited(draw), min_group=20)) for _ in range(100)]
    assert sum(found) <= 10  # five expected: q of 5 % over all comparisons of one page


def test_a_planted_difference_is_found_and_in_that_attribute_alone():
    found = findings(audited(np.random.default_rng(2), shift=0.3), min_group=20)
    assert {(each.attribute, each.group) for each in found if each.found} == {
        ("gender", "女"),
        ("gender", "男"),
    }
    women = next(each for each in found if each.group == "女")
    assert women.mean.low < 0.3 < women.mean.high
    assert women.mean.n == 200


def test_coverage_of_each_group_has_an_interval_of_its_own():
    found = findings(audited(np.random.default_rng(3), uncovered=0.1), min_group=20)
    assert all(each.coverage.low <= 0.9 <= each.coverage.high for each in found)


def test_a_group_that_is_too_small_is_not_there_nor_the_one_it_could_be_subtracted_from():
    draw = np.random.default_rng(4)
    few = [Audited(0.1, True, {"gender": "女"})] * 5 + [Audited(float(draw.normal()), True, {"gender": "男"}) for _ in range(90)]  # fmt: skip
    assert findings(few, min_group=20) == []


def test_an_unknown_group_is_no_group():
    rows = [Audited(0.0, True, {"gender": name}) for name in ["男"] * 30 + ["女"] * 30 + [""] * 30]
    assert {each.group for each in findings(rows, min_group=20)} == {"男", "女"}


# --- proxies --------------------------------------------------------------------------------------------------
def observations(draw, *, gives_away):
    cases, groups = [], []
    for place in range(400):
        woman = bool(draw.integers(2))
        told = woman if draw.random() < 0.9 else not woman
        features = {"deaths": float(draw.integers(4)), "told": told if gives_away else bool(draw.integers(2))}
        cases.append(Observation(str(place), "盗窃罪", 1.0, features, court=str(place % 3)))
        groups.append({"gender": "女" if woman else "男"})
    return cases, groups


def test_features_that_give_the_attribute_away_are_seen():
    (found,) = proxies(
        *observations(np.random.default_rng(5), gives_away=True), attributes=["gender"], min_group=20
    )
    assert found.auc == pytest.approx(0.9, abs=0.05)
    assert found.beyond_chance


def test_features_that_know_nothing_of_it_guess_it_no_better_than_chance():
    draw = np.random.default_rng(6)
    found = [
        proxies(*observations(draw, gives_away=False), attributes=["gender"], min_group=20, seed=run)[0]
        for run in range(20)
    ]
    assert sum(each.beyond_chance for each in found) <= 3


def test_the_area_counts_pairs_and_ties_by_half():
    assert auc_of(np.asarray([3.0, 1, 2, 0]), np.asarray([True, True, False, False]))[0] == 0.75
    assert auc_of(np.ones(6), np.asarray([True] * 3 + [False] * 3))[0] == 0.5


# --- age, shares ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("born", "on", "band"),
    [
        (2000, date(2018, 1, 1), "18-29"), (2001, date(2018, 1, 1), "0-17"), (1950, date(2026, 1, 1), "60-200"),
        (None, date(2026, 1, 1), ""), (1990, None, ""), ("1990", date(2026, 1, 1), ""), (True, date(2026, 1, 1), ""),
    ],
)  # fmt: skip
def test_ages_are_banded_on_the_day_of_the_decision(born, on, band):
    assert age_band(born, on) == band


def test_a_share_of_nothing_missed_still_has_an_interval():
    found = share_of(np.ones(30, dtype=bool))
    assert found.value == 1 and found.high == 1 and 0.85 < found.low < 0.95
