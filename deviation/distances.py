"""How far the outcomes of a stratum usually lie from what was expected, put together (偏离的尺度)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deviation.bands import Bands, Closeness, Groups
from deviation.effects import CourtEffects
from deviation.scales import Scale
from deviation.surprise import Scores, Surprise

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Reach = tuple[Floats, Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class Distances:
    """How far outcomes of a stratum usually lie from their expectation. ``unit`` is the usual distance."""

    unit: float
    middle: float
    groups: Groups
    bands: Bands
    closeness: Closeness
    surprise: Surprise
    binary: bool

    @classmethod
    def fit(cls, matrix: Floats, target: Floats, known: Floats, codes: Ints, scale: Scale) -> Distances:
        gaps = target - known
        low, high = np.quantile(gaps, (0.16, 0.84))
        unit = max(float(high - low) / 2, float(gaps.std()) / 4, 1e-3)
        groups = Groups.fit(np.column_stack([matrix, known]), np.abs(gaps) / unit)
        empty = Surprise(np.zeros((groups.count, 0)), np.zeros(0))
        nothing = Bands(*(np.zeros(groups.count) for _ in range(4)))
        blank = cls(
            unit,
            float(np.median(target)),
            groups,
            nothing,
            Closeness(CourtEffects([])),
            empty,
            scale.kind == "binary",
        )
        return blank.learned_from(
            np.ones(len(target), dtype=bool), blank.inputs(matrix, known), target, known, codes
        )

    def inputs(self, matrix: Floats, known: Floats) -> Floats:
        return np.column_stack([matrix, known])

    def learned_from(
        self, chosen: NDArray[np.bool_], inputs: Floats, target: Floats, known: Floats, codes: Ints
    ) -> Distances:
        """The same groups, with all else learned from some of the cases."""
        groups = self.groups.of(inputs[chosen])
        if self.binary:
            return replace(self, bands=Bands.even(np.abs(target - known)[chosen], self.groups.count))
        gaps = (target - known)[chosen] / self.unit
        closeness = Closeness.fit(gaps, groups, self.groups.count, codes[chosen])
        even = gaps / closeness.factor(codes[chosen])
        outcomes = (target[chosen] - self.middle) / self.unit
        return replace(
            self, closeness=closeness, bands=Bands.fit(even, groups, self.groups.count),
            surprise=Surprise.fit(even, groups, self.groups.count, outcomes),
        )  # fmt: skip

    def scores(
        self, inputs: Floats, target: Floats, known: Floats, codes: Ints, table: Scores | None = None
    ) -> Floats:
        if self.binary:
            likely: Floats = np.clip(1 - np.abs(target - known), 0.005, 0.995)
            return np.asarray(-np.log(likely))
        gaps = (target - known) / self.unit / self.closeness.factor(codes)
        expected = (known - self.middle) / self.unit
        return (table or self.surprise.scores()).of(gaps, self.groups.of(inputs), expected)

    def reach(self, inputs: Floats, known: Floats, codes: Ints) -> Reach:
        """The 90 % band and the 99 % band, low and high each."""
        if self.binary:
            return *_either(known, float(self.bands.up90[0])), *_either(known, float(self.bands.up99[0]))
        groups, width = self.groups.of(inputs), self.unit * self.closeness.factor(codes)
        b = self.bands
        return (
            known - width * b.down90[groups], known + width * b.up90[groups],
            known - width * b.down99[groups], known + width * b.up99[groups],
        )  # fmt: skip

    def state(self) -> dict[str, Any]:
        surprise = {"residuals": self.surprise.residuals, "outcomes": self.surprise.outcomes}
        return {
            "unit": self.unit, "middle": self.middle, "groups": self.groups.state(), "bands": self.bands.state(),
            "closeness": self.closeness.effects.state(), "binary": self.binary, "surprise": surprise,
        }  # fmt: skip

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        return cls(
            unit=state["unit"], middle=state["middle"], groups=Groups(**state["groups"]), binary=state["binary"],
            bands=Bands(**state["bands"]), surprise=Surprise(**state["surprise"]),
            closeness=Closeness(CourtEffects.restored(state["closeness"])),
        )  # fmt: skip


def _either(chance: Floats, reach: float) -> tuple[Floats, Floats]:
    """Of no (0) and yes (1) what lies within reach of the chance of yes, at least the likelier."""
    low = np.where(np.minimum(chance, 0.5) <= reach, 0.0, 1.0)
    high = np.where(np.minimum(1 - chance, 0.5) <= reach, 1.0, 0.0)
    likelier = (chance >= 0.5).astype(float)
    return np.minimum(low, likelier), np.maximum(high, likelier)
