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
