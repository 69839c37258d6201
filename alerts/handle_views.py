"""What people do about alerts: handle them, follow a case, prompt somebody, acknowledge a prompt (处理、关注、提示)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import case_alerts
from alerts import inbox as box
from alerts.handle_forms import AnswerForm, HandleForm, PromptForm, WatchForm
from alerts.handling import end_handling, handlings_on, may_handle
from alerts.models import Alert, Handling, Notice
from alerts.prompts import RULE, acknowledge_prompt, send_prompt
from alerts.selectors import described
from alerts.watching import unwatch, watch_case
from cases.guard import may_on, permit
from cases.models import Case
from courts.clock import today
from courts.roles import Permission

PER_PAGE = 50
SENT, ASKED = "sent", "asked"


def case_of(request: HttpRequest, pk: int) -> Case:
    found = Case.objects.visible_to(request.user).select_related("court", "division")
    return get_object_or_404(found, pk=pk)


def back_to(request: HttpRequest, default: str) -> str:
    """Where the person came from, if that is one of our pages."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else default


# --- the alerts of a case --------------------------------------------------------------------------------
@login_required
@require_GET
def alerts_for_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a case's page about its alerts."""
    case, day = case_of(request, pk), today()
    context = {
        "case": case,
        "alerts": case_alerts.alerts_of(request.user, case, day),
        "watch": case_alerts.watch_of(request.user, case),
        "prompts": box.shown(case_alerts.prompts_about(request.user, case), day),
        "may_prompt": may_on(request.user, Permission.SEND_PROMPT, case),
    }
    return render(request, "alerts/_for_case.html", context)


# --- seen it, later, done ----------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def handle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what one did about an alert; see what those below did, and who was told."""
    found = Alert.objects.visible_to(request.user).select_related("case__court", "court")
    alert = get_object_or_404(found, pk=pk)
    day = today()
    form = HandleForm(request.POST or None, alert=alert, today=day)
    after = back_to(
        request, reverse("cases:page", args=[alert.case_id]) if alert.case_id else reverse("alerts:inbox")
    )
    if request.method == "POST" and form.is_valid():
        form.save(by=request.user, at=timezone.now())
        mine = Notice.objects.filter(person=request.user, alert=alert).values_list("pk", flat=True)
        box.mark_read(user=request.user, notices=list(mine), at=timezone.now())
        messages.success(request, _("已记录您的处理，到期仍未解除的将重新提醒。"))
        return redirect(after)
    described([alert], day)
    context = {
        "alert": alert,
        "form": form,
        "after": after,
        "may_handle": alert.closed_at is None and may_handle(request.user, alert),
        "handlings": handlings_of(request, alert),
        "told": case_alerts.told_of([alert], request.user)[alert.pk],
    }
    return render(request, "alerts/handle.html", context)


def handlings_of(request: HttpRequest, alert: Alert) -> Any:
    """The standing handlings of an alert that this person may see."""
    if alert.case_id is None:
        return Handling.objects.filter(alert=alert, person=request.user, ended_at=None, until_on__gt=today())
    return handlings_on(request.user, alert.case_id).filter(alert=alert)


@login_required
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what one did about an alert, so that it counts again."""
    handling = get_object_or_404(
        Handling.objects.filter(person=request.user).select_related("alert__case"), pk=pk
    )
    end_handling(handling=handling, by=request.user, at=timezone.now())
    messages.success(request, _("已撤回，本预警恢复提醒。"))
    return redirect(back_to(request, reverse("alerts:inbox")))


# --- following a case --------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def watch(request: HttpRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    standing = case_alerts.watch_of(request.user, case)
    form = WatchForm(request.POST or None, initial={"note": standing.note if standing else ""})
    if request.method == "POST" and form.is_valid():
        watch_case(case=case, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("已关注本案，预警时会告知您。"))
        return redirect("cases:page", case.pk)
    return render(request, "alerts/watch.html", {"case": case, "form": form, "watch": standing})


@login_required
@require_POST
def stop_watching(request: HttpRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    unwatch(case=case, by=request.user, at=timezone.now())
    messages.success(request, _("已取消关注。"))
    return redirect("cases:page", case.pk)


# --- prompts -----------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def prompt(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a reminder about a case to those who may see it."""
    case = case_of(request, pk)
    permit("alerts.send_prompt", permission=Permission.SEND_PROMPT, case=case, by=request.user)
    alerts = case_alerts.alerts_of(request.user, case, today())
    people = case_alerts.people_for(case, request.user)
    form = PromptForm(request.POST or None, people=people, words=case_alerts.suggested_words(alerts))
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        sent = send_prompt(cases=[case], to=form.chosen(), words=words, by=request.user, at=timezone.now())
        messages.success(request, _("提示已发出，请对方于 %s 前确认。") % sent.answer_by)
        return redirect("cases:page", case.pk)
    return render(
        request, "alerts/prompts_new.html", {"case": case, "form": form, "alerts": alerts, "rule": RULE}
    )


@login_required
@require_GET
def prompts(request: HttpRequest) -> HttpResponse:
    """What I sent, and what I was sent."""
    day, may_send = today(), request.user.may(Permission.SEND_PROMPT)
    tab = request.GET.get("tab", SENT if may_send else ASKED)
    tab = tab if tab in (SENT, ASKED) else ASKED
    sent, received = case_alerts.prompts_sent(request.user, day), case_alerts.prompts_received(request.user)
    page = Paginator(sent if tab == SENT else received, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": tab,
        "may_send": may_send or tab == SENT,
        "page": page,
        "kept": f"tab={tab}",
        "lines": box.shown(page.object_list, day),
        "asked": box.asked(request.user).count(),
    }
    return render(request, "alerts/prompts.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a prompt, with an answer if one likes."""
    mine = Notice.objects.of(request.user).filter(prompt__isnull=False)
    notice = get_object_or_404(mine.select_related("prompt__by", "case"), pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acknowledge_prompt(notice=notice, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("已确认，发出人可以看到。"))
        return redirect(back_to(request, f"{reverse('alerts:inbox')}?tab=asked"))
    (notice,) = box.shown([notice], today())
    return render(request, "alerts/prompts_acknowledge.html", {"line": notice, "form": form})
