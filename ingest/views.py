"""Pages of imports (数据接入): what came in, upload, preview, confirmation, progress, refused rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from courts.roles import Permission
from ingest import services, tasks
from ingest.forms import MappingForm, UploadForm
from ingest.models import Batch, RowError
from ingest.refusals import Unreadable
from ingest.staging import open_source
from ingest.writings import rejected_lines

MOVING = ("uploaded", "previewing", "queued", "running")
WAITING = ("uploaded", "queued")  # no worker has it yet
PAGE = 20
ERRORS = 50


def may_import(request: HttpRequest) -> None:
    allowed = (Permission.IMPORT, *services.OTHERS.values())
    if not any(request.user.may(permission) for permission in allowed):
        raise trail.Refused(_("您没有导入数据的权限。"), act="ingest.import", by=request.user)


def batch_for(request: HttpRequest, pk: int) -> Batch:
    return get_object_or_404(services.batches_of(request.user), pk=pk)


@login_required
@require_GET
def batch_list(request: HttpRequest) -> HttpResponse:
    may_import(request)
    page = Paginator(services.batches_of(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "ingest/list.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    may_import(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, user=request.user)
    if form.is_valid():
        said = form.cleaned_data
        batch = services.receive_file(
            upload=said["file"], kind=said["kind"], court=said["court"], by=request.user, at=timezone.now()
        )
        tasks.preview_batch.delay_on_commit(batch.pk)
        return redirect("ingest:batch", batch.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "ingest/upload.html", {"form": form}, status=status)


@login_required
@require_GET
def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The batch as it stands; htmx asks for its part again while something moves."""
    batch = batch_for(request, pk)
    template = "ingest/_batch.html" if request.htmx else "ingest/batch.html"
    return render(request, template, context_of(batch))


def context_of(batch: Batch) -> dict[str, Any]:
    counts = batch.counts
    return {
        "batch": batch,
        "moving": batch.state in MOVING,
        "waiting": batch.state in WAITING,
        "previewed": batch.state == "previewed",
        "counts": [(label, counts.get(name, 0)) for name, label in labels().items()],
        "samples": counts.get("samples", []),
        "percent": min(100, batch.position * 100 // batch.total) if batch.total else 0,
        "errors": batch.errors.all()[:ERRORS],
        "more_errors": max(0, counts.get("rejected", 0) - ERRORS),
        "form": MappingForm(batch=batch)
        if batch.state in ("previewed", "failed") and not batch.position
        else None,
    }


def labels() -> dict[str, str]:
    return {
        "rows": _("行数"),
        "created": _("新增"),
        "updated": _("变更"),
        "unchanged": _("无变化"),
        "rejected": _("拒收"),
        "doubts": _("数据疑点"),
    }


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    batch = services.confirm_batch(batch=batch_for(request, pk), by=request.user, at=timezone.now())
    tasks.commit_batch.delay_on_commit(batch.pk)
    return redirect("ingest:batch", pk)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    services.cancel_batch(batch=batch_for(request, pk), by=request.user, at=timezone.now())
    messages.success(request, _("已放弃这一批，没有导入任何内容。"))
    return redirect("ingest:list")


@login_required
@require_POST
def map_headers(request: HttpRequest, pk: int) -> HttpResponse:
    batch = batch_for(request, pk)
    form = MappingForm(request.POST, batch=batch)
    if not form.is_valid():
        return render(request, "ingest/batch.html", context_of(batch) | {"form": form}, status=422)
    services.map_headers(batch=batch, mapping=form.mapping(), by=request.user, at=timezone.now())
    tasks.preview_batch.delay_on_commit(pk)
    return redirect("ingest:batch", pk)


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


@login_required
@require_GET
def rejected(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows whole, with line and reason, to be corrected and sent again."""
    batch = batch_for(request, pk)
    rows = rejected_lines(headers_of(batch), RowError.objects.filter(batch=batch).iterator(chunk_size=1000))
    answer = StreamingHttpResponse(with_mark(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rejected-{batch.pk}.csv"'
    return answer


def with_mark(rows: Iterator[list[str]]) -> Iterator[str]:
    yield "\ufeff"  # so that spreadsheets read it as UTF-8
    writer = csv.writer(Echo(), lineterminator="\r\n")
    for row in rows:
        yield writer.writerow(row)


def headers_of(batch: Batch) -> list[str]:
    try:
        return open_source(Path(batch.path), batch.kind, name=batch.filename, said=batch.mapping).headers
    except (Unreadable, OSError):
        return []
