"""Quota judges, selections, teams and availability as files (导出)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.http import FileResponse

from catalogues.quota_law import ExitTrigger
from courts.models import Availability, Court, User
from quota.people import triggers_of
from quota.people_page import CourtLine, TermLine
from quota.selecting import marks_asked
from quota.selection_page import SelectionPage
from quota.sheets import sheet_response
from quota.staffing import Support

ORDER = ("排列", "法院按机构序，人员按部门机构序和姓名；不是排名")


def courts_file(by: User, lines: Sequence[CourtLine], on: date) -> FileResponse:
    """Courts with their seats, who sits and what is vacant."""
    above = [
        ("截至", str(on)),
        ("员额", "本年或者最近一年已公布的员额方案"),
        ("空缺", "员额减在任；未公布方案的不计"),
        ORDER,
    ]
    columns = [("法院", 28), ("员额", 8), ("在任", 8), ("空缺", 8), ("遴选占用", 10), ("动态调整提示", 60)]
    rows = [
        (line.court.name, line.places.seats, line.places.sitting, line.places.vacant, line.places.promised, line.advice)
        for line in lines
    ]  # fmt: skip
    return sheet_response("员额在任情况", by=by, above=above, columns=columns, rows=rows)


def judges_file(
    by: User, court: Court, lines: Sequence[TermLine], *, past: bool, explained: bool, on: date
) -> FileResponse:
    """The quota judges of a court, or those who left; ``explained``: with their grounds, for who manages people."""
    known = triggers_of(court.pk, on)
    above = [("法院", court.name), ("范围", "已退出" if past else "在任"), ("截至", str(on)), ORDER]
    columns = [("姓名", 14), ("部门和职务", 36), ("入额日", 12), ("入额依据", 30), ("退出日", 12), ("退出情形", 30), ("提示", 40)]  # fmt: skip
    rows = [
        (
            line.term.person.name, str(line.post or ""), line.term.entered_on, line.term.basis, line.term.left_on,
            ground_of(line, known) if explained else "", "；".join(line.hints),
        )
        for line in lines
    ]  # fmt: skip
    return sheet_response("员额法官", by=by, above=above, columns=columns, rows=rows)


def ground_of(line: TermLine, known: Mapping[str, ExitTrigger]) -> str:
    trigger = line.term.trigger
    return known[trigger].name if trigger in known else trigger


def selection_file(by: User, page: SelectionPage) -> FileResponse:
    """A round with its candidates by name; marks and grounds only for who may see them, outcomes once decided."""
    round_, asked = page.selection, marks_asked(page.selection) if page.sees_marks else {}
    above = [
        ("法院", str(round_.court)),
        ("遴选", round_.name),
        ("空缺员额", str(round_.seats)),
        ("权重", "，".join(f"{name} {share}" for name, share in page.weights)),
        ("状态", round_.get_state_display()),
        ("排列", "按姓名；不是排名"),
    ]
    columns = [
        ("姓名", 14),
        ("资格审查", 12),
        *((name, 10) for name in asked.values()),
        ("结果", 18),
        ("说明", 40),
    ]
    rows = [
        (
            one.person.name, {True: "通过", False: "未通过", None: ""}[one.qualified],
            *(as_number(getattr(one, code)) for code in asked), page.outcome_of(one), one.outcome_why if page.sees_marks else "",
        )
        for one in page.candidates
    ]  # fmt: skip
    return sheet_response("遴选情况", by=by, above=above, columns=columns, rows=rows)


def as_number(mark: Any) -> str | None:
    return None if mark is None else str(mark)


def shortage_file(by: User, lines: Sequence[tuple[Court, Support]], on: date) -> FileResponse:
    """What assistants and clerks the courts need, have and lack."""
    above = [
        ("截至", str(on)),
        ("需配", "各团队法官数乘以该类团队配比之和，不足一人按一人计；一类人员多的不抵另一类的缺"),
        ("排列", "法院按机构序；不是排名"),
    ]
    columns = [("法院", 28), ("团队法官", 10), ("需配助理", 10), ("现有助理", 10), ("缺助理", 8), ("需配书记员", 11), ("现有书记员", 11), ("缺书记员", 9)]  # fmt: skip
    rows = [
        (
            court.name, one.judges, one.assistants_needed, one.assistants, one.assistants_short,
            one.clerks_needed, one.clerks, one.clerks_short,
        )
        for court, one in lines
    ]  # fmt: skip
    return sheet_response("助理书记员配备", by=by, above=above, columns=columns, rows=rows)


def availability_file(by: User, rows: Iterable[Availability], *, past: bool, on: date) -> FileResponse:
    """What is recorded of people's working time."""
    above = [
        ("截至", str(on)),
        ("范围", "已过去的" if past else "现在和以后的"),
        ("可办案比例", "没有登记的日子按100%计；起止两日都计"),
    ]
    columns = [("姓名", 14), ("起", 12), ("止（含）", 12), ("可办案比例", 12), ("事由", 30)]
    told = [(one.user.name, one.starts_on, one.ends_on, f"{one.fraction:.0%}", one.reason) for one in rows]
    return sheet_response("可用时间", by=by, above=above, columns=columns, rows=told)
