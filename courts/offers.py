"""What the page of a refusal offers to record: which case and act it was about, locked, so that nobody makes one up."""

from __future__ import annotations

import json
from typing import Any

from cryptography.fernet import InvalidToken

from audit.trail import Refused
from courts.ciphers import ciphers

PURPOSE = b"mingjing: offers on the page of a refusal"
A_DAY = 24 * 60 * 60
#: Acts of supervision outside one's power are asking after a case (过问): refusals of these are offered for the record.
ROOM = "supervision."
FORBIDDEN = 403


def offer_of(refusal: Refused, user: Any) -> str:
    """The locked words for an entry about this refusal, for this person; empty where none is offered."""
    case_id = getattr(refusal.on, "case_id", None)
    if refusal.status != FORBIDDEN or not refusal.act.startswith(ROOM) or case_id is None:
        return ""
    return ciphers(PURPOSE).encrypt(json.dumps([user.pk, case_id, refusal.act]).encode()).decode()


def read_offer(text: str, user: Any) -> tuple[int, str] | None:
    """The case and the act of an offer made to this person within a day; None for anything else."""
    try:
        person, case_id, act = json.loads(ciphers(PURPOSE).decrypt(text.encode(), ttl=A_DAY))
    except InvalidToken:
        return None
    return (case_id, act) if person == user.pk else None
