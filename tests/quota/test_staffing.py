"""Assistants and clerks a court needs for its teams (辅助人员配比)."""

import pytest

from quota.staffing import Support, Team, TeamType, support_needed

TYPES = {"standard": TeamType(1, 1, 1), "fast": TeamType(1, 2, 2), "shared": TeamType(2, 1, 1)}


def test_a_court_needs_what_its_teams_need_together():
    teams = [Team("A", "standard", 10, 8, 9), Team("A", "fast", 2, 3, 5)]
    (line,) = support_needed(teams, TYPES)
    assert line == Support("A", 12, 14, 11, 14, 14)
    assert (line.assistants_short, line.clerks_short) == (3, 0)


def test_too_many_clerks_make_up_for_no_assistant():
    (line,) = support_needed([Team("A", "standard", 2, 0, 9)], TYPES)
    assert (line.assistants_short, line.clerks_short) == (2, 0)


def test_half_a_person_is_rounded_up_once_for_the_court():
    (line,) = support_needed([Team("A", "shared", 3, 0, 0), Team("A", "shared", 3, 0, 0)], TYPES)
    assert line.assistants_needed == 3


def test_half_a_person_left_over_is_a_person():
    (line,) = support_needed([Team("A", "shared", 3, 0, 0)], TYPES)
    assert (line.assistants_needed, line.clerks_needed) == (2, 2)


def test_courts_stay_in_the_order_given():
    teams = [Team("B", "standard", 1, 1, 1), Team("A", "standard", 1, 1, 1), Team("B", "fast", 1, 2, 2)]
    assert [line.court for line in support_needed(teams, TYPES)] == ["B", "A"]


def test_a_type_nobody_knows_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="'standart' is no type of team; did you mean 'standard'"):
        support_needed([Team("A", "standart", 1, 1, 1)], TYPES)


def test_a_type_without_a_judge_is_refused():
    with pytest.raises(ValueError, match="has no judge"):
        support_needed([Team("A", "odd", 1, 1, 1)], {"odd": TeamType(0, 1, 1)})
