"""Pages of scenarios (方案测算): the list, one with its sliders, several side by side, and the way to each seat of a court."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit import trail
from cases.forms import id_in
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from predicates.problems import Misread
from quota.canonical import canonical
from quota.lever_form import LeverForm
from quota.loosening import loosened
from quota.models import Scenario
from quota.plan_sheets import scenario_file
from quota.plans import submit_plan
from quota.reach import region_of
from quota.scenario import Infeasible, compute, digest
from quota.scenario_forms import KeepForm, MakeForm, SubmitForm
from quota.scenario_page import (
    changes_of,
    compared,
    ids_of,
    kind_names,
    plans_for,
    remarks_of,
    scenarios_seen,
    sources_said,
    tiles_of,
    totals_of,
)
from quota.scenarios import (
    bundle_of,
    inputs_of,
    make_scenario,
    put_away_scenario,
    result_of,
    vary_scenario,
    why_not,
    with_levers,
)

ROWS_A_PAGE, FEWEST, MOST = 50, 2, 4
UNKNOWN = "没有这一测算，或者您无权查看"
NOT_FOR_YOU = "员额测算和方案由政治部、院领导和上级法院查看。"


def refuse_strangers(user: User) -> None:
    if not user.may(Permission.SEE_QUOTA):
        raise trail.Refused(NOT_FOR_YOU, act="quota.see_plans", by=user)


def scenario_of(request: HttpRequest, pk: int) -> Scenario:
    refuse_strangers(request.user)
    found = scenarios_seen(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404(UNKNOWN)
    return found


# --- the list ------------------------------------------------------------------------------------------------------
@login_required
@require_GET
def scenarios(request: HttpRequest) -> HttpResponse:
    """What was calculated, newest first; with ``past`` what was put away."""
    refuse_strangers(request.user)
    return list_shown(request)


def list_shown(request: HttpRequest, form: MakeForm | None = None) -> HttpResponse:
    past = "past" in request.GET
    rows = scenarios_seen(request.user).defer("inputs", "result").filter(put_away_at__isnull=not past)
    courts = plans_for(request.user)
    context = {
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "past": past,
        "form": form or (MakeForm(courts, today().year) if courts else None),
        "typed": form is not None,
    }
    return render(request, "quota/scenarios.html", context, status=422 if form else 200)


@login_required
@require_POST
def scenario_make(request: HttpRequest) -> HttpResponse:
    """Calculate from what is recorded today."""
    refuse_strangers(request.user)
    form = MakeForm(plans_for(request.user), today().year, request.POST)
    if not form.is_valid():
        return list_shown(request, form)
    said = form.cleaned_data
    made = make_scenario(
        court=form.courts[said["court"]], year=said["year"], name=said["name"], note=said["note"],
        by=request.user, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已测算。"))
    return redirect("quota:scenario", made.pk)


# --- one -----------------------------------------------------------------------------------------------------------
@login_required
@require_GET
def scenario(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One scenario; with sliders moved, what would come of them, kept nowhere. htmx asks for the result alone."""
    found = scenario_of(request, pk)
    if "xlsx" in request.GET:
        return scenario_file(request.user, found, changes_of(found, inputs_of(found)))
    form = LeverForm(
        inputs_of(found), kind_names(found.court), request.GET if "moved" in request.GET else None
    )
    context = context_of(request, found, form)
    part = request.htmx and "moved" in request.GET
    return render(request, "quota/_result.html" if part else "quota/scenario.html", context)


def context_of(
    request: HttpRequest, found: Scenario, form: LeverForm, keep: KeepForm | None = None
) -> dict[str, Any]:
    plans = found.court_id in region_of(request.user, Permission.PLAN_QUOTA)
    return outcome_of(request, found, form) | {
        "scenario": found,
        "form": form,
        "plans": plans,
        "sources": sources_said(inputs_of(found)),
        "left_out": inputs_of(found).get("sources", {}).get("left_out", {}),
        "keep": keep,
        "submit": SubmitForm(loosened(inputs_of(found))) if plans and may_be_submitted(found) else None,
        "waiting": found.plans.exclude(state="withdrawn"),
    }


def may_be_submitted(found: Scenario) -> bool:
    """Neither put away nor in a plan that waits or is in force."""
    return not (found.put_away_at or found.plans.filter(state__in=("submitted", "published")).exists())


