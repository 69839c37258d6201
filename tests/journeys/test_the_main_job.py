"""The main job, as its people do it: a ledger goes in, the clocks come out, a pause moves the date, the president sees it."""

from __future__ import annotations

import re
from datetime import date
from time import monotonic, sleep

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from audit.models import Entry
from cases.models import Case, Change, Exclusion
from courts.models import FixedDay
from pipeline.tasks import drain_changes
from tests.journeys.conftest import worker_of_its_own

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEDGER = """案号,案由,审判程序,承办部门,承办人,立案日期,原告人数,被告人数
（2026）川1502民初901号,民间借贷纠纷,简易程序,民事审判第一庭,周法官,2026-04-01,1,1
（2026）川1502民初902号,买卖合同纠纷,普通程序,民事审判第一庭,周法官,2026-03-02,1,2
（2026）川1502民初0903号,物业服务合同纠纷,小额诉讼程序,民事审判第一庭,周法官,2026-05-06,1,1
"""


@pytest.fixture
def day(transactional_db) -> FixedDay:
    return FixedDay.objects.create(day=date(2026, 6, 30))


@pytest.fixture
def worker(day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with worker_of_its_own():
        yield


def log_in(page: Page, username: str) -> None:
    page.goto("/login/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill("a-Long-passw0rd")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/")


def figure(page: Page, name: str) -> Locator:
    return page.locator(".tile", has_text=name).locator("[data-value]").first


def recomputed() -> None:
    """What beat asks for every few seconds; done when the outbox is empty."""
    drain_changes.delay()
    end = monotonic() + 20
    while Change.objects.exists() and monotonic() < end:
        sleep(0.05)
    assert not Change.objects.exists()


def test_a_ledger_becomes_clocks_and_a_pause_moves_the_presidents_numbers(
    worker, page_of, trial_office, judge, president, outsider, tmp_path
):
    ledger = tmp_path / "台账.csv"
    ledger.write_bytes(LEDGER.encode("gb18030"))

    office = page_of(None)
    log_in(office, trial_office.username)
    office.goto(reverse("ingest:upload"))
    office.get_by_label("文件").set_input_files(ledger)
    office.get_by_role("button", name="上传并预览").click()
    confirm = office.get_by_role("button", name=re.compile("确认"))
    expect(confirm).to_be_visible(timeout=20_000)
    assert "（2026）川1502民初0903号" in office.content()
    confirm.click()
    expect(office.get_by_text("已完成").first).to_be_visible(timeout=20_000)
    recomputed()

    case = Case.objects.get(number="（2026）川1502民初901号")
    assert Case.objects.count() == 2
    assert case.clocks.get(kind="statutory").due_on == date(2026, 7, 1)

    chief = page_of(president)
    chief.goto(reverse("dashboard:home"))
    expect(figure(chief, "临近审限")).to_have_text("1")
    figure(chief, "临近审限").get_by_role("link").click()
    expect(chief.get_by_role("link", name=case.number).first).to_be_visible()

    bench = page_of(None)
    log_in(bench, judge.username)
    bench.goto(reverse("cases:page", args=[case.pk]))
    expect(bench.get_by_text("2026-07-01").first).to_be_visible()
    bench.get_by_role("link", name="登记停表").click()
    bench.get_by_label("事由").select_option("appraisal")
    bench.get_by_label("停表之日").fill("2026-06-20")
    bench.get_by_label("复核日").fill("2026-07-20")
    bench.get_by_label("说明").fill("笔迹鉴定")
    bench.get_by_role("button", name="预览").click()
    expect(bench.locator("#preview")).to_contain_text("剩余")
    bench.locator("button[name=save]").click()
    expect(bench.get_by_text("笔迹鉴定").first).to_be_visible()
    recomputed()

    assert Exclusion.objects.get(case=case).resumes_on is None
    chief.goto(reverse("dashboard:home"))
    expect(figure(chief, "临近审限")).to_have_text("0")
    expect(figure(chief, "暂停")).to_have_text("1")

    bench.goto(reverse("cases:resume", args=[Exclusion.objects.get(case=case).pk]))
    bench.get_by_label("恢复之日").fill("2026-06-30")
    bench.get_by_role("button", name="预览").click()
    expect(bench.locator("#preview")).to_contain_text("2026-07-13")
    bench.locator("button[name=save]").click()
    recomputed()
    assert case.clocks.get(kind="statutory").due_on == date(2026, 7, 13)

    stranger = page_of(outsider)
    watch_refusal = stranger.request.get(reverse("cases:page", args=[case.pk]))
    assert watch_refusal.status == 404
    acts = list(Entry.objects.filter(case_id=case.pk).order_by("id").values_list("act", "actor"))
    assert ("cases.pause_clock", "周法官") in acts
    assert ("cases.resume_clock", "周法官") in acts
