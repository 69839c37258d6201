"""The page on which a draft of the ladders is tried on real cases before anyone publishes it (预警阶梯预演)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from alerts.models import Notice
from alerts.preview import examples, preview
from audit import trail
from catalogues.fields import STAGES
from catalogues.models import Edition
from catalogues.services import may_publish, problems_of
from courts.clock import today
from courts.roles import Permission

ROLES = {code: name for code, name in Notice.ROLES if code != "watch"}


@login_required
@require_GET
def preview_ladders(request: HttpRequest, pk: int) -> HttpResponse:
    """What a draft would have said last week, beside the ladders in force."""
    if not request.user.may(Permission.DRAFT_CATALOGUE) and not request.user.may(
        Permission.PUBLISH_CATALOGUE
    ):
        raise trail.Refused(_("您的职务不能预演预警阶梯。"), act="alerts.preview_ladders", by=request.user)
    edition = get_object_or_404(Edition, pk=pk, kind="alert_ladders", status="draft")
    context = {
        "edition": edition,
        "problems": problems_of(edition),
        "may_publish": may_publish(request.user, edition),
    }
    if not context["problems"] and request.user.reach.courts:
        found = preview(edition, request.user, today())
        lines = [
            (STAGES[stage], ROLES[role], draft, present)
            for stage, role, draft, present in found.by_capacity(ROLES)
        ]
        context |= {
            "found": found,
            "capacities": lines,
            "stages": [(STAGES[stage], draft, present) for stage, draft, present in found.by_stage],
            "newly": examples(found.newly_told, request.user),
            "no_longer": examples(found.no_longer_told, request.user),
        }
    return render(request, "alerts/preview.html", context)
