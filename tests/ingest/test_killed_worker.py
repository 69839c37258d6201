"""A worker that is killed in the middle of an import: the next one goes on, nothing is lost and nothing comes twice."""

import os
import subprocess
import sys
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, Change
from ingest import commit, services
from ingest.models import Batch

ROWS = 6_000
WORKER = """
import os, sys, time
import django
django.setup()
from django.utils import timezone
from ingest import commit, services
from ingest.models import Batch
slowly = commit.commit_slice
def commit_slice(*args):
    slowly(*args)
    time.sleep(0.1)
commit.commit_slice = commit_slice
services.commit_batch(batch=Batch.objects.get(pk=int(sys.argv[1])), clock=timezone.now, slice_rows=200)
"""


@pytest.fixture
def queued(tmp_path, court):
    path = tmp_path / "ledger"
    numbers = "".join(f"（2026）川1502民初{n}号,离婚纠纷\n" for n in range(1, ROWS + 1))
    path.write_text("案号,案由\n" + numbers, encoding="utf-8")
    return Batch.objects.create(
        kind="cases",
        court=court,
        uploaded_at=timezone.now(),
        filename="ledger.csv",
        path=str(path),
        state="queued",
    )


def worker(batch: Batch) -> subprocess.Popen[bytes]:
    """A process of its own on this test's database."""
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    environment = os.environ | {
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(batch.pk)], cwd=settings.BASE_DIR, env=environment
    )


def wait_until(ready) -> None:
    end = monotonic() + 60
    while not ready() and monotonic() < end:
        sleep(0.02)
    assert ready()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_and_nothing_comes_twice(queued):
    for killed in range(2):
        process = worker(queued)
        reached = Batch.objects.get().position
        wait_until(lambda reached=reached: Batch.objects.get().position >= reached + 600)
        process.kill()
        process.wait()
        assert 0 < Batch.objects.get().position < ROWS, killed
        assert Case.objects.count() == Change.objects.count() == Batch.objects.get().position - 1
    wait_until(lambda: not is_held(queued))
    assert services.commit_batch(batch=queued, clock=timezone.now)
    queued.refresh_from_db()
    assert (queued.state, queued.counts["created"], queued.counts["unchanged"]) == ("done", ROWS, 0)
    assert (
        Case.objects.count()
        == Change.objects.values("case_id").distinct().count()
        == Change.objects.count()
        == ROWS
    )
    assert Entry.objects.filter(act="ingest.commit_batch").count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_second_worker_leaves_a_batch_alone_while_the_first_lives(queued):
    process = worker(queued)
    wait_until(lambda: Batch.objects.get().position > 0)
    assert services.commit_batch(batch=queued, clock=timezone.now)
    assert Batch.objects.get().state == "running"
    process.kill()
    process.wait()


def is_held(batch: Batch) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [batch.pk])
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "work"), [("uploaded", "preview_batch"), ("queued", "commit_batch")])
def test_a_file_that_stops_its_worker_each_time_is_given_up_with_one_sentence(
    queued, monkeypatch, state, work
):
    Batch.objects.update(state=state)
    with monkeypatch.context() as worker:
        for name in ("preview", "commit"):
            worker.setattr(commit, name, stopping)
        for _ in range(services.MOST_ATTEMPTS):
            with pytest.raises(MemoryError):
                getattr(services, work)(batch=queued, clock=timezone.now)
            assert services.left_behind(timezone.now() + 2 * services.STALE) == [queued]
    getattr(services, work)(batch=queued, clock=timezone.now)
    queued.refresh_from_db()
    assert (queued.state, services.left_behind(timezone.now() + 2 * services.STALE)) == ("failed", [])
    assert "已尝试 3 次" in queued.problem
    assert Entry.objects.filter(act="ingest.fail_batch", because=queued.problem).count() == 1


def stopping(**_):
    raise MemoryError


@pytest.mark.django_db
def test_a_batch_that_gets_on_is_not_given_up_however_often_it_is_handed_on(queued):
    for _ in range(services.MOST_ATTEMPTS + 1):
        assert not services.commit_batch(batch=queued, clock=timezone.now, seconds=0, slice_rows=200)
    assert services.commit_batch(batch=queued, clock=timezone.now)
    assert Case.objects.count() == ROWS
