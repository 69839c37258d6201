"""Drawing lots for a case (随机分案), so that anybody can check afterwards that nobody chose.

Before the cases of a day are known the court publishes a commitment: SHA-256 over its code, the day and a secret seed.
Each case is drawn by HMAC-SHA256 of the seed over its number; the day after, the seed is revealed, and everyone can
check that it is the one committed to and draw every case again. This file needs nothing but Python's standard library:
copy it, and ``json.load`` a published record into ``replay``.

There is no «next in turn»: who knows the turn knows whom to expect. People hold tickets instead, more of them the more
room they have, and every ticket is exactly as likely as every other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORMAT = "mingjing-draws/1"
SEED_BYTES = 32
#: HMAC-SHA256 gives one of so many numbers.
VALUES = 2**256


class Unusable(ValueError):
    """Not a record of draws that can be replayed; the sentence says what is wrong and what would be right."""


@dataclass(frozen=True)
class Ticket:
    """How many tickets a person holds; the order of people is part of the record."""

    person: str
    tickets: int


@dataclass(frozen=True)
class Drawn:
    """Who holds ticket ``number``, counted from 0, of ``total``."""

    person: str
    number: int
    total: int


@dataclass(frozen=True)
class Problem:
    """What in a record does not hold: the ``draw``, counted from 1 (0: the record as a whole), its case, and why."""

    draw: int
    label: str
    text: str

    def __str__(self) -> str:
        return f"draw {self.draw} ({self.label}): {self.text}" if self.draw else self.text


def commit(seed: bytes, *, court: str, day: str) -> str:
    """The commitment to a seed (种子承诺): SHA-256 over ``court|day|seed in hex``, itself in hex."""
    if len(seed) < SEED_BYTES:
        raise ValueError(f"a seed of {len(seed)} bytes can be guessed; take {SEED_BYTES} random bytes")
    return hashlib.sha256(f"{court}|{day}|{seed.hex()}".encode()).hexdigest()


def lot_label(label: str, turn: int = 1) -> str:
    """What is drawn over: the case number, and from the second draw of a case on, which draw it is."""
    return label if turn == 1 else f"{label}#{turn}"


def draw(*, seed: bytes, label: str, tickets: Sequence[Ticket]) -> Drawn:
    """Draw one ticket. The same seed, label and tickets give the same person on every machine."""
    total = _total(tickets)
    number = _number(seed, label, total)
    reached = 0
    for ticket in tickets:
        reached += ticket.tickets
        if number < reached:
            break
    return Drawn(ticket.person, number, total)


def _total(tickets: Sequence[Ticket]) -> int:
    people = [ticket.person for ticket in tickets]
    if len(set(people)) < len(people):
        raise ValueError("somebody is named twice among the tickets; give each person one line")
    if any(ticket.tickets < 1 for ticket in tickets):
        raise ValueError("somebody holds no ticket; leave them out and say why they are excluded")
    total = sum(ticket.tickets for ticket in tickets)
    if not 0 < total <= VALUES:
        raise ValueError("nobody holds a ticket, or all together more than 2^256; nothing can be drawn")
    return total


def _number(seed: bytes, label: str, total: int) -> int:
    # What is left over when 2^256 is not a multiple of the total would favour the first tickets: such values are
    # thrown away and the next one is taken.
    fair = VALUES - VALUES % total
    counter = 0
    while True:
        value = int.from_bytes(hmac.digest(seed, f"{label}|{counter}".encode(), "sha256"), "big")
        if value < fair:
            return value % total
        counter += 1


# --- the published record ---------------------------------------------------------------------------
def draw_entry(
    *, seed: bytes, label: str, tickets: Sequence[Ticket], excluded: Sequence[Mapping[str, str]] = (),
    turn: int = 1, because: str = "", salt: str = "", rule: Mapping[str, Any] | None = None, previous: str,
) -> dict[str, Any]:  # fmt: skip
    """Draw a case and write it down. ``previous``: the receipt before it, of the first draw the commitment.

    ``excluded``: a person and a reason each. A second draw of a case (``turn`` 2) must say ``because``. ``salt`` bears on
    the receipt alone: with a random one, the receipt of a draw that is withheld does not betray the case. ``rule``: the
    numbers the tickets were counted by, which the receipt covers too.
    """
    drawn = draw(seed=seed, label=lot_label(label, turn), tickets=tickets)
    entry = {
        "label": label, "turn": turn, "because": because, "salt": salt,
        "tickets": [{"person": each.person, "tickets": each.tickets} for each in tickets],
        "excluded": [dict(each) for each in excluded],
        "number": drawn.number, "total": drawn.total, "person": drawn.person,
    } | ({"rule": dict(rule)} if rule else {})  # fmt: skip
    return entry | {"receipt": receipt(entry, previous)}


def withheld(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What is published of the draw of a sealed case (封存): that it was, and its receipt."""
    return {"withheld": True, "receipt": entry["receipt"]}


def receipt(entry: Mapping[str, Any], previous: str) -> str:
    """What a party can be handed at the draw: it changes when this draw or any before it is changed later."""
    told = {key: value for key, value in entry.items() if key != "receipt"}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}|{text}".encode()).hexdigest()


