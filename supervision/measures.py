"""What a supervisor does under a live flag and what comes back (监督措施): take, decide, reply, answer, withdraw.

A measure asks and organises; it carries no opinion on the outcome and changes nothing the panel wrote. Both sides have a
clock, and neither is spared when it runs out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from audit import trail
from cases import services as cases
from cases.guard import locked
from cases.models import Case
from catalogues.selectors import law_in_use
from catalogues.supervision_law import MeasureRule
from courts.clock import today
from courts.models import Division, User
from supervision import log
from supervision.flags import follow_measures
from supervision.lifecycle import LIVE
from supervision.measure_files import Attached, attached
from supervision.measure_rules import (
    REASSIGN,
    REPORT,
    UPPER_COURT,
    answer_day,
    day_of,
    on_panel,
    problem_now,
    problem_of_wording,
    problem_of_words,
    reply_day,
    report_day,
    rule_of,
    taken_before,
    verdict_on,
    wants_reply,
)
from supervision.models import Flag, Measure, Reply
from supervision.powers import is_for_a_higher_body

TAKE, PROPOSE, DECIDE = (
    "supervision.take_measure",
    "supervision.propose_measure",
    "supervision.decide_proposal",
)
REPLY, ANSWER, WITHDRAW = (
    "supervision.reply_to_measure",
    "supervision.answer_reply",
    "supervision.withdraw_measure",
)
SETTLE, AGAIN, CONTINUE = "settle", "again", "continue"
UNDER_WAY = ("open", "replied")
REPLY_LENGTH = 4000


# --- taking ----------------------------------------------------------------------------------------------
@transaction.atomic
def take_measure(
    *,
    flag: Flag,
    code: str,
    content: str,
    basis: str,
    by: User,
    at: datetime,
    reason: str = "",
    reply_by: date | None = None,
    parties_told_on: date | None = None,
    judge: User | None = None,
    division: Division | None = None,
    sure: bool = False,
) -> Measure:
    """Take a measure under a live flag (采取监督措施), or propose it (提请) where another decides.

    ``sure``: the person saw what was pointed out in the wording and stands by it. ``judge`` is the new one of M01. The
    same again on the same day is the same as once.
    """
    case, flag = held(flag)
    rule = rule_of(code)
    verdict = verdict_on(by, flag, rule)
    if not verdict.ok:
        raise trail.Refused(verdict.why, act=TAKE, on=flag, by=by)
    words = {"content": content.strip(), "basis": basis.strip(), "reason": reason.strip()}
    if same := taken_today(flag, code, words["content"], by, at):
        return same
    days = {"parties_told_on": parties_told_on, "reply_by": reply_by}
    problem = problem_now(rule, case) or problem_of_words(rule, **words, **days, sure=sure)
    refuse_if(problem or problem_of_new_judge(code, case, judge), TAKE, flag, by)
    measure = Measure.objects.create(
        flag=flag,
        case=case,
        code=code,
        mode=rule.mode,
        ordinal=1 + taken_before(code, case),
        taken_by=by,
        capacity=by.capacity(),
        edition=law_in_use().editions.get("supervision_measures"),
        taken_at=at,
        state="proposed" if verdict.proposes else "open",
        parties_told_on=parties_told_on,
        reply_due_on=None if verdict.proposes else first_due(code, case, reply_by),
        **words,
    )
    if code == REASSIGN and judge is not None:
        given = {"judge": judge, "division": division, "reason": words["reason"], "on": today()}
        cases.reassign(case=case, by=by, at=at, **given)
    said = {"code": code, "ordinal": measure.ordinal, "reply_by": str(measure.reply_due_on or "")}
    record(
        PROPOSE if verdict.proposes else TAKE, measure, by=by, at=at, content=said_in(rule, words), after=said
    )
    follow_measures(flag=flag, by=by, at=at)
    return measure


def held(flag: Flag) -> tuple[Case, Flag]:
    """The case and its flag as they stand, held until the transaction ends: two who act at once take turns."""
    case = locked(flag.case)
    flag = Flag.objects.select_for_update(of=("self",)).select_related("rule", "court").get(pk=flag.pk)
    flag.case = case
    return case, flag


def taken_today(flag: Flag, code: str, content: str, by: User, at: datetime) -> Measure | None:
    alike = Measure.objects.filter(flag=flag, code=code, taken_by=by, content=content)
    open_ones = alike.filter(state__in=("proposed", "open"))
    return next((measure for measure in open_ones if day_of(measure.taken_at) == day_of(at)), None)


def problem_of_new_judge(code: str, case: Case, judge: User | None) -> str | None:
    if code != REASSIGN:
        return None
    if judge is None:
        return "请选择新的承办人。"
    return "新的承办人与现承办人相同，请另选。" if judge.pk == case.judge_id else None


def first_due(code: str, case: Case, reply_by: date | None) -> date | None:
    return (reply_by or reply_day(case)) if wants_reply(code) else None


def said_in(rule: MeasureRule, words: dict[str, str]) -> str:
    """What the log says of a measure: its name, its content and its reason."""
    reason = f"（理由：{words['reason']}）" if words["reason"] else ""
    return f"{rule.name}：{words['content']}{reason}"


# --- deciding a proposal ---------------------------------------------------------------------------------
@transaction.atomic
def decide_proposal(
    *, measure: Measure, agree: bool, reason: str, by: User, at: datetime, sure: bool = False
) -> Measure:
    """Decide what somebody proposed (决定提请): a meeting is called, or not, with a reason. Never one's own proposal."""
    measure = held_measure(measure)
    verdict = verdict_on(by, measure.flag, rule_of(measure.code))
    live = measure.flag.state in LIVE
    if by.pk == measure.taken_by_id:
        raise trail.Refused("不能决定自己的提请，请由有权的院领导决定。", act=DECIDE, on=measure, by=by)
    if live and (not verdict.ok or verdict.proposes):
        why = verdict.why or "您只能提请，不能决定；请由有权的院领导决定。"
        raise trail.Refused(why, act=DECIDE, on=measure, by=by)
    problem = None if live and measure.state == "proposed" else "本提请已经决定或者标识已终止，无须再办。"
    if not problem and not reason.strip():
        problem = "请写明理由。"
    refuse_if(problem or problem_of_wording([reason], sure=sure), DECIDE, measure, by)
    measure.state = "open" if agree else "declined"
    measure.settled_at = None if agree else at
    measure.save(update_fields=["state", "settled_at"])
    decided = f"{'同意' if agree else '不同意'}：{reason.strip()}"
    write_reply(measure, "supervisor", decided, by=by, at=at)
    record(DECIDE, measure, by=by, at=at, content=decided, after={"agreed": agree})
    follow_measures(flag=measure.flag, by=by, at=at)
    return measure


