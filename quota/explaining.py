"""Why a court has its seats (员额由来): factor by factor down to the last seat, and what would have to change. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from quota.allocation import METHODS, allocate

Row = Mapping[str, Any]
Result = Mapping[str, Any]
FACTOR_NAMES = {
    "area": "辖区面积", "pop": "常住人口", "gdp": "经济发展", "eth": "民族结构", "exp": "法官任职年限", "closed": "近年人均结案",
}  # fmt: skip
BOUND_NAMES = {
    "floor": "每院最少员额", "ceiling": "本院编制的最高比例", "sitting": "在任法官不减", "change": "年度调整幅度",
}  # fmt: skip
#: Looked for between nought and so many times the need, to a thousandth of a judge.
FARTHEST, CLOSE = 8.0, 0.001


@dataclass(frozen=True)
class Line:
    """One line of the way from hours to seats: ``judges`` of need it adds, ``seats`` that makes, in words."""

    label: str
    judges: float | None
    seats: float
    words: str = ""


@dataclass(frozen=True)
class Explanation:
    """``lines`` add up to the seats; ``last_seat`` says how the last one came, ``turning`` what would have to change."""

    lines: tuple[Line, ...]
    last_seat: tuple[str, ...]
    turning: tuple[str, ...]


def explain(result: Result, code: str) -> Explanation:
    """For one court of a scenario's result."""
    row = next(each for each in result["courts"] if each["code"] == code)
    names = {each["code"]: each["name"] for each in result["courts"]}
    return Explanation(lines_of(result, row), last_seat_of(result, row, names), turning_of(result, row))


# --- factor by factor ----------------------------------------------------------------------------------------------
def lines_of(result: Result, row: Row) -> tuple[Line, ...]:
    """Raw need, each circumstance, what the bounds of the adjustment take; in seats by the common proportion; then rounding."""
    totals = result["totals"]
    times = totals["seats"] / totals["need"] if totals["need"] else 0.0
    raw = row["raw"]
    order = {factor: place for place, factor in enumerate(FACTOR_NAMES)}
    parts = [
        Line(FACTOR_NAMES.get(part["factor"], part["factor"]), part["effect"] * raw, part["effect"] * raw * times, words_of(part))
        for part in sorted(row["parts"], key=lambda part: order.get(part["factor"], len(order)))
    ]  # fmt: skip
    clipped = (row["adjustment"] - row["unclipped"]) * raw
    share = row["need"] * times
    rest = [Line("调整系数上下限", clipped, clipped * times)] if clipped else []
    hours = f"预计收案折合 {row['hours']:,.0f} 小时，除以每名法官每年可办案时间"
    return (
        Line("案件工作量", raw, raw * times, hours),
        *parts,
        *rest,
        Line("上下限和取整", None, row["seats"] - share, rounding_words(row)),
    )


def words_of(part: Row) -> str:
    if part["x"] is None:
        return "没有数据，不调整"
    if not part["mean"]:
        return "各院都为 0，不调整"
    return f"{part['x']:g}，各院平均 {part['mean']:g}，权重 {part['beta']:g}"


def rounding_words(row: Row) -> str:
    way = row["step"]["way"]
    if way == "low" and row["seats"] == row["low"]:
        return f"按下限 {row['low']} 名（{BOUND_NAMES[row['low_from']]}）"
    if way == "high":
        return f"按上限 {row['high']} 名（{BOUND_NAMES[row['high_from']]}）"
    return f"整数名额；下限 {row['low']} 名，上限 {row['high']} 名"


