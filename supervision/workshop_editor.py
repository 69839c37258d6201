"""The sentence editor and the examples of a rule. Every button sends the whole form, so it works without a script too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.models import Case
from courts.models import Court
from predicates.language import compile_condition
from predicates.sentences import read_aloud
from supervision.facts import completeness
from supervision.models import CaseFacts, Rule, RuleVersion
from supervision.rule_content import said_facts
from supervision.rule_drafts import EDIT, draft_version, edit_version
from supervision.rule_examples import add_example, drop_example, facts_asked, run_examples
from supervision.rule_guard import OPEN, refuse, refuse_unless_editor
from supervision.rule_rows import Row, acted, rows_from, rows_of
from supervision.rulebook import condition_of, facts, parameters_of
from supervision.workshop import overlaps
from supervision.workshop_acts import page_of_version
from supervision.workshop_forms import (
    CaseExampleForm,
    ExampleForm,
    HeadForm,
    NewRuleForm,
    head_of,
    scopes_of,
)
from supervision.workshop_rows import Reading, read_rows, settled, shown_rows
from supervision.workshop_views import court_in, page_of, shown_results, version_in

SAVE = "save"
LOOKED_AT = 400  # newest open cases among which examples are offered
OFFERED = 5


@dataclass
class Editing:
    """One round of the editor: what was typed, what it says, and where to go on."""

    form: HeadForm
    rows: list[Row]
    reading: Reading
    allow_secret: bool
    stage: str
    focus: str
    parameters: Mapping[str, Any]


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A rule that does not exist yet."""
    court = court_in(request)
    if not scopes_of(request.user):
        refuse_unless_editor(request.user, Rule(court=court), "supervision.draft_rule")
    editing = edited(request, None, court)
    if wants_to_save(request, editing) and isinstance(editing.form, NewRuleForm):
        head = editing.form.cleaned_data
        version = draft_version(
            court=editing.form.court(), code=head["code"], category=head["category"], by=request.user,
            at=timezone.now(), said=editing.form.said() | {"condition": editing.reading.body},
        )  # fmt: skip
        messages.success(request, _("草稿已保存。请添加必中和必不中的样例，再提交批准。"))
        return redirect(page_of_version(version))
    return drawn(request, None, court, editing)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A version that is not in force yet."""
    version, court = version_in(request, pk)
    refuse_unless_editor(request.user, version.rule, EDIT, on=version)
    if version.status not in OPEN:
        refuse(_("这一版已经定稿，不再修改，请起草新版。"), EDIT, on=version, by=request.user)
    editing = edited(request, version, court)
    if wants_to_save(request, editing):
        edit_version(
            version=version, said=editing.form.said() | {"condition": editing.reading.body}, by=request.user,
            at=timezone.now(), seen=request.POST.get("seen", ""),
        )  # fmt: skip
        messages.success(request, _("已保存为草稿。"))
        return redirect(page_of_version(version))
    return drawn(request, version, court, editing)


def wants_to_save(request: HttpRequest, editing: Editing) -> bool:
    saves = request.method == "POST" and request.POST.get("act") == SAVE
    return saves and editing.form.is_valid() and editing.reading.condition is not None


def edited(request: HttpRequest, version: RuleVersion | None, court: Court) -> Editing:
    """The state of the editor after this request."""
    posted, act = request.POST, request.POST.get("act", "")
    place = version.rule.court_id or court.pk if version else court.pk
    form = head_form(request, version, bound=act == SAVE)
    allow_secret = bool(posted.get("secret_facts")) if posted else bool(version and version.secret)
    stage = posted.get("stage", "") or (version.stage if version else "filing")
    rows, focus = first_rows(version), ""
    if request.method == "POST":
        rows, focus = acted(rows_from(posted), act)
        rows = rows if act == SAVE else settled(rows)
    numbers = parameters_of(place)
    reading = read_rows(rows, numbers, allow_secret=allow_secret)
    return Editing(form, rows, reading, allow_secret, stage, focus, numbers)


def first_rows(version: RuleVersion | None) -> list[Row]:
    if version is None:
        return [Row("r0", 0, "all"), Row("r1", 1, "leaf")]
    return rows_of(version.condition, facts())


def head_form(request: HttpRequest, version: RuleVersion | None, *, bound: bool) -> HeadForm:
    """Bound when it is saved; otherwise it shows again what was typed, without a word about what is still missing."""
    more = {} if version else {"user": request.user}
    form_class: Any = HeadForm if version else NewRuleForm
    if bound:
        return form_class(request.POST, **more)
    initial: dict[str, Any] = head_of(version) if version else {"basis_kind": "local"}
    if request.method == "POST":
        initial = request.POST.dict()
    return form_class(initial=initial, **more)


def drawn(request: HttpRequest, version: RuleVersion | None, court: Court, editing: Editing) -> HttpResponse:
    known = completeness([court.pk])
    # What nobody filled in yet is no fault until somebody saves it.
    faults = editing.reading.problems if request.method == "POST" and request.POST.get("act") == SAVE else {}
    context = {
        "court": court,
        "version": version,
        "rule": version.rule if version else None,
        "form": editing.form,
        "rows": shown_rows(
            editing.rows, faults, stage=editing.stage, known=known, parameters=editing.parameters,
            allow_secret=editing.allow_secret, focus=editing.focus,
        ),
        "faults": sum(map(len, faults.values())),
        "preview": preview(request, version, court, editing),
        "seen": request.POST.get("seen") or (version.content_hash if version else ""),
    }  # fmt: skip
    part = "supervision/rule_editor_part.html" if request.htmx else "supervision/rule_edit.html"
    return render(request, part, context)


def preview(
    request: HttpRequest, version: RuleVersion | None, court: Court, editing: Editing
) -> dict[str, Any]:
    """The condition as typed, read aloud, with the examples answered by it; nothing is stored."""
    condition = editing.reading.condition
    if condition is None:
        return {"problems": [one for some in editing.reading.problems.values() for one in some]}
    trial = RuleVersion(
        rule=version.rule if version else Rule(court=court), condition=editing.reading.body,
        examples=version.examples if version else [],
    )  # fmt: skip
    return {
        "sentence": read_aloud(condition, facts(), editing.parameters) + "。",
        "results": shown_results(run_examples(trial), request.user),
        "overlaps": overlaps(condition, version and version.rule, trial.examples, trial.rule.court or court),
        "secret": any(facts()[row.fact].secret for row in editing.rows if row.fact in facts()),
    }


# --- examples -------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def examples(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an example: by hand, by case number, or one of the cases offered with one click."""
    version, court = version_in(request, pk)
    refuse_unless_editor(request.user, version.rule, EDIT, on=version)
    how = request.POST.get("how", "")
    by_hand = ExampleForm(request.POST if how == "hand" else None, version=version)
    by_number = CaseExampleForm(request.POST if how == "number" else None, user=request.user)
    if how == "hand" and by_hand.is_valid():
        said = by_hand.cleaned_data
        return added(request, version, hit=said["hit"] == "yes", name=said["name"], facts=by_hand.known)
    if how == "number" and by_number.is_valid():
        return added(request, version, hit=by_number.cleaned_data["hit"] == "yes", case=by_number.case)
    if how == "click":
        case = get_object_or_404(Case.objects.visible_to(request.user), pk=number_in(request))
        return added(request, version, hit=request.POST.get("hit") == "yes", case=case)
    context = page_of(request, version, court) | {
        "by_hand": by_hand,
        "by_number": by_number,
        "offered": [] if version.secret else offered(request, version),
    }
    return render(request, "supervision/rule_examples.html", context)


