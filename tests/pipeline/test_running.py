"""Whether the system runs is told by its own rows, first to those who keep it, and without a word about a case."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import crontab
from django.urls import reverse

from alerts.channels import BOUNCED
from alerts.models import Delivery, Sweep
from alerts.sweeps import sweep_court
from audit import trail
from audit.models import Entry
from audit.services import seal_trail
from cases.models import Change
from catalogues.models import Edition
from catalogues.selectors import new_version
from config.celery import app
from courts.clock import today
from courts.models import FixedDay
from pipeline import parts, running
from pipeline.checks import moment
from pipeline.jobs import JOBS, jobs
from pipeline.models import Run
from pipeline.running import Memory, Part, looked, state
from pipeline.timetable import due_after, grace_of

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
DRAIN, NIGHTLY = "pipeline.tasks.drain_changes", "pipeline.tasks.refresh_all"


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    Memory.looked_at = None


@pytest.fixture
def keeper(post):
    return post("itadmin", "系统管理员甲")


def of_job(name, at):
    return {check.name: check for check in jobs(at)}[f"job:{name}"]


def only(look, at):
    (check,) = look(at)
    return check


# --- jobs --------------------------------------------------------------------------------------------
def test_every_job_of_the_schedule_is_looked_after_under_a_chinese_name(now):
    assert {check.name for check in jobs(now)} == {
        f"job:{entry['task']}" for entry in app.conf.beat_schedule.values()
    }
    assert set(JOBS) == {entry["task"] for entry in app.conf.beat_schedule.values()}


def test_a_job_that_was_never_run_is_late_once_it_should_have_been(now):
    assert of_job(DRAIN, now).ok
    assert of_job(DRAIN, now + timedelta(minutes=2)).ok
    late = of_job(DRAIN, now + timedelta(minutes=4))
    assert not late.ok and "尚未完成过" in late.sentence and "每 3 秒" in late.would_be_right
    assert late.since == now + timedelta(seconds=3)


def test_a_job_that_stopped_is_late_and_one_that_goes_on_is_not(now):
    Run.objects.create(name=DRAIN, expected_at=now - timedelta(days=9), done_at=now - timedelta(minutes=10))
    assert not of_job(DRAIN, now).ok
    Run.objects.update(done_at=now - timedelta(seconds=20), seconds=0.5)
    assert of_job(DRAIN, now).ok
    assert of_job(DRAIN, now).figures["job_seconds"] == 0.5


def test_a_nightly_job_is_late_an_hour_after_its_own_hour():
    done = datetime(2026, 6, 29, 2, 11, tzinfo=SHANGHAI)
    Run.objects.create(name=NIGHTLY, expected_at=done, done_at=done)
    assert of_job(NIGHTLY, datetime(2026, 6, 30, 3, 9, tzinfo=SHANGHAI)).ok
    late = of_job(NIGHTLY, datetime(2026, 6, 30, 3, 11, tzinfo=SHANGHAI))
    assert not late.ok and late.since == datetime(2026, 6, 30, 2, 10, tzinfo=SHANGHAI)
    assert "每日 02:10" in late.would_be_right


def test_a_nightly_job_that_failed_is_wrong_at_once_a_frequent_one_when_it_stays_so(now):
    before = now - timedelta(minutes=1)
    for name in (NIGHTLY, DRAIN):
        Run.objects.create(name=name, expected_at=before, done_at=before, failed_at=now, problem="ValueError")
    assert not of_job(NIGHTLY, now).ok and "ValueError" in of_job(NIGHTLY, now).sentence
    assert of_job(DRAIN, now).ok
    assert not of_job(DRAIN, now + timedelta(minutes=3)).ok


def test_when_a_job_is_due_again_follows_from_its_schedule():
    done = datetime(2026, 6, 30, 2, 10, 5, tzinfo=SHANGHAI)
    assert due_after(300.0, done) == done + timedelta(minutes=5)
    assert due_after(crontab(hour=2, minute=10, app=app), done) == datetime(
        2026, 7, 1, 2, 10, tzinfo=SHANGHAI
    )
    assert (grace_of(3.0), grace_of(600.0)) == (timedelta(minutes=3), timedelta(minutes=20))


# --- what piles up -----------------------------------------------------------------------------------
def test_an_outbox_that_is_not_emptied_is_told_with_its_age(file_case, now):
    Change.objects.create(case_id=file_case().pk)
    assert only(parts.outbox, now).ok
    late = only(parts.outbox, now + timedelta(minutes=31))
    assert not late.ok and "1 项" in late.sentence and late.since
    assert late.figures["outbox_changes"] == 1


def test_messages_that_wait_or_failed_are_told(now, court, judge):
    made = Delivery.objects.create(
        court=court,
        person=judge,
        channel="email",
        kind="digest",
        key="2026-06-30",
        created_at=now,
        next_at=now,
    )
    assert only(parts.deliveries, now).ok
    assert not only(parts.deliveries, now + timedelta(minutes=31)).ok
    Delivery.objects.filter(pk=made.pk).update(next_at=now + timedelta(days=1))
    assert only(parts.deliveries, now + timedelta(minutes=31)).ok
    Delivery.objects.filter(pk=made.pk).update(state="failed", problem=f"{BOUNCED}：550", next_at=now)
    failed = only(parts.bounces, now)
    assert not failed.ok and "未送达 1 件（其中退信 1 件）" in failed.sentence
    assert only(parts.deliveries, now).ok  # a wrong address is no server that stands still
    assert only(parts.bounces, now + timedelta(days=2)).ok
    assert {"deliveries", "bounces"} <= running.PARTS.keys()


def test_a_trail_that_is_not_sealed_in_time_is_told(now, judge):
    trail.record("courts.login", at=now, by=judge)
    seal_trail(at=now)
    assert only(parts.trail, now + timedelta(days=1)).ok
    trail.record("courts.logout", at=now, by=judge)
    assert only(parts.trail, now + timedelta(minutes=9)).ok
    assert not only(parts.trail, now + timedelta(minutes=11)).ok


def test_the_sweep_of_the_day_counts_the_courts_in_use(file_case, court, upper_court):
    day = date(2026, 6, 30)
    FixedDay.objects.create(day=day)
    morning = datetime(2026, 6, 30, 1, tzinfo=SHANGHAI)
    Run.objects.create(name="alerts.tasks.sweep_courts", expected_at=morning - timedelta(days=3))
    file_case(), file_case(court=upper_court, division=None)
    Sweep.objects.create(court=court, day=day, started_at=morning, done_at=morning, late=7)
    Sweep.objects.create(court=upper_court, day=day, started_at=morning)
    check = only(parts.sweeps, morning)
    assert check.ok and "1 / 2" in check.sentence and "补发 7 条" in check.sentence
    assert not only(parts.sweeps, morning + timedelta(hours=2)).ok
    Sweep.objects.update(done_at=morning)
    assert only(parts.sweeps, morning + timedelta(hours=2)).ok


def test_a_court_that_comes_into_use_or_is_swept_once_more_raises_no_alarm_before_its_time(
    file_case, court, upper_court
):
    day = date(2026, 6, 30)
    FixedDay.objects.create(day=day)
    morning, noon = (datetime(2026, 6, 30, hour, tzinfo=SHANGHAI) for hour in (1, 12))
    run = Run.objects.create(name="alerts.tasks.sweep_courts", expected_at=morning - timedelta(days=3))
    file_case(), file_case(court=upper_court, division=None)
    Sweep.objects.create(court=court, day=day, started_at=morning, done_at=morning)
    assert not only(parts.sweeps, noon).ok  # nobody handed anything out today
    Run.objects.filter(pk=run.pk).update(done_at=noon - timedelta(minutes=5))
    assert only(parts.sweeps, noon).ok
    new = Sweep.objects.create(court=upper_court, day=day, started_at=noon)
    assert only(parts.sweeps, noon + timedelta(minutes=9)).ok
    assert only(parts.sweeps, noon + timedelta(minutes=11)).since == noon
    Sweep.objects.filter(pk=new.pk).update(done_at=noon)
    Sweep.objects.filter(court=court).update(started_at=noon)  # begun again and not ended
    again = only(parts.sweeps, noon + timedelta(minutes=9))
    assert again.ok and "1 / 2" in again.sentence
    assert not only(parts.sweeps, noon + timedelta(minutes=11)).ok
    Sweep.objects.create(court=upper_court, day=day - timedelta(days=1), started_at=morning, done_at=morning)
    Sweep.objects.filter(pk=new.pk).update(done_at=None)
    Sweep.objects.filter(court=court).update(done_at=noon)
    assert not only(parts.sweeps, noon + timedelta(minutes=1)).ok  # it was there all night


def test_a_missing_calendar_is_told(now):
    assert only(parts.calendar, now).ok
    FixedDay.objects.create(day=date(2031, 3, 1))
    check = only(parts.calendar, now)
    assert not check.ok and "2031" in check.sentence


def test_where_no_catalogues_are_published_the_part_says_so_and_the_others_go_on(now):
    Edition.objects.update(status="withdrawn")
    new_version()
    found = {check.name: check for check in state(now)}
    assert "NotPublished" in found["calendar"].sentence and found["database"].ok


# --- servers -----------------------------------------------------------------------------------------
def test_a_part_that_cannot_be_looked_at_is_wrong_and_says_so_in_one_sentence(now):
    def refuse(at):
        raise ConnectionError("secret address")

    (check,) = looked("cache", Part("缓存", refuse), now)
    assert not check.ok and check.sentence == "无法访问（ConnectionError）"


def test_what_needs_a_silent_server_is_left_out(now, monkeypatch):
    def refuse(at):
        raise ConnectionError

    monkeypatch.setitem(running.PARTS, "broker", Part("任务队列", refuse, running.ALONE))
    names = {check.name for check in state(now)}
    assert "broker" in names and "workers" not in names and "outbox" in names


def test_a_mail_server_that_does_not_answer_is_told(now, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    check = only(parts.mail_server, now)
    assert not check.ok and "127.0.0.1:9" in check.sentence
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert list(parts.mail_server(now)) == []


def test_a_watch_that_does_not_look_is_told(now, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    assert not only(parts.watch, now).ok
    (tmp_path / "watch.json").touch()
    assert only(parts.watch, now).ok


# --- pages -------------------------------------------------------------------------------------------
def test_those_who_keep_the_system_see_the_page_and_others_are_refused(client, keeper, judge):
    client.force_login(judge)
    assert client.get(reverse("pipeline:running")).status_code == 403
    assert Entry.objects.filter(act="pipeline.see_running", outcome="refused").exists()
    client.force_login(keeper)
    page = client.get(reverse("pipeline:running")).content.decode()
    assert "运行状况" in page and "Traceback" not in page


def test_what_is_wrong_stands_first(client, keeper, now):
    Run.objects.create(name=DRAIN, expected_at=now - timedelta(days=9), problem="")
    client.force_login(keeper)
    page = client.get(reverse("pipeline:running-now")).content.decode()
    assert page.index(f'data-check="job:{DRAIN}"') < page.index('data-check="database"')
    assert "需要处理" in page


def test_all_well_is_one_line(client, keeper, monkeypatch):
    monkeypatch.setattr("pipeline.running.PARTS", {"database": running.PARTS["database"]})
    client.force_login(keeper)
    assert "一切正常：1 项检查均通过。" in client.get(reverse("pipeline:running-now")).content.decode()


def test_every_page_of_a_keeper_asks_for_the_banner_and_nobody_elses_does(client, keeper, judge):
    for person, asks in [(keeper, True), (judge, False)]:
        client.force_login(person)
        page = client.get(reverse("courts:account")).content.decode()
        assert (reverse("pipeline:banner") in page) is asks
        assert (f'href="{reverse("pipeline:running")}"' in page) is asks


def test_the_banner_speaks_when_something_is_wrong_and_to_keepers_alone(client, keeper, judge, now):
    sweep_court(keeper.court_id, today(), now)
    client.force_login(keeper)
    assert client.get(reverse("pipeline:banner")).content.decode().strip() == ""
    Memory.looked_at = None
    Run.objects.update(expected_at=now - timedelta(days=9))
    assert "项异常" in client.get(reverse("pipeline:banner")).content.decode()
    client.force_login(judge)
    assert client.get(reverse("pipeline:banner")).content == b""


def test_the_banner_asks_neither_queue_nor_cache_nor_mail_and_is_remembered(
    now, monkeypatch, django_assert_num_queries
):
    def never(at):
        raise AssertionError

    for name in ("broker", "cache", "workers", "mail_server", "calendar"):
        monkeypatch.setitem(running.PARTS, name, Part("", never, running.PARTS[name].needs))
    running.count_troubles(now)
    with django_assert_num_queries(0):
        running.count_troubles(now)


# --- for monitors ------------------------------------------------------------------------------------
def test_a_monitor_reads_numbers_from_this_machine_or_with_the_token(client, settings, file_case):
    file_case(number="（2026）川1502民初777号", cause="绝不外传")
    address = reverse("pipeline:metrics")
    said = client.get(address)
    assert said.status_code == 200 and said["Content-Type"].startswith("text/plain")
    lines = said.content.decode()
    assert 'mingjing_ok{check="database"} 1.0' in lines
    assert f'mingjing_ok{{check="job:{DRAIN}"}} 1.0' in lines
    assert 'mingjing_outbox_changes{check="outbox"} 0.0' in lines
    assert "绝不外传" not in lines and not [line for line in lines.splitlines() if "川" in line]
    settings.METRICS_ALLOW = []
    assert client.get(address).status_code == 403
    assert client.get(address, headers={"Authorization": "Bearer "}).status_code == 403
    settings.METRICS_TOKEN = "for-the-monitor"
    assert client.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert client.get(address, headers={"Authorization": "Bearer for-the-monitor"}).status_code == 200


def test_the_page_costs_the_same_with_more_cases(client, keeper, file_cases, costs_the_same):
    client.force_login(keeper)
    file_cases(2)
    costs_the_same(lambda: client.get(reverse("pipeline:running-now")), grow=lambda: file_cases(20))


def test_the_moment_of_a_sentence_is_the_courts_own():
    assert moment(datetime(2026, 6, 30, 18, 5, tzinfo=ZoneInfo("UTC"))) == "07-01 02:05"
