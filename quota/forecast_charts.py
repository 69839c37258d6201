"""The chart of a forecast (预测图) as coordinates of a drawing: drawn by the server, seen without scripts. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 30
LINES = 4


@dataclass(frozen=True)
class Chart:
    """``past`` are lines of months that were counted, ``ahead`` joins the forecast on, ``band`` is its interval."""

    past: tuple[str, ...]
    ahead: str
    band: str
    grid: tuple[tuple[float, str], ...]
    years: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    foot: int = HEIGHT - 10


def forecast_chart(
    months: Sequence[date],
    history: Sequence[float | None],
    values: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
) -> Chart:
    """``months``: the first days of the months of the history and of the forecast after it."""
    top = nice(max([*(one for one in history if one is not None), *high, 1.0]))

    def x(place: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * place / max(len(months) - 1, 1), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 1)

    def line(points: Sequence[tuple[int, float]]) -> str:
        return " ".join(f"{x(place)},{y(value)}" for place, value in points)

    start = len(history)
    last = [(start - 1, history[-1])] if history and history[-1] is not None else []
    upper = [(start + place, value) for place, value in enumerate(high)]
    lower = [(start + place, value) for place, value in enumerate(low)]
    return Chart(
        past=tuple(line(run) for run in runs(history)),
        ahead=line([*last, *((start + place, value) for place, value in enumerate(values))]),
        band=line([*upper, *reversed(lower)]),
        grid=tuple((y(top * step / LINES), f"{top * step / LINES:g}") for step in range(LINES + 1)),
        years=tuple((x(place), str(month.year)) for place, month in enumerate(months) if month.month == 1),
    )


def runs(history: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The stretches between months nobody counted."""
    found: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(history):
        if value is None:
            found.append([])
        else:
            found[-1].append((place, value))
    return [run for run in found if run]


def nice(most: float) -> float:
    """The next number a scale can end with: 1, 2, 4 or 8 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * step for step in (1, 2, 4, 8, 10) if power * step >= most)
