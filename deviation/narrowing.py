"""Whether outcomes of a cause lie closer together since the comparison is in use (离散度, 机械司法风险). Pure.

A comparison is meant to make people look again, not to make them copy the middle. Spread that shrinks sharply after the
launch is a reason to ask whether cases are still weighed one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from deviation.residuals import NORMAL_95, Floats, may_be_shown, sizes_of

#: Spread has shrunk sharply when even the upper end of the interval of the ratio lies below this.
SHARPLY = 0.8


@dataclass(frozen=True, slots=True)
class Measured:
    """The residual of one case of a cause, decided before or after the launch (启用)."""

    stratum: str
    after: bool
    value: float


@dataclass(frozen=True, slots=True)
class Change:
    """Mean distance from the median after the launch beside the one before; their ``ratio`` with its 95 % interval.

    ``narrowed``: it shrank sharply.
    """

    stratum: str
    n_before: int
    n_after: int
    before: float
    after: float
    ratio: float
    low: float
    high: float
    narrowed: bool


def changes(cases: Iterable[Measured], *, min_group: int) -> list[Change]:
    """Each cause with enough cases on both sides, by name; and all of those together as "" where there is more than one."""
    rows = list(cases)
    sides = {
        after: may_be_shown(sizes_of(row.stratum for row in rows if row.after is after), min_group)
        for after in (False, True)
    }
    shown = sorted(sides[False] & sides[True])
    found = [_change(name, [row for row in rows if row.stratum == name], len(shown)) for name in shown]
    if len(shown) > 1:
        found.append(_change("", [row for row in rows if row.stratum in shown], 1))
    return found


def _change(name: str, rows: list[Measured], tested: int) -> Change:
    before, after = (_distances([row for row in rows if row.after is side]) for side in (False, True))
    first, second = float(before.mean()), float(after.mean())
    if first <= 0 or second <= 0:
        return Change(name, len(before), len(after), first, second, 1.0, 0.0, float("inf"), False)
    ratio = second / first
    error = float(np.sqrt(_variance_of_log(before) + _variance_of_log(after)))
    half = NORMAL_95 * error
    # Many causes are looked at: each must shrink by more than one alone would have to.
    narrowed = ratio * float(np.exp(error * _quantile(tested))) < SHARPLY
    bounds = ratio * float(np.exp(-half)), ratio * float(np.exp(half))
    return Change(name, len(before), len(after), first, second, ratio, *bounds, narrowed)


def _distances(rows: list[Measured]) -> Floats:
    """Distances from the median of one's own cause, so that causes together do not measure how far they are apart."""
    parts = []
    for name in sorted({row.stratum for row in rows}):
        values = np.asarray([row.value for row in rows if row.stratum == name])
        parts.append(np.abs(values - np.median(values)))
    return np.concatenate(parts)


def _variance_of_log(distances: Floats) -> float:
    return float(distances.var(ddof=1)) / (len(distances) * float(distances.mean()) ** 2)


def _quantile(tested: int) -> float:
    """The normal quantile that keeps the chance of one false alarm among so many causes at 5 % (Bonferroni)."""
    return NormalDist().inv_cdf(1 - 0.025 / max(tested, 1))
