"""Holding a rule against the past: asked on its page, run by a real worker, read when it is done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from courts.models import Court, FixedDay
from supervision import rules
from supervision.facts import refresh_facts
from supervision.models import RuleVersion
from tests.journeys.conftest import NARROW, WIDE, worker_of_its_own

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 6, 30)


def test_a_president_tries_a_draft_on_two_years_of_cases(
    page_of, take_picture, axe, file_case, upper_court, post, now
):
    FixedDay.objects.create(day=TODAY)
    author = post("trial_office", "审管办王", at=upper_court)
    below = list(Court.objects.filter(parent=upper_court)[:5])
    for place in range(150):
        filed_on = TODAY - timedelta(7 * place)
        closed_on = filed_on + timedelta(40 + place % 9 * 30)
        file_case(
            filed_on=filed_on, closed_on=closed_on if closed_on < TODAY else None, plaintiffs=[1, 2, 12, 25, 11][place % 5],
            court=[upper_court, *below][place % 6], division=None,
        )  # fmt: skip
    refresh_facts(None, TODAY)
    old = RuleVersion.objects.select_related("rule__court").get(rule__code="B01", status="in_force")
    draft = rules.draft_version(rule=old.rule, by=author, at=now)
    said = {"condition": {"all": [{"f": "same_side_max", "op": "gte", "v": 20}, {"none": [{"f": "petition_n", "op": "gte", "v": 3}]}]}}  # fmt: skip
    draft = rules.edit_version(version=draft, said=said, by=author, at=now)
    page = page_of(author)
    page.goto(f"/supervision/rules/{old.rule_id}/?v={draft.number}")
    page.get_by_role("link", name="在往案上回放").click()
    with worker_of_its_own():
        page.get_by_role("button", name="开始回放").click()
        page.get_by_role("heading", name="各月命中").wait_for()
    assert page.get_by_role("row", name="2024-07").first.is_visible()
    assert page.get_by_text("哪些回不到当时").is_visible()
    assert axe(page) == []
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
    take_picture(page, "replay")
