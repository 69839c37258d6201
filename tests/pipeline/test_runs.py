"""Every scheduled job leaves a row behind, whichever room it is in and however it ends."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import Error, connection
from django.utils import timezone

from audit import trail
from config.celery import app
from pipeline import runs
from pipeline.models import Run
from pipeline.runs import RecordedTask, counts_in, described

pytestmark = pytest.mark.django_db
SEAL = "audit.tasks.seal_trail"


@pytest.fixture(autouse=True, scope="module")
def every_room_has_named_its_tasks():
    app.loader.import_default_modules()


def test_every_scheduled_task_exists_and_is_recorded_even_where_it_may_not_import_this_room():
    for entry in app.conf.beat_schedule.values():
        assert isinstance(app.tasks[entry["task"]], RecordedTask), entry["task"]
    assert "pipeline" not in Path("audit/tasks.py").read_text()


@pytest.fixture
def unsealed(db):
    """Something to seal."""
    return trail.record("courts.login", at=timezone.now())


def test_a_run_leaves_when_it_began_when_it_ended_and_what_it_counted(unsealed):
    linked = app.tasks[SEAL].apply().get()
    run = Run.objects.get(name=SEAL)
    assert run.started_at <= run.done_at <= timezone.now()
    assert linked > 0
    assert (run.failed_at, run.counts) == (None, {"count": linked})
    assert 0 <= run.seconds < 60
    app.tasks[SEAL].apply()
    assert Run.objects.get(name=SEAL).done_at > run.done_at


def test_a_failure_is_told_by_kind_and_place_without_the_words_that_may_quote_a_case(monkeypatch):
    def stop(**_):
        raise ValueError("（2026）川1502民初1号 张三")

    monkeypatch.setattr("audit.services.seal_trail", stop)
    app.tasks[SEAL].apply()
    run = Run.objects.get(name=SEAL)
    assert run.done_at is None and run.failed_at >= run.started_at
    assert run.problem.startswith("ValueError（")
    assert "张三" not in run.problem and "\n" not in run.problem


def test_work_that_is_not_scheduled_leaves_no_row(monkeypatch):
    monkeypatch.setitem(app.conf, "beat_schedule", {})
    app.tasks[SEAL].apply()
    assert not Run.objects.exists()


def test_a_record_that_cannot_be_written_does_not_fail_the_work(unsealed, monkeypatch):
    def refuse(*_, **__):
        raise Error("no room")

    monkeypatch.setattr(runs, "note", refuse)
    assert app.tasks[SEAL].apply().get() > 0


@pytest.mark.parametrize(
    ("answer", "counts"),
    [
        (7, {"count": 7}),
        (None, {}),
        ("trail-2026-06-30.txt", {}),
        ({"raised": 2, "who": "张三", "clocks": {"count": 3, "seconds": 0.1}}, {"raised": 2, "clocks": 3}),
    ],
)
def test_only_numbers_are_kept_of_an_answer(answer, counts):
    assert counts_in(answer) == counts


def test_a_database_error_does_not_repeat_the_row_it_is_about():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT '张三'::int")
    except Error as wrong:
        assert "张三" in str(wrong) and "张三" not in described(wrong)


def test_what_waited_too_long_is_dropped_and_every_task_is_ended_before_it_is_given_to_another():
    for entry in app.conf.beat_schedule.values():
        assert entry["options"]["expires"] > 0
    longest = max(
        [app.conf.task_time_limit, *(each["time_limit"] for each in app.conf.task_annotations.values())]
    )
    assert longest < app.conf.broker_transport_options["visibility_timeout"]
    assert app.conf.task_acks_late and app.conf.task_reject_on_worker_lost


def test_a_worker_waits_for_its_queue_however_long_it_is_away():
    assert app.conf.broker_connection_max_retries is None


def test_mail_and_changes_do_not_queue_behind_sweeps_and_imports():
    slow = {name for name in app.tasks if app.amqp.router.route({}, name)["queue"].name == "slow"}
    assert slow >= {"alerts.tasks.sweep_court", "ingest.tasks.commit_batch"}
    assert not slow & {"pipeline.tasks.drain_changes", "alerts.tasks.send_deliveries", SEAL}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_beat_and_worker_as_processes_leave_the_rows_too(start_worker, start_beat, wait_until):
    before = timezone.now() - timedelta(seconds=1)
    start_worker()
    start_beat("beat")
    wait_until(lambda: Run.objects.filter(name="pipeline.tasks.drain_changes", done_at__gt=before).exists())
    assert Run.objects.get(name="pipeline.tasks.drain_changes").counts["cases"] == 0
