"""The words in which deviations are told (措辞): never that something is wrong, always how sure one is. Pure.

«与可比案件差异较大，请说明» is all that is ever said of an outcome; where nothing can be said, it is «不评价» with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

ASKS = "与可比案件差异较大，请说明"
ABSTAINS = "不评价"
WITHIN = "在可比案件的常见范围内"
#: What each measure is counted in.
UNITS = {"months": "个月", "fine": "元", "trial_days": "日"}
#: Why nothing is said, and what it would take.
WHY_NOT = {
    "few_peers": ("可比案件太少", "同类案件积累到规定的最少件数以后即可评价"),
    "missing_features": ("本案要素登记不全", "补登案件要素以后重新核对"),
    "outside_history": ("本案的要素超出以往案件的范围", "以往没有可资比较的案件；类似案件增多以后才能评价"),
    "unknown_stratum": ("没有本案由的以往案件", "本案由的案件积累到规定的最少件数以后即可评价"),
    "uncalibrated": ("这一类案件的区间没有通过校验", "重新训练并通过校验以后即可评价"),
    "no_run": ("本院没有启用这一项的模型", "由审管办训练，另一人核对后启用"),
    "stale": ("模型已经超过使用期限", "重新训练并启用以后即可评价"),
    "drifted": ("近期案件与训练时的案件已有明显不同", "重新训练并启用以后即可评价"),
    "damaged": ("保存的模型与训练时的不一致，不能使用", "由审管办重新训练，另一人核对后启用"),
    "stopped": ("这一类案件已经停止评价", "异议成立的较多；核实要素和方法并重新训练以后再评价"),
}
OTHERWISE = ("目前不能评价", "请联系审管办了解")


def number_said(value: float) -> str:
    """A number for people: at most one place, no idle zero."""
    return f"{value:,.1f}".removesuffix(".0")


def outcome_said(code: str, value: float) -> str:
    """An outcome in words: 36 个月, 5,000 元, 宣告缓刑, 62%."""
    if code == "probation":
        return "宣告缓刑" if value >= 0.5 else "不宣告缓刑"
    if code == "awarded_share":
        return f"{number_said(100 * value)}%"
    return f"{number_said(value)} {UNITS.get(code, '')}".strip()


def expected_said(code: str, value: float) -> str:
    """What is expected; of a yes or no, how likely it is."""
    return f"约 {100 * value:.0f}% 宣告缓刑" if code == "probation" else outcome_said(code, value)


def interval_said(code: str, low: float | None, high: float | None) -> str:
    """From where to where; empty where that says nothing."""
    if low is None or high is None or code == "probation":
        return ""
    return f"{outcome_said(code, low)} 至 {outcome_said(code, high)}"


def band_said(band: str, *, is_wide: bool, is_breach: bool) -> str:
    """Where an outcome lies; of a red one for which of two grounds, that its judge knows what to speak to."""
    if band != "red":
        return {"green": "90%区间内", "yellow": "90%区间外"}.get(band, ABSTAINS)
    grounds = [words for words, holds in (("99%区间外", is_wide), ("超出量刑指导区间", is_breach)) if holds]
    return "，".join(grounds) or "99%区间外"


def effect_said(code: str, effect: float) -> str:
    """By how much something moved the expectation."""
    if code in ("probation", "awarded_share"):
        return f"{'+' if effect > 0 else '−'}{number_said(abs(100 * effect))} 个百分点"
    return f"{'+' if effect > 0 else '−'}{number_said(abs(effect))} {UNITS.get(code, '')}".strip()


def rarity_said(p: float | None) -> str:
    """How unusual the distance is, from the calibrated p: never more than the peers can carry."""
    if p is None:
        return ""
    share = int(100 * (1 - p) + 1e-9)
    if share < 50:
        return "本案与预期的差距，在可比案件中属于常见"
    return f"本案与预期的差距，大于约 {share}% 的可比案件与各自预期的差距"


def why_not(reason_code: str) -> tuple[str, str]:
    """Why nothing is said of the outcome, and what would be needed."""
    return WHY_NOT.get(reason_code, OTHERWISE)


# --- the bar -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Bar:
    """Where things lie on a bar of 0 to 100, as SVG takes them: the two intervals, expectation, median and outcome."""

    wide_x: str
    wide_width: str
    x: str
    width: str
    expected: str
    outcome: str
    baseline: str


def bar_of(
    *,
    outcome: float,
    expected: float,
    low: float,
    high: float,
    low99: float,
    high99: float,
    baseline: float | None,
) -> Bar | None:
    """The geometry of an assessment; None where everything lies at one place."""
    known = [outcome, expected, low, high, low99, high99, *([] if baseline is None else [baseline])]
    least, most = min(known), max(known)
    if least == most:
        return None

    def at(value: float) -> float:
        return 4 + 92 * (value - least) / (most - least)

    def span(first: float, last: float) -> str:
        return f"{max(at(last) - at(first), 0.5):.2f}"

    return Bar(
        wide_x=f"{at(low99):.2f}",
        wide_width=span(low99, high99),
        x=f"{at(low):.2f}",
        width=span(low, high),
        expected=f"{at(expected):.2f}",
        outcome=f"{at(outcome):.2f}",
        baseline="" if baseline is None else f"{at(baseline):.2f}",
    )
