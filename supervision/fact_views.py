"""Pages of facts: those of one case, stating one by the number of a case, taking one back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from cases.guard import NOT_YOURS, is_visible, sits_on
from cases.models import Case
from catalogues import library
from catalogues.supervision_law import RuleFact
from courts.roles import Permission
from supervision.fact_forms import NumberForm, StateForm, WithdrawForm
from supervision.fact_page import facts_page, in_words
from supervision.models import Statement, Tick
from supervision.statements import (
    NO_SUCH_STATEMENT,
    blind_facts,
    may_state,
    readable,
    stated_by_number,
    withdraw_statement,
)

PER_PAGE = 50
SEE = "supervision.see_facts"


def case_of(request: HttpRequest, pk: int) -> Case:
    """The case, for whoever sees it and the flags of what they see."""
    found = Case.objects.visible_to(request.user).select_related("court", "division", "judge")
    case: Case = get_object_or_404(found, pk=pk)
    if not request.user.may(Permission.SEE_FLAGS):
        raise trail.Refused(NOT_YOURS, act=SEE, on=case, by=request.user)
    return case


# --- the facts of a case -------------------------------------------------------------------------------------
@login_required
@require_GET
def facts(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of a case, and from where. Leaves a trace like reading the case."""
    case = case_of(request, pk)
    if not sits_on(request.user, case):
        trail.record_reading(case, by=request.user, at=timezone.now())
    return shown(request, case)


def shown(request: HttpRequest, case: Case, typed: StateForm | None = None) -> HttpResponse:
    page = facts_page(case, request.user, typed)
    ticked = Tick.objects.filter(case=case).exists()
    return render(request, "supervision/facts.html", {"case": case, "page": page, "ticked": ticked})


@login_required
@require_POST
def state(request: HttpRequest, pk: int, fact: str) -> HttpResponse:
    """State one fact of a case one sees; with something wrong the page comes back as it was typed."""
    case = case_of(request, pk)
    about = library.rule_facts().get(fact)
    if about is None or about.secret or not about.stated_by:
        raise Http404
    form = StateForm(about, request.POST)
    if may_state(request.user, fact, case) and not form.is_valid():
        return shown(request, case, form)
    form.is_valid()
    if not may_state(request.user, fact, case):  # on the record, whatever was typed
        raise trail.Refused(NOT_YOURS, act="supervision.state_fact", on=case, by=request.user)
    form.save(case=case, by=request.user, at=timezone.now())
    messages.success(request, _("已填报，规则将在数秒内重新识别。"))
    return redirect("supervision:facts", case.pk)


# --- by the number of a case ---------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def state_by_number(request: HttpRequest) -> HttpResponse:
    """Petitions, public opinion, complaints: stated by people who see no cases, of cases of their own court."""
    facts = blind_facts(request.user)
    if not facts:
        raise trail.Refused(NOT_YOURS, act="supervision.state_fact", by=request.user)
    fact = chosen(facts, request.GET.get("fact", ""))
    form = NumberForm(fact, request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.keep(by=request.user, at=timezone.now())
        messages.success(request, _("已填报。"))
        return redirect(f"{reverse('supervision:state')}?fact={fact.name}")
    found = stated_by_number(request.user, [each.name for each in facts])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    lines = [(told, named(told), spoken(told)) for told in page.object_list]
    context = {
        "facts": facts,
        "fact": fact,
        "form": form,
        "page": page,
        "lines": lines,
        "kept": f"fact={fact.name}",
    }
    return render(request, "supervision/fact_state.html", context)


def chosen(facts: list[RuleFact], name: str) -> RuleFact:
    return next((fact for fact in facts if fact.name == name), facts[0])


def named(told: Statement) -> str:
    return library.rule_facts()[told.fact].label


def spoken(told: Statement) -> str:
    return in_words(library.rule_facts()[told.fact], told.value)


# --- taking it back ----------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a statement, with a reason."""
    rows = Statement.objects.standing().filter(pk=pk).select_related("case__court", "stated_by")
    statement = readable(request.user, rows).first()
    if statement is None:
        raise Http404(NO_SUCH_STATEMENT)
    form = WithdrawForm(request.POST or None)
    after = after_withdrawal(request, statement)
    if request.method == "POST" and form.is_valid():
        withdraw_statement(statement=statement, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("已撤销，规则将在数秒内重新识别。"))
        return redirect(after)
    context = {
        "statement": statement,
        "label": named(statement),
        "words": spoken(statement),
        "form": form,
        "after": after,
    }
    return render(request, "supervision/fact_withdraw.html", context)


def after_withdrawal(request: HttpRequest, statement: Statement) -> str:
    """Back to the case for those who see it, to the form by number for the others."""
    seen = request.user.may(Permission.SEE_FLAGS) and is_visible(statement.case, request.user)
    return reverse("supervision:facts", args=[statement.case_id]) if seen else reverse("supervision:state")
