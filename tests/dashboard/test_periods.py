"""Statistical periods: what an address asks for, and the same days a year earlier."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.periods import (
    UnknownPeriod,
    choices,
    latest_complete_half,
    months_up_to,
    read_period,
    year_earlier,
)

TODAY = date(2026, 11, 22)
days = st.dates(date(2000, 1, 1), date(2090, 12, 31))


def days_of(key):
    period = read_period(key=key, today=TODAY)
    return period.starts_on.isoformat(), period.ends_on.isoformat()


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2026H1", "2026-01-01", "2026-06-30"),
        ("2025H2", "2025-07-01", "2025-12-31"),
        ("2026Q3", "2026-07-01", "2026-09-30"),
        ("2026-05", "2026-05-01", "2026-05-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
    ],
)
def test_a_key_names_its_days(key, first, last):
    assert days_of(key) == (first, last)


@pytest.mark.parametrize("key", ["2026", "2026H2", "2026Q4", "2026-11"])
def test_a_period_that_still_runs_ends_today(key):
    period = read_period(key=key, today=TODAY)
    assert period.ends_on == TODAY and not period.is_complete


def test_asked_for_nothing_the_page_shows_this_year():
    period = read_period(today=TODAY)
    assert (period.key, period.starts_on, period.ends_on) == ("2026", date(2026, 1, 1), TODAY)


def test_days_may_be_given_and_go_before_a_key():
    period = read_period(key="2025", first="2026-03-05", last="2026-04-04", today=TODAY)
    assert (period.starts_on, period.ends_on) == (date(2026, 3, 5), date(2026, 4, 4))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"key": "2026H3"}, "没有“2026H3”这个统计期，应写作 2026、2026H1、2026Q3 或 2026-05"),
        ({"key": "2026-13"}, "没有“2026-13”这个统计期"),
        ({"key": "0001"}, "没有“0001”这个统计期"),
        ({"key": "2027"}, "尚未开始"),
        (
            {"first": "2026-02-30", "last": "2026-03-01"},
            "起始日“2026-02-30”不是日期，应写作 2026-01-01 这样的格式",
        ),
        ({"first": "2026-02-01"}, "截止日没有填写"),
        ({"first": "2026-03-01", "last": "2026-02-01"}, "请对调"),
        ({"first": "0001-01-01", "last": "2026-02-01"}, "最早从 1990 年起"),
    ],
)
def test_what_is_no_period_is_said_in_one_sentence(asked, says):
    with pytest.raises(UnknownPeriod, match=says.replace("(", r"\(")):
        read_period(**asked, today=TODAY)


def test_the_same_half_a_year_earlier_is_that_half():
    earlier = year_earlier(read_period(key="2026H1", today=TODAY))
    assert (earlier.starts_on, earlier.ends_on) == (date(2025, 1, 1), date(2025, 6, 30))


def test_a_year_so_far_is_held_against_the_same_days_of_the_year_before():
    earlier = year_earlier(read_period(today=TODAY))
    assert (earlier.starts_on, earlier.ends_on) == (date(2025, 1, 1), date(2025, 11, 22))


def test_a_february_is_held_against_a_whole_february():
    assert year_earlier(read_period(key="2025-02", today=TODAY)).ends_on == date(2024, 2, 29)
    assert year_earlier(read_period(key="2024-02", today=TODAY)).ends_on == date(2023, 2, 28)


def test_the_latest_complete_half_is_over():
    assert latest_complete_half(date(2026, 11, 22)) == "2026H1"
    assert latest_complete_half(date(2026, 6, 30)) == "2025H2"


@given(days)
def test_every_period_offered_can_be_read_and_has_begun(day):
    for key, _ in choices(day):
        period = read_period(key=key, today=day)
        assert period.starts_on <= period.ends_on <= day


@given(days)
def test_twelve_months_follow_each_other_up_to_the_day(day):
    months = months_up_to(day)
    assert len(months) == 12 and months[-1].ends_on == day
    assert all(before.ends_on + timedelta(days=1) == after.starts_on for before, after in pairwise(months))
