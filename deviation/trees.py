"""A sum of small trees over the features (梯度提升树), kept as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

Floats = NDArray[np.float64]
KEPT = {
    "value": np.float64, "feature_idx": np.int16, "num_threshold": np.float64, "missing_go_to_left": np.uint8,
    "left": np.uint32, "right": np.uint32, "is_leaf": np.uint8,
}  # fmt: skip
WORTH_TWO_THREADS = 10_000
#: Below so many cases: learning rate, rounds, cases in a leaf. What a long slow run gains shows with many cases only.
PACES = ((400, (0.05, 80, 10)), (4_000, (0.1, 90, 20)), (float("inf"), (0.05, 200, 20)))
NO_CATEGORIES = np.zeros((0, 8), dtype=np.uint32)


class Trees:
    """Shallow boosted trees. What is not a number takes the side that suited it best in the history."""

    def __init__(self, base: float, trees: list[NDArray[Any]], width: int) -> None:
        self.base, self.width = base, width
        self._trees = trees
        self._walkers = [TreePredictor(tree, NO_CATEGORIES, NO_CATEGORIES) for tree in trees]

    @classmethod
    def fit(cls, matrix: Floats, target: Floats, *, seed: int = 0) -> Self:
        if matrix.shape[1] == 0:
            return cls(float(target.mean()), [], 0)
        rate, rounds, leaf = next(pace for most, pace in PACES if len(target) < most)
        learner = HistGradientBoostingRegressor(
            learning_rate=rate, max_iter=rounds, max_depth=3, min_samples_leaf=leaf,
            l2_regularization=10.0, early_stopping=False, random_state=seed,
        ).fit(matrix, target)  # fmt: skip
        base = float(learner._baseline_prediction.ravel()[0])
        return cls(base, [stage[0].nodes for stage in learner._predictors], matrix.shape[1])

    def predict(self, matrix: Floats) -> Floats:
        matrix = np.ascontiguousarray(matrix, dtype=np.float64)
        total = np.full(len(matrix), self.base)
        places = np.zeros(self.width, dtype=np.uint32)
        threads = 2 if len(matrix) > WORTH_TWO_THREADS else 1
        for walker in self._walkers:
            total += walker.predict(matrix, NO_CATEGORIES, places, threads)
        return total

    def state(self) -> dict[str, Any]:
        nodes = np.concatenate(self._trees) if self._trees else np.zeros(0, PREDICTOR_RECORD_DTYPE)
        fields = {name: nodes[name].astype(kind) for name, kind in KEPT.items()}
        return {
            "base": self.base, "width": self.width, "sizes": [len(tree) for tree in self._trees], "nodes": fields
        }  # fmt: skip

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        total = sum(state["sizes"])
        nodes = np.zeros(total, PREDICTOR_RECORD_DTYPE)
        for name in KEPT:
            nodes[name] = state["nodes"][name]
        trees = np.split(nodes, np.cumsum(state["sizes"])[:-1]) if total else []
        for tree in trees:
            _check(tree, state["width"])
        return cls(float(state["base"]), [np.ascontiguousarray(tree) for tree in trees], state["width"])


def _check(tree: NDArray[Any], width: int) -> None:
    """A walk must end and stay within the tree, whatever bytes were read."""
    inner = tree[tree["is_leaf"] == 0]
    here = np.flatnonzero(tree["is_leaf"] == 0)
    forward = (inner["left"] > here) & (inner["right"] > here)
    within = (inner["left"] < len(tree)) & (inner["right"] < len(tree))
    known = (inner["feature_idx"] >= 0) & (inner["feature_idx"] < width)
    if not len(tree) or not (forward & within & known).all():
        raise ValueError("a tree leads nowhere")
