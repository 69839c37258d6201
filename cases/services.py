"""Everything people may do to a case (案件操作); other rooms write about cases through these verbs alone.

The acts on time are in ``pauses``, those on sealed cases in ``access``, those on number and links in ``identity``,
those on elements and outcomes in ``elements``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.access import grant_access, revoke_access, seal_case
from cases.doubts import settle_doubt
from cases.elements import record_element, record_elements, record_outcome, record_outcomes
from cases.guard import leave_trace, locked, permit, refuse_if, set_fields
from cases.identity import correct_number, link_cases
from cases.lawful import another_moment, closing_problem, conversion_problem, moment_problem
from cases.marks import FOUR_CATEGORY, NOT_BY_HAND, is_mark
from cases.models import (
    Case,
    Conversion,
    Element,
    Exclusion,
    Extension,
    Fact,
    Outcome,
    ProcedureEvent,
    Restart,
)
from cases.pauses import entered, exclude_days, extend_limit, pause_clock, restart_limit, resume_clock
from courts.models import Division, User
from courts.roles import Permission

__all__ = [
    "close_case",
    "convert_procedure",
    "correct_number",
    "exclude_days",
    "extend_limit",
    "grant_access",
    "link_cases",
    "pause_clock",
    "reassign",
    "record_element",
    "record_elements",
    "record_event",
    "record_outcome",
    "record_outcomes",
    "restart_limit",
    "resume_clock",
    "revoke_access",
    "seal_case",
    "settle_doubt",
    "withdraw_fact",
]

REASSIGNED = "变更承办人"
CRIMINAL_CONVERSION = "crim_conversion"

#: Which permission it takes to enter, and so to withdraw, a fact.
TAKES = {
    ProcedureEvent: Permission.RECORD_EVENT,
    Element: Permission.RECORD_EVENT,
    Outcome: Permission.RECORD_EVENT,
    Exclusion: Permission.RECORD_PAUSE,
    Restart: Permission.RECORD_PAUSE,
    Extension: Permission.RECORD_EXTENSION,
    Conversion: Permission.CONVERT_PROCEDURE,
}


@transaction.atomic
def record_event(
    *,
    case: Case,
    node: str,
    on: date,
    by: User,
    at: datetime,
    note: str = "",
    moment: datetime | None = None,
) -> ProcedureEvent:
    """Record that something happened in the procedure (流程节点事件). One entered again after withdrawal stands again.

    ``moment`` is the time of that day, from which limits in hours run; it may be added to an event without one.
    """
    act = "cases.record_event"
    permit(act, permission=Permission.RECORD_EVENT, case=case, by=by)
    refuse_if(NOT_BY_HAND if node.strip() == FOUR_CATEGORY else None, act, case=case, by=by)
    case = locked(case)
    refuse_if(moment_problem(node, on, moment), act, case=case, by=by)
    event, is_new = ProcedureEvent.objects.get_or_create(
        case=case, node=node, on=on, note=note, defaults=entered(by, at) | {"at": moment}
    )
    is_back = event.withdrawn_at is not None
    if not is_back:
        refuse_if(another_moment(event, moment), act, case=case, by=by)
    if is_new or is_back or (moment and event.at is None):
        event.withdrawn_at, event.at = None, moment
        event.save(update_fields=["withdrawn_at", "at"])
        after = {"fact": event.pk, "node": node, "on": str(on)}
        after |= {"at": moment.isoformat()} if moment else {}
        leave_trace(act, case=case, by=by, at=at, because=note, after=after)
    return event


@transaction.atomic
def convert_procedure(
    *, case: Case, to_procedure: str, decided_on: date, reason: str, by: User, at: datetime
) -> Conversion:
    """Change the procedure (程序转换).

    Civil and administrative cases keep running: their limit is derived anew and still counted from filing. A criminal
    case starts its limit anew on the day of the decision.
    """
    act = "cases.convert_procedure"
    permit(act, permission=Permission.CONVERT_PROCEDURE, case=case, by=by)
    case = locked(case)
    done = Conversion.objects.filter(
        case=case, to_procedure=to_procedure, decided_on=decided_on, withdrawn_at=None
    )
    if found := done.first():
        return found
    refuse_if(conversion_problem(case, to_procedure, decided_on), act, case=case, by=by)
    before = {"procedure": case.procedure, "limit": case.limit}
    conversion = Conversion.objects.create(
        case=case,
        from_procedure=case.procedure,
        from_limit=case.limit,
        to_procedure=to_procedure,
        decided_on=decided_on,
        reason=reason,
        **entered(by, at),
    )
    set_fields(case, {"procedure": to_procedure, "limit": ""}, by=by, at=at)
    if case.category == "刑事":
        Restart.objects.get_or_create(
            case=case, ground=CRIMINAL_CONVERSION, on=decided_on, withdrawn_at=None, defaults=entered(by, at)
        )
    after = {"fact": conversion.pk, "procedure": to_procedure, "decided_on": str(decided_on)}
    leave_trace(act, case=case, by=by, at=at, because=reason, before=before, after=after)
    return conversion


@transaction.atomic
def reassign(
    *,
    case: Case,
    judge: User,
    division: Division | None,
    reason: str,
    by: User,
    at: datetime,
    on: date | None = None,
) -> Case:
    """Give the case to another judge (变更承办人); ``on`` is the day the new one takes it over."""
    act = "cases.reassign"
    permit(act, permission=Permission.REASSIGN, case=case, by=by)
    case = locked(case)
    wanted = {"judge_id": judge.pk, "division_id": division.pk if division else case.division_id}
    before = {name: getattr(case, name) for name in wanted}
    if before == wanted:
        return case
    refuse_if(assignment_problem(case, judge, division), act, case=case, by=by)
    formerly = case.judge.name if case.judge else "未定"
    set_fields(case, {"judge": judge, "division": division or case.division}, by=by, at=at)
    ProcedureEvent.objects.get_or_create(
        case=case,
        node=REASSIGNED,
        on=on or timezone.localtime(at).date(),
        note=f"{formerly} → {judge.name}",
        defaults=entered(by, at),
    )
    leave_trace(act, case=case, by=by, at=at, because=reason, before=before, after=wanted)
    return case


@transaction.atomic
def close_case(*, case: Case, closed_on: date, closed_how: str, by: User, at: datetime) -> Case:
    """Record that the case is closed (结案), or correct the day or the way."""
    act = "cases.close_case"
    permit(act, permission=Permission.RECORD_EVENT, case=case, by=by)
    case = locked(case)
    if (case.closed_on, case.closed_how) == (closed_on, closed_how):
        return case
    refuse_if(closing_problem(case, closed_on, timezone.localtime(at).date()), act, case=case, by=by)
    before = {"closed_on": str(case.closed_on or ""), "closed_how": case.closed_how}
    set_fields(case, {"closed_on": closed_on, "closed_how": closed_how}, by=by, at=at)
    after = {"closed_on": str(closed_on), "closed_how": closed_how}
    leave_trace(act, case=case, by=by, at=at, before=before, after=after)
    return case


@transaction.atomic
def withdraw_fact(*, fact: Fact, reason: str, by: User, at: datetime) -> Fact:
    """Take back a fact that should not have been recorded (撤销登记). It stays, marked, and counts no more."""
    act = "cases.withdraw_fact"
    permit(act, permission=TAKES[type(fact)], case=fact.case, by=by)
    refuse_if(NOT_BY_HAND if is_mark(fact) else None, act, case=fact.case, by=by)
    case = locked(fact.case)
    fact = type(fact).objects.select_for_update().get(pk=fact.pk)
    if fact.withdrawn_at is not None:
        return fact
    fact.withdrawn_at = at
    fact.save(update_fields=["withdrawn_at"])
    if isinstance(fact, Conversion):
        take_back(fact, case, by=by, at=at)
    about = {"fact": fact.pk, "kind": fact._meta.label_lower}
    leave_trace(act, case=case, by=by, at=at, because=reason, before=about, after=about | {"withdrawn": True})
    return fact


def take_back(conversion: Conversion, case: Case, *, by: User, at: datetime) -> None:
    """A withdrawn conversion takes its restart with it; the case returns to its procedure and named limit before."""
    Restart.objects.filter(
        case=case, ground=CRIMINAL_CONVERSION, on=conversion.decided_on, withdrawn_at=None
    ).update(withdrawn_at=at)
    if case.procedure == conversion.to_procedure:
        values: dict[str, Any] = {"procedure": conversion.from_procedure, "limit": conversion.from_limit}
        set_fields(case, values, by=by, at=at)


def assignment_problem(case: Case, judge: User, division: Division | None) -> str | None:
    if not any(seat.court_id == case.court_id for seat in judge.seats):
        return f"{judge.name}目前不在{case.court}任职，请选择本院人员"
    if division is not None and division.court_id != case.court_id:
        return f"{division}不是{case.court}的部门，请选择本院部门"
    return None
