"""The supervisor's desk (监督台), the judge's side of it, and who looks after a case by delegation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import Case
from courts.clock import today
from courts.models import User
from courts.roles import Permission, Role
from supervision import desk as waiting
from supervision.delegations import delegate_case, end_delegation, is_president
from supervision.measure_forms import DelegationForm
from supervision.models import Delegation

SHOWN = waiting.SHOWN


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person, as a supervisor and as a member of a panel, and what is overdue on either side."""
    user, day = request.user, today()
    supervises = user.may(Permission.TAKE_MEASURES)
    sees = user.may(Permission.SEE_FLAGS)
    context: dict[str, Any] = {
        "supervises": supervises,
        "replies": waiting.lines(waiting.to_reply(user)[:SHOWN], day) if sees else [],
        "late": waiting.lines(waiting.unanswered(user, day)[:SHOWN], day) if sees else [],
        "inquiries": user.may(Permission.VERIFY_COMPLAINTS),
        "shown": SHOWN,
    }
    if supervises:
        context |= {
            "answers": waiting.lines(waiting.to_answer(user, day)[:SHOWN], day),
            "decisions": waiting.lines(waiting.to_decide(user), day),
            "asked": waiting.lines(waiting.asked_by(user)[:SHOWN], day),
            "idle": [
                (flag, (flag.first_measure_due_on - day).days)
                for flag in waiting.not_looked_after(user)[:SHOWN]
            ],
        }
    return render(request, "supervision/desk.html", context)


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The part of one's own page: measures that wait for one's reply. Nothing at all where there are none."""
    found = waiting.lines(waiting.to_reply(request.user)[:SHOWN], today())
    template = "supervision/_desk_mine.html" if request.htmx else "supervision/desk_mine.html"
    return render(request, template, {"replies": found})


# --- delegation ------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def delegate(request: HttpRequest, pk: int) -> HttpResponse:
    """The president has a member of the committee look after a case."""
    case = get_object_or_404(Case.objects.visible_to(request.user).select_related("court"), pk=pk)
    if not is_president(request.user, case):
        raise Http404
    form = DelegationForm(request.POST or None, people=members_of(case.court_id))
    if request.method == "POST" and form.is_valid():
        made = delegate_case(case=case, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("已委托%s监督本案。") % made.person.name)
        return redirect("supervision:delegate", case.pk)
    standing = Delegation.objects.standing().filter(case=case).select_related("person", "delegated_by")
    return render(
        request, "supervision/desk_delegate.html", {"case": case, "form": form, "standing": standing}
    )


def members_of(court_id: int) -> Any:
    held = {"postings__court": court_id, "postings__role": Role.AC_MEMBER, "postings__ends_on": None}
    return User.objects.filter(is_active=True, **held).distinct().order_by("name")


@login_required
@require_POST
def undelegate(request: HttpRequest, pk: int) -> HttpResponse:
    found = Delegation.objects.visible_to(request.user).select_related("case", "person")
    delegation = get_object_or_404(found, pk=pk)
    end_delegation(delegation=delegation, by=request.user, at=timezone.now())
    messages.success(request, _("已终止委托。"))
    return redirect("supervision:delegate", delegation.case_id)
