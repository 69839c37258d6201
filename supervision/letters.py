"""Letters of supervision (监督函): every act on them, and what waits for whom. Other rooms use these names alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from catalogues.selectors import law_in_use
from courts.models import Court, User
from courts.roles import Role
from supervision.letter_drafts import Subject, draft_letter, edit_letter, redraw_letter
from supervision.letter_overdue import expire_letters
from supervision.letter_people import Addressee, issues, signs
from supervision.letter_replies import accept_reply, close_letter, open_letter, reject_reply, reply_letter
from supervision.letter_signing import approve_letter, send_letter, take_back_letter
from supervision.letter_states import WAITING
from supervision.models import Letter

__all__ = [
    "Addressee",
    "Subject",
    "accept_reply",
    "approve_letter",
    "close_letter",
    "draft_letter",
    "edit_letter",
    "expire_letters",
    "letters_overdue",
    "letters_to_sign",
    "letters_waiting",
    "open_letter",
    "redraw_letter",
    "reject_reply",
    "reply_letter",
    "send_letter",
    "take_back_letter",
]


def letters_waiting(user: User) -> QuerySet[Letter]:
    """Sent letters that wait for this person's answer, the one due first at the top."""
    return addressed_to(user).filter(state__in=WAITING).order_by("reply_due_on", "pk")


def letters_overdue(court: Court) -> QuerySet[Letter]:
    """Letters of the court that nobody answered in time, the oldest first."""
    return Letter.objects.filter(court=court, state="OVERDUE").order_by("reply_due_on", "pk")


def letters_to_sign(user: User) -> QuerySet[Letter]:
    """Drafts this person may sign: not their own where another must, the system's included."""
    found = Q(pk__in=[])
    for code, kind in law_in_use().letter_kinds.items():
        courts = {seat.court_id for seat in user.seats if signs(user, kind, seat.court_id)}
        others = ~Q(drafted_by=user) | Q(drafted_by=None) if kind.approvers else Q()
        found |= Q(others, kind=code, court__in=courts)
    return Letter.objects.filter(found, state="DRAFT").order_by("drafted_at", "pk")


def letters_kept_by(user: User) -> QuerySet[Letter]:
    """Letters of the kinds and courts this person issues (发函部门)."""
    found = Q(pk__in=[])
    for code, kind in law_in_use().letter_kinds.items():
        courts = {seat.court_id for seat in user.seats if issues(user, kind, seat.court_id)}
        found |= Q(kind=code, court__in=courts)
    return Letter.objects.filter(found)


def addressed_to(user: User) -> QuerySet[Letter]:
    """Letters for this person, for the division they head or the court they lead; drafts are nobody's yet."""
    headed = [seat.division_id for seat in user.seats if seat.role == Role.DIVISION_HEAD and seat.division_id]
    led = [seat.court_id for seat in user.seats if seat.role == Role.PRESIDENT]
    mine = Q(person=user.pk) | Q(division__in=headed) | Q(to_court__in=led)
    return Letter.objects.filter(mine).exclude(state__in=["DRAFT", "APPROVED"])


def kinds_for(user: User) -> dict[str, Any]:
    """The kinds of letters one of the person's posts issues, by code, mildest first."""
    kinds = sorted(law_in_use().letter_kinds.items(), key=lambda item: item[1].level)
    return {code: kind for code, kind in kinds if courts_for(user, kind)}


def courts_for(user: User, kind: Any) -> list[Court]:
    """The courts whose letters of the kind the person issues, each once."""
    found = {seat.court_id: seat.court for seat in user.seats if issues(user, kind, seat.court_id)}
    return list(found.values())


def days_late(letter: Letter, today: date) -> int:
    """How many days the answer is late; 0 when it is not waited for or not due."""
    if letter.state not in WAITING or letter.reply_due_on is None:
        return 0
    return max((today - letter.reply_due_on).days, 0)
