"""Recomputing what changed: once, in order, and whole even when the worker is killed."""

import json
import os
import signal
import subprocess
import sys
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from alerts.models import Alert, Notice
from alerts.turns import DRAIN
from cases.models import Case, Change, Clock, Extension, Party
from catalogues.models import Edition
from catalogues.selectors import new_version
from catalogues.services import (
    draft_edition,
    draft_local_calendar,
    edit_item,
    publish_edition,
    withdraw_edition,
)
from courts.models import FixedDay
from ingest.models import Batch
from pipeline import services
from pipeline.services import Tally, drain, refresh_changed, refresh_everything
from pipeline.tasks import drain_changes, follow_the_law, refresh_all
from supervision.models import Flag, RuleVersion, SecretFacts
from supervision.rules import retire_version

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)


def note(*cases):
    Change.objects.bulk_create(Change(case_id=case.pk) for case in cases)


def test_a_change_reaches_the_clock_and_the_alert_and_leaves_the_outbox(file_case):
    case = file_case(filed_on=date(2025, 12, 31))
    note(case, case)
    tally = drain(at=timezone.now(), today=DAY)
    assert tally.cases == 1
    assert case.clocks.get(kind="statutory").due_on == date(2026, 6, 30)
    assert case.alerts.open().get(clock="civ_first_ordinary").stage == "urgent"
    assert not Change.objects.exists()


def test_whoever_must_act_is_told_with_the_change(file_case, judge):
    case = file_case(filed_on=date(2025, 12, 31))
    note(case)
    drain(at=timezone.now(), today=DAY)
    assert Notice.objects.filter(person=judge, case=case, alert__clock="civ_first_ordinary").count() == 1


def test_an_extension_moves_the_date_at_the_next_drain(file_case):
    case = file_case(filed_on=date(2025, 12, 31))
    note(case)
    drain(at=timezone.now(), today=DAY)
    Extension.objects.create(case=case, months=6, approved_on=date(2026, 6, 1))
    note(case)
    drain(at=timezone.now(), today=DAY)
    assert case.clocks.get(kind="statutory").due_on == date(2026, 12, 31)
    assert not case.alerts.open().filter(clock="civ_first_ordinary").exists()


def test_alerts_age_with_the_day_although_nothing_changed(file_case):
    case = file_case(filed_on=date(2025, 12, 31))
    note(case)
    drain(at=timezone.now(), today=date(2026, 2, 1))
    assert not case.alerts.exists()
    refresh_changed(at=timezone.now(), today=DAY)
    assert case.alerts.open().filter(stage="urgent").exists()


def test_facts_and_flags_age_with_the_day_although_nothing_changed(file_case):
    case = file_case(filed_on=date(2025, 12, 31))
    note(case)
    drain(at=timezone.now(), today=date(2026, 2, 1))
    refresh_changed(at=timezone.now(), today=DAY)
    case.refresh_from_db()
    assert (case.facts.as_of, case.facts.over_limit, round(case.facts.months_pending)) == (DAY, False, 6)
    refresh_changed(at=timezone.now(), today=date(2026, 10, 8))
    case.facts.refresh_from_db()
    assert case.facts.over_limit
    assert Flag.objects.filter(case=case, rule__code="E06").exists()


def test_what_is_counted_over_a_whole_court_is_counted_with_everything(file_case, judge):
    case = file_case(judge=judge)
    Party.objects.create(case=case, name="某人", standing="原告", agent="王律师")
    refresh_everything(at=timezone.now(), today=DAY)
    assert SecretFacts.objects.get(pk=case.pk).lawyer_judge_pair_n == 1


def test_everything_can_be_recomputed_twice_with_the_same_result(file_cases):
    file_cases(3)
    first = refresh_everything(at=timezone.now(), today=DAY)
    assert (first.cases, first.counts["clocks"]) == (3, 9)
    assert refresh_everything(at=timezone.now(), today=DAY).counts == dict.fromkeys(Tally().counts, 0)


@pytest.fixture
def longer_limit(trial_office, post):
    """A new edition of the limits, drafted by one and published by another: seven months where there were six."""

    def publish():
        used = Edition.objects.get(kind="time_limits", status="published")
        now = timezone.now()
        draft = draft_edition(based_on=used, title="试改", effective_from=None, by=trial_office, at=now)
        body = draft.items.get(code="civ_first_ordinary").body
        for version in body["versions"]:
            version["n"] = 7
        edit_item(edition=draft, code="civ_first_ordinary", body=body, by=trial_office, at=now)
        publish_edition(edition=draft, by=post("trial_office", "审管办李"), at=now)
        return draft

    return publish


def due(case):
    return case.clocks.get(kind="statutory").due_on


