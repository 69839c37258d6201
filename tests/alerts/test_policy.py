"""The ladders of a day as rows."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.policy import rungs, setting, within_reach
from cases.deadlines import Deadline, level
from catalogues import library
from catalogues.ladders import ladder_for, narrowest_first, stage_on

DAY, START = date(2026, 6, 30), date(2026, 1, 5)
LADDERS = narrowest_first(library.ladders().values(), DAY)


@pytest.mark.django_db
def test_every_stage_of_every_ladder_is_a_rung_with_its_ladders_place():
    found = rungs(DAY)
    assert [(rung.position, rung.ladder, rung.stage) for rung in found] == [
        (place, ladder.id, stage.stage) for place, ladder in enumerate(LADDERS) for stage in ladder.stages
    ]


@pytest.mark.django_db
def test_a_word_is_not_taken_for_a_number():
    assert setting("stalled_percentile", DAY) == 95
    with pytest.raises(TypeError, match='"node_profile" is the word "all"'):
        setting("node_profile", DAY)


@given(
    st.integers(0, 700), st.integers(-60, 800), st.sampled_from(["民事", "刑事", "行政", "执行", "国家赔偿"])
)
def test_alerts_and_the_batch_contract_use_one_ladder(length, passed, category):
    due, day = START + timedelta(days=length), START + timedelta(days=passed)
    deadline = Deadline("x", (category,), "running", START, due, 0, due, due, None, None, False, ())
    reached = stage_on(day, START, due, ladder_for(LADDERS, "statutory", category, "ordinary"))
    assert (reached[0].stage if reached else "none") == level(deadline, day)


def test_a_kind_that_no_ladder_watches_is_never_within_reach():
    assert within_reach(LADDERS, "meeting") == "(false)"
