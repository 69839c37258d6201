"""What people do to a flag: who may, what it needs, what it leaves behind, and what it starts."""

import itertools
from datetime import date

import pytest
from django.db import transaction
from django.http import Http404

from audit.models import Entry
from audit.trail import Refused
from cases.models import Change
from courts.models import Court, Division
from courts.roles import Role
from supervision import flags
from supervision.flag_moves import may_act
from supervision.lifecycle import ACTS, State, is_for, problem_now, reasons_for
from supervision.models import CaseFacts, Flag, LogEntry, Measure, Step

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_a_monday(monday):
    return monday


def act_on(flag, act, by, now):
    """The service of an act, with all it wants."""
    code = reasons_for(act)[0].code if ACTS[act].reason == "code" else ""
    coded = {"reason_code": code, "reason": "理由如下"}
    calls = {
        "confirm": lambda: flags.confirm_flag(flag=flag, by=by, at=now),
        "reject": lambda: flags.reject_flag(flag=flag, by=by, at=now, **coded),
        "dispute": lambda: flags.dispute_flag(flag=flag, by=by, at=now, **coded),
        "uphold": lambda: flags.decide_dispute(flag=flag, upheld=True, reason="属于", by=by, at=now),
        "overturn": lambda: flags.decide_dispute(flag=flag, upheld=False, by=by, at=now, **coded),
        "revoke": lambda: flags.revoke_flag(flag=flag, by=by, at=now, **coded),
        "verify": lambda: flags.verify_complaint(flag=flag, reason="经查属实", by=by, at=now),
        "dismiss": lambda: flags.dismiss_complaint(flag=flag, by=by, at=now, **coded),
    }
    return calls[act]()


# --- every cell, through the services ---------------------------------------------------------------------
SERVED = ("confirm", "reject", "dispute", "uphold", "overturn", "revoke", "verify", "dismiss")


@pytest.fixture
def everybody(post, division, court):
    """One person a role, each as close to the case as the role allows."""
    placed = {Role.VICE_PRESIDENT, Role.DIVISION_HEAD, Role.PRESIDING, Role.JUDGE, Role.ASSISTANT, Role.CLERK}
    return {role: post(role.value, division=division if role in placed else None) for role in Role}


@pytest.mark.parametrize("act", SERVED)
def test_a_service_does_what_the_table_allows_and_refuses_the_rest(act, everybody, make_flag, file_case, now):
    seated = {
        "judge": everybody[Role.JUDGE],
        "presiding": everybody[Role.PRESIDING],
        "assistant": everybody[Role.ASSISTANT],
    }
    wrong = []
    for state, secret in itertools.product(State, (False, True)):
        flag = make_flag(file_case(**seated), "D01" if secret else "B01", state, secret=secret)
        for role, person in everybody.items():
            stands = {"state": state, "level": flag.level, "secret": secret}
            wanted = problem_now(act, state, secret=secret, level=flag.level) is None and is_for(
                role, act, **stands
            )
            try:
                with transaction.atomic():
                    act_on(flag, act, person, now)
                    transaction.set_rollback(True)
                done = True
            except (Refused, Http404):
                done = False
            if done is not wanted:
                wrong.append((state, secret, role, done))
    assert not wrong


# --- seeing comes first --------------------------------------------------------------------------------------
def test_a_flag_one_may_not_see_is_answered_like_one_there_is_not(
    make_flag, outsider, judge, division_head, now
):
    secret = make_flag(code="D01", secret=True)
    gone = Flag(pk=7, court=secret.court)
    for flag, by in [
        (secret, judge),
        (secret, division_head),
        (make_flag(), outsider),
        (gone, division_head),
    ]:
        with pytest.raises(Http404, match="没有这一标识"):
            flags.confirm_flag(flag=flag, by=by, at=now)


def test_the_head_of_another_division_may_not_although_of_the_same_court(make_flag, post, court, now):
    other = post("division_head", division=Division.objects.create(court=court, name="刑一庭"))
    with pytest.raises(Http404):
        flags.confirm_flag(flag=make_flag(), by=other, at=now)


def test_who_reads_the_case_and_decides_nothing_is_refused_with_the_name_of_who_does(
    make_flag, trial_office, now
):
    with pytest.raises(Refused, match="此项由庭长或者分管院领导办理") as refused:
        flags.confirm_flag(flag=make_flag(), by=trial_office, at=now)
    assert refused.value.status == 403


