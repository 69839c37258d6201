"""A warning from its sweep to its end: the manager sees it, prompts the head, the judge acts, the alert closes itself."""

from __future__ import annotations

from datetime import date, time
from time import monotonic, sleep

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from alerts.models import Alert, Delivery, Notice, Preference, Sweep
from alerts.tasks import send_deliveries, sweep_courts
from cases.models import Change, Exclusion
from courts.models import FixedDay
from pipeline.tasks import drain_changes, refresh_all
from tests.alerts.servers import mail_server
from tests.journeys.conftest import worker_of_its_own

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TODAY = date(2026, 6, 30)
WORDS = "20 件案件临近审限，请督促承办法官抓紧办理。"


@pytest.fixture
def day(transactional_db) -> FixedDay:
    return FixedDay.objects.create(day=TODAY)


@pytest.fixture
def mail(settings):
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def worker(day, mail):
    with worker_of_its_own():
        yield


@pytest.fixture
def near_limit(day, file_cases, division_head, judge):
    """The 20 cases near their limit, and 5 that are far from it; the people have addresses, and no quiet hours."""
    for person in (division_head, judge):
        person.email = f"{person.username}@court.example"
        person.save()
        Preference.objects.create(person=person, quiet_from=time(), quiet_to=time())
    file_cases(5, filed_on=date(2026, 6, 1))
    return file_cases(20, filed_on=date(2026, 1, 3))


def until(condition, *, seconds: float = 30) -> None:
    end = monotonic() + seconds
    while not condition() and monotonic() < end:
        sleep(0.05)
    assert condition()


def beat() -> None:
    """What the schedule asks for in the night and every few minutes, done by the worker."""
    refresh_all.delay()
    until(Change.objects.exists)
    drain_changes.delay()
    until(lambda: not Change.objects.exists())
    sweep_courts.delay()
    until(lambda: Sweep.objects.filter(day=TODAY).exclude(done_at=None).exists())


def test_from_the_sweep_to_the_date_that_moved(
    worker, mail, near_limit, page_of, trial_office, division_head, judge, outsider
):
    beat()
    case = near_limit[0]
    assert Alert.objects.open().filter(kind="statutory", stage="urgent").count() == 20

    manager = page_of(trial_office)
    manager.goto(f"{reverse('alerts:day')}?tab=near")
    expect(manager.locator("[data-tab=near] .tab-count")).to_have_text("20")
    expect(manager.locator("tr[data-row]")).to_have_count(20)
    manager.locator("[data-pick-all]").check()
    manager.locator("summary", has_text="发提示").click()
    manager.get_by_label("各案承办法官").uncheck()
    manager.get_by_label("各案所在庭的庭长").check()
    manager.get_by_label("提示内容").fill(WORDS)
    manager.get_by_role("button", name="发提示", exact=True).click()
    until(lambda: Notice.objects.filter(prompt__isnull=False, person=division_head).count() == 20)

    send_deliveries.delay()
    until(lambda: Delivery.objects.filter(kind="prompt", state="sent").exists())
    (letter,) = [each for each in mail.mails if division_head.email in each["To"]]
    assert "20 件案件" in letter.get_body(("plain",)).get_content()
    assert case.number in letter.get_body(("html",)).get_content()
    assert Delivery.objects.get(kind="prompt").proof

    head = page_of(division_head)
    head.goto(reverse("dashboard:home"))
    expect(head.locator("#unread [data-unread]")).to_be_visible()
    head.goto(f"{reverse('alerts:prompts')}?tab=asked")
    head.get_by_role("row", name=case.number).get_by_role("link", name="确认").click()
    head.get_by_label("回复").fill("已催办，本周开庭。")
    head.get_by_role("button", name="确认收到").click()
    until(lambda: Notice.objects.get(prompt__isnull=False, case=case).acknowledged_at is not None)

    bench = page_of(judge)
    bench.goto(reverse("cases:page", args=[case.pk]))
    expect(bench.get_by_text("2026-07-03").first).to_be_visible()
    bench.get_by_role("link", name="登记停表").click()
    bench.get_by_label("事由").select_option("appraisal")
    bench.get_by_label("停表之日").fill("2026-06-20")
    bench.get_by_label("复核日").fill("2026-07-20")
    bench.get_by_label("说明").fill("笔迹鉴定")
    bench.get_by_role("button", name="预览").click()
    bench.locator("button[name=save]").click()
    drain_changes.delay()
    until(lambda: not Change.objects.exists())

    (alert,) = Alert.objects.filter(case=case, kind="statutory", stage="urgent")
    assert (alert.closed_because, alert.due_on) == ("已停表", date(2026, 7, 3))
    manager.goto(f"{reverse('alerts:day')}?tab=near")
    expect(manager.locator("[data-tab=near] .tab-count")).to_have_text("19")

    bench.goto(reverse("cases:resume", args=[Exclusion.objects.get(case=case).pk]))
    bench.get_by_label("恢复之日").fill("2026-06-30")
    bench.get_by_role("button", name="预览").click()
    bench.locator("button[name=save]").click()
    drain_changes.delay()
    until(lambda: not Change.objects.exists())
    bench.goto(reverse("cases:page", args=[case.pk]))
    expect(bench.get_by_text("2026-07-13").first).to_be_visible()
    expect(bench.locator(".because").first).to_contain_text("鉴定")
    moved = Alert.objects.open().get(case=case, kind="statutory")
    assert moved.due_on == date(2026, 7, 13)

    stranger = page_of(outsider)
    stranger.goto(f"{reverse('alerts:day')}?tab=near")
    expect(stranger.locator("[data-tab=near] .tab-count")).to_have_text("0")
    assert not Notice.objects.filter(person=outsider).exists()
