"""What happens to a letter that was sent: read, answered, judged, closed (签收、回复、评价、办结)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import User
from supervision.letter_people import is_addressed
from supervision.letter_states import WAITING
from supervision.letter_steps import is_done, leave_trace, locked, permit, refuse_if, take_step
from supervision.models import Copy, Letter


@transaction.atomic
def open_letter(*, letter: Letter, by: User, at: datetime) -> Letter:
    """What opening the page does: a receipt (签收) for the addressee, one for a copy; nothing for anybody else, nor twice."""
    letter = locked(letter)
    if is_addressed(by, letter) and letter.read_at is None and letter.state in WAITING:
        fields = {"read_at": at, "read_by": by}
        if letter.state == "SENT":
            return take_step("read", letter, by=by, at=at, fields=fields)
        letter.read_at, letter.read_by = at, by
        letter.save(update_fields=list(fields))
        leave_trace("read", letter, by=by, at=at)
    if Copy.objects.filter(letter=letter, person=by, read_at=None).update(read_at=at):
        leave_trace("copy_read", letter, by=by, at=at)
    return letter


@transaction.atomic
def reply_letter(*, letter: Letter, reply: str, by: User, at: datetime) -> Letter:
    """Answer the letter (回复), late as well as in time. The answer to a rejected one takes its place; the steps keep both."""
    letter = locked(letter)
    if is_done("reply", letter, by, reply):
        return letter
    words = permit("reply", letter, by, reply)
    fields = {"reply": words, "replied_by": by, "replied_at": at}
    if letter.read_at is None:
        fields |= {"read_at": at, "read_by": by}
    return take_step("reply", letter, by=by, at=at, words=words, fields=fields)


@transaction.atomic
def accept_reply(*, letter: Letter, evaluation: str, by: User, at: datetime) -> Letter:
    """Find the answer good enough (认可回复). Nobody judges their own answer."""
    letter = locked(letter)
    if is_done("accept", letter, by, evaluation):
        return letter
    words = permit("accept", letter, by, evaluation)
    refuse_own("accept", letter, by)
    return take_step("accept", letter, by=by, at=at, words=words, fields={"evaluation": words})


@transaction.atomic
def reject_reply(*, letter: Letter, reason: str, by: User, at: datetime) -> Letter:
    """Send the answer back (退回重报) with the reason; the period for a new one begins today."""
    letter = locked(letter)
    if is_done("reject", letter, by, reason):
        return letter
    words = permit("reject", letter, by, reason)
    refuse_own("reject", letter, by)
    due = law_in_use().calendar(letter.court_id).add_workdays(today(), letter.reply_days)
    fields = {"evaluation": words, "reply_due_on": due}
    return take_step("reject", letter, by=by, at=at, words=words, fields=fields)


@transaction.atomic
def close_letter(*, letter: Letter, by: User, at: datetime) -> Letter:
    """Close a letter whose answer was accepted (办结)."""
    letter = locked(letter)
    if is_done("close", letter, by):
        return letter
    permit("close", letter, by)
    return take_step("close", letter, by=by, at=at, fields={"closed_at": at})


def refuse_own(act: str, letter: Letter, by: User) -> None:
    own = "回复人不能评价自己的回复，请由其他人员评价。" if letter.replied_by_id == by.pk else ""
    refuse_if(own, act, letter, by, status=403)
