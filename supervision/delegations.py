"""The president has a member of the committee look after a case (委托监督), and ends it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit import trail
from cases.access import grant_access, revoke_access
from cases.guard import is_visible, locked, may_on
from cases.models import AccessGrant, Case
from courts.models import User
from courts.roles import Permission, Role
from supervision import log
from supervision.measure_rules import on_panel, problem_of_wording
from supervision.models import Delegation, Flag

DELEGATE, END = "supervision.delegate_case", "supervision.end_delegation"
ONLY_THE_PRESIDENT = "只有院长可以委托审委会专职委员监督案件。"


@transaction.atomic
def delegate_case(
    *, case: Case, person: User, reason: str, by: User, at: datetime, sure: bool = False
) -> Delegation:
    """Delegate the supervision of a case under a live flag to a member of the committee (委托监督); they may read it then."""
    case = locked(case)
    if not is_president(by, case):
        raise trail.Refused(ONLY_THE_PRESIDENT, act=DELEGATE, on=case, by=by)
    if problem := problem_of(case, person, reason) or problem_of_wording([reason], sure=sure):
        raise trail.Refused(problem, act=DELEGATE, on=case, by=by, status=409)
    if found := Delegation.objects.standing().filter(case=case, person=person).first():
        return found
    made = Delegation.objects.create(
        case=case, person=person, reason=reason.strip(), delegated_by=by, delegated_at=at
    )
    grant_access(case=case, user=person, reason=f"委托监督：{reason.strip()}"[:300], by=by, at=at)
    leave_trace(DELEGATE, made, by, at, f"委托{person.name}监督：{made.reason}")
    return made


@transaction.atomic
def end_delegation(*, delegation: Delegation, by: User, at: datetime) -> Delegation:
    """End it (终止委托), and the reading it brought. Twice is the same as once."""
    locked(delegation.case)
    if not is_president(by, delegation.case):
        raise trail.Refused(ONLY_THE_PRESIDENT, act=END, on=delegation, by=by)
    if Delegation.objects.standing().filter(pk=delegation.pk).update(ended_at=at):
        if grant := granted_by(delegation):
            revoke_access(grant=grant, reason="终止委托监督", by=by, at=at)
        leave_trace(END, delegation, by, at, f"终止委托{delegation.person.name}监督")
    delegation.refresh_from_db()
    return delegation


def granted_by(delegation: Delegation) -> AccessGrant | None:
    """The place on the access list this delegation made; one that stood before was made at another moment, and stays."""
    made = {
        "granted_by": delegation.delegated_by_id,
        "granted_at": delegation.delegated_at,
        "revoked_at": None,
    }
    return AccessGrant.objects.filter(case=delegation.case_id, user=delegation.person_id, **made).first()


def is_president(user: User, case: Case) -> bool:
    return may_on(user, Permission.DECIDE_DISPUTES, case) and is_visible(case, user)


def problem_of(case: Case, person: User, reason: str) -> str | None:
    if not Flag.objects.live().filter(case=case, secret=False).exists():
        return "本案目前没有生效的四类案件标识，无须委托监督。"
    seats = {(seat.role, seat.court_id) for seat in person.seats}
    if (Role.AC_MEMBER, case.court_id) not in seats:
        return f"{person.name}目前不是本院审委会专职委员，请另选。"
    if on_panel(person, case):
        return f"{person.name}是本案合议庭成员，不能监督本案，请另选。"
    return None if 0 < len(reason.strip()) <= 300 else "请写明委托事由，不超过300字。"


def leave_trace(act: str, made: Delegation, by: User, at: datetime, content: str) -> None:
    trail.record(act, on=made, by=by, at=at, because=content, after={"person": made.person.name})
    log.write(case=made.case, act=act, by=by, at=at, content=content)
