"""A plan on paper (员额配置方案): sentences and a table for the political department's file. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from quota.allocation import METHODS
from quota.official_paper import Paper, Section, Table, in_words

HEADS = ("法院", "编制", "在任", "上年员额", "需求", "80%区间", "员额", "分配前压力", "分配后压力")
NOTE = "各院按机构序排列，不作排名。本方案可凭输入摘要重新计算，结果逐字节相同。"


def plan_paper(
    *,
    court: str,
    year: int,
    reason: str,
    result: Mapping[str, Any],
    changes: Sequence[str],
    loosened: Sequence[str],
    digest: str,
    decided_on: date | None,
) -> Paper:
    """The plan; one not approved yet says so on its face."""
    return Paper(
        mark=court,
        title=f"{court}{year}年度法官员额配置方案",
        to="",
        sections=(
            Section("一、总体情况", (*whole(result), f"提请理由：{reason}")),
            Section(
                "二、测算方法",
                (
                    *method(result),
                    *[f"调节：{each}。" for each in changes],
                    *[f"放宽目录界限：{each}。" for each in loosened],
                ),
            ),
            Section("三、复核", (f"输入摘要（SHA-256）：{digest}", NOTE)),
        ),
        signed=f"{court}政治部",
        day=in_words(decided_on) if decided_on else "",
        annex=Section(
            "附件　各院员额表", table=Table(HEADS, tuple(line(row) for row in result["courts"]), wide=True)
        ),
        draft="" if decided_on else "送审稿，未经批准",
    )


def whole(result: Mapping[str, Any]) -> tuple[str, ...]:
    totals, before, after = result["totals"], result["pressure"]["before"], result["pressure"]["after"]
    first = (
        f"核定编制{totals['staffing']}名，员额上限{totals['cap']}名。按预计收案测算，需要法官{totals['need']:.2f}名"
        f"（80%区间{totals['low80']:.1f}至{totals['high80']:.1f}名）。本次分配{totals['seats']}名，预留{totals['reserve']}名。"
    )
    second = (
        f"分配前各院压力（需求÷员额）在{ends(before)}之间，分配后在{ends(after)}之间；"
        f"基尼系数由{said(before['gini'], 3)}变为{said(after['gini'], 3)}。"
    )
    return first, second


def method(result: Mapping[str, Any]) -> tuple[str, ...]:
    settings = result["settings"]
    how = "先分到地级、再分到各院" if result["levels"] == 2 else "全域一次分配"
    return (
        f"每名法官每年可办案{settings['judge_days_per_year']:g}日、每日{settings['case_hours_per_day']:g}小时；"
        f"每院最少{settings['court_floor']:g}名，最多为本院编制的{settings['ceiling_ratio']:.0%}；在任法官不减。",
        f"按{METHODS[result['method']]}分配，{how}。",
    )


def line(row: Mapping[str, Any]) -> tuple[str, ...]:
    last = "—" if row["last_seats"] is None else str(row["last_seats"])
    return (
        row["name"], str(row["staffing"]), str(row["sitting"]), last, f"{row['need']:.2f}",
        f"{row['low80']:.1f}–{row['high80']:.1f}", str(row["seats"]), said(row["pressure_before"]), said(row["pressure_after"]),
    )  # fmt: skip


def ends(pressure: Mapping[str, Any]) -> str:
    return f"{said(pressure['least'])}至{said(pressure['most'])}"


def said(value: float | None, places: int = 2) -> str:
    return "—" if value is None else f"{value:.{places}f}"