def number_in(request: HttpRequest) -> int:
    said = request.POST.get("case", "")
    return int(said) if said.isdecimal() and len(said) < 16 else 0


def added(request: HttpRequest, version: RuleVersion, **example: Any) -> HttpResponse:
    add_example(version=version, by=request.user, at=timezone.now(), **example)
    messages.success(request, _("样例已加入。"))
    return redirect("supervision:rule-add-example", version.pk)


@login_required
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    version, _court = version_in(request, pk)
    place = request.POST.get("place", "")
    drop_example(
        version=version, place=int(place) if place.isdecimal() else -1, by=request.user, at=timezone.now()
    )
    messages.success(request, _("样例已删除。"))
    return redirect(page_of_version(version))


def offered(request: HttpRequest, version: RuleVersion) -> list[dict[str, Any]]:
    """A few of the newest open cases the person may see that the rule hits, and a few that it misses."""
    names = facts_asked(version)
    if not names:
        return []
    holds = compile_condition(condition_of(version), parameters_of(version.rule.court_id))
    seen = CaseFacts.objects.visible_to(request.user).filter(closed=False, case__sealed="")
    rows = seen.order_by("-case__filed_on", "-pk").values("case_id", "case__number", *names)[:LOOKED_AT]
    found: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for row in sorted(rows, key=lambda row: -sum(row[name] not in (None, []) for name in names)):
        known = {name: row[name] for name in names if row[name] is not None}
        hit = holds(known)
        if len(found[hit]) < OFFERED:
            said = said_facts(known, facts())
            found[hit].append({"pk": row["case_id"], "number": row["case__number"], "hit": hit, "said": said})
    return found[True] + found[False]
