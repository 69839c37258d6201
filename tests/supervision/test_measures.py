"""Measures: what they demand, how often, what comes back, and that both sides have a clock."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from cases.models import Case, ProcedureEvent
from catalogues.models import Edition, Item
from catalogues.selectors import law_in_use, new_version
from supervision.flags import close_flags_of, revoke_flag
from supervision.measures import (
    answer_reply,
    decide_proposal,
    outcomes_of,
    reply_to_measure,
    take_measure,
    withdraw_measure,
)
from supervision.meetings import record_meeting
from supervision.models import Flag, LogEntry, Measure, Reply, Step

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)
BASIS = "法发〔2021〕30号第十条"


@pytest.fixture(autouse=True)
def on_a_monday(monday):
    """Every test lives on that day."""


def take(flag, by, code="M02", **said) -> Measure:
    words = {"content": "请报告案件进展", "basis": BASIS} | said
    return take_measure(flag=fresh(flag), code=code, by=by, at=timezone.now(), **words)


def fresh(flag) -> Flag:
    return Flag.objects.select_related("case").get(pk=flag.pk)


def reply(measure, by, content="已开庭，拟于下周评议", **said) -> Reply:
    return reply_to_measure(measure=measure, content=content, by=by, at=timezone.now(), **said)


def answer(measure, by, outcome="settle", content="已阅"):
    return answer_reply(measure=measure, content=content, outcome=outcome, by=by, at=timezone.now())


def deliberate(flag, on=date(2026, 5, 20)) -> None:
    ProcedureEvent.objects.create(case=flag.case, node="合议", on=on)


# --- taking ----------------------------------------------------------------------------------------------
def test_a_measure_has_time_person_basis_content_and_a_clock(confirmed_flag, division_head):
    measure = take(confirmed_flag, division_head)
    assert (measure.taken_by, measure.capacity) == (division_head, division_head.capacity())
    assert (measure.content, measure.basis, measure.mode) == ("请报告案件进展", BASIS, "process")
    assert measure.reply_due_on == date(2026, 6, 8)  # five working days after a Monday
    assert measure.edition == law_in_use().editions["supervision_measures"]


def test_the_first_measure_puts_the_flag_under_supervision_and_the_last_one_settled_takes_it_back(
    confirmed_flag, division_head, judge
):
    first, second = take(confirmed_flag, division_head), take(confirmed_flag, division_head, "M03")
    assert fresh(confirmed_flag).state == "MEASURES_ON"
    for measure, state in ((first, "MEASURES_ON"), (second, "CONFIRMED")):
        reply(measure, judge)
        answer(measure, division_head)
        assert fresh(confirmed_flag).state == state
    assert list(Step.objects.filter(flag=confirmed_flag).values_list("act", flat=True)) == ["begin", "settle"]


def test_every_step_is_in_the_trail_and_in_the_log(confirmed_flag, division_head, judge):
    measure = take(confirmed_flag, division_head)
    reply(measure, judge)
    answer(measure, division_head)
    acts = ["supervision.take_measure", "supervision.reply_to_measure", "supervision.answer_reply"]
    entries = Entry.objects.filter(act__in=acts, case_id=measure.case_id).order_by("id")
    assert [entry.act for entry in entries] == acts
    rows = LogEntry.objects.filter(measure_id=measure.pk).order_by("sequence")
    assert [row.act for row in rows] == acts
    assert (rows[0].basis, rows[0].reply_by, rows[0].measure_code) == (BASIS, date(2026, 6, 8), "M02")
    assert "请报告案件进展" in rows[0].content


def test_the_same_measure_twice_on_a_day_is_the_same_as_once(confirmed_flag, division_head):
    assert take(confirmed_flag, division_head) == take(confirmed_flag, division_head)
    assert take(confirmed_flag, division_head, content="请报告评议结果") != take(
        confirmed_flag, division_head
    )
    assert Measure.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"content": " "}, "请写明内容"),
        ({"basis": ""}, "请写明依据"),
        ({"content": "长" * 2001}, "内容不超过2000字"),
        ({"reply_by": MONDAY}, "答复期限应晚于今天"),
        ({"content": "必须支持原告的请求"}, "只能在专业法官会议"),
        ({"basis": "按我的意见"}, "只能在专业法官会议"),
        ({"content": "我认为应当认定借贷成立，请报告"}, "请再看一遍"),
    ],
)
def test_what_is_written_must_do(confirmed_flag, division_head, said, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        take(confirmed_flag, division_head, **said)
    assert refusal.value.status == 409
    assert not Measure.objects.exists()


def test_hints_are_taken_when_the_person_stands_by_them_and_orders_never(confirmed_flag, division_head):
    assert take(confirmed_flag, division_head, content="我认为事实不清，请报告", sure=True)
    with pytest.raises(Refused, match="只能在专业法官会议"):
        take(confirmed_flag, division_head, content="必须支持原告", sure=True)


def test_the_supervisor_may_set_the_day(confirmed_flag, division_head):
    assert take(confirmed_flag, division_head, reply_by=date(2026, 6, 20)).reply_due_on == date(2026, 6, 20)


@pytest.mark.parametrize("code", ["M01", "M09", "M10"])
def test_some_measures_want_a_reason(code, confirmed_flag, president, post, division):
    with pytest.raises(Refused, match="请写明理由"):
        take(
            confirmed_flag,
            president,
            code,
            judge=post("judge", division=division),
            parties_told_on=MONDAY,
        )


def test_a_measure_the_catalogue_does_not_list_is_nobodys(confirmed_flag, president):
    with pytest.raises(Refused, match="目录没有列出") as refusal:
        take(confirmed_flag, president, "M11")
    assert refusal.value.status == 403


# --- M01 -------------------------------------------------------------------------------------------------
def test_adjusting_the_assignment_changes_the_judge_with_reason_and_notice(
    confirmed_flag, division_head, post, division
):
    new = post("judge", "李法官", division=division)
    said = {"reason": "承办人长期病假", "judge": new}
    with pytest.raises(Refused, match="告知当事人"):
        take(confirmed_flag, division_head, "M01", **said)
    measure = take(confirmed_flag, division_head, "M01", parties_told_on=MONDAY, **said)
    case = Case.objects.get(pk=confirmed_flag.case_id)
    assert (case.judge, measure.parties_told_on) == (new, MONDAY)
    assert ProcedureEvent.objects.filter(case=case, node="变更承办人").exists()
    reply(measure, new, "已接收")


def test_the_new_judge_must_be_another_one_and_the_notice_not_lie_ahead(
    confirmed_flag, division_head, judge, post, division
):
    said = {"reason": "病假", "parties_told_on": MONDAY}
    with pytest.raises(Refused, match="请选择新的承办人"):
        take(confirmed_flag, division_head, "M01", **said)
    with pytest.raises(Refused, match="与现承办人相同"):
        take(confirmed_flag, division_head, "M01", judge=judge, **said)
    with pytest.raises(Refused, match="应不晚于今天"):
        late = said | {"parties_told_on": date(2026, 6, 2)}
        take(confirmed_flag, division_head, "M01", judge=post("judge", division=division), **late)


# --- M06 -------------------------------------------------------------------------------------------------
def test_reconsideration_wants_a_deliberation_on_record(confirmed_flag, division_head):
    with pytest.raises(Refused, match="没有评议记录") as refusal:
        take(confirmed_flag, division_head, "M06")
    assert refusal.value.status == 409
    deliberate(confirmed_flag)
    assert take(confirmed_flag, division_head, "M06").ordinal == 1


def test_a_deliberation_that_was_withdrawn_does_not_count(confirmed_flag, division_head, now):
    deliberate(confirmed_flag)
    ProcedureEvent.objects.update(withdrawn_at=now)
    with pytest.raises(Refused, match="没有评议记录"):
        take(confirmed_flag, division_head, "M06")


def test_a_third_reconsideration_is_refused_whoever_asks_and_under_whichever_flag(
    confirmed_flag, make_flag, division_head, president
):
    deliberate(confirmed_flag)
    other = make_flag(confirmed_flag.case, "A05", "CONFIRMED")
    take(confirmed_flag, division_head, "M06", content="请复议一")
    withdraw_measure(
        measure=take(other, president, "M06", content="请复议二"),
        reason="重复",
        by=president,
        at=timezone.now(),
    )
    with pytest.raises(Refused) as refusal:
        take(other, president, "M06", content="请复议三")
    assert refusal.value.status == 409
    assert "本案已两次要求复议" in refusal.value.sentence
    assert "下一步：提交专业法官会议或审判委员会" in refusal.value.sentence


@pytest.mark.parametrize(("most", "refused_at"), [(1, 2), (5, 3)])
def test_a_court_can_lower_the_number_and_not_raise_it(
    most, refused_at, confirmed_flag, division_head, president, court, now
):
    deliberate(confirmed_flag)
    lay_over(court, "reconsider_max", most, president, now)
    for nth in range(1, refused_at):
        take(confirmed_flag, division_head, "M06", content=f"请复议{nth}")
    with pytest.raises(Refused, match="不能再次要求复议"):
        take(confirmed_flag, division_head, "M06", content="再复议")


def lay_over(court, code: str, n: int, by, at) -> None:
    """A court's own setting of supervision (本院参数), in force."""
    version = {
        "effective_from": "2021-11-04", "dated_by": "practice", "n": n, "unit": "times", "basis": "本院规定",
        "confidence": "practice",
    }  # fmt: skip
    edition = Edition.objects.create(
        kind="supervision_settings",
        court=court,
        number=1,
        title="本院参数",
        drafted_at=at,
    )
    Item.objects.create(
        edition=edition, code=code, position=0, name=code, body={"name": code, "versions": [version]}
    )
    Edition.objects.filter(pk=edition.pk).update(
        status="published",
        published_by=by,
        published_at=at,
        content_hash="x",
        effective_from=date(2021, 11, 4),
    )
    new_version()


