"""How far a stage of a case stands out among its like (节点数据峰值偏差), and who left the fast track (快审超限). Pure.

The deviation is counted in robust standard deviations from the median, so that the few very long cases it looks for do
not hide themselves. Where cases are few, or all alike, nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

#: The median absolute deviation of a normal distribution, times this, is its standard deviation.
TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Peak:
    """One duration (days) beside its class; ``deviation`` is None where the class cannot tell."""

    duration: float
    median: float
    spread: float
    n: int
    deviation: float | None


@dataclass(frozen=True)
class Bound:
    """What a class of cases rarely exceeds; None where too few are known."""

    value: float | None
    n: int


@dataclass(frozen=True)
class Breach:
    """A simple case that did not go as one: ``what`` (``cycle`` or the node), how long it took, and the bound it passed."""

    case: Hashable
    what: str
    duration: float
    bound: float


def peak_deviation(
    durations: Mapping[Hashable, Mapping[Hashable, float]], *, cell_min: int
) -> dict[Hashable, dict[Hashable, Peak]]:
    """By class, then by case: (duration − median) / (1.4826 × MAD); None below ``cell_min`` cases or when MAD is 0."""
    return {klass: _peaks(cases, cell_min) for klass, cases in durations.items()}


def percentile(values: Sequence[float], share: float, *, cell_min: int) -> Bound:
    """What that share of the values does not exceed, between two of them by a straight line."""
    if len(values) < max(cell_min, 1):
        return Bound(None, len(values))
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return Bound(ordered[below] + (place - below) * (ordered[above] - ordered[below]), len(ordered))


def breaches(
    *,
    cycles: Mapping[Hashable, float],
    bound: Bound,
    nodes: Mapping[str, Mapping[Hashable, Peak]],
    flag_above: float,
) -> list[Breach]:
    """Simple cases for a second look: the whole cycle beyond the ``bound`` of its class, or a node that stands out.

    In the order given, the cycle before the nodes. ``nodes``: per node the peaks of simple cases.
    """
    long = [
        Breach(case, "cycle", days, bound.value)
        for case, days in cycles.items()
        if bound.value is not None and days > bound.value
    ]
    peaks = ((case, node, peak) for node, cases in nodes.items() for case, peak in cases.items())
    return long + list(_standing_out(peaks, flag_above))


def _standing_out(peaks: Iterable[tuple[Hashable, str, Peak]], flag_above: float) -> Iterable[Breach]:
    for case, node, peak in peaks:
        if peak.deviation is not None and peak.deviation > flag_above:
            yield Breach(case, node, peak.duration, peak.median + flag_above * peak.spread)


def _peaks(cases: Mapping[Hashable, float], cell_min: int) -> dict[Hashable, Peak]:
    if not cases:
        return {}
    middle = median(cases.values())
    spread = TO_SIGMA * median(abs(value - middle) for value in cases.values())
    tells = len(cases) >= cell_min and spread > 0
    return {
        case: Peak(value, middle, spread, len(cases), (value - middle) / spread if tells else None)
        for case, value in cases.items()
    }
