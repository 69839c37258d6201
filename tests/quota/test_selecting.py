"""A round of selection: weights stated first, never more names than seats, ties left to the committee, notice before entry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from audit.models import Entry
from audit.trail import Refused
from courts.models import FixedDay, Posting
from quota.appointing import (
    appoint,
    cancel_selection,
    publish_notice,
    record_committee,
    record_post_given_up,
    record_report,
    withdraw_candidate,
)
from quota.models import Candidate, QuotaJudge
from quota.proposing import propose, return_to_scoring
from quota.selecting import add_candidate, open_selection, record_stage, review_candidate, start_scoring
from quota.selection_page import own_candidacies, page_of
from quota.vacancies import places_of

TODAY = date(2026, 6, 30)
AFTER = date(2026, 7, 20)
FULL = {"甲": (90, 90, 90), "乙": (80, 80, 80), "丙": (70, 70, 70)}


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def later():
    """``later()``: the notice is over."""
    return lambda: FixedDay.objects.update(day=AFTER)


def outcomes(selection) -> dict[str, str]:
    return {one.person.name: one.outcome for one in selection.candidates.select_related("person")}


def decided(selection, by, now, **refused):
    people = selection.candidates.filter(outcome__in=["proposed", "tied"]).select_related("person")
    said = {one.pk: (one.person.name not in refused, refused.get(one.person.name, "")) for one in people}
    return record_committee(selection=selection, decisions=said, by=by, at=now)


@pytest.fixture
def endorsed(seats_of, scored, politics, president, now):
    """A round of two seats in which 甲 and 乙 are endorsed and the notice hangs until 2026-07-10."""

    def bring(**flags):
        seats_of(2)
        selection, people = scored(2, FULL, **flags)
        propose(selection=selection, by=politics, at=now)
        decided(selection, president, now)
        about = {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 7, 10)}
        publish_notice(selection=selection, by=politics, at=now, **about)
        for one in people.values():
            one.refresh_from_db()
        return selection, people

    return bring


def take(one, by, now, on=AFTER, **more):
    return appoint(candidate=one, entered_on=on, basis="任命〔2026〕1号", by=by, at=now, **more)


# --- opening --------------------------------------------------------------------------------------------------------
def test_no_round_is_opened_for_seats_that_no_plan_gives(round_of):
    with pytest.raises(Refused, match="还没有已公布的员额方案"):
        round_of(1)


def test_a_round_is_for_seats_that_are_vacant_and_not_promised_to_another(seats_of, sit, round_of):
    seats_of(4)
    sit("子")
    round_of(2)
    with pytest.raises(Refused, match="其他遴选占用 2 名，最多可遴选 1 名"):
        round_of(2, name="第二批")
    assert round_of(1, name="第二批")


def test_the_weights_are_those_of_the_catalogue_and_say_their_edition(seats_of, round_of):
    seats_of(1)
    selection = round_of(1)
    assert selection.weights == {"assessment": 0.5, "exam": 0.3, "interview": 0.2}
    assert len(selection.edition) == 64


def test_opening_the_same_round_twice_is_the_same_as_once(seats_of, round_of):
    seats_of(2)
    assert round_of(1) == round_of(1)
    with pytest.raises(Refused, match="已有同名的遴选"):
        round_of(2)


# --- candidates -----------------------------------------------------------------------------------------------------
def test_who_sits_already_does_not_stand(seats_of, sit, round_of, politics, now):
    seats_of(2)
    said = {"is_leader": False, "has_admin_post": False, "by": politics, "at": now}
    with pytest.raises(Refused, match="不需要遴选"):
        add_candidate(selection=round_of(1), person=sit("子").person, **said)


def test_nobody_stands_in_two_rounds_at_once(seats_of, round_of, stand, politics, now):
    seats_of(2)
    one = stand(round_of(1), "甲")
    said = {"is_leader": False, "has_admin_post": False, "by": politics, "at": now}
    with pytest.raises(Refused, match="不能同时参加两次遴选"):
        add_candidate(selection=round_of(1, name="第二批"), person=one.person, **said)


def test_a_negative_review_says_why(seats_of, round_of, stand, politics, now):
    seats_of(1)
    with pytest.raises(Refused, match="请写明理由"):
        review_candidate(candidate=stand(round_of(1), "甲"), qualified=False, why=" ", by=politics, at=now)


def test_who_stands_in_a_round_does_nothing_in_it(seats_of, round_of, stand, post, politics, now):
    seats_of(1)
    selection = round_of(1)
    one = stand(selection, "甲")
    Posting.objects.filter(user=one.person).update(role="politics")
    with pytest.raises(Refused, match="应当回避"):
        start_scoring(selection=selection, by=one.person, at=now)


def test_scoring_begins_when_everybody_is_reviewed_and_nobody_joins_then(
    seats_of, round_of, stand, post, politics, now
):
    seats_of(1)
    selection = round_of(1)
    with pytest.raises(Refused, match="没有通过资格审查的人选"):
        start_scoring(selection=selection, by=politics, at=now)
    one = stand(selection, "甲")
    Candidate.objects.filter(pk=one.pk).update(qualified=None)
    with pytest.raises(Refused, match="还没有资格审查结论：甲"):
        start_scoring(selection=selection, by=politics, at=now)
    review_candidate(candidate=one, qualified=True, why="", by=politics, at=now)
    start_scoring(selection=selection, by=politics, at=now)
    with pytest.raises(Refused, match="不能办理这一项"):
        stand(selection, "乙")


def test_no_mark_is_recorded_before_scoring_begins(seats_of, round_of, stand, mark):
    seats_of(1)
    with pytest.raises(Refused, match="报名与资格审查"):
        mark(stand(round_of(1), "甲"), 90, 90, 90)


def test_a_mark_is_out_of_100_and_of_a_stage_of_the_round(seats_of, scored, politics, now):
    seats_of(1)
    _selection, people = scored(1, FULL)
    for marks, sentence in (({"exam": Decimal(101)}, "0 到 100"), ({"charm": Decimal(1)}, "没有这些环节")):
        with pytest.raises(Refused, match=sentence):
            record_stage(candidate=people["甲"], marks=marks, by=politics, at=now)


def test_a_changed_mark_leaves_what_stood_before_in_a_trail_nobody_browses(seats_of, scored, politics, now):
    seats_of(1)
    _selection, people = scored(1, FULL)
    for _twice in range(2):
        record_stage(candidate=people["甲"], marks={"exam": Decimal(91)}, by=politics, at=now)
    last = Entry.objects.filter(act="quota.record_marks").order_by("-pk")
    assert (last[0].before, last[0].after["exam"]) == ({"exam": "90.00"}, "91")
    assert all(entry.secret for entry in last) and len(last) == 4


# --- the proposal ---------------------------------------------------------------------------------------------------
def test_never_more_names_than_seats_are_proposed(seats_of, scored, politics, now):
    seats_of(2)
    selection, _people = scored(2, FULL)
    propose(selection=selection, by=politics, at=now)
    assert outcomes(selection) == {"甲": "proposed", "乙": "proposed", "丙": "not_proposed"}


def test_never_more_names_than_seats_vacant_on_the_day(seats_of, scored, court, post, politics, now):
    seats_of(2)
    selection, _people = scored(2, FULL)
    QuotaJudge.objects.create(person=post("judge"), court=court, entered_on=TODAY)
    propose(selection=selection, by=politics, at=now)
    assert outcomes(selection) == {"甲": "proposed", "乙": "not_proposed", "丙": "not_proposed"}


def test_handling_breaks_a_tie_and_what_it_leaves_is_the_committees(
    seats_of, scored, politics, president, now
):
    seats_of(2)
    marks = {"甲": (80, 80, 80, 95), "乙": (80, 80, 80, 60), "丙": (80, 80, 80, 60)}
    selection, _people = scored(2, marks)
    propose(selection=selection, by=politics, at=now)
    assert outcomes(selection) == {"甲": "proposed", "乙": "tied", "丙": "tied"}
    with pytest.raises(Refused, match="空缺员额只有 2 名"):
        decided(selection, president, now)
    decided(selection, president, now, 丙="综合考虑")
    assert outcomes(selection) == {"甲": "endorsed", "乙": "endorsed", "丙": "not_endorsed"}


def test_nobody_is_proposed_while_a_mark_is_missing(seats_of, scored, politics, now):
    seats_of(1)
    selection, people = scored(1, FULL)
    Candidate.objects.filter(pk=people["乙"].pk).update(interview=None)
    with pytest.raises(Refused, match="成绩不全：乙。缺考的记 0 分"):
        propose(selection=selection, by=politics, at=now)


def test_a_proposal_taken_back_lets_marks_be_corrected_and_nothing_else(
    seats_of, scored, politics, mark, now
):
    seats_of(1)
    selection, people = scored(1, FULL)
    weights = selection.weights
    propose(selection=selection, by=politics, at=now)
    with pytest.raises(Refused):
        mark(people["乙"], 99, 99, 99)
    selection = return_to_scoring(selection=selection, reason="核分有误", by=politics, at=now)
    mark(people["乙"], 99, 99, 99)
    propose(selection=selection, by=politics, at=now)
    assert outcomes(selection)["乙"] == "proposed" and selection.weights == weights


# --- the committee and the notice -----------------------------------------------------------------------------------
def test_the_committee_is_recorded_by_another_than_who_opened_the_round(
    seats_of, scored, politics, other_politics, now
):
    seats_of(1)
    selection, _people = scored(1, FULL)
    propose(selection=selection, by=politics, at=now)
    with pytest.raises(Refused, match="请由另一人登记"):
        decided(selection, politics, now)
    assert decided(selection, other_politics, now).decided_by == other_politics


def test_who_marked_or_proposed_does_not_record_the_committee_either(
    seats_of, scored, politics, other_politics, president, now
):
    seats_of(1)
    selection, people = scored(1, FULL)
    record_stage(candidate=people["甲"], marks={"exam": Decimal(91)}, by=other_politics, at=now)
    propose(selection=selection, by=politics, at=now)
    assert "committee" not in page_of(selection, other_politics).may
    with pytest.raises(Refused, match="请由另一人登记"):
        decided(selection, other_politics, now)
    assert decided(selection, president, now).decided_by == president


def test_the_committee_decides_about_everybody_and_says_why_not(seats_of, scored, politics, president, now):
    seats_of(1)
    selection, _people = scored(1, FULL)
    propose(selection=selection, by=politics, at=now)
    with pytest.raises(Refused, match="每一名"):
        record_committee(selection=selection, decisions={}, by=president, at=now)
    with pytest.raises(Refused, match="请写明理由：甲"):
        decided(selection, president, now, 甲=" ")


def test_nothing_is_announced_before_the_committee_or_without_names(
    seats_of, scored, politics, president, now
):
    seats_of(1)
    selection, _people = scored(1, FULL)
    propose(selection=selection, by=politics, at=now)
    days = {"starts_on": TODAY, "ends_on": AFTER}
    with pytest.raises(Refused, match="没有遴选委通过的人选"):
        publish_notice(selection=selection, by=politics, at=now, **days)
    decided(selection, president, now, 甲="不符合条件")
    with pytest.raises(Refused, match="没有遴选委通过的人选"):
        publish_notice(selection=selection, by=politics, at=now, **days)


# --- the appointment ------------------------------------------------------------------------------------------------
def test_nobody_enters_before_the_notice_is_over(endorsed, politics, later, now):
    _selection, people = endorsed()
    with pytest.raises(Refused, match="期满以后才能任命"):
        take(people["甲"], politics, now)
    later()
    with pytest.raises(Refused, match="期满以后才能任命"):
        take(people["甲"], politics, now, on=date(2026, 7, 10))
    assert take(people["甲"], politics, now).candidate == people["甲"]


def test_the_last_appointment_closes_the_round(endorsed, court, politics, president, later, now):
    selection, people = endorsed()
    later()
    take(people["甲"], politics, now)
    take(people["甲"], politics, now)
    selection.refresh_from_db()
    assert selection.state == "notice"
    take(people["乙"], politics, now)
    selection.refresh_from_db()
    assert (selection.state, selection.closed_on) == ("closed", AFTER)
    assert places_of(court, AFTER).vacant == 0 and QuotaJudge.objects.count() == 2


def test_only_who_was_endorsed_is_appointed(endorsed, politics, later, now):
    _selection, people = endorsed()
    later()
    with pytest.raises(Refused, match="不是遴选委通过的人选"):
        take(people["丙"], politics, now)


def test_who_recorded_the_committee_does_not_register_the_appointment(
    endorsed, politics, president, later, now
):
    _selection, people = endorsed()
    later()
    with pytest.raises(Refused, match="任命请由另一人登记"):
        take(people["甲"], president, now)
    assert take(people["甲"], politics, now)


def test_a_seat_taken_meanwhile_is_not_given_twice(endorsed, court, post, politics, later, now):
    _selection, people = endorsed()
    later()
    for name in ("插队一", "插队二"):
        QuotaJudge.objects.create(person=post("judge", name), court=court, entered_on=AFTER)
    with pytest.raises(Refused, match="没有空缺"):
        take(people["甲"], politics, now)


def test_a_leader_has_reported_in_writing_first(endorsed, politics, later, now):
    _selection, people = endorsed(甲={"leader": True})
    later()
    with pytest.raises(Refused, match="应书面报告地方党委组织部门"):
        take(people["甲"], politics, now)
    record_report(candidate=people["甲"], on=date(2026, 7, 12), by=politics, at=now)
    assert take(people["甲"], politics, now)


def test_who_holds_an_administrative_post_has_a_day_by_which_it_is_given_up(endorsed, politics, later, now):
    _selection, people = endorsed(甲={"admin": True})
    later()
    with pytest.raises(Refused, match="不得保留双重身份"):
        take(people["甲"], politics, now)
    with pytest.raises(Refused, match="不得保留双重身份"):
        take(people["甲"], politics, now, gives_up_post_by=date(2026, 7, 1))
    take(people["甲"], politics, now, gives_up_post_by=date(2026, 9, 30))
    people["甲"].refresh_from_db()
    assert people["甲"].gives_up_post_by == date(2026, 9, 30)


def test_a_post_given_up_needs_no_deadline(endorsed, politics, later, now):
    _selection, people = endorsed(甲={"admin": True})
    later()
    record_post_given_up(candidate=people["甲"], on=date(2026, 7, 11), by=politics, at=now)
    assert take(people["甲"], politics, now)


def test_somebody_who_withdraws_is_not_replaced_by_the_next(endorsed, politics, later, now):
    selection, people = endorsed()
    later()
    withdraw_candidate(candidate=people["甲"], reason="公示期间反映问题属实", by=politics, at=now)
    take(people["乙"], politics, now)
    selection.refresh_from_db()
    assert selection.state == "closed"
    assert outcomes(selection) == {"甲": "withdrawn", "乙": "appointed", "丙": "not_proposed"}


def test_a_cancelled_round_frees_its_seats(endorsed, court, politics, now):
    selection, _people = endorsed()
    with pytest.raises(Refused, match="请写明取消的理由"):
        cancel_selection(selection=selection, reason="", by=politics, at=now)
    cancel_selection(selection=selection, reason="方案调整", by=politics, at=now)
    assert places_of(court, TODAY).unpromised == 2


@pytest.mark.parametrize("who", ["judge", "division_head", "trial_office", "outsider", "president"])
def test_only_the_political_department_opens_a_round(request, court, seats_of, now, who):
    seats_of(2)
    about = {"court": court, "name": "某", "category": "default", "seats": 1}
    with pytest.raises(Refused) as refusal:
        open_selection(by=request.getfixturevalue(who), at=now, **about)
    assert refusal.value.status == 403


def test_nothing_of_single_people_before_the_notice_is_in_the_trail_others_browse(
    endorsed, politics, president, later, now
):
    _selection, people = endorsed(甲={"admin": True})
    withdraw_candidate(candidate=people["乙"], reason="公示期间反映问题属实", by=politics, at=now)
    record_post_given_up(candidate=people["甲"], on=TODAY, by=politics, at=now)
    with pytest.raises(Refused) as refusal:
        record_report(candidate=people["甲"], on=AFTER, by=politics, at=now)
    assert refusal.value.secret
    told = str(list(Entry.objects.filter(secret=False).values_list("because", "before", "after")))
    assert not any(word in told for word in ("甲", "乙", "丙", "反映问题"))


# --- who reads what -------------------------------------------------------------------------------------------------
def test_candidates_stand_by_name_whatever_their_marks(seats_of, scored, politics):
    seats_of(1)
    selection, _people = scored(1, {"丙": (60, 60, 60), "乙": (99, 99, 99), "甲": (80, 80, 80)})
    assert [one.person.name for one in page_of(selection, politics).candidates] == sorted(["甲", "乙", "丙"])


def test_marks_are_for_who_carries_out_the_round_and_never_for_who_stands_in_it(
    seats_of, scored, politics, president, post, division
):
    seats_of(1)
    selection, people = scored(1, FULL)
    vice = post("vice_president", division=division)
    assert page_of(selection, politics).asked and page_of(selection, president).asked
    assert not page_of(selection, vice).asked
    Posting.objects.filter(user=people["甲"].person).update(role="politics")
    assert not page_of(selection, people["甲"].person).asked


def test_a_candidate_reads_their_own_marks_and_hears_the_result_after_the_committee(
    seats_of, scored, politics, president, now
):
    seats_of(1)
    selection, people = scored(1, {"甲": (90, 80, 70), "乙": (80, 80, 80)})
    propose(selection=selection, by=politics, at=now)
    own = own_candidacies(people["甲"].person)[0]
    assert own.total == "83.00" and not own.is_decided
    decided(selection, president, now)
    assert own_candidacies(people["甲"].person)[0].is_decided
