"""The sets of monitored nodes, which one a court has switched on, and how the nodes of one case stand."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from alerts.node_profiles import (
    ALL,
    PROFILES,
    TIMED,
    choose_profile,
    courts_to_choose_for,
    difference,
    own_courts,
    profile_in_use,
    profile_of,
)
from alerts.node_states import states_of
from audit import trail
from cases.forms import id_in
from cases.models import Case
from cases.nodes import EXTENSION_STEPS
from catalogues.law import MonitoredNode, Node
from catalogues.selectors import Law, law_in_use
from courts.clock import today
from courts.models import Court
from courts.roles import Permission

SEES = (Permission.SEE_DASHBOARD, Permission.MANAGE_SENDING)


@login_required
@require_GET
def nodes(request: HttpRequest) -> HttpResponse:
    if not any(request.user.may(permission) for permission in SEES):
        raise trail.Refused(_("您的职务不能查看节点监控组。"), act="alerts.see_nodes", by=request.user)
    day, law = today(), law_in_use()
    manages = courts_to_choose_for(request.user)
    courts = [
        (court, profile_in_use(court.pk, law, day), court in manages) for court in own_courts(request.user)
    ]
    in_use = courts[0][1] if courts else str(law.setting("node_profile", day))
    code = request.GET.get("profile", "")
    code = code if code in PROFILES else in_use
    chosen = profile_of(law, code)
    context = {
        "code": code,
        "chosen": chosen,
        "rows": [(node, limits_shown(node, law, day)) for node in chosen.nodes],
        "profiles": [profile_of(law, each) for each in PROFILES],
        "everything": ALL,
        "manages": bool(manages),
        "courts": [(court, PROFILES[used], used == code, may) for court, used, may in courts],
        "changes": [
            (court, difference(law, used, code, day)) for court, used, may in courts if may and used != code
        ],
    }
    return render(request, "alerts/nodes.html", context)


def limits_shown(node: MonitoredNode, law: Law, day: date) -> list[tuple[Node, bool]]:
    """The legal periods a node watches, and whether the system keeps time for each."""
    kept = {step for step, _category in TIMED} | {
        step for steps in EXTENSION_STEPS.values() for step in steps
    }
    return [(law.node(limit, day), limit in kept) for limit in node.limits if limit in law.nodes]


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    court = get_object_or_404(Court, pk=id_in(request.POST.get("court", "")))
    profile = request.POST.get("profile", "")
    choose_profile(court=court, profile=profile, by=request.user, at=timezone.now())
    messages.success(request, _("监控组已切换，该院未结案件的节点预警将在数分钟内按新的监控组更新。"))
    return redirect(f"{reverse('alerts:nodes')}?profile={profile}")


@login_required
@require_GET
def nodes_of_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The nodes of one case as a part of its page."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    day, law = today(), law_in_use()
    profile = profile_of(law, profile_in_use(case.court_id, law, day))
    states = states_of(case, profile, day)
    context = {
        "case": case,
        "profile": profile,
        "states": [each for each in states if each.is_under_way],
        "others": [each for each in states if not each.is_under_way],
    }
    return render(request, "alerts/_nodes_of_case.html", context)
