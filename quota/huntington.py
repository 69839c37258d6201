"""Huntington–Hill between bounds (等比例法): every further seat to the court whose need over √(k·(k+1)) is largest.

A divisor is sought with arrays, and only so near that a few dozen seats remain open; those are settled in whole numbers.
So the answer is exact to the last bit, and does not hang on how a machine rounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
#: Far wider than any rounding of the arrays, far narrower than what lies between two courts.
MARGIN = 1e-9
#: So many seats are settled one by one; fewer are not worth another pass.
FEW = 48
PASSES = 200


def share_out(
    total: int, needs: Mapping[str, float], low: Mapping[str, int], high: Mapping[str, int]
) -> dict[str, int]:
    """Seats of every court. The bounds must be able to hold: low ≤ high for each, and the total between their sums."""
    return share_table(total, Table(needs, low, high))


def share_table(total: int, table: Table) -> dict[str, int]:
    """The same for courts that are arrays already."""
    codes, needs = list(table.by_code), table.by_code
    if not table.needs.all():
        return _with_the_idle(total, table)
    seats, top = table.around(total)
    given = seats.tolist()
    unsettled = np.flatnonzero(top > seats).tolist()
    ends = {place: int(top[place]) for place in unsettled}
    for place in _first(codes, needs, given, ends, total - sum(given)):
        given[place] += 1
    return dict(zip(codes, given, strict=True))


def in_order(needs: Mapping[str, float], spans: Mapping[str, tuple[int, int]]) -> list[tuple[str, int]]:
    """The seats of each span (from its first, up to and without its last) as they would be given, first to last.

    A tie goes to the larger need, then by code. Compared in whole numbers: the key of a seat is k·(k+1) over the square
    of the need, written with so many places that two different ones can never be cut to the same.
    """
    ratios = {code: needs[code].as_integer_ratio() for code in spans}
    most = max((below for _, below in ratios.values()), default=1)
    whole = {code: above * (most // below) for code, (above, below) in ratios.items()}
    places = 4 * max((each.bit_length() for each in whole.values()), default=1) + 2
    keyed = [
        (((seat * (seat + 1)) << places) // square, -whole[code], code, seat)
        for code, (begin, end) in spans.items()
        if (square := whole[code] * whole[code])
        for seat in range(begin, end)
    ]
    return [(code, seat) for _, _, code, seat in sorted(keyed)]


def _first(
    codes: Sequence[str], needs: Mapping[str, float], given: Sequence[int], ends: Mapping[int, int], left: int
) -> Iterator[int]:
    """The places of the courts that get the seats still left, one for each seat."""
    at = {codes[place]: place for place in ends}
    spans = {code: (given[place], ends[place]) for code, place in at.items()}
    return (at[code] for code, _ in islice(in_order(needs, spans), left))


def _with_the_idle(total: int, table: Table) -> dict[str, int]:
    """Courts that need nothing get what the others cannot take, in equal parts."""
    needs = table.by_code
    low = dict(zip(needs, table.low.tolist(), strict=True))
    high = dict(zip(needs, table.high.tolist(), strict=True))
    idle = {code: 1.0 for code, need in needs.items() if not need}
    busy = {code: need for code, need in needs.items() if need}
    theirs = max(total - sum(low[code] for code in idle), 0)
    first = min(theirs, sum(high[code] for code in busy))
    found = share_out(first, busy, low, high) if busy else {}
    rest = share_out(total - first, idle, low, high)
    return {code: found[code] if code in found else rest[code] for code in needs}


class Table:
    """The courts as arrays."""

    def __init__(self, needs: Mapping[str, float], low: Mapping[str, int], high: Mapping[str, int]) -> None:
        self.by_code = needs
        self.needs: Floats = np.fromiter(needs.values(), np.float64, len(needs))
        self.low: Whole = np.fromiter(map(low.__getitem__, needs), np.int64, len(needs))
        self.high: Whole = np.fromiter(map(high.__getitem__, needs), np.int64, len(needs))

    def in_bounds(self) -> bool:
        """Whether the floor of every court is nought or more, and not above its ceiling."""
        return not ((self.low < 0) | (self.low > self.high)).any()

    def around(self, total: int) -> tuple[Whole, Whole]:
        """Seats that are certain and seats that are the most possible: what lies between is few, or a tie.

        Certain are those at a divisor for which the sum does not exceed the total, less a margin for the rounding of the
        arrays; possible are those at one for which it reaches the total, with the same margin.
        """
        below, above = self._bracket(total)
        certain = self.low if below is None else self._seats(below * (1 - MARGIN))
        return certain, self.high if above is None else self._seats(above * (1 + MARGIN))

    def _bracket(self, total: int) -> tuple[float | None, float | None]:
        """Two multipliers (one over the divisor), between whose sums the total lies; None: beyond every court's bound."""
        below: float | None = None
        above: float | None = None
        short, long = int(self.low.sum()), int(self.high.sum())
        at = max(total, 1) / float(self.needs.sum())
        for _ in range(PASSES):
            seats = self._seats(at)
            count = int(seats.sum())
            if count <= total:
                below, short = at, count
            if count >= total:
                above, long = at, count
            if long - short <= FEW or _close(below, above):
                break
            at = self._next(at, total - count, seats, below, above)
        return below, above

    def _next(self, at: float, missing: int, seats: Whole, below: float | None, above: float | None) -> float:
        """A step of Newton's from here, over the courts that are free to move, and a little too far, so that it brackets."""
        moving = float(self.needs[(seats > self.low) & (seats < self.high)].sum()) * at
        over = FEW // 4 if missing > 0 else -(FEW // 4)
        step = at * (1 + (missing + over) / moving) if moving else 0.0
        if (below or 0.0) < step < (above or float("inf")):
            return step
        if above is None:
            return at * 2
        return (below * above) ** 0.5 if below else above / 2

    def _seats(self, multiplier: float) -> Whole:
        """Each need times the multiplier, rounded at the geometric mean √(k·(k+1)) of its neighbours, and held in bounds."""
        x = self.needs * multiplier
        x *= x
        x += 0.25
        np.sqrt(x, out=x)
        x += 0.5
        np.maximum(x, self.low, out=x)
        np.minimum(x, self.high, out=x)
        return x.astype(np.int64)


def _close(below: float | None, above: float | None) -> bool:
    return below is not None and above is not None and above <= below * (1 + MARGIN / 100)
