"""The published figures of Yibin's half-year, read off the president's page in a real browser."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from courts.models import User
from tests.conftest import empty_tables_as_owner

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THIS_HALF = {
    "old": "1,448", "new": "36,652", "accepted": "38,100", "closed": "31,946", "pending": "6,154", "clearance_rate": "87.16%",
}  # fmt: skip
HALF_BEFORE = {
    "old": "757", "new": "39,416", "accepted": "40,173", "closed": "31,943", "pending": "8,230", "clearance_rate": "81.04%",
}  # fmt: skip
CHANGES = {"accepted": "−5.16%", "closed": "+0.01%", "pending": "−25.22%", "clearance_rate": "+6.12 个百分点"}


@pytest.fixture(scope="module")
def demo_court(django_db_setup, django_db_blocker):
    """The demo court as it is on 22 November 2026, kept for the tests of this module."""
    with django_db_blocker.unblock():
        call_command(
            "synthesize",
            "--court=川15",
            "--as-of=2026-11-22",
            "--seed=1",
            stdout=StringIO(),
        )
        yield
        empty_tables_as_owner(None)
        connection.close()


@pytest.fixture
def transactional_db(demo_court, django_db_blocker):
    """The live server asks for this; here nothing is emptied between tests."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def page(demo_court, page_of, settings):
    """A page of the president of Yibin's intermediate court, who answers for the region."""
    settings.DEBUG = True  # without it nobody of a demo court may log in
    return page_of(User.objects.get(username="yibin_president"))


def read(page, name: str) -> str:
    return page.locator(f'[data-figure="{name}"] [data-value]').inner_text().strip()


def test_the_half_year_reads_as_published(page):
    page.goto("/")
    page.get_by_role("link", name="2026年上半年").click()
    assert {name: read(page, name) for name in THIS_HALF} == THIS_HALF
    changes = {name: page.locator(f'[data-figure="{name}"] [data-change]').inner_text() for name in CHANGES}
    assert changes == CHANGES


def test_the_same_half_a_year_earlier_reads_as_published(page):
    page.goto("/?period=2025H1")
    assert {name: read(page, name) for name in HALF_BEFORE} == HALF_BEFORE


def test_twenty_cases_of_cuiping_are_near_their_limit_and_are_listed(page):
    page.goto("/?court=川1502")
    assert read(page, "near") == "20"
    page.locator('[data-figure="near"] [data-value] a').click()
    assert page.locator("tbody tr").count() == 20


def test_the_courts_add_up_to_the_region(page):
    page.goto("/?period=2026H1")
    rows = page.locator(".flow-table").first.locator("tbody tr")
    pending = [int(row.locator("td").nth(4).inner_text().replace(",", "")) for row in rows.all()]
    assert len(pending) == 11 and sum(pending) == 6154
