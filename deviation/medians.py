"""From the mean of the logarithms towards the median (期望值): the number nearest to a typical outcome.

Sentences heap at whole years, so the mean of like cases often lies where hardly any of them does. Going some of the
way to the value that errs least in months takes months off the error and costs the foretelling of ratios little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SOME_OF_THE_WAY = 0.3
IN_A_STEP = 150
MOST_STEPS = 32
FARTHEST = 0.5


@dataclass(frozen=True, slots=True)
class Towards:
    """Shifts at some expectations, in between by straight lines."""

    at: Floats
    shift: Floats

    @classmethod
    def none(cls) -> Self:
        return cls(np.zeros(1), np.zeros(1))

    @classmethod
    def fit(cls, foretold: Floats, target: Floats) -> Self:
        """``target`` and what was foretold of it unseen, both logarithms."""
        steps = int(np.clip(len(target) // IN_A_STEP, 1, MOST_STEPS))
        parts = np.array_split(np.argsort(foretold, kind="stable"), steps)
        at = np.array([foretold[part].mean() for part in parts])
        shift = np.array(
            [_least_error(target[part] - foretold[part], np.exp(foretold[part])) for part in parts]
        )
        return cls(at, np.clip(shift, -FARTHEST, FARTHEST) * SOME_OF_THE_WAY)

    def __call__(self, foretold: Floats) -> Floats:
        shifted: Floats = foretold + np.interp(foretold, self.at, self.shift)
        return shifted

    def state(self) -> dict[str, Any]:
        return {"at": self.at, "shift": self.shift}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        return cls(**state)


def shifted_unseen(foretold: Floats, target: Floats, folds: Ints) -> Floats:
    """Each fold shifted by what the others teach."""
    shifted = foretold.copy()
    for fold in np.unique(folds):
        out = folds == fold
        shifted[out] = Towards.fit(foretold[~out], target[~out])(foretold[out])
    return shifted


def _least_error(gaps: Floats, weights: Floats) -> float:
    """The weighted median of the gaps: applied as a factor it errs least in units of the outcome."""
    order = np.argsort(gaps, kind="stable")
    reached = np.cumsum(weights[order])
    return float(gaps[order][np.searchsorted(reached, reached[-1] / 2)])
