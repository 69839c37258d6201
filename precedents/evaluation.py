"""How good a ranking is (检索质量): plain, from the ranked ids and the grades somebody gave."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def ndcg(ranked: Sequence[str], grades: Mapping[str, float], k: int = 10) -> float:
    """Discounted cumulative gain of the first ``k``, as a share of the best order there could be; 1 where nothing is relevant.

    An id ranked twice counts once; an id without a grade is not relevant.
    """
    best = _gain(sorted(grades.values(), reverse=True)[:k])
    return _gain([grades.get(each, 0.0) for each in dict.fromkeys(ranked[:k])]) / best if best else 1.0


def precision_at(ranked: Sequence[str], relevant: Mapping[str, float] | frozenset[str], k: int) -> float:
    """The share of relevant ids among the first ``k``; fewer than ``k`` ids are not rewarded."""
    if k < 1:
        raise ValueError(f"k is {k}; give at least 1")
    held = (
        relevant if isinstance(relevant, frozenset) else {key for key, grade in relevant.items() if grade > 0}
    )
    return len(held & set(ranked[:k])) / k


def _gain(grades: Sequence[float]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))
