"""What a court must have and may have at most (员额上下限), and how many seats there are to share (总量)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from quota.need import CourtInput


@dataclass(frozen=True)
class Bound:
    """Least and most seats of a court, and what each comes from: floor, sitting, change; ceiling, sitting, change, floor."""

    low: int
    high: int
    low_from: str
    high_from: str


@dataclass(frozen=True)
class Total:
    """``cap`` ≥ ``target`` = ``reserve`` + ``seats``; ``asked`` is what was wanted before the cap.

    ``unplaced``: seats the ceilings of the courts keep back; ``lifted``: seats the floors take out of the reserve.
    """

    cap: int
    asked: int
    target: int
    reserve: int
    seats: int
    unplaced: int = 0
    lifted: int = 0


@dataclass(frozen=True)
class Ratio:
    """A court's own share of judges in its staffing beside the mean of the basic courts; ``holds`` None: not known."""

    code: str
    own: float | None
    mean: float | None
    holds: bool | None


def exactly(ratio: float) -> Fraction:
    """The decimal that was written, not the binary number next to it: 0.29 of 100 is 29."""
    return Fraction(repr(ratio))


def cap(staffing_total: int, cap_ratio: float) -> int:
    """The most judges of a province (员额上限): a share of its central staffing (中央政法专项编制), rounded down."""
    return math.floor(exactly(cap_ratio) * staffing_total)


def total_seats(
    staffing_total: int, needs: Sequence[float], *, cap_ratio: float, reserve_ratio: float, policy: int | None
) -> Total:
    """How many there are to share: what policy or the needs ask for, never above the cap, less the reserve."""
    most = cap(staffing_total, cap_ratio)
    asked = math.ceil(math.fsum(needs)) if policy is None else policy
    target = min(most, asked)
    reserve = math.floor(exactly(reserve_ratio) * target)
    return Total(most, asked, target, reserve, target - reserve)


def within(total: Total, least: int, most: int) -> Total:
    """As many as the bounds of the courts can hold, where nobody said how many there are to be.

    Floors that do not fit under the cap stay a contradiction, for the allocation to name.
    """
    seats = min(max(total.seats, least), max(most, least))
    if seats > total.cap:
        return total
    target = max(total.target, seats)
    return Total(
        total.cap,
        total.asked,
        target,
        target - seats,
        seats,
        unplaced=max(total.seats - seats, 0),
        lifted=max(seats - total.seats, 0),
    )


def bounds(
    courts: Sequence[CourtInput],
    *,
    floor: int,
    ceiling_ratio: float,
    change_limit: float | None = None,
    change_step: int = 0,
    keep_sitting: bool = False,
) -> tuple[dict[str, int], dict[str, int]]:
    """Least and most seats by court; ``limits`` also says what each bound comes from."""
    found = limits(
        courts,
        floor=floor,
        ceiling_ratio=ceiling_ratio,
        change_limit=change_limit,
        change_step=change_step,
        keep_sitting=keep_sitting,
    )
    return {code: each.low for code, each in found.items()}, {code: each.high for code, each in found.items()}


def limits(
    courts: Sequence[CourtInput],
    *,
    floor: int,
    ceiling_ratio: float,
    change_limit: float | None = None,
    change_step: int = 0,
    keep_sitting: bool = False,
) -> dict[str, Bound]:
    """Judges in post (``keep_sitting``) are never removed: they raise both bounds. Then the floor and the ceiling hold;

    the yearly change limit (with at least ``change_step`` seats of movement) yields to all of these.
    """
    return {
        court.code: _moderated(
            _held(court, floor, cap(court.staffing, ceiling_ratio), keep_sitting),
            court.last_seats,
            change_limit,
            change_step,
        )
        for court in courts
    }


def _held(court: CourtInput, floor: int, ceiling: int, keep_sitting: bool) -> Bound:
    sitting = court.sitting if keep_sitting else 0
    return Bound(
        max(floor, sitting),
        max(ceiling, sitting),
        "sitting" if sitting > floor else "floor",
        "sitting" if sitting > ceiling else "ceiling",
    )


def _moderated(held: Bound, last: int | None, limit: float | None, step: int) -> Bound:
    if last is None or limit is None:
        return held
    room = max(math.floor(exactly(limit) * last), step)
    low, high = last - room, last + room
    low_from, high_from = held.low_from, held.high_from
    if low > held.low:
        low, low_from = min(low, max(held.high, held.low)), "change"
    else:
        low = held.low
    if high < held.high:
        high, high_from = max(high, held.low), "change"
    else:
        high = held.high
    return Bound(low, high, low_from, high_from)


def own_ratio_checked(
    courts: Sequence[CourtInput], seats: Mapping[str, int], *, high_level: int, basic_level: int
) -> tuple[Ratio, ...]:
    """The share of judges of every high court must not exceed the mean of its basic courts (高院比例不高于基层平均)."""
    basic = [_ratio(court, seats) for court in courts if court.level == basic_level]
    known = [ratio for ratio in basic if ratio is not None]
    mean = sum(known, Fraction(0)) / len(known) if known else None
    return tuple(
        _compared(court.code, _ratio(court, seats), mean) for court in courts if court.level == high_level
    )


def _ratio(court: CourtInput, seats: Mapping[str, int]) -> Fraction | None:
    return Fraction(seats[court.code], court.staffing) if court.staffing else None


def _compared(code: str, own: Fraction | None, mean: Fraction | None) -> Ratio:
    holds = None if own is None or mean is None else own <= mean
    return Ratio(code, _plain(own), _plain(mean), holds)


def _plain(ratio: Fraction | None) -> float | None:
    return None if ratio is None else float(ratio)
