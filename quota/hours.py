"""What a case takes a judge (案均工时): measured per kind of case, from wider kinds where too few were timed.

A few cases that took far too long, or were hardly written down, do not move a mean: the ends are drawn in (缩尾) first.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 1000
IN_A_STEP = 2_000_000  # draws held in memory at once
LEVEL = 0.90
CELL, GROUP, TYPE, RELATIVE, DEFAULT = "cell", "group", "type", "relative", "default"


@dataclass(frozen=True, order=True)
class Cell:
    """A kind of case: type, procedure, class (simple, ordinary, complex) and group of causes; "" is any."""

    case_type: str
    procedure: str = ""
    klass: str = ""
    cause_group: str = ""

    def wider(self) -> tuple[Cell, ...]:
        """What it is backed off to, in turn: any cause, any class, any procedure."""
        chain = (
            Cell(self.case_type, self.procedure, self.klass),
            Cell(self.case_type, self.procedure),
            Cell(self.case_type),
        )
        return tuple(dict.fromkeys(cell for cell in chain if cell != self))

    def within(self) -> tuple[Cell, ...]:
        """Itself and every cell it lies in."""
        return (self, *self.wider())


@dataclass(frozen=True)
class Timed:
    """A case and the time it took: written down, or (``is_said``) only said by what it left behind."""

    case: str
    cell: Cell
    hours: float
    is_said: bool = False


@dataclass(frozen=True)
class Measured:
    """Winsorised mean (缩尾均值) with its 90 % interval; ``used`` is the cell it was taken from.

    ``n`` cases of that cell, ``own`` of the cell asked for; ``said`` of the own ones nobody timed. Without an interval
    are defaults, and means of cases some of which nobody timed: how far those are off is not known from their spread.
    """

    n: int
    own: int
    hours: float
    low: float | None
    high: float | None
    used_level: str
    used: Cell
    winsorised: int
    said: int = 0


def measure(
    timed: Sequence[Timed],
    *,
    cell_min: int,
    winsor_low: float,
    winsor_high: float,
    seed: int,
    defaults: Mapping[Cell, float],
    asked: Iterable[Cell] = (),
) -> dict[Cell, Measured]:
    """The hours of every cell timed, of every cell it lies in, and of those ``asked`` for or with a default.

    A cell with fewer than ``cell_min`` cases takes the hours of the nearest wider one that has enough, else its default.
    A cell with neither is left out.
    """
    hours, said = _by_cell(timed), _said_by_cell(timed)
    wanted = sorted({*hours, *asked, *defaults})
    means = {
        cell: _mean(cell, values, (winsor_low, winsor_high), seed, said[cell])
        for cell, values in hours.items()
        if len(values) >= cell_min
    }
    found = {cell: _measured(cell, means, hours, defaults) for cell in wanted}
    return {cell: replace(one, said=said[cell]) for cell, one in found.items() if one is not None}


def winsorise(values: Floats, low: float, high: float) -> tuple[Floats, int]:
    """The values with those beyond the two quantiles moved to them, and how many were moved."""
    ends = np.quantile(values, [low, high])
    drawn_in: Floats = np.clip(values, ends[0], ends[1])
    return drawn_in, int((drawn_in != values).sum())


def bootstrap(
    values: Floats, *, seed: int, cell: Cell, ends: tuple[float, float] = (0.0, 1.0)
) -> tuple[float, float]:
    """The interval of the winsorised mean: each resample is winsorised anew, as other cases would have been.

    The same for the same seed, whatever other cells there are.
    """
    salt = zlib.crc32("|".join((cell.case_type, cell.procedure, cell.klass, cell.cause_group)).encode())
    rng = np.random.Generator(np.random.PCG64([abs(seed), salt]))
    step = max(IN_A_STEP // len(values), 1)
    means = [
        _row_means(values[rng.integers(len(values), size=(min(step, RESAMPLES - done), len(values)))], ends)
        for done in range(0, RESAMPLES, step)
    ]
    low, high = np.quantile(np.concatenate(means), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _row_means(rows: Floats, ends: tuple[float, float]) -> Floats:
    low, high = np.quantile(rows, ends, axis=1, keepdims=True)
    means: Floats = np.clip(rows, low, high).mean(axis=1)
    return means


@dataclass(frozen=True)
class _Mean:
    n: int
    hours: float
    low: float | None
    high: float | None
    winsorised: int


def _by_cell(timed: Sequence[Timed]) -> dict[Cell, Floats]:
    lists: dict[Cell, list[float]] = {}
    # In the order of the cases, so that the order of the entries does not move the resampling.
    for one in sorted(timed, key=lambda one: one.case):
        for cell in one.cell.within():
            lists.setdefault(cell, []).append(one.hours)
    return {cell: np.array(hours) for cell, hours in lists.items()}


def _said_by_cell(timed: Sequence[Timed]) -> Counter[Cell]:
    return Counter(cell for one in timed if one.is_said for cell in one.cell.within())


def _mean(cell: Cell, values: Floats, ends: tuple[float, float], seed: int, said: int) -> _Mean:
    drawn_in, moved = winsorise(values, *ends)
    mean = float(drawn_in.mean())
    if said:
        return _Mean(len(values), mean, None, None, moved)
    low, high = bootstrap(values, seed=seed, cell=cell, ends=ends)
    return _Mean(len(values), mean, min(low, mean), max(high, mean), moved)


def _measured(
    cell: Cell, means: Mapping[Cell, _Mean], hours: Mapping[Cell, Floats], defaults: Mapping[Cell, float]
) -> Measured | None:
    own = len(hours.get(cell, ()))
    for used in cell.within():
        if mean := means.get(used):
            return Measured(
                mean.n, own, mean.hours, mean.low, mean.high, _level(cell, used), used, mean.winsorised
            )
    for used in cell.within():
        if used in defaults:
            return Measured(0, own, defaults[used], None, None, DEFAULT, used, 0)
    return None


def _level(cell: Cell, used: Cell) -> str:
    if used == cell:
        return CELL
    return GROUP if used.procedure else TYPE
