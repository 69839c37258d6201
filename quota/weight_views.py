"""Pages of weights and classes: the tables, one case, the trial of a draft, how people agree, slow simple cases."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from cases.models import Case
from catalogues.models import Edition
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from quota import weight_sheets as sheets
from quota.breaches import answer_breach, seen_by
from quota.classes import agreed, agreed_by_month, decide_class, decisions_in
from quota.load_page import Remit, remits_of
from quota.models import Breach
from quota.weight_forms import AnswerForm, ClassForm
from quota.weight_page import decision_of, explained, may_decide, may_look, sees_weight, tables_shown
from quota.weight_trial import Line, concerns, drafts_for, summed, try_draft

PER_PAGE = 50
NOT_YOURS = "案件权重和繁简由法官、院庭长、审管办、立案庭和政治部查看。"
NO_REMIT = "繁简识别一致率由院庭长、审管办和政治部查看。"
NO_BREACHES = "简案超期由承办法官、院庭长和审管办查看。"
NO_TRIAL = "试算由院庭长、审管办、政治部和法官本人查看。"
NO_COURT = "没有您可查看的这个法院。"
NO_DRAFT = "没有您可试算的这份草稿，或者它已经发布。"
NO_CASE = "没有这一案件，或者您无权查看。"


def tabs(user: User, tab: str) -> dict[str, object]:
    """The pages of this part that are open to a person, and the one they are on."""
    leads = bool(remits_of(user))
    pages = [
        ("quota:weights", gettext_lazy("案件权重"), True),
        ("quota:weight-trial", gettext_lazy("权重草稿试算"), leads or user.may(Permission.SEE_OWN_WORKLOAD)),
        ("quota:classes", gettext_lazy("繁简识别一致率"), leads),
        ("quota:breaches", gettext_lazy("简案超期"), sees_breaches(user)),
    ]
    return {"tabs": [(code, label) for code, label, is_open in pages if is_open], "tab": f"quota:{tab}"}


# --- the tables ---------------------------------------------------------------------------------------------------------
@login_required
@require_GET
def weights(request: HttpRequest) -> HttpResponseBase:
    """The tables in force in a court, with edition, source and how sure we are."""
    if not may_look(request.user):
        raise trail.Refused(NOT_YOURS, act="quota.see_weights", by=request.user)
    courts = list(Court.objects.filter(pk__in={seat.court_id for seat in request.user.seats}))
    court = chosen(courts, request.GET.get("court", ""))
    tables = tables_shown(court.pk, today())
    if "xlsx" in request.GET:
        return sheets.weights_sheet(court, tables, by=request.user)
    context = {"courts": courts, "court": court, "tables": tables, "day": today()}
    return render(request, "quota/weights.html", context | tabs(request.user, "weights"))


def chosen(courts: list[Court], asked: str) -> Court:
    found = [court for court in courts if str(court.pk) == asked] if asked else courts[:1]
    if not found:
        raise Http404(NO_COURT)
    return found[0]


# --- one case -----------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def case_weight(request: HttpRequest, pk: int) -> HttpResponse:
    """What a case weighs and of which class it is; nothing at all for those whose post has no use for it."""
    user = request.user
    case = get_object_or_404(Case.objects.visible_to(user).select_related("court"), pk=pk)
    found = explained(case, today()) if sees_weight(user) else None
    form = None
    if found and may_decide(user, case):
        form = ClassForm(request.POST if request.method == "POST" else None, weight=found.weight)
    if request.method == "POST" and (form is None or form.is_valid()):
        said = form.cleaned_data if form else {"klass": "", "reason": ""}
        decide_class(case=case, **said, by=user, at=timezone.now())
        messages.success(request, _("已确认繁简。"))
        return redirect("cases:page", pk)
    context = {
        "case": case, "found": found, "sees": sees_weight(user), "form": form, "decision": decision_of(case),
    }  # fmt: skip
    template = "quota/_case_weight.html" if request.htmx else "quota/case_weight.html"
    return render(request, template, context, status=422 if request.method == "POST" else 200)


# --- how people agree ---------------------------------------------------------------------------------------------------
@login_required
@require_GET
def classes(request: HttpRequest) -> HttpResponseBase:
    """How often people keep the class proposed, by class and by month, beside the published figure."""
    remits, remit = remit_in(request, NO_REMIT, "quota.see_classes")
    decided = decisions_in(remit.court.pk, remit.divisions)
    if "xlsx" in request.GET:
        return sheets.classes_sheet(remit.court, agreed(decided), agreed_by_month(decided), by=request.user)
    context = {
        "courts": [one.court for one in remits], "court": remit.court, "remit": remit,
        "lines": agreed(decided), "months": agreed_by_month(decided),
        "target": 100 * law_in_use().quota_setting("agreement_target", remit.court.pk, today()),
    }  # fmt: skip
    return render(request, "quota/classes.html", context | tabs(request.user, "classes"))


def remit_in(request: HttpRequest, sentence: str, act: str) -> tuple[list[Remit], Remit]:
    remits = remits_of(request.user)
    if not remits:
        raise trail.Refused(sentence, act=act, by=request.user)
    court = chosen([remit.court for remit in remits], request.GET.get("court", ""))
    return remits, next(remit for remit in remits if remit.court == court)


# --- the trial of a draft -----------------------------------------------------------------------------------------------
@login_required
@require_GET
def weight_trial(request: HttpRequest) -> HttpResponseBase:
    """Who would gain and who would lose by a draft of the tables: units, and for a judge the own cases alone."""
    user, remits = request.user, remits_of(request.user)
    if not remits and not user.may(Permission.SEE_OWN_WORKLOAD):
        raise trail.Refused(NO_TRIAL, act="quota.try_weights", by=user)
    own = Court.objects.filter(pk__in=user.courts_where(Permission.SEE_OWN_WORKLOAD))
    courts = [remit.court for remit in remits] or list(own)
    court = chosen(courts, request.GET.get("court", ""))
    drafts = [draft for draft in drafts_for(user) if concerns(draft, court)]
    draft = draft_asked(drafts, request.GET.get("draft", ""))
    remit = next((one for one in remits if one.court == court), None)
    context = {
        "courts": courts,
        "court": court,
        "drafts": drafts,
        "draft": draft,
        "remit": remit,
        "day": today(),
    }
    if draft:
        context |= tried(draft, court, remit, user)
        if "xlsx" in request.GET and remit:
            return sheets.trial_sheet(
                court, draft, context["divisions"], context["teams"], context["total"], by=user
            )
    return render(request, "quota/weight_trial.html", context | tabs(user, "weight-trial"))


def draft_asked(drafts: list[Edition], asked: str) -> Edition | None:
    if not asked:
        return None
    found = [draft for draft in drafts if str(draft.pk) == asked]
    if not found:
        raise Http404(NO_DRAFT)
    return found[0]


def tried(draft: Edition, court: Court, remit: Remit | None, user: User) -> dict[str, object]:
    trial = try_draft(draft, court=court, day=today(), person=None if remit else user)
    if remit is None:
        return {"own": summed([line for _pk, line in trial.divisions])}
    mine: list[list[Line]] = [
        [line for pk, line in lines if remit.divisions is None or pk in remit.divisions]
        for lines in (trial.divisions, trial.teams)
    ]
    return {"divisions": mine[0], "teams": mine[1], "total": summed(mine[0]), "least": trial.least}


# --- slow simple cases --------------------------------------------------------------------------------------------------
@login_required
@require_GET
def breaches(request: HttpRequest) -> HttpResponseBase:
    """Open simple cases beyond what their class takes, in organisational order; as a file too."""
    user = request.user
    if not sees_breaches(user):
        raise trail.Refused(NO_BREACHES, act="quota.see_breaches", by=user)
    if "xlsx" in request.GET:
        rows = seen_by(user).filter(case__sealed="")  # no number of a sealed case leaves the system
        return sheets.breaches_sheet(str(DEFINITION), [line(one) for one in rows], by=user)
    return breaches_shown(request, request.GET.get("page"))


def breaches_shown(
    request: HttpRequest, number: object, typed: tuple[Breach, AnswerForm] | None = None
) -> HttpResponse:
    """One page of them; with what was typed about one of them and could not be kept."""
    page = Paginator(seen_by(request.user), PER_PAGE).get_page(number)
    forms = {typed[0].pk: typed[1]} if typed else {}
    rows = [(one, evidence(one), forms.get(one.pk)) for one in page]
    context = {"page": page, "rows": rows, "definition": DEFINITION} | tabs(request.user, "breaches")
    return render(request, "quota/breaches.html", context, status=422 if typed else 200)


DEFINITION = gettext_lazy(
    "识别为简案的未结案件：自立案起的天数超过同院同类（案由组、程序相同）近期审结简案的第九十百分位，或者某一环节用时的峰值偏差超过界限。"
    "同类不足最少件数的不评价。"
)


def sees_breaches(user: User) -> bool:
    return user.may(Permission.SEE_DASHBOARD) and (
        user.may(Permission.SEE_OWN_WORKLOAD) or user.may(Permission.SEE_WORKLOAD)
    )


def evidence(one: Breach) -> str:
    said = one.evidence
    if one.kind == "cycle":
        words = _("已 {days} 天，同类界限 {bound} 天（{n} 件）")
        return words.format(days=one.days, bound=f"{said['bound']:g}", n=said["n"])
    words = _("{days} 天，同类中位数 {median} 天，峰值偏差 {deviation}（{n} 件）")
    return words.format(
        days=one.days, median=f"{said['median']:g}", deviation=f"{said['deviation']:g}", n=said["n"]
    )


def line(one: Breach) -> tuple[object, ...]:
    case = one.case
    named = (str(case.division or ""), case.judge.name if case.judge else "")
    return (
        case.number,
        *named,
        one.what or one.get_kind_display(),
        one.days,
        evidence(one),
        one.found_on,
        one.answer,
    )


@login_required
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The judge says why."""
    found = get_object_or_404(Breach.objects.visible_to(request.user).select_related("case"), pk=pk)
    form = AnswerForm(request.POST)
    own = seen_by(request.user) if found.case.judge_id == request.user.pk else Breach.objects.none()
    standing = list(own.values_list("pk", flat=True))
    if not form.is_valid() and found.pk in standing:
        return breaches_shown(request, standing.index(found.pk) // PER_PAGE + 1, (found, form))
    said = form.cleaned_data.get("answer", "")
    answer_breach(breach=found, answer=said, by=request.user, at=timezone.now())
    messages.success(request, _("已保存说明。"))
    return redirect(f"{reverse('quota:breaches')}#breach-{pk}")
