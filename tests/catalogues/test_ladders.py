"""Ladders as they ship: the thresholds the law's clocks are shown by, what fits whom, and when a stage begins."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.deadlines import Deadline, level
from cases.models import PROCEDURES
from catalogues import fields, library
from catalogues.ladders import begins_on, ladder_for, narrowest_first, stage_on
from catalogues.law import AlertLadder, LadderStage

DAY = date(2026, 6, 30)
SHIPPED = narrowest_first(library.ladders().values(), DAY)


def ladder(code: str = "x", *, categories=("全部",), procedures=(), stages=(), lapses=False) -> AlertLadder:
    return AlertLadder(
        id=code, name=code, watches="statutory", categories=categories, procedures=procedures, stages=stages,
        lapses=lapses, basis="", confidence="practice", effective_from=date(2000, 1, 1), effective_to=None,
        dated_by="practice",
    )  # fmt: skip


def stage(measure: str, n: int, of: int | None = None, name: str = "mid") -> LadderStage:
    return LadderStage(name, measure, n, of, ("judge",), None, ())


def clock(category: str, start: date, due: date) -> Deadline:
    return Deadline("x", (category,), "running", start, due, 0, due, due, None, None, False, ())


@given(
    st.sampled_from(list(fields.CATEGORIES)),
    st.dates(date(2020, 1, 1), date(2026, 1, 1)),
    st.integers(-3, 400),
    st.integers(-10, 430),
)
def test_the_shipped_ladders_say_what_the_batch_contract_calls_the_default_ladder(
    category, start, length, age
):
    due, today = start + timedelta(days=length), start + timedelta(days=age)
    found = stage_on(today, start, due, ladder_for(SHIPPED, "statutory", category, "ordinary"))
    assert (found[0].stage if found else "none") == level(clock(category, start, due), today)


@given(st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.integers(0, 400), st.integers(0, 430))
def test_a_stage_began_on_the_first_day_it_held_or_when_a_graver_one_let_it_go(start, length, age):
    due, today = start + timedelta(days=length), start + timedelta(days=age)
    (general,) = (each for each in SHIPPED if each.id == "statutory_general")
    if found := stage_on(today, start, due, general):
        reached, began = found
        assert began <= today and stage_on(began, start, due, general) == found
        before = stage_on(began - timedelta(days=1), start, due, general)
        assert before is None or before[0] != reached


def test_a_stage_that_would_begin_before_the_clock_does_is_skipped():
    assert begins_on(stage("before", 30), date(2026, 1, 1), date(2026, 1, 30)) is None
    assert begins_on(stage("before", 30), date(2026, 1, 1), date(2026, 1, 31)) == date(2026, 1, 1)


def test_where_no_beginning_is_known_nothing_is_skipped_and_no_part_can_be_told():
    assert begins_on(stage("before", 3), None, date(2026, 1, 30)) == date(2026, 1, 27)
    assert begins_on(stage("part", 2, 3), None, date(2026, 1, 30)) is None


def test_a_part_of_the_time_has_run_on_the_first_day_that_is_not_short_of_it():
    assert begins_on(stage("part", 2, 3), date(2026, 1, 1), date(2026, 1, 11)) == date(2026, 1, 8)


def test_after_the_due_day_a_ladder_that_lapses_says_nothing_more():
    lapsing = ladder(stages=(stage("before", 3, name="urgent"),), lapses=True)
    assert stage_on(DAY, None, DAY, lapsing)[0].stage == "urgent"
    assert stage_on(DAY + timedelta(days=1), None, DAY, lapsing) is None


def test_the_narrowest_ladder_counts_wherever_it_stands_in_the_catalogue():
    everyone, civil, small = (
        ladder("a"), ladder("b", categories=("民事",)), ladder("c", procedures=("small",)),
    )  # fmt: skip
    tried = narrowest_first([(everyone,), (civil,), (small,)], DAY)
    assert [ladder_for(tried, "statutory", *case).id for case in
            (("民事", "small"), ("民事", "summary"), ("执行", ""))] == ["c", "b", "a"]  # fmt: skip


def test_a_ladder_counts_from_its_first_day_on():
    assert narrowest_first([(ladder("a"),)], date(1999, 1, 1)) == ()


@pytest.mark.parametrize("watches", fields.WATCHES)
def test_whatever_is_watched_has_a_ladder_for_every_case(watches):
    for category in (*fields.CATEGORIES, "其他"):
        assert ladder_for(SHIPPED, watches, category, "") is not None


def test_who_is_told_of_a_statutory_limit_grows_stage_by_stage():
    for found in (each for each in SHIPPED if each.watches == "statutory"):
        told = [set(each.tell) for each in found.stages]
        assert all(fewer <= more for fewer, more in pairwise(told))
        assert told[0] == {"judge"} and "president" in told[-1] and "president" not in told[-2]
        assert all(
            "trial_office" in each.tell for each in found.stages if each.stage in ("urgent", "overdue")
        )
        assert found.stages[-1].repeat_days == 1


def test_the_last_day_to_ask_for_an_extension_is_announced_three_days_before_and_lapses():
    (found,) = (each for each in SHIPPED if each.watches == "derived")
    assert found.lapses and [(each.measure, each.n, each.tell) for each in found.stages] == [
        ("before", 3, ("judge",))
    ]


def test_text_messages_are_for_the_grave_stages_alone():
    assert {each.stage for found in SHIPPED for each in found.stages if "sms" in each.channels} <= {
        "urgent", "overdue",
    }  # fmt: skip


def test_procedures_are_called_what_cases_call_them():
    assert {code: name for code, name in PROCEDURES if code} == fields.PROCEDURES
