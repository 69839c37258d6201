"""Pages about groups (聚合视图): courts and divisions, consistency, fairness, spread. None is about a person."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from audit import trail
from courts.clock import today
from deviation import group_charts
from deviation import group_page as page
from deviation.models import Summary
from deviation.using import unusable

NOT_YOURS = "您的职务不负责法院或者部门，不能查看聚合统计。"
NOT_YOURS_EITHER = "您的职务不能查看公平性核对。"
UNKNOWN = "没有您可查看的这个法院，或者目录中没有这一项目。"
WHY = {
    "stale": _("现用模型的数据已经过期，不再生成新的统计；以下为最近一期。"),
    "uncalibrated": _("现用模型的区间未通过校准，不再生成新的统计；以下为最近一期。"),
    "drifted": _("案件构成已有显著变化，不再生成新的统计；以下为最近一期。"),
}


def question_in(request: HttpRequest, *, fairness: bool = False) -> page.Asked:
    """What the address asks for, of those who may ask it."""
    allowed = page.may_see_fairness if fairness else page.answers_for_units
    if not allowed(request.user):
        sentence = NOT_YOURS_EITHER if fairness else NOT_YOURS
        raise trail.Refused(sentence, act="deviation.see_groups", by=request.user)
    asked = page.asked_in(request.user, request.GET.get("court", ""), request.GET.get("code", ""))
    if asked is None:
        raise Http404(UNKNOWN)
    return asked


def shown(
    request: HttpRequest, asked: page.Asked, summary: Summary | None, kind: str, **more: Any
) -> HttpResponse:
    why = unusable(asked.run, today()) if asked.run else None
    context = {
        "asked": asked,
        "summary": summary,
        "kind": kind,
        "why": WHY.get(why or ""),
        "sees_units": page.answers_for_units(request.user),
        "axis": page.AXES.get(summary.body["scale"]) if summary else "",
    }
    return render(request, f"deviation/{kind}.html", context | more)


def drawn(bars: list[page.Bar], axis: str, *, expected: float = 0.0) -> JsonResponse:
    return JsonResponse(group_charts.intervals(bars, axis=axis, expected=expected))


# --- courts and divisions --------------------------------------------------------------------------------------------
@login_required
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """Own courts and divisions beside what their mix of cases leads one to expect."""
    asked = question_in(request)
    summary = asked.summary("groups")
    return shown(request, asked, summary, "groups", tables=page.tables(asked, summary) if summary else [])


@login_required
@require_GET
def groups_chart(request: HttpRequest, place: int) -> HttpResponse:
    asked = question_in(request)
    summary = asked.summary("groups")
    tables = page.tables(asked, summary) if summary else []
    if summary is None or place >= len(tables):
        raise Http404(UNKNOWN)
    return drawn(tables[place].bars, str(page.AXES[summary.body["scale"]]))


# --- consistency between groups ----------------------------------------------------------------------------------------
@login_required
@require_GET
def consistency(request: HttpRequest) -> HttpResponse:
    """Whether courts, divisions and protected groups would have the same cases decided alike."""
    asked = question_in(request)
    summary = asked.summary("consistency")
    lines = page.consistency_lines(asked, summary.body) if summary else []
    return shown(request, asked, summary, "consistency", lines=lines)


# --- fairness --------------------------------------------------------------------------------------------------------
@login_required
@require_GET
def fairness(request: HttpRequest) -> HttpResponse:
    """Differences and coverage by protected attribute, and how well the features give it away."""
    asked = question_in(request, fairness=True)
    summary = asked.summary("fairness")
    lines = page.fairness_lines(asked, summary.body) if summary else []
    proxies = page.proxy_lines(asked, summary.body) if summary else []
    found = page.any_found(lines, "found")
    return shown(request, asked, summary, "fairness", lines=lines, proxies=proxies, found=found)


@login_required
@require_GET
def fairness_chart(request: HttpRequest) -> HttpResponse:
    asked = question_in(request, fairness=True)
    summary = asked.summary("fairness")
    if summary is None:
        raise Http404(UNKNOWN)
    bars = [line.bar for line in page.fairness_lines(asked, summary.body)]
    return drawn(bars, str(page.AXES[summary.body["scale"]]))


# --- spread ----------------------------------------------------------------------------------------------------------
@login_required
@require_GET
def spread(request: HttpRequest) -> HttpResponse:
    """Whether outcomes of a cause lie closer together since the comparison is in use."""
    asked = question_in(request)
    summary = asked.summary("spread")
    lines = page.spread_lines(summary.body) if summary else []
    return shown(request, asked, summary, "spread", lines=lines, narrowed=page.any_found(lines, "narrowed"))


@login_required
@require_GET
def spread_chart(request: HttpRequest) -> HttpResponse:
    asked = question_in(request)
    summary = asked.summary("spread")
    if summary is None:
        raise Http404(UNKNOWN)
    bars = [line.bar for line in page.spread_lines(summary.body)]
    return drawn(bars, str(_("启用后 ÷ 启用前")), expected=1.0)
