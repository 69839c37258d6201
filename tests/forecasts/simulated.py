"""Filings as courts see them: working days and the Spring Festival, a year's pattern, trend, drift, shifts, counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Working days by month, 2018 to 2027, the festival now in January, now in February.
FESTIVAL = (2, 2, 1, 2, 2, 1, 2, 1, 2, 2)
USUAL = np.array([21, 20, 22, 21, 20, 21, 22, 22, 21, 17, 21, 22], dtype=float)


@dataclass(frozen=True)
class Simulated:
    counts: list[float]
    days: list[float]


def simulated(seed: int, months: int) -> Simulated:
    """A court's filings of one kind: from three a month to four hundred, three in ten with a sudden shift of level."""
    rng = np.random.default_rng(seed)
    start = int(rng.integers(0, 120 - months + 1))
    days = working_days()[start : start + months]
    month = (start + np.arange(months)) % 12
    rate = (
        np.log(np.exp(rng.uniform(np.log(3), np.log(400)))) + pattern(rng)[month] + np.log(days / days.mean())
    )
    rate += rng.normal(0.03, 0.07) / 12 * np.arange(months) + noise(rng, months)
    if rng.random() < 0.3:
        rate[int(rng.integers(months // 4, months)) :] += rng.choice([-1, 1]) * rng.uniform(0.1, 0.4)
    return Simulated(rng.poisson(np.exp(rate)).astype(float).tolist(), days.tolist())


def working_days() -> np.ndarray:
    years = np.tile(USUAL, (len(FESTIVAL), 1))
    for year, month in enumerate(FESTIVAL):
        years[year, month - 1] -= 5
    return years.ravel()


def pattern(rng: np.random.Generator) -> np.ndarray:
    """Few cases are taken in December and many in January, or the other way about; courts differ."""
    year = rng.normal(0, 0.06, 12)
    year[11] += rng.choice([-0.3, 0.25, 0.1])
    year[0] += rng.choice([-0.1, 0.0, 0.15])
    return year


def noise(rng: np.random.Generator, months: int) -> np.ndarray:
    """What lasts some months, and what stays."""
    held, spread = rng.uniform(0.2, 0.8), rng.uniform(0.03, 0.12)
    now, lasting = 0.0, []
    for _ in range(months):
        now = held * now + rng.normal(0, spread * np.sqrt(1 - held**2))
        lasting.append(now)
    return np.array(lasting) + np.cumsum(rng.normal(0, rng.uniform(0, 0.02), months))
