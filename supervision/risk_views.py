"""Pages about risk points (风险点): the matrix, one point with what is behind its number, the form, the quarterly list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from audit import trail
from cases.entries import text_field
from cases.forms import court_asked, day_field
from cases.guard import NOT_YOURS
from cases.periods import add_months
from cases.selectors import name_and_basis
from catalogues.selectors import law_in_use
from catalogues.supervision_fields import LINKS, POST_LEVELS, REVIEWS
from catalogues.supervision_law import RiskLink
from courts.clock import today
from courts.models import Court
from courts.roles import Permission
from supervision import risks
from supervision.risk_traces import Window, cases_behind, letters_behind, quarter_of, twelve_months

SEE = "supervision.see_risks"
SHOWN = 100
BANDS = {
    risks.RED: gettext_lazy("■ 红（高）"), risks.AMBER: gettext_lazy("▲ 黄（中）"), risks.LOW: gettext_lazy("● 低"),
}  # fmt: skip
TRACES = {
    "rule": "识别规则", "alert": "逾期", "measure_refused": "被拒绝的监督措施", "letter_overdue": "逾期未复的函件",
    "flag_expired": "逾期未处理的标识", "supervisor_idle": "确认后逾期未监督", "access_refused": "被拒绝的查阅",
}  # fmt: skip


class EntryForm(forms.Form):
    """What happened at the point, when, and what was done about it."""

    happened_on = day_field(gettext_lazy("发生日期"))
    note = text_field(
        gettext_lazy("情况"),
        length=risks.NOTE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("概述即可，不写案号和当事人；本院院长、审管办和纪检监察可以看到"),
    )
    handled = text_field(gettext_lazy("处置"), length=risks.HANDLED, required=False)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if {"happened_on", "note"} <= given.keys():
            texts = [given["note"], given.get("handled", "")]
            if problem := risks.entry_problem(given["happened_on"], texts):
                self.add_error("happened_on" if problem.startswith("发生日期") else "note", problem)
        return given


def court_of(request: HttpRequest) -> tuple[Court, list[Court]]:
    """The court asked for, or the first one whose matrix the person sees, and all of them."""
    if not request.user.may(Permission.SEE_RISKS):
        raise trail.Refused(NOT_YOURS, act=SEE, by=request.user)
    courts = risks.courts_of(request.user)
    asked = request.GET.get("court", "")
    if not asked:
        return courts[0], courts
    found = court_asked(Court.objects.filter(pk__in=[court.pk for court in courts]), asked)
    if found is None:
        raise Http404
    return found, courts


# --- the matrix ------------------------------------------------------------------------------------------
@login_required
@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    """The categories with their points in the order of the catalogue, narrowed by the address's query."""
    court, courts = court_of(request)
    window = twelve_months(today())
    found = risks.matrix(court, window)
    asked = {
        name: request.GET.get(name, "") for name in ("level", "band", "happened", "likelihood", "severity")
    }
    shown = [point for point in found if is_asked(point, asked)]
    context = {
        "court": court,
        "courts": courts,
        "window": window,
        "asked": asked,
        "groups": grouped(shown),
        "counts": (len({point.category.code for point in found}), len(found)),
        "shown": len(shown),
        "grid": grid(found, court),
        "levels": POST_LEVELS,
        "bands": BANDS,
        "reviews": REVIEWS,
        "may_enter": risks.may_enter(request.user, court),
        "quarter": quarter_name(today()),
    }
    return render(request, "supervision/risks.html", context)


def is_asked(found: risks.Point, asked: dict[str, str]) -> bool:
    has = {
        "level": found.category.level,
        "band": found.band,
        "happened": "1" if found.happened else "0",
        "likelihood": str(found.point.likelihood),
        "severity": str(found.point.severity),
    }
    return all(has[name] == value for name, value in asked.items() if value)


@dataclass(frozen=True)
class Line:
    """A point as the table shows it."""

    found: risks.Point
    band: Any
    traces: str


def grouped(points: list[risks.Point]) -> list[tuple[Any, str, str, list[Line]]]:
    """The points by category, with the names of its level and of how often it is reviewed."""
    return [
        (
            category,
            POST_LEVELS[category.level],
            REVIEWS[category.review],
            [line_of(point) for point in members],
        )
        for category, members in groupby(points, key=lambda point: point.category)
    ]


