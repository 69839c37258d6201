"""The pages of weights and classes as files (导出): what the numbers mean stands above each table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import FileResponse

from catalogues.models import Edition
from courts.clock import today
from courts.models import Court, User
from quota.agreement import Agreement
from quota.sheets import sheet_response
from quota.weight_page import Table
from quota.weight_trial import Line

SLOW = (
    ("案号", 26),
    ("承办部门", 18),
    ("承办人", 12),
    ("项目", 16),
    ("用时（天）", 10),
    ("依据", 60),
    ("发现日", 12),
    ("说明", 40),
)
NUMBERS = (
    ("表", 14),
    ("项目", 30),
    ("数值", 10),
    ("类别或所看事实", 18),
    ("依据", 60),
    ("置信度", 12),
    ("备注", 40),
    ("版次", 8),
)
AGREED = (
    ("识别为或月份", 16),
    ("已确认", 10),
    ("与识别一致", 12),
    ("一致率（%）", 12),
    ("区间下限（%）", 14),
    ("区间上限（%）", 14),
)
TRIED = (
    ("部门或团队", 24),
    ("案件", 8),
    ("权重有变", 10),
    ("繁简有变", 10),
    ("现行合计", 12),
    ("草稿合计", 12),
    ("增减", 10),
)


def weights_sheet(court: Court, tables: Sequence[Table], *, by: User) -> FileResponse:
    """The tables in force in a court."""
    rows = [
        (str(table.name), row.name, float(row.value), row.about, row.basis, row.sure, row.note, table.edition)
        for table in tables
        for row in table.rows
    ]
    above = [
        ("法院", str(court)),
        ("施行日", str(today())),
        ("口径", "权重＝基础×程序×浮动×角色份额；1.00为一件普通民事简易程序案件"),
    ]
    return sheet_response("案件权重", by=by, above=above, columns=NUMBERS, rows=rows)


def classes_sheet(
    court: Court, lines: Sequence[Agreement], months: Sequence[tuple[date, Agreement]], *, by: User
) -> FileResponse:
    """How often people agree, by class and by month."""
    rows = [agreed(line.name or "合计", line) for line in lines]
    rows += [agreed(f"{month:%Y-%m}", line) for month, line in months]
    above = [
        ("法院", str(court)),
        ("口径", "现行的人工确认中与系统识别相同的比例，Wilson 95% 区间；封存案件不计"),
    ]
    return sheet_response("繁简识别一致率", by=by, above=above, columns=AGREED, rows=rows)


def agreed(name: str, line: Agreement) -> tuple[Any, ...]:
    if line.share is None:
        return (name, 0, 0, None, None, None)
    return (name, line.n, line.same, round(100 * line.share, 1), line.low_percent, line.high_percent)


def trial_sheet(
    court: Court, draft: Edition, divisions: Sequence[Line], teams: Sequence[Line], total: Line, *, by: User
) -> FileResponse:
    """What a draft would change, by unit."""
    rows = [tried(line.name or "未定部门", line) for line in divisions]
    rows += [tried("合计", total), *(tried(line.name, line) for line in teams)]
    above = [
        ("法院", str(court)),
        ("草稿", draft.title),
        ("口径", "本年未结和已结案件的权重合计；试算，不写入数据；按机构顺序，不作排名"),
    ]
    return sheet_response("权重草稿试算", by=by, above=above, columns=TRIED, rows=rows)


def tried(name: str, line: Line) -> tuple[Any, ...]:
    sums = [round(float(one), 2) for one in (line.before, line.after, line.difference)]
    return (name, line.n, line.changed, line.reclassed, *sums)


def breaches_sheet(definition: str, rows: Sequence[tuple[Any, ...]], *, by: User) -> FileResponse:
    """The standing breaches of the cases somebody sees."""
    above = [("口径", f"{definition}封存案件不在表中。"), ("日期", str(today()))]
    return sheet_response("简案超期", by=by, above=above, columns=SLOW, rows=rows)
