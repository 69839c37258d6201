"""How far comparable cases lie from their expectation (离散程度), and which outcomes a nine in ten band holds.

Cases whose distances are alike form a group (found by a small tree); within a group the band is learned for either
side, thin groups borrow from all. Courts that keep closer together, or less so, narrow or widen it a little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeRegressor

from deviation.effects import CourtEffects, Shrinkage

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_GROUPS = 24
IN_A_GROUP = 150
# As many cases of all weigh as much as the group itself.
BORROWED = 30
FAINT = Shrinkage(15.0, None)
SOFTENING = 0.2


class Groups:
    """Groups of like spread (同离散度组): the leaves of a small tree over circumstances and expectation."""

    def __init__(self, *, feature: Ints, threshold: Floats, left: Ints, right: Ints, leaf: Ints) -> None:
        self.feature, self.threshold, self.left, self.right, self.leaf = feature, threshold, left, right, leaf
        if not ((left > np.arange(len(left))) | (leaf >= 0)).all() or max(left.max(), right.max()) >= len(
            left
        ):
            raise ValueError("a tree leads nowhere")

    @classmethod
    def fit(cls, inputs: Floats, distances: Floats) -> Self:
        leaves = int(np.clip(len(inputs) // IN_A_GROUP, 1, MOST_GROUPS))
        tree = DecisionTreeRegressor(
            max_leaf_nodes=max(leaves, 2),
            min_samples_leaf=IN_A_GROUP if leaves > 1 else len(inputs),
            random_state=0,
        )
        tree = tree.fit(inputs, distances).tree_
        # Children are numbered after their parents, so that a walk always ends.
        order = _downwards(tree.children_left, tree.children_right)
        place = np.zeros(len(order) + 1, dtype=np.int64)
        place[order] = np.arange(len(order))
        left, right = place[tree.children_left[order]], place[tree.children_right[order]]
        ends = tree.children_left[order] < 0
        leaf = np.where(ends, np.cumsum(ends) - 1, -1)
        here = np.arange(len(order))
        return cls(
            feature=np.where(ends, 0, tree.feature[order]).astype(np.int64),
            threshold=tree.threshold[order].astype(np.float64),
            left=np.where(ends, here, left), right=np.where(ends, here, right), leaf=leaf.astype(np.int64),
        )  # fmt: skip

    @property
    def count(self) -> int:
        return int(self.leaf.max()) + 1

    def of(self, inputs: Floats) -> Ints:
        node = np.zeros(len(inputs), dtype=np.int64)
        if len(self.leaf) == 1:
            return node
        # The tree was grown on single precision; the same rounding keeps a case in its group.
        single = inputs.astype(np.float32)
        lines = np.arange(len(inputs))
        while (self.leaf[node] < 0).any():
            goes_left = single[lines, self.feature[node]] <= self.threshold[node]
            node = np.where(goes_left, self.left[node], self.right[node])
        return self.leaf[node]

    def state(self) -> dict[str, Any]:
        names = ("feature", "threshold", "left", "right", "leaf")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Bands:
    """For each group how far the 90 % and the 99 % band reach to either side."""

    down90: Floats
    up90: Floats
    down99: Floats
    up99: Floats

    @classmethod
    def fit(cls, residuals: Floats, groups: Ints, count: int) -> Self:
        ups = _by_group(residuals, groups, count, 0.95)
        downs = -_by_group(residuals, groups, count, 0.05)
        ups, downs = np.maximum(ups, 1e-3), np.maximum(downs, 1e-3)
        reach = np.where(residuals > 0, residuals / ups[groups], -residuals / downs[groups])
        at90 = _by_group(reach, groups, count, 0.90, careful=True)
        at99 = np.maximum(np.full(count, _quantile(reach, 0.99)), at90)
        return cls(downs * at90, ups * at90, downs * at99, ups * at99)

    @classmethod
    def even(cls, distances: Floats, count: int) -> Self:
        """One reach for all groups and both sides."""
        at90, at99 = (np.full(count, _quantile(distances, share, careful=True)) for share in (0.90, 0.99))
        return cls(at90, at90, at99, at99)

    def state(self) -> dict[str, Any]:
        names = ("down90", "up90", "down99", "up99")
        return {name: getattr(self, name) for name in names}


class Closeness:
    """By how much a court keeps its cases closer together or further apart than others."""

    def __init__(self, effects: CourtEffects) -> None:
        self.effects = effects

    @classmethod
    def fit(cls, residuals: Floats, groups: Ints, count: int, codes: Ints) -> Self:
        size = np.abs(residuals)
        means = np.bincount(groups, size, count) / np.maximum(np.bincount(groups, minlength=count), 1)
        logs = np.log(size / np.maximum(means, 1e-9)[groups] + SOFTENING)
        nothing = np.zeros((len(codes), 0))
        return cls(CourtEffects.fit(logs - logs.mean(), codes, nothing, FAINT))

    def factor(self, codes: Ints) -> Floats:
        return np.exp(self.effects.predict(codes, np.zeros((len(codes), 0))))


def _downwards(left: Ints, right: Ints) -> Ints:
    order, waiting = [], [0]
    while waiting:
        node = waiting.pop(0)
        order.append(node)
        if left[node] >= 0:
            waiting += [int(left[node]), int(right[node])]
    return np.array(order, dtype=np.int64)


def _by_group(values: Floats, groups: Ints, count: int, share: float, *, careful: bool = False) -> Floats:
    pooled = _quantile(values, share, careful=careful)
    found = np.full(count, pooled)
    for group in range(count):
        own = values[groups == group]
        if len(own):
            trust = len(own) / (len(own) + BORROWED)
            found[group] = trust * _quantile(own, share, careful=careful) + (1 - trust) * pooled
    return found


def _quantile(values: Floats, share: float, *, careful: bool = False) -> float:
    """``careful`` counts the case still to come among those seen, as conformal prediction does."""
    if careful:
        share = min(1.0, share * (1 + 1 / len(values)))
    return float(np.quantile(values, share))
