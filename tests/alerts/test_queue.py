"""What stands under which tab of the day page, for whom, and why it leaves."""

from datetime import date, timedelta

import pytest
import time_machine

from alerts.handling import acknowledge, end_handling, mark_done, snooze
from alerts.models import Notice, Prompt, Watch
from alerts.queue import BY_CODE, Asked, cases_in, counts, in_order, tabs_for
from cases.models import Doubt, ProcedureEvent

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)  # a Tuesday
LATER = {"reason": "等待鉴定意见", "until_on": TODAY + timedelta(days=2)}


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-06-30T12:00:00+08:00", tick=False):
        yield TODAY


@pytest.fixture
def under(trial_office):
    """``under("near")``: the ids of the cases of that tab, for the trial office unless another person is named."""

    def find(tab, user=None, **wanted) -> set[int]:
        return set(cases_in(tab, Asked(user or trial_office, TODAY, wanted)).values_list("pk", flat=True))

    return find


@pytest.fixture
def happen(now):
    def record(case, node, on=date(2026, 6, 20), **fields):
        return ProcedureEvent.objects.create(case=case, node=node, on=on, **fields)

    return record


# --- 今日必办 -----------------------------------------------------------------------------------------
def test_urgent_and_overdue_must_be_seen_to_today_and_milder_stages_need_not(alert, under):
    pressing = {
        alert("urgent").case_id,
        alert("overdue", days=-2).case_id,
        alert("overdue", kind="node", days=-1).case_id,
    }
    alert("mid", days=20)
    alert("early", days=60)
    assert under("today") == pressing


def test_what_one_put_off_or_dealt_with_leaves_ones_own_day_and_nobody_elses(
    alert, under, trial_office, president, now
):
    put_off, dealt_with = alert(), alert()
    snooze(alert=put_off, by=trial_office, at=now, **LATER)
    mark_done(alert=dealt_with, by=trial_office, at=now, **LATER)
    assert under("today") == set()
    assert under("today", president) == {put_off.case_id, dealt_with.case_id}
    assert under("near") == {put_off.case_id, dealt_with.case_id}


def test_having_seen_an_alert_does_not_end_the_work_on_it(alert, under, trial_office, now):
    seen = alert()
    acknowledge(alert=seen, by=trial_office, at=now, **LATER)
    assert under("today") == {seen.case_id}


def test_what_was_put_off_comes_back_on_its_day_even_at_a_mild_stage(alert, under, trial_office, now):
    mild = alert("mid", days=20)
    snooze(alert=mild, by=trial_office, at=now, **LATER)
    day_before, day = LATER["until_on"] - timedelta(days=1), LATER["until_on"]
    assert not cases_in("today", Asked(trial_office, day_before, {}))
    assert set(cases_in("today", Asked(trial_office, day, {}))) == {mild.case}


def test_taking_it_back_brings_it_back_at_once(alert, under, trial_office, now):
    about = alert()
    handling = snooze(alert=about, by=trial_office, at=now, **LATER)
    assert under("today") == set()
    end_handling(handling=handling, by=trial_office, at=now)
    assert under("today") == {about.case_id}


def test_an_alert_that_was_closed_is_gone_from_every_tab(alert, under, now):
    alert(closed_at=now)
    assert not any(under(tab) for tab in BY_CODE)


@pytest.fixture
def prompt(trial_office, court, now, judge):
    """``prompt(case, days)``: a prompt of the trial office to the judge, to be answered that many days from today."""

    def send(case, days, **fields):
        sent = Prompt.objects.create(
            by=trial_office, court=court, words="请核对", answer_by=TODAY + timedelta(days=days), at=now
        )
        told = {"person": judge, "kind": "prompt", "role": "prompted", "told_at": now}
        return Notice.objects.create(case=case, prompt=sent, **told | fields)

    return send


def test_a_prompt_nobody_acknowledged_in_time_comes_back_to_its_sender(
    file_case, prompt, under, president, now
):
    late, due, answered, over = (file_case() for _ in range(4))
    prompt(late, -1)
    prompt(due, 0)
    prompt(answered, -1, acknowledged_at=now)
    over.closed_on = TODAY
    over.save()
    prompt(over, -1)
    assert under("today") == {late.pk}
    assert under("today", president) == set()


def test_a_doubt_that_leaves_a_case_without_a_clock_is_todays_work_of_who_settles_it(
    file_case, under, president, now
):
    blind, odd = file_case(), file_case()
    Doubt.objects.create(case=blind, kind="no_start", sentence="缺少立案日期", raised_at=now)
    Doubt.objects.create(case=odd, kind="unknown_person", sentence="人员未识别", raised_at=now)
    assert under("today") == {blind.pk}
    assert under("doubts") == {blind.pk, odd.pk}


# --- the other tabs ----------------------------------------------------------------------------------
def test_near_is_the_urgent_stage_of_the_limit_itself(alert, under):
    near = alert("urgent")
    alert("urgent", kind="node")
    alert("mid", days=20)
    alert("overdue", days=-1)
    assert under("near") == {near.case_id}


def test_overdue_are_limits_and_steps_and_not_what_merely_waits(alert, under):
    breach = {alert("overdue", days=-1).case_id, alert("overdue", kind="node", days=-1).case_id}
    alert("overdue", kind="stalled", days=-40)
    alert("overdue", kind="pause", days=-1)
    assert under("overdue") == breach


