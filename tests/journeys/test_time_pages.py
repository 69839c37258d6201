"""The single pages about time studies and forecasts, which need something to show: accessible, and as wide as the screen."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from courts.models import FixedDay
from quota.diaries import DiaryRow, receive_diary
from quota.measuring_hours import ask_for_measurement, run_measurement
from quota.models import FilingForecast
from quota.studies import open_study
from tests.journeys.conftest import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

START, END = date(2026, 3, 1), date(2026, 4, 30)


@pytest.fixture
def politics(post):
    FixedDay.objects.create(day=date(2026, 6, 30))
    return post("politics", "政治部李")


@pytest.fixture
def measured(court, politics, now):
    """A study with forty cases in its diary and the hours measured from them."""
    study = open_study(court=court, name="春季测算", starts_on=START, ends_on=END, by=politics, at=now)
    rows = [
        DiaryRow(f"案{place}", "1001", element, START, 60 + place, "civil", "summary", "simple")
        for place in range(40)
        for element in ("reading", "hearing", "drafting")
    ]
    receive_diary(rows=rows, court=court, allowed=None, batch_id=None)
    asked = ask_for_measurement(court=court, method="diary", study=study, by=politics, at=now)
    run_measurement(asked.pk, lambda: now)
    return asked


@pytest.fixture
def forecast(court):
    return FilingForecast.objects.create(
        court=court, kind="civ_ord", made_on=date(2026, 6, 30), first_month=date(2026, 6, 1), history=[None, 10.0, 12.0] * 8,
        values=[11.0] * 12, low=[7.0] * 12, high=[15.0] * 12, total=132.0, total_low=110.0, total_high=150.0, method="both",
        backtest={"mae": 2.1, "mae_last": 3.4, "mae_seasonal": 2.9, "coverage": 0.81, "origins": 12, "notes": ["gaps"]},
    )  # fmt: skip


def test_they_are_accessible_and_fit_a_telephone(page_of, axe, politics, court, measured, forecast):
    page, wrongs = page_of(politics), []
    about = {"study": measured.study, "measurement": measured, "forecast": forecast, "figure": court}
    addresses = [reverse(f"quota:{name}", args=[one.pk]) for name, one in about.items()]
    for where in [*addresses, reverse("quota:studies"), reverse("quota:forecasts")]:
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            assert page.goto(where).status == 200, where
            wrongs += axe(page)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrongs.append(f"{where} is wider than {size['width']} pixels")
    assert wrongs == []
