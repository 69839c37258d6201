"""The cases near their limit on a page: the same as on the president's list."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from alerts.lists import near_limit
from alerts.models import Alert
from alerts.selectors import described, open_alerts
from cases.forms import court_asked
from cases.selectors import courts_within
from courts.clock import today

PER_PAGE = 50


@login_required
@require_GET
def near_list(request: HttpRequest) -> HttpResponse:
    """The list's cases among those one may see, of the court the address names."""
    asked, day = request.GET.get("court", ""), today()
    courts = courts_within(request.user)
    court = court_asked(courts, asked)
    if court is None:
        raise Http404("no such court")
    found = near_limit(open_alerts(request.user), [court.pk])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "alerts": described(list(page.object_list), day),
        "page": page,
        "kept": f"court={court.pk}",
        "court": court,
        "stages": list(reversed(Alert.STAGES)),
    }
    return render(request, "alerts/near.html", context)
