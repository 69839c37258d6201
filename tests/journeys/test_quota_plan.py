"""A plan in the real browser (员额方案): calculate, move a slider, compare, put forward, another approves, read the last seat."""

from __future__ import annotations

import json
import re
from time import monotonic, sleep

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from courts.models import Court, FixedDay
from quota.models import Plan, Scenario, Study
from tests.journeys.conftest import NARROW, WIDE, worker_of_its_own
from tests.quota.planned_courts import TODAY, make, region

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def planned(transactional_db, post):
    """A prefecture with figures and forecasts, its planner and its president."""
    FixedDay.objects.create(day=TODAY)
    upper = Court.objects.get(code="川15")
    region(upper, 6)
    return upper, post("politics", "中院政治部", at=upper), post("president", "中院院长", at=upper)


def submit(page, text: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=text, exact=True).first.click()


def test_from_a_slider_to_seats_in_force(planned, page_of, axe, take_picture):
    upper, planner, chief = planned
    page = page_of(planner)
    page.goto(reverse("quota:scenarios"))
    page.fill("[name=name]", "2026年基准测算")
    submit(page, "测算")
    before = page.locator("#quota-result").inner_text()
    slider = page.locator("input[type=range][data-for=id_surge]")
    with page.expect_response(lambda answer: "surge=30" in answer.url):
        slider.fill("30")
    page.get_by_text("全部收案增加 30%").wait_for()
    assert page.locator("#id_surge").input_value() == "30"
    assert page.locator("#quota-result").inner_text() != before
    assert Scenario.objects.count() == 1
    take_picture(page, "quota-scenario-moved")
    assert axe(page) == []
    page.fill("#keep-name", "收案增三成")
    submit(page, "保存")
    with page.expect_navigation():
        page.get_by_role("link", name="与原测算对比").click()
    assert page.get_by_role("columnheader", name="收案增三成").count() == 1
    take_picture(page, "quota-compare")
    assert axe(page) == []
    page.goto(reverse("quota:scenario", args=[Scenario.objects.get(name="2026年基准测算").pk]))
    page.fill("[name=reason]", "年度核定")
    submit(page, "提请审批")
    assert page.get_by_text("请由另一人审批").count() == 1
    approve_and_read(page_of(chief), upper, axe, take_picture)


def approve_and_read(page, upper, axe, take_picture) -> None:
    page.goto(reverse("quota:home"))
    with page.expect_navigation():
        page.get_by_role("link", name="2026年度员额方案").click()
    take_picture(page, "quota-plan")
    assert axe(page) == []
    submit(page, "批准并公布")
    assert Plan.objects.get().state == "published"
    page.goto(reverse("quota:home"))
    take_picture(page, "quota-home")
    assert axe(page) == []
    page.goto(reverse("quota:court-seats", args=[upper.pk]))
    assert page.get_by_role("heading", name="最后一名员额").count() == 1
    take_picture(page, "quota-court-seats")
    assert axe(page) == []


#: Forty simple summary cases of three hours each, where the catalogue expects six.
DIARY = "案号,人员编号,环节,日期,分钟,案件类别,程序,繁简\n" + "".join(
    f"（2026）川1502民初{9000 + place}号,1001,{element},2026-03-{place % 27 + 1:02},60,民事,简易,简案\n"
    for place in range(40)
    for element in ("阅卷", "庭审", "文书")
)


@pytest.fixture
def worker():
    with worker_of_its_own():
        yield


def test_a_time_study_is_imported_measured_and_counts_in_the_need(planned, worker, page_of, tmp_path):
    upper, planner, chief = planned
    page = page_of(planner)
    page.goto(reverse("quota:studies"))
    page.get_by_text("发起工时测算", exact=True).first.click()
    page.fill("[name=name]", "春季测算")
    page.fill("[name=starts_on]", "2026-03-01")
    page.fill("[name=ends_on]", "2026-04-30")
    with page.expect_navigation():
        page.locator("form:has([name=starts_on]) button[type=submit]").click()

    diary = tmp_path / "工时日志.csv"
    diary.write_text(DIARY, encoding="utf-8-sig")
    page.goto(reverse("ingest:upload"))
    page.get_by_label("文件").set_input_files(diary)
    page.get_by_role("button", name="上传并预览").click()
    confirm = page.get_by_role("button", name=re.compile("确认"))
    expect(confirm).to_be_visible(timeout=20_000)
    confirm.click()
    expect(page.get_by_text("已完成").first).to_be_visible(timeout=20_000)

    study = Study.objects.get(name="春季测算")
    assert study.entries.count() == 120
    page.goto(reverse("quota:study", args=[study.pk]))
    page.get_by_text("测算工时", exact=True).first.click()
    with page.expect_navigation():
        page.locator("form[action$='/measure/'] button[type=submit]").click()
    until(lambda: study.measurements.filter(state="done").exists())
    hours = study.measurements.get().cells.get(procedure="summary", klass="simple", group="").hours
    assert hours == pytest.approx(3.0)

    page.goto(reverse("quota:scenarios"))
    page.fill("[name=name]", "按实测工时")
    submit(page, "测算")
    scenario = Scenario.objects.get(name="按实测工时")
    assert json.loads(scenario.result)["hours"]["civ_sum"] == pytest.approx(3.0)
    page.fill("[name=reason]", "按实测工时核定")
    submit(page, "提请审批")
    office = page_of(chief)
    office.goto(reverse("quota:plan", args=[Plan.objects.get().pk]))
    submit(office, "批准并公布")
    office.goto(reverse("quota:court-seats", args=[upper.pk]))
    assert office.get_by_role("heading", name="最后一名员额").count() == 1


def until(condition, *, seconds: float = 30) -> None:
    end = monotonic() + seconds
    while not condition() and monotonic() < end:
        sleep(0.05)
    assert condition()


def test_without_scripts_the_button_calculates(planned, page_of):
    upper, planner, _chief = planned
    base = make(upper, planner)
    page = page_of(planner, scripts=False)
    page.goto(reverse("quota:scenario", args=[base.pk]))
    assert not page.locator("input[type=range]").first.is_visible()
    page.fill("#id_leave", "10")
    submit(page, "试算")
    assert page.get_by_text("各院请假、借调占工作时间 10%").count() == 1
    page.fill("#keep-name", "请假一成")
    submit(page, "保存")
    assert Scenario.objects.get(name="请假一成").base == base


@pytest.mark.parametrize("name", ["scenario", "plans", "scenarios", "compare", "home"])
def test_pages_fit_a_telephone(planned, page_of, name):
    upper, planner, _chief = planned
    base = make(upper, planner)
    page = page_of(planner)
    page.goto(reverse(f"quota:{name}", args=[base.pk] if name == "scenario" else []))
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
