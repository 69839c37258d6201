"""Nobody is disturbed at night or on a day off; and nobody waits longer than that."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.quiet_hours import COURT_TIME, is_quiet, next_moment
from catalogues.library import work_calendar

EVENING, MORNING = time(20), time(8)
CALENDAR = work_calendar()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COURT_TIME)


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        ("2026-06-30 09:15", "2026-06-30 09:15"),  # a Tuesday morning
        ("2026-06-30 20:00", "2026-07-01 08:00"),  # the quiet hours have begun
        ("2026-06-30 23:59", "2026-07-01 08:00"),
        ("2026-07-01 00:00", "2026-07-01 08:00"),
        ("2026-07-01 08:00", "2026-07-01 08:00"),  # they have ended
        ("2026-07-03 20:30", "2026-07-06 08:00"),  # Friday evening
        ("2026-07-04 12:00", "2026-07-06 08:00"),  # Saturday noon
        ("2026-02-14 10:00", "2026-02-14 10:00"),  # a Saturday worked in exchange (调休上班)
        ("2026-02-16 10:00", "2026-02-24 08:00"),  # the spring festival
        ("2026-10-01 09:00", "2026-10-08 08:00"),  # the national holiday
    ],
)
def test_the_next_moment_is_on_a_working_day_outside_the_night(at, allowed):
    assert next_moment(moment(at), CALENDAR, EVENING, MORNING) == moment(allowed)


def test_a_window_within_the_day_leaves_the_rest_of_the_day():
    assert next_moment(moment("2026-06-30 12:30"), CALENDAR, time(12), time(14)) == moment("2026-06-30 14:00")
    assert next_moment(moment("2026-06-30 11:59"), CALENDAR, time(12), time(14)) == moment("2026-06-30 11:59")


def test_two_equal_times_are_no_quiet_hours():
    assert next_moment(moment("2026-06-30 03:00"), CALENDAR, time(8), time(8)) == moment("2026-06-30 03:00")


def test_a_courts_own_day_off_counts_and_so_does_its_own_working_day():
    local = CALENDAR.with_overlay(extra_off=[date(2026, 7, 1)], extra_work=[date(2026, 7, 4)])
    assert next_moment(moment("2026-06-30 21:00"), local, EVENING, MORNING) == moment("2026-07-02 08:00")
    assert next_moment(moment("2026-07-03 21:00"), local, EVENING, MORNING) == moment("2026-07-04 08:00")


def test_the_hours_are_those_of_the_court_whatever_zone_the_moment_comes_in():
    morning_in_london = datetime(2026, 6, 30, 13, 0, tzinfo=UTC)  # nine in the evening in Yibin
    assert next_moment(morning_in_london, CALENDAR, EVENING, MORNING) == moment("2026-07-01 08:00")


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        next_moment(datetime.fromisoformat("2026-06-30 09:00"), CALENDAR, EVENING, MORNING)


minutes = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
moments = st.datetimes(datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2026-12-20")).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=COURT_TIME)
)
days_off = st.sets(st.dates(date(2025, 1, 1), date(2026, 12, 20)), max_size=30)


@given(moments, minutes, minutes, days_off)
def test_the_answer_is_allowed_and_not_before_the_question(at, quiet_from, quiet_to, off):
    calendar = CALENDAR.with_overlay(extra_off=off)
    found = next_moment(at, calendar, quiet_from, quiet_to)
    assert found >= at
    assert calendar.is_workday(found.date())
    assert not is_quiet(found.time(), quiet_from, quiet_to)
    assert next_moment(found, calendar, quiet_from, quiet_to) == found


@given(moments, minutes, minutes, days_off)
def test_no_earlier_moment_would_have_been_allowed(at, quiet_from, quiet_to, off):
    calendar = CALENDAR.with_overlay(extra_off=off)
    found = next_moment(at, calendar, quiet_from, quiet_to)
    earlier = at
    while earlier < found:
        assert not calendar.is_workday(earlier.date()) or is_quiet(earlier.time(), quiet_from, quiet_to)
        earlier += timedelta(minutes=29)
    if found > at:
        before = found - timedelta(minutes=1)
        assert not calendar.is_workday(before.date()) or is_quiet(before.time(), quiet_from, quiet_to)
