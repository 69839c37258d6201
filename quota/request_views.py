"""Pages of what is put forward and approved (提请), and of objections (本人异议)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quota import objections
from quota.models import Candidate, Objection, QuotaJudge
from quota.people_forms import AnswerForm, ObjectionForm, RefuseForm
from quota.people_views import NO_TERM
from quota.reach import region_of
from quota.request_page import KEEPS, request_page_of, requests_seen
from quota.term_requests import approve_request, refuse_request

NO_REQUEST = "没有这一提请，或者您无权查看"
NO_OBJECTION = "没有这一异议，或者您无权答复"


@login_required
@require_http_methods(["GET", "POST"])
def term_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry or exit that was put forward: approve it, or refuse it with a reason."""
    asked = requests_seen(request.user).filter(pk=pk).first()
    if asked is None:
        raise Http404(NO_REQUEST)
    form, about = (
        RefuseForm(request.POST or None),
        {"request": asked, "by": request.user, "at": timezone.now()},
    )
    if request.method == "POST" and "approve" in request.POST:
        term = approve_request(**about)
        messages.success(request, _("已批准，自提请的日期起生效。"))
        return redirect("quota:judge-term", term.pk)
    if request.method == "POST" and form.is_valid():
        refuse_request(**about, reason=form.cleaned_data["reason"])
        messages.success(request, _("已登记不予批准。"))
        return redirect("quota:term-request", pk)
    context = request_page_of(asked, request.user) | {"form": form, "typed": request.method == "POST"}
    return render(request, "quota/term_request.html", context, status=422 if context["typed"] else 200)


@login_required
@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, about: str, pk: int) -> HttpResponse:
    """Object to one's own term or candidacy."""
    kind = {"term": QuotaJudge, "candidate": Candidate}.get(about)
    found = kind.objects.filter(pk=pk, person=request.user).first() if kind else None
    if found is None:
        raise Http404(NO_TERM)
    known = Objection.objects.filter(**{about: found}).first()
    form = ObjectionForm(request.POST or None, initial={"text": known.text if known else ""})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data["text"]
        objections.object_to_record(about=found, text=said, by=request.user, at=timezone.now())
        messages.success(request, _("已提交异议。"))
        return redirect("quota:judge-term", pk) if about == "term" else redirect("quota:my-candidacy")
    context = {"objection": known, "form": form, "about": about, "on": found}
    return render(request, "quota/object.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection of the people of a court, with the form that answers it."""
    found = (
        Objection.objects.filter(pk=pk).select_related("term__court", "candidate__selection__court").first()
    )
    if found is None or objections.court_of(found).pk not in region_of(request.user, *KEEPS):
        raise Http404(NO_OBJECTION)
    about = objections.about_of(found)
    if about.person_id == request.user.pk:
        raise Http404(NO_OBJECTION)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data["answer"]
        objections.answer_objection(objection=found, answer=said, by=request.user, at=timezone.now())
        messages.success(request, _("已答复。"))
        return redirect("quota:objection", pk)
    context = {"objection": found, "about": about, "court": objections.court_of(found), "form": form}
    return render(request, "quota/objection.html", context, status=422 if form.is_bound else 200)
