"""What people enter about time (期限事实): pauses, their end, excluded days, extensions, restarts.

Each act checks the power and the law, writes its row, leaves a trace and puts the case in the outbox, all in one
transaction. Doing it twice is the same as once.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from cases.guard import leave_trace, locked, permit, refuse_if
from cases.lawful import another_open_pause, ground_problem, open_pause_problem, span_problem, start_problem
from cases.models import Case, Exclusion, Extension, Restart
from catalogues.selectors import law_in_use
from courts.models import User
from courts.roles import Permission


@transaction.atomic
def pause_clock(
    *,
    case: Case,
    ground: str,
    starts_on: date,
    review_on: date,
    owner: User,
    reason: str,
    by: User,
    at: datetime,
) -> Exclusion:
    """Stop the clock (停表) until ``resume_clock``. An open pause has an owner and a day on which it is looked at again."""
    act = "cases.pause_clock"
    permit(act, permission=Permission.RECORD_PAUSE, case=case, by=by)
    case = locked(case)
    law = law_in_use()
    refuse_if(ground_problem(ground, case, law, starts_on), act, case=case, by=by)
    version = law.ground(ground, starts_on)
    refuse_if(open_pause_problem(version), act, case=case, by=by)
    refuse_if(another_open_pause(case, version, starts_on), act, case=case, by=by)
    refuse_if(start_problem(case, starts_on), act, case=case, by=by)
    values = {"review_on": review_on, "owner": owner, "reason": reason}
    pause, is_new = Exclusion.objects.get_or_create(
        case=case, ground=ground, starts_on=starts_on, withdrawn_at=None, defaults=values | entered(by, at)
    )
    if is_new:
        leave_trace(act, case=case, by=by, at=at, because=reason, after=written(pause))
    return pause


@transaction.atomic
def resume_clock(*, exclusion: Exclusion, resumes_on: date, by: User, at: datetime) -> Exclusion:
    """End a pause (恢复计时): the clock runs again from ``resumes_on``."""
    act = "cases.resume_clock"
    permit(act, permission=Permission.RECORD_PAUSE, case=exclusion.case, by=by)
    case = locked(exclusion.case)
    exclusion = Exclusion.objects.select_related("case").get(pk=exclusion.pk)
    if exclusion.resumes_on == resumes_on:
        return exclusion
    refuse_if(not_open_problem(exclusion), act, case=case, by=by)
    refuse_if(span_problem(exclusion.starts_on, resumes_on), act, case=case, by=by)
    before = written(exclusion)
    exclusion.resumes_on, exclusion.origin = (
        resumes_on,
        "entered",
    )  # a feed that knows no end must not reopen it
    exclusion.save(update_fields=["resumes_on", "origin"])
    leave_trace(act, case=case, by=by, at=at, before=before, after=written(exclusion))
    return exclusion


@transaction.atomic
def exclude_days(
    *, case: Case, ground: str, starts_on: date, resumes_on: date, reason: str, by: User, at: datetime
) -> Exclusion:
    """Leave out days that are already over or whose end is known (扣除期间)."""
    act = "cases.exclude_days"
    permit(act, permission=Permission.RECORD_PAUSE, case=case, by=by)
    case = locked(case)
    refuse_if(ground_problem(ground, case, law_in_use(), starts_on), act, case=case, by=by)
    refuse_if(span_problem(starts_on, resumes_on), act, case=case, by=by)
    refuse_if(start_problem(case, starts_on), act, case=case, by=by)
    exclusion, is_new = Exclusion.objects.get_or_create(
        case=case,
        ground=ground,
        starts_on=starts_on,
        withdrawn_at=None,
        defaults={"resumes_on": resumes_on, "reason": reason} | entered(by, at),
    )
    if is_new:
        leave_trace(act, case=case, by=by, at=at, because=reason, after=written(exclusion))
    elif exclusion.resumes_on != resumes_on:
        refuse_if(recorded_otherwise(exclusion), act, case=case, by=by)
    return exclusion


@transaction.atomic
def extend_limit(
    *,
    case: Case,
    approved_on: date,
    approver: str,
    reason: str,
    by: User,
    at: datetime,
    months: int = 0,
    days: int = 0,
    workdays: int = 0,
    until_on: date | None = None,
) -> Extension:
    """Record an approved extension (延长审限). One the law does not give is recorded too; its reasons say so."""
    act = "cases.extend_limit"
    permit(act, permission=Permission.RECORD_EXTENSION, case=case, by=by)
    case = locked(case)
    refuse_if(amount_problem(months, days, workdays, until_on), act, case=case, by=by)
    refuse_if(approval_problem(case, approved_on), act, case=case, by=by)
    extension, is_new = Extension.objects.get_or_create(
        case=case,
        months=months,
        days=days,
        workdays=workdays,
        until_on=until_on,
        approved_on=approved_on,
        withdrawn_at=None,
        defaults={"approver": approver, "reason": reason} | entered(by, at),
    )
    if is_new:
        leave_trace(act, case=case, by=by, at=at, because=reason, after=written(extension))
    return extension


@transaction.atomic
def restart_limit(*, case: Case, ground: str, on: date, by: User, at: datetime, reason: str = "") -> Restart:
    """Count the limit anew from ``on`` (重新计算审限)."""
    act = "cases.restart_limit"
    permit(act, permission=Permission.RECORD_PAUSE, case=case, by=by)
    case = locked(case)
    refuse_if(ground_problem(ground, case, law_in_use(), on, modes=("restart",)), act, case=case, by=by)
    refuse_if(restart_problem(case, on), act, case=case, by=by)
    restart, is_new = Restart.objects.get_or_create(
        case=case, ground=ground, on=on, withdrawn_at=None, defaults=entered(by, at)
    )
    if is_new:
        leave_trace(act, case=case, by=by, at=at, because=reason, after=written(restart))
    return restart


def entered(by: User, at: datetime) -> dict[str, Any]:
    """The provenance of a fact that a person entered here."""
    return {"origin": "entered", "recorded_by": by, "recorded_at": at}


WRITTEN = {
    Exclusion: ("ground", "starts_on", "resumes_on", "review_on", "owner_id"),
    Extension: ("months", "days", "workdays", "until_on", "approved_on", "approver"),
    Restart: ("ground", "on"),
}


def written(fact: Exclusion | Extension | Restart) -> dict[str, Any]:
    """The fact as the trail keeps it."""
    values = {name: getattr(fact, name) for name in WRITTEN[type(fact)]}
    return {"fact": fact.pk} | {name: str(v) if isinstance(v, date) else v for name, v in values.items()}


def not_open_problem(exclusion: Exclusion) -> str | None:
    if exclusion.withdrawn_at is not None:
        return "这一停表登记已撤销，不能再登记恢复"
    if exclusion.resumes_on is not None:
        return f"这一停表已于 {exclusion.resumes_on} 恢复；如恢复日有误，请先撤销该登记再重新登记"
    return None


def recorded_otherwise(exclusion: Exclusion) -> str:
    ended = f"至 {exclusion.resumes_on}" if exclusion.resumes_on else "尚未恢复"
    return f"同一事由自 {exclusion.starts_on} 起已登记（{ended}），请登记恢复，或撤销原登记后重新登记"


def amount_problem(months: int, days: int, workdays: int, until_on: date | None) -> str | None:
    if months or days or workdays or until_on:
        return None
    return "请填写延长的长度（月、日或工作日），或者延长至哪一天"


def approval_problem(case: Case, approved_on: date) -> str | None:
    if case.filed_on and approved_on < case.filed_on:
        return f"批准日期 {approved_on} 早于立案日期 {case.filed_on}，应不早于立案日期"
    return None


def restart_problem(case: Case, on: date) -> str | None:
    if case.filed_on and on < case.filed_on:
        return f"重新起算日 {on} 早于立案日期 {case.filed_on}，应不早于立案日期"
    return None
