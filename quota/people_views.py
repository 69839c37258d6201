"""Pages of quota judges (员额法官) and of availability (可用时间)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from cases.forms import court_asked
from courts.clock import today
from courts.models import Availability, Court, Posting, User
from courts.roles import Permission
from quota import people_sheets as sheets
from quota.availability import end_availability, record_availability, share_on, withdraw_availability
from quota.models import QuotaJudge
from quota.people import enter_quota, entry_is_put_forward, exit_is_put_forward, leave_quota
from quota.people_forms import (
    AvailabilityForm,
    EndAvailabilityForm,
    EnterForm,
    LeaveForm,
    WithdrawAvailabilityForm,
)
from quota.people_page import (
    courts_planned,
    courts_seen,
    double_posts,
    lines_of,
    may_read,
    page_of,
    percentages,
    terms_of,
)
from quota.reach import region_of
from quota.request_page import objection_of, requests_seen, waiting_for
from quota.term_requests import propose_entry, propose_exit

COURTS_A_PAGE, ROWS_A_PAGE = 50, 100
NO_COURT = "没有这一法院，或者您无权查看"
NO_TERM = "没有这一员额记录，或者您无权查看"
NO_RECORD = "没有这一可用时间记录，或者您无权办理"
NOT_FOR_YOU = "员额法官由政治部、院领导和上级法院查看；本人的员额记录、团队和可用时间见“我的可用时间”。"


def refuse_strangers(user: User) -> None:
    if not user.may(Permission.SEE_QUOTA):
        raise trail.Refused(NOT_FOR_YOU, act="quota.see_people", by=user)


def court_of(request: HttpRequest, name: str = "court") -> Court | None:
    """The court the address asks for, of those one may see; None where it asks for none."""
    asked = request.GET.get(name, "")
    if not asked:
        return None
    court = court_asked(courts_seen(request.user), asked)
    if court is None:
        raise Http404(NO_COURT)
    return court


# --- quota judges ---------------------------------------------------------------------------------------------------
@login_required
@require_GET
def judges(request: HttpRequest) -> HttpResponseBase:
    """Courts with their seats and who sits; with ``court`` its judges, with ``past`` those who left; as a file too."""
    refuse_strangers(request.user)
    court = court_of(request)
    if "xlsx" in request.GET:
        return file_of(request, court)
    return court_shown(request, court) if court else courts_shown(request)


def file_of(request: HttpRequest, court: Court | None) -> HttpResponseBase:
    if court is None:
        return sheets.courts_file(request.user, lines_of(courts_seen(request.user), today()), today())
    past = "past" in request.GET
    about = {
        "past": past,
        "explained": court.pk in region_of(request.user, Permission.PLAN_QUOTA),
        "on": today(),
    }
    return sheets.judges_file(request.user, court, terms_of(court, today(), past=past), **about)


def courts_shown(request: HttpRequest) -> HttpResponse:
    courts = courts_seen(request.user)
    page = Paginator(courts, COURTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": lines_of(page.object_list, today()),
        "double": double_posts(courts),
        "on": today(),
    }
    return render(request, "quota/judges.html", context)


def court_shown(request: HttpRequest, court: Court, form: EnterForm | None = None) -> HttpResponse:
    past = "past" in request.GET
    plans = court.pk in region_of(request.user, Permission.PLAN_QUOTA)
    context = {
        "court": court,
        "line": lines_of([court], today())[0],
        "terms": terms_of(court, today(), past=past),
        "past": past,
        "form": form or (EnterForm(courts=[court.pk]) if plans and not past else None),
        "typed": form is not None,
        "on": today(),
    } | waiting_for(court, request.user)
    return render(request, "quota/court_judges.html", context, status=422 if form else 200)


@login_required
@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Register who already sits at the court; where a plan is in force, put an entry forward."""
    court = courts_planned(request.user).filter(pk=pk).first()
    if court is None:
        raise Http404(NO_COURT)
    form = EnterForm(request.POST, courts=[court.pk])
    if not form.is_valid():
        return court_shown(request, court, form)
    about = {"court": court, "by": request.user, "at": timezone.now(), **form.cleaned_data}
    if entry_is_put_forward(court, about["entered_on"]):
        asked = propose_entry(**about)
        messages.success(request, _("已提请，由另一人批准后生效。"))
        return redirect("quota:term-request", asked.pk)
    term = enter_quota(**about)
    messages.success(request, _("已登记入额。"))
    return redirect("quota:judge-term", term.pk)


def term_of(request: HttpRequest, pk: int) -> QuotaJudge:
    """The term, if this person may see it; else it is unknown."""
    term = QuotaJudge.objects.select_related("person", "court", "candidate__selection").filter(pk=pk).first()
    if term is None or not may_read(request.user, term):
        raise Http404(NO_TERM)
    return term


@login_required
@require_GET
def judge_term(request: HttpRequest, pk: int) -> HttpResponse:
    """One term with the person's posts, availability and teams per period."""
    return term_shown(request, term_of(request, pk))


