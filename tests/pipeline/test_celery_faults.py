"""Two beats, dead workers, a queue that forgets, clocks that jump: nothing is lost and nobody is told twice.

Real processes on a real queue; what is due stands in rows of the database, so losing the queue loses nothing.
"""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from django.db import connection
from django.utils import timezone

from alerts.digest import queue_digests
from alerts.models import Alert, Delivery, Notice, Sweep
from alerts.sweeps import LEASE, sweep_court
from alerts.tasks import sweep_courts
from alerts.turns import SWEEP
from audit.services import seal_trail
from cases.models import Change, Clock
from config.celery import app
from courts.models import FixedDay
from pipeline.models import Run
from pipeline.services import drain

DAY = date(2026, 6, 30)
MORNING = datetime(2026, 6, 30, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CASES = 30


@pytest.fixture
def day():
    """``day(n)``: the court's day is n days on from the first."""

    def become(days: int) -> date:
        FixedDay.objects.update_or_create(singleton=True, defaults={"day": DAY + timedelta(days=days)})
        return DAY + timedelta(days=days)

    become(0)
    return become


@pytest.fixture
def docket(day, file_cases, judge, division_head):
    """Cases whose limit is near, with their clocks computed, and people who can be reached by mail."""
    for person in (judge, division_head):
        person.email = f"{person.username}@court.invalid"
        person.save()
    cases = file_cases(CASES, filed_on=date(2025, 12, 31))
    Change.objects.bulk_create(Change(case_id=case.pk) for case in cases)
    drain(at=timezone.now(), today=DAY - timedelta(days=200))
    assert not Alert.objects.exists()
    return cases


@pytest.fixture
def send(queue, monkeypatch):
    """``send("alerts.tasks.sweep_courts")``: what one beat does."""
    monkeypatch.setenv("CELERY_BROKER_URL", queue.environment["CELERY_BROKER_URL"])
    beat = Celery(set_as_current=False)
    yield lambda name, *args: beat.send_task(name, args=args, queue="default")
    beat.close()


def swept() -> bool:
    return Sweep.objects.filter(done_at__isnull=False).exists()


def assert_a_sweep_finds_nothing_left(court, today=DAY) -> None:
    """Doing it all again by hand writes nothing: it was complete, and each thing was done once."""
    before = (Alert.objects.count(), Notice.objects.count())
    sweep_court(court.pk, today, timezone.now())
    assert (Alert.objects.count(), Notice.objects.count()) == before
    assert before[0] >= CASES and before[1] >= CASES


@contextmanager
def sweep_held_up(court):
    """Hold the lock a sweep of this court waits for, so that it is under way for as long as a test wants."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [SWEEP, court.pk])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [SWEEP, court.pk])


def sweeps_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0]


def children_of(process) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


# --- processes ---------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_raise_tell_and_send_everything_once(
    docket, court, judge, start, start_worker, start_beat, send, postbox, wait_until
):
    start_worker(**postbox.environment)
    for name in ("one", "two"):
        start_beat(name)
        send("alerts.tasks.sweep_courts")
    wait_until(swept)
    assert_a_sweep_finds_nothing_left(court)
    with ThreadPoolExecutor(2) as beats:
        list(beats.map(lambda _: queue_then_close(), range(2)))
    wanted = Delivery.objects.filter(channel="email").count()
    assert Delivery.objects.filter(kind="digest", person=judge).count() == 1
    Delivery.objects.update(next_at=timezone.now())  # that morning is now, whatever the hour here
    for _ in range(2):
        send("alerts.tasks.send_deliveries")
    wait_until(lambda: Delivery.objects.filter(state="sent").count() == wanted)
    received = [mail["To"] for mail in postbox.mails()]
    assert len(received) == len(set(received)) == wanted
    seal_trail(at=timezone.now())  # of the entries the test's people left, older than this worker
    watch = start(["python", "manage.py", "watch", "--once"], log="watch.log", **postbox.environment)
    assert watch.wait(40) == 0


def queue_then_close() -> int:
    try:
        return queue_digests(at=MORNING, today=DAY)
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_queue_that_stops_and_forgets_everything_costs_a_wait_and_nothing_else(
    docket, court, queue, start_worker, start_beat, send, wait_until, tmp_path
):
    start_worker()
    start_beat("beat")
    wait_until(lambda: Run.objects.filter(done_at__isnull=False).exists())
    queue.stop()
    for kept in tmp_path.glob("appendonlydir/*"):
        kept.unlink()
    Clock.objects.all().delete()
    Change.objects.bulk_create(Change(case_id=case.pk) for case in docket)
    queue.start()
    send("alerts.tasks.sweep_courts")
    wait_until(lambda: not Change.objects.exists())
    wait_until(swept)
    assert Clock.objects.filter(kind="statutory").count() == CASES
    assert_a_sweep_finds_nothing_left(court)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_child_killed_in_the_middle_of_a_sweep_is_replaced_and_the_sweep_done_at_once(
    docket, court, start_worker, send, wait_until
):
    worker = start_worker()
    with sweep_held_up(court):
        send("alerts.tasks.sweep_courts")
        wait_until(lambda: sweeps_waiting() == 1)
        for child in children_of(worker):
            os.kill(child, signal.SIGKILL)
        wait_until(lambda: sweeps_waiting() == 1 and Alert.objects.count() == 0)
    wait_until(swept)
    assert_a_sweep_finds_nothing_left(court)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_sweep_is_followed_by_another_after_its_lease(
    docket, court, queue, start_worker, send, wait_until
):
    first = start_worker()
    with sweep_held_up(court):
        send("alerts.tasks.sweep_courts")
        wait_until(lambda: sweeps_waiting() == 1)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    queue.client.flushall()
    start_worker(name="second")
    send("alerts.tasks.sweep_courts")
    wait_until(lambda: Run.objects.filter(name="alerts.tasks.sweep_courts", counts={"count": 0}).exists())
    assert not Alert.objects.exists()
    Sweep.objects.update(started_at=timezone.now() - LEASE)
    send("alerts.tasks.sweep_courts")
    wait_until(swept)
    assert_a_sweep_finds_nothing_left(court)


# --- days --------------------------------------------------------------------------------------------
@pytest.fixture
def sweep_now():
    """Everything a beat of the sweep sets off, here and now; how many alerts it raised and how many notices it wrote."""
    app.conf.task_always_eager = True

    def beat() -> tuple[int, int]:
        before = (Alert.objects.count(), Notice.objects.count())
        sweep_courts.apply()
        return Alert.objects.count() - before[0], Notice.objects.count() - before[1]

    yield beat
    app.conf.task_always_eager = False


def limit_alerts():
    return Alert.objects.filter(clock="civ_first_ordinary")


@pytest.mark.django_db
def test_days_of_downtime_are_made_up_once_and_marked_late(docket, day, sweep_now):
    day(-40)
    sweep_now()
    assert not limit_alerts().filter(late=True).exists()
    today = day(-1)
    raised, told = sweep_now()
    assert raised and told
    stage = limit_alerts().open().values_list("stage", "late", "began_on").distinct().get()
    assert stage[:2] == ("urgent", True) and stage[2] < today
    assert sweep_now() == (0, 0)


@pytest.mark.django_db
def test_a_clock_that_jumps_ahead_and_back_raises_and_tells_nothing_twice(docket, day, sweep_now):
    day(-1)
    sweep_now()
    day(2)
    sweep_now()
    rows, notices = Alert.objects.count(), Notice.objects.count()
    for again in (-1, 2, -1, 2):
        day(again)
        Sweep.objects.all().delete()  # as if those days had never been swept
        sweep_now()
    assert Alert.objects.count() == rows
    assert Notice.objects.count() == notices
    assert set(limit_alerts().open().values_list("stage", flat=True)) == {"overdue"}
    assert limit_alerts().open().count() == CASES
