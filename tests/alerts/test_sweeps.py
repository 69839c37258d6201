"""A court's alerts brought to a day: once, whole, and made up after a downtime."""

import os
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from alerts.models import Alert, Movement, NodeWatch, Notice, Sweep, UsualSpan
from alerts.services import cases_that_differ, raise_alerts
from alerts.source_sql import of_court
from alerts.sweeps import (
    LEASE,
    bring,
    bring_court,
    claim_courts,
    courts_to_sweep,
    measure_spans,
    sweep_court,
)
from alerts.tasks import sweep_court as sweep_task
from alerts.tasks import sweep_courts
from alerts.telling import tell
from alerts.turns import take_turn
from cases.clocks import recompute
from cases.models import Case, Clock, Exclusion, Extension, ProcedureEvent
from catalogues.models import Edition
from catalogues.services import draft_local_calendar, publish_edition
from courts.models import Court, FixedDay

pytestmark = pytest.mark.django_db
FILED = date(2026, 1, 5)  # civil, ordinary: due on 2026-07-06; mid from 2026-06-06, urgent from 2026-07-01
DAY = date(2026, 6, 30)


@pytest.fixture
def filed(file_cases):
    def create(n=1, **fields):
        cases = file_cases(n, **({"filed_on": FILED} | fields))
        recompute([case.pk for case in cases], timezone.now())
        return cases

    return create


@pytest.fixture
def other_court(db):
    return Court.objects.get(code="川1503")


def sweep(court, day):
    return bring_court(court.pk, day, timezone.now())


def statutory(case):
    return case.alerts.open().get(kind="statutory")


# --- one court's sweep -------------------------------------------------------------------------------
def test_a_sweep_raises_and_tells_for_its_own_court_and_leaves_a_row(filed, court, other_court, judge):
    (mine,), (theirs,) = filed(), filed(court=other_court)
    done = sweep_court(court.pk, DAY, timezone.now())
    assert statutory(mine).stage == "mid"
    assert not theirs.alerts.exists()
    assert (done.day, done.raised, done.closed, done.late) == (DAY, mine.alerts.count(), 0, 0)
    assert done.done_at is not None
    assert done.told == Notice.objects.filter(person=judge).count() > 0


def test_a_sweep_leaves_the_alerts_of_other_courts_where_they_stand(filed, court, other_court):
    (theirs,) = filed(court=other_court)
    sweep(other_court, DAY)
    sweep(court, date(2026, 7, 3))
    assert statutory(theirs).stage == "mid"