def test_open_cases_follow_a_published_edition_at_once_and_the_others_at_night(file_case, longer_limit):
    case, closed = file_case(filed_on=date(2026, 1, 7)), file_case(filed_on=date(2026, 1, 7))
    Case.objects.filter(pk=closed.pk).update(closed_on=date(2026, 3, 2), closed_how="判决")
    follow_the_law()
    note(closed)
    drain(at=timezone.now(), today=DAY)
    assert (due(case), due(closed), follow_the_law()) == (date(2026, 7, 7), date(2026, 7, 7), 0)
    longer_limit()
    assert (follow_the_law(), follow_the_law()) == (1, 0)
    drain_changes()
    assert (due(case), due(closed)) == (date(2026, 8, 7), date(2026, 7, 7))
    assert refresh_all() == 2
    drain_changes()
    assert due(closed) == date(2026, 8, 7)


def test_open_cases_follow_a_withdrawn_edition_back(file_case, longer_limit, trial_office):
    case, draft = file_case(filed_on=date(2026, 1, 7)), longer_limit()
    follow_the_law()
    drain_changes()
    withdraw_edition(edition=draft, reason="误发", by=trial_office, at=timezone.now())
    assert follow_the_law() == 1
    drain_changes()
    assert due(case) == date(2026, 7, 7)


def test_open_cases_follow_a_released_rule_and_one_that_is_retired(file_case, trial_office):
    file_case(filed_on=date(2026, 1, 7))
    assert (follow_the_law(), follow_the_law()) == (1, 0)
    standing = RuleVersion.objects.filter(rule__code="B01", status="in_force").get()
    retire_version(version=standing, reason="误设", by=trial_office, at=timezone.now())
    assert (follow_the_law(), follow_the_law()) == (1, 0)


def choose_profile(court, by, *versions):
    """What a court publishes as the profile it goes by, each with the day it begins on."""
    edition = Edition.objects.create(
        kind="supervision_settings", court=court, number=1, title="本院", drafted_at=timezone.now()
    )
    dated = [{"effective_from": day, "text": name, "unit": "word", "basis": "本院"} for day, name in versions]
    said = [{"dated_by": "practice", "confidence": "practice"} | version for version in dated]
    body = {"name": "采用的识别方案", "versions": said}
    edition.items.create(code="profile", position=0, name="本院", body=body)
    Edition.objects.filter(pk=edition.pk).update(
        status="published", published_by=by, published_at=timezone.now(), effective_from=date(2022, 1, 1)
    )
    new_version()


def test_open_cases_follow_the_profile_a_court_chooses_and_one_that_begins_on_a_later_day(
    file_case, court, trial_office
):
    file_case(filed_on=date(2026, 1, 7))
    FixedDay.objects.create(day=DAY)
    assert (follow_the_law(), follow_the_law()) == (1, 0)
    choose_profile(court, trial_office, ("2022-01-01", "yibin_28"), ("2026-07-01", "spc_full"))
    assert (follow_the_law(), follow_the_law()) == (1, 0)
    FixedDay.objects.update(day=DAY + timedelta(days=1))
    assert (follow_the_law(), follow_the_law()) == (1, 0)


def test_a_calendar_of_one_court_is_followed_too(file_case, trial_office, post, court):
    case = file_case(filed_on=date(2026, 1, 7))  # 2026-07-07, a Tuesday
    follow_the_law()
    drain_changes()
    year = {"source": "某州人民政府通知", "source_confidence": "certain", "effective_from": "2026-01-01"}
    year |= {"holidays": [{"name": "州庆", "from": "2026-07-07", "to": "2026-07-07"}], "workdays": []}
    draft = draft_local_calendar(
        court=court, years=[("2026", year)], title="地方假日", by=trial_office, at=timezone.now()
    )
    publish_edition(edition=draft, by=post("trial_office", "审管办李"), at=timezone.now())
    assert follow_the_law() == 1
    drain_changes()
    assert due(case) == date(2026, 7, 8)


def test_what_a_person_changed_does_not_wait_behind_every_case(file_cases, monkeypatch):
    monkeypatch.setattr(services, "SLICE", 2)
    cases = file_cases(6)
    refresh_all()
    note(cases[0])
    drain(at=timezone.now(), today=DAY, seconds=0)
    assert cases[0].clocks.exists()
    assert Change.objects.count() == 5


def test_a_drain_whose_time_is_up_leaves_the_rest_to_the_next(file_cases, monkeypatch):
    monkeypatch.setattr(services, "SLICE", 2)
    file_cases(3)
    assert refresh_all() == 3
    assert drain(at=timezone.now(), today=DAY, seconds=0).cases == 2
    assert drain(at=timezone.now(), today=DAY, seconds=0).cases == 1


