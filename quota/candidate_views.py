"""The page of one candidate (遴选人选), for those who carry out the round."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from courts.clock import today
from courts.models import User
from quota import appointing, selecting
from quota.models import Candidate
from quota.selection_forms import AppointForm, DayForm, ReasonForm, ReviewForm
from quota.selection_page import SelectionPage, acts_on, page_of, selections_seen

UNKNOWN_PERSON = "没有这一人选，或者您无权查看"
DONE = {
    "review": gettext_lazy("已登记资格审查结论。"),
    "report": gettext_lazy("已登记书面报告。"),
    "appoint": gettext_lazy("已登记任命，入额生效。"),
    "give-up": gettext_lazy("已登记免去综合部门职务。"),
    "withdraw": gettext_lazy("已登记退出遴选。"),
}


def candidate_of(request: HttpRequest, pk: int) -> tuple[Candidate, SelectionPage]:
    """The candidate, for those who carry out the round; to everybody else they are unknown here."""
    seen = selections_seen(request.user)
    found = (
        Candidate.objects.filter(selection__in=seen, pk=pk)
        .select_related("person", "selection__court", "objection__answered_by")
        .first()
    )
    page = page_of(found.selection, request.user) if found else None
    if found is None or page is None or not page.sees_marks:
        raise Http404(UNKNOWN_PERSON)
    return found, page


@login_required
@require_GET
def candidate(request: HttpRequest, pk: int) -> HttpResponse:
    """One candidate: qualification, marks, what binds them, what may be recorded now."""
    found, page = candidate_of(request, pk)
    return candidate_shown(request, found, page)


def candidate_shown(
    request: HttpRequest, found: Candidate, page: SelectionPage, typed: tuple[str, Form] | None = None
) -> HttpResponse:
    forms = {act: form_for(act, found) for act in acts_on(found, page, request.user, today())}
    if typed:
        forms[typed[0]] = typed[1]
    context = {
        "candidate": found,
        "page": page,
        "marks": [(name, getattr(found, code)) for code, name in page.asked.items()],
        "forms": forms,
        "typed": typed[0] if typed else "",
        "on": today(),
    }
    return render(request, "quota/candidate.html", context, status=422 if typed else 200)


CANDIDATE_FORMS: dict[str, type[Form]] = {
    "review": ReviewForm, "report": DayForm, "appoint": AppointForm, "give-up": DayForm, "withdraw": ReasonForm,
}  # fmt: skip


def form_for(act: str, found: Candidate, data: Any = None) -> Form:
    if act == "appoint":
        return AppointForm(data, candidate=found, prefix=act)
    return CANDIDATE_FORMS[act](data, prefix=act)


@login_required
@require_POST
def candidate_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One act on a candidate; with something wrong in the form the page comes back as it was typed."""
    found, page = candidate_of(request, pk)
    if act not in CANDIDATE_FORMS:
        raise Http404(UNKNOWN_PERSON)
    form = form_for(act, found, request.POST)
    if not form.is_valid():
        return candidate_shown(request, found, page, (act, form))
    record(act, found, form.cleaned_data, request.user)
    messages.success(request, DONE[act])
    return redirect("quota:candidate", found.pk)


def record(act: str, found: Candidate, given: dict[str, Any], by: User) -> None:
    about = {"candidate": found, "by": by, "at": timezone.now()}
    match act:
        case "review":
            selecting.review_candidate(**about, qualified=given["qualified"] == "yes", why=given["why"])
        case "report":
            appointing.record_report(**about, **given)
        case "appoint":
            appointing.appoint(**about, **given)
        case "give-up":
            appointing.record_post_given_up(**about, **given)
        case "withdraw":
            appointing.withdraw_candidate(**about, **given)
