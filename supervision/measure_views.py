"""Pages of measures: choose and take one, follow its thread, reply, answer, decide, withdraw, record a meeting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from cases.guard import is_visible
from cases.models import Case
from catalogues.selectors import law_in_use
from catalogues.supervision_law import MeasureRule
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from supervision.delegations import is_president
from supervision.desk import line_of, may_decide, turn_of
from supervision.looked import note_reading
from supervision.measure_forms import (
    MOST_ROWS,
    OPINION_ROWS,
    AnswerForm,
    DecideForm,
    MeasureForm,
    MeetingForm,
    ReplyForm,
    WithdrawForm,
)
from supervision.measure_rules import problem_now, reply_day, rule_of, verdict_on
from supervision.measures import (
    TAKE,
    answer_reply,
    decide_proposal,
    may_answer,
    outcomes_of,
    problem_of_answer,
    problem_of_reply,
    reply_to_measure,
    take_measure,
    why_no_reply,
    withdraw_measure,
)
from supervision.meetings import KIND_OF, record_meeting
from supervision.models import Flag, Measure, Meeting, Reply
from supervision.powers import NAMES, WAYS, heads, table

NO_FLAG = "本案目前没有生效的四类案件标识，不能采取监督措施；请先标识并确认。"
OUTSIDE = "本案不在您的职责范围内，不能采取监督措施。"


@dataclass(frozen=True)
class Choice:
    """One measure on the page where one is chosen: whether it can be, and if not, why."""

    rule: MeasureRule
    why: str
    proposes: bool


# --- taking ----------------------------------------------------------------------------------------------
def flag_of(request: HttpRequest, pk: int) -> Flag:
    """The flag one may see. To reach past one's remit within the own court is refused on the record; else it is unknown."""
    about = Flag.objects.select_related("case__court", "case__judge", "rule", "version")
    found = about.visible_to(request.user).filter(pk=pk).first()
    if found is not None:
        return found
    courts = request.user.courts_where(Permission.TAKE_MEASURES)
    theirs = about.filter(pk=pk, court__in=courts, secret=False, case__sealed="").first()
    if theirs is not None:
        raise trail.Refused(OUTSIDE, act=TAKE, on=theirs, by=request.user)
    raise Http404("没有这一标识，或者您无权查看")


@login_required
@require_GET
def measure_for_case(request: HttpRequest, pk: int) -> HttpResponse:
    """From a case to its live flag; without one, or out of one's sight, acting on it is refused on the record."""
    case = Case.objects.select_related("court").filter(pk=pk).first()
    if case is None:
        raise Http404
    if not is_visible(case, request.user):
        own = request.user.courts_where(Permission.TAKE_MEASURES)
        if case.court_id in own and not case.sealed:
            raise trail.Refused(OUTSIDE, act=TAKE, on=case, by=request.user)
        raise Http404
    live = Flag.objects.visible_to(request.user).live().filter(case=case, secret=False)
    flag = live.order_by("confirmed_at", "pk").first()
    if flag is None:
        raise trail.Refused(NO_FLAG, act=TAKE, on=case, by=request.user)
    return redirect("supervision:measure-new", flag.pk)


@login_required
@require_http_methods(["GET", "POST"])
def measure_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose among the measures one may take, each other with the reason why not; then write it."""
    flag = flag_of(request, pk)
    rules = law_in_use().measures
    choices = [choice_of(request.user, flag, rules[code]) for code in sorted(rules)]
    refuse_without_any_power(request.user, flag, rules)
    note_reading(flag.case, by=request.user, at=timezone.now())
    chosen = next((each for each in choices if each.rule.code == request.GET.get("code")), None)
    form = form_for(request, flag, chosen) if chosen and not chosen.why else None
    if request.method == "POST" and chosen is not None and (form is None or form.is_valid()):
        measure = save(request, flag, chosen, form)
        told = (
            _("已提请，由有权的院领导决定。") if measure.state == "proposed" else _("已采取，合议庭将收到。")
        )
        messages.success(request, told)
        return redirect("supervision:measure", measure.pk)
    context = {
        "flag": flag,
        "case": flag.case,
        "groups": grouped(choices),
        "chosen": chosen,
        "form": form,
        "may_delegate": is_president(request.user, flag.case),
    }
    return render(request, "supervision/measure_new.html", context)


def refuse_without_any_power(user: User, flag: Flag, rules: Any) -> None:
    """Nobody without any power over this case is shown a form, and the attempt is kept."""
    verdicts = [verdict_on(user, flag, rule) for rule in rules.values()]
    if not any(verdict.ok for verdict in verdicts):
        nearest = next((each.why for each in verdicts if "不能采取“" not in each.why), verdicts[0].why)
        raise trail.Refused(nearest, act=TAKE, on=flag, by=user)


def choice_of(user: User, flag: Flag, rule: MeasureRule) -> Choice:
    verdict = verdict_on(user, flag, rule)
    why = verdict.why or problem_now(rule, flag.case) or ""
    return Choice(rule, why, verdict.proposes)


def grouped(choices: list[Choice]) -> list[tuple[str, list[Choice]]]:
    """The measures by way of supervision (监管方式)."""
    ways = [(name, [choice for choice in choices if choice.rule.mode == mode]) for mode, name in WAYS.items()]
    return [(name, found) for name, found in ways if found]


def form_for(request: HttpRequest, flag: Flag, chosen: Choice) -> MeasureForm:
    return MeasureForm(
        request.POST or None,
        rule=chosen.rule,
        case=flag.case,
        proposes=chosen.proposes,
        usual_day=reply_day(flag.case),
    )


def save(request: HttpRequest, flag: Flag, chosen: Choice, form: MeasureForm | None) -> Measure:
    """Hand it to the service; what the page did not offer is refused there."""
    given = form.cleaned_data if form else {"content": "", "basis": ""}
    return take_measure(flag=flag, code=chosen.rule.code, by=request.user, at=timezone.now(), **given)


# --- the thread ------------------------------------------------------------------------------------------
def measure_of(request: HttpRequest, pk: int) -> Measure:
    """The measure, if this person may see it. Leaves a trace like reading the case."""
    about = Measure.objects.visible_to(request.user).select_related(
        "case__court", "case__judge", "flag__rule", "flag__version", "flag__case", "taken_by"
    )
    found = get_object_or_404(about, pk=pk)
    note_reading(found.case, by=request.user, at=timezone.now())
    return found


@login_required
@require_GET
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked, what came back, both clocks, and the form of whoever's turn it is."""
    return render(request, "supervision/measure.html", thread(request, measure_of(request, pk)))


