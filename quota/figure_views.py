"""Pages of the figures of courts (法院概况): by court and year, entered by hand or imported."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.forms import id_in
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from quota.figures import enter_figure
from quota.models import CourtFigure
from quota.people_page import courts_planned, courts_seen
from quota.reach import region_of
from quota.study_views import refuse_strangers
from quota.time_forms import FigureForm
from quota.time_page import figure_lines, years_known
from quota.time_sheets import figures_file

COURTS_A_PAGE = 50
NO_COURT = "没有这一法院，或者您无权填报"


@login_required
@require_GET
def figures(request: HttpRequest) -> HttpResponseBase:
    """The figures of one year, courts in organisational order; as a file too."""
    refuse_strangers(request.user)
    years, year = years_shown(request)
    courts = courts_seen(request.user)
    if "xlsx" in request.GET:
        return figures_file(request.user, figure_lines(list(courts), year), year)
    page = Paginator(courts, COURTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "lines": figure_lines(page.object_list, year), "year": year, "years": years,
        "planned": region_of(request.user, Permission.PLAN_QUOTA), "kept": f"year={year}",
    }  # fmt: skip
    return render(request, "quota/figures.html", context)


def years_shown(request: HttpRequest) -> tuple[list[int], int]:
    """The years one can choose, and the one asked for; else the latest there are figures of."""
    known = years_known(request.user)
    asked = id_in(request.GET.get("year", ""))
    year = asked if asked in known else next(iter(known), today().year - 1)
    return known or [year], year


def court_of(user: User, pk: int) -> Court:
    court = courts_planned(user).filter(pk=pk).first()
    if court is None:
        raise Http404(NO_COURT)
    return court


@login_required
@require_http_methods(["GET", "POST"])
def figure(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the figures of a court; with ``year`` those of that year to begin with."""
    court = court_of(request.user, pk)
    year = id_in(request.GET.get("year", "")) or today().year - 1
    row = CourtFigure.objects.filter(court=court, year=year).first()
    form = FigureForm(request.POST or None, row=row, year=year)
    if request.method == "POST" and form.is_valid():
        return entered(request, court, dict(form.cleaned_data))
    status = 422 if form.is_bound else 200
    return render(request, "quota/figure.html", {"court": court, "form": form, "row": row}, status=status)


def entered(request: HttpRequest, court: Court, said: dict[str, Any]) -> HttpResponse:
    year = said.pop("year")
    enter_figure(court=court, year=year, figures=said, by=request.user, at=timezone.now())
    messages.success(request, _("已保存法院概况。"))
    return redirect(f"{reverse('quota:figures')}?year={year}")
