"""Pages on which people enter the elements of a case and how it was decided (登记案件要素、登记裁判结果)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases.element_forms import AboutPartyForm, ElementsForm, OutcomesForm
from cases.elements import accused
from cases.forms import id_in
from cases.guard import permit
from cases.models import Case, Party
from cases.page import with_everything
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.roles import Permission

ALL = "all"  # in an address: the elements that all defendants share


@dataclass(frozen=True)
class Sheet:
    """One of the two pages: its form, its act and its words."""

    name: str
    form: type[AboutPartyForm]
    act: str
    title: str
    done: str
    explains: str


ELEMENTS = Sheet(
    "elements", ElementsForm, "cases.record_elements", "登记案件要素", "已登记案件要素",
    "要素按本案案由列出，来自目录“案件要素”。各项均可不填，只填写卷宗中已经查明的；清空一项即撤销该项登记。",
)  # fmt: skip
OUTCOMES = Sheet(
    "outcomes", OutcomesForm, "cases.record_outcomes", "登记裁判结果", "已登记裁判结果",
    "只登记已经宣告的裁判；拟判意见请在偏离度核对中填写。清空一项即撤销该项登记。",
)  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def elements(request: HttpRequest, pk: int) -> HttpResponse:
    """The elements of a case; ``?party=`` those of one of several defendants."""
    return enter(request, ELEMENTS, pk)


@login_required
@require_http_methods(["GET", "POST"])
def outcomes(request: HttpRequest, pk: int) -> HttpResponse:
    """How the case was decided; ``?party=`` for one of several defendants."""
    return enter(request, OUTCOMES, pk)


def enter(request: HttpRequest, sheet: Sheet, pk: int) -> HttpResponse:
    case = with_everything(pk, request.user)
    if case is None:
        raise Http404
    permit(sheet.act, permission=Permission.RECORD_EVENT, case=case, by=request.user)
    several = accused(case)
    asked = request.GET.get("party", "")
    party = None if sheet is ELEMENTS and asked == ALL else chosen(several, asked)
    form = sheet.form(
        request.POST or None, case=case, law=law_in_use(), user=request.user, today=today(), subject=party
    )
    if request.method == "POST" and form.is_valid():
        form.save(by=request.user, at=timezone.now())
        messages.success(request, sheet.done)
        return redirect("cases:page", case.pk)
    return render(request, f"cases/{sheet.name}.html", described(sheet, form, case, several, party))


def chosen(several: list[Party], asked: str) -> Party | None:
    """The defendant the page is about: the one asked for, else the first of several; none where there is but one."""
    if len(several) < 2:
        return None
    if not asked:
        return several[0]
    found = [party for party in several if party.pk == id_in(asked)]
    if not found:
        raise Http404
    return found[0]


def described(
    sheet: Sheet, form: AboutPartyForm, case: Case, several: list[Party], party: Party | None
) -> dict[str, Any]:
    address = reverse(f"cases:{sheet.name}", args=[case.pk])
    tabs = [(each.name, f"{address}?party={each.pk}", each == party) for each in several]
    if sheet is ELEMENTS:
        tabs.append(("各被告人共同的", f"{address}?party={ALL}", party is None))
    return {
        "sheet": sheet,
        "form": form,
        "case": case,
        "party": party,
        "tabs": tabs if len(several) > 1 else [],
    }