def test_what_is_not_possible_now_is_409(make_flag, division_head, now):
    with pytest.raises(Refused, match="本标识现为“不予确认”") as refused:
        flags.confirm_flag(flag=make_flag(state="REJECTED"), by=division_head, at=now)
    assert refused.value.status == 409


def test_two_who_decide_at_once_decide_once(make_flag, division_head, president, now):
    flag = make_flag()
    flags.confirm_flag(flag=flag, by=division_head, at=now)
    with pytest.raises(Refused, match="本标识现为“已确认”"):
        flags.reject_flag(flag=flag, reason_code="data_wrong", reason="", by=president, at=now)


# --- decided ---------------------------------------------------------------------------------------------------
def test_a_confirmation_starts_the_supervisors_own_clock(make_flag, division_head, now):
    flag = flags.confirm_flag(flag=make_flag(due_on=date(2026, 6, 4)), by=division_head, at=now)
    assert (flag.state, flag.due_on, flag.decided_by, flag.confirmed_at) == (
        "CONFIRMED",
        None,
        division_head,
        now,
    )
    assert flag.first_measure_due_on == date(2026, 6, 15)  # ten working days on


def test_a_case_closed_meanwhile_wants_no_measure(make_flag, file_case, division_head, now):
    flag = make_flag(file_case(closed_on=date(2026, 5, 29)))
    assert flags.confirm_flag(flag=flag, by=division_head, at=now).first_measure_due_on is None


def test_a_rejection_keeps_its_coded_reason_and_wants_one(make_flag, division_head, now):
    flag = make_flag()
    with pytest.raises(Refused, match="请选择理由"):
        flags.reject_flag(flag=flag, reason_code="", reason="不属于", by=division_head, at=now)
    flag = flags.reject_flag(flag=flag, reason_code="data_wrong", reason="人数录错", by=division_head, at=now)
    assert (flag.state, flag.reason_code, flag.reason) == ("REJECTED", "data_wrong", "人数录错")
    assert flag.ended_at == now


def test_the_panel_disputes_and_the_president_alone_decides(make_flag, judge, division_head, president, now):
    flag = make_flag()
    flag = flags.dispute_flag(flag=flag, reason_code="facts_disputed", reason="实为九人", by=judge, at=now)
    assert (flag.state, flag.level, flag.due_on) == ("DISPUTED", 2, date(2026, 6, 8))
    with pytest.raises(Refused, match="此项由院长办理"):
        flags.decide_dispute(flag=flag, upheld=True, reason="属于", by=division_head, at=now)
    flag = flags.decide_dispute(flag=flag, upheld=True, reason="十二人，属于", by=president, at=now)
    assert (flag.state, flag.decided_by) == ("CONFIRMED", president)


def test_what_was_disputed_is_revoked_by_the_president_alone(make_flag, judge, division_head, president, now):
    flag = make_flag()
    flags.dispute_flag(flag=flag, reason_code="facts_disputed", reason="实为九人", by=judge, at=now)
    flags.decide_dispute(flag=flag, upheld=True, reason="属于", by=president, at=now)
    with pytest.raises(Refused, match="此项由院长办理"):
        flags.revoke_flag(flag=flag, reason_code="situation_over", reason="", by=division_head, at=now)
    assert not may_act(division_head, "revoke", Flag.objects.get())
    assert (
        flags.revoke_flag(flag=flag, reason_code="situation_over", reason="", by=president, at=now).state
        == "REVOKED"
    )


def test_a_judge_who_does_not_sit_on_the_case_disputes_nothing(make_flag, post, division, file_case, now):
    another = post("judge", "别的法官", division=division)
    with pytest.raises(Http404):
        flags.dispute_flag(flag=make_flag(), reason_code="needless", reason="无必要", by=another, at=now)


def test_an_act_leaves_a_step_a_log_row_an_entry_and_a_mark_for_the_recomputation(
    make_flag, division_head, now
):
    flag = make_flag()
    flags.reject_flag(flag=flag, reason_code="data_wrong", reason="人数录错", by=division_head, at=now)
    step = Step.objects.get()
    assert (step.act, step.from_state, step.to_state, step.by) == (
        "reject",
        "PROPOSED",
        "REJECTED",
        division_head,
    )
    assert (step.reason_code, step.reason, step.capacity) == (
        "data_wrong",
        "人数录错",
        division_head.capacity(),
    )
    row = LogEntry.objects.get()
    assert (row.act, row.person, row.flag_code) == ("supervision.reject_flag", "吴庭长", "B01")
    assert row.content == "所据数据有误，事实不符：人数录错"
    entry = Entry.objects.get(act="supervision.reject_flag")
    assert (entry.before, entry.after["state"], entry.secret) == ({"state": "PROPOSED"}, "REJECTED", False)
    assert Change.objects.filter(case_id=flag.case_id).exists()


