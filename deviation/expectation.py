"""What comparable cases lead one to expect: circumstances by trees, the court by a shrunken effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deviation.effects import CourtEffects, Shrinkage, choose_shrinkage
from deviation.trees import Trees

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_LEANINGS = 7
#: In a stratum with fewer cases than ``FEW`` a second round gains nothing that shows.
FEW = 1_500
# In standard units; a circumstance of unusual size leans no further.
FARTHEST = 4.0


class Expectation:
    """Trees over circumstances and court effects, fitted in turn so that neither takes what is the other's."""

    def __init__(
        self, trees: Trees, effects: CourtEffects, columns: Ints, middle: Floats, scale: Floats
    ) -> None:
        self.trees, self.effects = trees, effects
        self.columns, self.middle, self.scale = columns, middle, scale

    @classmethod
    def fit(
        cls,
        matrix: Floats,
        target: Floats,
        codes: Ints,
        shrinkage: Shrinkage | None,
        columns: Ints,
        seed: int,
        rounds: int,
        first: Trees | None = None,
    ) -> Self:
        """``first``: the trees of the first round, where they are already known."""
        court = np.zeros(len(target))
        for turn in range(rounds if shrinkage else 1):
            trees = first if first and not turn else Trees.fit(matrix, target - court, seed=seed)
            plain = trees.predict(matrix)
            chosen = np.column_stack([matrix[:, columns], plain])
            middle, scale = np.nanmean(chosen, axis=0), np.nanstd(chosen, axis=0) + 1e-9
            model = cls(trees, CourtEffects([]), columns, middle, scale)
            leanings = model.leanings(matrix, plain)
            model.effects = CourtEffects.fit(target - plain, codes, leanings, shrinkage)
            court = model.effects.predict(codes, leanings)
        return model

    def leanings(self, matrix: Floats, plain: Floats) -> Floats:
        """The circumstances that may weigh differently in a court, in standard units; unusual sizes held back."""
        chosen = (np.column_stack([matrix[:, self.columns], plain]) - self.middle) / self.scale
        return np.nan_to_num(np.clip(chosen, -FARTHEST, FARTHEST), nan=0.0)

    def plain(self, matrix: Floats) -> Floats:
        return self.trees.predict(matrix)

    def court(self, matrix: Floats, plain: Floats, codes: Ints) -> Floats:
        return self.effects.predict(codes, self.leanings(matrix, plain))

    def predict(self, matrix: Floats, codes: Ints) -> Floats:
        plain = self.plain(matrix)
        return plain + self.court(matrix, plain, codes)

    def state(self) -> dict[str, Any]:
        return {
            "trees": self.trees.state(), "effects": self.effects.state(),
            "columns": self.columns, "middle": self.middle, "scale": self.scale,
        }  # fmt: skip

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        trees, effects = Trees.restored(state["trees"]), CourtEffects.restored(state["effects"])
        return cls(trees, effects, state["columns"], state["middle"], state["scale"])


@dataclass(frozen=True, slots=True)
class Foretold:
    """Each case as foretold by a model that never saw its fold; how much each feature tells, how courts are pulled."""

    values: Floats
    shrinkage: Shrinkage | None
    shares: Floats
    columns: Ints


def rounds_for(count: int) -> int:
    """How often trees and court effects of a stratum of so many cases are fitted in turn."""
    return 1 if count < FEW else 2


def held_out(
    matrix: Floats, target: Floats, codes: Ints, folds: Ints, usual: Floats, owners: Ints, seed: int
) -> Foretold:
    """``usual``: the line of a typical case; ``owners``: the feature of each column."""
    plain, shares, trees = _without_courts(matrix, target, folds, usual, owners, seed)
    columns = np.sort(np.argsort(-shares[owners], kind="stable")[:MOST_LEANINGS])
    leanings = _standard(np.column_stack([matrix[:, columns], plain]))
    shrinkage = choose_shrinkage(target - plain, codes, leanings, folds)
    if shrinkage is None:
        return Foretold(plain, None, shares, columns)
    rounds = rounds_for(len(target))
    values = again_unseen(matrix, target, codes, shrinkage, columns, seed, rounds, folds, trees)
    return Foretold(values, shrinkage, shares, columns)


def again_unseen(
    matrix: Floats,
    target: Floats,
    codes: Ints,
    shrinkage: Shrinkage | None,
    columns: Ints,
    seed: int,
    rounds: int,
    folds: Ints,
    trees: Mapping[int, Trees] | None = None,
) -> Floats:
    """Each case as foretold by a model that never saw its fold, where the pull of courts is already chosen."""
    values = np.zeros(len(target))
    for fold in np.unique(folds):
        out = folds == fold
        first = trees[int(fold)] if trees else None
        model = Expectation.fit(
            matrix[~out], target[~out], codes[~out], shrinkage, columns, seed, rounds, first
        )
        values[out] = model.predict(matrix[out], codes[out])
    return values


def _without_courts(
    matrix: Floats, target: Floats, folds: Ints, usual: Floats, owners: Ints, seed: int
) -> tuple[Floats, Floats, dict[int, Trees]]:
    """What trees alone foretell, the share of the variance each feature explains of cases unseen, and the trees."""
    plain = np.zeros(len(target))
    learned: dict[int, Trees] = {}
    lost = np.zeros(int(owners.max()) + 1 if len(owners) else 0)
    for fold in np.unique(folds):
        out = folds == fold
        trees = learned[int(fold)] = Trees.fit(matrix[~out], target[~out], seed=seed)
        plain[out] = trees.predict(matrix[out])
        for feature in range(len(lost)):
            without = matrix[out].copy()
            without[:, owners == feature] = usual[owners == feature]
            lost[feature] += ((target[out] - trees.predict(without)) ** 2).sum()
    gain = lost / len(target) - ((target - plain) ** 2).mean()
    return plain, np.maximum(gain, 0.0) / max(float(target.var()), 1e-12), learned


def _standard(chosen: Floats) -> Floats:
    middle, scale = np.nanmean(chosen, axis=0), np.nanstd(chosen, axis=0) + 1e-9
    standard: Floats = np.nan_to_num(np.clip((chosen - middle) / scale, -FARTHEST, FARTHEST), nan=0.0)
    return standard
