"""Planted outliers and data without any: what must be found, and where nothing may be."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deviation.effects import CourtEffects, Shrinkage, stand_out
from deviation.scoring import DeviationModel, benjamini_hochberg
from deviation.simulation import plant, shuffle_courts, shuffle_within_cells
from tests.deviation.made_cases import THEFT, decided, split


def test_planting_multiplies_the_stated_share_within_the_stated_bounds():
    cases = decided(500)
    changed, planted = plant(cases, share=0.1, low=3, high=5, salt=7)
    ratios = [new.outcome / old.outcome for new, old in zip(changed, cases, strict=True)]
    assert len(planted) == 50
    assert all((3 <= ratio <= 5) == (case.id in planted) for ratio, case in zip(ratios, cases, strict=True))
    assert all(ratio == 1 for ratio, case in zip(ratios, cases, strict=True) if case.id not in planted)


def test_planting_again_with_the_same_salt_is_the_same():
    cases = decided(100)
    assert plant(cases, salt=1) == plant(cases, salt=1)
    assert plant(cases, salt=1)[1] != plant(cases, salt=2)[1]


def test_shuffling_within_cells_keeps_the_outcomes_of_each_cell():
    cases = decided(400)
    dealt = shuffle_within_cells(cases, salt=1, cell=lambda case: case.features["fled"])
    assert [case.outcome for case in dealt] != [case.outcome for case in cases]
    for fled in (True, False):
        before, after = (
            Counter(case.outcome for case in some if case.features["fled"] is fled) for some in (cases, dealt)
        )
        assert before == after


def test_shuffling_courts_changes_courts_alone():
    cases = decided(200)
    dealt = shuffle_courts(cases, salt=1)
    assert Counter(case.court for case in dealt) == Counter(case.court for case in cases)
    assert [(case.id, case.outcome) for case in dealt] == [(case.id, case.outcome) for case in cases]
    assert [case.court for case in dealt] != [case.court for case in cases]


# --- false discoveries -----------------------------------------------------------------------------------
def test_the_step_up_procedure_on_a_worked_example():
    p = np.array([0.01, 0.04, 0.03, 0.5])
    assert benjamini_hochberg(p) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])


@given(st.lists(st.floats(1e-9, 1.0), min_size=1, max_size=60), st.floats(0.01, 0.5))
def test_flagging_by_q_is_the_step_up_rule(p, level):
    values = np.array(p)
    ranked = np.sort(values)
    passing = np.flatnonzero(ranked <= level * np.arange(1, len(p) + 1) / len(p))
    cut = ranked[passing[-1]] if len(passing) else 0.0
    q = benjamini_hochberg(values)
    sure = np.abs(q - level) > 1e-9
    assert ((q <= level) == (values <= cut))[sure].all()


def test_no_p_values_no_q_values():
    assert len(benjamini_hochberg(np.zeros(0))) == 0


def test_data_without_deviations_raise_no_more_flags_than_stated():
    draws = []
    for salt in range(6):
        past, new = split(
            shuffle_within_cells(decided(500, seed=salt), salt=salt, cell=lambda case: case.stratum)
        )
        draws.append(sum(each.flagged for each in DeviationModel().fit(past).assess(new, fdr=0.1)))
    assert sum(draws) <= 3


# --- courts ----------------------------------------------------------------------------------------------
def test_a_court_with_few_cases_is_pulled_to_zero_more_than_one_with_many():
    residuals = np.full(1010, 1.0)
    codes = np.array([[0]] * 1000 + [[1]] * 10)
    table = CourtEffects.fit(residuals, codes, np.zeros((1010, 0)), Shrinkage(1.0, None)).tables[0]
    many, few = table[:, 0]
    assert 0 < few < 0.6 < 0.9 < many < 1


def test_shuffled_courts_stand_out_no_more_than_by_chance():
    raised = 0
    for salt in range(100):
        draw = np.random.default_rng(salt)
        raised += bool(stand_out(draw.standard_t(3, 600), [f"c{k}" for k in draw.integers(0, 20, 600)]))
    assert raised <= 10


def test_a_court_that_differs_stands_out():
    draw = np.random.default_rng(0)
    residuals, courts = draw.normal(0, 1, 600), [f"c{k % 20}" for k in range(600)]
    residuals[[k for k in range(600) if courts[k] == "c3"]] += 1.5
    assert "c3" in stand_out(residuals, courts)


def test_where_courts_do_not_differ_none_is_said_to():
    cases = shuffle_courts(decided(900, court_spread=0.4), salt=3)
    card = DeviationModel().fit(cases).card_["strata"][THEFT]["courts"]
    assert card["stand_out"] == 0
    assert card["variance_share"] < 0.05
