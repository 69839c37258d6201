"""Pages of flags: what waits for me, one flag, the flags of a case, raising one, how well the rules recognise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from cases.guard import is_visible, sits_on
from cases.models import Case
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from supervision import flag_reading, letters, quality, waiting
from supervision.composition import problems
from supervision.flag_forms import DONE, ActForm, RaiseForm, acts_open_to, form_for
from supervision.flag_moves import UNKNOWN, refuse_unless_open_to
from supervision.flags import NOBODY, RAISE, how_raised, raise_flag
from supervision.lifecycle import OPEN, UNDECIDED
from supervision.models import Flag, Measure, RuleVersion, Step
from supervision.rulebook import rulebook_of

PER_PAGE = 50


# --- what waits for me -----------------------------------------------------------------------------------------
@login_required
@require_GET
def waiting_list(request: HttpRequest) -> HttpResponse:
    """The flags that wait for this person, by what is to be done; the nearest day first."""
    heaps, day = waiting.heaps_of(request.user), today()
    if not heaps:
        raise trail.Refused(
            _("您的职务没有需要处理的四类案件标识。"), act="supervision.see_waiting", by=request.user
        )
    counts = waiting.counts(request.user, day)
    first = next((heap for heap in heaps if counts[heap.code]), heaps[0])
    heap = next((heap for heap in heaps if heap.code == request.GET.get("tab")), first)
    page = Paginator(waiting.flags_in(heap, request.user, day), PER_PAGE).get_page(request.GET.get("page"))
    flag_reading.withhold_numbers(page.object_list, request.user)
    context = {
        "heaps": [(each, counts[each.code]) for each in heaps],
        "heap": heap,
        "page": page,
        "flags": with_days(page.object_list, day),
        "kept": f"tab={heap.code}",
        "day": day,
        "may_see_quality": may_see_quality(request.user),
    }
    return render(request, "supervision/waiting.html", context)


def with_days(flags: Iterable[Flag], day: date) -> list[Flag]:
    """Each with the day that runs for it now and how many days are left."""
    found = list(flags)
    touched = set(Measure.objects.counted().filter(flag__in=found).values_list("flag", flat=True))
    for flag in found:
        flag.runs_until = running_day(flag, has_measure=flag.pk in touched)
        flag.left = (flag.runs_until - day).days if flag.runs_until else None
        flag.over = -flag.left if flag.left is not None else None
    return found


def running_day(flag: Flag, *, has_measure: bool) -> date | None:
    """When the next step is due: the decision, or after a confirmation the first measure."""
    if flag.state == "CONFIRMED":
        return None if has_measure else flag.first_measure_due_on
    return flag.due_on if flag.is_open else None


# --- one flag ----------------------------------------------------------------------------------------------------
def flag_of(request: HttpRequest, pk: int) -> Flag:
    """The flag, if this person may see it; else it is unknown."""
    seen = Flag.objects.visible_to(request.user)
    about = seen.select_related(
        "case__court", "case__judge", "case__division", "case__presiding", "rule", "version"
    )
    found = about.select_related("decided_by", "raised_by", "verified_by").filter(pk=pk).first()
    if found is None:
        raise Http404(UNKNOWN)
    flag_reading.withhold_numbers([found], request.user)
    return found


@login_required
@require_GET
def flag_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Evidence, rule, history and what this person may do. Leaves a trace like reading the case."""
    flag = flag_of(request, pk)
    if not sits_on(request.user, flag.case):
        trail.record_reading(flag.case, by=request.user, at=timezone.now())
    return flag_shown(request, flag)


