"""The plain yardstick (基准): the median of the cases alike in what tells most, wider cells where a cell is thin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deviation.encoding import Encoding

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_FEATURES = 6
MOST_BINS = 6
# A feature that explains less of what is left than this does not make a cell.
LEAST_GAIN = 0.003


class Cells:
    """Peer cells (可比案件组) by a few features in the order of what they tell."""

    def __init__(
        self, *, least: int, edges: Sequence[Floats], order: Sequence[int], tables: Sequence[Any]
    ) -> None:
        self.least = least
        self.edges, self.order = list(edges), [int(place) for place in order]
        self.tables = [(keys, medians, counts) for keys, medians, counts in tables]

    @classmethod
    def fit(
        cls, encoding: Encoding, matrix: Floats, target: Floats, *, least: int, mean: bool = False
    ) -> Self:
        """``mean`` instead of the median, for what happens or does not."""
        ranks = _ranks(encoding, matrix)
        edges = [_edges(ranks[:, place], least) for place in range(ranks.shape[1])]
        bins = _bins(ranks, edges)
        order = _telling(bins, target)
        tables = [_table(_keys(bins, order[:depth]), target, mean) for depth in range(len(order) + 1)]
        return cls(least=least, edges=edges, order=order, tables=tables)

    def path(self, encoding: Encoding, matrix: Floats) -> Floats:
        """The median of all, then of each narrower cell; a thin cell keeps the median of the wider one."""
        bins = _bins(_ranks(encoding, matrix), self.edges)
        path = np.zeros((len(matrix), len(self.tables)))
        for depth in range(len(self.tables)):
            medians, _, enough = self._at(depth, bins)
            path[:, depth] = np.where(enough, medians, path[:, max(depth - 1, 0)])
        return path

    def look_up(self, encoding: Encoding, matrix: Floats) -> tuple[Floats, Ints, NDArray[np.bool_]]:
        """Median and size of the narrowest cell that is not thin, and whether even the widest split leaves too few."""
        bins = _bins(_ranks(encoding, matrix), self.edges)
        median = np.zeros(len(matrix))
        size = np.zeros(len(matrix), dtype=np.int64)
        thin = np.zeros(len(matrix), dtype=bool)
        for depth in range(len(self.tables)):
            medians, counts, enough = self._at(depth, bins)
            if depth == 1:
                thin = ~enough
            median[enough], size[enough] = medians[enough], counts[enough]
        return median, size, thin

    def _at(self, depth: int, bins: Ints) -> tuple[Floats, Ints, NDArray[np.bool_]]:
        keys, medians, counts = self.tables[depth]
        wanted = _keys(bins, self.order[:depth])
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        enough = (keys[place] == wanted) & ((counts[place] >= self.least) | (depth == 0))
        return medians[place], counts[place], enough

    def state(self) -> dict[str, Any]:
        tables = [list(table) for table in self.tables]
        return {"least": self.least, "edges": self.edges, "order": self.order, "tables": tables}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        return cls(**state)


def _ranks(encoding: Encoding, matrix: Floats) -> Floats:
    """One column a feature: its number, or the place of its category; -1 for one that is rare."""
    owners = encoding.owners
    ranks = np.zeros((len(matrix), len(encoding.features)))
    for place, feature in enumerate(encoding.features):
        columns = matrix[:, owners == place]
        if feature.categories is None:
            ranks[:, place] = columns[:, 0]
        elif feature.categories:
            known = columns.argmax(axis=1).astype(float)
            ranks[:, place] = np.where(columns.max(axis=1) > 0, known, -1.0)
            ranks[np.isnan(columns[:, 0]), place] = np.nan
    return ranks


def _edges(values: Floats, least: int) -> Floats:
    """Where to cut so that no bin is thin."""
    present = values[~np.isnan(values)]
    distinct, counts = np.unique(present, return_counts=True)
    if len(distinct) > MOST_BINS:
        cuts = np.unique(np.quantile(present, np.arange(1, 4) / 4, method="lower"))
        places = np.searchsorted(cuts, distinct, side="left")
        counts = np.bincount(places, counts, minlength=len(cuts) + 1).astype(np.int64)
        distinct = np.append(cuts, distinct[-1])
    edges, held = [], 0
    left = int(counts.sum())
    for value, count in zip(distinct[:-1], counts[:-1], strict=True):
        held, left = held + int(count), left - int(count)
        if held >= least and left >= least:
            edges.append(float(value))
            held = 0
    return np.array(edges)


def _bins(ranks: Floats, edges: Sequence[Floats]) -> Ints:
    bins = np.zeros(ranks.shape, dtype=np.int64)
    for place, cuts in enumerate(edges):
        column = ranks[:, place]
        bins[:, place] = np.where(np.isnan(column), len(cuts) + 1, np.searchsorted(cuts, column, side="left"))
    return bins


def _keys(bins: Ints, order: Sequence[int]) -> Ints:
    keys = np.zeros(len(bins), dtype=np.int64)
    for place in order:
        keys = keys * (MOST_BINS * 8) + bins[:, place]
    return keys


def _telling(bins: Ints, target: Floats) -> list[int]:
    order: list[int] = []
    whole = left = _unexplained(_keys(bins, order), target)
    while len(order) < min(MOST_FEATURES, bins.shape[1]):
        rest = [place for place in range(bins.shape[1]) if place not in order]
        losses = [_unexplained(_keys(bins, [*order, place]), target) for place in rest]
        best = int(np.argmin(losses))
        if left - losses[best] <= LEAST_GAIN * whole:
            break
        order.append(rest[best])
        left = losses[best]
    return order


def _unexplained(keys: Ints, target: Floats) -> float:
    """Squared distance of each case from the mean of the others in its cell."""
    _, cell, counts = np.unique(keys, return_inverse=True, return_counts=True)
    sums = np.bincount(cell, target)
    others = np.maximum(counts - 1, 1)[cell]
    means = np.where(counts[cell] > 1, (sums[cell] - target) / others, target.mean())
    return float(((target - means) ** 2).sum())


def _table(keys: Ints, target: Floats, mean: bool) -> tuple[Ints, Floats, Ints]:
    order = np.lexsort((target, keys))
    found, starts, counts = np.unique(keys[order], return_index=True, return_counts=True)
    low, high = starts + (counts - 1) // 2, starts + counts // 2
    ranked = target[order]
    if mean:
        return found, np.add.reduceat(ranked, starts) / counts, counts.astype(np.int64)
    return found, (ranked[low] + ranked[high]) / 2, counts.astype(np.int64)