# --- proposals -------------------------------------------------------------------------------------------
def test_the_head_proposes_the_committee_and_the_vice_president_decides(
    confirmed_flag, division_head, vice_president
):
    measure = take(confirmed_flag, division_head, "M08", content="请讨论法律适用问题")
    assert (measure.state, measure.reply_due_on) == ("proposed", None)
    assert fresh(confirmed_flag).state == "CONFIRMED"
    with pytest.raises(Refused, match="不能决定自己的提请"):
        decide(measure, division_head)
    decide(measure, vice_president)
    measure.refresh_from_db()
    assert measure.state == "open" and fresh(confirmed_flag).state == "MEASURES_ON"
    said = measure.replies.get()
    assert (said.side, said.by, said.content) == ("supervisor", vice_president, "同意：属于法定情形")


def test_a_proposal_may_be_declined_with_a_reason(confirmed_flag, division_head, president):
    measure = take(confirmed_flag, division_head, "M08")
    with pytest.raises(Refused, match="请写明理由"):
        decide(measure, president, agree=False, reason="")
    decide(measure, president, agree=False, reason="先提交专业法官会议")
    measure.refresh_from_db()
    assert measure.state == "declined" and fresh(confirmed_flag).state == "CONFIRMED"
    with pytest.raises(Refused, match="已经决定"):
        decide(measure, president)


