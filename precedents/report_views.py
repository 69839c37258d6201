"""Pages of the search reports: those there are, one with its hits, what is done to it, its DOCX, and how good the search was."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit import trail
from cases.guard import sits_on
from precedents import reports
from precedents.forms import SearchForm
from precedents.grades import ENOUGH, GRADES, grade_hit, quality
from precedents.models import Document, Report
from precedents.report_docx import as_docx
from precedents.report_page import hits_for, items_for, paper_of, words_form, written_in
from precedents.reports import is_whole, may_write, question_in, readable, reports_for
from precedents.tabs import tabs_of
from precedents.views import case_asked, permit_search

EXPORT = "precedents.export_report"
PER_PAGE = 50
MEASURED = 500
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def report_of(request: HttpRequest, pk: int) -> Report:
    return get_object_or_404(reports_for(request.user), pk=pk)


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The reports this person may read, newest first."""
    page = Paginator(reports_for(request.user).defer("hits").order_by("-made_at", "-pk"), PER_PAGE)
    context = {"page": page.get_page(request.GET.get("page"))} | tabs_of(request.user)
    return render(request, "precedents/reports.html", context)


@login_required
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Begin a report from the search on the page."""
    permit_search(request.user)
    case = case_asked(request, request.POST.get("case", ""))
    if case is None:
        raise Http404
    form = SearchForm(request.POST, case=case)
    if not form.is_valid():
        messages.error(request, _("请写明基本事实或者争议焦点，否则无从比较"))
        return redirect("precedents:search")
    made = reports.draft_report(question=form.question(), by=request.user, at=timezone.now())
    return redirect("precedents:report", made.pk)


@login_required
@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report. A reader who does not sit on the case leaves a trace of reading it."""
    found = report_of(request, pk)
    if not sits_on(request.user, found.case):
        trail.record_reading(found.case, by=request.user, at=timezone.now())
    return shown(request, found)


def shown(request: HttpRequest, found: Report, posted: Any = None, status: int = 200) -> HttpResponse:
    writes = found.state == "draft" and may_write(request.user, found.case)
    seen = readable(found, request.user)
    paper = paper_of(found, request.user, seen)
    hits = hits_for(found, request.user, paper, seen, writes=writes, posted=posted)
    context = {
        "report": found,
        "writes": writes,
        "paper": paper,
        "items": items_for(found),
        "hits": hits,
        "hidden": len(found.hits) - len(hits),
        "words": words_form(found, posted) if writes else None,
        "whole": is_whole(found),
        "grades": GRADES,
        "may_grade": writes or found.state == "finished",
    }
    return render(request, "precedents/report.html", context, status=status)


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was written, and finish the report where that was asked."""
    found = report_of(request, pk)
    reports.check_draft(reports.SAVE, found, request.user)
    seen = readable(found, request.user)
    paper = paper_of(found, request.user, seen)
    hits = hits_for(found, request.user, paper, seen, writes=True, posted=request.POST)
    words = words_form(found, request.POST)
    if not all([words.is_valid(), *(hit.form.is_valid() for hit in hits if hit.form)]):
        return shown(request, found, request.POST, status=200)
    at = timezone.now()
    found = reports.save_report(report=found, written=written_in(words, hits), by=request.user, at=at)
    if "finish" in request.POST and all(item.done for item in items_for(found)):
        reports.finish_report(report=found, by=request.user, at=at)
        messages.success(request, _("报告已完成，随案可查。"))
    elif "finish" in request.POST:
        messages.error(request, _("已保存；报告尚不完整，请按“完整性”逐项补充后再完成。"))
    else:
        messages.success(request, _("已保存。"))
    return redirect("precedents:report", pk)


@login_required
@require_POST
def repeat(request: HttpRequest, pk: int) -> HttpResponse:
    """The same search again, on what the collection holds now."""
    found = report_of(request, pk)
    reports.repeat_search(report=found, question=question_in(found), by=request.user, at=timezone.now())
    messages.success(request, _("已重新检索，原有的说明保留。"))
    return redirect("precedents:report", pk)


@login_required
@require_POST
def grade(request: HttpRequest, pk: int) -> HttpResponse:
    """How alike the reader found the hits."""
    found = report_of(request, pk)
    names = {f"grade{hit['document']}": hit["document"] for hit in found.hits}
    given = {
        names[name]: text
        for name, text in request.POST.items()
        if name in names and text in ("0", "1", "2", "3")
    }
    documents = Document.objects.visible_to(request.user).in_bulk(list(given))
    for number, text in given.items():
        if number in documents:
            grade_hit(
                report=found, document=documents[number], grade=int(text), by=request.user, at=timezone.now()
            )
    messages.success(request, _("评价已保存，只用于衡量检索质量。"))
    return redirect("precedents:report", pk)


@login_required
@require_GET
def docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a DOCX file, as far as this reader may know of what it cites."""
    found = report_of(request, pk)
    with transaction.atomic():
        after = {"number": found.number, "digest": found.digest}
        trail.record(EXPORT, on=found, by=request.user, at=timezone.now(), after=after)
    name = f"{found.case.number}类案检索报告{found.number}.docx"
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(as_docx(paper_of(found, request.user)), content_type=DOCX, headers=headers)


@login_required
@require_GET
def measured(request: HttpRequest) -> HttpResponse:
    """How good the ranking is, as people graded it: over the reports this person may read."""
    permit_search(request.user)
    rows = reports_for(request.user).filter(grades__isnull=False).distinct().order_by("-made_at", "-pk")
    context = {
        "quality": quality(rows.prefetch_related("grades")[:MEASURED]),
        "most": MEASURED,
        "least": ENOUGH,
    }
    return render(request, "precedents/quality.html", context | tabs_of(request.user))
