"""What comparable cases lead one to expect: circumstances by trees, the court by a shrunken effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deviation.effects import CourtEffects, Shrinkage, choose_shrinkage
from deviation.trees import Trees

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_LEANINGS = 7
ROUNDS = 2


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
    ) -> Self:
        court = np.zeros(len(target))
        for _ in range(ROUNDS if shrinkage else 1):
            trees = Trees.fit(matrix, target - court, seed=seed)
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
        return np.nan_to_num(np.clip(chosen, -4.0, 4.0), nan=0.0)

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


def telling_columns(
    trees: Trees, matrix: Floats, usual: Floats, owners: Ints, target: Floats
) -> tuple[Floats, Ints]:
    """How much each feature matters (share of the variance lost without it), and the columns that tell most."""
    whole = ((target - trees.predict(matrix)) ** 2).mean()
    loss = np.zeros(int(owners.max()) + 1 if len(owners) else 0)
    for feature in range(len(loss)):
        without = matrix.copy()
        without[:, owners == feature] = usual[:, owners == feature]
        loss[feature] = ((target - trees.predict(without)) ** 2).mean() - whole
    share = np.maximum(loss, 0.0) / max(float(target.var()), 1e-12)
    ranked = np.argsort(-share[owners], kind="stable")[:MOST_LEANINGS] if len(owners) else owners
    return share, np.sort(ranked)


def held_out(
    matrix: Floats, target: Floats, codes: Ints, folds: Ints, columns: Ints, seed: int
) -> tuple[Floats, Shrinkage | None]:
    """Each case as foretold by a model that never saw its fold, and how strongly courts are shrunken."""
    plain = np.zeros(len(target))
    for fold in np.unique(folds):
        out = folds == fold
        plain[out] = Trees.fit(matrix[~out], target[~out], seed=seed).predict(matrix[out])
    usual = np.column_stack([matrix[:, columns], plain])
    leanings = np.nan_to_num(
        np.clip((usual - np.nanmean(usual, axis=0)) / (np.nanstd(usual, axis=0) + 1e-9), -4, 4)
    )
    shrinkage = choose_shrinkage(target - plain, codes, leanings, folds)
    if shrinkage is None:
        return plain, None
    foretold = np.zeros(len(target))
    for fold in np.unique(folds):
        out = folds == fold
        model = Expectation.fit(matrix[~out], target[~out], codes[~out], shrinkage, columns, seed)
        foretold[out] = model.predict(matrix[out], codes[out])
    return foretold, shrinkage
