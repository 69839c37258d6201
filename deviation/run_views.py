"""Pages of runs (模型): the list, one run with its card, asking for one, deciding about one, and what it is worth."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from courts.clock import today
from deviation import tasks
from deviation.impact import assessment_of
from deviation.impact_docx import as_docx
from deviation.models import Run
from deviation.published import published
from deviation.run_forms import AskForm, DecideForm
from deviation.run_page import (
    courts_to_ask,
    keeps,
    kinds_to_ask,
    listed,
    name_of,
    page_of,
    runs_seen,
)
from deviation.training import ask_for_run, refuse_run, release_run
from deviation.trust_page import chosen_court, courts_to_choose, trust_shown

UNKNOWN = "没有这一模型，或者您无权查看"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def run_of(request: HttpRequest, pk: int) -> Run:
    """The run, if this person may see it; else it is unknown."""
    found = runs_seen(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404(UNKNOWN)
    return found


@login_required
@require_GET
def run_list(request: HttpRequest) -> HttpResponse:
    """Runs by court: what is in use, what is being prepared; those that ended under a link of their own."""
    return list_shown(request)


def list_shown(request: HttpRequest, form: AskForm | None = None) -> HttpResponse:
    day, past = today(), "past" in request.GET
    courts = courts_to_ask(request.user)
    context = {
        "courts": listed(request.user, day, past=past),
        "past": past,
        "keeps": bool(keeps(request.user)),
        "form": form or (AskForm(courts, kinds_to_ask(courts, day)) if courts else None),
    }
    return render(request, "deviation/runs.html", context, status=422 if form else 200)


@login_required
@require_POST
def run_ask(request: HttpRequest) -> HttpResponse:
    """Have a model trained; what is being trained already is shown instead."""
    courts = courts_to_ask(request.user)
    form = AskForm(courts, kinds_to_ask(courts, today()), request.POST)
    if not form.is_valid():
        return list_shown(request, form)
    court, code = form.courts[form.cleaned_data["court"]], form.cleaned_data["code"]
    run = ask_for_run(court=court, code=code, by=request.user, at=timezone.now())
    if run.state == "queued":
        tasks.train_run.delay_on_commit(run.pk)
    return redirect("deviation:run", run.pk)


@login_required
@require_GET
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is, or its card; htmx asks for its part again while it is trained."""
    run = run_of(request, pk)
    context = page_of(run, request.user, today())
    if request.htmx and context["moving"]:
        return render(request, "deviation/run_part.html", context)
    if request.htmx:  # it has ended: the whole page has more to show
        return HttpResponse(headers={"HX-Refresh": "true"})
    return run_shown(request, context)


def run_shown(request: HttpRequest, context: dict[str, Any], **typed: DecideForm) -> HttpResponse:
    forms = {"release": DecideForm(must_say=False), "refuse": DecideForm(must_say=True)} | typed
    return render(request, "deviation/run.html", context | {"forms": forms}, status=422 if typed else 200)


@login_required
@require_POST
def run_decide(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Put it into use, or decide against it with reasons."""
    run = run_of(request, pk)
    if act not in ("release", "refuse"):
        raise Http404(UNKNOWN)
    form = DecideForm(request.POST, must_say=act == "refuse")
    if not form.is_valid():
        return run_shown(request, page_of(run, request.user, today()), **{act: form})
    decide = release_run if act == "release" else refuse_run
    decide(run=run, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
    messages.success(request, _("已启用。") if act == "release" else _("已决定不予启用。"))
    return redirect("deviation:run", run.pk)


@login_required
@require_GET
def run_impact(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft of the impact assessment (个人信息保护影响评估底稿) as a DOCX file."""
    run, day = run_of(request, pk), today()
    context = page_of(run, request.user, day)
    if context["card"] is None:
        raise Http404(UNKNOWN)
    paper = assessment_of(
        court=run.court.name, name=name_of(run, day), run=run_facts(run), card=context["card"], day=day
    )
    answer = HttpResponse(as_docx(paper), content_type=DOCX)
    answer["Content-Disposition"] = f'attachment; filename="impact-assessment-{run.pk}.docx"'
    return answer


def run_facts(run: Run) -> dict[str, Any]:
    return {"n": run.n, "from": run.window_from, "to": run.window_to, "digest": run.digest[:12]}


@login_required
@require_GET
def trust(request: HttpRequest) -> HttpResponse:
    """What the runs in use in a court are worth: open to everyone who is logged in."""
    court = chosen_court(request.user, request.GET.get("court", ""))
    context = {
        "court": court,
        "choices": courts_to_choose(request.user),
        "runs": trust_shown(court, request.user, today()) if court else [],
        "published": published(),
    }
    return render(request, "deviation/trust.html", context)
