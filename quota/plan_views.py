"""Pages of plans (员额方案): the overview by court, the plans, one with its decision, the way to every seat of a court."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from audit import trail
from cases.forms import id_in
from courts.clock import today
from courts.models import Court
from courts.roles import Permission
from quota.explaining import explain
from quota.gathering import figures_of
from quota.loosening import loosened
from quota.models import Plan, Scenario
from quota.official_docx import as_docx
from quota.people_page import courts_seen
from quota.plan_paper import plan_paper
from quota.plan_sheets import plan_file
from quota.plans import had_part, publish_plan, refuse_plan, withdraw_plan
from quota.reach import region_of
from quota.scenario_forms import DecideForm
from quota.scenario_page import (
    changes_of,
    ids_of,
    kind_names,
    plans_seen,
    remarks_of,
    said,
    scenarios_seen,
    sources_said,
    tiles_of,
    totals_of,
)
from quota.scenario_views import refuse_strangers
from quota.scenarios import inputs_of, result_of
from quota.vacancies import places_in

COURTS_A_PAGE, ROWS_A_PAGE = 100, 50
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNKNOWN = "没有这一方案，或者您无权查看"
NO_COURT = "没有这一法院，或者您无权查看"
DONE = {
    "publish": gettext_lazy("已公布，员额即日起生效。"),
    "refuse": gettext_lazy("已决定不予批准。"),
    "withdraw": gettext_lazy("已撤回。"),
}


# --- overview ------------------------------------------------------------------------------------------------------
@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Courts in organisational order with staffing, who sits, seats in force, need and pressure; and what waits."""
    refuse_strangers(request.user)
    page = Paginator(courts_seen(request.user), COURTS_A_PAGE).get_page(request.GET.get("page"))
    courts = list(page.object_list)
    ids = [court.pk for court in courts]
    places, figures = places_in(ids, today()), figures_of(ids, today().year)
    rows = [
        {
            "court": court,
            "staffing": figures[court.pk].staffing if court.pk in figures else None,
            "places": places[court.pk],
            "seat": places[court.pk].seat,
            "pressure": pressure_of(places[court.pk].seat),
        }
        for court in courts
    ]
    context = {
        "page": page,
        "rows": rows,
        "waiting": plans_seen(request.user)
        .filter(state="submitted")
        .order_by("court__position", "court__code"),
        "approves": region_of(request.user, Permission.APPROVE_QUOTA),
        "manages": request.user.may(Permission.PLAN_QUOTA),
        "on": today(),
    }
    return render(request, "quota/home.html", context)


def waiting_for(request: HttpRequest) -> QuerySet[Plan]:
    rows = plans_seen(request.user).filter(state="submitted").order_by("court__position", "court__code")
    return rows.defer("scenario__inputs", "scenario__result")


def pressure_of(seat: Any) -> str:
    return said(seat.need / seat.seats) if seat is not None and seat.seats else "—"


# --- plans ---------------------------------------------------------------------------------------------------------
@login_required
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """Every plan, newest first."""
    refuse_strangers(request.user)
    rows = plans_seen(request.user).defer("scenario__inputs", "scenario__result")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "quota/plans.html", {"page": page})


def plan_of(request: HttpRequest, pk: int) -> Plan:
    refuse_strangers(request.user)
    found = plans_seen(request.user).select_related("scenario__court").filter(pk=pk).first()
    if found is None:
        raise Http404(UNKNOWN)
    return found


