"""Case lists as attachments (附件): masked, with their filters and definition above the table, formulas that do not run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter

from alerts.messages import Attachment
from cases.exporting import neutral, write_row

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = ("案号", "案由", "程序", "承办部门", "承办人", "到期日", "剩余天数", "阶段", "暂停天数")
WIDTHS = (30, 28, 14, 20, 12, 12, 10, 14, 10)
FORBIDDEN = str.maketrans(dict.fromkeys('\\/:*?"<>|\r\n\t', "-"))
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def sheet(name: str, above: Sequence[str], rows: Iterable[Sequence[Any]]) -> Attachment:
    """An XLSX file called ``name``: what it says about itself line by line, the headings, then a row a case."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, OPTIONS)
    bold = book.add_format({"bold": True, "bg_color": "#E7EEF6"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    page = book.add_worksheet("案件")
    for number, line in enumerate(above):
        page.write_string(number, 0, neutral(line))
    for column, (heading, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
        page.set_column(column, column, width)
        page.write_string(len(above), column, heading, bold)
    page.freeze_panes(len(above) + 1, 1)
    for number, row in enumerate(rows, start=len(above) + 1):
        write_row(page, number, map(neutral, row), day)
    book.close()
    return Attachment(file_name(name), file.getvalue(), MIMETYPE)


def file_name(name: str) -> str:
    return f"{name.translate(FORBIDDEN)[:120]}.xlsx"


def masked(case: Any, due_on: date | None, left: int | None, stage: str, paused: int) -> tuple[Any, ...]:
    """What an attachment says of a case: who handles it and until when, never whom it is about."""
    return (
        case.number, case.cause, case.get_procedure_display(), str(case.division or case.named.get("division", "")),
        str(case.judge or case.named.get("judge", "")), due_on, left, stage, paused,
    )  # fmt: skip
