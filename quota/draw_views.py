"""Pages of lots (随机分案): what waits, one lot, and what was not followed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit import trail
from cases.guard import may_on
from cases.models import Case
from courts.clock import today
from courts.models import Court
from courts.roles import Permission
from quota import lot_page, lot_past, lots, recusals
from quota.lot_forms import AgainForm, AssignForm, ReasonForm, RecusalForm, VoidForm
from quota.models import Draw, DrawDay, Recusal
from quota.sheets import sheet_response

NOT_YOURS = "随机分案由立案庭、审管办办理，您的职务没有这项权限。"
UNKNOWN = "没有这一案件或者抽签，或者您无权查看。"
PER_PAGE = 20
COLUMNS = (("案号", 28), ("日期", 12), ("抽中", 14), ("实际承办人", 14), ("理由", 40), ("决定人", 14))


@login_required
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """Today: the commitment, the lots, and the cases that wait."""
    courts, court = _court(request)
    waiting = Paginator(lot_page.waiting_in(court, request.user), PER_PAGE)
    context = {
        "courts": courts, "court": court, "today": today(), "kept": f"court={court.pk}",
        "committed": DrawDay.objects.filter(court=court, on=today()).first(),
        "lots": lot_page.lots_in(court, request.user, today()),
        "page": waiting.get_page(request.GET.get("page")),
        "draws": court.pk in request.user.courts_where(Permission.DRAW_CASES),
    }  # fmt: skip
    return render(request, "quota/lots.html", context)


@login_required
@require_GET
def exceptions(request: HttpRequest) -> HttpResponse:
    """Every lot that was not followed, every case given without one, each with its reason."""
    courts, court = _court(request)
    found = Paginator(lot_page.exceptions_in(court, request.user), PER_PAGE)
    context = {"courts": courts, "court": court, "kept": f"court={court.pk}"}
    context["page"] = found.get_page(request.GET.get("page"))
    context["past"] = lot_past.past_in(court, request.user)
    return render(request, "quota/lot_exceptions.html", context)


@login_required
@require_GET
def exceptions_sheet(request: HttpRequest) -> FileResponse:
    """The same as a spreadsheet, without those of sealed cases."""
    _courts, court = _court(request)
    found = lot_page.exceptions_in(court, request.user).filter(case__sealed="")
    rows = [
        (draw.label, draw.day.on, str(draw.picked) if draw.total else "不经抽签", str(draw.assigned_to or "作废"),
         draw.reason, str(draw.decided_by or ""))
        for draw in found
    ] + [
        (one.case.number, one.on, "不经抽签", str(one.judge or ""), one.reason, str(one.by or ""))
        for one in lot_past.past_in(court, request.user) if not one.case.sealed
    ]  # fmt: skip
    scope = "未按抽签结果分案、不经抽签指定、作废的，和直接变更承办人的"
    above = [("法院", str(court)), ("日期", str(today())), ("范围", scope)]
    return sheet_response("未按抽签的分案", by=request.user, above=above, columns=COLUMNS, rows=rows)


# --- a case that waits ------------------------------------------------------------------------------------
@login_required
@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """A case: who may not have it, its lots so far, and the ways to a judge."""
    return _case_shown(request, _case(request, pk))


@login_required
@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw a judge."""
    case = _case(request, pk)
    form = AgainForm(request.POST, again=lots.last_lot(case) is not None)
    if not form.is_valid():
        return _case_shown(request, case, again=form)
    draw = lots.propose_draw(
        case=case, by=request.user, at=timezone.now(), because=form.cleaned_data["because"]
    )
    return redirect("quota:lot", draw.pk)


@login_required
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case to somebody without a lot, with the reason."""
    case = _case(request, pk)
    form = AssignForm(request.POST, courts=[case.court_id])
    if not form.is_valid():
        return _case_shown(request, case, assign=form)
    draw = lots.assign_without_lot(
        case=case, judge=form.cleaned_data["person"], reason=form.cleaned_data["reason"],
        by=request.user, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已指定承办人。"))
    return _after(draw, request)


@login_required
@require_POST
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Record who may not have the case."""
    case = _case(request, pk)
    form = RecusalForm(request.POST, courts=[case.court_id])
    if not form.is_valid():
        return _case_shown(request, case, recusal=form)
    recusals.record_recusal(case=case, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("已登记回避。"))
    return redirect("quota:lot-case", case.pk)


