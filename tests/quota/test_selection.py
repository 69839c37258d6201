"""Never more names than seats (员额遴选)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quota.selection import Candidate, Chosen, Unplaced, choose, total

WEIGHTS = {"考核": 0.5, "考试": 0.3, "面试": 0.2}


def a_candidate(person, appraisal=80, handling=80, **known):
    return Candidate(person, {"考核": appraisal, "考试": 80, "面试": 80}, handling, **known)


def test_the_weighted_mark_is_exact():
    assert total({"考核": 90.1, "考试": 80, "面试": 70.3}, WEIGHTS) == total(
        {"考核": "90.10", "考试": "80", "面试": "70.3"}, {"考核": "0.5", "考试": "0.3", "面试": "0.2"}
    )
    assert total({"考核": 90, "考试": 80, "面试": 70}, WEIGHTS) == 83


def test_the_names_proposed_stand_in_the_order_they_were_given_in():
    people = [a_candidate("C", 70), a_candidate("A", 85), a_candidate("B", 90)]
    assert choose(people, 2, WEIGHTS) == Chosen(("A", "B"), (), 0, 0, ())


def test_between_equal_totals_the_handling_of_cases_decides():
    people = [a_candidate("A", handling=70), a_candidate("B", handling=71)]
    assert choose(people, 1, WEIGHTS).proposed == ("B",)


def test_whoever_is_still_alike_is_left_to_the_committee():
    people = [a_candidate("A", 90), a_candidate("B"), a_candidate("C"), a_candidate("D", 70)]
    assert choose(people, 2, WEIGHTS) == Chosen(("A",), ("B", "C"), 1, 0, ())
    assert choose(people, 3, WEIGHTS) == Chosen(("A", "B", "C"), (), 0, 0, ())


def test_seats_nobody_stands_for_stay_vacant():
    assert choose([a_candidate("A")], 3, WEIGHTS) == Chosen(("A",), (), 0, 2, ())


def test_without_seats_nobody_is_proposed():
    assert choose([a_candidate("A"), a_candidate("B")], 0, WEIGHTS) == Chosen((), (), 0, 0, ())


def test_whoever_cannot_be_weighed_is_named_with_the_reason():
    people = [
        a_candidate("A", qualified=False),
        a_candidate("B", appraisal=None),
        a_candidate("C", handling=None),
    ]
    assert choose(people, 2, WEIGHTS).unplaced == (
        Unplaced("A", "资格审查未通过"),
        Unplaced("B", "缺少成绩:考核"),
        Unplaced("C", "缺少办案业绩得分"),
    )


@pytest.mark.parametrize(
    ("seats", "weights", "why"),
    [
        (-1, WEIGHTS, "seats: -1"),
        (1, {"考核": 0.5, "考试": 0.4}, "weights: must be shares that add up to 1"),
        (1, {"考核": 1.5, "考试": -0.5}, "weights: must be shares that add up to 1"),
    ],
)
def test_what_cannot_be_is_refused(seats, weights, why):
    with pytest.raises(ValueError, match=why):
        choose([a_candidate("A")], seats, weights)


def test_nobody_stands_twice():
    with pytest.raises(ValueError, match="named twice"):
        choose([a_candidate("A"), a_candidate("A")], 1, WEIGHTS)


marks = st.none() | st.integers(60, 64)
fields = st.lists(st.tuples(marks, marks, st.booleans()), max_size=12).map(
    lambda rows: [
        a_candidate(f"P{place}", appraisal, handling, qualified=qualified)
        for place, (appraisal, handling, qualified) in enumerate(rows)
    ]
)


@given(fields, st.integers(0, 8))
def test_there_are_never_more_names_than_seats_and_every_seat_is_accounted_for(people, seats):
    chosen = choose(people, seats, WEIGHTS)
    assert len(chosen.proposed) <= seats
    assert len(chosen.proposed) + chosen.left_open + chosen.vacant == seats
    assert len(chosen.tied) > chosen.left_open or not chosen.tied
    assert not set(chosen.proposed) & {unplaced.person for unplaced in chosen.unplaced}


@given(fields, st.integers(0, 8), st.randoms())
def test_the_order_of_the_field_changes_no_outcome(people, seats, random):
    shuffled = random.sample(people, len(people))
    one, other = choose(people, seats, WEIGHTS), choose(shuffled, seats, WEIGHTS)
    assert (set(one.proposed), set(one.tied)) == (set(other.proposed), set(other.tied))
