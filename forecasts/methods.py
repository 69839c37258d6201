"""Ways to forecast (预测方法): each takes the roots so far and says those of the next periods."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.holtwinters import ExponentialSmoothing, SimpleExpSmoothing

Floats = NDArray[np.float64]
Method = Callable[[Floats, int, int], Floats]

YEARS = 3
SMOOTHING_SEASONS = 3
TREND_SEASONS = 2
# Fewer values than this say nothing about how fast a level moves.
LEVEL_VALUES = 24


def slope(roots: Floats, season: int) -> float:
    """Theil–Sen over pairs of the same month (Hirsch): the median change a period, which no outlier and no season moves."""
    seasons = range(1, (len(roots) - 1) // season + 1)
    rises = [(roots[many * season :] - roots[: -many * season]) / (many * season) for many in seasons]
    return float(np.median(np.concatenate(rises))) if rises else 0.0


def seasonal_trend(roots: Floats, season: int, horizon: int) -> Floats:
    """The mean of the same month of the last three years (季节均值), each carried forward along the trend."""
    rise = slope(roots, season)
    ahead = np.arange(horizon)
    years = min(YEARS, len(roots) // season)
    carried = [
        roots[len(roots) - season * back + ahead % season] + rise * season * (back + ahead // season)
        for back in range(1, years + 1)
    ]
    mean: Floats = np.mean(carried, axis=0)
    return mean


def smoothing(roots: Floats, season: int, horizon: int) -> Floats:
    """Holt–Winters with a damped trend (指数平滑): the level, trend and season that foretold best one step ahead."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ExponentialSmoothing(
            roots,
            trend="add",
            damped_trend=True,
            seasonal="add",
            seasonal_periods=season,
            initialization_method="heuristic",
        )
        ahead = np.asarray(model.fit(use_brute=False).forecast(horizon), dtype=np.float64)
    return ahead if np.isfinite(ahead).all() else seasonal_trend(roots, season, horizon)


def mean(roots: Floats, season: int, horizon: int) -> Floats:
    """The mean so far, of a history too short for a season."""
    return np.full(horizon, roots.mean())


def level(roots: Floats, season: int, horizon: int) -> Floats:
    """Where the level lies now, newer values weighing more."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = SimpleExpSmoothing(roots, initialization_method="heuristic").fit(use_brute=False)
        ahead = np.asarray(fitted.forecast(horizon), dtype=np.float64)
    return ahead if np.isfinite(ahead).all() else mean(roots, season, horizon)


METHODS: Mapping[str, Method] = {
    "smoothing": smoothing,
    "seasonal_trend": seasonal_trend,
    "mean": mean,
    "level": level,
}
# The mean of the two: they err in different ways, and the mean of both errs less than either more often than not.
BOTH = "both"
PARTS = ("seasonal_trend", "smoothing")


def ahead(names: Sequence[str], roots: Floats, season: int, horizon: int) -> dict[str, Floats]:
    """What each of the methods named says of the next periods; what two of them share is computed once."""
    needed = dict.fromkeys(part for name in names for part in (PARTS if name == BOTH else (name,)))
    said = {name: METHODS[name](roots, season, horizon) for name in needed}
    if BOTH in names:
        said[BOTH] = sum((said[part] for part in PARTS), np.zeros(horizon)) / len(PARTS)
    return {name: said[name] for name in names}


def possible(periods: int, season: int) -> tuple[str, ...]:
    """The methods that so many periods can bear, the one to prefer at equal error first."""
    if periods >= SMOOTHING_SEASONS * season:
        return BOTH, "smoothing", "seasonal_trend"
    if periods >= TREND_SEASONS * season:
        return ("seasonal_trend",)
    return ("mean", "level") if periods >= LEVEL_VALUES else ("mean",)


def least(names: Sequence[str], season: int) -> int:
    """The shortest past from which all of these can be tried."""
    if BOTH in names or "smoothing" in names:
        return max(TREND_SEASONS * season, LEVEL_VALUES)
    if "seasonal_trend" in names:
        return season
    return LEVEL_VALUES // 2
