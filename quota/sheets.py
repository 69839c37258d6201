"""Tables of quota as files (导出): what the file says about itself stands above the table, formulas do not run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db import transaction
from django.http import FileResponse
from django.utils import timezone

from audit import trail
from cases.exporting import neutral, write_row
from courts.clock import today
from courts.models import User

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
ACT = "quota.export"


def sheet_response(
    name: str,
    *,
    by: User,
    above: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, int]],
    rows: Sequence[Sequence[Any]],
) -> FileResponse:
    """An XLSX file called ``name``, and an entry in the trail that it was taken out.

    ``above``: filters and definitions; ``columns``: headings with their width.
    """
    leave_trace(by, name, above, len(rows))
    file = BytesIO()
    book = xlsxwriter.Workbook(file, OPTIONS)
    fill(book, name, [*above, *taken_out(by, len(rows))], columns, rows)
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}_{today()}.xlsx")


def fill(
    book: Any,
    name: str,
    above: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Any]],
) -> None:
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


def taken_out(by: User, count: int) -> list[tuple[str, str]]:
    """The lines every file has: who took it out, when, how many rows."""
    return [
        ("导出人", str(by)),
        ("导出时间", f"{timezone.localtime():%Y-%m-%d %H:%M}"),
        ("行数", str(count)),
    ]


@transaction.atomic
def leave_trace(by: User, name: str, above: Sequence[tuple[str, str]], count: int) -> None:
    after = {"name": name, "conditions": dict(above), "count": count}
    trail.record(ACT, by=by, at=timezone.now(), after=after)
