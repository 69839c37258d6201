"""Who may be drawn for a case, and with how many tickets (分案候选): everybody else is left out with the reason.

Tickets are steps of room: what a person may have at hand at most, for the time they have, less what they have. A step
begun counts. Whoever has twice the room is about twice as likely; nobody without room is drawn. Steps are coarse (half a
month of work), so that a published record shows neither a person's load nor a single case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from quota.drawing import Ticket

#: Weighted cases are counted in hundredths.
GRAIN = Decimal("0.01")

REASONS = {
    "recusal": "回避",
    "seat": "不是在任员额法官",
    "division": "不在承办该类案件的部门",
    "procedure": "不承办该程序的案件",
    "away": "离岗,无可办案时间",
    "cap": "在手工作量已达上限",
}
#: What the published record says of them.
RECUSED, OUT = "回避", "不参加"


@dataclass(frozen=True)
class Aside:
    """Why somebody must not get this very case: a code of ``REASONS``, and what is known of it."""

    code: str
    note: str = ""


@dataclass(frozen=True)
class Candidate:
    """A judge at the moment of a draw. Weights are in weighted cases (折算件)."""

    person: str
    at_hand: Decimal
    #: What somebody with all their time closes in a month.
    monthly: Decimal
    #: The share of working time on cases, 0 to 1.
    available: Decimal
    #: Divisions they sit in, procedures they hear; None: all.
    divisions: frozenset[str] | None = None
    procedures: frozenset[str] | None = None
    aside: tuple[Aside, ...] = ()


class Excluded(NamedTuple):
    person: str
    reason: str
    text: str


class Eligible(NamedTuple):
    tickets: tuple[Ticket, ...]
    excluded: tuple[Excluded, ...]


def eligible(
    people: Iterable[Candidate], *, cap: Decimal, step: Decimal, division: str = "", procedure: str = ""
) -> Eligible:
    """Share out the tickets of one case. ``cap``: months of work at hand from which on no further case is drawn;
    ``step``: the months of room of a ticket.

    Both lists are in the order of the people's codes, so that the order cannot be chosen. Every reason that holds is
    given, not only the first.
    """
    tickets: list[Ticket] = []
    excluded: list[Excluded] = []
    for one in sorted(people, key=lambda one: one.person):
        reasons = _reasons(one, cap, division, procedure)
        excluded += [Excluded(one.person, aside.code, _said(aside)) for aside in reasons]
        if not reasons:
            tickets.append(Ticket(one.person, _steps(one, cap, step)))
    return Eligible(tuple(tickets), tuple(excluded))


def published(excluded: Iterable[Excluded]) -> list[dict[str, str]]:
    """Who is left out, in one word each; where somebody would have been left out anyway, nothing is told of a recusal."""
    found: dict[str, str] = {}
    for one in excluded:
        told = RECUSED if one.reason == "recusal" else OUT
        found[one.person] = told if found.get(one.person, told) == told else OUT
    return [{"person": person, "reason": reason} for person, reason in found.items()]


def _reasons(one: Candidate, cap: Decimal, division: str, procedure: str) -> list[Aside]:
    reasons = list(one.aside)
    if division and one.divisions is not None and division not in one.divisions:
        reasons.append(Aside("division"))
    if procedure and one.procedures is not None and procedure not in one.procedures:
        reasons.append(Aside("procedure"))
    if one.available <= 0:
        reasons.append(Aside("away"))
    elif _room(one, cap) <= 0:
        reasons.append(Aside("cap", f"在手{one.at_hand}折算件,上限{_most(one, cap)}"))
    return reasons


def _room(one: Candidate, cap: Decimal) -> Decimal:
    return _most(one, cap) - one.at_hand


def _steps(one: Candidate, cap: Decimal, step: Decimal) -> int:
    return int((_room(one, cap) / (step * one.monthly)).to_integral_value(ROUND_CEILING))


def _most(one: Candidate, cap: Decimal) -> Decimal:
    return (cap * one.monthly * one.available).quantize(GRAIN, ROUND_FLOOR)


def _said(aside: Aside) -> str:
    try:
        reason = REASONS[aside.code]
    except KeyError:
        raise ValueError(
            f"{aside.code!r} is no reason to stand aside; one of {', '.join(REASONS)} would be"
        ) from None
    return f"{reason}({aside.note})" if aside.note else reason
