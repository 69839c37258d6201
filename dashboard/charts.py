"""Rows → chart options: built and tested here, only drawn by the browser. A chart without a definition does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.definitions import DEFINITIONS, Definition

INK, SOFT, LINE = "#1c2733", "#51606f", "#d5dbe1"
BLUE, PALE, RED = "#16406b", "#8fb0d1", "#8a5a00"
FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'


@dataclass(frozen=True)
class Chart:
    """What the browser draws, and the definition (口径) that stands beside it."""

    code: str
    option: dict[str, Any]

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.code]


def caseload_by_month(
    months: Sequence[str], new: Sequence[int], closed: Sequence[int], pending: Sequence[int]
) -> Chart:
    """新收 and 审结 as bars, 未结 as a line on an axis of its own."""
    option = {
        "aria": {"enabled": True, "decal": {"show": True}},
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "color": [BLUE, PALE, RED],
        "grid": {"left": 8, "right": 8, "top": 36, "bottom": 40, "containLabel": True},
        "legend": {"bottom": 4, "data": ["新收", "审结", "月末未结"], "textStyle": {"color": INK, "fontSize": 14}},
        # Drawn as text: the policy of our pages forbids the inline styles of an HTML tooltip.
        "tooltip": {"trigger": "axis", "renderMode": "richText", "confine": True},
        "xAxis": {"type": "category", "data": list(months), "axisLabel": {"color": SOFT, "hideOverlap": True}},
        "yAxis": [axis("新收、审结（件）", "left"), axis("未结（件）", "right") | {"splitLine": {"show": False}}],
        "series": [
            {"name": "新收", "type": "bar", "data": list(new), "barMaxWidth": 22},
            {"name": "审结", "type": "bar", "data": list(closed), "barMaxWidth": 22},
            {
                "name": "月末未结", "type": "line", "yAxisIndex": 1, "data": list(pending),
                "symbol": "diamond", "symbolSize": 9, "lineStyle": {"width": 3},
            },
        ],
    }  # fmt: skip
    return Chart("curve", option)


def axis(name: str, side: str) -> dict[str, Any]:
    """An axis of counts: from zero, whole numbers. Its name grows inwards, so that it is never cut off."""
    return {
        "type": "value",
        "name": name,
        "min": 0,
        "minInterval": 1,
        "nameTextStyle": {"color": SOFT, "align": side},
        "axisLabel": {"color": SOFT},
        "splitLine": {"lineStyle": {"color": LINE}},
    }


@dataclass(frozen=True)
class Sparkline:
    """A small line as coordinates of a drawing ``WIDTH`` by ``HEIGHT``; drawn by the server, seen without scripts."""

    points: str
    end_x: float
    end_y: float
    low: int
    high: int
    last: int


WIDTH, HEIGHT, MARGIN = 160, 44, 4


def sparkline(values: Sequence[int]) -> Sparkline | None:
    """The course of a series between its own lowest and highest value; a level line when they are the same."""
    if not values:
        return None
    low, high = min(values), max(values)
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    places = [
        (round(MARGIN + step * i, 1), round(height_of(value, low, high), 1)) for i, value in enumerate(values)
    ]
    end_x, end_y = places[-1]
    return Sparkline(" ".join(f"{x},{y}" for x, y in places), end_x, end_y, low, high, values[-1])


def height_of(value: int, low: int, high: int) -> float:
    part = (value - low) / (high - low) if high > low else 0.5
    return HEIGHT - MARGIN - part * (HEIGHT - 2 * MARGIN)
