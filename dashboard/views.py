"""The first screens: of those who answer for a court or a division, of those who handle cases, and of everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from audit import trail
from catalogues.selectors import years_missing
from courts.clock import today
from courts.models import User
from courts.roles import Permission, Role
from dashboard import charts, tables
from dashboard.context import entries_for
from dashboard.definitions import DEFINITIONS
from dashboard.flow import shown, total
from dashboard.own_views import HANDLES, desk, mine
from dashboard.periods import Period, UnknownPeriod, choices, read_period, year_earlier
from dashboard.risks import Risks, doubts_open, risks_by_unit
from dashboard.scope import Scope, scope_of
from dashboard.selectors import curves, flows, rows_by_category, rows_by_unit

ANSWERS_FOR = {Role.PRESIDENT, Role.VICE_PRESIDENT, Role.SUPERIOR, Role.TRIAL_OFFICE, Role.DIVISION_HEAD}


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first screen that fits the posts held today."""
    roles = {Role(seat.role) for seat in request.user.seats}
    if roles & ANSWERS_FOR:
        return flow_screen(request)
    if roles & HANDLES:
        return desk(request) if roles & HANDLES == {Role.CLERK} else mine(request)
    others = [entry for entry in entries_for(request) if not entry.current]
    return render(request, "dashboard/start.html", {"entries": others, "seats": request.user.seats})


@dataclass(frozen=True)
class Question:
    """What the address asks for: a scope and a period. ``problem`` says what in it could not be understood."""

    scope: Scope
    period: Period
    problem: str


def question_in(request: HttpRequest, day: date) -> Question:
    """Read the address; whatever is wrong with it is said on the page, and the default is shown."""
    asked = {name: request.GET.get(name, "") for name in ("court", "period", "from", "to")}
    problems = []
    scope = scope_of(request.user, asked["court"])
    if scope is None:
        scope = scope_of(request.user)
        problems.append(str(_("没有您可查看的这个法院，已显示您职务所及的全部案件。")))
    try:
        period = read_period(key=asked["period"], first=asked["from"], last=asked["to"], today=day)
    except UnknownPeriod as unknown:
        period = read_period(today=day)
        problems.append(str(_("%s；已显示本年。") % unknown))
    assert scope is not None
    return Question(scope, period, " ".join(problems))


def flow_screen(request: HttpRequest) -> HttpResponse:
    """收结存, what needs attention, and twelve months: of the whole scope and by unit."""
    day = today()
    question = question_in(request, day)
    return render(request, "dashboard/home.html", screen(request.user, question, day))


def screen(user: User, question: Question, day: date) -> dict[str, Any]:
    scope, period = question.scope, question.period
    earlier = year_earlier(period)
    found, by_unit = flows(scope, period), risks_by_unit(scope, day)
    now, before = total(found.now.values()), total(found.before.values())
    risks = sum(by_unit.values(), Risks())
    rows, twelve = rows_by_unit(scope, found, by_unit), curves(scope, period, found.now)
    return {
        "question": question,
        "heading": heading(scope),
        "earlier": earlier,
        "risks": tables.risk_tiles(
            risks, scope, doubts_open(user) if user.may(Permission.SEE_DOUBTS) else None
        ),
        "tiles": tables.flow_tiles(now, before, period, earlier, scope),
        "computable": shown(risks.computable),
        "unknown": tables.count_cell(risks.unknown, tables.place_of(scope), tables.RISK_FILTERS["unknown"]),
        "as_of": risks.as_of,
        "units": tables.lines(rows, period, scope, with_risks=True),
        "categories": tables.lines(rows_by_category(found), period, scope, with_risks=False),
        "months": tables.month_lines(twelve.whole, scope),
        "multiples": tables.multiples(rows, twelve.units, scope),
        "columns": tables.FLOW_COLUMNS,
        "risk_columns": tables.RISK_COLUMNS,
        "definitions": DEFINITIONS,
        "missing_years": years_missing(day),
        "periods": [(key, name, key == period.key) for key, name in choices(day)],
        "query": address_of(question),
        "handles": any(Role(seat.role) in HANDLES | {Role.DIVISION_HEAD} for seat in user.seats),
    }


def heading(scope: Scope) -> str:
    """Whose cases these are, in words."""
    reach = scope.user.reach
    if scope.court and scope.court.pk not in reach.courts:
        names = [str(seat.division) for seat in scope.user.seats if seat.division_id in reach.divisions]
        return f"{scope.court} {'、'.join(names)}"
    if scope.court:
        return str(scope.court)
    highest = min(scope.courts, key=lambda court: (court.level, court.position), default=None)
    return str(_("%s及辖区法院") % highest) if highest else str(_("我的职务所及"))


def address_of(question: Question) -> str:
    chosen = tables.place_of(question.scope)
    return urlencode(chosen | tables.period_query(question.period))


@login_required
@require_GET
def curve(request: HttpRequest) -> HttpResponse:
    """The options of the twelve-month chart, for the browser to draw."""
    if not request.user.may(Permission.SEE_DASHBOARD):
        raise trail.Refused(str(_("您的职务不能查看统计数据。")), act="dashboard.see_curve", by=request.user)
    question = question_in(request, today())
    months = curves(question.scope, question.period, flows(question.scope, question.period).now).whole
    chart = charts.caseload_by_month(
        [each.month.key for each in months],
        [each.new for each in months],
        [each.closed for each in months],
        [each.pending for each in months],
    )
    return JsonResponse(chart.option)


@login_required
@require_GET
def definitions(request: HttpRequest) -> HttpResponse:
    """What every number means (口径), in one place."""
    return render(request, "dashboard/definitions.html", {"definitions": DEFINITIONS})
