"""Who may write what about which case, and what every write leaves behind: a trace and a mark in the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from audit import trail
from cases.models import Case, Change
from courts.models import Posting, User
from courts.reach import court_and_below, with_unrecognised
from courts.roles import SPAN, Permission, Role, Span, may

NOT_YOURS = "您的职务没有此项权限，或者本案不在您的职责范围内；如有需要，请联系承办人或审管办"


def may_on(user: User, permission: Permission, case: Case) -> bool:
    """Whether one of the user's posts both carries the permission and reaches this case.

    Seeing a case is not enough: a judge on the access list of another's sealed case reads it and writes nothing.
    """
    return any(may(Role(seat.role), permission) and reaches(user, seat, case) for seat in user.seats)


def reaches(user: User, seat: Posting, case: Case) -> bool:
    match SPAN[Role(seat.role)]:
        case Span.COURT:
            return case.court_id in with_unrecognised({seat.court_id})
        case Span.DIVISION:
            return seat.division_id is not None and seat.division_id == case.division_id
        case Span.FILING:
            return seat.court_id == case.court_id and case.judge_id is None
        case Span.REGION:
            return case.court_id in court_and_below(seat.court_id)
        case Span.OWN:
            return sits_on(user, case)
    return False


def sits_on(user: User, case: Case) -> bool:
    """Whether the user is on the panel of the case or assists it (承办、合议庭、辅助人员)."""
    return user.pk in {case.judge_id, case.presiding_id, case.assistant_id, case.clerk_id, *case.members}


def permit(act: str, *, permission: Permission, case: Case, by: User) -> None:
    """Refuse what is not this person's to do on this case."""
    if not (may_on(by, permission, case) and is_visible(case, by)):
        raise trail.Refused(NOT_YOURS, act=act, on=case, by=by)


def is_visible(case: Case, by: User) -> bool:
    return Case.objects.visible_to(by).filter(pk=case.pk).exists()


def refuse_if(problem: str | None, act: str, *, case: Case, by: User) -> None:
    """Refuse what is not possible on this case now; the sentence is shown to the person."""
    if problem:
        raise trail.Refused(problem, act=act, on=case, by=by, status=409)


def locked(case: Case) -> Case:
    """The case as it stands, held until the transaction ends, so that two writers do not overwrite one another."""
    return Case.objects.select_for_update(of=("self",)).select_related("court").get(pk=case.pk)


def set_fields(case: Case, values: dict[str, Any], *, by: User, at: datetime) -> None:
    """Set fields of the case that a person decided; a feed does not overwrite what changed from now on."""
    changed = {name: value for name, value in values.items() if getattr(case, name) != value}
    for name, value in changed.items():
        setattr(case, name, value)
    mark_entered(case, changed, by=by, at=at)
    case.save(update_fields=[*changed, "entered"])


def mark_entered(case: Case, fields: Iterable[str], *, by: User, at: datetime) -> None:
    case.entered |= {name: {"by": by.pk, "name": by.name, "at": at.isoformat()} for name in fields}


def leave_trace(
    act: str, *, case: Case, by: User, at: datetime, because: str = "", before: Any = None, after: Any = None
) -> None:
    """The trail entry and the outbox row of one act, in its transaction."""
    trail.record(
        act, on=case, by=by, at=at, because=because, before=before, after=after, secret=bool(case.sealed)
    )
    Change.objects.create(case_id=case.pk)
