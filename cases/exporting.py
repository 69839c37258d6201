"""Case lists as files (导出): Chinese that survives, formulas that do not run, filters that are stated."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter

from cases.selectors import Row

COLUMNS = ("案号", "案由", "审判程序", "法院", "承办部门", "承办人", "立案日期", "结案日期", "法定届满", "剩余天数",
           "在办天数", "暂停天数", "状态")  # fmt: skip
WIDTHS = (28, 26, 14, 22, 16, 12, 12, 12, 12, 10, 10, 10, 14)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS_OF_A_SHEET = 50_000  # a few seconds; more than that goes out as CSV, which streams


@dataclass(frozen=True)
class Covering:
    """What the file says about itself: which cases, who took them out, when, how many."""

    conditions: list[tuple[str, str]]
    who: str
    at: datetime
    count: int

    def lines(self) -> list[tuple[str, str]]:
        own = [("导出人", self.who), ("导出时间", f"{self.at:%Y-%m-%d %H:%M}"), ("件数", str(self.count))]
        return [
            ("筛选条件", ""),
            *self.conditions,
            *own,
            ("说明", "在办天数：自立案之日起；暂停天数：扣除与停表合计，重叠只计一次"),
        ]

    def sentence(self) -> str:
        conditions = "；".join(f"{name}：{value}" for name, value in self.conditions)
        return f"筛选条件：{conditions}。导出人：{self.who}。导出时间：{self.at:%Y-%m-%d %H:%M}。共 {self.count} 件"


def neutral(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers and days stay."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def values(row: Row) -> tuple[Any, ...]:
    case = row.case
    told = (
        case.number,
        case.cause,
        case.get_procedure_display(),
        str(case.court),
        str(case.division or case.named.get("division", "")),
        str(case.judge or case.named.get("judge", "")),
        case.filed_on,
        case.closed_on,
        row.due_on,
        row.remaining,
        row.in_hand,
        row.paused_days,
        row.status,
    )
    return tuple(neutral(value) for value in told)


class Echo:
    """A file that hands back what is written to it, so that a response can stream it."""

    def write(self, text: str) -> str:
        return text


def as_csv(rows: Iterable[Row], covering: Covering) -> Iterator[bytes]:
    """UTF-8 with the mark that spreadsheets need to read Chinese; the first line states the filters."""
    writer = csv.writer(Echo())
    yield b"\xef\xbb\xbf" + written(writer, [neutral(covering.sentence())])
    yield written(writer, COLUMNS)
    for row in rows:
        yield written(writer, values(row))


def written(writer: Any, line: Iterable[Any]) -> bytes:
    text: str = writer.writerow(line)
    return text.encode("utf-8")


def as_xlsx(file: IO[bytes], rows: Iterable[Row], covering: Covering) -> None:
    """Two sheets: the cases, and the filters with who and when. Written row by row, in constant memory."""
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#E7EEF6"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet = book.add_worksheet("案件")
    sheet.freeze_panes(1, 1)
    for column, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, formats["head"])
    for number, row in enumerate(rows, start=1):
        write_row(sheet, number, values(row), formats["day"])
    cover = book.add_worksheet("筛选条件")
    cover.set_column(0, 1, 30)
    for number, (name, value) in enumerate(covering.lines()):
        cover.write_string(number, 0, name)
        cover.write_string(number, 1, neutral(value))
    book.close()


def write_row(sheet: Any, number: int, line: Iterable[Any], day_format: Any) -> None:
    for column, value in enumerate(line):
        if isinstance(value, date):
            sheet.write_datetime(number, column, value, day_format)
        elif isinstance(value, int | float):
            sheet.write_number(number, column, value)
        elif value is not None:
            sheet.write_string(number, column, value)