def test_the_presiding_judge_may_ask_for_a_meeting_and_the_head_decides(
    confirmed_flag, presiding, division_head, judge
):
    case = confirmed_flag.case
    case.presiding = presiding
    case.save()
    measure = take(confirmed_flag, presiding, "M07", content="法律适用有分歧，请讨论")
    assert measure.state == "proposed"
    with pytest.raises(Refused):
        decide(measure, judge)
    decide(measure, division_head)
    measure.refresh_from_db()
    assert measure.state == "open"


def decide(measure, by, agree=True, reason="属于法定情形"):
    return decide_proposal(measure=measure, agree=agree, reason=reason, by=by, at=timezone.now())


@pytest.mark.parametrize("ends", ["revoke", "close"])
def test_a_proposal_ends_with_its_flag(confirmed_flag, division_head, president, ends):
    measure, at = take(confirmed_flag, division_head, "M08"), timezone.now()
    if ends == "revoke":
        given = {"reason_code": "situation_over", "reason": "", "by": division_head, "at": at}
        revoke_flag(flag=fresh(confirmed_flag), **given)
    else:
        Case.objects.filter(pk=measure.case_id).update(closed_on=MONDAY)
        close_flags_of(case=measure.case, at=at)
    measure.refresh_from_db()
    assert (measure.state, measure.settled_at) == ("declined", at)
    assert "标识已终止" in LogEntry.objects.get(act="supervision.decide_proposal").content
    with pytest.raises(Refused, match="标识已终止") as refusal:
        decide(measure, president)
    assert refusal.value.status == 409


# --- nobody on both sides --------------------------------------------------------------------------------
def test_who_asked_and_joined_the_panel_neither_replies_nor_responds(
    confirmed_flag, division_head, judge, vice_president
):
    measure = take(confirmed_flag, division_head)
    Case.objects.filter(pk=confirmed_flag.case_id).update(presiding=division_head)
    measure = Measure.objects.get(pk=measure.pk)
    with pytest.raises(Refused, match="您采取了本措施"):
        reply(measure, division_head)
    reply(measure, judge)
    with pytest.raises(Refused, match="继任者"):
        answer(measure, division_head)
    assert answer(measure, vice_president).state == "settled"


