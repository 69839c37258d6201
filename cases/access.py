"""Sealed cases and who may read them (封存与查阅名单)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit import trail
from cases.guard import NOT_YOURS, leave_trace, locked, may_on, permit, set_fields
from cases.models import AccessGrant, Case
from courts.models import User
from courts.roles import Permission


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
    """Put a person on the access list of a sealed case (查阅名单)."""
    act = "cases.grant_access"
    check_keeper(act, case, by)
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


def check_keeper(act: str, case: Case, by: User) -> None:
    """Granting takes the duty over the court, not the reading: the president admits others without looking."""
    if not may_on(by, Permission.GRANT_ACCESS, case):
        raise trail.Refused(NOT_YOURS, act=act, on=case, by=by)
