"""The alert list and the alerts of one case."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from alerts.models import Alert
from alerts.selectors import described, open_alerts
from catalogues.ladders import STAGES
from courts.clock import today

PER_PAGE = 50


@login_required
@require_GET
def alert_list(request: HttpRequest) -> HttpResponse:
    stage = request.GET.get("stage", "")
    found = open_alerts(request.user, stage)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    alerts = described(list(page.object_list), today())
    stages = list(reversed(Alert.STAGES))
    context = {"alerts": alerts, "page": page, "stages": stages, "stage": stage if stage in STAGES else ""}
    return render(request, "alerts/list.html", context)
