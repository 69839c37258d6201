"""Alerts follow the clocks."""

from datetime import date

import pytest
from django.utils import timezone

from alerts.models import Alert
from alerts.services import raise_alerts
from cases.clocks import recompute
from cases.models import Exclusion, Extension
from catalogues.selectors import Law

pytestmark = pytest.mark.django_db
FILED = date(2026, 1, 5)  # civil, ordinary: due on 2026-07-06


def tell(case, day):
    recompute([case.pk], timezone.now())
    return raise_alerts([case.pk], day, timezone.now())


def open_stages(case):
    return list(case.alerts.open().filter(clock="civ_first_ordinary").values_list("stage", flat=True))


def test_a_stage_is_raised_once_however_often_it_is_told(file_case):
    case = file_case(filed_on=FILED)
    assert tell(case, date(2026, 7, 3))["raised"] == 1
    assert tell(case, date(2026, 7, 3)) == {"raised": 0, "closed": 0, "late": 0}
    assert open_stages(case) == ["urgent"]


def test_the_next_stage_takes_the_place_of_the_one_before(file_case):
    case = file_case(filed_on=FILED)
    tell(case, date(2026, 6, 10))
    tell(case, date(2026, 7, 7))
    assert open_stages(case) == ["overdue"]
    assert (
        Alert.objects.get(case=case, clock="civ_first_ordinary", stage="mid").closed_because == "进入下一阶段"
    )


def test_closing_the_case_closes_its_alerts(file_case):
    case = file_case(filed_on=FILED)
    tell(case, date(2026, 7, 3))
    case.closed_on = date(2026, 7, 3)
    case.save()
    tell(case, date(2026, 7, 3))
    assert open_stages(case) == []
    assert Alert.objects.get(case=case, stage="urgent", clock="civ_first_ordinary").closed_because == "已完成"


def test_an_extension_moves_the_date_and_closes_the_alert(file_case):
    case = file_case(filed_on=FILED)
    tell(case, date(2026, 7, 3))
    Extension.objects.create(case=case, months=6, approved_on=date(2026, 6, 20))
    tell(case, date(2026, 7, 3))
    assert open_stages(case) == []


def test_an_alert_comes_back_when_the_pause_that_closed_it_is_withdrawn(file_case):
    case = file_case(filed_on=FILED)
    tell(case, date(2026, 7, 3))
    pause = Exclusion.objects.create(case=case, ground="stay", starts_on=date(2026, 7, 1))
    tell(case, date(2026, 7, 3))
    assert open_stages(case) == []
    pause.withdrawn_at = timezone.now()
    pause.save()
    tell(case, date(2026, 7, 3))
    assert open_stages(case) == ["urgent"]
    assert Alert.objects.filter(case=case, clock="civ_first_ordinary").count() == 1


def test_the_day_to_ask_for_an_extension_is_announced(file_case):
    case = file_case(filed_on=FILED)
    tell(case, date(2026, 6, 18))
    assert case.alerts.open().get(clock="N53").due_on == date(2026, 6, 21)


def test_a_day_counted_back_that_passes_is_no_breach_and_its_alert_lapses(file_case):
    case = file_case(filed_on=FILED)
    tell(case, date(2026, 6, 21))
    tell(case, date(2026, 6, 22))
    assert Alert.objects.get(case=case, clock="N53").closed_because == "期限已过"


def test_an_alert_that_is_raised_says_since_when_its_stage_lasts(file_case):
    case = file_case(filed_on=FILED)
    tell(case, date(2026, 6, 25))
    assert case.alerts.open().get(kind="statutory").began_on == date(2026, 6, 6)


def test_a_ladder_that_says_otherwise_closes_what_stood_by_the_old_one(file_case, monkeypatch):
    case = file_case(filed_on=FILED)
    tell(case, date(2026, 6, 25))
    monkeypatch.setattr(Law, "ladders_on", lambda law, day: ())
    tell(case, date(2026, 6, 25))
    assert open_stages(case) == []
    assert set(case.alerts.values_list("closed_because", flat=True)) == {"预警规则已变更"}
