"""How wrong it would have been (回溯检验): forecasts made at earlier times from what was known then, against what came."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasts.history import Floats, History, expected
from forecasts.methods import ahead, least

ORIGINS = 12
SEASONS_BACK = 2
# Which of two ways erred less on a short past is mostly chance: the one preferred stays unless another is this much better.
CLEARLY = 0.9


@dataclass(frozen=True)
class Backtest:
    """Mean absolute errors in cases a period, beside the two plainest ways; None where nothing could be compared.

    ``coverage`` is the share of what came that lay inside the interval stated at the time, from the errors known by then.
    """

    mae: float
    mae_last: float
    mae_seasonal: float | None
    coverage: float | None
    origins: int
    compared: int
    #: Of so many whole horizons, the share whose total the interval of the total would have held before it was widened.
    totals: int = 0
    total_coverage: float | None = None

    def is_better(self) -> bool:
        """Better than saying «as last month» and than saying «as a year ago»."""
        return self.mae < self.mae_last and (self.mae_seasonal is None or self.mae < self.mae_seasonal)


@dataclass(frozen=True)
class Rolled:
    """One row an earlier time, one column a period ahead; NaN where nothing was counted."""

    origins: tuple[int, ...]
    roots: Mapping[str, Floats]  # forecast by each method
    came: Floats  # roots of what came
    counts: Floats
    factors: Floats
    noise: Floats
    last: Floats  # what the plain ways would have said, as counts
    seasonal: Floats

    def errors(self, name: str) -> Floats:
        """In roots: came less forecast."""
        return self.came - self.roots[name]

    def mae(self, name: str) -> float:
        return _mean_gap(self.counts, expected(self.roots[name], self.factors, self.noise))

    def best(self, names: Sequence[str]) -> str:
        """The method named first, unless another erred clearly less."""
        best = min(names, key=self.mae)
        return best if self.mae(best) < CLEARLY * self.mae(names[0]) else names[0]

    def compared(self) -> int:
        return int(np.isfinite(self.counts).sum())

    def total_errors(self, name: str) -> Floats:
        """What came against what was said of each whole horizon: 0.1 where a tenth more came."""
        whole = np.isfinite(self.counts).all(axis=1)
        said = expected(self.roots[name], self.factors, self.noise)[whole].sum(axis=1)
        errors: Floats = self.counts[whole].sum(axis=1)[said > 0] / said[said > 0] - 1
        return errors

    def backtest(self, name: str, coverage: float | None) -> Backtest:
        seasonal = np.isfinite(self.seasonal) & np.isfinite(self.counts)
        return Backtest(
            mae=self.mae(name),
            mae_last=_mean_gap(self.counts, self.last),
            mae_seasonal=_mean_gap(self.counts, self.seasonal) if seasonal.any() else None,
            coverage=coverage,
            origins=len(self.origins),
            compared=self.compared(),
        )


def rolled(past: History, names: Sequence[str], horizon: int) -> Rolled | None:
    """At most ``ORIGINS`` earlier times, evenly over the last two seasons; None when the past is too short for any."""
    origins = _origins(len(past), least(names, past.season), past.season)
    if not origins:
        return None
    rows = [_row(past, names, origin, horizon) for origin in origins]
    roots = {name: np.array([row[0][name] for row in rows]) for name in names}
    parts = (np.array([row[1][part] for row in rows]) for part in range(6))
    found = Rolled(origins, roots, *parts)
    return found if found.compared() else None


def _origins(periods: int, least: int, season: int) -> tuple[int, ...]:
    span = min(SEASONS_BACK * season, periods - least)
    if span <= 0:
        return ()
    return tuple(range(periods - span, periods, math.ceil(span / ORIGINS)))


def _row(
    past: History, names: Sequence[str], origin: int, horizon: int
) -> tuple[dict[str, Floats], tuple[Floats, ...]]:
    then = past.until(origin, horizon)
    said = ahead(names, then.roots, past.season, horizon)
    factors = _padded(past.factors[origin:], horizon)
    counted = np.where(past.known, past.counts, np.nan)
    came = np.where(past.known, past.roots, np.nan)
    return said, (
        _padded(came[origin:], horizon),
        _padded(counted[origin:], horizon),
        np.nan_to_num(factors, nan=1.0),
        np.full(horizon, then.noise()),
        np.full(horizon, _last_known(then)),
        _year_ago(then, horizon),
    )


def _last_known(then: History) -> float:
    known = then.counts[then.known]
    return float(known[-1]) if len(known) else np.nan


def _year_ago(then: History, horizon: int) -> Floats:
    if len(then) < then.season:
        return np.full(horizon, np.nan)
    said: Floats = _counts(then)[len(then) - then.season + np.arange(horizon) % then.season]
    return said


def _counts(past: History) -> Floats:
    """The counts as they were, and for holes those of the roots filled in."""
    filled = np.maximum(past.roots**2, 0.0) * past.factors[: len(past)]
    counts: Floats = np.where(past.known, past.counts, filled)
    return counts


def _padded(values: Floats, horizon: int) -> Floats:
    found = np.full(horizon, np.nan)
    kept = min(horizon, len(values))
    found[:kept] = values[:kept]
    return found


def _mean_gap(came: Floats, said: Floats) -> float:
    gaps: NDArray[np.float64] = np.abs(came - said)
    return float(np.nanmean(gaps))
