"""Pages on which a rule is held against the past (规则回放)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit import trail
from courts.models import Court
from supervision import tasks
from supervision.models import Replay, RuleVersion
from supervision.replay import (
    ASK,
    MONTHS,
    UNFINISHED,
    ask_replay,
    basis_of,
    may_replay,
    replay_courts,
    why_not,
)
from supervision.replay_page import shown
from supervision.rule_content import content_hash
from supervision.workshop import courts_of
from supervision.workshop_views import page_of, version_in


def version_to_replay(request: HttpRequest, pk: int) -> tuple[RuleVersion, Court]:
    """A version this person may replay in one of their courts."""
    version, court = version_in(request, pk)
    if request.GET.get("court") is None and court.pk not in replay_courts(request.user):
        court = next((one for one in courts_of(request.user) if one.pk in replay_courts(request.user)), court)
    if not may_replay(request.user, version, court):
        raise trail.Refused(_("您的职务不能在该法院回放这一规则。"), act=ASK, on=version, by=request.user)
    if version.secret:
        raise trail.Refused(why_not(version, court), act=ASK, on=version, by=request.user, status=409)
    return version, court


@login_required
@require_GET
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest replay in a court, how far it is, or what it found; htmx asks for its part again while it runs."""
    version, court = version_to_replay(request, pk)
    found = version.replays.filter(court=court).select_related("asked_by").first()
    moving = found is not None and found.state in UNFINISHED
    context: dict[str, Any] = {
        "version": version,
        "rule": version.rule,
        "court": court,
        "courts": [one for one in courts_of(request.user) if one.pk in replay_courts(request.user)],
        "replay": found,
        "moving": moving,
        "months": MONTHS,
        "problem": why_not(version, court),
        "is_old": found is not None and is_old(found, version, court),
        "found": shown(found, request.user) if found is not None and found.state == "done" else None,
    }
    if request.htmx and moving:
        return render(request, "supervision/replay_part.html", context)
    if request.htmx:  # it has ended: the whole page has more to show
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "supervision/replay.html", context | page_of(request, version, court))


def is_old(replay: Replay, version: RuleVersion, court: Court) -> bool:
    """Whether the version, or the rules and numbers it was held against, are others by now."""
    return (replay.content_hash, replay.basis) != (content_hash(version), basis_of(version, court))


@login_required
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it replayed; the same asked twice is run once."""
    version, court = version_to_replay(request, pk)
    asked = ask_replay(version=version, court=court, by=request.user, at=timezone.now())
    if asked.state == "waiting":
        tasks.replay_rule.delay_on_commit(asked.pk)
    elif asked.state == "done":
        messages.info(request, _("内容和期间都没有变，以下是已有的结果。"))
    return redirect(f"{reverse('supervision:replay', args=[pk])}?court={court.pk}")
