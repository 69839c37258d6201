"""What was counted (历史收案), made ready: square roots, so that small and large counts err alike, and gaps filled.

The square root makes the spread of a count nearly the same whatever its size, and zero is a number like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Anscombe: the root of a Poisson count and this has the same variance, a quarter, at every mean but the smallest.
SHIFT = 3 / 8
POISSON = 1 / 4


@dataclass(frozen=True)
class History:
    """``roots`` without holes, in the scale the methods work in; ``known`` tells what was counted from what was filled."""

    roots: Floats
    counts: Floats
    known: NDArray[np.bool_]
    factors: Floats  # how long each period was, past ones and those to come, against a mean one
    season: int

    def __len__(self) -> int:
        return len(self.roots)

    def gaps(self) -> int:
        return int((~self.known).sum())

    def noise(self) -> float:
        """How much a root varies by chance alone: what the square of a mean root falls short of the mean square."""
        apart = self.roots[self.season :] - self.roots[: -self.season]
        spread = float((apart**2).mean()) / 2 if len(apart) else float(self.roots.var())
        return min(spread, POISSON)

    def until(self, origin: int, horizon: int) -> History:
        """What was known at ``origin``, with the lengths of the ``horizon`` periods after it; holes are filled anew."""
        return History(
            _filled(self.roots[:origin], self.known[:origin], self.season),
            self.counts[:origin],
            self.known[:origin],
            self.factors[: origin + horizon],
            self.season,
        )


def history(
    counts: Sequence[float | None], *, season: int, horizon: int, days: Sequence[float] | None, most: int
) -> History:
    """The last ``most`` seasons of it, from the first period that was counted."""
    values = np.array([np.nan if count is None else float(count) for count in counts])
    known = ~np.isnan(values)
    _check(values, known, season, horizon, most)
    start = max(len(values) - most * season, 0)
    start += int(known[start:].argmax())
    factors = _factors(days, len(values), horizon)[start:]
    values, known = values[start:], known[start:]
    roots = np.sqrt(np.where(known, values, 0.0) / factors[: len(values)] + SHIFT)
    return History(_filled(roots, known, season), np.nan_to_num(values), known, factors, season)


def expected(roots: Floats, factors: Floats, noise: float | Floats = POISSON) -> Floats:
    """The count to be expected where the root is forecast as ``roots`` and varies by ``noise`` around it."""
    counts: Floats = np.maximum(np.maximum(roots, 0.0) ** 2 + noise - SHIFT, 0.0) * factors
    return counts


def bound(roots: Floats, factors: Floats) -> Floats:
    """The count of which ``roots`` is the root."""
    counts: Floats = np.maximum(np.maximum(roots, 0.0) ** 2 - SHIFT, 0.0) * factors
    return counts


def _check(values: Floats, known: NDArray[np.bool_], season: int, horizon: int, most: int) -> None:
    if horizon < 1 or season < 1:
        raise ValueError(f"a forecast needs a horizon and a season of at least 1, not {horizon} and {season}")
    if not known[-most * season :].any():
        raise ValueError("a forecast needs at least one period that was counted")
    if not np.isfinite(values[known]).all() or (values[known] < 0).any():
        raise ValueError("the counts of a forecast must be finite and not negative")


def _factors(days: Sequence[float] | None, past: int, horizon: int) -> Floats:
    if days is None:
        return np.ones(past + horizon)
    lengths = np.array(days, dtype=float)
    if len(lengths) != past + horizon:
        raise ValueError(
            f"{past + horizon} lengths are needed, one a period past and to come, not {len(lengths)}"
        )
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise ValueError("the length of a period must be more than zero days")
    factors: Floats = lengths / lengths[:past].mean()
    return factors


def _filled(roots: Floats, known: NDArray[np.bool_], season: int) -> Floats:
    """A hole takes the mean of the same period of the years beside it, else what lies between its neighbours."""
    places = np.arange(len(roots))
    straight = np.interp(places, places[known], roots[known])
    filled = np.where(known, roots, straight)
    for place in places[~known]:
        beside = [
            other for other in (place - season, place + season) if 0 <= other < len(roots) and known[other]
        ]
        if beside:
            filled[place] = roots[beside].mean()
    return filled
