"""Pages of forecasts (收案预测) and of the weights of circumstances (调整因素)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.forms import court_asked
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court
from courts.roles import Permission
from quota import tasks
from quota.filings import uncounted_of
from quota.forecasting import latest_forecasts, refuse_strangers
from quota.measured import betas_in_use, measurement_in_use
from quota.models import FilingForecast
from quota.people_page import courts_seen
from quota.reach import region_of
from quota.study_views import refuse_strangers as refuse_who_may_not_see
from quota.time_page import ForecastLine, chart_of, forecast_lines, kinds_of, months_of, plans_for
from quota.time_sheets import forecasts_file

COURTS_A_PAGE = 10
NO_COURT = "没有这一法院，或者您无权查看"
NO_FORECAST = "没有这一收案预测，或者您无权查看"


@login_required
@require_GET
def forecasts(request: HttpRequest) -> HttpResponseBase:
    """Courts in organisational order with what is forecast of each kind; as a file too."""
    refuse_who_may_not_see(request.user)
    courts = courts_seen(request.user)
    if "xlsx" in request.GET:
        return forecasts_file(request.user, blocks_of(list(courts)))
    page = Paginator(courts, COURTS_A_PAGE).get_page(request.GET.get("page"))
    planned = region_of(request.user, Permission.PLAN_QUOTA)
    blocks = blocks_of(page.object_list)
    left_out = uncounted_of([court.pk for court in page.object_list], before=today())
    context = {
        "page": page,
        "blocks": [(*block, block[0].pk in planned, left_out.get(block[0].pk, 0)) for block in blocks],
    }
    return render(request, "quota/forecasts.html", context)


def blocks_of(courts: Sequence[Court]) -> list[tuple[Court, list[ForecastLine]]]:
    """Each court with the lines of its latest forecast."""
    rows = latest_forecasts([court.pk for court in courts])
    return [(court, forecast_lines(rows.get(court.pk, []), kinds_of(court.pk, today()))) for court in courts]


@login_required
@require_POST
def forecast_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the court's filings forecast anew, in the background."""
    court = court_of(request, pk)
    refuse_strangers([court], request.user)
    tasks.forecast_court.delay_on_commit(court.pk, request.user.pk)
    messages.success(request, _("已安排预测，一般几秒钟完成；请稍后刷新本页。"))
    return redirect(f"{reverse('quota:forecasts')}#court-{court.pk}")


def court_of(request: HttpRequest, pk: int) -> Court:
    court = courts_seen(request.user).filter(pk=pk).first()
    if court is None:
        raise Http404(NO_COURT)
    return court


@login_required
@require_GET
def forecast(request: HttpRequest, pk: int) -> HttpResponse:
    """One kind at one court: chart and table with the interval, and the backtest beside the plain ways."""
    row = FilingForecast.objects.select_related("court").filter(pk=pk).first()
    if row is None or row.court_id not in region_of(request.user, Permission.SEE_QUOTA):
        raise Http404(NO_FORECAST)
    (line,) = forecast_lines([row], kinds_of(row.court_id, row.made_on))
    context = {"line": line, "row": row, "months": months_of(row), "chart": chart_of(row)}
    return render(request, "quota/forecast.html", context)


@login_required
@require_GET
def context(request: HttpRequest) -> HttpResponse:
    """The six circumstances: the catalogue's weights, the fitted ones where there are courts enough, and their errors."""
    refuse_who_may_not_see(request.user)
    choices = list(courts_seen(request.user))
    asked = request.GET.get("court", "")
    court = court_asked(courts_seen(request.user), asked) if asked else next(iter(choices), None)
    if court is None:
        raise Http404(NO_COURT)
    measured = measurement_in_use(court)
    told = measured.card.get("context", {}) if measured else {}
    used = betas_in_use(court, today(), measured)
    factors = law_in_use().quotas.factors_of(court.pk, today())
    lines = [
        {
            "factor": one, "beta": one.beta, "fitted": told.get("fitted", {}).get(code), "used": used[code],
            "contrary": code in told.get("contrary", ()),
        }
        for code, one in factors.items()
    ]  # fmt: skip
    settings = law_in_use().quotas.settings_of(court.pk, today())
    context = {
        "court": court, "choices": choices, "lines": lines, "told": told, "measurement": measured,
        "least": settings["cell_min"], "low": settings["adjustment_low"], "high": settings["adjustment_high"],
        "plans": plans_for(request.user, court.pk),
    }  # fmt: skip
    return render(request, "quota/context.html", context)