# --- the last seat -------------------------------------------------------------------------------------------------
def last_seat_of(result: Result, row: Row, names: Mapping[str, str]) -> tuple[str, ...]:
    step = row["step"]
    told = [METHODS[result["method"]] + ("，先分到地级、再分到各院" if result["levels"] == 2 else "")]
    told.append(WAYS[step["way"]](row, step))
    if step["next"]:
        value = "" if step["next_value"] is None else f"（{step['next_value']:.4f}）"
        told.append(f"若本院少这一名，下一名属于{names.get(step['next'], step['next'])}{value}。")
    if step["last"] and step["last_value"] is not None:
        own = "" if step["value"] is None or step["way"] != "whole" else f"，本院为 {step['value']:.4f}"
        told.append(
            f"最后一名员额给了{names.get(step['last'], step['last'])}（{step['last_value']:.4f}{own}）。"
        )
    return tuple(told)


def _by_remainder(row: Row, step: Row) -> str:
    return f"应得 {step['share']:.4f} 名，整数部分之外余 {step['fraction']:.4f}，余数排在第 {step['order']} 位，得到余下的一名。"


def _whole(row: Row, step: Row) -> str:
    return f"应得 {step['share']:.4f} 名，取整数部分 {row['seats']} 名；余 {step['fraction']:.4f}，未轮到余下的名额。"


def _by_priority(row: Row, step: Row) -> str:
    if step["value"] is None:
        return "最后一名员额是本院的第一名，先于其他法院增加的名额。"
    return f"最后一名员额的优先数为 {step['value']:.4f}，在各院下限以外是第 {step['order']} 个分出的。"


def _low(row: Row, step: Row) -> str:
    return f"按需求应得的少于下限，按下限 {row['low']} 名（{BOUND_NAMES[row['low_from']]}）。"


def _high(row: Row, step: Row) -> str:
    return f"按需求应得的不少于上限，按上限 {row['high']} 名（{BOUND_NAMES[row['high_from']]}）。"


WAYS: dict[str, Callable[[Row, Row], str]] = {
    "remainder": _by_remainder, "whole": _whole, "priority": _by_priority, "low": _low, "high": _high,
}  # fmt: skip


# --- what would have to change -------------------------------------------------------------------------------------
def turning_of(result: Result, row: Row) -> tuple[str, ...]:
    """At which need of its own the court would have a seat more or less, everything else as it is."""
    if row["seats"] != row["seats_one_level"] or result["levels"] == 2:
        return ()
    more, fewer = turning_points(result, row)
    told = []
    if more is not None:
        told.append(f"其他条件不变，本院需求达到约 {more:.2f} 名（现 {row['need']:.2f} 名）时多一名。")
    elif row["seats"] == row["high"]:
        told.append(f"已到上限 {row['high']} 名，需求再高也不增加。")
    if fewer is not None:
        told.append(f"其他条件不变，本院需求低于约 {fewer:.2f} 名时少一名。")
    elif row["seats"] == row["low"]:
        told.append(f"已是下限 {row['low']} 名，需求再低也不减少。")
    return tuple(told)


def turning_points(result: Result, row: Row) -> tuple[float | None, float | None]:
    """Found by trying: the least need with more seats, the most with fewer; None where there is none within reach."""

    def seats_at(need: float) -> int:
        return seats_with(result, row["code"], need)

    now, need = row["seats"], row["need"]
    more = fewer = None
    if row["seats"] < row["high"] and seats_at(need * FARTHEST + 1) > now:
        more = _between(need, need * FARTHEST + 1, lambda at: seats_at(at) > now)
    if row["seats"] > row["low"] and seats_at(0.0) < now:
        fewer = _between(0.0, need, lambda at: seats_at(at) >= now)
    return more, fewer


def seats_with(result: Result, code: str, need: float) -> int:
    rows = result["courts"]
    needs = {each["code"]: need if each["code"] == code else each["need"] for each in rows}
    low = {each["code"]: each["low"] for each in rows}
    high = {each["code"]: each["high"] for each in rows}
    return allocate(result["totals"]["seats"], needs, low=low, high=high, method=result["method"]).seats[code]


def _between(low: float, high: float, holds: Callable[[float], bool]) -> float:
    """The least value at which it holds; it does at ``high`` and not at ``low``."""
    while high - low > CLOSE:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
