"""Who may be drawn, with how many tickets, and why somebody may not (分案候选)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quota.drawing import Ticket, draw
from quota.eligibility import REASONS, Aside, Candidate, eligible, published

CAP, STEP = Decimal(4), Decimal("0.5")


def a_judge(person="J01", at_hand="10", monthly="10", available="1", **known):
    return Candidate(person, Decimal(at_hand), Decimal(monthly), Decimal(available), **known)


def reasons(candidate, **case):
    return [excluded.reason for excluded in eligible([candidate], cap=CAP, step=STEP, **case).excluded]


@pytest.mark.parametrize(("at_hand", "tickets"), [("10.25", 6), ("10", 6), ("9.99", 7), ("39.99", 1)])
def test_tickets_are_steps_of_room_and_a_step_begun_counts(at_hand, tickets):
    assert eligible([a_judge(at_hand=at_hand)], cap=CAP, step=STEP).tickets == (Ticket("J01", tickets),)


def test_twice_the_room_is_twice_the_tickets():
    tickets = eligible([a_judge("J01", "20"), a_judge("J02", "0")], cap=CAP, step=STEP).tickets
    assert [ticket.tickets for ticket in tickets] == [4, 8]


def test_half_the_time_is_half_the_room():
    tickets = eligible(
        [a_judge("J01", "0"), a_judge("J02", "0", available="0.5")], cap=CAP, step=STEP
    ).tickets
    assert [ticket.tickets for ticket in tickets] == [8, 4]


@pytest.mark.parametrize(("at_hand", "excluded"), [("39.99", []), ("40", ["cap"]), ("55", ["cap"])])
def test_nobody_at_the_cap_is_drawn(at_hand, excluded):
    assert reasons(a_judge(at_hand=at_hand)) == excluded


def test_whoever_is_away_is_not_also_called_full():
    assert reasons(a_judge(available="0")) == ["away"]


def test_a_case_goes_to_those_who_hear_its_kind():
    civil = a_judge(divisions=frozenset({"民一庭"}), procedures=frozenset({"简易"}))
    assert reasons(civil, division="民一庭", procedure="简易") == []
    assert reasons(civil, division="刑庭", procedure="普通合议") == ["division", "procedure"]
    assert reasons(a_judge(), division="刑庭", procedure="普通合议") == []


def test_every_reason_that_holds_is_given():
    many = a_judge(at_hand="50", aside=(Aside("recusal"), Aside("seat", "已退额")))
    excluded = eligible([many], cap=CAP, step=STEP).excluded
    assert [each.reason for each in excluded] == ["recusal", "seat", "cap"]
    assert excluded[1].text == "不是在任员额法官(已退额)"


def test_what_is_published_of_who_is_left_out_is_one_word_and_no_recusal_that_made_no_difference():
    kin, away = a_judge("J01", aside=(Aside("recusal"),)), a_judge("J02", available="0")
    both = a_judge("J03", "50", aside=(Aside("recusal"),))
    assert published(eligible([kin, away, both], cap=CAP, step=STEP).excluded) == [
        {"person": "J01", "reason": "回避"}, {"person": "J02", "reason": "不参加"}, {"person": "J03", "reason": "不参加"}
    ]  # fmt: skip


def test_a_reason_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="'mood' is no reason to stand aside; one of recusal, seat"):
        eligible([a_judge(aside=(Aside("mood"),))], cap=CAP, step=STEP)


def test_the_order_people_are_given_in_makes_no_difference():
    people = [a_judge("J02"), a_judge("J10"), a_judge("J01", "41")]
    assert eligible(people, cap=CAP, step=STEP) == eligible(people[::-1], cap=CAP, step=STEP)


room = st.decimals(0, 60, places=2)
judges = st.builds(
    Candidate,
    person=st.uuids().map(str),
    at_hand=room,
    monthly=st.decimals(0, 20, places=1),
    available=st.decimals(0, 1, places=2),
    divisions=st.none() | st.just(frozenset({"民一庭"})),
    aside=st.lists(st.sampled_from(sorted(REASONS)).map(Aside), max_size=1).map(tuple),
)


@given(
    st.lists(judges, max_size=8, unique_by=lambda judge: judge.person), st.sampled_from(["民一庭", "刑庭"])
)
def test_an_excluded_person_is_never_drawn_and_nobody_is_forgotten(people, division):
    lots = eligible(people, cap=CAP, step=STEP, division=division)
    out = {excluded.person for excluded in lots.excluded}
    held = {ticket.person for ticket in lots.tickets}
    assert not out & held
    assert out | held == {judge.person for judge in people}
    assert all(ticket.tickets >= 1 for ticket in lots.tickets)
    if held:
        drawn = {draw(seed=bytes(32), label=str(turn), tickets=lots.tickets).person for turn in range(20)}
        assert not drawn & out
