"""What every act on a letter leaves behind: a step, an entry of the trail, and a row in the log of each case it names.

A case's log begins with the letter that was sent: a draft nobody signed is no act of supervision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from audit import trail
from cases.models import Case
from courts.models import User
from supervision import log
from supervision.letter_people import parts_of
from supervision.letter_states import ACTS, OUT, after, not_now, not_yours
from supervision.models import Letter, LetterStep

NAMES = {
    "draft": "supervision.draft_letter", "edit": "supervision.edit_letter", "redraw": "supervision.redraw_letter",
    "approve": "supervision.approve_letter", "take_back": "supervision.take_back_letter", "send": "supervision.send_letter",
    "read": "supervision.read_letter", "reply": "supervision.reply_to_letter", "accept": "supervision.accept_reply",
    "reject": "supervision.reject_reply", "close": "supervision.close_letter", "expire": "supervision.expire_letter",
    "copy_read": "supervision.read_copy",
}  # fmt: skip
WORDS = 3000


def locked(letter: Letter) -> Letter:
    """The letter as it stands, held until the transaction ends."""
    found = Letter.objects.select_for_update(of=("self",))
    return found.select_related("court", "to_court", "division", "person", "drafted_by").get(pk=letter.pk)


def is_done(act: str, letter: Letter, by: User, words: str = "") -> bool:
    """Whether this person has just done it: the same again is the same as once."""
    if letter.state != ACTS[act].ends:
        return False
    return LetterStep.objects.filter(
        letter=letter, to_state=letter.state, by=by, words=words.strip()
    ).exists()


def permit(act: str, letter: Letter, by: User, words: str = "") -> str:
    """Refuse what is not this person's to do, not possible now, or not said; returns the words, trimmed."""
    refuse_if(not_yours(act, parts_of(by, letter)), act, letter, by, status=403)
    refuse_if(not_now(act, letter.state), act, letter, by)
    words = words.strip()
    if ACTS[act].words and not words:
        refuse_if(f"请填写{ACTS[act].words}。", act, letter, by)
    if len(words) > WORDS:
        refuse_if(f"{ACTS[act].words or '说明'}不超过 {WORDS} 字，请缩短。", act, letter, by)
    return words


def refuse_if(problem: str, act: str, letter: Letter, by: User | None, status: int = 409) -> None:
    if problem:
        raise trail.Refused(problem, act=NAMES[act], on=letter, by=by, status=status)


def take_step(
    act: str,
    letter: Letter,
    *,
    by: User | None,
    at: datetime,
    words: str = "",
    fields: dict[str, Any] | None = None,
) -> Letter:
    """Move the letter on by the act, with these columns set, and leave the traces."""
    fields = fields or {}
    before, letter.state = letter.state, after(act, letter.state)
    for name, value in fields.items():
        setattr(letter, name, value)
    letter.save(update_fields=["state", *fields])
    LetterStep.objects.create(
        letter=letter, to_state=letter.state, by=by, capacity=by.capacity() if by else "", at=at, words=words
    )
    leave_trace(act, letter, by=by, at=at, words=words, before=before)
    return letter


def leave_trace(
    act: str, letter: Letter, *, by: User | None, at: datetime, words: str = "", before: str = ""
) -> None:
    """The entry of the trail, and the rows of the log once the letter has left the desk. No case is named in the trail."""
    said = {"kind": letter.kind, "number": letter.number, "state": letter.state}
    trail.record(
        NAMES[act],
        on=letter,
        by=by,
        at=at,
        because=words,
        before={"state": before} if before else None,
        after=said,
    )
    if letter.state in OUT:
        cases = list(Case.objects.filter(pk__in=letter.cases.values("case")))
        log.write_many(rows_of(act, letter, cases, by, at, words))


def rows_of(
    act: str, letter: Letter, cases: Sequence[Case], by: User | None, at: datetime, words: str
) -> list[log.Line]:
    said = f"{letter.number}{letter.get_kind_display()}{ACTS[act].name if act in ACTS else '抄送查收'}"
    content = f"{said}：{words}" if words else said
    who = {"person_id": by.pk, "person": str(by), "capacity": by.capacity()} if by else {}
    return [
        log.Line(
            case_id=case.pk,
            court_id=case.court_id,
            act=NAMES[act],
            at=at,
            remit=log.remit_of(by, case.court_id) if by else "",
            basis=letter.basis,
            content=content,
            reply_by=letter.reply_due_on,
            **who,
        )
        for case in cases
    ]
