"""The day page in the browser: by keyboard, without scripts, on a telephone and on paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.models import Alert, Handling, Watch
from cases.models import Clock, ProcedureEvent
from tests.journeys.conftest import NARROW

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TODAY = timezone.localdate()


@pytest.fixture
def near(transactional_db, file_case, now):
    """Three cases near their limit, the nearest first, and one that is probably finished."""
    cases = []
    for days in (1, 2, 3):
        case = file_case(filed_on=TODAY - timedelta(days=160))
        limit = {
            "rule": "civ_first_ordinary",
            "due_on": TODAY + timedelta(days=days),
            "start_on": case.filed_on,
        }
        Clock.objects.create(case=case, kind="statutory", state="running", **limit)
        Alert.objects.create(
            case=case, kind="statutory", clock="civ_first_ordinary", stage="urgent", due_on=limit["due_on"],
            began_on=TODAY, raised_at=now,
        )  # fmt: skip
        cases.append(case)
    finished = file_case(filed_on=TODAY - timedelta(days=90))
    ProcedureEvent.objects.create(case=finished, node="宣判", on=TODAY - timedelta(days=2))
    return cases


def focused(page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_the_day_is_worked_through_by_keyboard_alone(page_of, trial_office, near):
    first, second, third = near
    page = page_of(trial_office)
    page.goto("/alerts/day/")
    page.keyboard.press("j")
    assert focused(page) == first.number
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused(page) == second.number
    page.keyboard.press("x")
    expect(page.locator("[data-chosen]")).to_have_text("2 / 3")
    page.keyboard.press("Enter")
    expect(page.locator("[data-side-title]")).to_have_text(second.number)
    assert focused(page) == second.number  # the title of the panel, so that a reader goes on there
    page.keyboard.press("Escape")
    expect(page.locator("[data-side-title]")).to_have_count(0)
    assert (
        page.evaluate("document.activeElement.hasAttribute('data-open')") and focused(page) == second.number
    )
    expect(page.locator("tr[data-row]")).to_have_count(3)  # opened, and still there

    page.locator("summary", has_text="已处理").focus()
    page.keyboard.press("Enter")
    page.get_by_label("处理情况").fill("j、k、x 都只是字：已电话催办")
    page.get_by_role("button", name="已处理", exact=True).press("Enter")
    expect(page.locator(".messages")).to_contain_text("2 件已办")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    assert Handling.objects.filter(reason="j、k、x 都只是字：已电话催办").count() == 2
    assert (
        page.locator("tr[data-row]").inner_text().startswith(third.number) or third.number in page.content()
    )


def test_typing_is_never_taken_for_an_order(page_of, trial_office, near):
    page = page_of(trial_office)
    page.goto("/alerts/day/")
    page.keyboard.press("/")
    page.keyboard.type("jxk/?")
    assert page.locator("#id_q").input_value() == "jxk/?"
    assert page.locator("input[name=case]:checked").count() == 0
    assert not page.locator("#keys").is_visible()
    page.locator("#id_division").focus()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "id_division"


def test_the_keys_are_explained_and_can_be_switched_off_for_good(page_of, trial_office, near):
    page = page_of(trial_office)
    page.goto("/alerts/day/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.get_by_label("停用单键操作").check()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    assert page.locator("tr[aria-current]").count() == 0


def test_everything_works_without_scripts(page_of, trial_office, near):
    page = page_of(trial_office, scripts=False)
    page.goto("/alerts/day/?tab=near")
    page.get_by_role("link", name=near[0].number).click()
    expect(page.get_by_role("heading", level=2)).to_have_text(near[0].number)
    page.get_by_role("link", name="回到今日").click()
    page.get_by_label(f"选中 {near[1].number}").check()
    page.locator("summary", has_text="关注").click()
    page.get_by_label("关注原因").fill("来信反映")
    page.get_by_role("button", name="关注", exact=True).click()
    assert Watch.objects.get().case == near[1]
    page.get_by_role("textbox", name="案号或当事人").fill(near[2].number)
    page.get_by_role("button", name="查询").click()
    expect(page.locator("tr[data-row]")).to_have_count(1)


def test_a_finished_case_is_confirmed_with_one_click(page_of, judge, near):
    page = page_of(judge)
    page.goto("/alerts/day/?tab=finished")
    page.get_by_role("row").get_by_role("button", name="登记结案").click()
    expect(page.locator(".messages")).to_contain_text("1 件已办：登记结案")
    expect(page.locator(".empty")).to_contain_text("没有疑似已结未点的案件")


def test_the_columns_follow_the_person_to_another_browser(page_of, trial_office, near):
    page = page_of(trial_office)
    page.goto("/alerts/day/?tab=near")
    page.get_by_text("显示的列").click()
    page.get_by_role("checkbox", name="暂停天数").uncheck()
    page.locator(".columns-form button").click()
    assert page.url.endswith("?tab=near")
    elsewhere = page_of(trial_office)
    elsewhere.goto("/alerts/day/?tab=near")
    assert "暂停天数" not in elsewhere.locator("thead").inner_text()


def test_the_page_and_its_panel_are_accessible_and_fit_a_telephone(page_of, trial_office, near, axe):
    page, wrongs = page_of(trial_office), []
    for tab in ("today", "finished", "overdue"):
        page.goto(f"/alerts/day/?tab={tab}")
        wrongs += axe(page)
    page.goto("/alerts/day/")
    page.locator("[data-open]").first.click()
    page.locator("[data-side-title]").wait_for()
    wrongs += axe(page)
    page.set_viewport_size(NARROW)
    for where in ("/alerts/day/", "/alerts/day/?tab=finished", f"/alerts/day/case/{near[0].pk}/"):
        page.goto(where)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrongs += [f"{where} is {wide} px too wide"] if wide > 0 else []
        wrongs += axe(page)
    assert wrongs == []


def test_on_paper_stands_the_list_alone(page_of, trial_office, near):
    page = page_of(trial_office)
    page.goto("/alerts/day/?tab=near")
    page.emulate_media(media="print")
    assert page.locator("tr[data-row]").count() == 3 and page.locator("tr[data-row]").first.is_visible()
    for hidden in (".acts-bulk", ".day-filters", ".day-settings", "td.pick"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator(".day-tabs a:visible").all_inner_texts() == ["临近审限 3"]
