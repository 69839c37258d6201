"""What a court's cases ask for: the worked example, and what each circumstance does."""

import pytest

from quota.need import CourtInput, Unknown, needs
from tests.quota.plans import BETAS, CLIP, HOURS, worked_courts


def needed(courts, **changes):
    given = {
        "hours_per_case": HOURS, "judge_year_hours": 1290, "betas": BETAS, "low": CLIP[0], "high": CLIP[1], **changes
    }  # fmt: skip
    return needs(courts, **given)


def test_the_worked_example_holds_to_four_places():
    found = needed(worked_courts())
    assert {code: each.hours for code, each in found.items()} == {
        "A": 19070,
        "B": 9520,
        "C": 5360,
        "D": 53400,
    }
    assert [round(each.raw, 4) for each in found.values()] == [14.7829, 7.3798, 4.1550, 41.3953]
    assert [round(each.adjustment, 4) for each in found.values()] == [0.9655, 0.9989, 1.0746, 0.9609]
    assert [round(each.need, 4) for each in found.values()] == [14.2729, 7.3720, 4.4651, 39.7783]


def test_every_part_of_the_adjustment_is_shown_and_they_add_up():
    for each in needed(worked_courts()).values():
        assert {part.factor for part in each.parts} == set(BETAS)
        assert 1 + sum(part.effect for part in each.parts) == pytest.approx(each.unclipped)


def test_the_order_of_the_courts_changes_no_bit():
    assert needed(worked_courts()) == needed(worked_courts()[::-1])


def test_the_adjustment_stays_within_its_bounds_and_says_what_it_was_before():
    far = [CourtInput("far", {"adm": 100}, {"eth": 9.0}), CourtInput("near", {"adm": 100}, {"eth": 0.1})]
    found = needed(far, betas={"eth": 0.5})["far"]
    assert (found.adjustment, found.unclipped > 1.15) == (1.15, True)


def test_what_is_not_known_moves_nothing_and_does_not_enter_the_mean():
    courts = [
        CourtInput("a", {}, {"area": 10}),
        CourtInput("b", {}, {"area": None}),
        CourtInput("c", {}, {"area": 30}),
    ]
    found = needed(courts)
    assert found["b"].adjustment == 1
    assert next(part for part in found["a"].parts if part.factor == "area").mean == 20


def test_nobody_differs_from_a_mean_of_nought():
    assert needed([CourtInput("a", {"adm": 1}, {"eth": 0.0})])["a"].adjustment == 1


def test_a_court_whose_judges_are_away_needs_more_of_them():
    court = CourtInput("a", {"adm": 1290}, {})
    assert needed([court], judge_year_hours={"a": 645})["a"].need == 2 * needed([court])["a"].need


def test_a_type_of_case_without_hours_is_refused_with_the_nearest():
    with pytest.raises(Unknown, match='a: no hours for cases of type "civ_sun"; did you mean "civ_sum"'):
        needed([CourtInput("a", {"civ_sun": 1})])
