"""Pages of workload (工作量): of one's remit, and one's own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit import trail
from courts.clock import today
from courts.models import Court
from courts.roles import Permission
from quota.load_page import Line, Remit, blocks_of, remits_of, teams_of
from quota.loads import norms_of
from quota.own_load import own_of
from quota.performance import Hidden
from quota.sheets import sheet_response

NOT_YOURS = "您的职务不负责法院或者部门，不能查看工作量；本人的工作量见“我的工作量”。"
NOT_A_JUDGE = "本人工作量供办理案件的法官查看。"
UNKNOWN = "没有您可查看的这个法院。"
COLUMNS = (
    ("部门", 20), ("人员", 14), ("职务", 14), ("在手案件", 10), ("其中承办", 10), ("折算件", 10), ("未计权案件", 12),
    ("可办案比例", 12), ("在手工作月数", 14), ("饱和度（%）", 12),
)  # fmt: skip
DEFINITIONS = (
    ("折算件", "未结案件的权重按合议庭角色份额分给各人，每件合计为1份；封存案件计入合计"),
    ("在手工作月数", "折算件÷（全时法官每月可办折算件×可办案比例）"),
    ("饱和度", "在手工作月数÷目录“手头工作相当于几个月的工作量为饱和”"),
)


@login_required
@require_GET
def load(request: HttpRequest) -> HttpResponse:
    """Divisions and people of a court in organisational order, and its teams."""
    remits, remit = _asked(request)
    day = today()
    context = {
        "remits": remits,
        "remit": remit,
        "blocks": blocks_of(remit, day),
        "teams": teams_of(remit, day),
        "norms": norms_of(remit.court.pk, day),
        "day": day,
        "plans": request.user.may(Permission.PLAN_QUOTA),
        "has_own": request.user.may(Permission.SEE_OWN_WORKLOAD),
    }
    return render(request, "quota/load.html", context)


@login_required
@require_GET
def load_sheet(request: HttpRequest) -> FileResponse:
    """The same as a spreadsheet."""
    _remits, remit = _asked(request)
    rows = [_row(block.name, line) for block in blocks_of(remit, today()) for line in block.lines]
    above = [("法院", str(remit.court)), ("日期", str(today())), *DEFINITIONS]
    return sheet_response("工作量", by=request.user, above=above, columns=COLUMNS, rows=rows)


@login_required
@require_GET
def my_load(request: HttpRequest) -> HttpResponse:
    """One's own open work and one's own performance beside the zone."""
    courts = Court.objects.filter(pk__in=request.user.courts_where(Permission.SEE_OWN_WORKLOAD))
    owns = [own_of(request.user, court, today()) for court in courts]
    if not owns:
        raise trail.Refused(NOT_A_JUDGE, act="quota.see_load", by=request.user)
    shown = [(own, own.standing and isinstance(own.standing.view, Hidden)) for own in owns]
    return render(request, "quota/my_load.html", {"owns": shown})


def _asked(request: HttpRequest) -> tuple[list[Remit], Remit]:
    remits = remits_of(request.user)
    if not remits:
        raise trail.Refused(NOT_YOURS, act="quota.see_load", by=request.user)
    asked = request.GET.get("court", "")
    found = [remit for remit in remits if str(remit.court.pk) == asked] if asked else remits[:1]
    if not found:
        raise Http404(UNKNOWN)
    return remits, found[0]


def _row(block: str, line: Line) -> tuple[Any, ...]:
    months = None if line.months is None else round(float(line.months), 1)
    full = None if line.full is None else round(float(line.full))
    return (
        block, line.name, line.post, line.load.cases, line.load.own, round(float(line.load.weighted), 2),
        line.load.unweighed, float(line.available), months, full,
    )  # fmt: skip
