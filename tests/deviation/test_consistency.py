from __future__ import annotations

from dataclasses import replace

import numpy as np

from deviation.consistency import consistency
from deviation.observation import Observation

COURTS = ["甲", "乙", "丙", "丁"]


def decided(draw, *, n=400, differs=0.0, level=0.0):
    """Cases of four courts; ``differs``: how differently the last one weighs surrender, ``level``: how much higher it decides."""
    cases, outcomes, courts = [], [], []
    for place in range(n):
        court = COURTS[place % 4]
        features = {
            "surrender": bool(draw.integers(2)),
            "deaths": float(draw.integers(1, 4)),
            "kind": "甲乙"[draw.integers(2)],
        }
        last = court == COURTS[-1]
        outcomes.append(
            features["deaths"] * 0.3 - (0.3 - differs * last) * features["surrender"] + level * last + draw.normal(0, 0.3)
        )  # fmt: skip
        cases.append(Observation(str(place), "交通肇事罪", 1.0, features))
        courts.append(court)
    return cases, outcomes, courts


def test_courts_that_weigh_circumstances_alike_do_not_go_beyond_chance():
    draw = np.random.default_rng(1)
    found = [consistency(*decided(draw), min_group=20, draws=39).beyond for _ in range(40)]
    assert sum(found) <= 5


def test_a_court_that_weighs_surrender_otherwise_is_seen_in_the_whole():
    found = consistency(*decided(np.random.default_rng(2), differs=0.8), min_group=20)
    assert found.beyond and found.p < 0.02
    assert found.groups == 4 and found.n == 400


def test_models_of_few_cases_disagree_by_chance_and_the_chance_is_said():
    found = consistency(*decided(np.random.default_rng(3), n=100), min_group=20)
    assert found.chance > 0.05
    assert found.disagreement < 2 * found.chance


def test_a_court_that_decides_higher_throughout_is_inconsistent_too():
    assert consistency(*decided(np.random.default_rng(4), level=0.5), min_group=20).beyond


def test_groups_are_dealt_out_within_strata_so_that_the_mix_of_cases_is_no_finding():
    """Two causes with different levels, one court nearly without the second: no court decides differently."""
    draw = np.random.default_rng(5)
    cases, outcomes, courts = decided(draw, n=800)
    mixed = [
        (replace(case, stratum="故意伤害罪"), outcome + 2.0) if draw.random() < (0.5 if court != "丁" else 0.15) else (case, outcome)
        for case, outcome, court in zip(cases, outcomes, courts, strict=True)
    ]  # fmt: skip
    found = consistency([case for case, _ in mixed], [outcome for _, outcome in mixed], courts, min_group=20)
    assert found.p > 0.01


def test_it_takes_two_groups_large_enough():
    cases, outcomes, courts = decided(np.random.default_rng(6), n=60)
    assert consistency(cases, outcomes, ["甲"] * 60, min_group=20) is None
    assert consistency(cases, outcomes, courts, min_group=20) is None


def test_the_same_cases_and_seed_give_the_same_answer():
    data = decided(np.random.default_rng(7))
    assert consistency(*data, min_group=20, draws=19) == consistency(*data, min_group=20, draws=19)
