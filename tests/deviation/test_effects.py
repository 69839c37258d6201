"""Courts met in some folds of a history only: they are told like courts never met, and nothing breaks."""

from dataclasses import replace

import numpy as np
import pytest

from deviation.bands import Closeness
from deviation.effects import CourtEffects, Levels, Shrinkage, choose_shrinkage
from deviation.scoring import DeviationModel
from tests.deviation.made_cases import code, decided

PULL = Shrinkage(1.0, None)


def effects_of(courts, residuals):
    levels = Levels.learn(["苏0101", "苏0102", "豫0101", "豫0202"])
    codes = levels.codes(courts)
    return levels, CourtEffects.fit(np.array(residuals), codes, np.zeros((len(codes), 0)), PULL)


def test_a_court_met_only_elsewhere_is_foretold_like_one_never_met():
    levels, effects = effects_of(["苏0101"] * 20 + ["苏0102"] * 20, [1.0] * 20 + [-1.0] * 20)
    codes = levels.codes(["豫0202", "藏9999", "苏0101"])
    later, never, known = effects.predict(codes, np.zeros((3, 0)))
    assert later == never == 0
    assert known > 0.3


def test_a_court_met_only_elsewhere_keeps_its_cases_as_close_as_any():
    levels = Levels.learn(["苏0101", "苏0102", "豫0202"])
    codes = levels.codes(["苏0101", "苏0102"] * 40)
    closeness = Closeness.fit(np.linspace(-1, 1, 80), np.zeros(80, dtype=np.int64), 1, codes)
    assert closeness.factor(levels.codes(["豫0202"])).tolist() == [1.0]


def test_the_pull_is_chosen_where_each_court_lies_in_one_fold():
    courts = [code(place) for place in range(30)]
    codes = Levels.learn(courts).codes([court for court in courts for _ in range(10)])
    folds = np.repeat(np.arange(30) % 5, 10)
    residuals = np.random.default_rng(0).normal(size=300)
    choose_shrinkage(residuals, codes, np.zeros((300, 2)), folds)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("dated", [False, True], ids=["undated", "dated"])
def test_histories_of_many_courts_are_learned_and_applied(seed, dated):
    draw = np.random.default_rng(seed)
    count = int(draw.integers(300, 1500))
    cases = [
        replace(case, court=f"{'苏鲁豫京沪'[place % 5]}{place // 40:02}{place:04}")
        for case, place in zip(
            decided(count, seed=seed, dated=dated),
            (count * draw.random(count) ** 1.6).astype(int),
            strict=True,
        )
    ]
    said = DeviationModel().fit(cases).assess(cases[:20])
    assert len(said) == 20
