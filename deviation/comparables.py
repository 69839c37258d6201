"""The nearest decided cases (可比案件): alike in circumstances first, then of the same court, then of the same days."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAREST = 10
# One more, because the case itself may be in the history.
WANTED = NEAREST + 1
UNDATED = -1


class Comparables:
    """The history, looked up by distance of standardised circumstances. Equal cases, equal answer."""

    def __init__(
        self, *, ids: Sequence[str], points: Floats, of_point: Ints, codes: Ints, days: Ints, scale: Floats
    ):
        self.ids, self.points, self.of_point = list(ids), points, of_point
        self.codes, self.days, self.scale = codes, days, scale
        order = np.lexsort((days, of_point))
        starts = np.searchsorted(of_point[order], np.arange(len(points) + 1))
        self._members = [order[starts[k] : starts[k + 1]] for k in range(len(points))]
        self._tree = cKDTree(points) if points.shape[1] else None
        self._lists: dict[tuple[int, int, int], tuple[list[int], list[int]]] = {}
        self._indexed: set[int] = set()

    @classmethod
    def fit(cls, ids: Sequence[str], matrix: Floats, codes: Ints, days: Ints) -> Self:
        scale = 1 / np.maximum(matrix.std(axis=0), 1e-9)
        scale[matrix.std(axis=0) == 0] = 0.0
        points, of_point = np.unique(np.round(matrix * scale, 9), axis=0, return_inverse=True)
        return cls(
            ids=ids, points=points, of_point=of_point.ravel().astype(np.int64), codes=codes, days=days, scale=scale
        )  # fmt: skip

    def near(self, matrix: Floats) -> list[list[int]]:
        """For each line the points of the history nearest to it, as many as hold the cases wanted."""
        if self._tree is None:
            return [[0]] * len(matrix)
        count = min(WANTED, len(self.points))
        distances, places = self._tree.query(
            matrix * self.scale, k=count, workers=2 if len(matrix) > 10_000 else 1
        )
        distances, places = distances.reshape(-1, count), places.reshape(-1, count)
        order = np.lexsort((places, np.round(distances, 9)), axis=1)
        sizes = np.array([len(members) for members in self._members])
        ranked = np.take_along_axis(places, order, axis=1)
        enough = (np.cumsum(sizes[ranked], axis=1) < WANTED).sum(axis=1) + 1
        return [line[:n].tolist() for line, n in zip(ranked, enough, strict=True)]

    def nearest(self, points: Sequence[int], codes: Sequence[int], day: int) -> tuple[str, ...]:
        """One more than are told, because the case itself may be among them."""
        found: list[int] = []
        for point in points:
            found += self._of_point(point, codes, day, WANTED - len(found))
            if len(found) >= WANTED:
                break
        return tuple([self.ids[place] for place in found])

    @property
    def dated(self) -> bool:
        return bool((self.days != UNDATED).any())

    def state(self) -> dict[str, Any]:
        names = ("ids", "points", "of_point", "codes", "days", "scale")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        return cls(**state)

    def _of_point(self, point: int, codes: Sequence[int], day: int, wanted: int) -> list[int]:
        if len(self._members[point]) == 1:
            return [int(self._members[point][0])]
        self._index(point)
        found: dict[int, None] = {}
        for level in range(len(codes) - 1, -2, -1):
            code = codes[level] if level >= 0 else 0
            places, days = self._lists.get((point, level, code), ([], []))
            found |= dict.fromkeys(_around(places, days, day, wanted + len(found)))
            if len(found) >= wanted:
                break
        return list(found)[:wanted]

    def _index(self, point: int) -> None:
        """The cases of a point by group of courts, each list by date; level -1 holds them all."""
        if point in self._indexed:
            return
        self._indexed.add(point)
        for place in self._members[point].tolist():
            day = int(self.days[place])
            for level, code in [(-1, 0), *enumerate(self.codes[place].tolist())]:
                if code >= 0:
                    places, days = self._lists.setdefault((point, level, code), ([], []))
                    places.append(place)
                    days.append(day)


def _around(places: list[int], days: list[int], day: int, wanted: int) -> list[int]:
    """The cases decided nearest to a day; without one, the latest."""
    if len(places) <= 1:
        return places
    at = len(days) if day == UNDATED else bisect_left(days, day)
    low, high = max(at - wanted, 0), min(at + wanted, len(days))
    if day == UNDATED:
        return places[low:high][::-1]
    return [places[k] for k in sorted(range(low, high), key=lambda k: (abs(days[k] - day), places[k]))]
