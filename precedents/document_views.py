"""Pages of whoever keeps the collection: its list, a judgment by hand or file, many at once, a withdrawal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from audit import trail
from courts.models import User
from precedents import documents
from precedents.forms import DocumentForm, UploadForm, WithdrawForm, first_values
from precedents.models import Document
from precedents.reading import Unreadable, lines_of
from precedents.receiving import Received, receive_documents
from precedents.tabs import tabs_of

PER_PAGE = 50
REFUSED_SHOWN = 100


def permit_keeping(user: User) -> None:
    if not documents.keeps(user):
        raise trail.Refused(documents.NOT_A_KEEPER, act=documents.SEE, by=user)


def kept(request: HttpRequest, pk: int) -> Document:
    rows = Document.objects.visible_to(request.user).filter(withdrawn_at=None)
    return get_object_or_404(rows.select_related("case__court"), pk=pk)


@login_required
@require_GET
def collection(request: HttpRequest) -> HttpResponse:
    """What is held, newest first, narrowed by source and words."""
    permit_keeping(request.user)
    rows = asked_for(Document.objects.visible_to(request.user).filter(withdrawn_at=None), request.GET)
    page = Paginator(rows.order_by("-added_at", "-pk").defer("text", "terms", "counts"), PER_PAGE)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "kept": query.urlencode(),
        "sources": Document.SOURCES,
        "asked": {name: request.GET.get(name, "") for name in ("q", "source", "waiting")},
    }
    return render(request, "precedents/collection.html", context | tabs_of(request.user))


def asked_for(rows: QuerySet[Document], asked: Any) -> QuerySet[Document]:
    words, source = asked.get("q", "").replace("\0", "").strip()[:80], asked.get("source", "")
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(title__icontains=words) | Q(cause__icontains=words))
    if source in dict(Document.SOURCES):
        rows = rows.filter(source=source)
    return rows.filter(indexed_at=None) if asked.get("waiting") else rows


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a judgment."""
    permit_keeping(request.user)
    form = DocumentForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        added = documents.add_document(judgment=form.judgment(), by=request.user, at=timezone.now())
        messages.success(request, _("已收录，一分钟内编入检索。"))
        return redirect("precedents:document", added.pk)
    return render(request, "precedents/document_form.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a judgment."""
    permit_keeping(request.user)
    document = kept(request, pk)
    form = DocumentForm(
        request.POST or None, request.FILES or None, user=request.user, initial=first_values(document)
    )
    if request.method == "POST" and form.is_valid():
        documents.replace_document(
            document=document, judgment=form.judgment(), by=request.user, at=timezone.now()
        )
        messages.success(request, _("已更正；文字有变化的，一分钟内重新编入检索。"))
        return redirect("precedents:document", pk)
    return render(request, "precedents/document_form.html", {"form": form, "document": document})


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a judgment out of the collection, with a reason."""
    permit_keeping(request.user)
    document = kept(request, pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        documents.withdraw_document(
            document=document, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
        )
        messages.success(request, _("已撤下。"))
        return redirect("precedents:collection")
    return render(request, "precedents/document_withdraw.html", {"form": form, "document": document})


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Many judgments in one file; what was refused is listed line by line."""
    permit_keeping(request.user)
    form = UploadForm(request.POST or None, request.FILES or None)
    received = received_from(form, request.user) if request.method == "POST" and form.is_valid() else None
    context = {
        "form": form,
        "received": received,
        "refused": received.refused[:REFUSED_SHOWN] if received else [],
        "more": max(len(received.refused) - REFUSED_SHOWN, 0) if received else 0,
    }
    return render(request, "precedents/upload.html", context)


def received_from(form: UploadForm, user: User) -> Received | None:
    try:
        lines = list(lines_of(form.cleaned_data["file"].read()))
    except Unreadable as problem:
        form.add_error("file", problem.chinese)
        return None
    return receive_documents(lines=lines, by=user, at=timezone.now())
