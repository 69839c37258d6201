"""Other ways to find unusual outcomes: PyOD's detectors over circumstances and outcome, and the raw z-score."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyod.models.ecod import ECOD
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from pyod.models.lof import LOF

from deviation.group_matrix import matrix
from deviation.observation import Observation

Floats = NDArray[np.float64]
#: The share of outliers the peers are told to expect: the share that is planted.
EXPECTED = 0.02


class RawZ:
    """Distance of the logarithm from the mean of all, in standard deviations."""

    def fit(self, table: Floats) -> RawZ:
        self.mean, self.spread = table[:, -1].mean(), table[:, -1].std()
        self.threshold_ = float(np.quantile(self.decision_function(table), 1 - EXPECTED))
        return self

    def decision_function(self, table: Floats) -> Floats:
        return np.abs(table[:, -1] - self.mean) / self.spread


def detectors() -> dict[str, Callable[[], Any]]:
    """How each is made, under its name and version."""
    pyod = version("pyod")
    return {
        f"PyOD ECOD {pyod}": partial(ECOD, contamination=EXPECTED),
        f"PyOD IForest {pyod}": partial(IForest, contamination=EXPECTED, random_state=0),
        f"PyOD LOF {pyod}": partial(LOF, contamination=EXPECTED),
        f"PyOD KNN {pyod}": partial(KNN, contamination=EXPECTED),
        "raw z-score": RawZ,
    }


def tables(learned: Sequence[Observation], tried: Sequence[Observation]) -> tuple[Floats, Floats]:
    """What the peers see: the circumstances as numbers, and the logarithm of the outcome in the last column."""
    whole = np.column_stack([matrix([*learned, *tried]), logs([*learned, *tried])])
    return whole[: len(learned)], whole[len(learned) :]


def logs(cases: Sequence[Observation]) -> Floats:
    found: Floats = np.log(np.maximum([case.outcome for case in cases], 0.5))
    return (found - found.mean()) / found.std()


def fitted(make: Callable[[], Any], table: Floats) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        detector = make()
        detector.fit(table)
        return detector


def scores(detector: Any, table: Floats) -> Floats:
    return np.asarray(detector.decision_function(table), dtype=float)
