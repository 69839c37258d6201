"""The estimator of deviation (偏离度): the expected outcome of a case, its interval, and how unusual the outcome is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from deviation.observation import Assessment, Observation

Floats = NDArray[Any]


class DeviationModel(BaseEstimator):
    """Learns what comparable cases (可比案件) lead one to expect, and how far outcomes usually lie from it."""

    card_: dict[str, Any]

    def __init__(self, *, scale: str = "auto", min_peers: int = 30, seed: int = 0) -> None:
        self.scale = scale
        self.min_peers = min_peers
        self.seed = seed

    def fit(self, cases: Sequence[Observation]) -> Self:
        raise NotImplementedError

    def assess(self, cases: Sequence[Observation], *, fdr: float = 0.10) -> list[Assessment]:
        raise NotImplementedError

    def to_bytes(self) -> bytes:
        raise NotImplementedError

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        raise NotImplementedError
