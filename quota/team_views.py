"""Pages of trial teams (审判团队): who works with whom, what assistants and clerks are lacking."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from quota import people_sheets as sheets
from quota import teams as services
from quota.models import Team
from quota.people_forms import CloseTeamForm, JoinForm, LeaveTeamForm, TeamForm
from quota.people_page import courts_planned, courts_seen
from quota.people_views import NO_COURT, court_of, refuse_strangers
from quota.reach import region_of
from quota.staffing import Support

COURTS_A_PAGE = 50
NO_TEAM = "没有这一团队，或者您无权查看"


@login_required
@require_GET
def teams(request: HttpRequest) -> HttpResponseBase:
    """What the courts need, have and lack; with ``court`` its teams with their people; as a file too."""
    refuse_strangers(request.user)
    court = court_of(request)
    if court:
        return court_shown(request, court)
    if "xlsx" in request.GET:
        return sheets.shortage_file(request.user, supported(courts_seen(request.user)), today())
    page = Paginator(courts_seen(request.user), COURTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": supports(page.object_list), "on": today()}
    return render(request, "quota/teams.html", context)


def supports(courts: Any) -> list[tuple[Court, Support | None]]:
    """Each court with what its teams need and have; None for one without teams."""
    courts, day = list(courts), today()
    found = list(services.teams_on([court.pk for court in courts], day))
    lacking = services.shortage(found, services.members_on(found, day), day)
    return [(court, lacking.get(court.pk)) for court in courts]


def supported(courts: Any) -> list[tuple[Court, Support]]:
    return [(court, support) for court, support in supports(courts) if support]


def court_shown(request: HttpRequest, court: Court, form: TeamForm | None = None) -> HttpResponse:
    day = today()
    found = list(services.teams_on([court.pk], day).select_related("division"))
    members = services.members_on(found, day)
    kinds = services.kinds_of(court.pk, day)
    plans = court.pk in region_of(request.user, Permission.PLAN_QUOTA)
    context = {
        "court": court,
        "teams": [(team, kind_said(team, kinds), members.get(team.pk, [])) for team in found],
        "support": services.shortage(found, members, day).get(court.pk),
        "form": form or (TeamForm(court) if plans else None),
        "typed": form is not None,
        "on": day,
    }
    return render(request, "quota/court_teams.html", context, status=422 if form else 200)


def kind_said(team: Team, kinds: dict[str, Any]) -> str:
    return kinds[team.kind].name if team.kind in kinds else team.kind


@login_required
@require_POST
def team_open(request: HttpRequest, pk: int) -> HttpResponse:
    court = courts_planned(request.user).filter(pk=pk).first()
    if court is None:
        raise Http404(NO_COURT)
    form = TeamForm(court, request.POST)
    if not form.is_valid():
        return court_shown(request, court, form)
    team = services.open_team(court=court, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("已组建团队。"))
    return redirect("quota:team", team.pk)


def team_of(user: User, pk: int) -> Team:
    """The team, if this person may see it; else it is unknown."""
    seen = region_of(user, Permission.SEE_QUOTA)
    found = Team.objects.filter(court__in=seen, pk=pk).select_related("court", "division").first()
    if found is None:
        raise Http404(NO_TEAM)
    return found


@login_required
@require_GET
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One team: everybody who is or was in it, and what may be done."""
    return team_shown(request, team_of(request.user, pk))


def team_shown(request: HttpRequest, found: Team, typed: tuple[str, Form] | None = None) -> HttpResponse:
    plans = found.court_id in region_of(request.user, Permission.PLAN_QUOTA) and found.closed_on is None
    forms: dict[str, Form] = {act: form_for(act, found) for act in ACTS} if plans else {}
    if typed:
        forms[typed[0]] = typed[1]
    context = {
        "team": found,
        "kind": kind_said(found, services.kinds_of(found.court_id, today())),
        "members": found.members.select_related("person").order_by("-joined_on", "person__name", "pk"),
        "forms": forms,
        "typed": typed[0] if typed else "",
        "on": today(),
    }
    return render(request, "quota/team.html", context, status=422 if typed else 200)


ACTS = ("join", "leave", "close")


def form_for(act: str, found: Team, data: Any = None) -> Form:
    if act == "join":
        return JoinForm(data, courts=[found.court_id])
    if act == "leave":
        inside = found.members.filter(left_on=None).select_related("person").order_by("person__name")
        return LeaveTeamForm(inside, data)
    return CloseTeamForm(data)


@login_required
@require_POST
def team_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Let somebody join or leave, or close the team."""
    found = team_of(request.user, pk)
    if act not in ACTS:
        raise Http404(NO_TEAM)
    form = form_for(act, found, request.POST)
    if not form.is_valid():
        return team_shown(request, found, (act, form))
    about = form.cleaned_data | {"by": request.user, "at": timezone.now()}
    if act == "join":
        services.join_team(team=found, **about)
    elif act == "leave":
        services.leave_team(**about)
    else:
        services.close_team(team=found, **about)
    messages.success(request, _("已登记。"))
    return redirect("quota:team", found.pk)
