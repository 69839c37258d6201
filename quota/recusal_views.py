"""Pages of standing recusals (任职回避): one's own, and of the people one plans for. Names are never shown: none is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit import trail
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from quota import recusals
from quota.lot_forms import OwnStandingForm, StandingForm, judges_of
from quota.models import StandingRecusal
from quota.reach import region_of

UNKNOWN = "没有这一登记，或者您无权查看。"


@login_required
@require_GET
def standing(request: HttpRequest) -> HttpResponse:
    """What is recorded, by person; a form to record more."""
    return _shown(request)


@login_required
@require_POST
def record(request: HttpRequest) -> HttpResponse:
    """Record a name and the relation."""
    form = _form(request, request.POST)
    if not form.is_valid():
        return _shown(request, form)
    said = {"person": request.user} | form.cleaned_data
    standing = recusals.record_standing(**said, by=request.user, at=timezone.now())
    counts = _("已登记任职回避，今后抽签自动排除。")
    messages.success(request, counts if standing.confirmed_at else _("已登记任职回避，政治部确认后生效。"))
    return redirect("quota:standing-recusals")


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """It holds no more from today on."""
    recusals.end_standing(standing=_one(request, pk), on=today(), by=request.user, at=timezone.now())
    messages.success(request, _("已终止。"))
    return redirect("quota:standing-recusals")


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """What a judge said of themselves counts from now on."""
    recusals.confirm_standing(standing=_one(request, pk), by=request.user, at=timezone.now())
    messages.success(request, _("已确认任职回避，今后抽签自动排除。"))
    return redirect("quota:standing-recusals")


def _one(request: HttpRequest, pk: int) -> StandingRecusal:
    found = StandingRecusal.objects.filter(pk=pk, person__in=_people(request.user)).first()
    if found is None:
        raise Http404(UNKNOWN)
    return found


def _people(user: User) -> set[int]:
    """Whose recusals a person may see and record: their own, and of the judges they plan for."""
    planned = set(judges_of(region_of(user, Permission.PLAN_QUOTA)).values_list("pk", flat=True))
    own = {user.pk} if user.may(Permission.SEE_OWN_WORKLOAD) else set()
    return planned | own


def _form(request: HttpRequest, data: Any = None) -> Any:
    planned = region_of(request.user, Permission.PLAN_QUOTA)
    return StandingForm(data, courts=planned) if planned else OwnStandingForm(data, courts=[])


def _shown(request: HttpRequest, form: Any = None) -> HttpResponse:
    people = _people(request.user)
    if not people and not region_of(request.user, Permission.PLAN_QUOTA):
        raise trail.Refused(recusals.NOT_YOURS, act=recusals.STAND, by=request.user)
    rows = StandingRecusal.objects.filter(person__in=people, ended_on=None)
    rows = rows.select_related("person").order_by("person__name", "person", "recorded_at")
    context = {"rows": rows, "form": form or _form(request), "day": today()}
    context["others"] = set(
        judges_of(region_of(request.user, Permission.PLAN_QUOTA)).values_list("pk", flat=True)
    )
    context["others"].discard(request.user.pk)
    return render(request, "quota/standing_recusals.html", context, status=422 if form else 200)
