"""One learned stratum at work: cases in, what to expect of each and how far its outcome lies from that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deviation.cells import Cells
from deviation.comparables import Comparables
from deviation.distances import Distances
from deviation.effects import Levels
from deviation.encoding import Encoding, Row
from deviation.expectation import Expectation
from deviation.medians import Towards
from deviation.observation import Value
from deviation.scales import Scale

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Factors = tuple[tuple[str, float], ...]

MOST_FACTORS = 10
COURT = "court"


@dataclass(frozen=True, slots=True)
class Refused:
    """A stratum none of whose cases is assessed, and why."""

    n: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What to expect of combinations of circumstances and court: ``known`` on the scale, the rest in outcomes."""

    known: Floats
    inputs: Floats
    codes: Ints
    expected: Floats
    limits: tuple[Floats, Floats, Floats, Floats]
    baseline: Floats
    peers: Ints
    factors: list[Factors]
    points: list[list[int]]
    objections: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Everything learned of a stratum. ``expectation`` is None where the yardstick served better."""

    name: str
    n: int
    least: int
    scale: Scale
    encoding: Encoding
    levels: Levels
    cells: Cells
    expectation: Expectation | None
    towards: Towards
    distances: Distances
    comparables: Comparables

    @property
    def used(self) -> str:
        return "baseline" if self.expectation is None else "model"

    def expect(self, rows: Sequence[Row], courts: Sequence[str], row_of: Ints, court_of: Ints) -> Expected:
        """``rows`` and ``courts`` once each; ``row_of`` and ``court_of`` say which combinations are asked for."""
        raw = self.encoding.matrix(rows)
        objections = [self.encoding.objection(row, self.least) for row in rows]
        medians, peers, thin = self.cells.look_up(self.encoding, raw)
        for place in np.flatnonzero(thin):
            objections[place] = objections[place] if objections[place][0] else self._too_few()
        codes = self.levels.codes(courts)[court_of]
        plain, court = self._parts(raw, medians, row_of, codes)
        known = plain[row_of] + court
        inputs = self.distances.inputs(self.encoding.filled(raw)[row_of], known)
        expected = self.scale.back(self.towards(known))
        limits = self._limits(inputs, known, codes, expected)
        near = self.comparables.near(self.encoding.filled(raw))
        return Expected(
            known=known, inputs=inputs, codes=codes, expected=expected, limits=limits,
            baseline=self.scale.back(medians)[row_of], peers=peers[row_of],
            factors=self._factors(rows, raw, plain, row_of, expected),
            points=[near[row] for row in row_of], objections=[objections[row] for row in row_of],
        )  # fmt: skip

    def _too_few(self) -> tuple[str, str]:
        feature = self.encoding.features[self.cells.order[0]].name
        return "few_peers", f"{feature}: fewer than {self.least} cases of the history are alike in it"

    def _parts(self, raw: Floats, medians: Floats, row_of: Ints, codes: Ints) -> tuple[Floats, Floats]:
        if self.expectation is None:
            return medians, np.zeros(len(row_of))
        plain = self.expectation.plain(raw)
        return plain, self.expectation.court(raw[row_of], plain[row_of], codes)

    def _limits(
        self, inputs: Floats, known: Floats, codes: Ints, expected: Floats
    ) -> tuple[Floats, Floats, Floats, Floats]:
        reach = self.distances.reach(inputs, known, codes)
        if self.distances.binary:
            return reach
        low, high, low99, high99 = (self.scale.back(limit) for limit in reach)
        low, high = np.minimum(low, expected), np.maximum(high, expected)
        return low, high, np.minimum(low99, low), np.maximum(high99, high)

    def _factors(
        self, rows: Sequence[Row], raw: Floats, plain: Floats, row_of: Ints, expected: Floats
    ) -> list[Factors]:
        """By how much the expectation would differ were a circumstance the usual one, and without its court."""
        if self.expectation is None:
            return self._steps(raw, row_of)
        usual = self.encoding.matrix([self.encoding.typical])
        owners = self.encoding.owners
        effects = np.zeros((len(rows), len(self.encoding.features)))
        here = self.scale.back(self.towards(plain))
        for place, feature in enumerate(self.encoding.features):
            differs = np.array([row[place] != feature.typical for row in rows], dtype=bool)
            if differs.any():
                other = raw[differs].copy()
                other[:, owners == place] = usual[:, owners == place]
                without = self.scale.back(self.towards(self.expectation.plain(other)))
                effects[differs, place] = here[differs] - without
        told = [self._told(line) for line in effects]
        moved = expected - here[row_of]
        return [_with_court(told[row], float(court)) for row, court in zip(row_of, moved, strict=True)]

    def _steps(self, raw: Floats, row_of: Ints) -> list[Factors]:
        """From the median of all to that of the cell, feature by feature."""
        medians = self.scale.back(self.cells.path(self.encoding, raw))
        effects = np.zeros((len(raw), len(self.encoding.features)))
        effects[:, self.cells.order] = np.diff(medians, axis=1)
        told = [self._told(line) for line in effects]
        return [told[row] for row in row_of]

    def _told(self, effects: Floats) -> Factors:
        ranked = np.argsort(-np.abs(effects), kind="stable")[:MOST_FACTORS]
        rounded = ((self.encoding.features[place].name, round(float(effects[place]), 4)) for place in ranked)
        return tuple((name, effect) for name, effect in rounded if effect)

    def state(self) -> dict[str, Any]:
        return {
            "name": self.name, "n": self.n, "least": self.least, "scale": self.scale.state(),
            "encoding": self.encoding.state(), "levels": self.levels.state(), "cells": self.cells.state(),
            "expectation": self.expectation.state() if self.expectation else None, "towards": self.towards.state(),
            "distances": self.distances.state(), "comparables": self.comparables.state(),
        }  # fmt: skip

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        expectation = state["expectation"]
        return cls(
            name=state["name"], n=state["n"], least=state["least"], scale=Scale.restored(state["scale"]),
            encoding=Encoding.restored(state["encoding"]), levels=Levels.restored(state["levels"]),
            cells=Cells.restored(state["cells"]), towards=Towards.restored(state["towards"]),
            expectation=None if expectation is None else Expectation.restored(expectation),
            distances=Distances.restored(state["distances"]), comparables=Comparables.restored(state["comparables"]),
        )  # fmt: skip


def distinct(rows: Sequence[tuple[Value, ...]]) -> tuple[list[tuple[Value, ...]], Ints]:
    """Each row once, and for every line which of them it is."""
    seen: dict[tuple[Value, ...], int] = {}
    places = [seen.setdefault(row, len(seen)) for row in rows]
    return list(seen), np.array(places, dtype=np.int64)


def _with_court(told: Factors, court: float) -> Factors:
    effect = round(court, 4)
    return tuple(sorted([*told, (COURT, effect)], key=lambda factor: -abs(factor[1]))) if effect else told
