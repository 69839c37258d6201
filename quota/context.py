"""How a court's circumstances move its need (调整系数): weights of the six factors, fitted where there are courts enough.

The fit starts from the catalogue's weights and leaves them only as far as the courts say so; it is used only where it
foretells a court it has not seen better than the catalogue does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ALPHAS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
STRONGEST = 1.0


@dataclass(frozen=True)
class CourtRow:
    """A court: ``gaps`` are x / mean − 1 by factor (None: not known), ``ratio`` the judges it really needs over the raw need."""

    code: str
    gaps: Mapping[str, float | None]
    ratio: float


@dataclass(frozen=True)
class Betas:
    """The weights to use, and the errors that decided: mean absolute, in shares of the raw need, court by court left out.

    ``fitted`` is what the courts say even where it is not used; ``contrary`` names factors in which they say the opposite
    of the published direction.
    """

    values: Mapping[str, float]
    n: int
    used: bool
    loo_error: float | None = None
    baseline_error: float | None = None
    alpha: float | None = None
    fitted: Mapping[str, float] = field(default_factory=dict)
    contrary: tuple[str, ...] = ()


def fit_betas(
    rows: Sequence[CourtRow], *, defaults: Mapping[str, float], least: int, low: float, high: float
) -> Betas:
    """``least`` courts are needed to fit anything; ``low`` and ``high`` bound the adjustment they lead to."""
    rows = sorted((row for row in rows if row.ratio > 0), key=lambda row: row.code)
    if len(rows) < least:
        return Betas(dict(defaults), len(rows), used=False)
    gaps = np.array([[row.gaps.get(factor) or 0.0 for factor in defaults] for row in rows])
    ratios = np.array([row.ratio for row in rows])
    start = np.array(list(defaults.values()))
    alpha, fitted = _fit(gaps, ratios, start)
    errors = _left_out(gaps, ratios, start, (low, high))
    named = dict(zip(defaults, fitted.tolist(), strict=True))
    used = errors[0] < errors[1]
    return Betas(
        values=named if used else dict(defaults),
        n=len(rows),
        used=used,
        loo_error=errors[0],
        baseline_error=errors[1],
        alpha=alpha,
        fitted=named,
        contrary=tuple(factor for factor in defaults if named[factor] * defaults[factor] < 0),
    )


def ridge(gaps: Floats, ratios: Floats, start: Floats, alpha: float) -> Floats:
    """Least squares drawn towards ``start``: courts together have the mean the raw need has, so there is no constant."""
    level = _level(gaps, ratios, start)
    left = ratios / level - 1 - gaps @ start
    moved = np.linalg.solve(gaps.T @ gaps + alpha * np.eye(gaps.shape[1]), gaps.T @ left)
    betas: Floats = np.clip(start + moved, -STRONGEST, STRONGEST)
    return betas


def _fit(gaps: Floats, ratios: Floats, start: Floats) -> tuple[float, Floats]:
    errors = [_press(gaps, ratios, start, alpha) for alpha in ALPHAS]
    alpha = ALPHAS[int(np.argmin(errors))]
    return alpha, ridge(gaps, ratios, start, alpha)


def _press(gaps: Floats, ratios: Floats, start: Floats, alpha: float) -> float:
    """Squared error of each court left out, by the hat matrix in one go."""
    left = ratios / _level(gaps, ratios, start) - 1 - gaps @ start
    inverse = np.linalg.inv(gaps.T @ gaps + alpha * np.eye(gaps.shape[1]))
    hat = np.einsum("ij,jk,ik->i", gaps, inverse, gaps)
    gap = (left - gaps @ (inverse @ (gaps.T @ left))) / np.maximum(1 - hat, 1e-9)
    return float((gap**2).mean())


def _left_out(
    gaps: Floats, ratios: Floats, start: Floats, within: tuple[float, float]
) -> tuple[float, float]:
    """Of the fit, its strength chosen anew each time, and of the catalogue."""
    fitted, plain = [], []
    for out in range(len(ratios)):
        kept = np.arange(len(ratios)) != out
        level = _level(gaps[kept], ratios[kept], start)
        betas = _fit(gaps[kept], ratios[kept], start)[1]
        fitted.append(abs(ratios[out] - level * _adjustment(gaps[out], betas, within)))
        plain.append(abs(ratios[out] - level * _adjustment(gaps[out], start, within)))
    return float(np.mean(fitted)), float(np.mean(plain))


def _level(gaps: Floats, ratios: Floats, start: Floats) -> float:
    """What all courts have in common (judges in post over need) and no circumstance explains."""
    return float(ratios.mean() / (1 + gaps @ start).mean())


def _adjustment(gaps: Floats, betas: Floats, within: tuple[float, float]) -> float:
    return float(np.clip(1 + gaps @ betas, *within))