# --- raised by people ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "how", "act"),
    [
        ("judge", "panel", "supervision.raise_flag"),
        ("division_head", "supervisor", "supervision.raise_flag"),
        ("president", "supervisor", "supervision.raise_flag"),
        ("trial_office", "office", "supervision.prompt_flag"),
    ],
)
def test_who_raises_a_flag_only_proposes_it(request, file_case, now, who, how, act):
    person = request.getfixturevalue(who)
    flag = flags.raise_flag(case=file_case(), code="A04", reason="有指导意义", by=person, at=now)
    assert (flag.state, flag.how, flag.raised_by) == ("PROPOSED", how, person)
    assert flag.due_on == date(2026, 6, 4)
    assert Entry.objects.get(act=act).because == "具有普遍法律适用指导意义；有指导意义"
    assert Step.objects.get().from_state == ""


def test_the_filing_desk_raises_before_a_judge_is_named_and_not_after(file_case, filing, now):
    flag = flags.raise_flag(case=file_case(judge=None), code="A08", reason="标的巨大", by=filing, at=now)
    assert flag.how == "filing"
    with pytest.raises(Http404):
        flags.raise_flag(case=file_case(), code="A08", reason="标的巨大", by=filing, at=now)


def test_the_evidence_of_that_moment_is_frozen_and_whether_the_rule_hit(file_case, judge, now):
    case = file_case()
    CaseFacts.objects.create(
        case=case, court_id=case.court_id, as_of=date(2026, 6, 1), case_type="civil", same_side_max=4
    )
    flag = flags.raise_flag(case=case, code="B01", reason="另有共同原告", by=judge, at=now)
    assert flag.evidence == {"case_type": "civil", "same_side_max": 4}
    assert (flag.params, flag.holds) == ({"group_party_n": 10}, False)


def test_raising_what_is_already_open_answers_with_the_open_one(make_flag, judge, now):
    flag = make_flag()
    again = flags.raise_flag(case=flag.case, code="B01", reason="人数众多", by=judge, at=now)
    assert again == flag
    assert not Step.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code", "reason", "words"),
    [
        ({}, "Z99", "人数众多", "没有施行这一情形"),
        ({}, "D01", "有人反映", "没有施行这一情形"),
        ({"closed_on": date(2026, 5, 8)}, "B01", "人数众多", "已经结案"),
        ({}, "B01", " ", "请写明理由"),
    ],
)
def test_what_cannot_be_raised_is_said_in_one_sentence(file_case, judge, now, fields, code, reason, words):
    with pytest.raises(Refused, match=words):
        flags.raise_flag(case=file_case(**fields), code=code, reason=reason, by=judge, at=now)


def test_a_clerk_sees_the_case_and_raises_nothing(file_case, post, division, now):
    clerk = post("clerk", division=division)
    with pytest.raises(Refused, match="不在您的职责范围"):
        flags.raise_flag(case=file_case(clerk=clerk), code="B01", reason="人数众多", by=clerk, at=now)


# --- complaints -------------------------------------------------------------------------------------------------------
def test_once_verified_the_panel_and_the_division_see_it_and_the_division_has_its_days(
    make_flag, discipline, judge, division_head, now
):
    flag = make_flag(code="D01", secret=True, due_on=date(2026, 5, 28))
    assert not Flag.objects.visible_to(judge).exists()
    flag = flags.verify_complaint(flag=flag, reason="经查属实", by=discipline, at=now)
    assert (flag.secret, flag.born_secret, flag.verified_by) == (False, True, discipline)
    assert flag.due_on == date(2026, 6, 4)
    assert Flag.objects.visible_to(judge).get() == flag
    assert Step.objects.visible_to(division_head).get().act == "verify"
    assert LogEntry.objects.get().stream == "open"
    flags.confirm_flag(flag=flag, by=division_head, at=now)


def test_a_complaint_that_does_not_hold_ends_and_stays_secret(make_flag, discipline, judge, now):
    flag = make_flag(code="D01", secret=True)
    flag = flags.dismiss_complaint(flag=flag, reason_code="unfounded", reason="", by=discipline, at=now)
    assert (flag.state, flag.secret) == ("REJECTED", True)
    assert not Flag.objects.visible_to(judge).exists()
    assert Entry.objects.get(act="supervision.dismiss_complaint").secret
    assert LogEntry.objects.get().stream == "secret"


