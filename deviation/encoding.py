"""Recorded circumstances as numbers (案件要素): which features there are, what is usual, what lies outside the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deviation.observation import Value

Floats = NDArray[np.float64]
Row = tuple[Value, ...]

# A category met less often is no habit to learn from; it counts as "another one".
FEWEST_OF_A_CATEGORY = 10
MOST_CATEGORIES = 40
# How far beyond the known numbers, in shares of their range, a number is still like them.
STRETCH = 0.25
# Where texts are at most this share of what is recorded, they are slips among numbers, taken as not recorded.
MOST_STRAYS = 0.05


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature as the history knows it. ``typical`` is its median or commonest category, ``strays`` counts texts
    among its numbers.
    """

    name: str
    categories: tuple[str, ...] | None
    known: frozenset[str]
    low: float
    high: float
    typical: Value
    nulls: int
    important: bool = True
    strays: int = 0

    @property
    def width(self) -> int:
        return 1 if self.categories is None else len(self.categories)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The features of a stratum, in alphabetical order."""

    features: tuple[Feature, ...]

    @classmethod
    def learn(cls, cases: Sequence[Mapping[str, Value]]) -> Self:
        names = sorted({name for case in cases for name in case})
        learned = (_feature(name, [case.get(name) for case in cases]) for name in names)
        return cls(tuple(feature for feature in learned if feature is not None))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @property
    def owners(self) -> NDArray[np.int64]:
        """For each column of the matrix, the place of its feature."""
        widths = [feature.width for feature in self.features]
        return np.repeat(np.arange(len(widths)), widths).astype(np.int64)

    @property
    def typical(self) -> Row:
        return tuple(feature.typical for feature in self.features)

    def rows(self, cases: Sequence[Mapping[str, Value]]) -> list[Row]:
        names = self.names
        return [tuple(map(case.get, names)) for case in cases]

    def matrix(self, rows: Sequence[Row]) -> Floats:
        """One line a row, one column a number or a category; what is not recorded is not a number."""
        if not self.features:
            return np.zeros((len(rows), 0))
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(self.features)
        return np.hstack([_columns(f, column) for f, column in zip(self.features, columns, strict=True)])

    def filled(self, matrix: Floats) -> Floats:
        """The same with the usual value where nothing is recorded."""
        usual = self.matrix([self.typical])
        return np.where(np.isnan(matrix), usual, matrix)

    def weighing(self, important: Sequence[bool]) -> Encoding:
        pairs = zip(self.features, important, strict=True)
        return Encoding(tuple(replace(feature, important=bool(matters)) for feature, matters in pairs))

    def objection(self, row: Row, tolerated: int) -> tuple[str, str]:
        """Why a case cannot be compared with this history: a code and a sentence; both empty when it can.

        ``tolerated``: as many cases without a feature teach what its absence means.
        """
        if self.features and all(value is None for value in row):
            return "missing_features", "no feature of the history is recorded for this case"
        for feature, value in zip(self.features, row, strict=True):
            code, reason = _objection(feature, value, tolerated)
            if code:
                return code, reason
        return "", ""

    def state(self) -> dict[str, Any]:
        return {"features": [asdict(feature) | {"known": sorted(feature.known)} for feature in self.features]}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        return cls(tuple(_restored(feature) for feature in state["features"]))


def _feature(name: str, values: list[Value]) -> Feature | None:
    present = [value for value in values if value is not None]
    if not present:
        return None
    nulls = len(values) - len(present)
    strays = sum(isinstance(value, str) for value in present)
    if strays > MOST_STRAYS * len(present):
        return _category(name, [_word(value) for value in present], nulls)
    numbers = np.array([float(value) for value in present if not isinstance(value, str)])
    middle = float(np.sort(numbers)[len(numbers) // 2])
    low, high = float(numbers.min()), float(numbers.max())
    return Feature(name, None, frozenset(), low, high, middle, nulls + strays, strays=strays)


def _category(name: str, words: list[str], nulls: int) -> Feature:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    common = sorted(counts, key=lambda word: (-counts[word], word))
    kept = [word for word in common if counts[word] >= FEWEST_OF_A_CATEGORY][:MOST_CATEGORIES]
    return Feature(name, tuple(sorted(kept)), frozenset(counts), 0.0, 0.0, common[0], nulls)


def _columns(feature: Feature, values: Sequence[Value]) -> Floats:
    if feature.categories is None:
        return np.array([_number(value) for value in values], dtype=float).reshape(-1, 1)
    place = {category: column for column, category in enumerate(feature.categories)}
    matrix = np.zeros((len(values), feature.width))
    for line, value in enumerate(values):
        if value is None:
            matrix[line] = np.nan
        elif (column := place.get(_word(value))) is not None:
            matrix[line, column] = 1.0
    return matrix


def _objection(feature: Feature, value: Value, tolerated: int) -> tuple[str, str]:
    name = feature.name
    if value is None:
        if feature.important and feature.nulls < tolerated:
            return "missing_features", f"{name}: not recorded, which the history hardly knows"
        return "", ""
    if feature.categories is not None:
        if feature.important and _word(value) not in feature.known:
            return "outside_history", f"{name}: {_word(value)!r} does not occur in the history"
        return "", ""
    if isinstance(value, str):
        return "outside_history", f"{name}: {value!r} is a text where the history holds numbers"
    room = STRETCH * (feature.high - feature.low)
    if not feature.low - room <= value <= feature.high + room:
        known = f"{feature.low:g} to {feature.high:g}"
        return "outside_history", f"{name}: {value:g} lies far outside the history ({known})"
    return "", ""


def _number(value: Value) -> float:
    return float("nan") if value is None or isinstance(value, str) else float(value)


def _word(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _restored(state: Mapping[str, Any]) -> Feature:
    categories = None if state["categories"] is None else tuple(state["categories"])
    return Feature(**{**state, "categories": categories, "known": frozenset(state["known"])})
