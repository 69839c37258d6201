"""A rule is written in the browser, with and without scripts, and read by the one who approves it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from courts.clock import today
from supervision import rules
from supervision.models import CaseFacts, RuleVersion
from tests.journeys.conftest import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def office(transactional_db, post):
    return post("trial_office", "审管办王")


@pytest.fixture
def draft(office, file_case):
    for people in (12, 3):
        case = file_case()
        CaseFacts.objects.create(
            case=case, court_id=case.court_id, as_of=today(), case_type="civil", same_side_max=people
        )
    rule = RuleVersion.objects.get(rule__code="B01", status="in_force").rule
    version = rules.draft_version(rule=rule, by=office, at=timezone.now())
    return rules.edit_version(version=version, said={"effective_from": today()}, by=office, at=timezone.now())


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_condition_is_added_and_saved(page_of, office, draft, scripts):
    page = page_of(office, scripts=scripts)
    page.goto(reverse("supervision:rule-edit", args=[draft.pk]))
    page.get_by_role("button", name="＋ 条件", exact=True).first.click()
    page.locator("select.rule-fact").nth(2).select_option("claim_amount")
    if not scripts:
        page.get_by_role("button", name="更新预览").last.click()
    page.locator("[id$='-value'][inputmode]").first.fill("500")
    page.locator("[id$='-scale']").select_option("10000")
    if scripts:
        page.locator(".rule-preview").get_by_text("诉讼标的额不少于500万元").wait_for()
    page.get_by_role("button", name="保存草稿").click()
    page.locator("h1").get_by_text("B01").wait_for()
    draft.refresh_from_db()
    assert draft.condition["all"][2] == {"f": "claim_amount", "op": "gte", "v": 5000000}


def test_a_fault_is_shown_at_its_row(page_of, office, draft):
    page = page_of(office)
    page.goto(reverse("supervision:rule-edit", args=[draft.pk]))
    page.get_by_role("button", name="＋ 条件组", exact=True).first.click()
    page.locator("select.rule-fact").nth(2).wait_for()
    page.get_by_role("button", name="保存草稿").click()
    assert "请选择事实" in page.locator(".rule-row-bad .rule-problem").inner_text()


def test_the_pages_are_accessible_and_fit_a_telephone(page_of, office, draft, post, axe, take_picture):
    colleague = post("trial_office", "审管办李")
    rules.submit_version(version=draft, by=office, at=timezone.now())
    pages = {
        "rules": (office, []), "rule": (office, [draft.rule_id]), "rule-edit": (office, [draft.pk]),
        "rule-new": (office, []), "rule-add-example": (office, [draft.pk]), "rule-approve": (colleague, [draft.pk]),
        "rule-release": (colleague, [draft.pk]), "rule-retire": (colleague, [rules_in_force()]),
    }  # fmt: skip
    for name, (person, args) in pages.items():
        page = page_of(person)
        page.goto(reverse(f"supervision:{name}", args=args))
        assert axe(page) == []
        take_picture(page, f"supervision-{name}")
        for size in (NARROW, WIDE):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, size)


def rules_in_force() -> int:
    return RuleVersion.objects.get(rule__code="B01", status="in_force").pk
