"""Pages of lots that everybody concerned may read (分案公开): the records, and how a case came to its judge."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.guard import may_on, sits_on
from cases.models import Case
from courts.clock import today
from courts.models import Court
from courts.roles import Permission
from quota import lot_page, lots
from quota.draw_views import UNKNOWN, chosen
from quota.lot_forms import OwnRecusalForm
from quota.lot_records import record_of_day
from quota.models import Draw, DrawDay, Recusal
from quota.recusals import record_recusal

NOT_YET = "种子尚未公开，公开后才能下载记录。"


@login_required
@require_GET
def days(request: HttpRequest) -> HttpResponse:
    """The commitments of a court day by day, and the records of those whose seed is told."""
    courts = Court.objects.filter(pk__in=lot_page.courts_read(request.user))
    court = chosen(request, list(courts))
    context = {
        "courts": courts, "court": court, "days": lot_page.days_of(court, request.user), "today": today(),
        "draws": lot_page.courts_of(request.user).filter(pk=court.pk).exists(),
    }  # fmt: skip
    return render(request, "quota/lot_days.html", context)


@login_required
@require_GET
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """A day as a file, once its seed is told."""
    found = DrawDay.objects.filter(pk=pk, court__in=lot_page.courts_read(request.user))
    day = found.select_related("court").first()
    if day is None or not day.seed:
        raise Http404(UNKNOWN if day is None else NOT_YET)
    answer = JsonResponse(record_of_day(day), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="draws-{day.court.pk}-{day.on}.json"'
    return answer


@login_required
@require_GET
def of_case(request: HttpRequest, pk: int) -> HttpResponse:
    """How a case came to its judge, for everybody who sees the case; a part of its page."""
    case = Case.objects.visible_to(request.user).filter(pk=pk).select_related("court", "judge").first()
    if case is None:
        raise Http404(UNKNOWN)
    part = "_" if request.htmx else ""
    return render(request, f"quota/{part}lots_of_case.html", _of_case(request, case))


@login_required
@require_POST
def recuse_self(request: HttpRequest, pk: int) -> HttpResponse:
    """Who sits on a case says that they may not have it (自行回避)."""
    case = Case.objects.visible_to(request.user).filter(pk=pk).select_related("court", "judge").first()
    if case is None or not sits_on(request.user, case):
        raise Http404(UNKNOWN)
    form = OwnRecusalForm(request.POST)
    if not form.is_valid():
        context = _of_case(request, case) | {"form": form}
        return render(request, "quota/lots_of_case.html", context, status=422)
    ground = form.cleaned_data["ground"]
    record_recusal(case=case, person=request.user, ground=ground, by=request.user, at=timezone.now())
    messages.success(request, _("已登记回避。"))
    return redirect("quota:lots-of-case", case.pk)


def _of_case(request: HttpRequest, case: Case) -> dict[str, Any]:
    user = request.user
    own = Recusal.objects.filter(case=case, person=user, withdrawn_at=None).exists()
    may_recuse = case.closed_on is None and sits_on(user, case) and not own
    return {
        "case": case, "lots": lot_page.seen_of(Draw.objects.filter(case=case), user).order_by("drawn_at"),
        "waits": lots.waiting_problem(case) is None
        and any(may_on(user, each, case) for each in (Permission.DRAW_CASES, Permission.REASSIGN)),
        "recused": own, "form": OwnRecusalForm() if may_recuse else None,
    }  # fmt: skip
