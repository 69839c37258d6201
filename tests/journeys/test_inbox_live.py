"""The inbox in a real browser: the count that changes by itself, what was typed when a session ends, and the way of a prompt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from alerts.models import Alert, Handling, Notice
from alerts.prompts import send_prompt
from tests.journeys.conftest import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TODAY = timezone.localdate()
POLLED = 25_000  # ms: the head asks every 15 s


@pytest.fixture
def told(transactional_db, file_case, judge, division_head, now):
    """``told()``: one more warning of which the judge and the head learn."""

    def create(**fields) -> Alert:
        case = file_case(**fields)
        alert = Alert.objects.create(
            case=case,
            kind="statutory",
            clock="civ_first_ordinary",
            stage="urgent",
            due_on=TODAY + timedelta(days=3),
            began_on=TODAY,
            raised_at=now,
        )
        for person, role in ((judge, "judge"), (division_head, "division_head")):
            Notice.objects.create(
                person=person, kind="alert", role=role, case=case, alert=alert, told_at=now, told_on=TODAY
            )
        return alert

    return create


def test_the_count_changes_by_itself_and_what_is_being_typed_stays(page_of, told, judge):
    told()
    page = page_of(judge)
    page.goto("/account/")
    page.locator("[data-unread='1']").wait_for()
    page.locator("summary", has_text="创建令牌").click()
    page.get_by_label("用途").fill("每日台账")
    page.evaluate("window.isTheSamePage = true")
    told()
    page.locator("[data-unread='2']").wait_for(timeout=POLLED)
    assert page.evaluate("window.isTheSamePage")
    assert page.get_by_label("用途").input_value() == "每日台账"


def test_when_the_session_ends_the_head_says_so_and_nothing_typed_is_lost(page_of, told, judge, watch):
    told()
    page = page_of(judge)
    page.goto("/account/")
    page.locator("[data-unread='1']").wait_for()
    page.locator("summary", has_text="创建令牌").click()
    page.get_by_label("用途").fill("每日台账")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    link = page.get_by_role("link", name="登录已过期，重新登录")
    link.wait_for(timeout=POLLED)
    assert page.get_by_label("用途").input_value() == "每日台账"
    assert page.locator("header input[type=password]").count() == 0
    asked.clear()
    page.wait_for_timeout(17_000)
    assert not [url for url in asked if "unread" in url]  # it asks no more
    link.click()
    page.wait_for_url("**/login/?next=%2Faccount%2F&expired=1")


def test_a_judge_puts_a_warning_off_and_the_head_reads_why(page_of, axe, told, judge, division_head):
    alert = told()
    page = page_of(judge)
    page.goto("/alerts/inbox/")
    page.get_by_role("link", name="处理").click()
    page.get_by_label("稍后").check()
    page.get_by_label("理由").fill("等待鉴定")
    assert axe(page) == []
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(f"**/cases/{alert.case_id}/")
    assert Handling.objects.get().act == "snoozed"
    page.goto("/alerts/inbox/")
    assert page.get_by_text("没有未读的事项").is_visible()

    head = page_of(division_head)
    head.goto(f"/cases/{alert.case_id}/")
    head.get_by_text("等待鉴定").first.wait_for()
    assert axe(head) == []


def test_a_prompt_goes_to_the_judge_and_comes_back_answered(page_of, axe, told, judge, division_head):
    alert = told()
    head = page_of(division_head)
    head.goto(f"/alerts/case/{alert.case_id}/prompt/")
    assert axe(head) == []
    head.get_by_label("内容").fill("请报告排期")
    head.get_by_role("button", name="发出").click()
    head.wait_for_url(f"**/cases/{alert.case_id}/")

    page = page_of(judge, scripts=False)  # every step works without scripts
    page.goto("/alerts/inbox/?tab=asked")
    page.get_by_role("link", name="确认", exact=True).click()
    page.get_by_label("回复").fill("下周二开庭")
    page.get_by_role("button", name="确认收到").click()
    assert page.get_by_text("没有等待您确认的提示").is_visible()

    head.goto("/alerts/prompts/")
    assert head.get_by_text("下周二开庭").is_visible() and head.get_by_text("✓ 已确认").is_visible()


def test_the_pages_are_accessible_and_fit_a_telephone(
    page_of, axe, told, judge, division_head, file_case, now
):
    alert = told()
    send_prompt(cases=[alert.case], to=[judge], words="请报告排期", by=division_head, at=now)
    notice = Notice.objects.get(kind="prompt")
    case = alert.case_id
    places = {
        judge: [
            "/alerts/inbox/", "/alerts/inbox/?tab=all", f"/alerts/{alert.pk}/handle/", f"/alerts/prompts/{notice.pk}/",
            "/alerts/prompts/", "/mine/", "/desk/", "/alerts/stand-ins/", "/alerts/nodes/?profile=sz",
        ],
        division_head: [f"/alerts/case/{case}/watch/", f"/alerts/case/{case}/prompt/", "/alerts/prompts/", f"/cases/{case}/"],
    }  # fmt: skip
    wrongs = []
    for person, addresses in places.items():
        page = page_of(person)
        for where in addresses:
            page.set_viewport_size(WIDE)
            assert page.goto(where).status == 200, where
            page.wait_for_load_state("networkidle")
            wrongs += axe(page)
            page.set_viewport_size(NARROW)
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            wrongs += [f"{where} is {wide} px too wide"] if wide > 0 else []
    assert wrongs == []