# --- the panel replies -----------------------------------------------------------------------------------
@transaction.atomic
def reply_to_measure(
    *, measure: Measure, content: str, by: User, at: datetime, attachment: UploadedFile | None = None
) -> Reply:
    """The panel's reply (答复), with a file if one likes. From now on the supervisor's clock runs."""
    measure = held_measure(measure)
    if why := why_no_reply(by, measure):
        raise trail.Refused(why, act=REPLY, on=measure, by=by)
    refuse_if(problem_of_reply(measure, content), REPLY, measure, by)
    file = attached(attachment)
    refuse_if(file.problem, REPLY, measure, by)
    reply = write_reply(measure, "panel", content.strip(), by=by, at=at, file=file)
    measure.state, measure.replied_at, measure.answer_due_on = "replied", at, answer_day(measure.case)
    measure.save(update_fields=["state", "replied_at", "answer_due_on"])
    record(
        REPLY, measure, by=by, at=at, content=content.strip(), attachment_hash=file.digest,
        after={"code": measure.code, "answer_by": str(measure.answer_due_on)},
    )  # fmt: skip
    return reply


def why_no_reply(user: User, measure: Measure) -> str:
    """Why this person may not reply, whatever the measure waits for; empty when they may."""
    if not on_panel(user, measure.case):
        return "只有本案审判组织成员可以答复监督措施。"
    if user.pk == measure.taken_by_id and not is_for_a_higher_body(rule_of(measure.code)):
        return "您采取了本措施，不能由您答复；请由审判组织其他成员答复，或者撤回。"
    return ""


def problem_of_reply(measure: Measure, content: str) -> str | None:
    if measure.state == "open" and measure.reply_due_on is None:
        if measure.code == UPPER_COURT:
            return "本措施等待上一级法院决定，无须合议庭答复。"
        return "会议记录尚未登记，请在登记后答复。"
    if measure.state != "open":
        return f"本措施现为“{measure.get_state_display()}”，不需要答复。"
    if not content.strip():
        return "请写明答复内容。"
    return (
        f"答复不超过{REPLY_LENGTH}字，请简述，或者附上文件。" if len(content.strip()) > REPLY_LENGTH else None
    )


# --- the supervisor answers ------------------------------------------------------------------------------
@transaction.atomic
def answer_reply(
    *, measure: Measure, content: str, outcome: str, by: User, at: datetime, sure: bool = False
) -> Measure:
    """The supervisor's response to the reply (回应): settle it, ask again, or (M02) have the reports go on.

    Whoever succeeds the supervisor in office may respond as well. What the court above was asked is settled so too.
    """
    measure = held_measure(measure)
    if not may_answer(by, measure):
        raise trail.Refused("只有采取本措施的院庭长或者其继任者可以回应。", act=ANSWER, on=measure, by=by)
    problem = problem_of_answer(measure, content, outcome)
    refuse_if(problem or problem_of_wording([content], sure=sure), ANSWER, measure, by)
    write_reply(measure, "supervisor", content.strip(), by=by, at=at)
    for name, value in OUTCOMES[outcome](measure, at).items():
        setattr(measure, name, value)
    measure.save(update_fields=["state", "reply_due_on", "replied_at", "answer_due_on", "settled_at"])
    due = {"reply_by": measure.reply_due_on} if measure.state == "open" else {}
    record(ANSWER, measure, by=by, at=at, content=content.strip(), after={"outcome": outcome}, **due)
    follow_measures(flag=measure.flag, by=by, at=at)
    return measure


