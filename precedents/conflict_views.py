"""Pages of judgments that may disagree: the pairs, and one of them with both texts side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit import trail
from courts.models import User
from courts.roles import Permission
from precedents.conflicts import DECIDE, RESULTS, conflicts_for, decide_conflict, may_decide
from precedents.fact_lines import shown
from precedents.forms import DecideForm
from precedents.models import Conflict, Document
from precedents.side_by_side import marked
from precedents.tabs import tabs_of
from precedents.views import note_reading
from precedents.weighing import elements

PER_PAGE = 50
NOT_YOURS = "您的职务不能查看裁判分歧。"


@dataclass(frozen=True)
class FactBeside:
    """One element in both judgments; ``same`` is None where one of them does not say."""

    name: str
    first: str
    second: str
    same: bool | None


def permit_reading(user: User) -> None:
    if not (user.may(Permission.KEEP_PRECEDENTS) or user.may(Permission.SEARCH_PRECEDENTS)):
        raise trail.Refused(NOT_YOURS, act=DECIDE, by=user)


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The pairs, those waiting first by the day they were found; courts are not compared."""
    permit_reading(request.user)
    states = dict(Conflict.STATES)
    state = request.GET.get("state", "")
    rows = conflicts_for(request.user)
    rows = rows.filter(state=state) if state in states else rows
    light = rows.defer(
        *(f"{end}__{name}" for end in ("first", "second") for name in ("text", "terms", "counts"))
    )
    page = Paginator(light.order_by("-found_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "states": Conflict.STATES,
        "state": state,
        "kept": f"state={state}" if state in states else "",
    }
    return render(request, "precedents/conflicts.html", context | tabs_of(request.user))


@login_required
@require_GET
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Both judgments, what they have in common and what differs."""
    permit_reading(request.user)
    found = get_object_or_404(
        conflicts_for(request.user).select_related("first__case", "second__case"), pk=pk
    )
    for document in (found.first, found.second):
        if document.case is not None:
            note_reading(document.case, request.user)
    return side_by_side(request, found)


def side_by_side(request: HttpRequest, found: Conflict, bound: DecideForm | None = None) -> HttpResponse:
    decides = may_decide(request.user, found)
    context = {
        "conflict": found,
        "columns": [
            (
                _("甲案"),
                found.first,
                RESULTS.get(found.first.result, "—"),
                marked(found.first.text, found.second.text),
            ),
            (
                _("乙案"),
                found.second,
                RESULTS.get(found.second.result, "—"),
                marked(found.second.text, found.first.text),
            ),
        ],
        "facts": facts_beside(found.first, found.second),
        "form": bound or (DecideForm(conflict=found) if decides and found.state != "settled" else None),
    }
    return render(request, "precedents/conflict.html", context)


def facts_beside(first: Document, second: Document) -> list[FactBeside]:
    """The elements of either, those in which they differ first."""
    known: Any = elements()
    rows = []
    for key in sorted({*first.facts, *second.facts}):
        ours, theirs = first.facts.get(key), second.facts.get(key)
        same = None if ours is None or theirs is None else ours == theirs
        words = [shown(value, known.get(key)) if value is not None else "—" for value in (ours, theirs)]
        rows.append(FactBeside(known[key].name if key in known else key, words[0], words[1], same))
    return sorted(rows, key=lambda row: (row.same is not False, row.same is None))


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm, dismiss or settle a pair."""
    permit_reading(request.user)
    found = get_object_or_404(
        conflicts_for(request.user).select_related("first__case", "second__case"), pk=pk
    )
    form = DecideForm(request.POST, conflict=found)
    if not form.is_valid():
        return side_by_side(request, found, form if may_decide(request.user, found) else None)
    decide_conflict(conflict=found, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("已记录。"))
    return redirect("precedents:conflict", pk)
