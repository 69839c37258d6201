"""The pages about groups in a real browser: drawn, readable on a telephone, and whole without scripts."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from courts.models import FixedDay
from tests.deviation.told_of_groups import four_divisions, run_in_use, tell_of_groups
from tests.journeys.conftest import NARROW, WIDE
from tests.journeys.test_pages import overflow

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = ["groups", "consistency", "fairness", "spread"]
DRAWN = ["groups", "fairness", "spread"]


@pytest.fixture
def told(transactional_db, court, upper_court, division, post):
    FixedDay.objects.create(day=date(2026, 6, 30))
    run = run_in_use(upper_court, by=post("president", at=upper_court))
    divisions = four_divisions(court, division)
    return tell_of_groups(run, court, divisions, shift={divisions[1].pk: 0.6})


def test_the_pages_about_groups_are_drawn_accessible_and_fit_a_telephone(
    page_of, president, told, axe, take_picture
):
    page = page_of(president)
    for name in PAGES:
        page.set_viewport_size(WIDE)
        page.goto(f"{reverse(f'deviation:{name}')}?code=months")
        page.wait_for_load_state("networkidle")
        assert page.locator("[data-chart] svg").count() == page.locator("[data-chart]").count(), name
        assert (page.locator("[data-chart]").count() > 0) is (name in DRAWN)
        assert axe(page) == []
        take_picture(page, f"deviation-{name}")
        page.set_viewport_size(NARROW)
        assert overflow(page) <= 0, name


def test_they_say_the_same_without_scripts(page_of, president, told):
    page = page_of(president, scripts=False)
    for name in PAGES:
        page.goto(f"{reverse(f'deviation:{name}')}?code=months")
        assert page.locator("main table").first.is_visible()
    page.get_by_role("link", name="法院与部门").click()
    assert "在通常波动之外（连续 3 期）" in page.locator("main").inner_text()
