"""Pages of entries under the Three Provisions (三个规定记录): file one, and read those one may."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from audit import trail
from cases.entries import speak_plainly
from cases.forms import day_field, id_in
from cases.guard import is_visible
from courts.clock import today
from supervision.acts import ACTS
from supervision.inquiries import (
    LONGEST,
    READ,
    content_of,
    courts_kept,
    digest_of,
    file_inquiry,
    inquiries_for,
    occasion,
    shown_number,
)
from supervision.measure_forms import lines_field
from supervision.models import Inquiry

PER_PAGE = 50


class InquiryForm(forms.Form):
    kind = forms.ChoiceField(label=_("类型"), choices=Inquiry.KINDS, widget=forms.RadioSelect, initial="T2")
    happened_on = day_field(_("发生日期"))
    content = lines_field(_("内容"), LONGEST, rows=6, help_text=_("何人、以何种方式、就本案提出什么要求"))
    may_influence = forms.BooleanField(
        label=_("可能影响本案公正"),
        required=False,
        help_text=_(
            "勾选后，本案产生一条涉密标识，由督察核实；核实前，院长也只能看到“有三个规定记录”，看不到内容"
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        speak_plainly(self)

    def clean(self) -> dict[str, Any]:
        day = self.cleaned_data.get("happened_on")
        if day and day > today():
            self.add_error("happened_on", _("发生日期应不晚于今天 %s") % today())
        return self.cleaned_data


@login_required
@require_http_methods(["GET", "POST"])
def inquiry_new(request: HttpRequest) -> HttpResponse:
    """File an entry: offered by a refusal (``offer``), or about a case one may see (``case``)."""
    about = occasion(
        request.user, offer=request.GET.get("offer", ""), case_id=id_in(request.GET.get("case", ""))
    )
    form = InquiryForm(request.POST or None, initial={"happened_on": today()})
    if request.method == "POST" and form.is_valid():
        filed = file_inquiry(about=about, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _t("已登记。只有您本人和督察能看到。"))
        return redirect("supervision:inquiry", filed.pk)
    context = {
        "form": form,
        "case": about.case if is_visible(about.case, request.user) else None,
        "act": ACTS.get(about.act, ""),
    }
    return render(request, "supervision/inquiry_new.html", context)


@login_required
@require_GET
def inquiries(request: HttpRequest) -> HttpResponse:
    """One's own entries; for discipline those of the court."""
    page = Paginator(inquiries_for(request.user), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(inquiry, shown_number(inquiry, request.user)) for inquiry in page]
    context = {"page": page, "rows": rows, "keeps": bool(courts_kept(request.user))}
    return render(request, "supervision/inquiries.html", context)


@login_required
@require_GET
def inquiry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its content. Reading another's is kept in the trail, by its digest alone."""
    found = get_object_or_404(inquiries_for(request.user), pk=pk)
    if found.reporter_id != request.user.pk:
        with transaction.atomic():
            entry = {"entry": digest_of(found)}
            trail.record(READ, by=request.user, at=timezone.now(), after=entry, secret=True)
    context = {
        "inquiry": found,
        "content": content_of(found),
        "number": shown_number(found, request.user),
        "act": ACTS.get(found.refused_act, found.refused_act),
    }
    return render(request, "supervision/inquiry.html", context)