def test_a_complaint_nobody_decided_in_time_is_still_dismissed(
    make_flag, file_case, discipline, president, now
):
    flag = make_flag(file_case(presiding=president), "D01", "EXPIRED", secret=True, level=2)
    flag = flags.dismiss_complaint(flag=flag, reason_code="unfounded", reason="", by=discipline, at=now)
    assert flag.state == "REJECTED"


def test_discipline_of_the_court_the_case_is_at_now_verifies(make_flag, file_case, discipline, now):
    flag = make_flag(file_case(), "D01", secret=True, court=Court.objects.get(code="川1503"))
    assert not flags.verify_complaint(flag=flag, reason="属实", by=discipline, at=now).secret


def test_discipline_verifies_for_a_court_nobody_recognised(make_flag, file_case, court, discipline, now):
    stray = Court.objects.create(
        code="川1599", name="川1599（未识别）", level=4, parent=court, recognised=False
    )
    flag = make_flag(file_case(court=stray), "D01", secret=True)
    assert not flags.verify_complaint(flag=flag, reason="属实", by=discipline, at=now).secret


def test_sealing_a_case_buries_no_complaint_about_it(make_flag, file_case, discipline, president, now):
    flag = make_flag(file_case(sealed="juvenile"), "D01", secret=True)
    assert not Flag.objects.visible_to(president).exists()
    assert not flags.verify_complaint(flag=flag, reason="属实", by=discipline, at=now).secret


def test_discipline_of_another_court_knows_nothing_of_it(make_flag, post, now):
    abroad = post("discipline", at=Court.objects.get(code="川1503"))
    with pytest.raises(Http404):
        flags.verify_complaint(flag=make_flag(code="D01", secret=True), reason="属实", by=abroad, at=now)


def test_the_clock_for_a_first_measure_waits_until_a_complaint_is_verified(
    make_flag, discipline, president, now
):
    flag = flags.confirm_flag(flag=make_flag(code="D01", secret=True), by=president, at=now)
    assert flag.first_measure_due_on is None
    flag = flags.verify_complaint(flag=flag, reason="属实", by=discipline, at=now)
    assert flag.first_measure_due_on == date(2026, 6, 15)


# --- under supervision ----------------------------------------------------------------------------------------------
def test_the_state_follows_the_measures(confirmed_flag, division_head, now):
    measure = Measure.objects.create(
        flag=confirmed_flag, case=confirmed_flag.case, code="M02", mode="process", taken_by=division_head,
        capacity="庭长", basis="第十条", content="报告进展", taken_at=now,
    )  # fmt: skip
    assert flags.follow_measures(flag=confirmed_flag, by=division_head, at=now).state == "MEASURES_ON"
    assert flags.follow_measures(flag=confirmed_flag, by=division_head, at=now).state == "MEASURES_ON"
    Measure.objects.filter(pk=measure.pk).update(state="settled")
    assert flags.follow_measures(flag=confirmed_flag, by=division_head, at=now).state == "CONFIRMED"
    assert set(Step.objects.values_list("act", flat=True)) == {"begin", "settle"}


def test_flags_of_an_open_case_do_not_close(confirmed_flag, now):
    assert flags.close_flags_of(case=confirmed_flag.case, at=now) == []


# --- nobody in their own cause ----------------------------------------------------------------------------------
def test_who_tries_the_case_confirms_its_flag_and_does_not_reject_or_revoke_it(
    make_flag, file_case, division_head, now
):
    flag = make_flag(file_case(presiding=division_head))
    with pytest.raises(Refused, match="您是本案审判组织成员"):
        flags.reject_flag(flag=flag, reason_code="data_wrong", reason="", by=division_head, at=now)
    flags.confirm_flag(flag=flag, by=division_head, at=now)
    with pytest.raises(Refused, match="您是本案审判组织成员"):
        flags.revoke_flag(flag=flag, reason_code="situation_over", reason="", by=division_head, at=now)


def test_the_president_decides_what_nobody_else_may_even_on_the_own_case(
    make_flag, file_case, president, now
):
    flag = make_flag(file_case(members=[president.pk]), state="DISPUTED", level=2)
    flag = flags.decide_dispute(
        flag=flag, upheld=False, reason_code="data_wrong", reason="", by=president, at=now
    )
    assert flag.state == "REJECTED"