def record_of(
    *, court: str, day: str, commitment: str, seed: bytes | None,
    draws: Sequence[Mapping[str, Any]], exceptions: Sequence[Mapping[str, str]] = (),
    about: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A day of a court as it is published; ``seed`` stays None until it is revealed.

    ``about``: when the seed was committed to and told, what the names of the people are made by, how many cases there
    were. Its number of lots ``drawn`` and its ``last_receipt`` must be those of the record.
    ``exceptions``: cases given to another ``person`` than the one drawn or without a lot (指定分案), and ``because``.
    """
    return {
        "format": FORMAT, "court": court, "day": day, "commitment": commitment,
        "seed": seed.hex() if seed else None,
        "draws": [dict(entry) for entry in draws], "exceptions": [dict(each) for each in exceptions],
    } | ({"about": dict(about)} if about else {})  # fmt: skip


def replay(record: Mapping[str, Any]) -> list[Problem]:
    """Draw a published day again; what does not hold, in the order of the record. Nothing: it is whole."""
    if record.get("format") != FORMAT:
        raise Unusable(f"format: {record.get('format')!r} is not known; {FORMAT} would be")
    court, day, commitment = (_text(record, key) for key in ("court", "day", "commitment"))
    seed, draws, exceptions = _seed(record), _rows(record, "draws"), _rows(record, "exceptions")
    if commit(seed, court=court, day=day) != commitment:
        return [Problem(0, "", f"the seed revealed is not the one committed to for {court} on {day}")]
    problems, lots, previous = [], set[str](), commitment
    for place, entry in enumerate(draws, start=1):
        problem = _no_receipt(entry) if is_withheld(entry) else _problem(entry, seed, previous, lots)
        if problem:
            problems.append(Problem(place, str(entry.get("label")), problem))
        previous = str(entry.get("receipt"))
    problems += [Problem(0, "", problem) for each in exceptions if (problem := _unfounded(each))]
    return problems + _cut_off(record.get("about"), len(draws), previous)


def is_withheld(entry: Mapping[str, Any]) -> bool:
    """Only its receipt is published: it cannot be drawn again, and the receipt after it follows from it."""
    return entry.get("withheld") is True and set(entry) == {"withheld", "receipt"}


def _no_receipt(entry: Mapping[str, Any]) -> str:
    held = entry["receipt"]
    whole = isinstance(held, str) and re.fullmatch("[0-9a-f]{64}", held)
    return "" if whole else "its receipt is no SHA-256"


def _problem(entry: Mapping[str, Any], seed: bytes, previous: str, lots: set[str]) -> str:
    """What is wrong with one draw, or nothing; ``lots`` remembers what was drawn before it."""
    try:
        if receipt(entry, previous) != entry.get("receipt"):
            return "the receipt does not fit; this draw or one before it was changed, moved or left out"
        lot = lot_label(_text(entry, "label"), _whole(entry, "turn"))
        if lot in lots:
            return "drawn before under the same label; a further draw has its own turn"
        lots.add(lot)
        if entry["turn"] > 1 and not _text(entry, "because"):
            return "drawn again without a reason"
        tickets = [Ticket(_text(each, "person"), _whole(each, "tickets")) for each in _rows(entry, "tickets")]
        return _list_problem(entry, tickets) or _lot_problem(
            entry, draw(seed=seed, label=lot, tickets=tickets)
        )
    except UnicodeEncodeError:
        return "holds half a character (a lone surrogate); no text of a court does"
    except (ValueError, RecursionError) as wrong:
        return str(wrong)


def _list_problem(entry: Mapping[str, Any], tickets: Sequence[Ticket]) -> str:
    people = [ticket.person for ticket in tickets]
    if people != sorted(people):
        return "the tickets are not in the order of the people's codes; another order gives another person"
    for each in _rows(entry, "excluded"):
        if not _text(each, "reason"):
            return f"{_text(each, 'person')} is excluded without a reason"
        if _text(each, "person") in people:
            return f"{each['person']} is excluded and holds tickets"
    return ""


def _lot_problem(entry: Mapping[str, Any], drawn: Drawn) -> str:
    person = _text(entry, "person")
    if (drawn.person, drawn.number, drawn.total) == (person, entry.get("number"), entry.get("total")):
        return ""
    return f"recorded {person}, but ticket {drawn.number} of {drawn.total} is held by {drawn.person}"


def _unfounded(exception: Mapping[str, Any]) -> str:
    label, person, because = (_text(exception, key) for key in ("label", "person", "because"))
    return "" if because else f"{label} is given to {person} without a reason"


def _cut_off(about: Any, draws: int, last: str) -> list[Problem]:
    """The receipts chain what stands in the record; a last draw left out or put there shows in these two alone."""
    told = about if isinstance(about, dict) else {}
    if told.get("drawn", draws) != draws:
        return [Problem(0, "", f"{told['drawn']} draws were counted that day, the record holds {draws}")]
    if told.get("last_receipt", last) != last:
        return [Problem(0, "", "the last receipt is not the one told with the seed; the end was changed")]
    return []


# --- reading what others wrote ----------------------------------------------------------------------
def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise Unusable(f"{key}: {'is missing' if value is None else 'is no text'}; give a text")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise Unusable(f"{key}: holds half a character (a lone surrogate); no text of a court does")
    return value


def _whole(row: Mapping[str, Any], key: str) -> int:
    value = row.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Unusable(f"{key}: {value!r} is no count; give a whole number of at least 1")
    return value


def _rows(row: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = row.get(key)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Unusable(f"{key}: is no list of objects; give one")
    return value


def _seed(record: Mapping[str, Any]) -> bytes:
    if record.get("seed") is None:
        raise Unusable("seed: is not revealed yet; the court reveals it after the day of the draws")
    try:
        seed = bytes.fromhex(_text(record, "seed"))
    except Unusable:
        raise
    except ValueError:
        raise Unusable("seed: is not written in hex; give the seed as the court revealed it") from None
    if len(seed) < SEED_BYTES:
        raise Unusable(f"seed: has {len(seed)} bytes and could be guessed; {SEED_BYTES} would be right")
    return seed
