"""Pages of the filing desk: newly filed cases whose boxes wait (待勾选), and the boxes of one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from audit import trail
from cases.guard import NOT_YOURS, may_on, sits_on
from cases.models import Case
from courts.clock import today
from courts.roles import Permission
from supervision import ticks
from supervision.fact_views import case_of
from supervision.models import Tick
from supervision.ticks import Box

PER_PAGE = 50
Given = Mapping[str, tuple[bool, str]]


@login_required
@require_GET
def to_tick(request: HttpRequest) -> HttpResponse:
    """The cases that wait for the filing desk, oldest first."""
    if not request.user.may(Permission.TICK_AT_FILING):
        raise trail.Refused(NOT_YOURS, act=ticks.ACT, by=request.user)
    page = Paginator(ticks.to_tick(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "supervision/tick_list.html", {"page": page, "day": today()})


@login_required
@require_http_methods(["GET", "POST"])
def boxes(request: HttpRequest, pk: int) -> HttpResponse:
    """The boxes of one case: a form for the filing desk, what became of it for everybody else who sees the flags."""
    case = case_of(request, pk)
    may_tick = may_on(request.user, Permission.TICK_AT_FILING, case) and case.closed_on is None
    if request.method == "POST":
        return filled_in(request, case, may_tick=may_tick)
    if not sits_on(request.user, case):
        trail.record_reading(case, by=request.user, at=timezone.now())
    return shown(request, case, ticks.boxes_for(case), {}, may_tick=may_tick)


def filled_in(request: HttpRequest, case: Case, *, may_tick: bool) -> HttpResponse:
    found = ticks.boxes_for(case)
    given = {box.rule: given_of(request, box.rule) for box in found}
    problems = ticks.problems_for(case, given) if may_tick else {}
    if problems:
        typed = [
            replace(box, ticked=given[box.rule][0], reason=given[box.rule][1])
            for box in ticks.boxes_for(case)
        ]
        return shown(request, case, typed, problems, may_tick=True)
    ticks.tick_boxes(case=case, ticks=given, by=request.user, at=timezone.now())
    messages.success(request, _("已保存勾选。"))
    return redirect("supervision:to-tick")


def given_of(request: HttpRequest, code: str) -> tuple[bool, str]:
    return f"{code}-ticked" in request.POST, request.POST.get(f"{code}-reason", "").strip()


def shown(
    request: HttpRequest, case: Case, found: list[Box], problems: Mapping[str, str], *, may_tick: bool
) -> HttpResponse:
    """The box of a secret rule stands on the form alone: the others have nothing to read there."""
    lines = [(box, problems.get(box.rule, "")) for box in found if may_tick or not box.secret]
    last = Tick.objects.filter(case=case).select_related("by").order_by("-at").first()
    context = {"case": case, "lines": lines, "may_tick": may_tick, "last": last, "problems": len(problems)}
    return render(request, "supervision/tick_boxes.html", context)
