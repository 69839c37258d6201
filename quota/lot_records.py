"""The published record of a day of lots (分案公开记录), which ``verify_draw`` draws again."""

from __future__ import annotations

from typing import Any

from quota.drawing import record_of, withheld
from quota.lot_hands import without_names
from quota.lot_names import digest_of_names, name_on
from quota.lot_past import Past, past_on
from quota.models import Draw, DrawDay

GONE = {"departed": "", "void": "作废："}
PAST = "不经抽签变更承办人："
SYSTEM = "系统"


def record_of_day(day: DrawDay) -> dict[str, Any]:
    """A day as everybody may read it: of sealed cases (封存) the receipts alone, and none of their exceptions."""
    draws = list(
        Draw.objects.filter(day=day)
        .select_related("case", "day", "picked", "assigned_to", "decided_by")
        .order_by("sequence")
    )
    exceptions = [exception_of(draw) for draw in draws if draw.state in GONE and not draw.case.sealed]
    return record_of(
        court=day.court.code or "", day=str(day.on), commitment=day.commitment,
        seed=bytes.fromhex(day.seed) if day.seed else None,
        draws=[entry_of(draw) for draw in draws if draw.total],
        exceptions=exceptions + [told_of(one, day) for one in past_on(day)], about=about(day),
    )  # fmt: skip


def about(day: DrawDay) -> dict[str, Any]:
    """When the seed was committed to and told, what the names are made by, how many cases there were that day."""
    names = digest_of_names(day.veil, court=day.court.code or "", day=str(day.on)) if day.veil else ""
    return {
        "committed_at": day.committed_at.isoformat(), "names": names,
        "revealed_at": day.revealed_at.isoformat() if day.revealed_at else "",
    } | day.counts  # fmt: skip


def entry_of(draw: Draw) -> dict[str, Any]:
    """What was written down when the lot was drawn."""
    entry = {
        "label": draw.label, "turn": draw.turn, "because": draw.because, "salt": draw.salt,
        "tickets": draw.tickets, "excluded": draw.excluded, "number": draw.drawn, "total": draw.total,
        "person": code_of_picked(draw), "receipt": draw.receipt,
    } | ({"rule": draw.rule} if draw.rule else {})  # fmt: skip
    return withheld(entry) if draw.case.sealed else entry


def code_of_picked(draw: Draw) -> str:
    """By what the record calls them, whatever their staff number is today."""
    reached = 0
    for ticket in draw.tickets:
        reached += ticket["tickets"]
        if draw.drawn < reached:
            return str(ticket["person"])
    return name_on(draw.day, draw.picked)


def exception_of(draw: Draw) -> dict[str, str]:
    """Where another got the case, or nobody did."""
    return {
        "label": draw.label, "person": name_on(draw.day, draw.assigned_to) if draw.assigned_to else "",
        "because": f"{GONE[draw.state]}{draw.reason}",
        "by": name_on(draw.day, draw.decided_by) if draw.decided_by else SYSTEM,
    }  # fmt: skip


def told_of(past: Past, day: DrawDay) -> dict[str, str]:
    """A case that came to its judge past the lot, or was taken from whom it fell to."""
    return {
        "label": past.case.number, "person": name_on(day, past.judge) if past.judge else "",
        "because": f"{PAST}{without_names(past.case, past.reason)}" if past.reason.strip() else "",
        "by": name_on(day, past.by) if past.by else SYSTEM,
    }  # fmt: skip
