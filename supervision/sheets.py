"""Tables as files (导出): what the file says about itself stands above the table, formulas do not run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone

from cases.exporting import neutral, write_row

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def sheet_response(
    name: str,
    *,
    above: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Any]],
) -> FileResponse:
    """An XLSX file called ``name``; ``columns`` are headings with their width. Written row by row, in constant memory."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, OPTIONS)
    bold = book.add_format({"bold": True, "bg_color": "#E7EEF6"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    page = book.add_worksheet(name[:31])
    for column, (_heading, width) in enumerate(columns):
        page.set_column(column, column, width)
    for number, (label, value) in enumerate(above):
        page.write_string(number, 0, neutral(f"{label}：{value}"))
    for column, (heading, _width) in enumerate(columns):
        page.write_string(len(above), column, heading, bold)
    page.freeze_panes(len(above) + 1, 1)
    for number, row in enumerate(rows, start=len(above) + 1):
        write_row(page, number, map(neutral, row), day)
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}_{timezone.localdate()}.xlsx")


def taken_out(who: Any, at: datetime, count: int) -> list[tuple[str, str]]:
    """The lines every file has: who took it out, when, how many rows."""
    return [
        ("导出人", str(who)),
        ("导出时间", f"{timezone.localtime(at):%Y-%m-%d %H:%M}"),
        ("行数", str(count)),
    ]
