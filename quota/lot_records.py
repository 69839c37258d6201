"""The published record of a day of lots (分案公开记录), which ``verify_draw`` draws again."""

from __future__ import annotations

from typing import Any

from quota.drawing import record_of, withheld
from quota.lot_candidates import code_of
from quota.models import Draw, DrawDay

GONE = {"departed": "", "void": "作废："}


def record_of_day(day: DrawDay) -> dict[str, Any]:
    """A day as everybody may read it: of sealed cases (封存) the receipts alone, and none of their exceptions."""
    draws = list(
        Draw.objects.filter(day=day).select_related("case", "picked", "assigned_to").order_by("sequence")
    )
    return record_of(
        court=day.court.code or "", day=str(day.on), commitment=day.commitment,
        seed=bytes.fromhex(day.seed) if day.seed else None,
        draws=[entry_of(draw) for draw in draws if draw.total],
        exceptions=[exception_of(draw) for draw in draws if draw.state in GONE and not draw.case.sealed],
    )  # fmt: skip


def entry_of(draw: Draw) -> dict[str, Any]:
    """What was written down when the lot was drawn."""
    entry = {
        "label": draw.label, "turn": draw.turn, "because": draw.because, "salt": draw.salt,
        "tickets": draw.tickets, "excluded": draw.excluded, "number": draw.drawn, "total": draw.total,
        "person": code_of_picked(draw), "receipt": draw.receipt,
    }  # fmt: skip
    return withheld(entry) if draw.case.sealed else entry


def code_of_picked(draw: Draw) -> str:
    """By what the record calls them, whatever their staff number is today."""
    reached = 0
    for ticket in draw.tickets:
        reached += ticket["tickets"]
        if draw.drawn < reached:
            return str(ticket["person"])
    return code_of(draw.picked)


def exception_of(draw: Draw) -> dict[str, str]:
    """Where another got the case, or nobody did."""
    person = code_of(draw.assigned_to) if draw.assigned_to else ""
    return {"label": draw.label, "person": person, "because": f"{GONE[draw.state]}{draw.reason}"}
