"""Signing and sending a letter (签批、发出): another person where the kind takes one, a number without gaps, facts that still hold."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import User
from supervision.letter_facts import changes, digest_of
from supervision.letter_numbers import number_of, short_name
from supervision.letter_people import copies_for, has_a_hand_in, kind_of
from supervision.letter_steps import is_done, locked, permit, refuse_if, take_step
from supervision.models import Copy, Letter

SHORT_NAME = "letter_short_name"


@transaction.atomic
def approve_letter(*, letter: Letter, by: User, at: datetime, seen: str | None = None) -> Letter:
    """Sign the draft and give it its number (签批). A kind that takes an approver is not signed by who drafted it.

    ``seen`` is the ``reading_of`` the letter that was read; without it, of the one handed over. What was changed meanwhile is
    not signed.
    """
    seen = reading_of(letter) if seen is None else seen
    letter = locked(letter)
    if is_done("approve", letter, by):
        return letter
    permit("approve", letter, by)
    if kind_of(letter).approvers and has_a_hand_in(letter, by):
        refuse_if("本函由您起草或者修改，须由另一位院领导签批。", "approve", letter, by, status=403)
    if seen != reading_of(letter):
        refuse_if("函件在您打开之后已被修改，请重新核对。", "approve", letter, by)
    check_substance("approve", letter, by)
    return take_step(
        "approve", letter, by=by, at=at, fields={"approved_by": by, "approved_at": at, **numbered(letter)}
    )


@transaction.atomic
def take_back_letter(*, letter: Letter, reason: str, by: User, at: datetime) -> Letter:
    """Return a signed letter that was not sent to the desk (退回草稿). It keeps its number, so that none is missing."""
    letter = locked(letter)
    if is_done("take_back", letter, by, reason):
        return letter
    words = permit("take_back", letter, by, reason)
    return take_step(
        "take_back", letter, by=by, at=at, words=words, fields={"approved_by": None, "approved_at": None}
    )


@transaction.atomic
def send_letter(*, letter: Letter, by: User, at: datetime) -> Letter:
    """Send the signed letter (发出): the period for the answer begins, and the copies go out."""
    letter = locked(letter)
    if is_done("send", letter, by):
        return letter
    permit("send", letter, by)
    check_substance("send", letter, by)
    due = law_in_use().calendar(letter.court_id).add_workdays(today(), letter.reply_days)
    take_step("send", letter, by=by, at=at, fields={"sent_by": by, "sent_at": at, "reply_due_on": due})
    Copy.objects.bulk_create(
        Copy(letter=letter, person=person, office=office)
        for person, office in copies_for(kind_of(letter), letter)
    )
    return letter


def reading_of(letter: Letter) -> str:
    """What a signature is pinned to: the words of the letter and the facts behind them."""
    said = [letter.title, letter.body, letter.basis, letter.required, letter.facts_hash]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


# --- what it says must hold ----------------------------------------------------------------------------
def check_substance(act: str, letter: Letter, by: User) -> None:
    """Refuse a letter whose words are missing, whose cases were sealed, or whose facts are no longer what they were."""
    missing = [name for name in ("title", "body", "basis", "required") if not getattr(letter, name).strip()]
    names = {"title": "标题", "body": "正文", "basis": "依据", "required": "要求"}
    refuse_if(f"请先补齐{'、'.join(names[name] for name in missing)}。" if missing else "", act, letter, by)
    sealed = letter.cases.exclude(case__sealed="").exists()
    refuse_if("函件所涉案件中有的已经封存，不能写入函件；请另拟一份。" if sealed else "", act, letter, by)
    refuse_if(changed_since(letter), act, letter, by)


def changed_since(letter: Letter) -> str:
    """Which of the cited facts are not what they were at drafting; "" when all still hold."""
    if digest_of(letter.facts) != letter.facts_hash:
        return "所引事实与拟稿时的摘要不符，请按最新事实重拟。"
    found = changes(letter.facts, today())
    if not found:
        return ""
    told = "；".join(found[:5]) + ("；等" if len(found) > 5 else "")
    return f"拟稿之后事实已有变化：{told}。请{'退回草稿后' if letter.state == 'APPROVED' else ''}按最新事实重拟。"


# --- the number ------------------------------------------------------------------------------------------
def numbered(letter: Letter) -> dict[str, Any]:
    """Year, serial and number (文号); one that was numbered before keeps what it has.

    One signer at a time per court, kind and year; the serial after the highest is taken in the transaction that signs.
    """
    if letter.number:
        return {}
    year = today().year
    with connection.cursor() as cursor:
        wanted = f"letter number {letter.court_id} {letter.kind} {year}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [wanted])
    given = Letter.objects.filter(court=letter.court_id, kind=letter.kind, year=year)
    serial = (given.aggregate(highest=Max("serial"))["highest"] or 0) + 1
    number = number_of(short_of(letter.court), kind_of(letter).number_word, year, serial)
    return {"year": year, "serial": serial, "number": number}


def short_of(court: Any) -> str:
    """How the court calls itself in numbers, by its setting or its name."""
    said = str(law_in_use().supervision_setting(SHORT_NAME, court.pk, today()))
    return short_name(court.name, court.code or "", said=said)
