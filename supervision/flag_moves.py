"""One step in the life of a flag, whoever takes it: the state, the step, the log, the trail and the outbox together."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404

from audit import trail
from cases.guard import locked, reaches
from cases.marks import mark_four_category, unmark_four_category
from cases.models import Case, Change
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Posting, User
from courts.roles import Role
from supervision import log
from supervision.lifecycle import (
    ACTS,
    DECISIONS,
    HIGHEST,
    LIVE,
    OPEN,
    REASONS,
    UNBORN,
    UNDECIDED,
    State,
    is_for,
    problem_now,
    problem_of_reason,
    wanted_rank,
    who_decides,
)
from supervision.models import Flag, Measure, Step

UNKNOWN = "没有这一标识，或者您无权查看"
NOT_YOURS = "您的职务没有此项权限，或者本案不在您的职责范围内；此项由{}办理"
OWN_CAUSE = (
    "您是本案审判组织成员，不能否定或撤销本案的标识；请由其他有权的院庭长决定，或者对待确认的标识提出异议"
)
#: What the trail and the log call each act.
TRAIL = {
    "propose": "supervision.propose_flag", "raise": "supervision.raise_flag", "confirm": "supervision.confirm_flag",
    "reject": "supervision.reject_flag", "dispute": "supervision.dispute_flag", "uphold": "supervision.decide_dispute",
    "overturn": "supervision.decide_dispute", "revoke": "supervision.revoke_flag", "verify": "supervision.verify_complaint",
    "dismiss": "supervision.dismiss_complaint", "expire": "supervision.expire_flag", "rise": "supervision.expire_flag",
    "overdue": "supervision.expire_dispute", "close": "supervision.close_flag", "begin": "supervision.begin_measures",
    "settle": "supervision.settle_measures", "adjust": "supervision.adjust_panel", "evidence": "supervision.add_evidence",
    "lapse": "supervision.follow_flag", "hit_again": "supervision.follow_flag",
    "untick": "supervision.untick_flag",
}  # fmt: skip


def held(flag: Flag, by: User) -> Flag:
    """The flag as it stands, held until the transaction ends. One this person may not see is one there is not."""
    seen = Flag.objects.visible_to(by).filter(pk=flag.pk).values_list("case", flat=True).first()
    if seen is None:
        raise Http404(UNKNOWN)
    return held_flag(flag.pk, seen)


def held_flag(pk: int, case_id: int) -> Flag:
    """The case first, then the flag: whoever writes about flags holds them in this order, so that no two wait for each other."""
    case = locked(Case(pk=case_id))
    flag = Flag.objects.select_for_update(of=("self",)).select_related("rule", "version").get(pk=pk)
    flag.case = case
    return flag


def was_disputed(flag: Flag) -> bool:
    return Step.objects.filter(flag=flag, act="dispute").exists()


def may_act(user: User, act: str, flag: Flag, *, disputed: bool | None = None) -> bool:
    """Whether one of the person's posts lets them do this to the flag, as it stands, and reaches its case."""
    disputed = was_disputed(flag) if disputed is None and act == "revoke" else bool(disputed)
    if in_own_cause(user, act, flag, disputed=disputed):
        return False
    how = {"state": flag.state, "level": flag.level, "secret": flag.secret, "disputed": disputed}
    return any(is_for(Role(seat.role), act, **how) and stands_before(user, seat, flag) for seat in user.seats)


def in_own_cause(user: User, act: str, flag: Flag, *, disputed: bool) -> bool:
    """Whether somebody who tries the case would take it out of supervision, although another could decide."""
    if act not in ("reject", "revoke") or wanted_rank(act, flag.state, flag.level, disputed) == HIGHEST:
        return False
    return user.pk in {flag.case.judge_id, flag.case.presiding_id, *flag.case.members}


def stands_before(user: User, seat: Posting, flag: Flag) -> bool:
    """Whether a post reaches the flag: through the case, or, for those who verify complaints, through its court."""
    if seat.role == Role.DISCIPLINE:
        court = flag.case.court
        return seat.court_id in (court.pk, None if court.recognised else court.parent_id)
    return reaches(user, seat, flag.case)


def refuse_unless_possible(act: str, flag: Flag, by: User, code: str = "", words: str = "") -> None:
    """Refuse what is not this person's to do (403), and what is not possible now or not for that reason (409)."""
    refuse_unless_open_to(by, act, flag)
    if problem := problem_of_reason(act, code, words):
        raise trail.Refused(problem, act=TRAIL[act], on=flag, by=by, status=409)


