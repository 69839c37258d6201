"""The circular of leaders' cases on paper (院领导办案情况通报): figures as sentences and a table. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from quota.duty_rows import Row, Summary, required_words, share_words, summary
from quota.official_paper import Paper, Section, Table, in_words

HEADS = (
    "姓名", "职务", "任职月数", "应办比例", "法官人均审结", "应办（件）", "已办（件）", "其中承办", "其中任审判长",
    "四类案件", "差额（件）", "参加合议庭（另计）", "备注",
)  # fmt: skip
OFF = "未入额，不适用办案比例"
NO_SHARE = "目录没有本级法院的比例"
NO_BASE = "没有可供计算的人均数"
DEFINITIONS = (
    "已办：统计期间内、任职期间审结的，本人承办或者任审判长（非承办）的案件，一案只计一次；参加合议庭另计，不计入应办。",
    "应办：法官人均审结×应办比例×任职月数÷统计月数，不足一件的按一件计；列出比例的下限和上限，差额按下限计算。",
    "法官人均审结：统计期间员额法官承办审结件数÷员额法官人数（按在额月数折算，含入额院领导、庭长）；庭长按本庭计算，本庭或者本院其余法官少于目录“考核区不足几人不显示”的，按全院计算；全院也少于的，不列人均数，以免推算出个人。",
    "四类案件：流程记录中登记了已确认标识的未封存案件；封存案件只计件数，不列案号，也不计入四类案件。",
    "人员按机构序排列，不作排名。",
)


def circular_paper(
    court: str, period: str, rows: Sequence[Row], notes: Mapping[int, str], approved_on: date | None
) -> Paper:
    """The circular; ``notes`` are what those named said of their own figures, by person."""
    told = notes_section(rows, notes)
    return Paper(
        mark=court,
        title=f"{court}关于{period}院领导、庭长办案情况的通报",
        to="本院各部门：",
        sections=(
            Section("一、总体情况", whole(period, summary(rows))),
            *([Section("二、本人说明", told)] if told else []),
            Section(f"{'三' if told else '二'}、统计口径", (*DEFINITIONS, *bases(rows))),
        ),
        signed=court,
        day=in_words(approved_on) if approved_on else "",
        annex=Section(
            "附件　院领导、庭长办案情况表", table=Table(HEADS, tuple(map(words_of, rows)), wide=True)
        ),
        draft="" if approved_on else "草稿，未经批准",
    )


def whole(period: str, told: Summary) -> tuple[str, ...]:
    first = (
        f"{period}，本院入额院领导、庭长{told.on_quota}人，其中{told.handling}人办理了案件，共审结{told.done}件"
        + (f"，人均{plain(str(told.mean))}件。" if told.mean is not None else "。")
    )
    second = f"未达到应办件数下限的{told.short}人。" if told.short else "没有人未达到应办件数下限。"
    third = f"另有{told.off_quota}人未入额，不适用办案比例。" if told.off_quota else ""
    return (f"{first}{second}{third}各人情况见附件。",)


def notes_section(rows: Sequence[Row], notes: Mapping[int, str]) -> tuple[str, ...]:
    people = {row["person"]: row for row in rows}
    return tuple(
        f"{row['division']}{row['post']}{row['name']}：{notes[pk]}"
        for pk, row in people.items()
        if notes.get(pk)
    )


def bases(rows: Sequence[Row]) -> tuple[str, ...]:
    """What the shares rest on, with a word of caution where we are not sure of the text."""
    found = {row["basis"]: row["confidence"] for row in rows if row["basis"]}
    return tuple(
        f"应办比例依据：{basis}{'' if confidence == 'certain' else '（比例须核对原文）'}。"
        for basis, confidence in found.items()
    )


def words_of(row: Row) -> tuple[str, ...]:
    return tuple(str(value) for value in values_of(row))


def values_of(row: Row) -> tuple[Any, ...]:
    """One line of the table, numbers as numbers; empty where there is none."""
    return (
        row["name"],
        f"{row['division']}{row['post']}",
        plain(row["months"]),
        share_words(row["share"]),
        plain(row["base"]) if row["base"] else "",
        required_words(row),
        row["done"],
        row["as_judge"],
        row["as_presiding"],
        row["four_category"],
        "" if row["gap"] is None else row["gap"],
        row["as_member"],
        remark(row),
    )


def remark(row: Row) -> str:
    if not row["on_quota"]:
        return OFF
    if not row["share"]:
        return NO_SHARE
    return NO_BASE if row["required"] is None else ""


def plain(number: str) -> str:
    """3 for 3.00, 1.5 for 1.50."""
    return number.rstrip("0").rstrip(".") if "." in number else number
