"""Downloads of the case list. Each leaves a trace with its filters and how many cases went out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from audit import trail
from cases.exporting import MOST_ROWS_OF_A_SHEET, Covering, as_csv, as_xlsx
from cases.forms import CaseFilter
from cases.guard import NOT_YOURS
from cases.models import Case
from cases.querying import in_order, narrowed
from cases.selectors import Row, row
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.roles import Permission

ACT = "cases.export"
TOO_MANY = f"符合条件的案件超过 {MOST_ROWS_OF_A_SHEET:,} 件，请改用 CSV 导出，或缩小条件"


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The cases of the list as XLSX (default) or CSV (``format=csv``), in the list's order."""
    if not request.user.may(Permission.EXPORT_CASES):
        raise trail.Refused(NOT_YOURS, act=ACT, by=request.user)
    form, day = CaseFilter(request.GET, user=request.user), today()
    wanted = form.wanted()
    found = narrowed(Case.objects.visible_to(request.user), wanted, day)
    covering = Covering(form.described(), str(request.user), timezone.localtime(), found.order_by().count())
    is_csv = request.GET.get("format") == "csv"
    if not is_csv and covering.count > MOST_ROWS_OF_A_SHEET:
        raise trail.Refused(TOO_MANY, act=ACT, by=request.user, status=409)
    leave_trace(request.user, covering, "csv" if is_csv else "xlsx")
    rows = streamed(in_order(found, wanted.get("sort", "")), day)
    name = f"案件清单_{day}"
    return csv_response(rows, covering, name) if is_csv else xlsx_response(rows, covering, name)


@transaction.atomic
def leave_trace(user: Any, covering: Covering, kind: str) -> None:
    after = {"conditions": dict(covering.conditions), "count": covering.count, "format": kind}
    trail.record(ACT, by=user, at=timezone.now(), after=after)


def streamed(cases: Any, day: date) -> Iterator[Row]:
    ladders = law_in_use().ladders_on(day)
    for case in cases.select_related("court", "division", "judge").iterator(chunk_size=2000):
        yield row(case, day, ladders)


def csv_response(rows: Iterator[Row], covering: Covering, name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(as_csv(rows, covering), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
    return response


def xlsx_response(rows: Iterator[Row], covering: Covering, name: str) -> HttpResponseBase:
    file = temporary_file()
    as_xlsx(file, rows, covering)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")


def temporary_file() -> IO[bytes]:
    """A file without a name; it disappears when the response closes it."""
    return TemporaryFile()