def test_a_pause_waits_for_review_from_its_review_day(alert, under):
    due = {alert("urgent", kind="pause", days=0).case_id, alert("overdue", kind="pause", days=-4).case_id}
    alert("mid", kind="pause", days=3)
    assert under("pause") == due
    assert under("today") == due


def test_stalled_cases_stand_apart_from_near_ones(alert, under):
    stalled = alert("mid", kind="stalled", days=0)
    assert under("stalled") == {stalled.case_id} == under("all")
    assert under("near") == set()


def test_watched_are_ones_own_with_or_without_an_alert(file_case, under, trial_office, president, now):
    mine, theirs, former = (file_case() for _ in range(3))
    Watch.objects.create(person=trial_office, case=mine, note="代表委员关注", at=now)
    Watch.objects.create(person=president, case=theirs, note="x", at=now)
    Watch.objects.create(person=trial_office, case=former, note="x", at=now, ended_at=now)
    assert under("watched") == {mine.pk}


# --- 疑似已结未点 --------------------------------------------------------------------------------------
@pytest.mark.parametrize("node", ["宣判", "送达判决", "生效", "上网", "归档"])
def test_an_open_case_with_an_event_of_the_end_is_probably_finished_and_nobody_is_nagged(
    alert, happen, under, node
):
    over, running = alert("overdue", days=-1), alert("overdue", days=-1)
    happen(over.case, node)
    happen(running.case, "开庭")
    assert under("finished") == {over.case_id}
    assert under("today") == under("overdue") == {running.case_id}
    assert under("all") == {over.case_id, running.case_id}


def test_what_is_due_after_the_end_is_still_asked_for(alert, happen, under):
    service = alert("overdue", kind="node", days=-1)
    happen(service.case, "宣判")
    assert under("today") == {service.case_id}


def test_a_closed_case_and_a_withdrawn_event_say_nothing(file_case, happen, under, now):
    happen(file_case(closed_on=date(2026, 6, 20)), "宣判")
    happen(file_case(), "宣判", withdrawn_at=now)
    assert under("finished") == set()


# --- whose cases -------------------------------------------------------------------------------------
def test_everybody_sees_the_cases_of_their_own_reach(
    alert, under, judge, division_head, outsider, post, file_case, division
):
    mine = alert()
    colleague = post("judge", "李法官", division=division)
    theirs = alert(case=file_case(judge=colleague))
    sealed = alert(case=file_case(sealed="juvenile"))
    assert under("today", judge) == {mine.case_id, sealed.case_id}
    assert under("today", division_head) == {mine.case_id, theirs.case_id} == under("today")
    assert under("today", outsider) == set()
    assert counts(Asked(outsider, TODAY, {})) == dict.fromkeys(BY_CODE, 0)


def test_doubts_are_a_tab_of_those_who_may_see_them(trial_office, judge):
    assert "doubts" in [tab.code for tab in tabs_for(trial_office)]
    assert "doubts" not in [tab.code for tab in tabs_for(judge)]


# --- numbers, conditions and order -------------------------------------------------------------------
def test_the_number_on_a_tab_is_the_number_of_its_rows_under_any_conditions(
    alert, happen, trial_office, file_case, under
):
    twice = file_case()
    alert("overdue", days=-1, case=twice)
    alert("urgent", kind="node", case=twice)
    alert("urgent", kind="pause", days=0)
    happen(alert().case, "宣判")
    for wanted in ({}, {"kind": "node"}, {"stage": "urgent"}, {"category": "刑事"}, {"q": twice.number}):
        numbers = counts(Asked(trial_office, TODAY, wanted))
        assert numbers == {tab: len(under(tab, **wanted)) for tab in BY_CODE}, wanted
    assert counts(Asked(trial_office, TODAY, {}))["today"] == 2


def test_counting_all_tabs_is_one_query(alert, trial_office, django_assert_num_queries):
    alert()
    asked = Asked(trial_office, TODAY, {})
    counts(asked)
    with django_assert_num_queries(1):
        counts(asked)


def test_kind_and_stage_must_be_met_by_the_same_alert(alert, file_case, under):
    case = file_case()
    alert("urgent", kind="node", case=case)
    alert("mid", days=20, case=case)
    assert under("all", kind="node", stage="urgent") == {case.pk}
    assert under("all", kind="node", stage="mid") == set()
    alert("urgent", case=case)
    alert("mid", kind="node", case=case, days=20)
    assert under("near", stage="mid") == under("near", kind="node") == set()
    assert under("today", stage="mid") == set()


def test_a_stalled_case_is_no_breach_and_stands_behind_limits_that_near(alert, trial_office):
    stalled, soon = alert("mid", kind="stalled", days=-90), alert("mid", days=20)
    found = in_order(cases_in("all", Asked(trial_office, TODAY, {})), "", trial_office)
    assert [case.pk for case in found] == [soon.case_id, stalled.case_id]
    assert not cases_in("today", Asked(trial_office, TODAY, {})).exists()


def test_the_worst_comes_first_and_limits_before_steps(alert, trial_office):
    node, soon, late, later = (
        alert("overdue", kind="node", days=-9), alert(days=1), alert("overdue", days=-1), alert(days=4),
    )  # fmt: skip
    found = in_order(cases_in("today", Asked(trial_office, TODAY, {})), "", trial_office)
    assert [case.pk for case in found] == [each.case_id for each in (late, node, soon, later)]
