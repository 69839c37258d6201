"""Facts of cases side by side (要素): words are equal or not, numbers are near or far; what is rare weighs more.

How much an agreement says is how few cases agree as closely: 致三人死亡 says more than 致一人死亡, and a number is as near
as it is among the numbers of all cases. A field that only the other case has counts for nothing; one that only the asking
case has counts half as a difference.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

Value = float | str
Floats = NDArray[np.float64]
LEAST, MOST = 0.1, 4.0
UNKNOWN = 0.5
YES, NO = "是", "否"


def flat(facts: Mapping[str, object]) -> Iterator[tuple[str, Value]]:
    """Facts as pairs: yes and no are words, every part of a list is a fact of its own, what is null is not known."""
    for name, given in sorted(facts.items()):
        if isinstance(given, list | tuple | set | frozenset):
            yield from (
                (f"{name}：{part}", YES) for part in sorted({str(part) for part in given if part is not None})
            )
        elif isinstance(given, bool):
            yield name, YES if given else NO
        elif isinstance(given, int | float):
            yield name, float(given)
        elif given is not None and str(given).strip():
            yield name, normalize("NFKC", str(given)).strip()


@dataclass(frozen=True)
class Field:
    """How often each value of one fact occurs among all cases."""

    counts: Mapping[Value, int] = field(default_factory=dict)

    @cached_property
    def known(self) -> int:
        return sum(self.counts.values())

    @cached_property
    def _numbers(self) -> Floats:
        return np.array(sorted(value for value in self.counts if isinstance(value, float)))

    @cached_property
    def _reached(self) -> NDArray[np.int64]:
        counts = [self.counts[float(value)] for value in self._numbers]
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])

    def says(self, value: Value) -> float:
        """What sharing exactly this value says."""
        return self._says(self.counts.get(value, 0))

    def beside(self, own: Value, other: Value) -> tuple[float, float]:
        """Weight and likeness (0 to 1) of another value beside one's own."""
        weight = (self.says(own) + self.says(other)) / 2
        if own == other:
            return weight, 1.0
        if isinstance(own, str) or isinstance(other, str):
            return weight, 0.0
        apart = abs(other - own)
        among = self._reached_by(bisect_right, own + apart) - self._reached_by(bisect_left, own - apart)
        rarity = (self._says(among) - LEAST) / max(self.says(own) - LEAST, 1e-9)
        like = max(rarity, 1 - 2 * apart / max(abs(other), abs(own), 1e-12))
        return weight, min(max(like, 0.0), 1.0)

    def compare(self, own: Value, others: Sequence[Value] | Floats) -> tuple[Floats, Floats]:
        """Weight and likeness (0 to 1) of every other value beside one's own."""
        if isinstance(others, np.ndarray):
            return self._beside_numbers(own, others)
        said = self._said(np.array([self.counts.get(other, 0) for other in others]))
        return (self.says(own) + said) / 2, np.array([float(own == other) for other in others])

    def _beside_numbers(self, own: Value, others: Floats) -> tuple[Floats, Floats]:
        """As ``beside``, for all numbers at once."""
        weights = (self.says(own) + self._said(self._within(others, np.zeros(len(others))))) / 2
        if isinstance(own, str):
            return weights, np.zeros(len(others))
        apart = np.abs(others - own)
        rarity = self._said(self._within(np.full(len(others), own), apart)) - LEAST
        largest = np.maximum(np.maximum(np.abs(others), abs(own)), 1e-12)
        like = np.maximum(rarity / max(self.says(own) - LEAST, 1e-9), 1 - 2 * apart / largest)
        return weights, np.where(apart == 0, 1.0, np.clip(like, 0.0, 1.0))

    def _reached_by(self, side: Callable[[list[float], float], int], number: float) -> int:
        return int(self._reached[side(self._listed, number)])

    @cached_property
    def _listed(self) -> list[float]:
        return [float(number) for number in self._numbers]

    def _says(self, count: int) -> float:
        return min(max(math.log((self.known + 1) / (count + 0.5)), LEAST), MOST)

    def _within(self, centre: Floats, apart: Floats) -> NDArray[np.int64]:
        high = np.searchsorted(self._numbers, centre + apart, side="right")
        low = np.searchsorted(self._numbers, centre - apart, side="left")
        return self._reached[high] - self._reached[low]

    def _said(self, counts: NDArray[np.int64]) -> Floats:
        return np.asarray(np.clip(np.log((self.known + 1) / (counts + 0.5)), LEAST, MOST))


@dataclass(frozen=True, slots=True)
class Agreement:
    """One fact of both cases: what it weighs and how like it is, 1 being equal."""

    name: str
    own: Value
    other: Value
    weight: float
    like: float


def agreements(
    own: Mapping[str, Value], other: Mapping[str, Value], fields: Mapping[str, Field]
) -> list[Agreement]:
    """The facts that both cases have, the weightiest first."""
    found = [_agreement(name, own[name], other[name], fields[name]) for name in own if name in other]
    return sorted(found, key=lambda each: (-each.weight, each.name))


def likeness(own: Mapping[str, Value], other: Mapping[str, Value], fields: Mapping[str, Field]) -> float:
    """How like the facts of a case are to one's own, from 0 to 1."""
    both = agreements(own, other, fields)
    missing = sum(UNKNOWN * fields[name].says(own[name]) for name in own if name not in other)
    total = missing + sum(each.weight for each in both)
    return sum(each.weight * each.like for each in both) / total if total else 0.0


def counted(documents: Iterable[Mapping[str, Value]]) -> dict[str, Field]:
    """The fields of some cases, counted."""
    counts: dict[str, dict[Value, int]] = {}
    for facts in documents:
        for name, value in facts.items():
            of_name = counts.setdefault(name, {})
            of_name[value] = of_name.get(value, 0) + 1
    return {name: Field(values) for name, values in counts.items()}


def _agreement(name: str, own: Value, other: Value, known: Field) -> Agreement:
    return Agreement(name, own, other, *known.beside(own, other))