def test_a_case_that_is_gone_is_passed_over(db):
    Change.objects.create(case_id=999_999_999)
    drain(at=timezone.now(), today=DAY)
    assert not Change.objects.exists()


def test_the_command_prints_one_object_with_every_stage(file_case, capsys):
    note(file_case())
    call_command("refresh", "--as-of", "2026-06-30")
    said = json.loads(capsys.readouterr().out)
    assert set(said) >= {"clocks", "flags", "alerts", "rollups"}
    assert said["clocks"]["count"] == 3
    assert said["flags"]["count"] >= 1  # the facts of the case


def test_a_wrong_day_is_refused_in_one_line():
    with pytest.raises(CommandError, match=r"2026-13-01.*is not a date; give it as in"):
        call_command("refresh", "--as-of", "2026-13-01")


@pytest.mark.parametrize(
    "command",
    [
        ["refresh"],
        ["refresh", "--full"],
        ["export_clocks"],
        ["import_cases", "LEDGER"],
        ["import_cases", "LEDGER", "--dry-run"],
        ["synthesize", "--court", "川15"],
    ],
    ids=" ".join,
)
def test_where_no_catalogues_are_published_each_command_says_so_in_one_line(command, tmp_path, capfd):
    Edition.objects.update(status="withdrawn")
    new_version()
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("案号,案由\n（2026）川1502民初1号,离婚纠纷\n", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        call_command(*(str(ledger) if word == "LEDGER" else word for word in command))
    assert left.value.code == 2
    said = capfd.readouterr().err.splitlines()
    assert said[-1] == "no catalogues are published: run publish_catalogues first"
    assert not Batch.objects.exists()


def test_the_task_drains_and_says_what_it_did(file_case):
    note(file_case())
    assert drain_changes()["cases"] == 1


def test_a_drain_leaves_the_work_to_the_one_that_is_at_it_and_lets_go_when_it_ends(file_case, monkeypatch):
    note(file_case())
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [DRAIN])
            assert drain_changes() == {}
            cursor.execute("SELECT pg_advisory_unlock(%s)", [DRAIN])
            assert drain_changes()["cases"] == 1
            monkeypatch.setattr(services, "drain", lambda **given: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                drain_changes()
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [DRAIN])
            assert cursor.fetchone() == (True,)
    finally:
        other.close()


def test_a_drain_that_runs_over_midnight_goes_by_the_day_of_each_turn(file_cases, monkeypatch):
    file_cases(2)
    refresh_all()
    monkeypatch.setattr(services, "SLICE", 1)
    FixedDay.objects.create(day=DAY)
    days, turns = [], iter([DAY, DAY + timedelta(days=1), DAY + timedelta(days=1)])
    monkeypatch.setattr(services, "take_turn", lambda: FixedDay.objects.update(day=next(turns)))
    monkeypatch.setattr(services, "refresh_cases", lambda ids, *, today, **given: days.append(today))
    drain_changes()
    assert days[:2] == [DAY, DAY + timedelta(days=1)]


def test_what_a_page_changed_costs_the_same_however_many_cases_there_are(file_case, costs_the_same):
    case = file_case()

    def change() -> None:
        note(case)
        drain(at=timezone.now(), today=DAY)

    change()
    costs_the_same(change, grow=lambda: [file_case() for _ in range(20)])


HALF_WAY = """
import os, sys
import django
django.setup()
from django.utils import timezone
from datetime import date
from pipeline import services


def stop_here(*args):
    print("half way", flush=True)
    sys.stdin.readline()

services.STEPS["alerts"] = stop_here
services.drain(at=timezone.now(), today=date(2026, 6, 30))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_nothing(file_cases):
    cases = file_cases(40, filed_on=date(2025, 12, 31))
    note(*cases)
    worker = subprocess.Popen(
        [sys.executable, "-c", HALF_WAY],
        env=os.environ | {"DATABASE_URL": url_of_this_database(), "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert worker.stdout.readline().strip() == "half way"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdin.close()
    worker.stdout.close()
    assert not Clock.objects.exists()
    assert Change.objects.count() == 40
    drain(at=timezone.now(), today=DAY)
    assert Clock.objects.filter(kind="statutory", due_on=date(2026, 6, 30)).count() == 40
    assert Alert.objects.filter(clock="civ_first_ordinary", closed_at=None).count() == 40
    assert not Change.objects.exists()
    again = refresh_everything(at=timezone.now(), today=DAY)
    assert again.counts == dict.fromkeys(again.counts, 0)


def url_of_this_database():
    given = connection.settings_dict
    return f"postgres://{given['USER']}:{given['PASSWORD']}@/{given['HOST']}/{given['NAME']}"
