"""Pages about the monthly circular (审管通报): the list of months, one circular, its file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.entries import text_field
from courts.clock import today
from courts.models import Court, User
from supervision import circulars
from supervision.letter_docx import as_docx
from supervision.letter_views import DOCX
from supervision.models import Circular


class RemarksForm(forms.Form):
    remarks = text_field(
        gettext_lazy("有关要求"),
        length=circulars.REMARKS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("写在数字之后，一段一行；只就审判管理提出要求"),
    )


def circular_of(request: HttpRequest, pk: int) -> Circular:
    found = circulars.circulars_for(request.user).select_related("court", "drafted_by", "issued_by")
    return get_object_or_404(found, pk=pk)


def courts_drafting(user: User) -> list[Court]:
    """The courts whose circular the person draws up."""
    found = {seat.court_id: seat.court for seat in user.seats if circulars.drafts(user, seat.court_id)}
    return list(found.values())


@login_required
@require_http_methods(["GET", "POST"])
def circular_list(request: HttpRequest) -> HttpResponse:
    """The circulars in sight, newest month first; the trial office draws up those that are missing."""
    courts = courts_drafting(request.user)
    if request.method == "POST":
        court, month = asked(request, courts)
        drawn = circulars.draft_circular(court=court, month=month, by=request.user, at=timezone.now())
        messages.success(request, _("通报草稿已按该月数据拟好，请核对。"))
        return redirect("supervision:circular", drawn.pk)
    found = circulars.circulars_for(request.user).select_related("court", "issued_by")
    rows = list(found.order_by("-month", "court__position", "pk")[:120])
    have = {(each.court_id, each.month) for each in rows}
    missing = [
        (court, [month for month in circulars.months_over(today()) if (court.pk, month) not in have])
        for court in courts
    ]
    context = {"rows": rows, "missing": [(court, months) for court, months in missing if months]}
    return render(request, "supervision/circulars.html", context)


def asked(request: HttpRequest, courts: list[Court]) -> tuple[Court, date]:
    """The court and month of the form, which offers nothing else."""
    court = next((each for each in courts if str(each.pk) == request.POST.get("court")), None)
    month = next(
        (each for each in circulars.months_over(today()) if str(each) == request.POST.get("month")), None
    )
    if court is None or month is None:
        raise Http404
    return court, month


@login_required
@require_GET
def circular(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, circular_of(request, pk))


def shown(request: HttpRequest, found: Circular, form: RemarksForm | None = None) -> HttpResponse:
    is_draft = found.state == "draft"
    may_draft = is_draft and circulars.drafts(request.user, found.court_id)
    is_signer = is_draft and circulars.may_issue(request.user, found.court_id)
    is_signer = is_signer and not circulars.has_a_hand_in(found, request.user)
    content: dict[str, Any] = found.content
    context = {
        "circular": found,
        "paper": circulars.paper_of(found),
        "form": (form or RemarksForm(initial={"remarks": found.remarks})) if may_draft else None,
        "may_issue": is_signer,
        "flow": content["flow"],
        "starts_on": content["starts_on"],
        "ends_on": content["ends_on"],
        "sees_cases": found.court_id in request.user.reach.courts,
    }
    return render(request, "supervision/circular.html", context)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Write its remarks, draw it anew, or issue it."""
    found, at = circular_of(request, pk), timezone.now()
    if act == "remarks":
        form = RemarksForm(request.POST)
        if not form.is_valid():
            return shown(request, found, form)
        circulars.edit_remarks(circular=found, remarks=form.cleaned_data["remarks"], by=request.user, at=at)
        messages.success(request, _("已保存。"))
    elif act == "redraw":
        circulars.draft_circular(court=found.court, month=found.month, by=request.user, at=at)
        messages.success(request, _("已按最新登记重新统计。"))
    elif act == "issue":
        issued = circulars.issue_circular(circular=found, by=request.user, at=at)
        messages.success(request, _("已签发，文号 %s。") % issued.number)
    else:
        raise Http404
    return redirect("supervision:circular", pk)


@login_required
@require_GET
def docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The circular as a DOCX file in official form."""
    found = circular_of(request, pk)
    paper = circulars.paper_of(found)
    headers = {"Content-Disposition": content_disposition_header(True, f"{found.number}{paper.title}.docx")}
    return HttpResponse(as_docx(paper), content_type=DOCX, headers=headers)
