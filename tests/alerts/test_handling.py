"""What people do about an alert: who may, with a reason, for a few working days, in the sight of their superior."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from alerts.handling import (
    acknowledge,
    end_handling,
    handlings_below,
    handlings_on,
    latest_day,
    mark_done,
    may_handle,
    snooze,
)
from alerts.models import Alert, Handling, Notice
from audit.models import Entry
from audit.trail import Refused
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, Division, FixedDay, User

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 6, 26)


@pytest.fixture(autouse=True)
def on_a_friday(db):
    """Three working days on is Wednesday, five are Friday: no holiday lies between."""
    FixedDay.objects.create(day=FRIDAY)


@pytest.fixture
def alert(file_case, now):
    """``alert()``: an open alert about a case; ``person`` was told of it."""

    def create(case=None, *, person=None, court=None, **fields):
        case = None if court else case or file_case()
        values = {
            "kind": "statutory", "clock": "civ_first_ordinary", "stage": "urgent", "due_on": FRIDAY, "began_on": FRIDAY,
            "raised_at": now, "case": case, "court": court,
        }  # fmt: skip
        found = Alert.objects.create(**values | fields)
        if person:
            Notice.objects.create(
                person=person, kind="alert", role="judge", case=case, alert=found, told_at=now, told_on=FRIDAY
            )
        return found

    return create


def put_off(alert, by, act=snooze, **fields):
    wanted = {"reason": "等待鉴定结论", "until_on": date(2026, 6, 30), "at": timezone.now()}
    return act(alert=alert, by=by, **wanted | fields)


# --- who may -----------------------------------------------------------------------------------------
def test_who_was_told_may_handle_it_and_the_trail_knows(alert, judge):
    found = alert(person=judge)
    handling = put_off(found, judge)
    assert (handling.person, handling.act, handling.reason) == (judge, "snoozed", "等待鉴定结论")
    entry = Entry.objects.get(act="alerts.snooze")
    assert (entry.case_id, entry.because, entry.secret) == (found.case_id, "等待鉴定结论", False)


def test_seeing_the_case_is_not_enough(alert, judge, division_head, president):
    found = alert(person=judge)
    for by in (division_head, president):
        with pytest.raises(Refused, match="只有收到本预警的人员"):
            put_off(found, by)
    assert not Handling.objects.exists()


def test_the_trial_office_of_the_court_may_without_being_told(alert, trial_office, post):
    found = alert()
    put_off(found, trial_office)
    with pytest.raises(Refused):
        put_off(found, post("trial_office", at=Court.objects.get(code="川1503")))


def test_the_trial_office_of_another_court_may_not_although_it_reads_the_case(alert, file_case, post):
    abroad = post("trial_office", at=Court.objects.get(code="川1503"))
    with pytest.raises(Refused, match="只有收到本预警的人员"):
        put_off(alert(file_case(readers=[abroad.pk])), abroad)


def test_who_may_no_longer_see_the_case_may_not(alert, post, judge):
    formerly = post("judge", "原承办")
    found = alert(person=formerly)
    assert not may_handle(formerly, found)


def test_of_a_sealed_case_the_trial_office_knows_nothing_and_the_trail_is_secret(
    alert, file_case, trial_office, judge
):
    found = alert(file_case(sealed="juvenile"), person=judge)
    with pytest.raises(Refused):
        put_off(found, trial_office)
    put_off(found, judge)
    assert Entry.objects.get(act="alerts.snooze", outcome="done").secret


def test_an_alert_about_no_case_is_for_who_was_told_and_the_office_of_its_court(
    alert, court, post, trial_office
):
    technician, abroad = post("itadmin"), post("trial_office", at=Court.objects.get(code="川1503"))
    found = alert(court=court, kind="calendar", clock="2027", person=technician)
    put_off(found, technician)
    put_off(found, trial_office)
    with pytest.raises(Refused):
        put_off(found, abroad)


# --- what is wanted ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("act", "latest"),
    [(snooze, date(2026, 7, 1)), (mark_done, date(2026, 7, 3)), (acknowledge, date(2026, 7, 3))],
)
def test_it_lasts_as_many_working_days_as_the_setting_allows(act, latest, alert, judge):
    found = alert(person=judge)
    assert put_off(found, judge, act, until_on=latest).until_on == latest
    with pytest.raises(Refused, match=f"不晚于 {latest}"):
        put_off(found, judge, act, until_on=latest + timedelta(days=1))


def test_the_longest_delay_comes_from_the_catalogue(alert):
    law = law_in_use()
    days = law.setting("snooze_workdays", FRIDAY)
    assert latest_day("snoozed", alert(), FRIDAY) == law.national.add_workdays(FRIDAY, days)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "  "}, "请填写理由"),
        ({"reason": "长" * 301}, "不超过 300 字"),
        ({"until_on": FRIDAY}, "应晚于今天"),
        ({"until_on": FRIDAY - timedelta(days=1)}, "应晚于今天"),
    ],
)
def test_a_reason_and_a_day_to_come_are_wanted(alert, judge, fields, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        put_off(alert(person=judge), judge, **fields)
    assert refusal.value.status == 409


def test_a_closed_alert_needs_nothing(alert, judge, now):
    with pytest.raises(Refused, match="已解除"):
        put_off(alert(person=judge, closed_at=now, closed_because="已完成"), judge)


# --- once, and in place of another -------------------------------------------------------------------
def test_the_same_twice_is_once_and_another_ends_the_one_before(alert, judge):
    found = alert(person=judge)
    first = put_off(found, judge)
    assert put_off(found, judge) == first
    second = put_off(found, judge, mark_done)
    first.refresh_from_db()
    assert first.ended_at is not None
    assert list(Handling.objects.filter(ended_at=None)) == [second]
    assert Entry.objects.filter(act__startswith="alerts.").count() == 2


def test_it_can_be_taken_back_by_oneself_alone(alert, judge, trial_office, now):
    handling = put_off(alert(person=judge), judge)
    with pytest.raises(Refused, match="本人"):
        end_handling(handling=handling, by=trial_office, at=now)
    for _ in range(2):
        end_handling(handling=handling, by=judge, at=now)
    assert Handling.objects.get().ended_at == now
    assert Entry.objects.filter(act="alerts.end_handling", outcome="done").count() == 1


# --- who sees it -------------------------------------------------------------------------------------
def test_superiors_see_what_those_below_did(alert, judge, division_head, president, outsider, court, post):
    handling = put_off(alert(person=judge), judge)
    elsewhere = post("division_head", division=Division.objects.create(court=court, name="民事审判第二庭"))
    clerk = post("clerk")
    for user, seen in [
        (division_head, [handling]), (president, [handling]), (judge, []), (elsewhere, []), (outsider, []), (clerk, []),
    ]:  # fmt: skip
        assert list(handlings_below(User.objects.get(pk=user.pk))) == seen, user


def test_colleagues_on_the_case_see_only_their_own(alert, file_case, judge, post, division_head):
    clerk = post("clerk")
    case = file_case(clerk=clerk)
    handling = put_off(alert(case, person=judge), judge)
    assert not handlings_below(clerk).exists()
    assert list(handlings_on(judge, case.pk)) == [handling]
    assert list(handlings_on(division_head, case.pk)) == [handling]
    assert not handlings_on(clerk, case.pk).exists()


def test_of_a_sealed_case_the_superior_sees_nothing(alert, file_case, judge, division_head):
    put_off(alert(file_case(sealed="juvenile"), person=judge), judge)
    assert not handlings_below(division_head).exists()


def test_what_has_run_out_is_no_longer_shown(alert, judge, division_head):
    put_off(alert(person=judge), judge)
    assert handlings_below(division_head, date(2026, 6, 29)).exists()
    assert not handlings_below(division_head, date(2026, 6, 30)).exists()
    assert today() == FRIDAY
