"""A model is trained in the background, tried, released by another than who asked, and stops when it is not true any more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from audit.trail import Refused
from courts.models import Court, FixedDay
from deviation import tasks, trust
from deviation.calibration import Share
from deviation.fitting import GIVEN_UP, left_behind, train_run
from deviation.frames import Window, history
from deviation.models import Contest, Notice, Run, Score
from deviation.training import ask_for_run, propose_runs, refuse_run, release_run, train
from deviation.using import Damaged, Shelf, model_of, runs, runs_for, stopped_strata, unusable
from tests.conftest import owner_connection
from tests.deviation.trained_runs import NOW, TODAY, N, file_thefts, trained_run

FEW_SALTS = (1,)


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture(autouse=True)
def short_trial(monkeypatch):
    """The check on planted and null data takes minutes with all its salts: here one of each."""
    monkeypatch.setattr(trust, "SALTS", FEW_SALTS)
    monkeypatch.setattr(trust, "NULL_SALTS", FEW_SALTS)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """The queue takes note and does nothing."""
    sent: list[int] = []
    monkeypatch.setattr(tasks.train_run, "delay", sent.append)
    return sent


@pytest.fixture
def thefts(court):
    file_thefts(court)


@pytest.fixture
def asked(court, trial_office):
    return ask_for_run(court=court, code="months", by=trial_office, at=NOW)


@pytest.fixture
def trained(court, trial_office):
    return trained_run(court, trial_office)


def refused(status, word=""):
    return pytest.raises(Refused, match=word or None, check=lambda wrong: wrong.status == status)


# --- asking ------------------------------------------------------------------------------------------------------
def test_a_run_learns_from_the_years_of_the_catalogue_that_end_the_day_before(asked, trial_office):
    assert (asked.window_from, asked.window_to, asked.state) == (
        date(2023, 6, 30),
        date(2026, 6, 29),
        "queued",
    )
    entry = Entry.objects.get(act="deviation.ask_for_run")
    assert (entry.actor_id, entry.about_id, entry.court_id) == (trial_office.pk, asked.pk, asked.court_id)


def test_what_is_being_trained_is_not_asked_for_twice(asked, court, trial_office, now):
    assert ask_for_run(court=court, code="months", by=trial_office, at=now) == asked
    assert Entry.objects.filter(act="deviation.ask_for_run").count() == 1
    assert ask_for_run(court=court, code="fine", by=trial_office, at=now) != asked


def test_who_does_not_train_in_that_court_asks_for_none_there(court, judge, president, post, now):
    elsewhere = post("trial_office", at=Court.objects.get(code="川1503"))
    for person in (judge, president, elsewhere):
        with refused(403):
            ask_for_run(court=court, code="months", by=person, at=now)


def test_an_outcome_the_catalogue_does_not_have_is_refused_in_a_sentence(court, trial_office, now):
    with refused(409, "偏离度模型"):
        ask_for_run(court=court, code="mercy", by=trial_office, at=now)


# --- training ------------------------------------------------------------------------------------------------------
def test_a_trained_run_has_a_model_a_card_and_what_it_is_worth(trained):
    card, worth = trained.card, trained.trust
    assert trained.n == N and trained.progress == 100 and len(trained.digest) == 64
    assert trained.editions["case_elements"] == trained.editions["deviation_models"] == 1
    whole = card["held_out"]["all"]
    assert whole["n"] > 100 and whole["coverage90"]["n"] > 100 and whole["mae"] is not None
    assert whole["baseline_mae"] is not None and whole["pinball"] is not None
    assert [one["stratum"] for one in card["held_out"]["strata"]] == ["盗窃罪"]
    assert {one["key"] for one in card["features"]} >= {"surrender", "amount", "case_procedure"}
    assert {"gender", "residence"} <= {one["key"] for one in card["excluded"]}
    assert [(band["low"], band["high"]) for band in worth["bands"]] == [(2, 3), (3, 5), (5, 10)]
    assert all(band["planted"] > 0 for band in worth["bands"])
    assert worth["null"]["draws"] == len(FEW_SALTS) and worth["fdr"] == 0.05 and worth["how"] == "multiplied"


def test_what_is_protected_stands_in_no_card_as_a_feature(trained):
    used = {one["key"] for one in trained.card["features"]} | set(trained.card["reference"])
    assert not used & {one["key"] for one in trained.card["excluded"]}


def test_it_is_tried_on_newer_cases_than_it_learned_from(thefts, court):
    older, newer = trust.split(history(court=court, code="months", window=Window(date(2020, 1, 1), TODAY)))
    assert max(one.date for one in older) < min(one.date for one in newer)


def test_the_same_run_trained_again_is_the_same_model(thefts, asked):
    digest = train(run=asked, at=NOW).digest
    Run.objects.filter(pk=asked.pk).update(state="queued", attempts=0)
    assert digest and train(run=asked, at=NOW).digest == digest


def test_too_few_cases_are_no_model_and_the_run_says_so(asked, file_case):
    run = train(run=asked, at=NOW)
    assert run.state == "failed" and "0 件" in run.problem and "200" in run.problem


def test_the_model_is_read_once_a_process_and_never_another_than_was_trained(trained):
    Shelf.models.clear()
    first = model_of(trained)
    with CaptureQueriesContext(connection) as asked_again:
        assert model_of(trained) is first
    assert len(asked_again) == 0
    Shelf.models.clear()
    Run.objects.filter(pk=trained.pk).update(artefact=b"something else")
    with pytest.raises(Damaged):
        model_of(trained)


KILLED = """
import django
django.setup()
from datetime import datetime, timezone
import sys
from deviation import fitting, trust

