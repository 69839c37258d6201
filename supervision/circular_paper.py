"""The circular as official paper: its figures as sentences and tables (审管通报). Pure: plain values in, paper out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from supervision.letter_paper import Paper, Section, Table
from supervision.letter_texts import in_words

Content = Mapping[str, Any]
NUMERALS = "一二三四五六七八九"
NOTE = "以上数字由系统按登记的日期统计，不含封存案件和涉密标识；各部门按机构序排列，不作排名。审限按制发时登记的届满日计算。"


def circular_paper(court: str, number: str, content: Content, remarks: str, issued_on: date | None) -> Paper:
    """The circular on paper; a draft says that it is one."""
    year, month = content["month"].split("-")
    parts = [
        flow(content["flow"]),
        limits(content["limits"]),
        flags(content["flags"], content["idle"]),
        measures(content["measures"], content["unanswered"]),
        letters(content["letters"]),
    ]
    if remarks.strip():
        parts.append(("有关要求", tuple(line for line in remarks.splitlines() if line.strip()), None))
    sections = [
        Section(f"{NUMERALS[place]}、{heading}", lines, table)
        for place, (heading, lines, table) in enumerate(parts)
    ]
    return Paper(
        mark=court,
        number=number,
        title=f"{court}{year}年{int(month)}月审判管理通报",
        to="",
        sections=(*sections, Section(paragraphs=(NOTE,))),
        signed=court,
        day=in_words(issued_on) if issued_on else "",
        draft="" if issued_on else "草稿，未签发",
    )


Part = tuple[str, tuple[str, ...], Table | None]


def flow(rows: Sequence[Content]) -> Part:
    total = {name: sum(row[name] for row in rows) for name in ("old", "new", "closed", "pending")}
    said = (
        f"本月旧存{total['old']}件，新收{total['new']}件，审结{total['closed']}件，月末未结{total['pending']}件"
        f"（旧存＋新收－审结＝未结）。"
    )
    lines = [*rows, {"name": "合计"} | total]
    table = Table(
        ("部门", "旧存", "新收", "审结", "未结"),
        tuple(
            (row["name"], *(str(row[name]) for name in ("old", "new", "closed", "pending"))) for row in lines
        ),
    )
    return "收结存", (said,), table if rows else None


def limits(counts: Content) -> Part:
    said = f"本月审结案件中超过审限审结的{counts['closed_late']}件；月末未结案件中已超审限的{counts['pending_late']}件。"
    return "审限", (said,), None


def flags(rows: Sequence[Content], idle: Sequence[Content]) -> Part:
    total = {name: sum(row[name] for row in rows) for name in ("proposed", "confirmed", "rejected", "missed")}
    said = [
        f"本月提出四类案件标识{total['proposed']}件次，确认{total['confirmed']}件次，不予确认{total['rejected']}件次，"
        f"逾期未处理（应标未标）{total['missed']}件次。"
    ]
    if idle:
        named = "、".join(f"{row['name']}{row['count']}件" for row in idle)
        said.append(f"确认后逾期未采取监督措施的：{named}。")
    table = Table(
        ("类别", "提出", "确认", "不予确认", "逾期未处理"),
        tuple(
            (row["name"], *(str(row[name]) for name in ("proposed", "confirmed", "rejected", "missed")))
            for row in rows
        ),
    )
    return "四类案件识别", tuple(said), table


def measures(rows: Sequence[Content], unanswered: Sequence[Content]) -> Part:
    used = [row for row in rows if row["taken"] or row["unanswered"]]
    said = [
        f"本月采取监督措施{sum(row['taken'] for row in rows)}次；月末逾期未答复{sum(row['unanswered'] for row in rows)}次。"
    ]
    if unanswered:
        named = "、".join(f"{row['post']}{row['person']}（{row['count']}次）" for row in unanswered)
        said.append(f"院庭长对审判组织的答复逾期未回应的：{named}。")
    else:
        said.append("没有逾期未回应审判组织答复的院庭长。")
    table = Table(
        ("措施", "采取", "逾期未答复"),
        tuple((f"{row['code']} {row['name']}", str(row["taken"]), str(row["unanswered"])) for row in used),
    )
    return "监督措施", tuple(said), table if used else None


def letters(rows: Sequence[Content]) -> Part:
    said = f"本月发出监督函{sum(row['sent'] for row in rows)}份，月末尚待回复{sum(row['waiting'] for row in rows)}份。"
    heads = ("sent", "replied", "overdue", "closed", "waiting")
    table = Table(
        ("种类", "发出", "回复", "逾期", "办结", "月末待复"),
        tuple((row["name"], *(str(row[name]) for name in heads)) for row in rows),
    )
    return "监督函件", (said,), table
