"""How the last seat of a court came (最后一名员额的来历): by its share or by its priority, and which court would have been next."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quota.huntington import in_order
from quota.largest_remainder import Shared


@dataclass(frozen=True)
class Step:
    """How a court came by its seats.

    ``way``: ``low`` or ``high`` (held at a bound), ``whole`` (its share rounded down), ``remainder`` (one more for what was
    left over), ``priority``. ``value`` is what its last seat counted with, or what it would have got one more seat with:
    the fraction of its share, or need / √(k·(k+1)). ``order``: which of the seats given in turn the last one was.
    ``next``: the court that would have got that seat, with ``next_value``. ``last``: whose seat was the last given, with
    ``last_value``: what one more here would have had to beat.
    """

    way: str
    share: float | None = None
    fraction: float | None = None
    value: float | None = None
    order: int | None = None
    round: int = 0
    next: str = ""
    next_value: float | None = None
    last: str = ""
    last_value: float | None = None


def steps_by_remainder(shared: Shared) -> dict[str, Step]:
    """For courts at a bound: in which round they were held there. For the others: share, fraction, place in the queue."""
    # True division of whole numbers rounds correctly, however long they are.
    fractions = {code: rest / shared.unit for code, (_, rest) in shared.parts.items()}
    places = {code: place for place, code in enumerate(shared.queue, start=1)}
    after = shared.queue[shared.given] if shared.given < len(shared.queue) else ""
    last = shared.queue[shared.given - 1] if shared.given else ""

    def free(code: str) -> Step:
        more = places[code] <= shared.given
        return Step(
            way="remainder" if more else "whole",
            share=(shared.parts[code][0] * shared.unit + shared.parts[code][1]) / shared.unit,
            fraction=fractions[code],
            value=fractions[code],
            order=places[code] if more else None,
            next=after if more else "",
            next_value=fractions[after] if more and after else None,
            last="" if more else last,
            last_value=fractions[last] if last and not more else None,
        )

    return {
        code: free(code)
        if code in places
        else Step(way=shared.clipped[code][0], round=shared.clipped[code][1])
        for code in shared.seats
    }


def steps_by_priority(
    seats: Mapping[str, int], needs: Mapping[str, float], low: Mapping[str, int], high: Mapping[str, int]
) -> dict[str, Step]:
    """The seats above the floors in the order in which they were given, and the queue of those that would be next."""
    order = in_order(needs, {code: (low[code], count) for code, count in seats.items()})
    places = {code: place for place, (code, _) in enumerate(order, start=1)}
    lasts = in_order(needs, {code: (n - 1, n) for code, n in seats.items() if n > low[code]})[::-1][:2]
    nexts = in_order(needs, {code: (n, n + 1) for code, n in seats.items() if n < high[code]})[:2]

    def step(code: str) -> Step:
        count = seats[code]
        turn = count > low[code]
        after = _other(nexts, code) if turn else None
        before = _other(lasts, code) if count < high[code] else None
        return Step(
            way="low" if not turn else "high" if count == high[code] else "priority",
            value=priority(needs[code], count - 1 if turn else count),
            order=places.get(code),
            next=after[0] if after else "",
            next_value=priority(needs[after[0]], after[1]) if after else None,
            last=before[0] if before else "",
            last_value=priority(needs[before[0]], before[1]) if before else None,
        )

    return {code: step(code) for code in seats}


def _other(seats: Sequence[tuple[str, int]], code: str) -> tuple[str, int] | None:
    return next((each for each in seats if each[0] != code), None)


def priority(need: float, held: int) -> float | None:
    """What a court that holds so many seats asks for one more with; None for the first, which comes before all others."""
    return need / math.sqrt(held * (held + 1)) if held else None