@login_required
@require_POST
def unrecuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a recusal, with the reason."""
    recusal = Recusal.objects.visible_to(request.user).filter(pk=pk).select_related("case").first()
    if recusal is None:
        raise Http404(UNKNOWN)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _case_shown(request, _case(request, recusal.case_id), unrecuse=form)
    reason = form.cleaned_data["reason"]
    recusals.withdraw_recusal(recusal=recusal, reason=reason, by=request.user, at=timezone.now())
    messages.success(request, _("已撤销回避。"))
    return redirect("quota:lot-case", recusal.case_id)


# --- a lot -------------------------------------------------------------------------------------------------
@login_required
@require_GET
def lot(request: HttpRequest, pk: int) -> HttpResponse:
    """One lot: who held how many tickets, who did not and why, and what became of it."""
    return _lot_shown(request, _lot(request, pk))


@login_required
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Follow the lot."""
    draw = lots.accept_draw(draw=_lot(request, pk), by=request.user, at=timezone.now())
    messages.success(request, _("已按抽签结果分案。"))
    return _after(draw, request)


@login_required
@require_POST
def depart(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case to another, with the reason."""
    draw = _lot(request, pk)
    form = AssignForm(request.POST, courts=[draw.case.court_id])
    if not form.is_valid():
        return _lot_shown(request, draw, depart=form)
    draw = lots.depart_from_draw(
        draw=draw, judge=form.cleaned_data["person"], reason=form.cleaned_data["reason"],
        by=request.user, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已改由他人承办，理由将随公开记录公布。"))
    return _after(draw, request)


@login_required
@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the lot aside, with the reason."""
    draw, form = _lot(request, pk), VoidForm(request.POST)
    if not form.is_valid():
        return _lot_shown(request, draw, void=form)
    lots.void_draw(draw=draw, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
    messages.success(request, _("这一签已作废，案件重新等待分案。"))
    return redirect("quota:lot-case", draw.case_id)


# --- shared ----------------------------------------------------------------------------------------------------
def _court(request: HttpRequest) -> tuple[list[Court], Court]:
    courts = list(lot_page.courts_of(request.user))
    return courts, chosen(request, courts)


def chosen(request: HttpRequest, courts: list[Court]) -> Court:
    if not courts:
        raise trail.Refused(NOT_YOURS, act="quota.see_lots", by=request.user)
    asked = request.GET.get("court", "")
    found = [court for court in courts if str(court.pk) == asked] if asked else courts[:1]
    if not found:
        raise Http404(UNKNOWN)
    return found[0]


def _case(request: HttpRequest, pk: int) -> Case:
    """A case for whoever draws or assigns there, or sits on it."""
    case = (
        Case.objects.visible_to(request.user)
        .filter(pk=pk)
        .select_related("court", "division", "judge")
        .first()
    )
    if case is None or not (
        _may(request, case, Permission.DRAW_CASES) or _may(request, case, Permission.REASSIGN)
    ):
        raise Http404(UNKNOWN)
    return case


def _may(request: HttpRequest, case: Case, permission: Permission) -> bool:
    return may_on(request.user, permission, case)


def _lot(request: HttpRequest, pk: int) -> Draw:
    draw = lot_page.seen_of(Draw.objects.filter(pk=pk), request.user).first()
    if draw is None:
        raise Http404(UNKNOWN)
    return draw


def _after(draw: Draw, request: HttpRequest) -> HttpResponse:
    """The lot if one still sees it; a filing clerk may have seen the case for the last time."""
    seen = lot_page.seen_of(Draw.objects.filter(pk=draw.pk), request.user).exists()
    return redirect("quota:lot", draw.pk) if seen else redirect("quota:lots")


def _case_shown(request: HttpRequest, case: Case, **typed: Any) -> HttpResponse:
    at = [case.court_id]
    forms = {
        "again": AgainForm(again=True), "assign": AssignForm(courts=at), "recusal": RecusalForm(courts=at), "unrecuse": ReasonForm()
    }  # fmt: skip
    past = list(lot_page.seen_of(Draw.objects.filter(case=case), request.user).order_by("drawn_at"))
    context = {
        "case": case, "recusals": lot_page.recusals_of(case), "past": past, "problem": lots.waiting_problem(case),
        "undecided": next((draw for draw in past if draw.state == "proposed"), None),
        "may_draw": _may(request, case, Permission.DRAW_CASES),
        "may_assign": _may(request, case, Permission.REASSIGN), "forms": forms | typed,
        "drawn_before": any(draw.total for draw in past),
    }  # fmt: skip
    return render(request, "quota/lot_case.html", context, status=422 if typed else 200)


def _lot_shown(request: HttpRequest, draw: Draw, **typed: Any) -> HttpResponse:
    forms = {"depart": AssignForm(courts=[draw.case.court_id]), "void": VoidForm()} | typed
    context = lot_page.shown(draw, request.user) | {"forms": forms}
    return render(request, "quota/lot.html", context, status=422 if typed else 200)