def term_shown(request: HttpRequest, term: QuotaJudge, form: LeaveForm | None = None) -> HttpResponse:
    plans = term.court_id in region_of(request.user, Permission.PLAN_QUOTA)
    manages = plans and term.person_id != request.user.pk
    sees_reasons = plans or term.person_id == request.user.pk
    context = page_of(term, today(), sees_reasons=sees_reasons) | {
        "manages": manages,
        "sees_court": term.court_id in region_of(request.user, Permission.SEE_QUOTA),
        "form": form or (LeaveForm(term.court) if manages and term.left_on is None else None),
        "typed": form is not None,
        "requests": requests_seen(request.user).filter(term=term, state="waiting"),
        "is_own": term.person_id == request.user.pk,
        "objection": objection_of(term) if sees_reasons else None,
        "may_answer": manages,
    }
    return render(request, "quota/judge_term.html", context, status=422 if form else 200)


@login_required
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """End a term on a ground that is a mere fact; on any other, put its end forward."""
    term = term_of(request, pk)
    form = LeaveForm(term.court, request.POST)
    if not form.is_valid():
        return term_shown(request, term, form)
    about = {"term": term, "by": request.user, "at": timezone.now(), **form.cleaned_data}
    if exit_is_put_forward(term, about["left_on"], about["trigger"]):
        asked = propose_exit(**about)
        messages.success(request, _("已提请，由另一人批准后生效。"))
        return redirect("quota:term-request", asked.pk)
    leave_quota(**about)
    messages.success(request, _("已办理退出。"))
    return redirect("quota:judge-term", term.pk)


# --- availability ---------------------------------------------------------------------------------------------------
@login_required
@require_GET
def availability(request: HttpRequest) -> HttpResponseBase:
    """Who gives what share of their time to cases, for those who manage people; everybody else reads their own."""
    courts = courts_planned(request.user)
    if not courts:
        return redirect("quota:my-availability")
    rows = recorded_in(request, courts)
    if "xlsx" in request.GET:
        return sheets.availability_file(request.user, rows, past="past" in request.GET, on=today())
    return availability_shown(request)


def recorded_in(request: HttpRequest, courts: Any) -> Any:
    """What is recorded of the people of these courts: now and to come, or what has passed; by name, then by day."""
    past, day = "past" in request.GET, today()
    held = User.objects.filter(postings__in=held_posts(courts)).values("pk")
    rows = Availability.objects.filter(user__in=held).select_related("user")
    rows = rows.filter(ends_on__lt=day) if past else rows.filter(ends_on__gte=day)
    return rows.order_by("user__name", "user", "starts_on")


def held_posts(courts: Any) -> Any:
    return Posting.objects.held_on(today()).filter(court__in=courts)


def availability_shown(request: HttpRequest, form: AvailabilityForm | None = None) -> HttpResponse:
    courts = courts_planned(request.user)
    page = Paginator(recorded_in(request, courts), ROWS_A_PAGE).get_page(request.GET.get("page"))
    who = request.GET.get("who", "")
    context = {
        "page": page,
        "rows": percentages(page.object_list),
        "past": "past" in request.GET,
        "form": form or AvailabilityForm(courts=[court.pk for court in courts], initial={"person": who}),
        "typed": form is not None or bool(who),
        "on": today(),
    }
    return render(request, "quota/availability.html", context, status=422 if form else 200)


@login_required
@require_POST
def availability_record(request: HttpRequest) -> HttpResponse:
    """Record a share of time for a period."""
    form = AvailabilityForm(request.POST, courts=[court.pk for court in courts_planned(request.user)])
    if not form.is_valid():
        return availability_shown(request, form)
    record_availability(by=request.user, at=timezone.now(), **form.given())
    messages.success(request, _("已登记可用时间。"))
    return redirect("quota:availability")


@login_required
@require_http_methods(["GET", "POST"])
def availability_change(request: HttpRequest, pk: int) -> HttpResponse:
    """End a record earlier, or take it back: the page with both forms, and what they post."""
    found = Availability.objects.filter(user__postings__in=held_posts(courts_planned(request.user)))
    record = found.select_related("user").filter(pk=pk).first()
    if record is None:
        raise Http404(NO_RECORD)
    forms: dict[str, Form] = {"end": EndAvailabilityForm(), "withdraw": WithdrawAvailabilityForm()}
    act = request.POST.get("act", "")
    if act in forms:
        forms[act] = type(forms[act])(request.POST)
        if forms[act].is_valid():
            change = end_availability if act == "end" else withdraw_availability
            change(availability=record, by=request.user, at=timezone.now(), **forms[act].cleaned_data)
            messages.success(request, _("已提前终止。") if act == "end" else _("已撤回。"))
            return redirect(reverse("quota:availability"))
    context = {"record": record, "share": f"{record.fraction:.0%}", "forms": forms, "on": today()}
    return render(request, "quota/availability_change.html", context, status=422 if act in forms else 200)


@login_required
@require_GET
def my_availability(request: HttpRequest) -> HttpResponse:
    """One's own share of working time, terms and teams. Everybody reads their own, nobody writes it."""
    user = request.user
    context = {
        "rows": percentages(user.availabilities.order_by("-starts_on")),
        "share": f"{share_on(user, today()):.0%}",
        "terms": user.quota_terms.select_related("court").order_by("-entered_on"),
        "teams": user.team_places.select_related("team__court").order_by("-joined_on", "pk"),
        "on": today(),
    }
    return render(request, "quota/my_availability.html", context)
