"""Pages of the search: the form with what is found, and one judgment."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from audit import trail
from cases.forms import id_in
from cases.guard import sits_on
from cases.models import Case
from courts.models import User
from courts.roles import Permission
from precedents.documents import elements_of, keeps
from precedents.fact_lines import shown
from precedents.forms import SearchForm, first_search
from precedents.models import Document
from precedents.reports import ORDER, collection, may_write, reports_for
from precedents.search import find, open_documents
from precedents.tabs import tabs_of
from precedents.weighing import elements

SEARCH = "precedents.search"
NOT_YOURS = "您的职务不能检索类案。"


def permit_search(user: User) -> None:
    if not user.may(Permission.SEARCH_PRECEDENTS):
        raise trail.Refused(NOT_YOURS, act=SEARCH, by=user)


def case_asked(request: HttpRequest, text: str) -> Case | None:
    """The case the search is for, if one is named; 404 for one this person does not see."""
    if not text:
        return None
    found = Case.objects.visible_to(request.user).select_related("court").filter(pk=id_in(text) or 0).first()
    if found is None:
        raise Http404
    return found


@login_required
@sensitive_post_parameters("text")
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """What is asked is posted: the facts of a pending case belong in no address and no log of addresses."""
    permit_search(request.user)
    posted = request.method == "POST"
    case = case_asked(request, (request.POST if posted else request.GET).get("case", ""))
    form = SearchForm(request.POST if posted else None, case=case, initial=first_search(case))
    found = find(form.question(), request.user) if posted and form.is_valid() else None
    context = {
        "form": form,
        "case": case,
        "found": found,
        "facts": facts_of_case(form),
        "shelf": shelf(collection(request.user)),
        "waiting": open_documents(request.user).filter(indexed_at=None).count(),
        "may_write": case is not None and may_write(request.user, case),
        "keeps": keeps(request.user),
    }
    return render(request, "precedents/search.html", context | tabs_of(request.user))


def facts_of_case(form: SearchForm) -> list[tuple[str, str]]:
    """The elements that are asked with the words, by name."""
    if form.case is None:
        return []
    return named_facts(elements_of([form.case.pk]).get(form.case.pk, {}))


def named_facts(facts: dict[str, Any]) -> list[tuple[str, str]]:
    known = elements()
    return [
        (known[key].name if key in known else key, shown(value, known.get(key)))
        for key, value in sorted(facts.items())
    ]


def shelf(held: dict[str, int]) -> list[tuple[str, int]]:
    """How many judgments of each source there are to search."""
    names = dict(Document.SOURCES)
    return [(names[code], held.get(code, 0)) for code in ORDER]


@login_required
@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One judgment. Opening that of a case one does not sit on is a reading of the case (查阅留痕)."""
    rows = Document.objects.visible_to(request.user) if keeps(request.user) else open_documents(request.user)
    found = get_object_or_404(rows.select_related("case__court", "added_by"), pk=pk)
    if found.case is not None:
        note_reading(found.case, request.user)
    context = {
        "document": found,
        "facts": named_facts(found.facts),
        "paragraphs": found.text.splitlines(),
        "keeps": keeps(request.user),
    }
    return render(request, "precedents/document.html", context)


def note_reading(case: Case, user: User) -> None:
    if not sits_on(user, case):
        trail.record_reading(case, by=user, at=timezone.now())


@login_required
@require_GET
def for_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a case's page about similar cases: its reports, and the way to search."""
    case = get_object_or_404(Case.objects.visible_to(request.user).select_related("court"), pk=pk)
    reports = reports_for(request.user).filter(case=case).order_by("number")
    context = {
        "case": case,
        "reports": list(reports),
        "may_search": request.user.may(Permission.SEARCH_PRECEDENTS),
    }
    return render(request, "precedents/case.html", context)