def settled(measure: Measure, at: datetime) -> dict[str, Any]:
    return {"state": "settled", "settled_at": at, "answer_due_on": None}


def asked_again(measure: Measure, at: datetime) -> dict[str, Any]:
    return open_until(reply_day(measure.case))


def reports_go_on(measure: Measure, at: datetime) -> dict[str, Any]:
    return open_until(report_day(measure.case))


def open_until(day: date) -> dict[str, Any]:
    return {"state": "open", "reply_due_on": day, "replied_at": None, "answer_due_on": None}


OUTCOMES: dict[str, Callable[[Measure, datetime], dict[str, Any]]] = {
    SETTLE: settled,
    AGAIN: asked_again,
    CONTINUE: reports_go_on,
}


def may_answer(user: User, measure: Measure) -> bool:
    """Whoever took it, or another who could take it today; to a reply, nobody of the panel that gave it (不能监督自己)."""
    asked_by_panel = measure.state == "open" and is_for_a_higher_body(rule_of(measure.code))
    if on_panel(user, measure.case) and not asked_by_panel:
        return False
    if user.pk == measure.taken_by_id and not waits_for_another(measure):
        return True
    verdict = verdict_on(user, measure.flag, rule_of(measure.code))
    return verdict.ok and not verdict.proposes


def waits_for_another(measure: Measure) -> bool:
    """Proposed by one who cannot decide: the response is for those who can."""
    verdict = verdict_on(measure.taken_by, measure.flag, rule_of(measure.code))
    return verdict.ok and verdict.proposes


def problem_of_answer(measure: Measure, content: str, outcome: str) -> str | None:
    waits_above = measure.code == UPPER_COURT and measure.state == "open"
    if measure.state != "replied" and not waits_above:
        return f"本措施现为“{measure.get_state_display()}”，没有待回应的答复。"
    if outcome not in outcomes_of(measure):
        return "请选择办结、要求补充" + ("，或者继续定期报告。" if measure.code == REPORT else "。")
    if not content.strip():
        return "请写明回应内容。"
    return f"回应不超过{REPLY_LENGTH}字，请简述。" if len(content.strip()) > REPLY_LENGTH else None


def outcomes_of(measure: Measure) -> tuple[str, ...]:
    """What the supervisor may choose: an ended supervision or one without a reply can only be settled."""
    if measure.flag.state not in LIVE or measure.code == UPPER_COURT:
        return (SETTLE,)
    return (SETTLE, AGAIN, CONTINUE) if measure.code == REPORT else (SETTLE, AGAIN)


# --- taking it back --------------------------------------------------------------------------------------
@transaction.atomic
def withdraw_measure(*, measure: Measure, reason: str, by: User, at: datetime, sure: bool = False) -> Measure:
    """Take a measure back with a reason (撤回措施). It stays on record, and a 复议 that was asked for stays counted."""
    measure = held_measure(measure)
    if by.pk != measure.taken_by_id:
        raise trail.Refused("只有采取本措施的本人可以撤回。", act=WITHDRAW, on=measure, by=by)
    problem = None
    if measure.state not in ("proposed", *UNDER_WAY):
        problem = f"本措施现为“{measure.get_state_display()}”，不能撤回。"
    elif not 0 < len(reason.strip()) <= 500:
        problem = "请写明撤回的理由，不超过500字。"
    refuse_if(problem or problem_of_wording([reason], sure=sure), WITHDRAW, measure, by)
    measure.state, measure.settled_at = "withdrawn", at
    measure.save(update_fields=["state", "settled_at"])
    record(WITHDRAW, measure, by=by, at=at, content=reason.strip(), after={"code": measure.code})
    follow_measures(flag=measure.flag, by=by, at=at)
    return measure


# --- shared ----------------------------------------------------------------------------------------------
def held_measure(measure: Measure) -> Measure:
    case, flag = held(measure.flag)
    found = Measure.objects.select_for_update(of=("self",)).select_related("taken_by").get(pk=measure.pk)
    found.flag, found.case = flag, case
    return found


def refuse_if(problem: str | None, act: str, on: Flag | Measure, by: User) -> None:
    if problem:
        raise trail.Refused(problem, act=act, on=on, by=by, status=409)


def write_reply(
    measure: Measure, side: str, content: str, *, by: User, at: datetime, file: Attached | None = None
) -> Reply:
    kept = file.kept() if file else {}
    return Reply.objects.create(
        measure=measure, side=side, by=by, capacity=by.capacity(), at=at, content=content, **kept
    )


def record(
    act: str, measure: Measure, *, by: User, at: datetime, content: str, after: Any, **logged: Any
) -> None:
    """One entry of the trail and one row of the supervision log, in the transaction of the act."""
    trail.record(act, on=measure, by=by, at=at, because=content, after=after, secret=measure.flag.secret)
    log.write(
        case=measure.case, act=act, by=by, at=at, measure=measure, content=content, basis=measure.basis,
        **({"reply_by": measure.reply_due_on} | logged),
    )  # fmt: skip
