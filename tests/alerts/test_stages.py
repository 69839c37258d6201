"""How near the end a clock is."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.services import LADDER
from alerts.stages import Running, stage_on
from cases.deadlines import Deadline, level

START = date(2026, 1, 5)


def stage(left, *, length=181, mid=30, backwards=False):
    due = START + timedelta(days=length)
    return stage_on(due - timedelta(days=left), Running(START, due, mid, backwards), LADDER)


def test_the_stages_follow_each_other_towards_the_end():
    assert [stage(left) for left in (100, 60, 30, 5, 0, -1)] == [
        None,
        "early",
        "mid",
        "urgent",
        "urgent",
        "overdue",
    ]


def test_criminal_and_administrative_clocks_reach_the_middle_later():
    assert stage(20, length=60, mid=15) == "early"
    assert stage(15, length=60, mid=15) == "mid"


def test_a_clock_of_three_days_is_not_born_urgent():
    assert stage(3, length=3) is None
    assert stage(1, length=3) == "early"


def test_a_day_counted_back_is_announced_and_then_lapses():
    assert stage(6, backwards=True) is None
    assert stage(5, backwards=True) == "urgent"
    assert stage(-1, backwards=True) is None


@given(
    st.integers(0, 700),
    st.integers(-60, 800),
    st.sampled_from([("民事", 30), ("刑事", 15), ("行政", 15), ("执行", 30)]),
)
def test_alerts_and_the_batch_contract_use_one_ladder(length, passed, kind):
    category, mid = kind
    due, day = START + timedelta(days=length), START + timedelta(days=passed)
    deadline = Deadline("x", (category,), "running", START, due, 0, due, due, None, None, False, ())
    assert (stage_on(day, Running(START, due, mid), LADDER) or "none") == level(deadline, day)
