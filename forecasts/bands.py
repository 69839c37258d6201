"""How far it may be off (预测区间): from the errors of the backtest, wider the further ahead, wider the fewer there were."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from forecasts.backtest import Rolled
from forecasts.history import Floats

# In roots a pure count spreads by one half; errors smaller than this come of too few of them.
NARROWEST = 0.2
POISSON = 0.5
# A history too short to show its season hides this much of it, as a share of the root; of more than one season, half.
UNSEEN_SEASON = 0.1
# Errors of one year go together; before the data speak this much of them is taken to be common.
COMMON = 0.45
COMMON_YEARS = 2.0


@dataclass(frozen=True)
class Band:
    """Half widths in roots, a period ahead each, and how much of an error the periods of one forecast share."""

    halves: Floats
    common: float


def band(errors: Floats, *, level: float, season: int) -> Band:
    """The half width that ``level`` of the errors of ``errors`` (origins × periods ahead) did not pass."""
    growth = _growth(errors)
    scaled = np.abs(errors / growth)
    quantile = max(
        _quantile(scaled[np.isfinite(scaled)], level), NARROWEST * float(stats.norm.ppf((1 + level) / 2))
    )
    return Band(quantile * growth, _common(errors / growth, season))


def wide(roots: Floats, *, horizon: int, level: float, season: int) -> Band:
    """Of a history too short to try anything on: its own spread, the little that is known of it, and an unseen season."""
    many = len(roots)
    spread = max(float(roots.std(ddof=1)) if many > 1 else 0.0, POISSON)
    unseen = UNSEEN_SEASON * float(roots.mean()) * (1 if many < season else 0.5)
    away = float(stats.t.ppf((1 + level) / 2, max(many - 1, 1)))
    half = away * math.sqrt(spread**2 * (1 + 1 / many) + unseen**2)
    return Band(np.full(horizon, half), COMMON)


def coverage(rolled: Rolled, name: str, *, level: float, season: int) -> float | None:
    """How often what came lay inside the band that could be stated at the time."""
    errors, inside = rolled.errors(name), []
    for row, origin in enumerate(rolled.origins):
        known = _known_by(errors, rolled.origins, origin)
        if np.isfinite(known).sum() >= season:
            halves = band(known, level=level, season=season).halves
            now = np.isfinite(errors[row])
            inside.extend((np.abs(errors[row]) <= halves)[now].tolist())
    return float(np.mean(inside)) if inside else None


def total_half(halves: Floats, common: float) -> float:
    """The half width of the sum of periods whose errors share ``common``."""
    own = float((halves**2).sum()) * (1 - common)
    return math.sqrt(own + common * float(halves.sum()) ** 2)


def widened(half: float, errors: Floats, *, level: float) -> float:
    """The half width, as a share of the total, that ``level`` of the errors of earlier totals did not pass, if wider.

    Totals of years that overlap are few and err alike: of six of them the largest error counts.
    """
    if not len(errors) or held(half, errors) >= level:
        return half
    return max(half, _quantile(np.abs(errors), level))


def held(half: float, errors: Floats) -> float:
    """The share of the errors of earlier totals within the half width."""
    return float((np.abs(errors) <= half).mean())


def _quantile(sizes: Floats, level: float) -> float:
    """Of a sample, the size that ``level`` of what is yet to come stays within (conformal)."""
    found = np.sort(sizes)
    return float(found[min(math.ceil((len(found) + 1) * level), len(found)) - 1])


def _known_by(errors: Floats, origins: tuple[int, ...], now: int) -> Floats:
    ahead = np.arange(errors.shape[1])
    came_at = np.array(origins)[:, None] + ahead[None, :]
    known: Floats = np.where(came_at < now, errors, np.nan)
    return known


def _growth(errors: Floats) -> Floats:
    """The spread at each period ahead against the first: a straight line through the squares that does not fall."""
    steps = np.broadcast_to(np.arange(errors.shape[1], dtype=float), errors.shape)
    there = np.isfinite(errors)
    x, y = steps[there], errors[there] ** 2
    rise = max(float(((x - x.mean()) * y).sum()) / max(float(((x - x.mean()) ** 2).sum()), 1e-9), 0.0)
    start = float(y.mean()) - rise * float(x.mean())
    least = max(start, 0.25 * float(y.mean()), 1e-9)
    growth: Floats = np.sqrt(1 + rise / least * np.arange(errors.shape[1]))
    return growth


def _common(scaled: Floats, season: int) -> float:
    """Products of errors of one forecast against their squares, drawn towards ``COMMON`` while there are few years."""
    squares = float(np.nanmean(scaled**2))
    values = np.nan_to_num(scaled)
    there = np.isfinite(scaled).astype(float)
    pairs = float((values.sum(axis=1) ** 2 - (values**2).sum(axis=1)).sum())
    many = float((there.sum(axis=1) ** 2 - there.sum(axis=1)).sum())
    if many <= 0 or squares <= 0:
        return COMMON
    years = len(scaled) / season
    seen = pairs / many / squares
    return float(np.clip((seen * years + COMMON * COMMON_YEARS) / (years + COMMON_YEARS), 0.0, 0.95))