def test_the_panel_that_asked_for_a_meeting_replies_and_another_responds(
    confirmed_flag, division_head, vice_president
):
    Case.objects.filter(pk=confirmed_flag.case_id).update(presiding=division_head)
    measure = take(confirmed_flag, division_head, "M07", content="请讨论法律适用问题")
    said = {"attendees": ["甲", "乙"], "minutes": "记录", "opinions": [("甲", "可以")]}
    record_meeting(measure=measure, held_on=MONDAY, by=division_head, at=timezone.now(), **said)
    reply(measure, division_head)
    with pytest.raises(Refused, match="继任者"):
        answer(measure, division_head)
    assert answer(measure, vice_president).state == "settled"


# --- replying --------------------------------------------------------------------------------------------
def test_a_reply_starts_the_supervisors_clock(confirmed_flag, division_head, judge):
    measure = take(confirmed_flag, division_head)
    reply(measure, judge)
    measure.refresh_from_db()
    assert (measure.state, measure.answer_due_on) == ("replied", date(2026, 6, 8))


def test_only_the_panel_replies(confirmed_flag, division_head, president, post, division):
    measure, case = take(confirmed_flag, division_head), confirmed_flag.case
    assistant, member = post("assistant", division=division), post("judge", division=division)
    case.assistant, case.members = assistant, [member.pk]
    case.save()
    for by in (assistant, division_head, president, post("judge", division=division)):
        with pytest.raises(Refused, match="审判组织成员"):
            reply(measure, by)
    assert reply(measure, member)


def test_a_reply_is_given_once_and_not_empty(confirmed_flag, division_head, judge):
    measure = take(confirmed_flag, division_head)
    with pytest.raises(Refused, match="请写明答复"):
        reply(measure, judge, " ")
    reply(measure, judge)
    with pytest.raises(Refused, match="不需要答复"):
        reply(measure, judge)


def test_the_panel_says_what_it_likes(confirmed_flag, division_head, judge):
    """Wording is watched in what supervisors write; the panel decides the case and may say how."""
    assert reply(take(confirmed_flag, division_head), judge, "合议庭认为应当判决驳回原告的请求")


PDF = b"%PDF-1.7 a report"


def test_a_file_is_kept_with_its_digest_under_a_name_that_tells_nothing(
    confirmed_flag, division_head, judge, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path)
    given = reply(
        take(confirmed_flag, division_head), judge, attachment=SimpleUploadedFile("审理报告.pdf", PDF)
    )
    assert given.attachment.read() == PDF
    assert given.attachment_name == "审理报告.pdf" and "审理报告" not in given.attachment.name
    row = LogEntry.objects.get(act="supervision.reply_to_measure")
    assert row.attachment_hash == given.attachment_hash and len(row.attachment_hash) == 64


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("报告.exe", b"MZ", "附件只收"),
        ("报告.pdf", b"MZ\x90\x00", "内容与扩展名不符"),
        ("报告.pdf", PDF + b" " * (20 * 1024 * 1024), "附件不超过 20 MB"),
    ],
)
def test_other_files_are_refused(confirmed_flag, division_head, judge, name, content, sentence):
    measure = take(confirmed_flag, division_head)
    with pytest.raises(Refused, match=sentence):
        reply(measure, judge, attachment=SimpleUploadedFile(name, content))
    assert not Reply.objects.exists()


# --- answering -------------------------------------------------------------------------------------------
def test_the_supervisor_settles_asks_again_or_has_the_reports_go_on(confirmed_flag, division_head, judge):
    measure = take(confirmed_flag, division_head)
    reply(measure, judge)
    answer(measure, division_head, "again", "请补充说明评议时间")
    measure.refresh_from_db()
    assert (measure.state, measure.reply_due_on, measure.answer_due_on) == ("open", date(2026, 6, 8), None)
    reply(measure, judge)
    answer(measure, division_head, "continue")
    measure.refresh_from_db()
    thirty = law_in_use().calendar(measure.case.court_id).add_workdays(MONDAY, 30)
    assert (measure.state, measure.reply_due_on) == ("open", thirty)
    assert fresh(confirmed_flag).state == "MEASURES_ON"
    reply(measure, judge)
    answer(measure, division_head)
    measure.refresh_from_db()
    assert measure.state == "settled" and measure.settled_at


