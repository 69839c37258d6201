"""Who must try a case under supervision (审判组织形式): a panel, normally presided over by a leader; changes told and explained.

What the record lacks is pointed out; nothing here changes who tries a case. A new judge is a measure (M01).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from audit import trail
from cases.models import Case, ProcedureEvent
from cases.services import REASSIGNED
from courts.clock import today
from courts.models import Posting, User
from courts.roles import Role
from supervision.flag_moves import TRAIL, held, move, refuse_unless_possible
from supervision.lifecycle import LIVE
from supervision.models import Flag, Measure, Step

PANEL_SIZE = 3
#: Tried by one judge alone (独任).
SOLE = {"summary": "简易程序", "small": "小额诉讼程序", "fast": "速裁程序"}
LEADERS = (Role.PRESIDENT, Role.VICE_PRESIDENT, Role.AC_MEMBER, Role.DIVISION_HEAD)


@dataclass(frozen=True)
class Kind:
    """One kind of adjustment; ``told``: the parties must be told of it."""

    code: str
    name: str
    told: bool


KINDS = {
    kind.code: kind
    for kind in (
        Kind("to_panel", "独任转合议", told=True),
        Kind("judge", "调整承办法官", told=True),
        Kind("members", "调整合议庭成员或者人数", told=True),
        Kind("preside", "院庭长担任审判长", told=True),
        Kind("others_preside", "由其他法官担任审判长（说明理由）", told=False),
    )
}


# --- what is missing -------------------------------------------------------------------------------------------
def problems(case: Case) -> list[str]:
    """What is wrong or missing in how a case under supervision is tried, each in a sentence; nothing for other cases."""
    flags = list(Flag.objects.filter(case=case, state__in=LIVE, secret=False).select_related("version"))
    if not flags or case.closed_on:
        return []
    steps = list(Step.objects.filter(flag__case=case, flag__secret=False, act="adjust"))
    found = [problem_of_panel(case), problem_of_presiding(case, {step.reason_code for step in steps})]
    return [problem for problem in found if problem] + list(problems_of_changes(case, flags, steps))


def is_sole(case: Case) -> bool:
    return case.procedure in SOLE


def panel_of(case: Case) -> set[int]:
    return {pk for pk in (case.judge_id, case.presiding_id, *case.members) if pk is not None}


def problem_of_panel(case: Case) -> str | None:
    """A case under supervision is tried by a panel (合议庭), not by one judge alone."""
    if is_sole(case):
        return f"本案登记为{SOLE[case.procedure]}独任审理，四类案件应当由合议庭审理：请转为普通程序并登记合议庭成员"
    known = len(panel_of(case))
    if known < PANEL_SIZE and not case.named.get("members"):
        return f"登记的审判组织成员只有{known}人，应当由{PANEL_SIZE}人以上组成合议庭：请核对并补充登记"
    return None


def problem_of_presiding(case: Case, recorded: Iterable[str]) -> str | None:
    """A leader normally presides (一般由院庭长担任审判长); another may, with the reason on the record."""
    if case.presiding_id is None:
        return "还没有登记审判长：四类案件一般由院庭长担任审判长"
    if "others_preside" in recorded or leads(case.presiding_id):
        return None
    return f"审判长{case.presiding}不是院庭长：四类案件一般由院庭长担任审判长，由其他法官担任的请登记理由"


def leads(user_id: int) -> bool:
    return Posting.objects.held_on(today()).filter(user=user_id, role__in=LEADERS).exists()


def problems_of_changes(case: Case, flags: list[Flag], steps: list[Step]) -> Iterable[str]:
    """A judge changed since the case is supervised, and no word of why and when the parties were told."""
    # A demo's day stands still while instants go on.
    since = min(timezone.localdate(min(flag.confirmed_at for flag in flags)), today())
    changes = ProcedureEvent.objects.filter(case=case, node=REASSIGNED, on__gte=since, withdrawn_at=None)
    told = {day for step in steps if step.reason_code == "judge" for day in [step.evidence["changed_on"]]}
    measures = Measure.objects.filter(case=case, code="M01").exclude(parties_told_on=None)
    told |= {str(event.on) for event in changes.filter(recorded_at__in=measures.values("taken_at"))}
    for event in changes.order_by("on", "pk"):
        if str(event.on) not in told:
            yield f"{event.on} 变更承办人（{event.note}），没有理由和告知当事人的记录"


# --- what is recorded --------------------------------------------------------------------------------------------
@transaction.atomic
def record_adjustment(
    *,
    flag: Flag,
    kind: str,
    reason: str,
    by: User,
    at: datetime,
    changed_on: date | None = None,
    parties_told_on: date | None = None,
) -> Flag:
    """Put on the record why the panel was adjusted under this flag and when the parties were told (调整审判组织)."""
    flag = held(flag, by)
    refuse_unless_possible("adjust", flag, by, words=reason)
    if problem := problem_of(kind, changed_on, parties_told_on):
        raise trail.Refused(problem, act=TRAIL["adjust"], on=flag, by=by, status=409)
    about = KINDS[kind]
    told = f"，{parties_told_on} 告知当事人" if parties_told_on else ""
    when = {"changed_on": str(changed_on or today()), "parties_told_on": str(parties_told_on or "")}
    return move(
        "adjust",
        flag=flag,
        by=by,
        at=at,
        step_code=kind,
        reason=reason,
        evidence=when,
        content=f"{about.name}（{when['changed_on']}）{told}",
    )


def problem_of(kind: str, changed_on: date | None, parties_told_on: date | None) -> str | None:
    if kind not in KINDS:
        return "请选择调整的种类：" + "、".join(each.name for each in KINDS.values())
    if any(day is not None and day > today() for day in (changed_on, parties_told_on)):
        return f"日期不应晚于今天 {today()}"
    if KINDS[kind].told and parties_told_on is None:
        return f"{KINDS[kind].name}应当告知当事人，请填写告知日期"
    return None
