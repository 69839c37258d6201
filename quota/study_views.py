"""Pages of time studies (工时测算): which there are, what was written down, what was measured from it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit import trail
from courts.models import Court, User
from courts.roles import Permission
from quota import tasks
from quota.measuring_hours import UNFINISHED, ask_for_measurement
from quota.models import Measurement, Study
from quota.people_page import courts_planned, courts_seen
from quota.studies import close_study, open_study
from quota.time_forms import MeasureForm, StudyForm
from quota.time_page import (
    cell_lines,
    element_lines,
    measurements_seen,
    plans_for,
    studies_seen,
    with_counts,
)
from quota.time_sheets import measurement_file

ROWS_A_PAGE = 50
NO_STUDY = "没有这一工时测算，或者您无权查看"
NO_MEASUREMENT = "没有这一工时结果，或者您无权查看"
NOT_FOR_YOU = "工时测算、收案预测和法院概况由政治部、院领导和上级法院查看。"


def refuse_strangers(user: User) -> None:
    if not user.may(Permission.SEE_QUOTA):
        raise trail.Refused(NOT_FOR_YOU, act="quota.see_studies", by=user)


@login_required
@require_GET
def studies(request: HttpRequest) -> HttpResponse:
    """Studies of the courts one may see, the latest first, and what was measured lately."""
    refuse_strangers(request.user)
    return studies_shown(request)


def studies_shown(request: HttpRequest, **forms: Any) -> HttpResponse:
    user = request.user
    page = Paginator(with_counts(studies_seen(user)), ROWS_A_PAGE).get_page(request.GET.get("page"))
    planned = courts_planned(user)
    may_plan = planned.exists()
    context = {
        "page": page,
        "measurements": measurements_seen(user).order_by("-asked_at")[:20],
        "study_form": forms.get("study") or (StudyForm(planned) if may_plan else None),
        "proxy_courts": [court for court in planned if court.pk in user.courts_where(Permission.PLAN_QUOTA)],
        "typed": "study" in forms,
    }
    return render(request, "quota/studies.html", context, status=422 if forms else 200)


@login_required
@require_POST
def study_open(request: HttpRequest) -> HttpResponse:
    refuse_strangers(request.user)
    form = StudyForm(courts_planned(request.user), request.POST)
    if not form.is_valid():
        return studies_shown(request, study=form)
    made = open_study(by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("已发起工时测算，现在可以导入工时日志。"))
    return redirect("quota:study", made.pk)


def study_of(request: HttpRequest, pk: int) -> Study:
    """The study, if this person may see it; else it is unknown."""
    found = with_counts(studies_seen(request.user)).filter(pk=pk).first()
    if found is None:
        raise Http404(NO_STUDY)
    return found


@login_required
@require_GET
def study(request: HttpRequest, pk: int) -> HttpResponse:
    """How much was written down, by how many; what was measured; what can be done next."""
    return study_shown(request, study_of(request, pk))


def study_shown(request: HttpRequest, one: Study, form: MeasureForm | None = None) -> HttpResponse:
    done = measurements_seen(request.user).filter(study=one).order_by("-asked_at")
    newest = next((each for each in done if each.state == "done"), None)
    context = {
        "study": one,
        "measurements": done,
        "elements": element_lines(newest) if newest else [],
        "plans": plans_for(request.user, one.court_id),
        "form": form or MeasureForm(),
        "typed": form is not None,
    }
    return render(request, "quota/study.html", context, status=422 if form else 200)


@login_required
@require_POST
def study_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Close the study, or have hours measured from it."""
    one = study_of(request, pk)
    if act == "close":
        close_study(study=one, by=request.user, at=timezone.now())
        messages.success(request, _("已结束这次工时测算，不再收工时日志。"))
        return redirect("quota:study", pk)
    if act != "measure":
        raise Http404(NO_STUDY)
    form = MeasureForm(request.POST)
    if not form.is_valid():
        return study_shown(request, one, form)
    return asked(request, one.court, form.cleaned_data["method"], one)


@login_required
@require_POST
def proxy_ask(request: HttpRequest) -> HttpResponse:
    """Have hours compared from what cases left behind, without any diary."""
    refuse_strangers(request.user)
    wanted = request.POST.get("court", "")
    court = next((one for one in courts_seen(request.user) if str(one.pk) == wanted), None)
    if court is None:
        raise Http404(NO_STUDY)
    return asked(request, court, "proxy", None)


def asked(request: HttpRequest, court: Court, method: str, study: Study | None) -> HttpResponse:
    made = ask_for_measurement(court=court, method=method, study=study, by=request.user, at=timezone.now())
    if made.state == "queued":
        tasks.run_measurement.delay_on_commit(made.pk)
    return redirect("quota:measurement", made.pk)


def measurement_of(request: HttpRequest, pk: int) -> Measurement:
    found = measurements_seen(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404(NO_MEASUREMENT)
    return found


@login_required
@require_GET
def measurement(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far it is, or its hours; htmx asks for its part again while it is computed; as a file too."""
    one = measurement_of(request, pk)
    moving = one.state in UNFINISHED
    if request.htmx and not moving:  # it has ended: the whole page has more to show
        return HttpResponse(headers={"HX-Refresh": "true"})
    if request.htmx:
        return render(request, "quota/_measurement.html", {"measurement": one, "moving": moving})
    kinds, cells = cell_lines(one)
    if "xlsx" in request.GET and one.state == "done":
        return measurement_file(request.user, one, kinds, cells)
    context = {
        "measurement": one, "moving": moving, "kinds": kinds, "cells": cells, "elements": element_lines(one),
        "card": one.card,
    }  # fmt: skip
    return render(request, "quota/measurement.html", context)
