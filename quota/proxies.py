"""Hours where nobody wrote them down (替代指标): from what a case leaves behind.

Hearing minutes, the length of the record and of the judgment and the days it took are learned against cases that were
timed. Where no case was timed at all they still say which kind of case takes how much of another (上海“2+4”).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from quota.hours import Cell, Timed

Floats = NDArray[np.float64]

TRACES = ("hearing_minutes", "record_chars", "judgment_chars", "days")
ALPHA = 1.0
FOLDS = 5


@dataclass(frozen=True)
class Traced:
    """What a case left behind; None where it is not known."""

    case: str
    cell: Cell
    traces: Mapping[str, float | None]


class TooFew(ValueError):
    """Too few timed cases to learn from; the sentence says how many there are and how many are needed."""


@dataclass(frozen=True)
class Learned:
    """Hours for each unit of a trace on top of those of the case type, and how wrong they were on cases not learned from.

    ``error`` and ``plain`` are mean absolute errors in hours: of this, and of saying the mean of the case type.
    """

    n: int
    base: Mapping[str, float]
    per_unit: Mapping[str, float]
    usual: Mapping[str, float]
    error: float
    plain: float

    def is_better(self) -> bool:
        return self.error < self.plain

    def hours(self, traced: Traced) -> float | None:
        """None for a case type nobody timed."""
        if traced.cell.case_type not in self.base:
            return None
        known = {name: _known(traced.traces.get(name), self.usual[name]) for name in TRACES}
        return self.base[traced.cell.case_type] + sum(self.per_unit[name] * known[name] for name in TRACES)


def learn(cases: Sequence[Traced], timed: Sequence[Timed], *, least: int) -> Learned:
    """Ridge with no weight below zero: a longer hearing never makes a case shorter."""
    hours = {one.case: one.hours for one in timed}
    both = sorted((one for one in cases if one.case in hours), key=lambda one: one.case)
    if len(both) < least:
        raise TooFew(f"{len(both)} cases have both a diary and traces; at least {least} are needed")
    target = np.array([hours[one.case] for one in both])
    types = tuple(sorted({one.cell.case_type for one in both}))
    usual = _usual(both)
    matrix = _matrix(both, types, usual)
    weights = _fit(matrix, target, len(types))
    folds = np.arange(len(both)) % FOLDS
    return Learned(
        n=len(both),
        base=dict(zip(types, weights[: len(types)].tolist(), strict=True)),
        per_unit=dict(zip(TRACES, weights[len(types) :].tolist(), strict=True)),
        usual=usual,
        error=_unseen(matrix, target, folds, len(types)),
        plain=_unseen(matrix[:, : len(types)], target, folds, len(types)),
    )


def predicted(learned: Learned, cases: Sequence[Traced], timed: Sequence[Timed]) -> list[Timed]:
    """Those of the cases nobody timed, with the hours they probably took."""
    known = {one.case for one in timed}
    said = [(one, learned.hours(one)) for one in cases if one.case not in known]
    return [Timed(one.case, one.cell, hours, is_said=True) for one, hours in said if hours is not None]


def relative(
    cases: Sequence[Traced], *, weights: Mapping[str, float], cell_min: int
) -> dict[Cell, tuple[float, int]]:
    """How much of the mean case a kind takes, by cell: the weighted mean of each trace's mean against that of all.

    Cells with fewer than ``cell_min`` cases, or a trace of which nothing is known, are left out. ``weights`` sum to 1.
    """
    overall = {name: _mean_known([one.traces.get(name) for one in cases]) for name in weights}
    cells: dict[Cell, list[Traced]] = {}
    for one in cases:
        for cell in one.cell.within():
            cells.setdefault(cell, []).append(one)
    found = {cell: _relative(ones, overall, weights) for cell, ones in cells.items() if len(ones) >= cell_min}
    return {cell: (found[cell] or 0.0, len(cells[cell])) for cell in sorted(found) if found[cell] is not None}


def _relative(
    ones: Sequence[Traced], overall: Mapping[str, float | None], weights: Mapping[str, float]
) -> float | None:
    parts = []
    for name, weight in weights.items():
        own, mean = _mean_known([one.traces.get(name) for one in ones]), overall[name]
        if own is None or not mean:
            return None
        parts.append(weight * own / mean)
    return sum(parts)


def _mean_known(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _known(value: float | None, usual: float) -> float:
    return usual if value is None else value


def _usual(cases: Sequence[Traced]) -> dict[str, float]:
    known = {name: [value for one in cases if (value := one.traces.get(name)) is not None] for name in TRACES}
    return {name: float(np.median(values)) if values else 0.0 for name, values in known.items()}


def _matrix(cases: Sequence[Traced], types: Sequence[str], usual: Mapping[str, float]) -> Floats:
    rows = [
        [float(one.cell.case_type == kind) for kind in types]
        + [_known(one.traces.get(name), usual[name]) for name in TRACES]
        for one in cases
    ]
    return np.array(rows)


def _fit(matrix: Floats, target: Floats, types: int) -> Floats:
    scale = np.ones(matrix.shape[1])
    scale[types:] = np.maximum(matrix[:, types:].std(axis=0), 1e-9)
    model = Ridge(alpha=ALPHA, positive=True, fit_intercept=False, tol=1e-8).fit(matrix / scale, target)
    weights: Floats = model.coef_ / scale
    return weights


def _unseen(matrix: Floats, target: Floats, folds: NDArray[np.int64], types: int) -> float:
    gaps = [
        np.abs(
            target[folds == fold]
            - matrix[folds == fold] @ _fit(matrix[folds != fold], target[folds != fold], types)
        )
        for fold in range(FOLDS)
    ]
    return float(np.concatenate(gaps).mean())
