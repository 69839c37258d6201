"""Pages of drafts and notices: one's own, one notice, what is contested, what was disclosed, the part of a case's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from cases.guard import is_visible, sits_on
from cases.models import Case, Party
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from deviation import contests, disclosed, notices
from deviation.drafts import accused_of, may_draft, measures_of, refuse_unless_its_judge, save_draft
from deviation.group_page import answers_for_units
from deviation.lifecycle import Act, State, after
from deviation.models import Contest, Draft, Notice
from deviation.models.notices import OPEN
from deviation.notice_forms import CloseForm, ContestForm, DecideForm, DraftForm, ExplainForm, initial_of
from deviation.notice_page import history_of, shown, was_away, with_days

PER_PAGE = 50
NO_CASE = "没有这一案件，或者您无权查看"
NOT_FOR_YOU = "您的职务没有偏离提示；承办法官在本页看到自己的提示。"
NOT_A_LEADER = "已公开的偏离提示由本院院庭长和审管办查看。"
NOT_A_DECIDER = "偏离异议由本院审管办和分管副院长决定。"
DONE = {
    "explain": gettext_lazy("已保存。说明不影响裁判，期满前只有您本人可见。"),
    "contest": gettext_lazy("已提出异议，决定和理由会列在本页。"),
    "decide": gettext_lazy("已决定。"),
    "close": gettext_lazy("已了结。"),
}


# --- one's own -----------------------------------------------------------------------------------------------------
@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The notices of a judge with the working days left, and the cases whose draft can be checked."""
    user, day = request.user, today()
    if not user.may(Permission.CHECK_DRAFT):
        if user.may(Permission.SEE_DEVIATION):
            return redirect("deviation:disclosed")
        raise trail.Refused(NOT_FOR_YOU, act="deviation.see_own", by=user)
    own = Notice.objects.own(user).select_related("case", "party", "score")
    page = Paginator(own.exclude(state__in=OPEN).order_by("-told_at", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    standing = with_names(with_days(list(own.filter(state__in=OPEN).order_by("told_at", "pk")), day), user)
    context = {
        "standing": standing,
        "page": page,
        "past": with_names(with_days(list(page.object_list), day), user),
        "cases": cases_to_check(user, day),
        "day": day,
    }
    return render(request, "deviation/mine.html", context)


def cases_to_check(user: User, day: date) -> list[Case]:
    """Open cases of the judge in which some outcome is compared."""
    law = law_in_use()
    found = Case.objects.filter(judge=user, closed_on=None).order_by("-filed_on", "pk")
    return [case for case in found[:PER_PAGE] if measures_of(case, law, day)]


def with_names(found: list[Notice], user: User) -> list[Notice]:
    """Each with the name of its measure, and with the case number if this person sees the case."""
    law, day = law_in_use(), today()
    seen = set(
        Case.objects.visible_to(user)
        .filter(pk__in={one.case_id for one in found})
        .values_list("pk", flat=True)
    )
    for notice in found:
        models = law.deviation_models(notice.court_id, day)
        notice.measure = models[notice.code].name if notice.code in models else notice.code
        notice.number = notice.case.number if notice.case_id in seen else ""
    return found


# --- a draft -------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Check a drafted outcome beside its peers. Only the judge of the case."""
    case = Case.objects.visible_to(request.user).select_related("court").filter(pk=pk).first()
    if case is None:
        raise Http404(NO_CASE)
    refuse_unless_its_judge(case, request.user)
    accused = accused_of(case)
    party = chosen_party(request, accused)
    law, day = law_in_use(), today()
    last = Draft.objects.visible_to(request.user).filter(case=case, party=party).order_by("-saved_at").first()
    initial = initial_of(last.values, last.guideline) if last else {}
    posted = request.POST if request.method == "POST" else None
    form = DraftForm(posted, case=case, party=party, law=law, day=day, initial=initial)
    if posted is not None and form.is_valid():
        save_draft(
            case=case, party=party, values=form.values(), guideline=form.guideline(), by=request.user, at=timezone.now()
        )  # fmt: skip
        messages.success(request, _("已保存并核对。结果只有您本人可见，可以随时修改。"))
        return redirect(address_of(case, party))
    context = {
        "case": case,
        "accused": accused,
        "party": party,
        "form": form,
        "last": last,
        "results": results_of(last, request.user, day) if last else [],
        "steps": last.guideline if last else {},
        "day": day,
    }
    return render(request, "deviation/draft.html", context, status=422 if posted is not None else 200)


def chosen_party(request: HttpRequest, accused: list[Party]) -> Party | None:
    """The accused the draft is for; the first where the address names none, none where there are not several."""
    asked = request.GET.get("party", "")
    if not accused:
        return None
    found = next((one for one in accused if str(one.pk) == asked), None)
    if asked and found is None:
        raise Http404(NO_CASE)
    return found or accused[0]


def address_of(case: Case, party: Party | None) -> str:
    address = reverse("deviation:draft", args=[case.pk])
    return f"{address}?party={party.pk}#results" if party else f"{address}#results"


def results_of(last: Draft, user: User, day: date) -> list[Any]:
    """How each outcome of the last draft stands, with the notice that was told of it."""
    law = law_in_use()
    scores = list(last.scores.order_by("pk"))
    told = {one.score_id: one for one in Notice.objects.own(user).filter(score__in=scores, state__in=OPEN)}
    order = {code: place for place, code in enumerate(measures_of(last.case, law, day))}
    scores.sort(key=lambda score: order.get(score.code, len(order)))
    return [shown(score, user, law, day, notice=told.get(score.pk)) for score in scores]


# --- one notice ----------------------------------------------------------------------------------------------------
def notice_of(request: HttpRequest, pk: int) -> Notice:
    """The notice, if this person may see it; else it is unknown."""
    about = ("case__court", "case__division", "score", "party", "judge", "court")
    found = Notice.objects.visible_to(request.user).select_related(*about).filter(pk=pk).first()
    if found is None:
        raise Http404(notices.UNKNOWN)
    return found


@login_required
@require_GET
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: what is asked, on which ground, and what this person may do."""
    found, user = notice_of(request, pk), request.user
    read_by(user, found)
    return notice_shown(request, found)


def read_by(user: User, found: Notice) -> None:
    """Note when its judge read it; whoever else reads it without sitting on the case leaves a trace."""
    if found.judge_id == user.pk:
        Notice.objects.filter(pk=found.pk, read_at=None).update(read_at=timezone.now())
    elif not sits_on(user, found.case):
        trail.record_reading(found.case, by=user, at=timezone.now())


@login_required
@require_POST
def notice_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Explain, contest, decide or close; with something wrong in the form the page comes back as it was typed."""
    found = notice_of(request, pk)
    if act not in ACTS:
        raise Http404(notices.UNKNOWN)
    refuse_unless_open_to(request.user, act, found)
    form = form_for(act, found, request.POST)
    if not form.is_valid():
        return notice_shown(request, found, {act: form})
    ACTS[act](found, form.cleaned_data, request.user)
    messages.success(request, DONE[act])
    return redirect("deviation:notice", found.pk)


def explain(found: Notice, given: dict[str, Any], by: User) -> None:
    notices.explain(notice=found, code=given["reason_code"], words=given["reason"], by=by, at=timezone.now())


def contest(found: Notice, given: dict[str, Any], by: User) -> None:
    knowing = given.get("knowing", True)
    contests.contest(
        notice=found, ground=given["ground"], text=given["text"], knowing=knowing, by=by, at=timezone.now()
    )


def decide(found: Notice, given: dict[str, Any], by: User) -> None:
    about = {"contest": found.contest, "upheld": given["upheld"] == "yes", "by": by, "at": timezone.now()}
    contests.decide_contest(**about, reason=given["reason"], heard=given["heard"])


def close(found: Notice, given: dict[str, Any], by: User) -> None:
    notices.close_notice(notice=found, reason=given["reason"], by=by, at=timezone.now())


ACTS: dict[str, Callable[[Notice, dict[str, Any], User], None]] = {
    "explain": explain, "contest": contest, "decide": decide, "close": close,
}  # fmt: skip
MOVES = {"explain": Act.EXPLAIN, "contest": Act.CONTEST, "decide": Act.UPHOLD, "close": Act.CLOSE}


def is_theirs(user: User, act: str, found: Notice) -> bool:
    if act in ("explain", "contest"):
        return found.judge_id == user.pk
    return contests.may_decide(user, found) if act == "decide" else notices.may_close(user, found)


def problem_now(act: str, found: Notice, day: date) -> str | None:
    """Why the act is not possible on the notice as it stands, whoever asks."""
    if act == "contest":
        return contests.problem_of_contest(found, day)
    if act == "close":
        return notices.problem_of_closing(found, day)
    if after(State(found.state), MOVES[act]) is None:
        return notices.NOT_NOW.format(notices.NAMES[State(found.state)])
    return None


WHOSE = {
    "explain": notices.NOT_YOURS, "contest": notices.NOT_YOURS, "decide": contests.NOT_TO_DECIDE, "close": notices.NOT_TO_CLOSE,
}  # fmt: skip


def refuse_unless_open_to(user: User, act: str, found: Notice) -> None:
    """Refuse what is not this person's to do (403) and what is not possible now (409), before anybody has typed."""
    if not is_theirs(user, act, found):
        raise notices.refused(WHOSE[act], act=MOVES[act], notice=found, by=user)
    if problem := problem_now(act, found, today()):
        raise notices.refused(problem, act=MOVES[act], notice=found, by=user, status=409)


def form_for(act: str, found: Notice, data: Any = None) -> Form:
    if act == "explain":
        return ExplainForm(data, notice=found, day=today())
    if act == "contest":
        return ContestForm(data, notice=found)
    return DecideForm(data) if act == "decide" else CloseForm(data)


def notice_shown(request: HttpRequest, found: Notice, typed: dict[str, Form] | None = None) -> HttpResponse:
    user, day = request.user, today()
    with_names(with_days([found], day), user)
    is_own = found.judge_id == user.pk
    open_acts = [act for act in ACTS if is_theirs(user, act, found) and problem_now(act, found, day) is None]
    context = {
        "notice": found,
        "case": found.case,
        "is_own": is_own,
        "may_draft": may_draft(user, found.case) and found.case.closed_on is None,
        "result": shown(found.score, user, law_in_use(), day),
        "reason_name": reason_name(found, day),
        "contest": Contest.objects.filter(notice=found).select_related("filed_by", "decided_by").first(),
        "history": history_of(found, is_own=is_own),
        "was_away": found.read_at is None and was_away(found),
        "forms": {act: (typed or {}).get(act) or form_for(act, found) for act in open_acts},
        "typed": next(iter(typed), "") if typed else "",
        "day": day,
    }
    return render(request, "deviation/notice.html", context, status=422 if typed else 200)


def reason_name(found: Notice, day: date) -> str:
    known = law_in_use().deviation_reasons(found.court_id, day)
    return known[found.reason_code].name if found.reason_code in known else found.reason_code


# --- what is contested ---------------------------------------------------------------------------------------------
@login_required
@require_GET
def contest_desk(request: HttpRequest) -> HttpResponse:
    """The contests this person's post decides: those nobody has decided, the overdue first, and those decided."""
    user, day = request.user, today()
    if not user.may(Permission.DECIDE_CONTESTS):
        raise trail.Refused(NOT_A_DECIDER, act="deviation.see_contests", by=user)
    waiting = list(contests.undecided(user)[: 4 * PER_PAGE])
    page = Paginator(contests.decided(user), PER_PAGE).get_page(request.GET.get("page"))
    past = list(page.object_list)
    with_names([one.notice for one in (*waiting, *past)], user)
    for one in waiting:
        one.is_overdue = one.due_on < day
    context = {
        "waiting": waiting,
        "overdue": sum(one.is_overdue for one in waiting),
        "page": page,
        "past": past,
        "day": day,
    }
    return render(request, "deviation/contests.html", context)


# --- what was disclosed --------------------------------------------------------------------------------------------
@login_required
@require_GET
def disclosed_list(request: HttpRequest) -> HttpResponse:
    """The notices shown in a month, in organisational order, and how many of them chance alone would bring."""
    user, day = request.user, today()
    if not user.may(Permission.SEE_DEVIATION):
        raise trail.Refused(NOT_A_LEADER, act="deviation.see_disclosed", by=user)
    months = disclosed.months_with_any(user)
    asked = request.GET.get("month", "")
    month = next((one for one in months if f"{one:%Y-%m}" == asked), months[0] if months else None)
    found = disclosed.disclosed_in(user, month) if month else Notice.objects.none()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = with_names(with_days(list(page.object_list), day), user)
    context = {
        "months": months,
        "month": month,
        "page": page,
        "kept": f"month={month:%Y-%m}" if month else "",
        "rows": [(one, shown(one.score, user, law_in_use(), day, compared=False)) for one in rows],
        "expected": disclosed.expected_in(user, month, day=day) if month else None,
        "may_decide": user.may(Permission.DECIDE_CONTESTS),
        "sees_units": answers_for_units(user),
        "day": day,
    }
    return render(request, "deviation/disclosed.html", context)


# --- the part of a case's page -------------------------------------------------------------------------------------
@login_required
@require_GET
def for_case(request: HttpRequest, pk: int) -> HttpResponse:
    """What this person may know about deviations of one case; nothing at all for all others, whatever there is."""
    user, day = request.user, today()
    case = get_object_or_404(Case.objects.visible_to(user).select_related("court"), pk=pk)
    found = Notice.objects.visible_to(user).filter(case=case).select_related("case", "score", "party")
    rows = with_names(with_days(list(found.order_by("-told_at", "pk")[:PER_PAGE]), day), user)
    drafts = may_draft(user, case) and case.closed_on is None and bool(measures_of(case, law_in_use(), day))
    context = {"case": case, "rows": rows, "may_draft": drafts, "sees_case": is_visible(case, user)}
    return render(request, "deviation/_of_case.html" if request.htmx else "deviation/of_case.html", context)
