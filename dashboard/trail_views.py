"""The trail on pages (留痕查询): of one's court for those whose post says so, of a case for whoever sees the case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from audit import trail
from audit.models import Entry
from cases.models import Case
from courts.models import User
from courts.roles import Permission
from dashboard.acts import ACTS
from dashboard.trail_words import as_words
from supervision.secrecy import shown_entries

PAGE = 50
FOUND_CASES = 500  # a search that finds more cases than this is too wide to follow in the trail


class TrailForm(forms.Form):
    """What to look for; everything is optional."""

    person = forms.CharField(label=_("人员"), max_length=40, required=False)
    act = forms.ChoiceField(label=_("行为"), required=False, choices=[("", _("全部")), *ACTS.items()])
    number = forms.CharField(label=_("案号"), max_length=60, required=False)
    outcome = forms.ChoiceField(
        label=_("结果"),
        required=False,
        choices=[("", _("全部")), ("done", _("完成")), ("refused", _("拒绝"))],
    )
    since = forms.DateField(label=_("自"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("至"), required=False, widget=forms.DateInput({"type": "date"}))
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


@login_required
@require_GET
def trail_list(request: HttpRequest) -> HttpResponse:
    """What was done in the courts whose trail the user's posts open, newest first."""
    if not request.user.may(Permission.SEE_TRAIL):
        raise trail.Refused("您的职务不能查看留痕。", act="dashboard.see_trail", by=request.user)
    form = TrailForm(request.GET)
    entries = matching(entries_of_courts(request.user), form, request.user)
    page = {"form": form, **one_page(entries, request.user, form.cleaned_data.get("before"))}
    return render(request, "dashboard/trail.html", page | {"older_query": older(request, page)})


@login_required
@require_GET
def trail_of_case(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done about one case, and who read it; a fragment for the case page, a page by itself."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    form = TrailForm(request.GET)
    entries = shown_entries(Entry.objects.filter(case_id=case.pk), request.user)
    before = form.cleaned_data.get("before") if form.is_valid() else None
    page = {"case": case, **one_page(entries, request.user, before)}
    template = "dashboard/_trail_of_case.html" if request.htmx else "dashboard/trail_of_case.html"
    return render(request, template, page | {"older_query": older(request, page)})


def entries_of_courts(user: User) -> QuerySet[Entry]:
    """Entries of the user's courts; about a sealed case or a secret flag only for those who may see it."""
    seen = Case.objects.visible_to(user).filter(pk=OuterRef("case_id"))
    sealed = Case.objects.filter(pk=OuterRef("case_id")).exclude(sealed="")
    hidden = (Q(secret=True) | Q(Exists(sealed))) & ~Q(Exists(seen))
    entries = Entry.objects.filter(court_id__in=user.courts_where(Permission.SEE_TRAIL)).exclude(hidden)
    return shown_entries(entries, user)


def matching(entries: QuerySet[Entry], form: TrailForm, user: User) -> QuerySet[Entry]:
    """Entries that fit the form; a form that makes no sense fits none and says why beside its field."""
    if not form.is_valid():
        return entries.none()
    asked = form.cleaned_data
    plain = {
        "actor__icontains": asked["person"].strip(),
        "act": asked["act"],
        "outcome": asked["outcome"],
        "at__date__gte": asked["since"],
        "at__date__lte": asked["until"],
    }
    entries = entries.filter(**{name: value for name, value in plain.items() if value})
    if number := asked["number"].strip():
        cases = Case.objects.visible_to(user).filter(number__icontains=number).values_list("pk", flat=True)
        entries = entries.filter(case_id__in=list(cases[:FOUND_CASES]))
    return entries


def one_page(entries: QuerySet[Entry], user: User, before: int | None) -> dict[str, Any]:
    """One page by id, so that a page costs the same however deep one reads."""
    if before:
        entries = entries.filter(pk__lt=before)
    rows = list(entries.order_by("-pk")[: PAGE + 1])
    shown = rows[:PAGE]
    numbers = numbers_of({row.case_id for row in shown if row.case_id}, user)
    return {"rows": [as_row(row, numbers) for row in shown], "more": len(rows) > PAGE}


def numbers_of(ids: set[int], user: User) -> dict[int, str]:
    return dict(Case.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "number"))


def as_row(entry: Entry, numbers: dict[int, str]) -> dict[str, Any]:
    return {
        "entry": entry,
        "act": ACTS.get(entry.act, entry.act),
        "number": numbers.get(entry.case_id or 0, ""),
        "before": as_words(entry.before),
        "after": as_words(entry.after),
    }


def older(request: HttpRequest, page: dict[str, Any]) -> str:
    """The query of the next, older page; empty on the last one."""
    if not page["more"]:
        return ""
    query = request.GET.copy()
    query["before"] = page["rows"][-1]["entry"].pk
    return query.urlencode()