@login_required
@require_POST
def flag_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Take one act; with something wrong in the form the page comes back as it was typed."""
    flag = flag_of(request, pk)
    if act not in DONE:
        raise Http404(UNKNOWN)
    refuse_unless_open_to(request.user, act, flag)
    form = form_for(act, request.POST)
    if not form.is_valid():
        return flag_shown(request, flag, form)
    form.save(flag=flag, by=request.user, at=timezone.now())
    messages.success(request, DONE[act])
    seen = Flag.objects.visible_to(request.user).filter(pk=flag.pk).exists()
    return redirect("supervision:flag", flag.pk) if seen else redirect("supervision:waiting")


def flag_shown(request: HttpRequest, flag: Flag, typed: ActForm | None = None) -> HttpResponse:
    user, day = request.user, today()
    with_days([flag], day)
    acts = acts_open_to(user, flag)
    steps = Step.objects.filter(flag=flag).select_related("by").order_by("at", "id")
    history = flag_reading.history_of(flag, steps)
    measures = Measure.objects.filter(flag=flag).select_related("taken_by").order_by("taken_at", "pk")
    rules = law_in_use().measures
    context = {
        "flag": flag,
        "case": flag.case,
        "sees_case": is_visible(flag.case, user),
        "is_open": flag.state in OPEN,
        "sentence": flag_reading.sentence_of(flag),
        "evidence": flag_reading.evidence_of(flag),
        "why": flag_reading.why(flag),
        "numbers": flag_reading.numbers_of(flag),
        "history": history,
        "forward": flag_reading.brought_forward(history) if flag.state in UNDECIDED else [],
        "measures": [(each, rules[each.code].name if each.code in rules else each.code) for each in measures],
        "problems": problems(flag.case) if not flag.secret else [],
        "forms": [typed if typed and typed.act == act else form_for(act) for act in acts],
        "typed": typed.act if typed else "",
        "is_mine": sits_on(user, flag.case),
        "may_measure": may_measure(user, flag),
        "may_write": not (flag.secret or flag.case.sealed) and bool(letters.kinds_for(user)),
        "day": day,
    }
    return render(request, "supervision/flag.html", context, status=422 if typed else 200)


def may_measure(user: User, flag: Flag) -> bool:
    """Whether the page of measures opens: to supervisors, and to the presiding judge, who may ask for a meeting."""
    return flag.is_open and (user.may(Permission.TAKE_MEASURES) or flag.case.presiding_id == user.pk)


# --- the flags of a case -------------------------------------------------------------------------------------------
def case_of(request: HttpRequest, pk: int) -> Case:
    return get_object_or_404(
        Case.objects.visible_to(request.user).select_related("court", "presiding"), pk=pk
    )


@login_required
@require_GET
def flags_of_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a case's page about its flags: those one may see, what is missing, and what is one fact short."""
    case, day = case_of(request, pk), today()
    sees = request.user.may(Permission.SEE_FLAGS)
    seen = Flag.objects.visible_to(request.user).filter(case=case).select_related("rule", "version")
    flags = list(seen.order_by("-proposed_at", "pk"))
    standing = {flag.rule.code for flag in flags if flag.is_open}
    near = flag_reading.near_misses(case, day) if sees and case.closed_on is None else []
    context = {
        "case": case,
        "sees": sees,
        "open_flags": with_days((flag for flag in flags if flag.is_open), day),
        "ended_flags": [flag for flag in flags if not flag.is_open],
        "problems": problems(case) if sees else [],
        "near": [each for each in near if each.code not in standing],
        "may_raise": case.closed_on is None and bool(how_raised(request.user, case)),
        "may_write": not case.sealed and bool(letters.kinds_for(request.user)),
        "day": day,
    }
    return render(request, "supervision/case.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def flag_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a case for supervision under a rule, with a reason."""
    case = case_of(request, pk)
    how = how_raised(request.user, case)
    if not how:
        raise trail.Refused(NOBODY, act=RAISE, on=case, by=request.user)
    form = RaiseForm(
        request.POST or None,
        offered=offered(request.user, case),
        initial={"code": request.GET.get("code", "")},
    )
    if request.method == "POST" and form.is_valid():
        flag = raise_flag(case=case, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("已提出，由庭长或者分管院领导确认。"))
        return redirect("supervision:flag", flag.pk)
    return render(request, "supervision/flag_new.html", {"case": case, "form": form, "how": how})


def offered(user: User, case: Case) -> list[RuleVersion]:
    """The rules of the court that are no secret and not open on the case as far as this person sees."""
    standing = Flag.objects.visible_to(user).open().filter(case=case).values_list("rule__code", flat=True)
    versions = rulebook_of(case.court_id, today()).versions
    return [
        versions[code] for code in sorted(versions) if not versions[code].secret and code not in set(standing)
    ]


# --- how well the rules recognise ------------------------------------------------------------------------------------
def may_see_quality(user: User) -> bool:
    return any(user.may(permission) for permission in quality.MAY_LOOK)


@login_required
@require_GET
def quality_page(request: HttpRequest) -> HttpResponse:
    """Precision and miss rate per rule, a quarter at a time."""
    if not may_see_quality(request.user):
        raise trail.Refused(_("您的职务不能查看识别质量。"), act="supervision.see_quality", by=request.user)
    known = quality.quarters(
        max(today(), timezone.localdate())
    )  # decisions bear the real day, whatever the system's
    chosen = next((quarter for quarter in known if quarter.code == request.GET.get("quarter")), known[0])
    rule = request.GET.get("rule", "")
    counted = quality.decided_in(quality.flags_counted(request.user), chosen).filter(rule__code=rule)
    seen = counted.filter(pk__in=Flag.objects.visible_to(request.user).values("pk")).select_related("case")
    context = {
        "quarters": known,
        "chosen": chosen,
        "rows": quality.quality_of(request.user, chosen),
        "rule": rule,
        "flags": Paginator(seen, PER_PAGE).get_page(request.GET.get("page")) if rule else None,
        "kept": f"quarter={chosen.code}&rule={rule}",
        "day": today(),
    }
    return render(request, "supervision/quality.html", context)
