"""Entering and leaving the quota: never more people than seats, never an exit without a ground."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Entry
from audit.trail import Refused
from courts.models import Availability, FixedDay
from quota.models import Candidate, DutyCircular, QuotaJudge, TermRequest
from quota.people import enter_quota, entry_is_put_forward, leave_quota
from quota.people_page import away_since, double_posts, lines_of, terms_of
from quota.term_requests import approve_request, propose_entry, propose_exit, refuse_request
from quota.vacancies import places_of

TODAY = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


def enter(person, court, by, now, on=TODAY):
    """Registered at once where that may be; else put forward, and approved by another."""
    about = {"person": person, "court": court, "entered_on": on, "basis": "任免文件", "by": by, "at": now}
    if not entry_is_put_forward(court, on):
        return enter_quota(**about)
    return approve_request(request=propose_entry(**about), by=None, at=now)


def test_nobody_enters_beyond_the_seats_of_the_plan_in_force(court, seats_of, sit, judge, politics, now):
    seats_of(1)
    sit("甲")
    with pytest.raises(Refused, match="员额为 1 名，在任 1 名，没有空缺"):
        enter(judge, court, politics, now)


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_at_once_do_not_share_the_last_seat(court, seats_of, post, politics, now):
    seats_of(1)
    people, met = [post("judge", "甲"), post("judge", "乙")], Barrier(2)

    def try_to_enter(person) -> bool:
        met.wait()
        try:
            return bool(enter(person, court, politics, now))
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(try_to_enter, people)) == [False, True]
    assert QuotaJudge.objects.count() == 1


def test_a_vacated_seat_can_be_taken_from_the_day_it_is_vacant(court, seats_of, sit, judge, politics, now):
    seats_of(1)
    term = sit("甲")
    leave_quota(term=term, left_on=date(2026, 7, 15), trigger="left", reason="退休", by=politics, at=now)
    with pytest.raises(Refused, match="没有空缺"):
        enter(judge, court, politics, now)
    assert enter(judge, court, politics, now, on=date(2026, 7, 15)).left_on is None


def test_judges_who_already_sit_are_registered_where_no_plan_is_in_force(court, sit):
    assert sit("甲").basis == "任免文件" and places_of(court, TODAY).vacant is None


def test_a_plan_of_a_year_to_come_gives_no_seat_yet(court, seats_of, sit):
    seats_of(1)
    seats_of(9, year=2027)
    assert places_of(court, TODAY).seats == 1 and places_of(court, date(2027, 1, 4)).seats == 9


def test_entering_twice_is_the_same_as_once(court, judge, politics, now):
    assert enter(judge, court, politics, now) == enter(judge, court, politics, now)
    assert Entry.objects.filter(act="quota.enter").count() == 1


def test_nobody_holds_two_seats(court, upper_court, sit, post, now, politics):
    term = sit("甲")
    with pytest.raises(Refused, match="的员额法官，请先办理退出"):
        enter(term.person, court, politics, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuotaJudge.objects.create(person=term.person, court=upper_court, entered_on=TODAY)


def test_terms_of_a_person_do_not_overlap(court, sit, politics, now):
    term = sit("甲")
    leave_quota(term=term, left_on=date(2026, 3, 1), trigger="left", reason="调离文件", by=politics, at=now)
    with pytest.raises(Refused, match="入额日应不早于这一天"):
        enter(term.person, court, politics, now, on=date(2026, 2, 1))
    assert enter(term.person, court, politics, now, on=date(2026, 3, 1))


def test_only_somebody_posted_at_the_court_enters_there(court, upper_court, post, politics, now):
    stranger = post("judge", "中院法官", at=upper_court)
    with pytest.raises(Refused, match="请先登记任职"):
        enter(stranger, court, politics, now)


@pytest.mark.parametrize("who", ["president", "division_head", "judge", "trial_office", "outsider"])
def test_only_the_political_department_registers_an_entry(request, court, post, now, who):
    with pytest.raises(Refused) as refusal:
        enter(post("judge"), court, request.getfixturevalue(who), now)
    assert refusal.value.status == 403


def test_the_political_department_above_may_and_the_one_below_may_not(
    court, upper_court, post, politics, now
):
    above = post("politics", at=upper_court)
    assert enter(post("judge"), court, above, now)
    with pytest.raises(Refused, match="没有这项权限"):
        enter(post("judge", at=upper_court), upper_court, politics, now)


def test_nobody_registers_their_own_entry(court, politics, now):
    with pytest.raises(Refused, match="不能办理自己的"):
        enter(politics, court, politics, now)


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        ({"trigger": "too_old"}, "不在目录中，可选：退休"),
        ({"reason": " "}, "请写明依据"),
        ({"left_on": date(2019, 1, 1)}, "早于入额日"),
    ],
)
def test_an_exit_has_a_ground_of_the_catalogue_its_proof_and_a_day(sit, politics, now, about, sentence):
    said = {"left_on": TODAY, "trigger": "left", "reason": "退休文件"} | about
    with pytest.raises(Refused, match=sentence):
        leave_quota(term=sit("甲"), by=politics, at=now, **said)


def test_leaving_twice_is_the_same_as_once_and_otherwise_refused(sit, politics, now):
    term, said = sit("甲"), {"left_on": TODAY, "trigger": "left", "reason": "退休文件"}
    leave_quota(term=term, by=politics, at=now, **said)
    leave_quota(term=term, by=politics, at=now, **said)
    assert Entry.objects.filter(act="quota.leave").count() == 1
    with pytest.raises(Refused, match="不能再次办理"):
        leave_quota(term=term, by=politics, at=now, **said | {"trigger": "own_wish"})


# --- what another approves ------------------------------------------------------------------------------------------
def test_an_entry_under_a_plan_waits_for_another_person(
    court, seats_of, judge, politics, president, post, now
):
    seats_of(1)
    about = {
        "person": judge,
        "court": court,
        "entered_on": TODAY,
        "basis": "恢复计员额",
        "by": politics,
        "at": now,
    }
    with pytest.raises(Refused, match="须由另一人批准"):
        enter_quota(**about)
    asked = propose_entry(**about)
    assert propose_entry(**about) == asked and not QuotaJudge.objects.exists()
    both = post("president", "政治部兼院长")
    TermRequest.objects.update(proposed_by=both)
    for nobody in (politics, both):
        with pytest.raises(Refused, match="批准") as refusal:
            approve_request(request=asked, by=nobody, at=now)
        assert refusal.value.status == 403
    TermRequest.objects.update(proposed_by=politics)
    term = approve_request(request=asked, by=president, at=now)
    assert term.person == judge and approve_request(request=asked, by=president, at=now) == term
    assert Entry.objects.get(act="quota.enter").actor_id == president.pk


def test_nobody_takes_a_seat_a_running_selection_is_for(court, seats_of, round_of, judge, politics, now):
    seats_of(1)
    round_of(1)
    with pytest.raises(Refused, match="已由进行中的遴选占用"):
        enter(judge, court, politics, now)


def test_an_exit_that_is_no_mere_fact_waits_for_another_person(sit, politics, president, now):
    term = sit("甲")
    said = {"left_on": TODAY, "trigger": "punished", "reason": "惩戒决定3号", "by": politics, "at": now}
    with pytest.raises(Refused, match="须由另一人批准"):
        leave_quota(term=term, **said)
    refuse_request(request=propose_exit(term=term, **said), reason="程序未完", by=president, at=now)
    asked = propose_exit(term=term, **said)
    for nobody, sentence in ((politics, "没有这项权限"), (term.person, "没有这项权限")):
        with pytest.raises(Refused, match=sentence):
            approve_request(request=asked, by=nobody, at=now)
    assert approve_request(request=asked, by=president, at=now).left_on == TODAY
    told = str(list(Entry.objects.filter(secret=False).values_list("because", "after")))
    assert "惩戒" not in told and "punished" not in told


def test_a_settled_period_changes_only_with_another_person(court, sit, judge, politics, now):
    term = sit("甲")
    DutyCircular.objects.create(
        court=court, starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31), state="published", prepared_at=now
    )
    fact = {"trigger": "left", "reason": "死亡证明", "by": politics, "at": now}
    with pytest.raises(Refused, match="须由另一人批准"):
        leave_quota(term=term, left_on=date(2026, 3, 31), **fact)
    with pytest.raises(Refused, match="须由另一人批准"):
        enter_quota(
            person=judge, court=court, entered_on=date(2026, 2, 1), basis="任免文件", by=politics, at=now
        )
    assert leave_quota(term=term, left_on=date(2026, 4, 1), **fact).left_on


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2019, 12, 31)])
def test_nobody_enters_before_their_first_post(court, judge, politics, now, day):
    with pytest.raises(Refused, match="自 2020-01-01 起任职"):
        enter(judge, court, politics, now, on=day)


# --- what the pages say ---------------------------------------------------------------------------------------------
def test_more_seats_are_suggested_only_after_two_years_of_pressure(court, seats_of):
    seats_of(4, need=5.0)
    assert lines_of([court], TODAY)[0].advice == ""
    seats_of(4, year=2025, need=5.2)
    assert "2025年 1.30、2026年 1.25" in lines_of([court], TODAY)[0].advice
    assert "可提请增加员额" in lines_of([court], TODAY)[0].advice


def test_fewer_seats_are_suggested_by_vacancies_alone(court, seats_of, sit):
    seats_of(4, need=3.0), seats_of(4, year=2025, need=2.0)
    for name in "甲乙丙":
        sit(name)
    assert "只可收回空缺（现有 1 名），不减在任法官" in lines_of([court], TODAY)[0].advice


def test_years_between_the_limits_suggest_nothing(court, seats_of):
    seats_of(4, need=5.0), seats_of(4, year=2025, need=4.9)
    assert lines_of([court], TODAY)[0].advice == ""


def test_a_long_absence_is_pointed_out_and_nothing_happens_by_itself(court, sit):
    term = sit("甲")
    about = {"user": term.person, "fraction": 0, "reason": "借调"}
    Availability.objects.create(**about, starts_on=date(2026, 3, 1), ends_on=date(2026, 12, 31))
    assert terms_of(court, TODAY, past=False)[0].hints == []
    Availability.objects.create(**about, starts_on=date(2025, 12, 15), ends_on=date(2026, 2, 28))
    assert away_since([term.person_id], TODAY) == {term.person_id: date(2025, 12, 15)}
    assert "已满 6 个月" in terms_of(court, TODAY, past=False)[0].hints[0]
    term.refresh_from_db()
    assert term.left_on is None


def test_an_absence_with_a_break_is_counted_from_the_break(sit):
    term = sit("甲")
    about = {"user": term.person, "fraction": 0, "reason": "借调"}
    Availability.objects.create(**about, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    Availability.objects.create(**about, starts_on=date(2026, 2, 1), ends_on=date(2026, 12, 31))
    assert away_since([term.person_id], TODAY) == {term.person_id: date(2026, 2, 1)}


def test_judges_stand_by_division_and_name(court, sit, post, politics, now, division):
    for name in ("丙", "甲", "乙"):
        sit(name)
    without = post("president", "院长子")
    enter(without, court, politics, now)
    names = [line.term.person.name for line in terms_of(court, TODAY, past=False)]
    assert names == [*sorted(["丙", "甲", "乙"]), "院长子"]


def test_who_keeps_an_administrative_post_is_listed_until_it_is_given_up(
    court, seats_of, round_of, stand, sit
):
    seats_of(3)
    one = stand(round_of(1), "丁", admin=True)
    term = sit("甲")
    QuotaJudge.objects.filter(pk=term.pk).update(candidate=one)
    Candidate.objects.filter(pk=one.pk).update(outcome="appointed", gives_up_post_by=date(2026, 5, 1))
    assert double_posts([court]) == [one]
    assert "已逾期" in terms_of(court, TODAY, past=False)[0].hints[0]
    Candidate.objects.filter(pk=one.pk).update(gave_up_post_on=date(2026, 6, 1))
    assert double_posts([court]) == []