def outcome_of(
    request: HttpRequest, found: Scenario, form: LeverForm, levers: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The result as kept, or that of ``levers`` or of the form as it stands, or why there is none."""
    inputs, result, problem = inputs_of(found), result_of(found), ""
    if form.is_bound and form.is_valid():
        levers = form.levers()
    if levers is not None and levers != inputs["levers"]:
        inputs = with_levers(found, levers)
        try:
            result = compute(inputs)
        except (Misread, Infeasible) as wrong:
            result, problem = {}, why_not(wrong)
    elif form.is_bound and not form.is_valid():
        problem = _("有的数填得不对，请改正标出的各项。")
    moved = inputs["levers"] != inputs_of(found)["levers"]
    return {
        "moved": moved,
        "problem": problem,
        "levers": canonical(inputs["levers"]),
        "changes": changes_of(found, inputs),
        "digest": digest(inputs),
        "levels": result.get("levels"),
        "tiles": tiles_of(result, {} if moved else ids_of(request.user, result))
        if result and not problem
        else [],
        "totals": totals_of(result) if result and not problem else [],
        "groups": result.get("groups", []),
        "remarks": remarks_of(result) if result else [],
    }


@login_required
@require_POST
def scenario_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Keep the levers under a name, put it away, or put it forward."""
    found = scenario_of(request, pk)
    acts = {"keep": keep_varied, "put-away": put_away, "submit": submit}
    if act not in acts:
        raise Http404(UNKNOWN)
    return acts[act](request, found)


def keep_varied(request: HttpRequest, base: Scenario) -> HttpResponse:
    form = KeepForm(base, request.POST)
    if not form.is_valid():
        typed = form.cleaned_data.get("levers", inputs_of(base)["levers"])
        shown = LeverForm(with_levers(base, typed), kind_names(base.court))
        context = context_of(request, base, shown, form) | outcome_of(request, base, shown, typed)
        return render(request, "quota/scenario.html", context, status=422)
    said = form.cleaned_data
    made = vary_scenario(
        base=base, levers=said["levers"], name=said["name"], note=said["note"], by=request.user, at=timezone.now()
    )  # fmt: skip
    messages.success(request, _("已保存为新的测算。"))
    return redirect("quota:scenario", made.pk)


def put_away(request: HttpRequest, found: Scenario) -> HttpResponse:
    put_away_scenario(scenario=found, by=request.user, at=timezone.now())
    messages.success(request, _("已收起。"))
    return redirect("quota:scenarios")


def submit(request: HttpRequest, found: Scenario) -> HttpResponse:
    form = SubmitForm(loosened(inputs_of(found)), request.POST)
    if not form.is_valid():
        shown = LeverForm(inputs_of(found), kind_names(found.court))
        context = context_of(request, found, shown) | {"submit": form}
        return render(request, "quota/scenario.html", context, status=422)
    plan = submit_plan(scenario=found, **form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("已提请审批。"))
    return redirect("quota:plan", plan.pk)


@login_required
@require_GET
def scenario_bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """Inputs, result and their digests as JSON, to be calculated anew anywhere with ``replay_scenario``."""
    found = scenario_of(request, pk)
    leave_bundle_trace(request.user, found)
    text = json.dumps(bundle_of(found), ensure_ascii=False, indent=1) + "\n"
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="scenario-{found.pk}.json"'
    return answer


def leave_bundle_trace(user: User, found: Scenario) -> None:
    with transaction.atomic():
        after = {"name": found.name, "inputs": found.inputs_digest}
        trail.record("quota.export", on=found, by=user, at=timezone.now(), after=after)


# --- several -------------------------------------------------------------------------------------------------------
@login_required
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Two to four scenarios side by side; without a choice, the list to choose from."""
    refuse_strangers(request.user)
    asked = [number for each in request.GET.getlist("s") if (number := id_in(each)) is not None]
    seen = {each.pk: each for each in scenarios_seen(request.user).filter(pk__in=asked)}
    chosen = [seen[pk] for pk in dict.fromkeys(asked) if pk in seen]
    enough = FEWEST <= len(chosen) <= MOST
    rows = scenarios_seen(request.user).defer("inputs", "result").filter(put_away_at=None)
    context = {
        "compared": compared(chosen) if enough else None,
        "problem": _("请选择二至四个测算") if asked and not enough else "",
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "chosen": [each.pk for each in chosen],
    }
    return render(request, "quota/compare.html", context)