def places(model):
    """Where every row lies: a row that was written again lies elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ctid::text, xmin::text, xmax::text FROM {model._meta.db_table} ORDER BY 1")
        return cursor.fetchall()


def test_an_unchanged_sweep_writes_nothing(filed, court):
    filed(5), filed(3, filed_on=date(2025, 12, 1))
    sweep(court, DAY)
    before = {model: places(model) for model in (Alert, Notice, Sweep, Movement, UsualSpan)}
    assert before[Alert]
    assert cases_that_differ(of_court(court.pk), DAY) == []
    assert sweep(court, DAY) == {"raised": 0, "closed": 0, "late": 0, "told": 0}
    assert {model: places(model) for model in before} == before


def test_a_change_that_moves_nothing_rewrites_no_standstill(filed, court):
    UsualSpan.objects.create(category="民事", node="立案", days=40, cases=40, measured_on=DAY)
    ids = [case.pk for case in filed(3)]
    raise_alerts(ids, DAY, timezone.now())
    before = places(Movement)
    assert len(before) == 3
    raise_alerts(ids, DAY, timezone.now())
    assert places(Movement) == before


def test_what_moved_on_is_closed_by_the_next_sweep_and_a_moved_date_warns_anew(filed, court):
    (case,) = filed()
    sweep(court, DAY)
    Extension.objects.create(case=case, until_on=date(2026, 7, 20), approved_on=date(2026, 6, 20))
    recompute([case.pk], timezone.now())
    assert sweep(court, DAY)["closed"] >= 1
    found = (
        case.alerts.filter(kind="statutory").order_by("pk").values_list("due_on", "stage", "closed_because")
    )
    assert list(found) == [
        (date(2026, 7, 6), "mid", "期限已变更或取消"),
        (date(2026, 7, 20), "mid", ""),
    ]


def test_what_several_sweeps_of_a_day_did_is_added_up(filed, court):
    filed()
    first = sweep(court, DAY)["raised"]
    filed()
    assert sweep_court(court.pk, DAY, timezone.now()).raised == 2 * first


# --- late --------------------------------------------------------------------------------------------
def test_after_a_downtime_what_began_meanwhile_is_raised_once_and_marked_late(filed, court):
    (case,) = filed()
    sweep(court, date(2026, 6, 4))
    swept = sweep_court(court.pk, DAY, timezone.now())
    alert = statutory(case)
    assert (alert.stage, alert.began_on, alert.late) == ("mid", date(2026, 6, 6), True)
    assert swept.late >= 1
    assert sweep(court, DAY)["raised"] == 0


def test_a_day_that_jumps_ahead_raises_the_worst_stage_alone(filed, court):
    (case,) = filed()
    sweep(court, date(2026, 6, 5))
    sweep(court, date(2026, 7, 10))
    assert list(case.alerts.filter(kind="statutory").exclude(stage="early").values_list("stage", "late")) == [
        ("overdue", True)
    ]


def test_what_begins_on_the_day_of_the_sweep_is_not_late(filed, court):
    (case,) = filed()
    sweep(court, date(2026, 6, 4))
    sweep(court, date(2026, 6, 6))
    assert not statutory(case).late


def test_the_first_sweep_of_a_court_makes_nothing_late(filed, court):
    (case,) = filed()
    sweep(court, DAY)
    assert not statutory(case).late


def test_a_fact_that_arrives_afterwards_makes_no_alert_late(filed, court):
    sweep(court, date(2026, 6, 4)), sweep(court, date(2026, 6, 29))
    (case,) = filed()
    sweep(court, DAY)
    assert (statutory(case).began_on, statutory(case).late) == (date(2026, 6, 6), False)


def test_a_sweep_that_was_never_finished_counts_as_missed(filed, court):
    (case,) = filed()
    sweep(court, date(2026, 6, 4))
    Sweep.objects.create(court=court, day=date(2026, 6, 6), started_at=timezone.now())
    sweep(court, DAY)
    assert statutory(case).late


def test_what_is_raised_again_is_told_again_and_counts_as_late_once(filed, court, judge):
    (case,) = filed()
    sweep(court, date(2026, 6, 4))
    assert sweep(court, DAY)["late"] >= 1
    found = statutory(case)
    told = Notice.objects.filter(alert=found, person=judge)
    assert told.count() == 1
    Alert.objects.filter(pk=found.pk).update(closed_at=timezone.now(), closed_because="暂停")
    at = timezone.now()
    again = bring_court(court.pk, DAY, at)
    assert (again["raised"], again["late"], again["told"]) == (1, 0, 0)  # told today already
    found.refresh_from_db()
    assert (found.raised_at, found.closed_at, found.late) == (at, None, True)
    Notice.objects.update(told_on=DAY - timedelta(days=1))
    assert (sweep(court, DAY)["told"] > 0, sweep(court, DAY)["told"]) == (True, 0)
    assert list(told.order_by("round").values_list("round", "told_on"))[1:] == [(1, DAY)]


# --- who is swept when -------------------------------------------------------------------------------
def test_courts_with_cases_or_people_are_swept_once_a_day(filed, court, other_court, post):
    filed(), post("president", at=other_court)
    assert set(courts_to_sweep(DAY)) == {court.pk, other_court.pk}
    sweep(court, DAY)
    assert courts_to_sweep(DAY) == [other_court.pk]
    assert set(courts_to_sweep(DAY + timedelta(days=1))) == {court.pk, other_court.pk}


def test_another_set_of_nodes_is_followed_the_same_day(filed, court):
    filed()
    sweep(court, DAY)
    assert courts_to_sweep(DAY) == []
    NodeWatch.objects.create(court=court, profile="sz", at=timezone.now())
    assert courts_to_sweep(DAY) == claim_courts(DAY, timezone.now()) == [court.pk]
    sweep(court, DAY)
    assert courts_to_sweep(DAY) == []


def test_another_ladder_is_followed_the_same_day(filed, court):
    filed()
    sweep(court, DAY)
    again = edition_again("alert_ladders")
    assert courts_to_sweep(DAY) == claim_courts(DAY, timezone.now()) == [court.pk]
    sweep(court, DAY)
    assert courts_to_sweep(DAY) == []
    Edition.objects.filter(pk=again.pk).update(status="withdrawn")
    assert courts_to_sweep(DAY) == [court.pk]


def edition_again(kind):
    """The same entries published once more."""
    edition = Edition.objects.get(kind=kind, court=None, status="published")
    items = list(edition.items.all())
    edition.pk, edition.number, edition.status = None, edition.number + 1, "draft"
    edition.save()
    for item in items:
        item.pk, item.edition = None, edition
        item.save()
    edition.status = "published"
    edition.save()
    return edition


def test_what_is_published_while_a_sweep_is_under_way_is_followed_by_another(filed, court, monkeypatch):
    filed()

    def publish_meanwhile(*given, **named):
        edition_again("alert_settings")
        return tell(*given, **named)

    monkeypatch.setattr("alerts.sweeps.tell", publish_meanwhile)
    sweep(court, DAY)
    assert courts_to_sweep(DAY) == [court.pk]


def test_a_new_calendar_is_followed_the_same_day(filed, court, trial_office, post):
    filed()
    sweep(court, DAY)
    year = {"source": "通知", "source_confidence": "certain", "effective_from": "2026-01-01"}
    year |= {"holidays": [{"name": "州庆", "from": "2026-07-07", "to": "2026-07-07"}], "workdays": []}
    draft = draft_local_calendar(
        court=court, years=[("2026", year)], title="地方假日", by=trial_office, at=timezone.now()
    )
    publish_edition(edition=draft, by=post("trial_office", "审管办李"), at=timezone.now())
    assert courts_to_sweep(DAY) == [court.pk]


def test_of_two_beats_one_gets_a_court(filed, court):
    filed()
    at = timezone.now()
    assert claim_courts(DAY, at) == [court.pk]
    assert claim_courts(DAY, at + timedelta(seconds=300)) == []


def test_a_sweep_that_does_not_end_is_taken_up_again(filed, court):
    filed()
    at = timezone.now()
    claim_courts(DAY, at)
    assert claim_courts(DAY, at + LEASE + timedelta(seconds=1)) == [court.pk]


def test_a_second_sweep_of_the_day_that_does_not_end_is_taken_up_again_too(filed, court):
    filed()
    sweep(court, DAY)
    edition_again("alert_ladders")
    at = timezone.now()
    assert claim_courts(DAY, at) == [court.pk]
    assert claim_courts(DAY, at + timedelta(minutes=5)) == []
    assert claim_courts(DAY, at + LEASE + timedelta(seconds=1)) == [court.pk]


def test_a_task_whose_turn_comes_after_midnight_or_after_another_did_it_does_nothing(
    filed, court, monkeypatch
):
    filed()
    FixedDay.objects.create(day=DAY)

    def midnight(court_id):
        FixedDay.objects.update(day=DAY + timedelta(days=1))

    def another(court_id):
        bring(court.pk, DAY, timezone.now())

    monkeypatch.setattr("alerts.sweeps.take_turn", midnight)
    assert sweep_task(court.pk, "2026-06-30") == {}
    assert not Alert.objects.exists()
    FixedDay.objects.update(day=DAY)
    monkeypatch.setattr("alerts.sweeps.take_turn", another)
    assert sweep_task(court.pk, "2026-06-30") == {}
    assert Alert.objects.exists()


def test_the_task_sweeps_for_the_courts_own_today_and_not_for_a_day_that_is_over(filed, court):
    (case,) = filed()
    FixedDay.objects.create(day=DAY)
    assert sweep_task(court.pk, "2026-06-29") == {}
    assert not case.alerts.exists()
    assert sweep_task(court.pk, "2026-06-30")["raised"] >= 1
    assert statutory(case).stage == "mid"
    assert sweep_task(court.pk, "2026-06-30") == {}


def test_the_beat_hands_out_a_task_a_court(filed, court, other_court, monkeypatch):
    filed(), filed(court=other_court)
    FixedDay.objects.create(day=DAY)
    handed_out = []
    monkeypatch.setattr(sweep_task, "delay", lambda *given: handed_out.append(given))
    assert (sweep_courts(), sweep_courts()) == (2, 0)
    assert sorted(handed_out) == sorted([(court.pk, "2026-06-30"), (other_court.pk, "2026-06-30")])


# --- turns -------------------------------------------------------------------------------------------
def waits(court_id):
    """Whether another connection must wait for that turn (None: for a recomputation)."""
    answer = []

    def ask():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '300ms'")
                take_turn(court_id)
                answer.append(False)
        except OperationalError:
            answer.append(True)
        finally:
            connection.close()

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    return answer[0]


@pytest.mark.django_db(transaction=True)
def test_sweeps_of_different_courts_run_side_by_side_and_keep_the_recomputation_out():
    with transaction.atomic():
        take_turn(1)
        assert [waits(1), waits(2), waits(None)] == [True, False, True]
    with transaction.atomic():
        take_turn()
        assert [waits(1), waits(None)] == [True, True]
    assert not waits(1)


HALF_WAY = """
import os, sys
import django
django.setup()
from datetime import date
from django.utils import timezone
from alerts import sweeps