def thread(request: HttpRequest, found: Measure, **forms: Any) -> dict[str, Any]:
    rule = rule_of(found.code)
    meeting = Meeting.objects.filter(measure=found).prefetch_related("opinions").select_related("recorded_by")
    waits_for, _due = turn_of(found)
    return {
        "measure": found,
        "case": found.case,
        "rule": rule,
        "way": WAYS[rule.mode],
        "line": line_of(found, rule.name, today()),
        "waits_for": waits_for,
        "replies": found.replies.select_related("by"),
        "meeting": meeting.first(),
        **forms_of(request.user, found),
        **forms,
    }


def forms_of(user: User, found: Measure) -> dict[str, Any]:
    """The forms of this person on this measure today."""
    forms: dict[str, Any] = {}
    if not why_no_reply(user, found) and problem_of_reply(found, "…") is None:
        forms["reply_form"] = ReplyForm()
    outcomes = outcomes_of(found)
    if problem_of_answer(found, "…", outcomes[0]) is None and may_answer(user, found):
        forms["answer_form"] = AnswerForm(outcomes=outcomes)
    if found.state == "proposed" and may_decide(user, found):
        forms["decide_form"] = DecideForm()
    if found.state in ("proposed", "open", "replied") and user.pk == found.taken_by_id:
        forms["withdraw_form"] = WithdrawForm()
    has_meeting = Meeting.objects.filter(measure=found).exists()
    if found.code in KIND_OF and found.state == "open" and not has_meeting:
        forms["may_record_meeting"] = may_answer(user, found)
    return forms


def carried_out(
    request: HttpRequest, found: Measure, form: Form, do: Callable[..., Any], said: str, place: str
) -> HttpResponse:
    """What a form asks for, done; a form that is not right comes back at its ``place`` with what was typed."""
    if not form.is_valid():
        return render(request, "supervision/measure.html", thread(request, found, **{place: form}))
    do(measure=found, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, said)
    return redirect("supervision:measure", found.pk)


@login_required
@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel's reply."""
    form, said = ReplyForm(request.POST, request.FILES), _("已答复，等待院庭长回应。")
    return carried_out(request, measure_of(request, pk), form, reply_to_measure, said, "reply_form")


@login_required
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The supervisor's response."""
    found = measure_of(request, pk)
    form = AnswerForm(request.POST, outcomes=outcomes_of(found))
    return carried_out(request, found, form, answer_reply, _("已回应。"), "answer_form")


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether what was proposed is done."""
    form = DecideForm(request.POST)
    return carried_out(request, measure_of(request, pk), form, decide_proposal, _("已决定。"), "decide_form")


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a measure back."""
    form, said = WithdrawForm(request.POST), _("已撤回，记录保留。")
    return carried_out(request, measure_of(request, pk), form, withdraw_measure, said, "withdraw_form")


@login_required
@require_http_methods(["GET", "POST"])
def meeting_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the meeting a measure called, with each opinion under its speaker's name."""
    found = measure_of(request, pk)
    asked = request.GET.get("rows", "")
    rows = (
        min(int(asked), MOST_ROWS)
        if asked.isascii() and asked.isdecimal() and len(asked) < 4
        else OPINION_ROWS
    )
    form = MeetingForm(request.POST or None, rows=max(rows, 1))
    if request.method == "POST" and form.is_valid():
        record_meeting(measure=found, by=request.user, at=timezone.now(), **form.given())
        messages.success(request, _("会议已登记。"))
        return redirect("supervision:measure", found.pk)
    rule = rule_of(found.code)
    context = {
        "measure": found,
        "case": found.case,
        "rule": rule,
        "form": form,
        "more": min(form.rows + OPINION_ROWS, MOST_ROWS),
        "is_meeting": found.code in KIND_OF,
    }
    return render(request, "supervision/meeting_new.html", context)


@login_required
@require_GET
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """The file of a reply, for whoever may read the reply; always as a download."""
    attached = Reply.objects.visible_to(request.user).exclude(attachment="").select_related("measure__case")
    found = get_object_or_404(attached, pk=pk)
    note_reading(found.measure.case, by=request.user, at=timezone.now())
    return FileResponse(found.attachment.open(), as_attachment=True, filename=found.attachment_name)


# --- the table -------------------------------------------------------------------------------------------
@login_required
@require_GET
def powers(request: HttpRequest) -> HttpResponse:
    """The powers of supervisors as a table to read and print (监督权力清单)."""
    measures = law_in_use().measures
    names = [NAMES[role] for role in heads(measures)]
    rows = [(row, list(zip(names, row.cells, strict=True))) for row in table(measures)]
    context = {"rows": rows, "heads": names}
    return render(request, "supervision/measure_powers.html", context)
