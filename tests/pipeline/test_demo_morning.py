"""Whoever starts the demo, at whatever hour, sees its messages arrive; a real court's are never hurried."""

from __future__ import annotations

import json
from datetime import date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from alerts.models import Delivery, Sweep
from cases.models import Change
from courts.models import FixedDay, User
from pipeline.demo.load import CannotSynthesize
from pipeline.demo.morning import begin_the_day
from pipeline.management.commands.synthesize import last_workday
from pipeline.services import drain

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)
NIGHT = datetime(2026, 7, 4, 23, 40, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Saturday
BEFORE_DAWN = datetime(2026, 6, 30, 4, 15, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def demo(settings, file_cases, judge, president, division_head):
    settings.DEBUG = settings.DEMO = True
    FixedDay.objects.create(day=DAY)
    User.objects.update(is_demo=True)
    cases = file_cases(5, filed_on=date(2025, 12, 31))
    Change.objects.bulk_create(Change(case_id=case.pk) for case in cases)
    drain(at=timezone.now(), today=DAY)


@pytest.mark.parametrize("at", [NIGHT, BEFORE_DAWN], ids=str)
def test_at_any_hour_the_sweep_is_done_and_digest_and_list_are_due_at_once(demo, judge, president, at):
    done = begin_the_day(at=at)
    assert (done["addressed"], done["swept"]) == (3, 1)
    assert Sweep.objects.get(day=DAY).done_at
    due = Delivery.objects.filter(state="waiting", next_at__lte=at)
    assert due.filter(kind="digest", person=judge).exists()
    assert due.filter(kind="list", person=president).exists()
    assert due.count() == Delivery.objects.count() == done["queued"]


def test_a_second_start_the_same_day_adds_nothing(demo):
    begin_the_day(at=NIGHT)
    assert begin_the_day(at=NIGHT) == {"addressed": 0, "swept": 0, "queued": 0}


def test_a_real_court_is_refused(demo, settings):
    settings.DEMO = False
    with pytest.raises(CannotSynthesize):
        begin_the_day(at=NIGHT)
    errors = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("demo_morning", stderr=errors)
    assert left.value.code == 2 and len(errors.getvalue().splitlines()) == 1
    assert not Delivery.objects.exists()


def test_the_command_says_what_it_did(demo):
    said = StringIO()
    call_command("demo_morning", stdout=said)
    assert json.loads(said.getvalue())["swept"] == 1


def test_a_demo_made_on_a_holiday_lives_on_the_working_day_before():
    assert last_workday(date(2026, 6, 30)) == date(2026, 6, 30)
    assert last_workday(date(2026, 7, 5)) == date(2026, 7, 3)
    assert last_workday(date(2026, 10, 5)) == date(2026, 9, 30)