def refuse_unless_open_to(by: User, act: str, flag: Flag) -> None:
    """The same before anybody has typed a reason."""
    about = {"act": TRAIL[act], "on": flag, "by": by}
    disputed = act == "revoke" and was_disputed(flag)
    how = {"state": flag.state, "level": flag.level, "secret": flag.secret, "disputed": disputed}
    if in_own_cause(by, act, flag, disputed=disputed):
        raise trail.Refused(OWN_CAUSE, **about)
    if not may_act(by, act, flag, disputed=disputed):
        raise trail.Refused(NOT_YOURS.format(who_decides(act, **how)), **about)
    if problem := problem_now(act, flag.state, secret=flag.secret, level=flag.level):
        raise trail.Refused(problem, **about, status=409)


def move(
    act: str,
    *,
    flag: Flag,
    by: User | None,
    at: datetime,
    reason_code: str = "",
    reason: str = "",
    content: str = "",
    log_as: str = "",
    step_code: str = "",
    evidence: dict[str, Any] | None = None,
    **values: Any,
) -> Flag:
    """Take the step. The caller has held the flag and asked whether it may be taken; ``values`` change with it.

    ``content`` is what the log says before the reason; ``log_as`` names the act there and in the trail; ``step_code``
    and ``evidence`` stand on the step where it has a code of its own that is no reason.
    """
    before = UNBORN if UNBORN in ACTS[act].starts else flag.state
    changed = follows(act, flag, by, at, reason_code, reason) | values
    for name, value in changed.items():
        setattr(flag, name, value)
    flag.save(update_fields=list(changed))
    code = step_code or reason_code
    record_step(act, flag, before, by=by, at=at, reason_code=code, reason=reason, evidence=evidence)
    told, words = (
        log_as or TRAIL[act],
        "；".join(part for part in (content, said_reason(reason_code, reason)) if part),
    )
    after = {"flag": flag.rule.code, "state": flag.state} | ({"reason": reason_code} if reason_code else {})
    trail.record(
        told, on=flag, by=by, at=at, because=words, before={"state": before}, after=after, secret=flag.secret
    )
    log.write(case=flag.case, act=told, by=by, at=at, flag=flag, content=words, basis=flag.version.basis)
    Change.objects.create(case_id=flag.case_id)
    if flag.state not in OPEN:
        drop_proposals(flag, by, at)
    tell_the_case(flag, by, at)
    return flag


def tell_the_case(flag: Flag, by: User | None, at: datetime) -> None:
    """A confirmed flag that is not secret becomes a fact of its case, which weights and duties go by; a revoked one no more."""
    if flag.secret:
        return
    if flag.state in LIVE and by is not None:
        mark_four_category(case=flag.case, on=today(), by=by, at=at)
    elif flag.state == State.REVOKED:
        others = Flag.objects.filter(case=flag.case, secret=False, state__in=[*LIVE, State.CLOSED])
        if not others.exists():
            unmark_four_category(case=flag.case, at=at)


def drop_proposals(flag: Flag, by: User | None, at: datetime) -> None:
    """What was proposed under a flag ends with it: nobody is left who could decide it."""
    for measure in Measure.objects.filter(flag=flag, state="proposed").order_by("pk"):
        measure.state, measure.settled_at = "declined", at
        measure.save(update_fields=["state", "settled_at"])
        about = {"case": flag.case, "act": "supervision.decide_proposal", "flag": flag, "measure": measure}
        log.write(**about, by=by, at=at, content="标识已终止，提请不再办理")


def follows(
    act: str, flag: Flag, by: User | None, at: datetime, reason_code: str, reason: str
) -> dict[str, Any]:
    """What changes on the flag with any step: its state, who decided and why, that nothing is due any more or that it ended."""
    changed: dict[str, Any] = {"state": str(ACTS[act].ends or flag.state)}
    if act in DECISIONS:
        changed |= {"decided_by": by, "decided_at": at, "reason_code": reason_code, "reason": reason.strip()}
    if act in ("confirm", "uphold"):
        changed["confirmed_at"] = at
    if changed["state"] not in UNDECIDED:
        changed["due_on"] = None
    if changed["state"] not in OPEN:
        changed["ended_at"] = at
    return changed


def said_reason(code: str, words: str) -> str:
    """The coded reason in Chinese, then the words."""
    return "：".join(part for part in (REASONS[code].name if code else "", words.strip()) if part)


def record_step(
    act: str,
    flag: Flag,
    before: str,
    *,
    by: User | None,
    at: datetime,
    reason_code: str = "",
    reason: str = "",
    evidence: dict[str, Any] | None = None,
) -> Step:
    return Step.objects.create(
        flag=flag,
        act=act,
        from_state=before,
        to_state=flag.state,
        by=by,
        capacity=by.capacity() if by else "",
        at=at,
        reason_code=reason_code,
        reason=reason.strip(),
        evidence=evidence,
    )


def due_day(setting: str, court_id: int, day: date) -> date:
    """The last day to act: so many working days (a setting of the court) after this one."""
    law = law_in_use()
    return law.calendar(court_id).add_workdays(day, int(law.supervision_setting(setting, court_id, day)))