trust.SALTS = trust.NULL_SALTS = (1,)
note = fitting.note

def stop_half_way(run, **fields):
    done = note(run, **fields)
    if run.progress >= 30:
        print("half way", flush=True)
        sys.stdin.readline()
    return done

fitting.note = stop_half_way
fitting.train_run(int(sys.argv[1]), lambda: datetime(2026, 6, 30, 1, tzinfo=timezone.utc))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_half_way_leaves_a_run_that_is_taken_up_and_comes_to_the_same_model(
    thefts, asked, trial_office
):
    given = connection.settings_dict
    url = f"postgres://{given['USER']}:{given['PASSWORD']}@/{given['HOST']}/{given['NAME']}"
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(asked.pk)],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert worker.stdout.readline().strip() == "half way"
    assert not train_run(asked.pk, lambda: NOW)  # a living worker holds it
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdin.close()
    worker.stdout.close()
    asked.refresh_from_db()
    assert (asked.state, asked.attempts) == ("training", 1) and 30 <= asked.progress < 100
    begun = asked.started_at
    assert left_behind(begun + timedelta(seconds=30)) == []
    assert left_behind(begun + timedelta(minutes=2)) == [asked.pk]
    assert wait_for(lambda: train_run(asked.pk, lambda: NOW))
    asked.refresh_from_db()
    assert (asked.state, asked.progress, asked.attempts) == ("trained", 100, 2)


def wait_for(ready) -> bool:
    """The server notices a moment later that the worker's connection is gone, and lets go of its lock."""
    with connection.cursor() as cursor:
        for _ in range(100):
            if ready():
                return True
            cursor.execute("SELECT pg_sleep(0.1)")
    return False


def test_one_that_never_gets_through_is_given_up(asked):
    Run.objects.filter(pk=asked.pk).update(state="training", attempts=3)
    train_run(asked.pk, lambda: NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.problem) == ("failed", GIVEN_UP)


def test_two_workers_do_not_train_the_same_run(asked):
    with owner_connection() as link, link.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [0x6D71, asked.pk % 2**31])
        assert not train_run(asked.pk, lambda: NOW)
    link.close()
    asked.refresh_from_db()
    assert (asked.state, asked.attempts) == ("queued", 0)


def test_what_lies_about_is_queued_again(asked, quiet):
    Run.objects.filter(pk=asked.pk).update(asked_at=NOW - timedelta(days=300))
    assert tasks.resume_training() == 1 and quiet == [asked.pk]


# --- releasing -----------------------------------------------------------------------------------------------------
def test_who_asked_for_a_run_does_not_release_it(trained, trial_office, now):
    with refused(403, "另一人"):
        release_run(run=trained, by=trial_office, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=trained.pk).update(state="in_use", released_by=trial_office)


def test_another_releases_it_and_it_supersedes_the_one_in_use(trained, president, trial_office, post, court):
    release_run(run=trained, by=president, at=NOW, reason="已核对")
    Run.objects.filter(pk=trained.pk).update(asked_at=NOW - timedelta(days=40))
    second = trained_run(court, post("trial_office"))
    release_run(run=second, by=trial_office, at=NOW)
    trained.refresh_from_db()
    assert (trained.state, trained.ended_at) == ("superseded", NOW)
    assert runs_for(court.pk) == {"months": runs().get(pk=second.pk)}
    entries = Entry.objects.filter(act="deviation.release_run").order_by("pk")
    assert [entry.because for entry in entries] == ["已核对", ""] and entries[1].before == {"run": trained.pk}


