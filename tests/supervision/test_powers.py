"""Every cell of role × measure × state of the flag, through the real service, against what the duty lists say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone

from audit.trail import Refused
from cases.models import ProcedureEvent
from catalogues.selectors import law_in_use
from courts.models import Posting
from courts.roles import ROLE_CHOICES, Role
from supervision.measures import take_measure
from supervision.models import Delegation, Flag
from supervision.models.flags import STATES
from supervision.powers import WORDS, allowed, heads, power_of, table

pytestmark = pytest.mark.django_db
ROLES = [code for code, _name in ROLE_CHOICES]
MEASURES = [f"M{place:02}" for place in range(1, 11)]

#: Written out by hand from the duty lists (职责清单): who takes, and who only proposes. Nobody else, and nothing else.
TAKES = {
    "president": {"M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08", "M09", "M10"},
    "vice_president": {"M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08"},
    "ac_member": {"M02", "M03", "M04", "M05"},  # where the president delegated the case
    "division_head": {"M01", "M02", "M03", "M04", "M05", "M06", "M07"},
}
PROPOSES = {"division_head": {"M08"}, "presiding": {"M07", "M08"}}
LIVE = {"CONFIRMED", "MEASURES_ON"}


def expected(role: str, code: str, state: str) -> str:
    if state not in LIVE:
        return "refused"
    if code in TAKES.get(role, set()):
        return "open"
    return "proposed" if code in PROPOSES.get(role, set()) else "refused"


def test_the_whole_house_is_walked():
    assert (len(ROLES), len(MEASURES), len(STATES)) == (16, 10, 8)
    assert sorted(law_in_use().measures) == MEASURES


@pytest.mark.parametrize("role", ROLES)
def test_every_measure_in_every_state_is_as_the_duty_lists_say(
    role, monday, file_case, make_flag, post, division, judge
):
    """80 cells of a role that stands as near to the case as its post allows."""
    person = post(role, division=division)
    case = file_case(members=[person.pk] if role in ("judge", "presiding", "ac_member") else [])
    if role == "ac_member":  # a panel member supervises nothing: a delegated one sits elsewhere
        case.members = []
        case.save(update_fields=["members"])
        Delegation.objects.create(
            case=case, person=person, reason="委托", delegated_by=judge, delegated_at=timezone.now()
        )
    ProcedureEvent.objects.create(case=case, node="合议", on=date(2026, 5, 20))
    flag = make_flag(case, state="CONFIRMED")
    other = post("judge", division=division)
    wrong = []
    for state, _name in STATES:
        Flag.objects.filter(pk=flag.pk).update(state=state, reason_code="data_wrong")
        for code in MEASURES:
            got = outcome(person, flag, code, other)
            if got != expected(role, code, state):
                wrong.append((role, code, state, got))
    assert not wrong


def outcome(person, flag, code, other) -> str:
    """What taking the measure comes to; everything rolled back."""
    with transaction.atomic():
        try:
            measure = take_measure(
                flag=Flag.objects.select_related("case").get(pk=flag.pk),
                code=code, content="请报告案件进展", basis="法发〔2021〕30号第十条", reason="案件重大", by=person,
                at=timezone.now(), judge=other, parties_told_on=date(2026, 6, 1),
            )  # fmt: skip
        except Refused as refusal:
            assert refusal.status == 403, refusal.sentence
            assert refusal.sentence.endswith("。")
            return "refused"
        transaction.set_rollback(True)
        return measure.state


# --- remit -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["vice_president", "division_head"])
def test_the_post_of_another_division_has_no_power_here(role, confirmed_flag, post, court):
    other = court.divisions.create(name="刑事审判庭")
    with pytest.raises(Refused, match="不在您的职责范围内") as refusal:
        take(post(role, division=other), confirmed_flag)
    assert refusal.value.status == 403


def test_the_president_of_another_court_has_no_power_here(confirmed_flag, outsider):
    with pytest.raises(Refused, match="不在您的职责范围内"):
        take(outsider, confirmed_flag)


def test_a_post_that_has_ended_has_no_power_any_more(confirmed_flag, division_head):
    Posting.objects.filter(user=division_head).update(ends_on=date(2026, 1, 1))
    with pytest.raises(Refused, match="院长、副院长、庭长"):
        take(division_head, confirmed_flag)


def test_a_member_of_the_committee_needs_a_delegation_of_this_case(
    confirmed_flag, file_case, post, judge, now
):
    member = post("ac_member")
    Delegation.objects.create(
        case=file_case(), person=member, reason="他案", delegated_by=judge, delegated_at=now
    )
    with pytest.raises(Refused, match="没有委托您监督"):
        take(member, confirmed_flag)
    ended = Delegation.objects.create(
        case=confirmed_flag.case,
        person=member,
        reason="本案",
        delegated_by=judge,
        delegated_at=now,
        ended_at=now,
    )
    with pytest.raises(Refused, match="没有委托您监督"):
        take(member, confirmed_flag)
    Delegation.objects.filter(pk=ended.pk).update(ended_at=None)
    assert take(member, confirmed_flag).state == "open"


def test_the_best_of_several_posts_counts(confirmed_flag, division_head, court):
    Posting.objects.create(user=division_head, court=court, role="president", starts_on=date(2020, 1, 1))
    assert take(division_head, confirmed_flag, "M08").state == "open"


# --- one's own panel -------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", ["M02", "M03", "M04", "M05", "M06"])
def test_a_head_on_the_panel_does_not_supervise_it(code, confirmed_flag, division_head):
    case = confirmed_flag.case
    case.presiding = division_head
    case.save()
    ProcedureEvent.objects.create(case=case, node="合议", on=date(2026, 5, 20))
    with pytest.raises(Refused, match="合议庭成员") as refusal:
        take(division_head, confirmed_flag, code)
    assert refusal.value.status == 403


def test_a_head_on_the_panel_may_ask_for_a_meeting(confirmed_flag, division_head):
    case = confirmed_flag.case
    case.presiding = division_head
    case.save()
    assert take(division_head, confirmed_flag, "M07").state == "open"


def test_a_flag_nobody_verified_carries_no_measure(make_flag, president):
    flag = make_flag(code="D01", state="CONFIRMED", secret=True)
    with pytest.raises(Refused, match="尚未核实"):
        take(president, flag)


def take(person, flag, code="M02"):
    return take_measure(
        flag=flag, code=code, content="请报告案件进展", basis="法发〔2021〕30号第十条", by=person, at=timezone.now(),
        reason="案件重大",
    )  # fmt: skip


# --- the table one prints --------------------------------------------------------------------------------
def test_the_table_says_what_the_service_does():
    measures = law_in_use().measures
    rows, roles = table(measures), heads(measures)
    assert [str(role) for role in roles] == [
        "president",
        "vice_president",
        "ac_member",
        "division_head",
        "presiding",
    ]
    said = {
        (row.measure.code, role): cell for row in rows for role, cell in zip(roles, row.cells, strict=True)
    }
    for (code, role), cell in said.items():
        takes = code in TAKES.get(role, set())
        proposes = code in PROPOSES.get(role, set())
        right = (
            WORDS["delegated"]
            if role == "ac_member" and takes
            else "可以采取"
            if takes
            else "提请"
            if proposes
            else "—"
        )
        assert cell == right, (code, role)


def test_the_four_ways_of_supervision_are_named():
    ways = {row.measure.code: row.way for row in table(law_in_use().measures)}
    assert ways["M02"] == ways["M04"] == ways["M05"] == "过程监管"
    assert ways["M03"] == "类案监管"
    assert ways["M07"] == ways["M08"] == "会议监管"
    assert ways["M01"] == ways["M06"] == ways["M09"] == "组织监管"


def test_a_role_without_the_permission_gets_no_power_from_the_catalogue():
    """However a catalogue is edited: the permission stands in front of it."""
    widened = replace(law_in_use().measures["M02"], roles=("judge", "clerk", "trial_office"))
    for role in (Role.JUDGE, Role.CLERK, Role.TRIAL_OFFICE):
        assert power_of(role, widened) == "never"
        assert not allowed(role, widened, "CONFIRMED", in_remit=True, secret=False).ok


def test_every_no_says_who_may_instead():
    verdict = allowed(Role.JUDGE, law_in_use().measures["M09"], "CONFIRMED", in_remit=True, secret=False)
    assert "承办法官不能采取" in verdict.why and "由院长采取" in verdict.why
