"""How near the end of a clock is (预警阶段), as a ladder of days before it.

``overdue`` after the last day; ``urgent`` and ``mid`` some days before it; ``early`` once a part of the time has run.
A stage that would begin before the clock does is skipped, so that a clock of a few days is not born urgent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

STAGES = ("early", "mid", "urgent", "overdue")  # mildest first


@dataclass(frozen=True)
class Ladder:
    """``mid_days`` stands on the clock itself: stricter for criminal and administrative cases."""

    early_part: int
    early_of: int
    urgent_days: int


@dataclass(frozen=True)
class Running:
    """What a stage depends on. ``backwards``: a day counted back from another clock's end (延长审限申请截止)."""

    start_on: date
    due_on: date
    mid_days: int
    backwards: bool = False


def stage_on(day: date, clock: Running, ladder: Ladder) -> str | None:
    """The most severe stage a running clock has reached on that day; None: nobody need be told yet.

    A day counted back from another clock is announced shortly before and then lapses: letting it pass is no breach.
    """
    left = (clock.due_on - day).days
    if clock.backwards:
        return "urgent" if 0 <= left <= ladder.urgent_days else None
    if left < 0:
        return "overdue"
    length = (clock.due_on - clock.start_on).days
    if left <= ladder.urgent_days <= length:
        return "urgent"
    if left <= clock.mid_days <= length:
        return "mid"
    is_early = ladder.early_of * (day - clock.start_on).days >= ladder.early_part * length
    return "early" if is_early and length >= 0 else None