def test_a_refusal_needs_its_reason_and_ends_the_run(trained, president, now):
    with refused(409, "理由"):
        refuse_run(run=trained, by=president, at=now, reason=" ")
    refuse_run(run=trained, by=president, at=now, reason="覆盖率的区间太宽")
    trained.refresh_from_db()
    assert (trained.state, trained.reason) == ("refused", "覆盖率的区间太宽")
    with refused(409):
        release_run(run=trained, by=president, at=now)


def test_who_releases_nothing_in_that_court_does_not_release_it(trained, judge, outsider, division_head, now):
    for person in (judge, outsider, division_head):
        with refused(403):
            release_run(run=trained, by=person, at=now)
        with refused(403):
            refuse_run(run=trained, by=person, at=now, reason="不")


def test_a_run_whose_intervals_did_not_hold_is_not_released(trained, president, now):
    card = trained.card
    card["held_out"]["all"]["coverage90"] = Share(150, 270).as_json()
    Run.objects.filter(pk=trained.pk).update(card=card)
    with refused(409, "覆盖率"):
        release_run(run=trained, by=president, at=now)


# --- refusing to score -------------------------------------------------------------------------------------------
def test_a_run_is_stale_on_the_day_after_its_last(trained):
    last = trained.window_to + timedelta(180)
    assert unusable(trained, last) is None and unusable(trained, last + timedelta(1)) == "stale"


def test_a_run_whose_coverage_surely_left_its_bounds_since_is_uncalibrated(trained):
    trained.drift = {"coverage90": Share(70, 100).as_json()}
    assert unusable(trained, TODAY) == "uncalibrated"
    trained.drift = {"coverage90": Share(4, 6).as_json()}  # too few to be sure
    assert unusable(trained, TODAY) is None


def test_a_run_whose_cases_are_others_by_now_has_drifted(trained):
    trained.drift = {"moved": {"psi": 0.4}}
    assert unusable(trained, TODAY) == "drifted"
    trained.drift = {"moved": {"psi": 0.2}}
    assert unusable(trained, TODAY) is None


def contested(run, case, judge, decider, *, upheld):
    score = Score.objects.create(
        case=case, court=case.court, run=run, code="months", stratum="盗窃罪", stage="closing", at=NOW, batch="2026-06",
        outcome=60, state="abstained", reason_code="few_peers",
    )  # fmt: skip
    notice = Notice.objects.create(
        case=case, court=case.court, judge=judge, score=score, code="months", told_at=NOW, private_until=TODAY,
        state="upheld" if upheld else "rejected", disclosed_at=NOW,
    )  # fmt: skip
    Contest.objects.create(
        notice=notice, ground="method", text="不可比", filed_by=judge, filed_at=NOW, due_on=TODAY, decided_by=decider,
        decided_at=NOW, upheld=upheld, decision="查明",
    )  # fmt: skip


def test_upheld_contests_stop_their_stratum_and_no_other(trained, file_cases, judge, president):
    cases = file_cases(5)
    contested(trained, cases[0], judge, president, upheld=False)
    for case in cases[1:4]:
        contested(trained, case, judge, president, upheld=True)
    assert stopped_strata(trained, TODAY) == []  # four decisions are a handful, though three were right
    contested(trained, cases[4], judge, president, upheld=True)
    assert stopped_strata(trained, TODAY) == ["盗窃罪"]
    assert unusable(trained, TODAY) is None
    assert unusable(trained, TODAY, "盗窃罪") == "stopped" and unusable(trained, TODAY, "诈骗罪") is None


def test_what_is_private_neither_stops_a_stratum_nor_keeps_it_going(trained, file_cases, judge, president):
    """Whoever saw a stratum stop or go on would learn how many notices nobody may know of."""
    cases = file_cases(45)
    for case in cases[:5]:
        contested(trained, case, judge, president, upheld=True)
    for case in cases[5:]:
        contested(trained, case, judge, president, upheld=False)
    private = Notice.objects.filter(case__in=cases[5:])
    Contest.objects.filter(notice__in=private).delete()
    assert stopped_strata(trained, TODAY) == []  # five of forty-five that were shown
    private.update(disclosed_at=None, state="private")
    assert stopped_strata(trained, TODAY) == ["盗窃罪"]


# --- time to train anew -------------------------------------------------------------------------------------------
def test_what_is_in_use_is_trained_anew_when_the_catalogue_says_so_and_waits_for_people(trained, president):
    release_run(run=trained, by=president, at=NOW)
    assert propose_runs(day=trained.window_to + timedelta(29), at=NOW) == []
    (proposed,) = propose_runs(day=trained.window_to + timedelta(30), at=NOW)
    assert (proposed.asked_by, proposed.state, proposed.code) == (None, "queued", "months")
    assert propose_runs(day=trained.window_to + timedelta(31), at=NOW) == []
    trained.refresh_from_db()
    assert trained.state == "in_use"
