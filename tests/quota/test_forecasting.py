"""Filings counted by month and kind, and forecast from them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import numpy as np
import pytest
from django.db import connection
from django.urls import reverse

from audit.trail import Refused
from cases.models import Case
from catalogues.selectors import law_in_use
from courts.models import Court
from quota.filings import histories, months_from, uncounted_of, working_days
from quota.forecasting import forecast_filings, latest_forecasts
from quota.models import FilingForecast

TODAY = date(2026, 6, 30)


@pytest.fixture
def filed(file_case, court):
    """``filed(date(2026, 5, 1), 12)``: that many cases filed in the month."""

    def create(month: date, many: int, **fields) -> None:
        first = Case.objects.count()
        Case.objects.bulk_create(
            Case(
                number=f"（{month.year}）川1502民初{first + place}号", serial=first + place, filed_on=month.replace(day=place % 28 + 1),
                **{"court": court, "year": month.year, "type_code": "民初", "category": "民事", "cause": "民间借贷纠纷",
                   "procedure": "ordinary", **fields},
            )
            for place in range(many)
        )  # fmt: skip

    return create


def test_months_are_counted_by_kind_and_the_month_that_runs_is_left_out(filed, court):
    filed(date(2026, 4, 1), 5)
    filed(date(2026, 5, 1), 7)
    filed(date(2026, 5, 1), 3, procedure="summary")
    filed(date(2026, 6, 1), 9)
    found = histories([court.pk], before=TODAY)[court.pk]
    assert list(found.counts) == ["civ_sum", "civ_ord"]
    assert found.counts["civ_ord"][-2:] == [5, 7]
    assert found.counts["civ_sum"][-2:] == [0, 3]
    assert found.counts["civ_ord"][0] is None


def test_a_month_without_any_feed_was_not_counted(filed, court):
    filed(date(2026, 3, 1), 5)
    filed(date(2026, 5, 1), 7)
    assert histories([court.pk], before=TODAY)[court.pk].counts["civ_ord"][-3:] == [5, None, 7]


def test_the_open_cases_with_which_a_feed_begins_are_no_months(filed, court):
    """Old cases still open come with the first file: their months were never complete."""
    filed(date(2025, 11, 1), 1)
    for month in months_from(date(2026, 1, 1), 5):
        filed(month, 12)
    assert histories([court.pk], before=TODAY)[court.pk].counts["civ_ord"][-7:] == [
        None,
        None,
        12,
        12,
        12,
        12,
        12,
    ]


def test_a_sealed_case_counts_as_a_number(filed, court):
    filed(date(2026, 5, 1), 2, sealed="juvenile")
    assert histories([court.pk], before=TODAY)[court.pk].counts["civ_ord"][-1] == 2


def test_second_instances_are_a_kind_of_their_own_and_what_has_no_hours_is_counted_aside(filed, court):
    filed(date(2026, 5, 1), 4, procedure="second", type_code="民终")
    filed(date(2026, 5, 1), 2, category="国家赔偿", type_code="法赔", procedure="")
    found = histories([court.pk], before=TODAY)[court.pk]
    assert (found.counts["civ_ord.second"][-1], found.uncounted) == (4, 2)


def test_a_first_instance_without_a_procedure_is_no_ordinary_trial_but_counted_aside(
    filed, court, client, post
):
    filed(date(2026, 5, 1), 3, procedure="")
    filed(date(2026, 5, 1), 2, procedure="", type_code="民终")
    filed(date(2026, 5, 1), 1, procedure="", category="执行", type_code="执")
    found = histories([court.pk], before=TODAY)[court.pk]
    assert {code: line[-1] for code, line in found.counts.items()} == {"enf": 1, "civ_ord.second": 2}
    assert found.uncounted == uncounted_of([court.pk], before=TODAY)[court.pk] == 3
    client.force_login(post("politics"))
    assert "近十二个月另有 3 件" in client.get(reverse("quota:forecasts")).content.decode()


def test_a_bankruptcy_is_of_the_same_type_when_hours_are_counted_as_when_it_is_weighed(filed, court):
    filed(date(2026, 5, 1), 2, category="破产", type_code="破")
    assert histories([court.pk], before=TODAY)[court.pk].counts["civ_ord"][-1] == 2


def test_working_days_are_known_for_published_years_only():
    calendar = law_in_use().calendar(None)
    assert (
        working_days(calendar, months_from(date(2026, 1, 1), 12))[1] < 18
    )  # the festival of 2026 lies in February
    assert working_days(calendar, [date(2099, 1, 1)]) is None


@pytest.fixture
def years(filed):
    rng = np.random.default_rng(1)
    for place, month in enumerate(months_from(date(2022, 6, 1), 48)):
        filed(month, int(rng.poisson(20 + place / 4 + (6 if month.month == 12 else 0))))


def test_a_forecast_is_made_for_each_kind_and_says_how_wrong_it_was_before(years, court, politics, now):
    assert forecast_filings(courts=[court], on=TODAY, by=politics, at=now) == 1
    made = FilingForecast.objects.get()
    assert (made.kind, made.first_month, len(made.values)) == ("civ_ord", date(2026, 6, 1), 12)
    assert made.total_low <= made.total <= made.total_high
    assert made.total == pytest.approx(12 * 34, rel=0.2)
    assert made.backtest["mae"] < made.backtest["mae_last"]
    assert set(made.backtest) >= {"mae_seasonal", "coverage", "origins", "notes", "level"}


def test_made_again_on_the_same_day_it_replaces_itself(years, court, politics, now):
    for _ in range(2):
        forecast_filings(courts=[court], on=TODAY, by=politics, at=now)
    forecast_filings(courts=[court], on=date(2026, 7, 1), by=None, at=now)
    assert FilingForecast.objects.count() == 2
    assert [row.made_on for row in latest_forecasts([court.pk])[court.pk]] == [date(2026, 7, 1)]


@pytest.mark.django_db(transaction=True)
def test_two_who_forecast_the_same_court_at_once_do_not_meet(years, court, now):
    met = Barrier(2)

    def make(_place: int) -> int:
        met.wait()
        try:
            return forecast_filings(courts=[court], on=TODAY, by=None, at=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        assert list(both.map(make, range(2))) == [1, 1]
    assert FilingForecast.objects.count() == 1


def test_strangers_do_not_have_forecasts_made(court, outsider, judge, post, now):
    for person in (outsider, judge, post("politics", at=Court.objects.get(code="川1503"))):
        with pytest.raises(Refused):
            forecast_filings(courts=[court], on=TODAY, by=person, at=now)
