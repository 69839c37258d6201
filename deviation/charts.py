"""The power curve (检出率曲线) as coordinates of a drawing: drawn by the server, seen without scripts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 48, 24, 12, 36
GRID = (0, 25, 50, 75, 100)


@dataclass(frozen=True)
class Point:
    """How many of the outcomes changed by so much were found, with the 95 % interval of that share."""

    label: str
    x: float
    y: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Curve:
    """``line`` joins the points; ``grid`` has the height and name of each line behind them."""

    points: tuple[Point, ...]
    line: str
    grid: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    foot: int = HEIGHT - 12


def power_curve(bands: Sequence[Mapping[str, Any]]) -> Curve | None:
    """The share found by how much the planted outcomes were changed; None where nothing was planted."""
    known = [band for band in bands if band["power"]["share"] is not None]
    if not known:
        return None
    step = (WIDTH - LEFT - RIGHT) / max(len(known), 1)
    points = tuple(
        Point(
            label=f"{band['low']}–{band['high']}",
            x=round(LEFT + step * (place + 0.5), 1),
            y=height_of(band["power"]["share"]),
            top=height_of(band["power"]["high"]),
            bottom=height_of(band["power"]["low"]),
        )
        for place, band in enumerate(known)
    )
    line = " ".join(f"{point.x},{point.y}" for point in points)
    return Curve(points, line, tuple((height_of(value / 100), f"{value}%") for value in GRID))


def height_of(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
