"""Bounded largest remainder (有上下限的最大余数法), in whole numbers: no share is ever rounded before it is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shared:
    """Seats, and how they came: ``parts`` (whole, left over of ``unit``) of the shares of the courts left free, ``clipped``

    (side, round) of those put at a bound, ``queue``: the free courts by what was left over, ``given`` of which got one more.
    """

    seats: dict[str, int]
    parts: dict[str, tuple[int, int]]
    unit: int
    clipped: dict[str, tuple[str, int]]
    queue: tuple[str, ...]
    given: int


def share_out(
    total: int, needs: Mapping[str, float], low: Mapping[str, int], high: Mapping[str, int]
) -> Shared:
    """The bounds must be able to hold: low ≤ high for each, and the total between their sums."""
    whole = in_whole_numbers(needs)
    seats: dict[str, int] = {}
    clipped: dict[str, tuple[str, int]] = {}
    free = list(needs)
    while True:
        left = total - sum(seats.values())
        weights = {code: whole[code] for code in free}
        if not any(weights.values()):
            weights = dict.fromkeys(free, 1)  # nobody needs anything: what is left is shared equally
        side, wrong = _violators(left, weights, low, high)
        if not wrong:
            break
        seats.update({code: (low if side == "low" else high)[code] for code in wrong})
        number = len({place for _, place in clipped.values()}) + 1
        clipped.update(dict.fromkeys(wrong, (side, number)))
        out = set(wrong)
        free = [code for code in free if code not in out]
    return _rounded(left, weights, whole, seats, clipped, list(needs))


def in_whole_numbers(needs: Mapping[str, float]) -> dict[str, int]:
    """The needs times one power of two that makes every one of them whole: their proportions to the last bit."""
    ratios = {code: need.as_integer_ratio() for code, need in needs.items()}
    most = max((below for _, below in ratios.values()), default=1)
    return {code: above * (most // below) for code, (above, below) in ratios.items()}


def _violators(
    left: int, weights: Mapping[str, int], low: Mapping[str, int], high: Mapping[str, int]
) -> tuple[str, list[str]]:
    """The side with the larger total violation (a tie: the low side), and the courts beyond their bound there."""
    whole = sum(weights.values())
    under = {code: gap for code, weight in weights.items() if (gap := low[code] * whole - weight * left) > 0}
    over = {code: gap for code, weight in weights.items() if (gap := weight * left - high[code] * whole) > 0}
    if sum(under.values()) >= sum(over.values()):
        return "low", list(under)
    return "high", list(over)


def _rounded(
    left: int,
    weights: Mapping[str, int],
    whole: Mapping[str, int],
    fixed: Mapping[str, int],
    clipped: dict[str, tuple[str, int]],
    order: list[str],
) -> Shared:
    """Whole parts first, then one seat each to the largest remainders; a tie: larger need, then code."""
    everything = sum(weights.values()) or 1
    parts = {code: divmod(weight * left, everything) for code, weight in weights.items()}
    given = left - sum(part for part, _ in parts.values())
    queue = sorted(parts, key=lambda code: (-parts[code][1], -whole[code], code))
    more = set(queue[:given])
    free = {code: part + (code in more) for code, (part, _) in parts.items()}
    return Shared(
        seats={code: free[code] if code in free else fixed[code] for code in order},
        parts=parts,
        unit=everything,
        clipped=clipped,
        queue=tuple(queue),
        given=given,
    )
