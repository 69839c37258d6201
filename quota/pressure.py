"""Pressure (办案压力): how many judges a court's cases ask for over those it has; above one it has too few."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The least and the most, and how unevenly the pressure lies (基尼系数); None where nothing is known."""

    n: int
    least: float | None
    most: float | None
    gini: float | None


@dataclass(frozen=True)
class Review:
    """What the yearly review asks for (动态调整).

    ``direction``: ``increase``, ``decrease`` or ``keep``; ``vacant``: how many seats may be taken back, those nobody holds.
    """

    direction: str
    years: int
    vacant: int


def pressure(need: float, seats: int) -> float | None:
    return need / seats if seats else None


def spread(pressures: Sequence[float]) -> Spread:
    """Gini from the ordered values: the same whichever court comes first."""
    if not pressures:
        return Spread(0, None, None, None)
    ordered, n = sorted(pressures), len(pressures)
    total = math.fsum(ordered)
    weighted = math.fsum((2 * place - n - 1) * value for place, value in enumerate(ordered, start=1))
    return Spread(n, ordered[0], ordered[-1], weighted / (n * total) if total else 0.0)


def review(
    pressures: Sequence[float | None], *, seats: int, sitting: int, high: float, low: float, years: int
) -> Review:
    """The last ``years`` years, oldest first, must all be at or beyond the line; a year not known breaks the row.

    A decrease only takes back what is vacant: no judge in post is ever removed.
    """
    vacant = max(seats - sitting, 0)
    recent = pressures[-years:]
    known = [value for value in recent if value is not None]
    if years < 1 or len(known) < years:
        return Review("keep", years, vacant)
    if min(known) >= high:
        return Review("increase", years, vacant)
    return Review("decrease" if max(known) <= low and vacant else "keep", years, vacant)
