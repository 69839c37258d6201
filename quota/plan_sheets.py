"""Scenarios and plans as files (导出): every court with the way from cases to seats, definitions printed above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import FileResponse

from courts.models import User
from quota.allocation import METHODS
from quota.explaining import BOUND_NAMES
from quota.models import Plan, Scenario
from quota.scenario_page import totals_of
from quota.scenarios import result_of
from quota.sheets import sheet_response

COLUMNS = (
    ("法院", 28), ("地级", 10), ("编制", 8), ("在任", 8), ("上年员额", 10), ("预计工时", 12), ("基础需求", 10),
    ("调整系数", 10), ("需求", 10), ("需求下限（80%）", 14), ("需求上限（80%）", 14), ("员额下限", 10), ("下限来由", 16),
    ("员额上限", 10), ("上限来由", 16), ("员额", 8), ("一级分配", 10), ("两级分配", 10), ("分配前压力", 12), ("分配后压力", 12),
)  # fmt: skip
DEFINITIONS = (
    (
        "需求",
        "预计收案×案均工时÷每名法官每年可办案小时×调整系数；区间由各类收案预测的80%区间按误差互不相关合成",
    ),
    ("压力", "需求÷员额；分配前按上年员额，没有的按在任法官"),
    ("排列", "法院按机构序；不是排名"),
)


def scenario_file(by: User, scenario: Scenario, changes: Sequence[str]) -> FileResponse:
    """A scenario as a spreadsheet."""
    above = [("测算", scenario.name), ("年度", str(scenario.year)), *known_of(scenario, changes)]
    return sheet_response("员额测算", by=by, above=above, columns=COLUMNS, rows=rows_of(result_of(scenario)))


def plan_file(by: User, plan: Plan, changes: Sequence[str]) -> FileResponse:
    """A plan as a spreadsheet, with who put it forward and who decided."""
    above = [
        ("方案", f"{plan.court}{plan.year}年度员额方案"),
        ("状态", plan.get_state_display()),
        ("提请", f"{plan.submitted_by}，{plan.submitted_at:%Y-%m-%d}"),
        ("审批", f"{plan.decided_by}，{plan.decided_at:%Y-%m-%d}" if plan.decided_at else "—"),
        *known_of(plan.scenario, changes),
    ]
    return sheet_response(
        "员额方案", by=by, above=above, columns=COLUMNS, rows=rows_of(result_of(plan.scenario))
    )


def known_of(scenario: Scenario, changes: Sequence[str]) -> list[tuple[str, str]]:
    result = result_of(scenario)
    return [
        (
            "分配方法",
            METHODS[result["method"]] + ("，先分到地级、再分到各院" if result["levels"] == 2 else ""),
        ),
        ("调节", "；".join(changes) or "没有调节"),
        *totals_of(result),
        ("输入摘要（SHA-256）", scenario.inputs_digest),
        ("结果摘要（SHA-256）", scenario.result_digest),
        *DEFINITIONS,
    ]


def rows_of(result: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (
            row["name"], row["group"], row["staffing"], row["sitting"], row["last_seats"], row["hours"], row["raw"],
            row["adjustment"], row["need"], row["low80"], row["high80"], row["low"], BOUND_NAMES[row["low_from"]],
            row["high"], BOUND_NAMES[row["high_from"]], row["seats"], row["seats_one_level"], row["seats_two_level"],
            row["pressure_before"], row["pressure_after"],
        )
        for row in result["courts"]
    ]  # fmt: skip
