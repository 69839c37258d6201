"""Who is told of an open alert, in which capacity, and how often."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.handling import acknowledge, mark_done, snooze
from alerts.models import Alert, Handling, Notice, Watch
from alerts.policy import Rung, rungs
from alerts.recipients import would_be_told
from alerts.telling import tell
from cases.models import CATEGORIES, PROCEDURES, Exclusion
from catalogues.ladders import ladder_for
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, Division, Posting, StandIn

pytestmark = pytest.mark.django_db
EVERYBODY = (
    "judge", "presiding", "assistant", "clerk", "owner", "division_head", "vice_president", "president", "trial_office",
    "itadmin",
)  # fmt: skip


def rung(
    *told, watches="statutory", stage="urgent", repeat=None, position=0, categories=("全部",), procedures=()
):
    return Rung(
        position, "x", watches, categories, procedures, False, stage, "before", 5, None, told, repeat, ()
    )


@pytest.fixture
def alert(now):
    """``alert(case)``: an open urgent alert about it; without a case, about a court."""

    def create(case=None, **fields):
        values = {
            "kind": "statutory", "clock": "civ_first_ordinary", "stage": "urgent", "due_on": today() + timedelta(days=4),
            "began_on": today(), "raised_at": now,
        }  # fmt: skip
        return Alert.objects.create(case=case, **values | fields)

    return create


def told(*ladder, days=0):
    """Tell by this ladder ``days`` from today; returns how many notices that wrote."""
    at = timezone.now() + timedelta(days=days)
    return tell(None, today() + timedelta(days=days), at, ladder=ladder)


def roles(alert):
    return dict(Notice.objects.filter(alert=alert, round=0).values_list("person__name", "role"))


def rounds(alert, person):
    return list(
        Notice.objects.filter(alert=alert, person=person).order_by("round").values_list("round", flat=True)
    )


# --- in which capacity -------------------------------------------------------------------------------
def test_everybody_the_ladder_names_is_told_in_their_capacity(file_case, alert, post, court, division, judge):
    people = {role: post(role, f"{role}某", division=division) for role in EVERYBODY[1:4] + EVERYBODY[5:9]}
    case = file_case(**{role: people[role] for role in ("presiding", "assistant", "clerk")})
    found = alert(case)
    assert told(rung(*EVERYBODY)) == 8
    assert roles(found) == {judge.name: "judge"} | {person.name: role for role, person in people.items()}
    assert set(Notice.objects.values_list("case", "kind")) == {(case.pk, "alert")}


def test_who_the_rung_does_not_name_is_not_told(
    file_case, alert, division_head, president, trial_office, judge
):
    found = alert(file_case())
    told(rung("judge", "division_head"))
    assert set(roles(found)) == {judge.name, division_head.name}


def test_posts_count_in_their_own_place_and_while_they_are_held(file_case, alert, post, court, judge, now):
    other = Division.objects.create(court=court, name="民事审判第二庭")
    elsewhere = Court.objects.get(code="川1503")
    case = file_case()
    post("division_head", division=other)
    for role in ("president", "trial_office"):
        post(role, at=elsewhere)
    past = post("president", "前院长")
    past.postings.update(ends_on=today())
    coming = post("division_head", "候任庭长", division=case.division)
    coming.postings.update(starts_on=today() + timedelta(days=1))
    gone = post("division_head", "停用庭长", division=case.division)
    gone.is_active = False
    gone.save()
    found = alert(case)
    told(rung(*EVERYBODY))
    assert roles(found) == {judge.name: "judge"}


def test_a_person_of_several_capacities_is_told_once_in_the_nearest(file_case, alert, judge, court, division):
    Posting.objects.create(
        user=judge, court=court, division=division, role="division_head", starts_on=date(2020, 1, 1)
    )
    Posting.objects.create(user=judge, court=court, role="president", starts_on=date(2020, 1, 1))
    case = file_case(presiding=judge)
    Watch.objects.create(person=judge, case=case, note="重点", at=timezone.now())
    found = alert(case)
    assert told(rung(*EVERYBODY)) == 1
    assert roles(found) == {judge.name: "judge"}


def test_the_owner_of_an_open_pause_is_told_and_the_judge_where_there_is_none(
    file_case, alert, post, judge, division_head
):
    owner = post("judge", "负责人", division=division_head.seats[0].division)
    case, without = file_case(presiding=owner), file_case()
    for each, person in ((case, owner), (without, None)):
        Exclusion.objects.create(case=each, ground="appraisal", starts_on=date(2026, 5, 1), owner=person)
    found, other = alert(case, kind="pause"), alert(without, kind="pause")
    told(rung("owner", watches="pause"))
    assert roles(found) == {owner.name: "owner"}
    assert roles(other) == {judge.name: "owner"}


def test_an_owner_who_may_not_see_the_case_or_of_a_pause_that_is_over_is_not_told(file_case, alert, post):
    stranger = post("judge", "别庭法官")
    case, resumed = file_case(), file_case(presiding=stranger)
    Exclusion.objects.create(case=case, ground="appraisal", starts_on=date(2026, 5, 1), owner=stranger)
    Exclusion.objects.create(
        case=resumed,
        ground="appraisal",
        starts_on=date(2026, 5, 1),
        resumes_on=date(2026, 6, 1),
        owner=stranger,
    )
    alert(case, kind="pause"), alert(resumed, kind="pause")
    assert told(rung("owner", watches="pause")) == 0


def test_an_alert_about_no_case_goes_to_the_posts_of_its_court(alert, court, post, trial_office, outsider):
    technician = post("itadmin", "管理员")
    post("itadmin", at=Court.objects.get(code="川1503"))
    found = alert(court=court, kind="calendar", clock="2027")
    assert told(rung("itadmin", "trial_office", watches="calendar")) == 2
    assert roles(found) == {technician.name: "itadmin", trial_office.name: "trial_office"}


def test_administrators_are_not_told_of_cases(file_case, alert, post):
    post("itadmin")
    alert(file_case())
    assert told(rung("itadmin")) == 0


def test_cases_of_a_court_nobody_recognised_are_told_to_the_posts_above_it(
    file_case, alert, court, trial_office
):
    stray = Court.objects.create(
        code="川1599", name="未识别法院川1599", level=4, parent=court, recognised=False
    )
    found = alert(file_case(court=stray, division=None, judge=None))
    told(rung("trial_office"))
    assert roles(found) == {trial_office.name: "trial_office"}


# --- sealed cases ------------------------------------------------------------------------------------
def test_of_a_sealed_case_only_panel_and_readers_are_told(
    file_case, alert, judge, division_head, president, trial_office, post, division
):
    clerk, reader = post("clerk", "书记员某"), post("vice_president", "查阅副院长", division=division)
    watcher = post("judge", "关注者")
    case = file_case(sealed="juvenile", clerk=clerk, readers=[reader.pk])
    Watch.objects.create(person=watcher, case=case, note="x", at=timezone.now())
    StandIn.objects.create(
        person=judge,
        stand_in=division_head,
        starts_on=today(),
        ends_on=today(),
        reason="x",
        created_at=timezone.now(),
    )
    found = alert(case)
    told(rung(*EVERYBODY))
    assert set(roles(found)) == {judge.name, clerk.name, reader.name}


def test_nobody_is_told_of_a_sealed_case_as_a_stand_in(file_case, alert, judge, post, now):
    listed = post("judge", "在查阅名单")
    StandIn.objects.create(
        person=judge, stand_in=listed, starts_on=today(), ends_on=today(), reason="x", created_at=now
    )
    found = alert(file_case(sealed="juvenile", readers=[listed.pk]))
    told(rung("judge"))
    assert roles(found) == {judge.name: "judge"}


# --- watchers and stand-ins --------------------------------------------------------------------------
def test_a_watcher_is_told_once_while_they_may_see_the_case(file_case, alert, president, outsider, now):
    case = file_case()
    for person in (president, outsider):
        Watch.objects.create(person=person, case=case, note="重点", at=now)
    found = alert(case)
    told(rung("judge", repeat=1))
    told(rung("judge", repeat=1), days=1)
    assert rounds(found, president) == [0]
    assert not Notice.objects.filter(person=outsider).exists()


def test_who_watches_no_more_is_not_told(file_case, alert, president, now):
    case = file_case()
    Watch.objects.create(person=president, case=case, note="重点", at=now, ended_at=now)
    found = alert(case)
    told(rung("judge"))
    assert president.name not in roles(found)


def test_the_stand_in_of_the_judge_is_told_during_the_leave(file_case, alert, judge, post, now):
    colleague = post("judge", "代办法官")
    StandIn.objects.create(
        person=judge, stand_in=colleague, starts_on=today(), ends_on=today() + timedelta(days=3), reason="年休假",
        created_at=now,
    )  # fmt: skip
    found = alert(file_case())
    told(rung("judge"))
    assert roles(found) == {judge.name: "judge", colleague.name: "stand_in"}
    later = alert(file_case())
    told(rung("judge"), days=4)
    assert roles(later) == {judge.name: "judge"}


def test_the_stand_in_of_a_head_is_told_of_what_they_may_see_alone(
    file_case, alert, division_head, post, now
):
    clerk = post("clerk", "书记员某")
    StandIn.objects.create(
        person=division_head,
        stand_in=clerk,
        starts_on=today(),
        ends_on=today(),
        reason="出差",
        created_at=now,
    )
    mine, hidden = alert(file_case(clerk=clerk)), alert(file_case())
    told(rung("division_head"))
    assert roles(mine)[clerk.name] == "stand_in"
    assert clerk.name not in roles(hidden)


# --- which ladder ------------------------------------------------------------------------------------
def test_the_first_ladder_that_fits_counts_alone(file_case, alert, judge, division_head):
    strict = rung("division_head", categories=("刑事",), stage="overdue")
    found, other = alert(file_case(category="刑事")), alert(file_case())
    told(strict, rung("judge", position=1))
    assert roles(found) == {}  # its ladder has no such stage
    assert roles(other) == {judge.name: "judge"}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(CATEGORIES), st.sampled_from(PROCEDURES),
    st.sampled_from(["statutory", "derived", "node", "stalled", "pause"]),
)  # fmt: skip
def test_the_database_and_the_catalogue_agree_on_the_ladder(file_case, judge, category, procedure, kind):
    case = file_case(category=category[0], procedure=procedure[0])
    ladder = ladder_for(law_in_use().ladders_on(today()), kind, category[0], procedure[0])
    for place, stage in enumerate(("early", "mid", "urgent", "overdue")):
        supposed = [{"id": place, "case_id": case.pk, "kind": kind, "stage": stage}]
        named = [row for row in would_be_told(supposed, rungs(today()), today()) if row[2] == "judge"]
        told = {each.stage for each in ladder.stages if "judge" in each.tell}
        assert named == ([(place, judge.pk, "judge")] if stage in told else [])
    assert not Notice.objects.exists()  # what is only supposed is told to nobody


# --- how often ---------------------------------------------------------------------------------------
def test_told_twice_is_told_once_and_writes_nothing(file_case, alert, judge):
    alert(file_case())
    assert told(rung("judge", repeat=7)) == 1
    assert told(rung("judge", repeat=7)) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(xmin::text::bigint) FROM alerts_notice")
        before = cursor.fetchone()
        told(rung("judge", repeat=7), days=6)
        cursor.execute("SELECT count(*), max(xmin::text::bigint) FROM alerts_notice")
        assert cursor.fetchone() == before


@pytest.mark.parametrize(
    ("repeat", "expected"), [(3, [1, 0, 0, 1, 0, 0, 1, 0]), (None, [1, 0, 0, 0, 0, 0, 0, 0])]
)
def test_it_is_repeated_every_so_many_days_or_told_once(file_case, alert, judge, repeat, expected):
    alert(file_case())
    assert [told(rung("judge", repeat=repeat), days=day) for day in range(8)] == expected


def test_days_without_a_sweep_are_made_up_once(file_case, alert, judge):
    found = alert(file_case())
    assert [told(rung("judge", repeat=1), days=day) for day in (0, 10, 10, 11)] == [1, 1, 0, 1]
    assert rounds(found, judge) == [0, 1, 2]


def test_a_rung_that_is_repeated_less_often_from_now_on_is_counted_from_the_last_notice(
    file_case, alert, judge
):
    alert(file_case())
    assert [told(rung("judge", repeat=1), days=day) for day in range(31)] == [1] * 31
    assert [told(rung("judge", repeat=7), days=day) for day in range(31, 45)] == [0] * 6 + [1] + [0] * 6 + [1]


def test_who_gets_the_case_back_is_told_again_once(file_case, alert, judge, division_head, post, division):
    case = file_case()
    found = alert(case)
    ladder = rung("judge", "division_head")
    told(ladder)
    between = post("judge", "接手法官", division=division)
    for day, person in enumerate((between, judge), start=1):
        case.judge = person
        case.save()
        assert [told(ladder, days=day), told(ladder, days=day)] == [1, 0]
    assert (rounds(found, judge), rounds(found, between)) == ([0, 1], [0])
    assert [told(ladder, days=day) for day in (3, 9)] == [0, 0]


def test_an_alert_that_is_raised_again_is_told_anew_and_then_as_often_as_ever(file_case, alert, judge):
    found, other = alert(file_case()), alert(file_case())
    told(rung("judge"))
    again = timezone.now() + timedelta(days=2)
    Alert.objects.filter(pk=found.pk).update(raised_at=again)
    assert [told(rung("judge"), days=day) for day in (3, 4)] == [1, 0]
    assert (rounds(found, judge), rounds(other, judge)) == ([0, 1], [0])
    assert [told(rung("judge", repeat=4), days=day) for day in (6, 7, 8)] == [1, 1, 0]


def test_rounds_are_counted_from_the_day_the_person_was_first_told(file_case, alert, judge, post, division):
    case = file_case()
    found = alert(case)
    told(rung("judge", repeat=7))
    successor = post("judge", "接手法官", division=division)
    case.judge = successor
    case.save()
    told(rung("judge", repeat=7), days=5)
    told(rung("judge", repeat=7), days=7)
    assert rounds(found, successor) == [0]
    assert rounds(found, judge) == [0]  # reassigned: told no more
    told(rung("judge", repeat=7), days=12)
    assert rounds(found, successor) == [0, 1]


def test_a_closed_alert_is_told_no_more(file_case, alert, judge, now):
    alert(file_case(), closed_at=now)
    assert told(rung("judge")) == 0


def test_only_the_chosen_cases_or_court_are_told(file_case, alert, judge, court):
    case, other = file_case(), file_case()
    alert(case), alert(other)
    abroad = alert(file_case(court=Court.objects.get(code="川1503"), division=None))
    day, at = today(), timezone.now()
    assert tell([case.pk], day, at, ladder=[rung("judge")]) == 1
    assert tell([], day, at, ladder=[rung("judge")]) == 0
    assert tell(None, day, at, court_id=court.pk, ladder=[rung("judge")]) == 1
    assert roles(abroad) == {}


def test_it_goes_by_the_ladder_in_force(file_case, alert, judge, division_head, trial_office, president):
    found = alert(file_case())
    assert tell(None, today(), timezone.now()) == 3  # 紧急: judge, head, trial office
    assert set(roles(found)) == {judge.name, division_head.name, trial_office.name}


# --- handled -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("act", [acknowledge, snooze, mark_done])
def test_who_handled_it_is_left_alone_until_that_ends_and_others_are_told(
    act, file_case, alert, judge, division_head, now
):
    found = alert(file_case())
    ladder = rung("judge", "division_head", repeat=1)
    told(ladder)
    until = today() + timedelta(days=2)
    act(alert=found, by=judge, reason="已联系鉴定机构", until_on=until, at=now)
    assert told(ladder, days=1) == 1
    assert rounds(found, judge) == [0]
    told(ladder, days=2)
    assert rounds(found, judge) == [0, 1]
    assert rounds(found, division_head) == [0, 1, 2]


def test_what_is_told_once_comes_back_once_when_it_was_put_off(file_case, alert, judge, now):
    found = alert(file_case())
    told(rung("judge"))
    snooze(alert=found, by=judge, reason="等待当事人", until_on=today() + timedelta(days=2), at=now)
    assert [told(rung("judge"), days=day) for day in (1, 2, 3, 9)] == [0, 1, 0, 0]


def test_a_putting_off_that_ended_makes_no_later_silence(file_case, alert, judge, now):
    found, ladder = alert(file_case()), rung("judge", repeat=7)
    told(ladder)
    snooze(alert=found, by=judge, reason="等待当事人", until_on=today() + timedelta(days=2), at=now)
    assert [told(ladder, days=day) for day in range(1, 17)] == [0, 1] + [0] * 6 + [1] + [0] * 6 + [1]


def test_a_handling_taken_back_no_longer_holds(file_case, alert, judge, now):
    found = alert(file_case())
    told(rung("judge", repeat=1))
    snooze(alert=found, by=judge, reason="等待", until_on=today() + timedelta(days=2), at=now)
    Handling.objects.update(ended_at=now)
    assert told(rung("judge", repeat=1), days=1) == 1


def test_the_next_stage_is_told_whatever_was_done_about_the_one_before(file_case, alert, judge, now):
    case = file_case()
    first = alert(case)
    told(rung("judge"))
    mark_done(alert=first, by=judge, reason="已处理", until_on=today() + timedelta(days=3), at=now)
    first.closed_at = now
    first.save()
    alert(case, stage="overdue")
    assert told(rung("judge"), rung("judge", stage="overdue")) == 1


# --- what it costs -----------------------------------------------------------------------------------
def test_it_costs_the_same_however_many_are_told(file_case, alert, judge, division_head):
    def visit():
        with CaptureQueriesContext(connection) as queries:
            tell(None, today(), timezone.now(), ladder=[rung("judge", "division_head")])
        return len(queries)

    alert(file_case())
    few = visit()
    for _ in range(20):
        alert(file_case())
    assert visit() == few
    assert Notice.objects.count() == 42
