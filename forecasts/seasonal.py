"""What is likely to come (收案预测): the next periods of a series that repeats by the season, with its interval and record.

The method is the one that erred least on the past of this very series, and how much that was stands beside the forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from forecasts.backtest import Backtest, Rolled, rolled
from forecasts.bands import Band, band, coverage, held, total_half, wide, widened
from forecasts.history import Floats, History, bound, expected, history
from forecasts.methods import BOTH, METHODS, TREND_SEASONS, ahead, possible

SEASONS = 6
# What a forecast says of itself.
SHORT = "short"  # fewer than two seasons: no season is known, and the interval is wide
GAPS = "gaps"  # some periods were not counted and had to be filled
UNTRIED = "untried"  # too short to be tried on its own past
NOT_BETTER = "not_better"  # on this past the plain ways erred no more
WIDENED = "widened"  # the interval of the total held too few earlier totals and was widened by their errors


@dataclass(frozen=True)
class Forecast:
    """A value, low and high for each period to come; ``total`` has an interval of its own, narrower than their sum."""

    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    total: float
    total_low: float
    total_high: float
    level: float
    method: str
    backtest: Backtest | None
    notes: tuple[str, ...]


def forecast(
    monthly: Sequence[float | None],
    *,
    horizon: int,
    level: float = 0.80,
    method: str = "auto",
    season: int = 12,
    days: Sequence[float] | None = None,
) -> Forecast:
    """Forecast ``horizon`` periods after the last of ``monthly`` (None: not counted) with an interval of ``level``.

    ``season`` is 12 for months, 52 for weeks. ``days`` are the working days of each period, past ones and those to come:
    then the Spring Festival may fall in January or in February. Raises ValueError in a sentence when there is nothing to
    go by.
    """
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not {level}")
    past = history(monthly, season=season, horizon=horizon, days=days, most=SEASONS)
    names = _names(method, len(past), season)
    # The sums are tiny: more threads than one cost ten times as much as they save.
    with threadpool_limits(limits=1):
        tried = rolled(past, names, horizon)
        name = tried.best(names) if tried else names[-1]
        roots = ahead((name,), past.roots, season, horizon)[name]
    spread = _spread(past, tried, name, horizon, level)
    covered = coverage(tried, name, level=level, season=season) if tried else None
    shown = tried.backtest(name, covered) if tried else None
    errors = tried.total_errors(name) if tried else np.zeros(0)
    return _stated(past, roots, spread, level, name, shown, errors)


def _names(method: str, periods: int, season: int) -> tuple[str, ...]:
    borne = possible(periods, season)
    if method == "auto":
        return borne
    known = (BOTH, *METHODS)
    if method not in known:
        raise ValueError(f"there is no method {method!r}; known are auto, {', '.join(known)}")
    return (method,) if method in borne or method in ("mean",) else borne


def _spread(past: History, tried: Rolled | None, name: str, horizon: int, level: float) -> Band:
    if tried is None or len(past) < TREND_SEASONS * past.season:
        return wide(past.roots, horizon=horizon, level=level, season=past.season)
    return band(tried.errors(name), level=level, season=past.season)


def _stated(
    past: History,
    roots: Floats,
    spread: Band,
    level: float,
    name: str,
    shown: Backtest | None,
    errors: Floats,
) -> Forecast:
    factors = past.factors[len(past) :]
    values = expected(roots, factors, past.noise())
    low = np.minimum(bound(roots - spread.halves, factors), values)
    high = np.maximum(bound(roots + spread.halves, factors), values)
    total = float(values.sum())
    down, up = (
        _total_half(sides, spread.common, total, errors, level) for sides in (values - low, high - values)
    )
    if shown and len(errors) and total > 0:
        plain = total_half(high - values, spread.common) / total
        shown = replace(shown, totals=len(errors), total_coverage=held(plain, errors))
    return Forecast(
        values=_plain(values),
        low=_plain(low),
        high=_plain(high),
        total=total,
        total_low=max(total - down, 0.0),
        total_high=total + up,
        level=level,
        method=name,
        backtest=shown,
        notes=_notes(past, shown, level),
    )


def _total_half(sides: Floats, common: float, total: float, errors: Floats, level: float) -> float:
    """Of one side: never wider than if the months erred wholly together."""
    half = total_half(sides, common)
    if total <= 0:
        return half
    return min(total * widened(half / total, errors, level=level), float(sides.sum()))


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _notes(past: History, shown: Backtest | None, level: float) -> tuple[str, ...]:
    said = {
        SHORT: len(past) < TREND_SEASONS * past.season,
        GAPS: past.gaps() > 0,
        UNTRIED: shown is None,
        NOT_BETTER: shown is not None and not shown.is_better(),
        WIDENED: shown is not None and shown.total_coverage is not None and shown.total_coverage < level,
    }
    return tuple(note for note, holds in said.items() if holds)
