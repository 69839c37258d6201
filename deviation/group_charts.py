"""What is told of groups → chart options (ECharts): values with their intervals, in the order given. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

INK, SOFT, LINE, BLUE, PALE = "#1c2733", "#51606f", "#d5dbe1", "#16406b", "#8fb0d1"
FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
Bar = tuple[str, float, float, float]  # name, value, low, high


def intervals(rows: Sequence[Bar], *, axis: str, expected: float = 0.0) -> dict[str, Any]:
    """One box from low to high a row, a line where the value is, a dashed line where it would lie if nothing differed.

    ``rows`` are drawn in the order given, top down: never by value.
    """
    boxes = [[low, low, value, high, high] for _, value, low, high in rows]
    reach = max([expected, *(high for *_, high in rows)])
    marker = {
        "symbol": "none", "silent": True, "label": {"show": False},
        "lineStyle": {"color": INK, "type": "dashed"}, "data": [{"xAxis": expected}],
    }  # fmt: skip
    return {
        "aria": {"enabled": True},
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "grid": {"left": 8, "right": 24, "top": 8, "bottom": 36, "containLabel": True},
        "tooltip": {"show": False},
        "xAxis": {
            "type": "value", "name": axis, "nameLocation": "middle", "nameGap": 26,
            "max": expected if reach == expected else None,  # what is expected is seen, however far off the boxes lie
            "nameTextStyle": {"color": SOFT}, "axisLabel": {"color": SOFT}, "splitLine": {"lineStyle": {"color": LINE}},
        },
        "yAxis": {
            "type": "category", "inverse": True, "data": [name for name, *_ in rows],
            "axisLabel": {"color": INK, "width": 150, "overflow": "truncate"}, "axisTick": {"show": False},
        },
        "series": [
            {
                "type": "boxplot", "data": boxes, "boxWidth": [8, 18], "silent": True,
                "itemStyle": {"color": PALE, "borderColor": BLUE, "borderWidth": 2}, "markLine": marker,
            }
        ],
    }  # fmt: skip
