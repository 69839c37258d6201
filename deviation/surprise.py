"""How much better an outcome is explained by having been moved than by chance (偏离程度的证据).

Three things make an outcome likely: the residuals of its group of like spread, the residuals of all, and, because
recorded circumstances are sometimes incomplete, the outcomes of the stratum as a whole. The score compares that
likelihood with the likelihood of an outcome moved up or down by one and a half to four usual distances.
A more extreme outcome never scores less. Conformal ranks turn scores into calibrated p-values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Everything is measured in usual distances of the stratum.
REACH, STEP = 12.0, 0.05
GRID = np.round(np.arange(-REACH, REACH + STEP / 2, STEP), 6)
EXPECTED_REACH, EXPECTED_STEP = 6.0, 0.15
SMOOTHING = 0.4
SHARE_OF_ALL, SHARE_OF_OUTCOMES, SHARE_OF_UNKNOWN = 0.15, 0.08, 0.001
MOVES = np.linspace(1.4, 4.0, 14)
# Liberty and property: an outcome too high is looked for somewhat harder than one too low.
UPWARD = 2 / 3
NEARLY_NOTHING = 1e-12
# So many standard deviations beyond the count of known cases the share of all is taken to lie.
CAUTION = 1.6


@dataclass(frozen=True, slots=True)
class Surprise:
    """Histograms over ``GRID``: residuals by group, and outcomes."""

    residuals: Floats
    outcomes: Floats

    @classmethod
    def fit(cls, residuals: Floats, groups: Ints, count: int, outcomes: Floats) -> Self:
        table = np.zeros((count, len(GRID)))
        np.add.at(table, (groups, _place(residuals)), 1.0)
        return cls(table, np.bincount(_place(outcomes), minlength=len(GRID)).astype(float))

    def scores(self) -> Scores:
        """The table to read scores from: it takes a moment, so keep it for a whole batch."""
        all_residuals = self.residuals.sum(axis=0)
        unknown = np.exp(-np.abs(GRID) / 0.7)
        common = (1 - SHARE_OF_UNKNOWN) * _smooth(all_residuals) + SHARE_OF_UNKNOWN * unknown / unknown.sum()
        own = np.array([_smooth(line) if line.sum() else common for line in self.residuals])
        own = (1 - SHARE_OF_ALL) * own + SHARE_OF_ALL * common
        return Scores(own, _smooth(self.outcomes))


class Scores:
    """Scores by group, expectation and residual, filled as expectations are met."""

    def __init__(self, own: Floats, outcomes: Floats) -> None:
        self._own, self._outcomes = own, outcomes
        steps = 2 * round(EXPECTED_REACH / EXPECTED_STEP) + 1
        self._table = np.zeros((len(own), steps, len(GRID)))
        self._filled = np.zeros(steps, dtype=bool)

    def of(self, residuals: Floats, groups: Ints, expected: Floats) -> Floats:
        """``residuals`` and ``expected`` in usual distances, ``expected`` from the middle of the stratum."""
        clipped = np.clip(expected, -EXPECTED_REACH, EXPECTED_REACH)
        level = np.round((clipped + EXPECTED_REACH) / EXPECTED_STEP).astype(np.int64)
        for wanted in np.unique(level[~self._filled[level]]):
            self._fill(int(wanted))
        at = np.clip((residuals + REACH) / STEP, 0, len(GRID) - 1 - 1e-9)
        below = at.astype(np.int64)
        part = at - below
        low, high = self._table[groups, level, below], self._table[groups, level, below + 1]
        # The last summand orders what lies beyond the grid.
        result: Floats = low * (1 - part) + high * part + 1e-3 * np.abs(residuals)
        return result

    def _fill(self, level: int) -> None:
        shift = round((level * EXPECTED_STEP - EXPECTED_REACH) / STEP)
        likely = (1 - SHARE_OF_OUTCOMES) * self._own + SHARE_OF_OUTCOMES * _moved(
            self._outcomes[None], -shift
        )
        steps = np.round(MOVES / STEP).astype(int)
        up = np.mean([_moved(likely, step) for step in steps], axis=0)
        down = np.mean([_moved(likely, -step) for step in steps], axis=0)
        odds = np.log(UPWARD * up + (1 - UPWARD) * down + NEARLY_NOTHING) - np.log(likely + NEARLY_NOTHING)
        self._table[:, level] = _rising(odds)
        self._filled[level] = True


def p_values(scores: Floats, calibration: Floats) -> Floats:
    """The share of cases at least as surprising (共形 p 值), the case itself counted, and not the lucky end of it.

    How many known cases lie beyond is itself a draw, and one lucky draw bears on every case of a batch. So the count is
    taken somewhat higher, except the very first: a history too short to hold a second could otherwise find nothing.
    """
    beyond = np.asarray(
        len(calibration) - np.searchsorted(calibration, scores, side="left"), dtype=np.float64
    )
    bound = 1.0 + beyond + CAUTION * np.maximum(np.sqrt(beyond) - 1.0, 0.0)
    return np.minimum(bound / (1.0 + len(calibration)), 1.0)


def benjamini_hochberg(p: Floats) -> Floats:
    """q-values: flagging what lies at or below a level keeps the expected share of false flags at or below it."""
    p = np.asarray(p, dtype=float)
    if not len(p):
        return p.copy()
    order = np.argsort(p, kind="stable")
    stepped = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(stepped[::-1])[::-1]
    return np.minimum(q, 1.0)


def _place(values: Floats) -> Ints:
    return np.clip(np.round((values + REACH) / STEP), 0, len(GRID) - 1).astype(np.int64)


def _smooth(histogram: Floats) -> Floats:
    kernel = np.exp(-0.5 * (np.arange(-2.4, 2.4 + STEP / 2, STEP) / SMOOTHING) ** 2)
    smoothed = np.convolve(histogram / max(histogram.sum(), 1.0), kernel / kernel.sum(), "same")
    return np.asarray(smoothed, dtype=np.float64)


def _moved(table: Floats, steps: int) -> Floats:
    moved = np.zeros_like(table)
    if steps > 0:
        moved[:, steps:] = table[:, :-steps]
    elif steps < 0:
        moved[:, :steps] = table[:, -steps:]
    else:
        moved[:] = table
    return moved


def _rising(odds: Floats) -> Floats:
    """From the least surprising residual near the expectation outwards, never falling."""
    near = np.abs(GRID) < 1.4
    for line in odds:
        middle = int(np.argmin(np.where(near, line, np.inf)))
        line[middle:] = np.maximum.accumulate(line[middle:])
        line[: middle + 1] = np.maximum.accumulate(line[: middle + 1][::-1])[::-1]
    return odds
