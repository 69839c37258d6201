"""Pages of selection (遴选): the list, one round, one's own candidacy, the notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from courts.clock import today
from courts.models import User
from courts.reach import court_and_below
from courts.roles import Permission
from quota import appointing, proposing, selecting
from quota import people_sheets as sheets
from quota.models import Selection
from quota.people_page import courts_planned
from quota.people_views import refuse_strangers
from quota.reach import region_of
from quota.selection_forms import (
    AddForm,
    CommitteeForm,
    MarksForm,
    NoticeForm,
    OpenForm,
    ReasonForm,
)
from quota.selection_page import (
    SelectionPage,
    listed,
    notices_on,
    own_candidacies,
    page_of,
    selections_seen,
    weights_of,
)

PER_PAGE = 50
UNKNOWN = "没有这一遴选，或者您无权查看"
NO_NOTICE = "没有这一公示，或者公示期已过"
DONE = {
    "add": gettext_lazy("已登记人选。"),
    "start": gettext_lazy("资格审查结束，可以记成绩。"),
    "marks": gettext_lazy("已保存成绩。"),
    "propose": gettext_lazy("已按公布的权重提出拟入额人选，待遴选委把关。"),
    "return": gettext_lazy("已退回，可以更正成绩后重新提出。"),
    "committee": gettext_lazy("已登记遴选委的意见。"),
    "notice": gettext_lazy("已登记公示。"),
    "cancel": gettext_lazy("已取消遴选。"),
}


# --- the list -------------------------------------------------------------------------------------------------------
@login_required
@require_GET
def selections(request: HttpRequest) -> HttpResponse:
    """Rounds that run, or those that are over; the form to open one for who may."""
    refuse_strangers(request.user)
    return list_shown(request)


def list_shown(request: HttpRequest, form: OpenForm | None = None) -> HttpResponse:
    past = "past" in request.GET
    courts = list(courts_planned(request.user))
    context = {
        "page": Paginator(listed(request.user, past=past), PER_PAGE).get_page(request.GET.get("page")),
        "past": past,
        "form": form or (OpenForm(courts) if courts and not past else None),
        "typed": form is not None,
    }
    return render(request, "quota/selections.html", context, status=422 if form else 200)


@login_required
@require_POST
def selection_open(request: HttpRequest) -> HttpResponse:
    form = OpenForm(list(courts_planned(request.user)), request.POST)
    if not form.is_valid():
        return list_shown(request, form)
    given = form.cleaned_data | {"court": form.courts[form.cleaned_data["court"]]}
    found = selecting.open_selection(by=request.user, at=timezone.now(), **given)
    messages.success(request, _("已发起遴选，权重自此固定。"))
    return redirect("quota:selection", found.pk)


# --- one round ------------------------------------------------------------------------------------------------------
def selection_of(request: HttpRequest, pk: int) -> Selection:
    """The round, if this person may see it; else it is unknown."""
    found = selections_seen(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404(UNKNOWN)
    return found


@login_required
@require_GET
def selection(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One round: where it stands, its stated weights, its candidates by name, and what may be done; as a file too."""
    found = selection_of(request, pk)
    if "xlsx" in request.GET:
        return sheets.selection_file(request.user, page_of(found, request.user))
    return selection_shown(request, found)


def selection_shown(
    request: HttpRequest, found: Selection, typed: tuple[str, Form] | None = None
) -> HttpResponse:
    page = page_of(found, request.user)
    forms: dict[str, Any] = {act: form_for(act, page) for act in page.may}
    if typed:
        forms[typed[0]] = typed[1]
    context = {"page": page, "selection": found, "forms": forms, "typed": typed[0] if typed else ""}
    return render(request, "quota/selection.html", context, status=422 if typed else 200)


def form_for(act: str, page: SelectionPage, data: Any = None) -> Form:
    found = page.selection
    match act:
        case "add":
            return AddForm(data, courts=region_below(found))
        case "marks":
            return MarksForm(found, selecting.standing(found), data)
        case "committee":
            return CommitteeForm(page.those(*appointing.FOR_COMMITTEE), data)
        case "notice":
            return NoticeForm(data)
        case "return" | "cancel":
            return ReasonForm(data, prefix=act)
    return Form(data)


def region_below(found: Selection) -> set[int]:
    """Candidates come from the court and those below it (逐级遴选)."""
    return court_and_below(found.court_id)


@login_required
@require_POST
def selection_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One act on a round; with something wrong in the form the page comes back as it was typed."""
    found = selection_of(request, pk)
    if act not in ACTS:
        raise Http404(UNKNOWN)
    form = form_for(act, page_of(found, request.user), request.POST)
    if not form.is_valid():
        return selection_shown(request, found, (act, form))
    ACTS[act](found, form, request.user)
    messages.success(request, DONE[act])
    return redirect("quota:selection", found.pk)


def add(found: Selection, form: AddForm, by: User) -> None:
    selecting.add_candidate(selection=found, by=by, at=timezone.now(), **form.cleaned_data)


def start(found: Selection, form: Form, by: User) -> None:
    selecting.start_scoring(selection=found, by=by, at=timezone.now())


@transaction.atomic
def marks(found: Selection, form: MarksForm, by: User) -> None:
    for candidate, given in form.given():
        selecting.record_stage(candidate=candidate, marks=given, by=by, at=timezone.now())


def propose(found: Selection, form: Form, by: User) -> None:
    proposing.propose(selection=found, by=by, at=timezone.now())


def take_back(found: Selection, form: ReasonForm, by: User) -> None:
    proposing.return_to_scoring(selection=found, reason=form.cleaned_data["reason"], by=by, at=timezone.now())


def committee(found: Selection, form: CommitteeForm, by: User) -> None:
    appointing.record_committee(selection=found, decisions=form.decisions(), by=by, at=timezone.now())


def announce(found: Selection, form: NoticeForm, by: User) -> None:
    appointing.publish_notice(selection=found, by=by, at=timezone.now(), **form.cleaned_data)


def cancel(found: Selection, form: ReasonForm, by: User) -> None:
    appointing.cancel_selection(selection=found, reason=form.cleaned_data["reason"], by=by, at=timezone.now())


ACTS: dict[str, Callable[[Selection, Any, User], None]] = {
    "add": add, "start": start, "marks": marks, "propose": propose, "return": take_back, "committee": committee,
    "notice": announce, "cancel": cancel,
}  # fmt: skip


# --- one's own, and the notice --------------------------------------------------------------------------------------
@login_required
@require_GET
def my_candidacy(request: HttpRequest) -> HttpResponse:
    """One's own candidacies with one's own marks; nobody else's, and no place among others."""
    context = {"own": own_candidacies(request.user), "on": today()}
    return render(request, "quota/my_candidacy.html", context)


@login_required
@require_GET
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is to be appointed, by name: for the people of the court while the notice hangs, and who sees its quota."""
    found = Selection.objects.filter(pk=pk, notice_from__isnull=False).select_related("court").first()
    if found is None or not may_read_notice(request.user, found):
        raise Http404(NO_NOTICE)
    people = found.candidates.filter(outcome__in=["endorsed", "appointed"]).select_related("person")
    context = {
        "selection": found,
        "people": people.order_by("person__name", "pk"),
        "weights": weights_of(found),
    }
    return render(request, "quota/notice.html", context)


def may_read_notice(user: User, found: Selection) -> bool:
    if found.court_id in region_of(user, Permission.SEE_QUOTA):
        return True
    here = {seat.court_id for seat in user.seats}
    return notices_on(today()).filter(pk=found.pk, court__in=here).exists()
