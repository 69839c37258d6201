"""The pages of those who handle cases: one's own clocks, and a clerk's day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from alerts.inbox import asked, shown
from alerts.queue import Asked, cases_in
from cases.models import Doubt
from cases.selectors import rows as case_lines
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.roles import Role
from dashboard.definitions import DEFINITIONS
from dashboard.desk import DAYS_AHEAD, HEARING_OVER, hearings, steps
from dashboard.own import KINDS, SHOWN, Day, counts_by_stage, own_cases, own_dues
from dashboard.risks import own_open_cases

HANDLES = {Role.JUDGE, Role.PRESIDING, Role.ASSISTANT, Role.CLERK, Role.AC_MEMBER}
PROMPTS_SHOWN = 20


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What falls due in one's own cases, oldest first, what waits for an answer, and the open cases themselves."""
    day = Day(today(), law_in_use())
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    dues = own_dues(request.user, day, kind)
    found = list(own_open_cases(request.user)[: SHOWN + 1])
    context = {
        "dues": dues[:SHOWN],
        "more_dues": len(dues) > SHOWN,
        "kind": kind,
        "kinds": KINDS.items(),
        "counts": counts_by_stage(dues[:SHOWN]),
        "lines": case_lines(found[:SHOWN], day.today),
        "is_more": len(found) > SHOWN,
        "doubts": doubts_about(found),
        "prompts": prompts(request),
        "finished": finished(request, day.today),
        "definitions": DEFINITIONS,
        "list_address": reverse("cases:list"),
    }
    return render(request, "dashboard/my_cases.html", context)


def doubts_about(cases: list[Any]) -> Any:
    found = Doubt.objects.filter(case__in=[case.pk for case in cases], settled_at=None)
    return found.select_related("case").order_by("raised_at", "pk")


def finished(request: HttpRequest, today: date) -> int:
    """How many of one's own open cases are probably finished and only not recorded as closed (疑似已结未点)."""
    found = cases_in("finished", Asked(request.user, today, {}))
    return found.filter(own_cases(request.user)).order_by().count()


def prompts(request: HttpRequest) -> list[Any]:
    """The prompts that wait for this person, the one due first at the top."""
    return shown(asked(request.user)[:PROMPTS_SHOWN], today())


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Today's and the next working days' hearings; services, transfers and records that fall due."""
    day = Day(today(), law_in_use())
    until = day.law.calendar(request.user.court_id).add_workdays(day.today, DAYS_AHEAD)
    context = {
        "day": day.today,
        "until": until,
        "hearings": hearings(request.user, day.today, until),
        "groups": steps(request.user, day, until),
        "prompts": prompts(request),
        "ahead": DAYS_AHEAD,
        "hearing_over": HEARING_OVER,
    }
    return render(request, "dashboard/desk.html", context)
