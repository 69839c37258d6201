"""The case list, the page of one case, and the doubts about the data."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit import trail
from cases.forms import CaseFilter
from cases.guard import NOT_YOURS, sits_on
from cases.models import Case, Doubt
from cases.page import case_page, with_everything
from cases.querying import effective_status, in_order, narrowed
from cases.selectors import bounded_count, open_doubts, rows
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import SavedView
from courts.roles import Permission

PAGE_SIZE = 50
ALWAYS_SHOWN = {"q", "status", "clock", "category", "sort"}
LAST_PAGE = 200  # deeper than this nobody reads on; narrowing the conditions is the way


@login_required
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases one may see, narrowed by the address's query. The part alone is answered to htmx."""
    form = CaseFilter(request.GET, user=request.user)
    wanted, day = form.wanted(), today()
    found = narrowed(Case.objects.visible_to(request.user), wanted, day)
    count, is_more = bounded_count(found)
    number = page_number(request)
    shown = list(in_page(in_order(found, wanted.get("sort", "")), number))
    context = {
        "form": form,
        "rows": rows(shown[:PAGE_SIZE], day),
        "count": count,
        "is_more": is_more,
        "status": effective_status(wanted),
        "has_more_conditions": bool(wanted.keys() - ALWAYS_SHOWN),
        "conditions": form.described(),
        "pages": pages(request, number, has_next=len(shown) > PAGE_SIZE),
        "query": query_without(request, "page"),
        "query_of_all": f"{query_without(request, 'page', 'status')}&status=all",
        "may_export": request.user.may(Permission.EXPORT_CASES),
    }
    if is_part(request):
        return render(request, "cases/_table.html", context)
    saved = SavedView.objects.offered_to(request.user).filter(page=reverse("cases:list"))
    return render(request, "cases/list.html", context | {"saved": saved})


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for the table alone; its history asks for the whole page."""
    htmx: Any = request.htmx
    return bool(htmx) and not htmx.history_restore_request


def in_page(cases: Any, number: int) -> Any:
    """One more than the page holds, so that a next page is known without counting."""
    start = (number - 1) * PAGE_SIZE
    return cases.select_related("court", "division", "judge")[start : start + PAGE_SIZE + 1]


def page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return min(max(int(asked), 1), LAST_PAGE) if asked.isdecimal() and len(asked) < 9 else 1


def pages(request: HttpRequest, number: int, *, has_next: bool) -> dict[str, Any]:
    query = query_without(request, "page")
    return {
        "number": number,
        "previous": with_page(query, number - 1) if number > 1 else "",
        "next": with_page(query, number + 1) if has_next and number < LAST_PAGE else "",
        "is_last": has_next and number == LAST_PAGE,
    }


def with_page(query: str, number: int) -> str:
    return f"?{query}{'&' if query else ''}page={number}"


def query_without(request: HttpRequest, *names: str) -> str:
    """The address's query without some parameters and without empty ones."""
    kept = [(name, value) for name, value in request.GET.items() if value and name not in names]
    return urlencode(kept)


@login_required
@require_GET
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one case. Reading by people who do not sit on it leaves a trace (查阅留痕)."""
    case = with_everything(pk, request.user)
    if case is None:
        raise Http404
    if not sits_on(request.user, case):
        trail.record_reading(case, by=request.user, at=timezone.now())
    page = case_page(case, request.user, law_in_use(), today())
    return render(request, "cases/page.html", {"page": page, "case": case})


@login_required
@require_GET
def doubts(request: HttpRequest) -> HttpResponse:
    """Open doubts about the data of the cases one may see (数据疑点), by kind."""
    if not request.user.may(Permission.SEE_DOUBTS):
        raise trail.Refused(NOT_YOURS, act="cases.see_doubts", by=request.user)
    kinds = dict(Doubt.DOUBT_KINDS)
    kind = request.GET.get("kind", "")
    found = open_doubts(request.user)
    number = page_number(request)
    chosen = found.filter(kind=kind) if kind in kinds else found
    start = (number - 1) * PAGE_SIZE
    shown = list(chosen[start : start + PAGE_SIZE + 1])
    context = {
        "doubts": shown[:PAGE_SIZE],
        "kinds": Doubt.DOUBT_KINDS,
        "kind": kind,
        "pages": pages(request, number, has_next=len(shown) > PAGE_SIZE),
        "may_settle": request.user.may(Permission.SETTLE_DOUBT),
    }
    return render(request, "cases/doubts.html", context)