def stop_here(*args, **named):
    print("half way", flush=True)
    sys.stdin.readline()

sweeps.tell = stop_here
sweeps.sweep_court(int(sys.argv[1]), date(2026, 6, 30), timezone.now())
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_sweep_loses_nothing_and_repeats_nothing(filed, court):
    cases = filed(40)
    given = connection.settings_dict
    url = f"postgres://{given['USER']}:{given['PASSWORD']}@/{given['HOST']}/{given['NAME']}"
    worker = subprocess.Popen(
        [sys.executable, "-c", HALF_WAY, str(court.pk)],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert worker.stdout.readline().strip() == "half way"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdin.close()
    worker.stdout.close()
    assert not Alert.objects.exists()
    assert Sweep.objects.get().done_at is None
    assert courts_to_sweep(DAY) == [court.pk]
    sweep(court, DAY)
    assert Alert.objects.filter(kind="statutory", closed_at=None).count() == len(cases)
    assert Sweep.objects.get().done_at is not None
    assert sweep(court, DAY)["raised"] == 0


# --- usual spans -------------------------------------------------------------------------------------
@pytest.fixture
def history(file_case):
    """``history([10, 20, …])``: closed cases that stayed so many days after 移送审判庭, ten days after filing."""

    def create(stays, **fields):
        cases = []
        for days in stays:
            filed_on = date(2025, 1, 6)
            closed_on = filed_on + timedelta(days=10 + days)
            case = file_case(filed_on=filed_on, closed_on=closed_on, closed_how="判决", **fields)
            ProcedureEvent.objects.create(case=case, node="移送审判庭", on=filed_on + timedelta(days=10))
            cases.append(case)
        return cases

    return create


def spans(node="移送审判庭"):
    found = UsualSpan.objects.filter(node=node).order_by("court").values_list("court__code", "days", "cases")
    return list(found)


def test_a_span_is_the_one_that_nineteen_in_twenty_cases_keep_within(history):
    history(range(1, 101))
    measure_spans(DAY)
    assert spans() == [("川1502", 95, 100), (None, 95, 100)]


def test_no_span_is_shorter_than_the_least(history):
    history([3] * 30)
    measure_spans(DAY)
    assert {days for _, days, _ in spans()} == {15}


def test_a_court_with_few_cases_has_no_span_of_its_own_and_few_in_all_have_none(history, other_court):
    history([20] * 29)
    measure_spans(DAY)
    assert spans() == []
    history([20] * 29, court=other_court)
    measure_spans(DAY)
    assert spans() == [(None, 20, 58)]


def test_a_case_that_was_ever_paused_does_not_count(history):
    cases = history([20] * 30)
    Exclusion.objects.create(case=cases[0], ground="stay", starts_on=FILED, resumes_on=DAY)
    measure_spans(DAY)
    assert spans() == []


def test_only_the_last_years_count_and_a_span_that_is_out_of_date_is_forgotten(history):
    history([20] * 30)
    measure_spans(DAY)
    assert len(spans()) == 2
    assert measure_spans(date(2028, 6, 30)) > 0
    assert spans() == []


def test_measuring_twice_writes_nothing_and_a_small_drift_moves_no_date(history):
    history([40] * 30)
    measure_spans(DAY)
    before = places(UsualSpan)
    assert measure_spans(DAY) == 0
    history([46] * 60)
    assert measure_spans(DAY) == 0
    assert places(UsualSpan) == before
    history([60] * 200)
    assert measure_spans(DAY) == 2
    assert spans()[0][1] == 60


def test_what_is_usual_is_measured_before_the_very_first_sweep_and_lays_down_the_standstills(
    history, filed, court
):
    history([20] * 30)
    (case,) = filed()
    ProcedureEvent.objects.create(case=case, node="移送审判庭", on=date(2026, 2, 2))
    sweep(court, DAY)
    assert Movement.objects.get(case=case).due_on == date(2026, 2, 22)
    assert case.alerts.open().filter(kind="stalled").exists()


# --- the invariants ----------------------------------------------------------------------------------
def test_of_a_clock_at_most_one_alert_a_stage_is_open_whatever_the_order_of_days(filed, court):
    (case,) = filed()
    for day in (DAY, date(2026, 7, 10), date(2026, 6, 10), date(2026, 7, 3), date(2026, 7, 10)):
        sweep(court, day)
        assert case.alerts.open().filter(kind="statutory").count() == 1
    stages = case.alerts.filter(kind="statutory").values_list("stage", flat=True)
    assert sorted(stages) == ["mid", "overdue", "urgent"]
    assert Case.objects.count() == Clock.objects.filter(kind="statutory").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_sweep_one_court_at_once_raise_everything_once(filed, court):
    cases, answers = filed(30), []

    def work():
        try:
            answers.append(sweep(court, DAY)["raised"])
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answers) == [0, 0, Alert.objects.count()]
    assert Alert.objects.filter(kind="statutory").count() == len(cases)
    assert Notice.objects.values("alert", "person").distinct().count() == Notice.objects.count()