def line_of(found: risks.Point) -> Line:
    return Line(found, BANDS[found.band], "、".join(map(named, found.point.linked)))


def named(link: RiskLink) -> str:
    """What the system looks at, in words."""
    if link.what == "rule":
        return f"{TRACES['rule']} {link.code}"
    if known := LINKS[link.what].get(link.code):
        return known
    name, _basis = name_and_basis(link.code, law_in_use(), today())
    return f"{name}（{link.code}）{TRACES[link.what]}"


def grid(points: list[risks.Point], court: Court) -> list[tuple[int, list[dict[str, Any]]]]:
    """Likelihood (down, the highest first) by severity: how many points stand where, and in which band."""
    day = today()
    rows = []
    for likelihood in range(5, 0, -1):
        cells = [
            {
                "severity": severity,
                "band": (band := risks.band_of(likelihood * severity, court.pk, day)),
                "name": BANDS[band],
                "score": likelihood * severity,
                "count": sum(
                    each.point.likelihood == likelihood and each.point.severity == severity for each in points
                ),
            }
            for severity in range(1, 6)
        ]
        rows.append((likelihood, cells))
    return rows


# --- one point -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Behind:
    """What is behind one trace of a point: ``all`` occurrences, and the cases or letters one may open."""

    name: str
    what: str
    all: int
    cases: list[Any]
    letters: list[Any]


@login_required
@require_http_methods(["GET", "POST"])
def point(request: HttpRequest, code: str) -> HttpResponse:
    """One risk point: its score, what the system noticed with the cases behind it, what people entered, and the form."""
    court, courts = court_of(request)
    known = risks.find(code)
    if known is None:
        raise Http404
    category, found = known
    may_enter = risks.may_enter(request.user, court)
    form = EntryForm(request.POST or None) if may_enter else None
    if request.method == "POST":
        if form is None:
            raise trail.Refused(
                "风险事项由本院纪检监察、督察部门登记。", act=risks.ENTER, on=court, by=request.user
            )
        if form.is_valid():
            risks.enter_risk(court=court, point=code, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("已登记。"))
            return redirect(f"{reverse('supervision:risk', args=[code])}?court={court.pk}")
    window = twelve_months(today())
    context = {
        "court": court,
        "courts": courts,
        "category": category,
        "point": found,
        "band": (band := risks.band_of(found.score, court.pk, today())),
        "band_name": BANDS[band],
        "level": POST_LEVELS[category.level],
        "review": REVIEWS[category.review],
        "window": window,
        "behind": [behind(link, court, window, request.user) for link in found.linked],
        "entries": risks.entries_of(court, window).filter(point=code),
        "form": form,
        "sees_trail": request.user.may(Permission.SEE_TRAIL),
    }
    return render(request, "supervision/risk.html", context)


def behind(link: RiskLink, court: Court, window: Window, user: Any) -> Behind:
    cases, count = cases_behind(link, court, window, user)
    letters = letters_behind(link, court, window, user)
    return Behind(
        named(link),
        link.what,
        count,
        list(cases[:SHOWN]) if cases is not None else [],
        list(letters[:SHOWN]) if letters is not None else [],
    )


# --- the quarterly list -----------------------------------------------------------------------------------
@login_required
@require_GET
def quarter(request: HttpRequest) -> HttpResponse:
    """What the joint meeting looks at (季度研判): red and amber points, and whatever happened, in one printable list."""
    court, courts = court_of(request)
    window = quarter_asked(request.GET.get("q", ""))
    found = [point for point in risks.matrix(court, window) if point.happened or point.band == risks.RED]
    context = {
        "court": court,
        "courts": courts,
        "window": window,
        "name": quarter_name(window.first),
        "quarters": [quarter_name(add_months(today(), -3 * n)) for n in range(8)],
        "groups": grouped(found),
        "entries": risks.entries_of(court, window),
        "names": {point.point.code: point.point.name for point in found},
    }
    return render(request, "supervision/risk_quarter.html", context)


def quarter_name(day: date) -> str:
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def quarter_asked(text: str) -> Window:
    """«2026Q2» as days; the present quarter where nothing or nonsense was asked for."""
    year, _mark, place = text.partition("Q")
    if (
        year.isascii()
        and year.isdecimal()
        and len(year) == 4
        and int(year) >= 1990
        and place in ("1", "2", "3", "4")
    ):
        return quarter_of(date(int(year), 3 * int(place), 1))
    return quarter_of(today())
