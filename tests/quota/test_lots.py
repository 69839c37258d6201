"""Assignment by lot in the system (随机分案): who is drawn, what is kept, what is told when, and how one departs from it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from cases.models import CaseLink, Party
from courts.ciphers import Unreadable
from courts.models import Availability, Division, FixedDay
from quota import lots
from quota.drawing import commit, replay
from quota.lot_candidates import field_of
from quota.lot_names import name_on
from quota.lot_records import record_of_day
from quota.lots import (
    accept_draw,
    assign_without_lot,
    commit_seed,
    depart_from_draw,
    propose_draw,
    reveal_seeds,
    void_draw,
)
from quota.models import Draw, DrawDay, QuotaJudge, Team, TeamMember
from quota.recusals import (
    confirm_standing,
    end_standing,
    record_recusal,
    record_standing,
    withdraw_recusal,
)
from tests.quota.lots_and_loads import weigh

TODAY = date(2026, 6, 29)  # a Monday
NOW = timezone.now()


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def filing(post):
    return post("filing", "立案庭李")


@pytest.fixture
def clerk(post):
    """Another of the filing office, who draws nothing."""
    return post("filing", "立案庭钱")


@pytest.fixture
def judges(post, division, judge):
    return [judge, *(post("judge", f"法官{number}", division=division) for number in range(3))]


@pytest.fixture
def wait(file_case, judges):
    """``wait()``: a filed case of the division that has no judge."""
    return lambda **fields: file_case(judge=None, **fields)


@pytest.fixture
def draw(wait, filing):
    """``draw()``: a lot for a case that waits."""
    return lambda case=None: propose_draw(case=case or wait(), by=filing, at=NOW)


def reasons(case):
    field = field_of(case, TODAY)
    return {field.people[one.person].name: one.reason for one in field.lots.excluded}


# --- the lot ------------------------------------------------------------------------------------------
def test_a_lot_falls_on_a_judge_of_the_division(draw, judges):
    lot = draw()
    assert lot.picked in judges
    assert lot.total == sum(ticket["tickets"] for ticket in lot.tickets)
    assert (lot.state, lot.sequence, lot.label) == ("proposed", 1, lot.case.number)


def test_a_lot_not_decided_is_given_again_and_not_drawn_again(draw, wait, filing):
    case = wait()
    assert draw(case) == draw(case)
    assert Draw.objects.count() == 1


def test_whoever_has_more_at_hand_holds_fewer_tickets(wait, file_case, judges):
    weigh(file_case(judge=judges[0]), 27)
    tickets = {ticket.person: ticket.tickets for ticket in field_of(wait(), TODAY).lots.tickets}
    held = [tickets[f"id-{judge.pk}"] for judge in judges]
    assert held[1] == held[2] == held[0] + 3


def test_everybody_left_out_is_left_out_for_a_reason(wait, file_case, judges, post, court, clerk):
    full, away, recused, kin = judges
    weigh(file_case(judge=full), 100)
    Availability.objects.create(user=away, starts_on=TODAY, ends_on=TODAY, fraction=0, reason="休假")
    case = wait()
    record_recusal(case=case, person=recused, ground="与原告系同学", by=clerk, at=NOW)
    standing = record_standing(person=kin, name="张 三", ground="配偶", by=kin, at=NOW)
    confirm_standing(standing=standing, by=post("politics"), at=NOW)
    Party.objects.create(case=case, name="某公司", standing="原告", agent="李四律师、张三（某律师事务所）")
    post("judge", "刑庭法官", division=Division.objects.create(court=court, name="刑事审判庭", kind="刑事"))
    assert reasons(case) == {
        full.name: "cap", away.name: "away", recused.name: "recusal", kin.name: "recusal", "刑庭法官": "division"
    }  # fmt: skip


def test_before_a_case_has_a_division_the_kind_of_division_decides(wait, judges, post, court, division):
    post("judge", "刑庭法官", division=Division.objects.create(court=court, name="刑事审判庭", kind="刑事"))
    assert reasons(wait(division=None)) == {"刑庭法官": "division"}
    assert reasons(wait(division=None, category="国家赔偿")) == {}


def test_whoever_sat_before_does_not_sit_again(wait, file_case, judges):
    earlier = file_case(judge=judges[0], members=[judges[1].pk], closed_on=date(2026, 5, 1))
    case = wait()
    CaseLink.objects.create(case=case, other=earlier, other_number=earlier.number, kind="remand")
    assert reasons(case) == {judges[0].name: "recusal", judges[1].name: "recusal"}


def test_once_seats_are_recorded_only_their_holders_are_drawn(wait, judges, court):
    QuotaJudge.objects.create(person=judges[0], court=court, entered_on=date(2020, 1, 1))
    assert reasons(wait()) == {judge.name: "seat" for judge in judges[1:]}


def test_a_fast_track_team_hears_the_fast_cases(wait, judges, court):
    team = Team.objects.create(court=court, name="速裁组", kind="fast", opened_on=date(2026, 1, 1))
    TeamMember.objects.create(team=team, person=judges[0], part="judge", joined_on=date(2026, 1, 1))
    assert reasons(wait(procedure="fast")) == {judge.name: "procedure" for judge in judges[1:]}
    assert reasons(wait(procedure="ordinary")) == {judges[0].name: "procedure"}
    assert reasons(wait(procedure="summary")) == {}


def test_where_nobody_is_left_the_sentence_says_why(draw, file_case, judges):
    for judge in judges:
        weigh(file_case(judge=judge), 100)
    with pytest.raises(Refused, match="在手工作量已达上限4人"):
        draw()


def test_a_withdrawn_recusal_and_an_ended_one_exclude_nobody(wait, judges, filing, post):
    case, politics = wait(), post("politics")
    recusal = record_recusal(case=case, person=judges[0], ground="同学", by=filing, at=NOW)
    withdraw_recusal(recusal=recusal, reason="登记有误", by=filing, at=NOW)
    standing = record_standing(person=judges[1], name="张三", ground="配偶", by=politics, at=NOW)
    Party.objects.create(case=case, name="张三", standing="原告")
    assert reasons(case) == {judges[1].name: "recusal"}
    end_standing(standing=standing, on=TODAY, by=politics, at=NOW)
    assert reasons(case) == {}


def test_no_name_of_a_relative_is_kept(judges):
    standing = record_standing(person=judges[0], name="张三", ground="配偶", by=judges[0], at=NOW)
    kept = json.dumps([str(value) for value in vars(standing).values()], ensure_ascii=False)
    assert "张三" not in kept
    told = Entry.objects.filter(act="quota.record_standing_recusal").values()
    assert "张三" not in str(list(told))


def test_what_fell_to_somebody_this_morning_counts_before_it_is_decided(draw, wait):
    lot = draw(weigh(wait(), 27))
    tickets = {ticket["person"]: ticket["tickets"] for ticket in draw().tickets}
    fallen = tickets.pop(name_on(lot.day, lot.picked))
    assert set(tickets.values()) == {fallen + 3}


def test_a_case_nobody_has_weighed_yet_counts_as_one(wait, file_case, judges):
    for _ in range(9):  # half a month of work
        file_case(judge=judges[0])
    tickets = {ticket.person: ticket.tickets for ticket in field_of(wait(), TODAY).lots.tickets}
    assert tickets[f"id-{judges[0].pk}"] + 1 == tickets[f"id-{judges[1].pk}"]


def test_a_standing_recusal_outlives_a_change_of_keys(wait, judges, post, settings):
    case = wait()
    Party.objects.create(case=case, name="张三", standing="原告")
    record_standing(person=judges[1], name="张三", ground="夫妻关系", by=post("politics"), at=NOW)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" + "x" * 50, [settings.SECRET_KEY]
    assert reasons(case) == {judges[1].name: "recusal"}
    settings.SECRET_KEY_FALLBACKS = []
    assert reasons(case) == {}


def test_without_its_key_a_seed_is_said_to_be_lost_and_keeps_no_other(
    draw, wait, filing, upper_court, settings
):
    draw()
    settings.SECRET_KEY = "another" + "x" * 50
    with pytest.raises(Refused, match="种子无法读取"):
        draw()
    day = commit_seed(court=upper_court, on=TODAY, by=None, at=NOW)
    with pytest.raises(Unreadable):
        reveal_seeds(today=day.reveals_on, at=NOW)
    day.refresh_from_db()
    assert day.seed


# --- the promise ------------------------------------------------------------------------------------------
def test_a_day_has_one_seed_and_its_commitment_is_in_the_trail(court, filing):
    day = commit_seed(court=court, on=TODAY, by=None, at=NOW)
    assert commit_seed(court=court, on=TODAY, by=filing, at=NOW) == day
    (entry,) = Entry.objects.filter(act="quota.commit_seed")
    assert entry.after["commitment"] == day.commitment
    assert (day.seed, day.reveals_on) == ("", TODAY + timedelta(days=1))


def test_at_night_every_court_that_draws_commits_before_the_cases_of_the_days_to_come_are_known(
    court, filing, trial_office, judge
):
    assert lots.commit_seeds(on=TODAY, at=NOW) == 15
    assert lots.commit_seeds(on=TODAY + timedelta(days=1), at=NOW) == 15
    assert DrawDay.objects.filter(court=court).count() == DrawDay.objects.count() == 16


def test_a_seed_is_told_on_the_next_working_day_and_not_before(court, filing):
    day = commit_seed(court=court, on=date(2026, 6, 26), by=None, at=NOW)  # a Friday
    assert day.reveals_on == TODAY
    assert reveal_seeds(today=TODAY - timedelta(days=1), at=NOW) == 0
    assert reveal_seeds(today=TODAY, at=NOW) == 1
    assert reveal_seeds(today=TODAY, at=NOW) == 0
    day.refresh_from_db()
    assert commit(bytes.fromhex(day.seed), court=court.code, day="2026-06-26") == day.commitment


def test_the_published_day_can_be_drawn_again_whole(draw, filing, clerk, judges, wait):
    accept_draw(draw=draw(), by=filing, at=NOW)
    lot = draw()
    other = next(judge for judge in judges if judge != lot.picked)
    depart_from_draw(draw=lot, judge=other, reason="系列案件", by=filing, at=NOW)
    assign_without_lot(case=wait(), judge=judges[0], reason="院长指定", by=filing, at=NOW)
    lot = draw()
    void_draw(draw=lot, reason="data", by=clerk, at=NOW)
    again = propose_draw(case=lot.case, by=filing, at=NOW, because="案由已更正")
    assert (again.turn, again.because) == (2, "案由已更正")
    reveal_seeds(today=TODAY + timedelta(days=1), at=NOW)
    record = json.loads(json.dumps(record_of_day(DrawDay.objects.get()), ensure_ascii=False))
    assert replay(record) == []
    assert len(record["draws"]) == 4
    told = Entry.objects.get(act="quota.reveal_seed").after
    assert (told["drawn"], told["last_receipt"]) == (4, record["draws"][-1]["receipt"])
    assert record["about"]["last_receipt"] == told["last_receipt"]
    assert [one["because"] for one in record["exceptions"]] == ["系列案件", "院长指定", "作废：立案信息有误"]
    day = DrawDay.objects.get()
    assert [one["by"] for one in record["exceptions"]] == [name_on(day, by) for by in (filing, filing, clerk)]


def test_the_record_of_a_sealed_case_is_its_receipt_alone(draw, filing, wait):
    draw()
    lot = draw()
    draw()
    type(lot.case).objects.filter(pk=lot.case_id).update(sealed="juvenile")
    reveal_seeds(today=TODAY + timedelta(days=1), at=NOW)
    record = record_of_day(DrawDay.objects.get())
    assert record["draws"][1] == {"withheld": True, "receipt": lot.receipt}
    assert replay(record) == []
    assert lot.label not in json.dumps(record, ensure_ascii=False)


def test_a_lot_stays_as_it_was_drawn(draw):
    lot = draw()
    for change in ({"drawn": lot.drawn + 1}, {"tickets": []}, {"left_out": [1]}, {"receipt": "0" * 64}):
        with pytest.raises(DatabaseError, match="stays as it was drawn"), transaction.atomic():
            Draw.objects.filter(pk=lot.pk).update(**change)
    with pytest.raises(DatabaseError, match="stays as it was committed"), transaction.atomic():
        DrawDay.objects.update(commitment="0" * 64)
    with pytest.raises(DatabaseError, match="stays as it was committed"), transaction.atomic():
        DrawDay.objects.update(veil="0" * 64)


def test_the_trail_names_the_receipt_of_every_lot(draw):
    lot = draw()
    assert Entry.objects.get(act="quota.propose_draw").after["receipt"] == lot.receipt


# --- what becomes of it --------------------------------------------------------------------------------
def test_following_a_lot_gives_the_case_to_the_judge_drawn(draw, filing, wait, division):
    lot = accept_draw(draw=draw(wait(division=None)), by=filing, at=NOW)
    lot.case.refresh_from_db()
    assert (lot.state, lot.case.judge, lot.case.division) == ("accepted", lot.picked, division)


def test_departing_needs_a_reason_and_somebody_who_may_have_the_case(draw, filing, clerk, judges):
    lot = draw()
    other, recused = [judge for judge in judges if judge != lot.picked][:2]
    record_recusal(case=lot.case, person=recused, ground="同学", by=clerk, at=NOW)
    for judge, reason, said in (
        (other, " ", "请写明理由"), (recused, "系列", "不能承办本案：回避"), (lot.picked, "系列", "抽中的就是此人")
    ):  # fmt: skip
        with pytest.raises(Refused, match=said):
            depart_from_draw(draw=lot, judge=judge, reason=reason, by=filing, at=NOW)
    assert depart_from_draw(draw=lot, judge=other, reason="系列案件", by=filing, at=NOW).assigned_to == other


def test_whoever_was_recused_after_the_lot_does_not_get_the_case(draw, filing, clerk):
    lot = draw()
    record_recusal(case=lot.case, person=lot.picked, ground="近亲属", by=clerk, at=NOW)
    with pytest.raises(Refused, match="不能承办本案"):
        accept_draw(draw=lot, by=filing, at=NOW)


def test_a_lot_is_decided_once(draw, filing, clerk):
    lot = draw()
    void_draw(draw=lot, reason="twice", by=clerk, at=NOW)
    with pytest.raises(Refused, match="已经作废"):
        accept_draw(draw=lot, by=filing, at=NOW)


def test_a_case_with_a_judge_is_drawn_only_after_the_judge_stood_aside(
    file_case, trial_office, judges, division_head
):
    case = file_case(judge=judges[0])
    with pytest.raises(Refused, match="本案已有承办人"):
        propose_draw(case=case, by=trial_office, at=NOW)
    record_recusal(case=case, person=judges[0], ground="近亲属", by=judges[0], at=NOW)
    lot = propose_draw(case=case, by=trial_office, at=NOW)
    assert lot.picked != judges[0]
    accept_draw(draw=lot, by=division_head, at=NOW)
    case.refresh_from_db()
    assert case.judge == lot.picked


@pytest.mark.parametrize("role", ["judge", "division_head", "president", "politics", "assistant"])
def test_only_filing_and_trial_office_draw(wait, post, division, role):
    with pytest.raises(Refused):
        propose_draw(case=wait(), by=post(role, division=division), at=NOW)


def test_nobody_of_another_court_draws(wait, post, upper_court):
    with pytest.raises(Refused):
        propose_draw(case=wait(), by=post("filing", at=upper_court), at=NOW)


def test_who_draws_more_is_not_who_is_drawn_less(draw, judges):
    """Over many cases everybody is drawn about as often as their tickets say; nobody has a turn."""
    picked = [draw().picked for _ in range(60)]
    assert len(set(picked)) == len(judges)
    turns = {tuple(picked[place : place + 4]) for place in range(0, 60, 4)}
    assert len(turns) > 5


def test_the_time_a_judge_has_bears_on_the_tickets(wait, judges):
    Availability.objects.create(
        user=judges[0], starts_on=TODAY, ends_on=TODAY, fraction=Decimal("0.5"), reason="借调"
    )
    tickets = [ticket.tickets for ticket in field_of(wait(), TODAY).lots.tickets]
    assert min(tickets) * 2 == pytest.approx(max(tickets), abs=1)