def test_only_progress_reports_go_on(confirmed_flag, division_head, judge):
    measure = take(confirmed_flag, division_head, "M03")
    reply(measure, judge)
    assert outcomes_of(measure) == ("settle", "again")
    with pytest.raises(Refused, match="请选择办结、要求补充。"):
        answer(measure, division_head, "continue")


def test_who_answers(confirmed_flag, division_head, judge, vice_president, post, division, court):
    measure = take(confirmed_flag, division_head)
    reply(measure, judge)
    elsewhere = post("division_head", division=court.divisions.create(name="刑庭"))
    for by in (judge, elsewhere):
        with pytest.raises(Refused, match="继任者"):
            answer(measure, by)
    answer(measure, post("division_head", "新庭长", division=division))


def test_an_answer_is_watched_for_orders_too(confirmed_flag, division_head, judge):
    measure = take(confirmed_flag, division_head)
    reply(measure, judge)
    with pytest.raises(Refused, match="只能在专业法官会议"):
        answer(measure, division_head, content="应当判决驳回")


def test_nothing_is_answered_before_it_was_replied(confirmed_flag, division_head):
    with pytest.raises(Refused, match="没有待回应的答复"):
        answer(take(confirmed_flag, division_head), division_head)


def test_when_the_flag_has_ended_a_reply_can_only_be_settled(confirmed_flag, division_head, judge):
    measure = take(confirmed_flag, division_head)
    reply(measure, judge)
    Flag.objects.update(state="CLOSED")
    with pytest.raises(Refused, match="请选择办结"):
        answer(measure, division_head, "again")
    answer(measure, division_head)
    assert fresh(confirmed_flag).state == "CLOSED"


def test_what_the_court_above_was_asked_waits_for_no_panel(confirmed_flag, president, judge):
    measure = take(confirmed_flag, president, "M09", reason="重大法律适用问题")
    assert measure.reply_due_on is None
    with pytest.raises(Refused, match="等待上一级法院"):
        reply(measure, judge)
    answer(measure, president, content="上一级法院决定不提级，函号略")


# --- taking it back --------------------------------------------------------------------------------------
def test_who_took_it_may_withdraw_it_with_a_reason(confirmed_flag, division_head, president):
    measure = take(confirmed_flag, division_head)
    with pytest.raises(Refused, match="本人可以撤回"):
        withdraw_measure(measure=measure, reason="误发", by=president, at=timezone.now())
    with pytest.raises(Refused, match="请写明撤回的理由"):
        withdraw_measure(measure=measure, reason=" ", by=division_head, at=timezone.now())
    withdraw_measure(measure=measure, reason="误发", by=division_head, at=timezone.now())
    assert fresh(confirmed_flag).state == "CONFIRMED"
    with pytest.raises(Refused, match="不能撤回"):
        withdraw_measure(measure=measure, reason="误发", by=division_head, at=timezone.now())


def test_the_reason_for_taking_it_back_is_watched_for_orders_too(confirmed_flag, division_head):
    measure = take(confirmed_flag, division_head)
    with pytest.raises(Refused, match="只能在专业法官会议"):
        withdraw_measure(measure=measure, reason="应当判决驳回", by=division_head, at=timezone.now())


# --- two at once -----------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_reconsiderations_at_once_are_one_too_many(confirmed_flag, make_flag, division_head, president):
    """One is on record; the head and the president ask for the second in the same moment."""
    deliberate(confirmed_flag)
    other = make_flag(confirmed_flag.case, "A05", "CONFIRMED")
    take(confirmed_flag, division_head, "M06", content="请复议一")
    ready, outcomes = threading.Barrier(2), []

    def ask(flag, by) -> None:
        flag = fresh(flag)
        ready.wait(5)
        try:
            outcomes.append(take(flag, by, "M06", content="请复议二").ordinal)
        except Refused as refusal:
            outcomes.append(refusal.status)
        finally:
            connection.close()

    people = [(confirmed_flag, division_head), (other, president)]
    asking = [threading.Thread(target=ask, args=pair) for pair in people]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(20)
    assert sorted(outcomes) == [2, 409]
    assert sorted(Measure.objects.values_list("ordinal", flat=True)) == [1, 2]


def test_overdue_days_are_working_days_of_the_court(confirmed_flag, division_head):
    measure = take(confirmed_flag, division_head)
    assert measure.reply_due_on - MONDAY == timedelta(days=7)
