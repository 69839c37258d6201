"""Nobody chooses a judge by way of the lot (随机分案的制约), and its record tells of no sealed case and no ground."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from audit.models import Entry
from audit.trail import Refused
from cases.models import Party
from cases.services import reassign
from courts.models import FixedDay
from quota.drawing import replay
from quota.lot_candidates import field_of
from quota.lot_past import past_in
from quota.lot_records import record_of_day
from quota.lots import (
    OVERTAKEN,
    accept_draw,
    assign_without_lot,
    depart_from_draw,
    propose_draw,
    reveal_seeds,
    void_draw,
    void_overtaken,
)
from quota.models import Draw, DrawDay
from quota.recusals import confirm_standing, record_recusal, record_standing, withdraw_recusal
from tests.quota.lots_and_loads import weigh

TODAY = date(2026, 6, 29)
NOW = datetime(2026, 6, 29, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def filing(post):
    return post("filing", "立案庭李")


@pytest.fixture
def clerk(post):
    return post("filing", "立案庭钱")


@pytest.fixture
def judges(post, division, judge):
    return [judge, *(post("judge", f"法官{number}", division=division) for number in range(2))]


@pytest.fixture
def wait(file_case, judges):
    return lambda **fields: file_case(judge=None, **fields)


@pytest.fixture
def draw(wait, filing):
    return lambda case=None, **more: propose_draw(case=case or wait(), by=filing, at=NOW, **more)


def told(day=None):
    reveal_seeds(today=TODAY + timedelta(days=1), at=LATER)
    return json.loads(json.dumps(record_of_day(day or DrawDay.objects.get()), ensure_ascii=False))


# --- what the record tells --------------------------------------------------------------------------------
def test_a_sealed_case_changes_no_ticket_of_its_day(draw, wait):
    before = draw().tickets
    sealed = draw(weigh(wait(), 60))
    type(sealed.case).objects.filter(pk=sealed.case_id).update(sealed="juvenile")
    assert draw().tickets == before
    type(sealed.case).objects.filter(pk=sealed.case_id).update(judge=sealed.picked, filed_on=TODAY)
    assert draw().tickets == before


def test_the_record_names_nobody_and_says_who_was_left_out_in_one_word(
    draw, wait, judges, clerk, division_head
):
    case = wait()
    record_recusal(case=case, person=judges[0], ground="与原告代理人系夫妻", by=clerk, at=NOW)
    lot = draw(case)
    void_draw(draw=lot, reason="unable", by=division_head, at=NOW)
    record = told()
    text = json.dumps(record, ensure_ascii=False)
    assert [one["reason"] for one in record["draws"][0]["excluded"]] == ["回避"]
    assert not any(f"id-{judge.pk}" in text or judge.name in text for judge in (*judges, division_head))
    assert "夫妻" not in text
    assert replay(record) == []


def test_the_record_says_enough_to_verify_the_day(draw, wait):
    draw()
    wait()
    record = told()
    day = DrawDay.objects.get()
    assert record["about"]["committed_at"] == day.committed_at.isoformat()
    assert {key: record["about"][key] for key in ("waiting", "drawn", "assigned", "void")} == {
        "waiting": 2, "drawn": 1, "assigned": 0, "void": 0
    }  # fmt: skip
    assert record["draws"][0]["rule"] == {"cap_months": "4", "step_months": "0.5", "settings_edition": 1}
    (committed,) = Entry.objects.filter(act="quota.commit_seed")
    assert record["about"]["names"] == committed.after["names"]


# --- undone lots ------------------------------------------------------------------------------------------
def test_a_lot_followed_and_undone_the_same_minute_is_told(
    draw, filing, judges, court, division_head, president
):
    lot = accept_draw(draw=draw(), by=filing, at=NOW)
    other = next(judge for judge in judges if judge != lot.picked)
    reassign(
        case=lot.case, judge=other, division=None, reason="工作需要", by=division_head, at=LATER, on=TODAY
    )
    (past,) = past_in(court, president)
    assert (past.former, past.judge, past.by, past.reason) == (lot.picked, other, division_head, "工作需要")
    record = told()
    assert [one["because"] for one in record["exceptions"]] == ["不经抽签变更承办人：工作需要"]
    assert replay(record) == []


def test_a_case_that_waits_given_past_the_lot_is_told_and_no_party_named(
    draw, wait, filing, judges, court, president
):
    draw()
    case = wait()
    Party.objects.create(case=case, name="王小明", standing="原告")
    reassign(case=case, judge=judges[0], division=None, reason="王小明要求", by=filing, at=LATER, on=TODAY)
    assert [one.reason for one in past_in(court, president)] == ["王小明要求"]
    text = json.dumps(told(), ensure_ascii=False)
    assert case.number in text and "王小明" not in text


def test_a_lot_whose_case_came_to_a_judge_otherwise_takes_no_tickets_and_is_set_aside(
    draw, wait, filing, judges
):
    lot = draw(weigh(wait(), 1))
    other = next(judge for judge in judges if judge != lot.picked)
    reassign(case=lot.case, judge=other, division=None, reason="院长指定", by=filing, at=LATER, on=TODAY)
    tickets = {ticket.person: ticket.tickets for ticket in field_of(wait(), TODAY).lots.tickets}
    assert tickets[f"id-{lot.picked_id}"] == max(tickets.values())
    assert void_overtaken(at=LATER) == 1
    lot.refresh_from_db()
    assert (lot.state, lot.reason, lot.decided_by) == ("void", OVERTAKEN, None)


# --- other hands ------------------------------------------------------------------------------------------
def test_whoever_drew_neither_sets_the_lot_aside_nor_says_who_may_not_have_the_case(draw, filing, clerk):
    lot = draw()
    with pytest.raises(Refused, match="由其他有权分案的人员作废"):
        void_draw(draw=lot, reason="data", by=filing, at=NOW)
    with pytest.raises(Refused, match="由其他有权分案的人员登记"):
        record_recusal(case=lot.case, person=lot.picked, ground="同学", by=filing, at=NOW)
    recusal = record_recusal(case=lot.case, person=lot.picked, ground="同学", by=clerk, at=NOW)
    with pytest.raises(Refused, match="由其他有权分案的人员登记"):
        withdraw_recusal(recusal=recusal, reason="有误", by=filing, at=NOW)
    void_draw(draw=lot, reason="data", by=clerk, at=NOW)
    with pytest.raises(Refused, match="由其他有权抽签的人员抽签"):
        propose_draw(case=lot.case, by=clerk, at=NOW, because="再抽")


def test_whoever_said_who_may_not_have_a_case_does_not_draw_it(wait, filing, clerk, judges):
    case = wait()
    recusal = record_recusal(case=case, person=judges[0], ground="同学", by=clerk, at=NOW)
    with pytest.raises(Refused, match="由其他有权抽签的人员抽签"):
        propose_draw(case=case, by=clerk, at=NOW)
    withdraw_recusal(recusal=recusal, reason="有误", by=clerk, at=NOW)
    with pytest.raises(Refused, match="由其他有权抽签的人员抽签"):
        propose_draw(case=case, by=clerk, at=NOW)
    assert propose_draw(case=case, by=filing, at=NOW)


def test_a_case_is_drawn_three_times_at_most(draw, filing, clerk, judges):
    lot = draw()
    for turn in (2, 3):
        void_draw(draw=lot, reason="data", by=clerk, at=NOW)
        lot = draw(lot.case, because="案由已更正")
        assert lot.turn == turn
    void_draw(draw=lot, reason="data", by=clerk, at=NOW)
    with pytest.raises(Refused, match="最多3次；请指定承办人"):
        draw(lot.case, because="案由已更正")
    assert assign_without_lot(case=lot.case, judge=judges[0], reason="集中办理", by=filing, at=LATER)


def test_nobody_withdraws_their_own_recusal(file_case, judge, division_head):
    recusal = record_recusal(case=file_case(), person=judge, ground="同学", by=judge, at=NOW)
    with pytest.raises(Refused):
        withdraw_recusal(recusal=recusal, reason="有误", by=judge, at=NOW)
    assert (
        withdraw_recusal(recusal=recusal, reason="有误", by=division_head, at=NOW).withdrawn_by
        == division_head
    )


def test_what_a_judge_says_of_their_relatives_counts_once_it_is_confirmed(wait, judges, post, clerk):
    case = wait()
    Party.objects.create(case=case, name="张三", standing="原告")
    standing = record_standing(person=judges[0], name="张三", ground="配偶", by=judges[0], at=NOW)
    assert field_of(case, TODAY).lots.excluded == ()
    for by in (judges[0], clerk):
        with pytest.raises(Refused):
            confirm_standing(standing=standing, by=by, at=NOW)
    confirm_standing(standing=standing, by=post("politics"), at=NOW)
    assert [one.reason for one in field_of(case, TODAY).lots.excluded] == ["recusal"]


# --- grounds ----------------------------------------------------------------------------------------------
def test_the_ground_of_a_recusal_is_not_in_the_trail(wait, judges, filing):
    record_recusal(case=wait(), person=judges[0], ground="与原告代理人系夫妻", by=filing, at=NOW)
    (entry,) = Entry.objects.filter(act="quota.record_recusal")
    assert "夫妻" not in f"{entry.because}{entry.after}"


def test_no_published_reason_names_a_party_and_none_is_taken_over_unasked(draw, wait, filing, clerk, judges):
    case = wait()
    Party.objects.create(case=case, name="王小明", standing="被告")
    with pytest.raises(Refused, match="从列表中选择作废的理由"):
        void_draw(draw=draw(case), reason="抽中法官系被告王小明之妻", by=clerk, at=NOW)
    lot = Draw.objects.get()
    other = next(judge for judge in judges if judge != lot.picked)
    with pytest.raises(Refused, match="请勿写明当事人"):
        depart_from_draw(draw=lot, judge=other, reason="王 小明的亲属", by=filing, at=NOW)
    void_draw(draw=lot, reason="unable", by=clerk, at=NOW)
    for because, said in (("", "请写明再次抽签的理由"), ("王小明的亲属", "请勿写明当事人")):
        with pytest.raises(Refused, match=said):
            draw(case, because=because)
