"""Whether the system runs: a page for those who keep it, a line on every page, and a metric for monitors."""

from __future__ import annotations

from hmac import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST

from audit import trail
from courts.address import address_of
from courts.middleware import asked_by_the_page
from courts.roles import Permission
from pipeline.metrics import written
from pipeline.running import count_troubles, state


def permit(request: HttpRequest) -> None:
    if not request.user.may(Permission.SEE_RUNNING):
        raise trail.Refused(_("您的职务不能查看运行状况。"), act="pipeline.see_running", by=request.user)


@login_required
@require_GET
def running(request: HttpRequest) -> HttpResponse:
    """Every check, what is wrong first."""
    permit(request)
    return render(request, "pipeline/running.html", page())


@asked_by_the_page
@login_required
@require_GET
def running_now(request: HttpRequest) -> HttpResponse:
    """The part of the page that renews itself."""
    permit(request)
    return render(request, "pipeline/_running.html", page())


def page() -> dict[str, object]:
    now = timezone.now()
    checks = state(now)
    figures = {
        name: value for check in checks if check.name == "sweeps" for name, value in check.figures.items()
    }
    return {
        "now": now,
        "wrong": [check for check in checks if not check.ok],
        "fine": [check for check in checks if check.ok],
        "swept": figures.get("sweep_courts_done"),
        "to_sweep": figures.get("sweep_courts"),
    }


@asked_by_the_page
@login_required
@require_GET
def banner(request: HttpRequest) -> HttpResponse:
    """One line when something is wrong; nothing for everybody else, whom it does not concern."""
    if not request.user.may(Permission.SEE_RUNNING):
        return HttpResponse()
    return render(request, "pipeline/_banner.html", {"troubles": count_troubles(timezone.now())})


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """For a monitor that has the token or asks from an address that may; never a session of a person."""
    if not (has_token(request) or address_of(request) in settings.METRICS_ALLOW):
        return HttpResponse(
            _("此地址不能读取运行指标。"), status=403, content_type="text/plain; charset=utf-8"
        )
    return HttpResponse(written(timezone.now()), content_type=CONTENT_TYPE_LATEST)


def has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
