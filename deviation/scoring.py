"""The estimator of deviation (偏离度): the expected outcome of a case, its interval, and how unusual the outcome is.

Each stratum (案由, outcome) is learned apart; p-values are calibrated on all of them together, because one alone has
too few cases to find anything. The false-discovery rate is controlled over the batch that is assessed together.
Protected attributes (``audit``) and texts are never looked at. Of the place only the court counts, as an effect
shrunken towards zero, so that no case is measured against a practice its court does not know.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from deviation.learning import Lesson, learn
from deviation.measuring import Measured, Yardstick, assessments
from deviation.observation import Assessment, Observation
from deviation.scales import KINDS
from deviation.storing import DAMAGE, Unreadable, packed, unpacked
from deviation.stratum import Refused, Stratum
from deviation.surprise import benjamini_hochberg

__all__ = ["DeviationModel", "Unreadable", "benjamini_hochberg"]

Floats = NDArray[np.float64]
POOLS = ("continuous", "binary")


class DeviationModel(BaseEstimator):
    """Learns what comparable cases (可比案件) lead one to expect, and how far outcomes usually lie from it.

    ``scale``: months, fines and days are compared by ratio ("log"), shares by difference ("identity"), yes or no as
    "binary"; "auto" tells them apart by the outcomes. Below ``min_peers`` comparable cases nothing is said.
    """

    strata_: dict[str, Stratum | Refused]
    calibration_: dict[str, Floats]
    card_: dict[str, Any]

    def __init__(self, *, scale: str = "auto", min_peers: int = 30, seed: int = 0) -> None:
        self.scale = scale
        self.min_peers = min_peers
        self.seed = seed

    def fit(self, cases: Sequence[Observation]) -> Self:
        """Equal cases and seed, equal model: the order of the cases makes no difference."""
        if self.scale not in ("auto", *KINDS):
            raise ValueError(f"scale: {self.scale!r} is none of auto, {', '.join(KINDS)}")
        by_stratum: dict[str, list[Observation]] = {}
        for case in sorted(cases, key=_order):
            by_stratum.setdefault(case.stratum, []).append(case)
        # One thread: sums are then added in one order on every machine, and its other work is not disturbed.
        with threadpool_limits(1):
            lessons = {
                name: learn(name, by_stratum[name], scale=self.scale, least=self.min_peers, seed=self.seed)
                for name in sorted(by_stratum)
            }
        self.strata_ = {name: lesson.stratum for name, lesson in lessons.items()}
        self.calibration_ = {pool: _pooled(lessons, pool) for pool in POOLS}
        self.card_ = _card(cases, lessons, self.get_params())
        self._yardstick = Yardstick(self.strata_, self.calibration_, {})
        return self

    def assess(self, cases: Sequence[Observation], *, fdr: float = 0.10) -> list[Assessment]:
        """One batch, one run of the false-discovery control: of what is flagged, about ``fdr`` is so by chance."""
        return assessments(cases, self.measure(cases), fdr=fdr)

    def measure(self, cases: Sequence[Observation]) -> Measured:
        """The part of ``assess`` that looks at each case alone, for a batch that comes in pieces."""
        check_is_fitted(self, "strata_")
        return self._yardstick.measure(cases)

    def to_bytes(self) -> bytes:
        check_is_fitted(self, "strata_")
        return packed(
            {
                "params": self.get_params(), "card": self.card_, "calibration": self.calibration_,
                "strata": {name: _stratum_state(stratum) for name, stratum in self.strata_.items()},
            }
        )  # fmt: skip

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises ``Unreadable`` for anything but the bytes of a model of this edition."""
        state = unpacked(data)
        try:
            model = cls(**state["params"])
            model.card_, model.calibration_ = state["card"], state["calibration"]
            model.strata_ = {name: _stratum(part) for name, part in state["strata"].items()}
            _check_pools(model.calibration_)
            _try_out(model.strata_, model.calibration_)
        except DAMAGE as wrong:
            raise Unreadable(f"not a whole model of deviation ({wrong}); fit it again") from None
        model._yardstick = Yardstick(model.strata_, model.calibration_, {})
        return model


def _check_pools(calibration: Mapping[str, Floats]) -> None:
    """p-values are ranks in these: all there, and each in order."""
    for pool in POOLS:
        known = calibration[pool]
        if (
            known.ndim != 1
            or known.dtype != np.float64
            or (np.diff(known) < 0).any()
            or np.isnan(known).any()
        ):
            raise ValueError(f"the scores of known cases ({pool}) are not in order")


def _try_out(strata: Mapping[str, Stratum | Refused], calibration: Mapping[str, Floats]) -> None:
    """Measure the typical case of each stratum, so that parts that do not fit together are found before one asks."""
    typical = [
        Observation("", name, 1.0, dict(zip(one.encoding.names, one.encoding.typical, strict=True)))
        for name, one in strata.items()
        if isinstance(one, Stratum)
    ]
    said = Yardstick(strata, calibration, {}).measure(typical)
    if any(not code and np.isnan(p) for code, p in zip(said.codes, said.p, strict=True)):
        raise ValueError("a stratum measures nothing")


def _order(case: Observation) -> tuple[str, str, float, str]:
    return case.id, case.stratum, case.outcome, repr(sorted(case.features.items()))


def _pooled(lessons: Mapping[str, Lesson], pool: str) -> Floats:
    own = [
        lesson.calibration
        for lesson in lessons.values()
        if isinstance(lesson.stratum, Stratum) and lesson.stratum.distances.binary == (pool == "binary")
    ]
    return np.sort(np.concatenate([np.zeros(0), *own]))


def _card(
    cases: Sequence[Observation], lessons: Mapping[str, Lesson], params: dict[str, Any]
) -> dict[str, Any]:
    """What a reader must know before believing a number of this model."""
    dates = sorted(case.date for case in cases if case.date)
    return {
        "n": len(cases), "date": dates[-1].isoformat() if dates else None, "undated": len(cases) - len(dates),
        "from": dates[0].isoformat() if dates else None, "to": dates[-1].isoformat() if dates else None,
        "params": params, "strata": {name: lesson.card for name, lesson in lessons.items()},
        "coverage_by_stratum": {name: lesson.card.get("coverage90") for name, lesson in lessons.items()},
        "courts": {"variance_share": _between_courts(lessons)}, "never_features": ["audit", "text"],
        "libraries": {name: version(name) for name in ("numpy", "scipy", "scikit-learn")}
        | {"python": platform.python_version()},
    }  # fmt: skip


def _between_courts(lessons: Mapping[str, Lesson]) -> float | None:
    """The share of what circumstances leave unexplained that lies between courts, over all strata."""
    told = [
        (card["n"], card["courts"]["variance_share"])
        for card in (one.card for one in lessons.values())
        if "courts" in card
    ]
    return sum(n * share for n, share in told) / sum(n for n, _ in told) if told else None


def _stratum_state(stratum: Stratum | Refused) -> dict[str, Any]:
    if isinstance(stratum, Refused):
        return {"refused": [stratum.n, stratum.code, stratum.reason]}
    return {"learned": stratum.state()}


def _stratum(state: Mapping[str, Any]) -> Stratum | Refused:
    if "refused" in state:
        n, code, reason = state["refused"]
        return Refused(n, code, reason)
    return Stratum.restored(state["learned"])
