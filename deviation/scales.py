"""Outcomes on the scale they are compared on: months, fines and days by ratio, shares and probation by difference."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
KINDS = ("log", "identity", "binary")


@dataclass(frozen=True, slots=True)
class Scale:
    """``floor``: outcomes below it (nought months) count as it by ratio. ``cap``: the most there can be, for a share."""

    kind: str
    floor: float = 0.0
    cap: float = float("inf")

    @classmethod
    def learn(cls, outcomes: Floats, kind: str = "auto") -> Self:
        if kind == "auto":
            kind = _kind(outcomes)
        if kind != "log":
            return cls(kind, 0.0, 1.0 if len(outcomes) and outcomes.max() <= 1 else float("inf"))
        positive = outcomes[outcomes > 0]
        least = float(positive.min()) if len(positive) else 1.0
        # Where nought occurs it lies one halving below the least; where it does not, it is far from everything.
        return cls(kind, least / 2 if len(positive) < len(outcomes) else least / 20)

    def to(self, outcomes: Floats) -> Floats:
        if self.kind != "log":
            return np.asarray(outcomes, dtype=float)
        logs: Floats = np.log(np.maximum(outcomes, self.floor))
        return logs

    def back(self, values: Floats) -> Floats:
        if self.kind == "log":
            grown: Floats = np.exp(np.minimum(values, 700.0))
            return np.where(grown <= self.floor * (1 + 1e-9), 0.0, grown)
        return np.clip(values, 0.0, self.cap)

    def state(self) -> dict[str, Any]:
        return asdict(self) | {"cap": None if np.isinf(self.cap) else self.cap}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Self:
        return cls(state["kind"], state["floor"], float("inf") if state["cap"] is None else state["cap"])


def _kind(outcomes: Floats) -> str:
    if np.isin(outcomes, (0.0, 1.0)).all():
        return "binary"
    return "identity" if outcomes.max() <= 1 else "log"
