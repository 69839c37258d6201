"""Working days under the published holiday notices, and what is said where none is published yet."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogues.library import work_calendar
from catalogues.workdays import CalendarYear, Rolled, WorkCalendar

CALENDAR = work_calendar()
MAKE_UP_WEEKENDS = [
    date(2019, 9, 29), date(2022, 10, 8), date(2023, 10, 7), date(2024, 2, 4), date(2024, 2, 18),
    date(2024, 10, 12), date(2025, 1, 26), date(2025, 9, 28), date(2026, 2, 14), date(2026, 2, 28),
]  # fmt: skip
any_day = st.dates(date(2003, 1, 1), date(2029, 12, 31))


def test_the_calendar_agrees_with_chinesecalendar_on_every_day_from_2004_to_2026():
    day, last = date(2004, 1, 1), date(2026, 12, 31)
    wrong = []
    while day <= last:
        if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


@pytest.mark.parametrize("day", MAKE_UP_WEEKENDS, ids=str)
def test_a_make_up_weekend_day_is_a_working_day_and_is_not_rolled(day):
    assert day.weekday() >= 5
    assert CALENDAR.roll_forward(day) == Rolled(day, provisional=False)


@pytest.mark.parametrize(
    ("falls_on", "rolls_to"),
    [
        (date(2024, 10, 1), date(2024, 10, 8)),
        (date(2024, 2, 10), date(2024, 2, 18)),  # stops on a make-up Sunday
        (date(2023, 9, 30), date(2023, 10, 7)),  # stops on a make-up Saturday
        (date(2020, 2, 16), date(2020, 2, 17)),
        (date(2026, 2, 15), date(2026, 2, 24)),
    ],
)
def test_a_day_off_rolls_to_the_first_working_day_after_it(falls_on, rolls_to):
    assert CALENDAR.next_workday(falls_on) == rolls_to


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [(date(2024, 9, 26), 10, date(2024, 10, 15)), (date(2025, 4, 28), 7, date(2025, 5, 12))],
)
def test_working_days_count_from_the_next_day_make_up_weekends_included(start, n, end):
    assert CALENDAR.add_workdays(start, n) == end


def test_a_reminder_looks_back_over_a_holiday():
    assert CALENDAR.roll_back(date(2024, 10, 6)) == Rolled(date(2024, 9, 30), provisional=False)


@given(any_day, st.integers(1, 300))
def test_the_nth_working_day_has_n_minus_one_working_days_before_it(day, n):
    end = CALENDAR.add_workdays(day, n)
    between = [day + timedelta(days=k) for k in range(1, (end - day).days + 1)]
    assert CALENDAR.is_workday(end)
    assert sum(map(CALENDAR.is_workday, between)) == n


@given(any_day)
def test_rolling_finds_the_nearest_working_day_and_skips_none(day):
    after, before = CALENDAR.next_workday(day), CALENDAR.previous_workday(day)
    assert CALENDAR.is_workday(after) and CALENDAR.is_workday(before)
    skipped = [before + timedelta(days=k) for k in range(1, (after - before).days)]
    assert not any(map(CALENDAR.is_workday, skipped))


def test_no_working_days_counted_is_the_day_itself_and_fewer_are_refused():
    assert CALENDAR.count(date(2027, 5, 1), 0) == Rolled(date(2027, 5, 1), provisional=False)
    with pytest.raises(ValueError, match="give 0 or more"):
        CALENDAR.add_workdays(date(2026, 5, 1), -1)


def test_an_unpublished_year_is_guessed_from_weekends_and_said_to_be_provisional():
    assert not CALENDAR.is_published(2027)
    assert CALENDAR.roll_forward(date(2027, 3, 30)) == Rolled(date(2027, 3, 30), provisional=True)
    assert CALENDAR.roll_forward(date(2027, 5, 1)) == Rolled(date(2027, 5, 3), provisional=True)


def test_an_answer_is_provisional_only_when_the_search_looked_at_the_unpublished_year():
    assert CALENDAR.count(date(2026, 12, 28), 3) == Rolled(date(2026, 12, 31), provisional=False)
    assert CALENDAR.count(date(2026, 12, 28), 4) == Rolled(date(2027, 1, 1), provisional=True)
    assert CALENDAR.roll_forward(date(2026, 12, 31)).provisional is False
    assert CALENDAR.roll_back(date(2027, 1, 2)).provisional is True


def test_years_before_the_first_notice_are_provisional_too():
    assert CALENDAR.roll_forward(date(2003, 12, 27)) == Rolled(date(2003, 12, 29), provisional=True)


def test_a_local_calendar_lies_over_the_national_one_and_leaves_it_as_it_was():
    festival = date(2026, 3, 20)
    local = CALENDAR.with_overlay(extra_off=[festival], extra_work=[date(2026, 3, 21)])
    assert local.next_workday(festival) == date(2026, 3, 21)
    assert CALENDAR.next_workday(festival) == festival
    assert local.is_published(2026) and not local.is_published(2027)


def test_a_later_overlay_wins_over_an_earlier_one():
    day = date(2026, 3, 20)
    assert CALENDAR.with_overlay(extra_off=[day]).with_overlay(extra_work=[day]).is_workday(day)


def test_a_day_cannot_be_both_off_and_worked():
    with pytest.raises(ValueError, match="2026-03-20"):
        CALENDAR.with_overlay(extra_off=[date(2026, 3, 20)], extra_work=[date(2026, 3, 20)])


def test_a_local_day_off_in_an_unpublished_year_counts_and_stays_provisional():
    local = CALENDAR.with_overlay(extra_off=[date(2030, 3, 20)])
    assert local.roll_forward(date(2030, 3, 20)) == Rolled(date(2030, 3, 21), provisional=True)


def test_a_calendar_without_any_notice_knows_weekends_only():
    bare = WorkCalendar([])
    assert bare.roll_forward(date(2026, 10, 3)) == Rolled(date(2026, 10, 5), provisional=True)
    assert bare.roll_back(date(2026, 10, 3)) == Rolled(date(2026, 10, 2), provisional=True)


def test_the_exceptions_give_the_same_calendar_to_whoever_rebuilds_it():
    exceptions = CALENDAR.exceptions()
    year = CalendarYear(
        2026,
        tuple(day for day, worked in exceptions.items() if day.year == 2026 and not worked),
        tuple(day for day, worked in exceptions.items() if day.year == 2026 and worked),
    )
    rebuilt = WorkCalendar([year])
    days = [date(2026, 1, 1) + timedelta(days=k) for k in range(365)]
    assert [rebuilt.is_workday(day) for day in days] == [CALENDAR.is_workday(day) for day in days]