@login_required
@require_GET
def plan(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One plan with its figures; as a spreadsheet, or as official paper."""
    found = plan_of(request, pk)
    if "xlsx" in request.GET:
        return plan_file(request.user, found, changes_of(found.scenario, inputs_of(found.scenario)))
    if "docx" in request.GET:
        return paper_of(request, found)
    return plan_shown(request, found)


def plan_shown(request: HttpRequest, found: Plan, **typed: DecideForm) -> HttpResponse:
    result = result_of(found.scenario)
    forms = {act: DecideForm(act=act) for act in acts_open(request, found)} | typed
    context = {
        "plan": found,
        "tiles": tiles_of(result, ids_of(request.user, result)) if result else [],
        "scenario": found.scenario,
        "totals": totals_of(result) if result else [],
        "levels": result.get("levels"),
        "remarks": remarks_of(result) if result else [],
        "changes": changes_of(found.scenario, inputs_of(found.scenario)) if result else [],
        "forms": forms,
        "loosened": loosened(inputs_of(found.scenario)) if result else [],
        "own": found.state == "submitted" and had_part(found, request.user),
    }
    return render(request, "quota/plan.html", context, status=422 if typed else 200)


def acts_open(request: HttpRequest, found: Plan) -> list[str]:
    """What this person may do with the plan as it stands."""
    if found.state != "submitted":
        return []
    acts = []
    approves = found.court_id in region_of(request.user, Permission.APPROVE_QUOTA)
    if approves and not had_part(found, request.user):
        acts += ["publish", "refuse"]
    if found.court_id in region_of(request.user, Permission.PLAN_QUOTA):
        acts.append("withdraw")
    return acts


@login_required
@require_POST
def plan_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Approve and publish, refuse, or take back."""
    found = plan_of(request, pk)
    if act not in DONE:
        raise Http404(UNKNOWN)
    form = DecideForm(request.POST, act=act)
    if not form.is_valid():
        return plan_shown(request, found, **{act: form})
    reason, when = form.cleaned_data["reason"], {"by": request.user, "at": timezone.now()}
    if act == "withdraw":
        withdraw_plan(plan=found, reason=reason, **when)
    else:
        (publish_plan if act == "publish" else refuse_plan)(plan=found, decision=reason, **when)
    messages.success(request, DONE[act])
    return redirect("quota:plan", found.pk)


def paper_of(request: HttpRequest, found: Plan) -> HttpResponse:
    """The plan as a DOCX file, and an entry in the trail that it was taken out."""
    with transaction.atomic():
        after = {"name": "员额方案（DOCX）", "plan": found.pk}
        trail.record("quota.export", on=found, by=request.user, at=timezone.now(), after=after)
    scenario, published = found.scenario, found.state in ("published", "superseded")
    paper = plan_paper(
        court=found.court.name,
        year=found.year,
        reason=found.reason,
        result=result_of(scenario),
        changes=changes_of(scenario, inputs_of(scenario)),
        loosened=loosened(inputs_of(scenario)),
        digest=scenario.inputs_digest,
        decided_on=timezone.localdate(found.decided_at) if published and found.decided_at else None,
    )
    answer = HttpResponse(as_docx(paper), content_type=DOCX)
    answer["Content-Disposition"] = f'attachment; filename="quota-plan-{found.year}-{found.pk}.docx"'
    return answer


# --- one court -----------------------------------------------------------------------------------------------------
@login_required
@require_GET
def court_seats(request: HttpRequest, pk: int) -> HttpResponse:
    """Every seat of one court, factor by factor, and how the last one came: of a scenario, else of the plan in force."""
    refuse_strangers(request.user)
    court = courts_seen(request.user).filter(pk=pk).first()
    if court is None:
        raise Http404(NO_COURT)
    scenario, plan = basis_of(request, court)
    result = result_of(scenario) if scenario else {}
    row = next((each for each in result.get("courts", []) if each["code"] == court.code), None)
    context = {
        "court": court,
        "scenario": scenario,
        "plan": plan,
        "row": row,
        "explanation": explain(result, str(court.code)) if row else None,
        "settings": result.get("settings"),
        "sources": sources_said(inputs_of(scenario)) if scenario else [],
        "kinds": kinds_of(court, row),
    }
    return render(request, "quota/court_seats.html", context)


def basis_of(request: HttpRequest, court: Court) -> tuple[Scenario | None, Plan | None]:
    """The scenario asked for, else that of the plan in force."""
    if asked := request.GET.get("scenario"):
        scenario = scenarios_seen(request.user).filter(pk=id_in(asked) or 0).first()
        if scenario is None:
            raise Http404(UNKNOWN)
        return scenario, None
    seat = places_in([court.pk], today())[court.pk].seat
    if seat is None:
        return None, None
    plan = Plan.objects.select_related("scenario", "court").get(pk=seat.plan_id)
    return plan.scenario, plan


def kinds_of(court: Court, row: Any) -> list[dict[str, Any]]:
    if row is None:
        return []
    names = kind_names(court)
    order = {code: place for place, code in enumerate(names)}
    cases = sorted(row["cases"], key=lambda each: order.get(each["type"], len(order)))
    return [{**each, "name": names.get(each["type"], each["type"])} for each in cases]
