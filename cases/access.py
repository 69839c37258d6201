"""Sealed cases and who may read them (封存与查阅名单)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit import trail
from cases.guard import NOT_YOURS, leave_trace, locked, may_on, permit, refuse_if, set_fields
from cases.models import AccessGrant, Case
from courts.models import User
from courts.reach import court_and_below
from courts.roles import Permission

NOT_ONESELF = "不能将自己加入查阅名单；确需查阅的，请由本院另一有权授权的人员办理"


@transaction.atomic
def seal_case(*, case: Case, sealed: str, reason: str, by: User, at: datetime) -> Case:
    """Seal a case (封存): from now on its panel and its access list alone see it. An empty ``sealed`` opens it again.

    Whoever seals it stays on the list, or nobody could ever open it again.
    """
    act = "cases.seal_case"
    permit(act, permission=Permission.GRANT_ACCESS, case=case, by=by)
    case = locked(case)
    if case.sealed == sealed:
        return case
    before = {"sealed": case.sealed}
    set_fields(case, {"sealed": sealed}, by=by, at=at)
    if sealed:
        enlist(case, by, reason=reason, by=by, at=at)
    leave_trace(act, case=case, by=by, at=at, because=reason, before=before, after={"sealed": sealed})
    return case


@transaction.atomic
def grant_access(*, case: Case, user: User, reason: str, by: User, at: datetime) -> AccessGrant:
    """Put a person on the access list of a sealed case (查阅名单): of its court or of one above it, never oneself."""
    act = "cases.grant_access"
    check_keeper(act, case, by)
    if user.pk == by.pk:
        raise trail.Refused(NOT_ONESELF, act=act, on=case, by=by)
    refuse_if(reader_problem(case, user), act, case=case, by=by)
    case = locked(case)
    standing = AccessGrant.objects.filter(case=case, user=user, revoked_at=None).first()
    if standing is not None:
        return standing
    grant = enlist(case, user, reason=reason, by=by, at=at)
    leave_trace(act, case=case, by=by, at=at, because=reason, after={"reader": user.pk, "name": user.name})
    return grant


@transaction.atomic
def revoke_access(*, grant: AccessGrant, reason: str, by: User, at: datetime) -> AccessGrant:
    """Take a person off the access list."""
    act = "cases.revoke_access"
    check_keeper(act, grant.case, by)
    case = locked(grant.case)
    grant.refresh_from_db()
    if grant.revoked_at is not None:
        return grant
    grant.revoked_at = at
    grant.save(update_fields=["revoked_at"])
    case.readers = [reader for reader in case.readers if reader != grant.user_id]
    case.save(update_fields=["readers"])
    before = {"reader": grant.user_id, "name": grant.user.name}
    leave_trace(act, case=case, by=by, at=at, because=reason, before=before)
    return grant


def enlist(case: Case, user: User, *, reason: str, by: User, at: datetime) -> AccessGrant:
    case.readers = sorted({*case.readers, user.pk})
    case.save(update_fields=["readers"])
    return AccessGrant.objects.create(case=case, user=user, reason=reason, granted_by=by, granted_at=at)


def reader_problem(case: Case, user: User) -> str | None:
    """Why this person cannot be admitted: only who serves today at the court of the case or a court above it may read."""
    if user.is_active and any(case.court_id in court_and_below(seat.court_id) for seat in user.seats):
        return None
    return f"{user.name}目前不在{case.court}或其上级法院任职，请选择本院或上级法院的在职人员"


def check_keeper(act: str, case: Case, by: User) -> None:
    """Granting takes the duty over the court, not the reading: the president admits others without looking."""
    if not may_on(by, Permission.GRANT_ACCESS, case):
        raise trail.Refused(NOT_YOURS, act=act, on=case, by=by)
