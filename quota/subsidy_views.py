"""Pages of subsidies for cases (办案补贴): the pools, one pool with its shares, one's own share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from catalogues.selectors import law_in_use
from courts.models import User
from courts.roles import Permission
from quota import subsidies
from quota.duty_forms import AmountForm, AnswerForm, ObjectionForm, PoolForm, ReasonForm
from quota.duty_page import courts_among
from quota.models import SubsidyPool, SubsidyShare
from quota.sheets import sheet_response

PER_PAGE = 50
NO_POOL = "没有这一笔办案补贴，或者您无权查看"
NOT_YOURS = "办案补贴由政治部和院长查看；本人的份额见“我的办案补贴”。"
NOT_A_JUDGE = "办案补贴供办理案件的法官查看本人份额。"
COLUMNS = (
    ("姓名", 12), ("职务", 24), ("审结案件（有份额）", 18), ("其中承办", 10), ("折算件", 12), ("未计权案件", 12),
    ("评查结果", 24), ("质量乘数", 10), ("金额（元）", 14),
)  # fmt: skip
DEFINITIONS = (
    ("个人金额", "总额×本人折算件×本人质量乘数÷全体（折算件×质量乘数）之和，分到分，合计恰为总额"),
    ("折算件", "统计期间审结案件的权重按合议庭角色份额分给各人；封存案件计入合计；没有计权的案件不计"),
    ("质量乘数", "1加各件评查结果的增减（目录“评查等次”），限于目录的上下限；没有评查的为1"),
    ("范围", "统计期间在额的员额法官；其他人的份额不参加分配"),
)


# --- the pools -------------------------------------------------------------------------------------------------
def refuse_strangers(user: User) -> None:
    if not subsidies.preparing_courts(user) | subsidies.approving_courts(user):
        raise trail.Refused(NOT_YOURS, act="quota.see_subsidies", by=user)


@login_required
@require_http_methods(["GET", "POST"])
def subsidies_list(request: HttpRequest) -> HttpResponse:
    """The pools of one's courts, newest period first; the politics department prepares here."""
    refuse_strangers(request.user)
    courts = courts_among(subsidies.preparing_courts(request.user))
    posted = request.POST if request.method == "POST" else None
    form = PoolForm(courts, posted) if courts else None
    if posted is not None:
        if form is None:
            raise trail.Refused(subsidies.NOT_YOURS, act=subsidies.PREPARE, by=request.user)
        if form.is_valid():
            pool = subsidies.prepare_pool(**form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, _("已按审结案件的权重和评查结果测算，请核对。"))
            return redirect("quota:subsidy", pool.pk)
    found = subsidies.pools_for(request.user).select_related("court", "approved_by")
    ordered = found.order_by("-starts_on", "-ends_on", "court__position", "court__code", "pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    lines = [(pool, subsidies.period_of_pool(pool)) for pool in page.object_list]
    context = {"page": page, "lines": lines, "form": form}
    return render(request, "quota/subsidies.html", context, status=422 if posted is not None else 200)


# --- one pool --------------------------------------------------------------------------------------------------
def pool_of(request: HttpRequest, pk: int) -> SubsidyPool:
    found = subsidies.pools_for(request.user).select_related("court", "prepared_by", "approved_by")
    pool = found.filter(pk=pk).first()
    if pool is None:
        raise Http404(NO_POOL)
    return pool


def shares_in(pool: SubsidyPool) -> list[SubsidyShare]:
    """The shares in organisational order, each with the words of its reviews."""
    found = list(pool.shares.select_related("person", "answered_by"))
    names = {
        code: grade.name for code, grade in law_in_use().quotas.grades_of(pool.court_id, pool.ends_on).items()
    }
    for share in found:
        share.reviews = reviews_words(share.basis, names)
    return sorted(found, key=lambda share: (share.basis.get("place", len(found)), share.pk))


def reviews_words(basis: dict[str, Any], names: dict[str, str]) -> str:
    """优秀 2、瑕疵 1; empty where nothing was reviewed."""
    parts = [f"{names.get(code, code)} {count}" for code, count in basis.get("grades", {}).items()]
    return "、".join(parts + ([f"未写明等次 {basis['ungraded']}"] if basis.get("ungraded") else []))


@login_required
@require_GET
def subsidy(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, pool_of(request, pk))


def shown(request: HttpRequest, pool: SubsidyPool, typed: dict[str, Form] | None = None) -> HttpResponse:
    user, typed = request.user, typed or {}
    prepares = pool.court_id in subsidies.preparing_courts(user)
    approves = pool.court_id in subsidies.approving_courts(user)
    is_draft = pool.state == "draft"
    withdraws = prepares if is_draft else approves and pool.state == "approved"
    paid = subsidies.is_paid(pool, user)
    shares = shares_in(pool)
    waiting = [share for share in shares if share.objection and not share.answered_at]
    context = {
        "pool": pool,
        "period": subsidies.period_of_pool(pool),
        "shares": shares,
        "answers": answer_forms(pool, waiting, user, typed.get("answer")),
        "waiting": len(waiting),
        "approves_now": is_draft
        and approves
        and not waiting
        and not (paid or subsidies.has_a_hand_in(pool, user)),
        "own_money": subsidies.OWN_MONEY if is_draft and approves and paid else "",
        "version": subsidies.version_of(pool),
        "amount_form": (typed.get("recompute") or AmountForm(initial={"amount": pool.amount}))
        if is_draft and prepares
        else None,
        "withdraw_form": (typed.get("withdraw") or ReasonForm()) if withdraws else None,
    }
    return render(request, "quota/subsidy.html", context, status=422 if typed else 200)


def answer_forms(
    pool: SubsidyPool, waiting: list[SubsidyShare], user: User, typed: Form | None
) -> list[tuple[SubsidyShare, Form]]:
    """A form for each objection that waits; nobody answers their own, and nothing is answered of what was taken back."""
    if pool.state == "withdrawn":
        return []
    said = typed.data.get("person") if typed else None
    return [
        (
            share,
            typed
            if typed and said == str(share.person_id)
            else AnswerForm(initial={"person": share.person_id}, auto_id=f"id_{place}_%s"),
        )
        for place, share in enumerate(waiting)
        if share.person_id != user.pk
    ]


FORMS: dict[str, type[Form]] = {"recompute": AmountForm, "withdraw": ReasonForm, "answer": AnswerForm}


@login_required
@require_POST
def subsidy_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Approve it, share it anew, take it back, answer an objection."""
    pool = pool_of(request, pk)
    if act not in ("approve", *FORMS):
        raise Http404(NO_POOL)
    form = FORMS[act](request.POST) if act in FORMS else None
    if form is not None and not form.is_valid():
        return shown(request, pool, {act: form})
    given = form.cleaned_data if form else {"version": request.POST.get("version", "")}
    perform(act, pool, given, request.user)
    messages.success(request, _("已办理。"))
    return redirect("quota:subsidy", pk)


def perform(act: str, pool: SubsidyPool, given: dict[str, Any], by: User) -> None:
    about = {"pool": pool, "by": by, "at": timezone.now(), **given}
    {
        "approve": subsidies.approve_pool,
        "recompute": subsidies.recompute_pool,
        "withdraw": subsidies.withdraw_pool,
        "answer": subsidies.answer_objection,
    }[act](**about)


@login_required
@require_GET
def subsidy_xlsx(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The shares of a pool as a spreadsheet."""
    pool = pool_of(request, pk)
    period, counts = subsidies.period_of_pool(pool), pool.counts
    said = f"审结{counts['cases']}件，其中未计权{counts['unweighed']}件；参加分配{counts['people']}人，不参加{counts['left_out']}人"
    above = [
        ("法院", str(pool.court)),
        ("统计期间", period.name),
        ("状态", pool.get_state_display()),
        ("件数", said),
        *DEFINITIONS,
    ]
    rows = [values_of(share) for share in shares_in(pool)]
    name = f"办案补贴_{pool.court}_{period.name}"
    return sheet_response(name, by=request.user, above=above, columns=COLUMNS, rows=rows)


def values_of(share: SubsidyShare) -> tuple[Any, ...]:
    basis = share.basis
    numbers = [
        basis.get("cases", 0),
        basis.get("own", 0),
        float(basis["weighted"]),
        basis.get("unweighed", 0),
    ]
    return (
        share.person.name,
        basis.get("post", ""),
        *numbers,
        share.reviews,
        float(basis["quality"]),
        float(share.amount),
    )


# --- one's own -------------------------------------------------------------------------------------------------
@login_required
@require_GET
def my_subsidy(request: HttpRequest) -> HttpResponse:
    return own_shown(request)


def own_shown(request: HttpRequest, pk: int = 0, typed: Form | None = None) -> HttpResponse:
    """One's own shares with all they follow from; of the pool only what tells nothing of a colleague."""
    user = request.user
    shares = list(subsidies.shares_of(user))
    if not shares and not user.may(Permission.SEE_OWN_WORKLOAD):
        raise trail.Refused(NOT_A_JUDGE, act="quota.see_subsidies", by=user)
    claims = claims_in([share.pool_id for share in shares])
    owns = [own_line(share, claims[share.pool_id], pk, typed) for share in shares]
    context = {"owns": owns}
    return render(request, "quota/my_subsidy.html", context, status=422 if typed else 200)


def claims_in(pools: list[int]) -> dict[int, list[Decimal]]:
    """What everybody brought to each pool: weighted cases times the multiplier, without their names."""
    found: dict[int, list[Decimal]] = {pool: [] for pool in pools}
    rows = SubsidyShare.objects.filter(pool__in=pools)
    for pool, weighted, quality in rows.values_list("pool", "basis__weighted", "basis__quality"):
        found[pool].append(Decimal(weighted) * Decimal(quality))
    return found


def own_line(share: SubsidyShare, claims: list[Decimal], pk: int, typed: Form | None) -> dict[str, Any]:
    pool = share.pool
    least = int(law_in_use().quotas.setting("zone_min", pool.court_id, pool.ends_on))
    grades = law_in_use().quotas.grades_of(pool.court_id, pool.ends_on)
    may_object = pool.state != "withdrawn" and share.answered_at is None
    form = (
        typed
        if typed and pool.pk == pk
        else ObjectionForm(initial={"objection": share.objection}, auto_id=f"id_{pool.pk}_%s")
    )
    return {
        "share": share,
        "pool": pool,
        "period": subsidies.period_of_pool(pool),
        "reviews": reviews_words(share.basis, {code: grade.name for code, grade in grades.items()}),
        "least": least,
        "open": sum(claim > 0 for claim in claims) >= least,
        "whole": sum(claims, Decimal(0)),
        "form": form if may_object else None,
    }


@login_required
@require_POST
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Object to one's own share of a pool."""
    share = subsidies.shares_of(request.user).filter(pool=pk).first()
    if share is None:
        raise Http404(NO_POOL)
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        return own_shown(request, pk, form)
    subsidies.object_to_share(
        pool=share.pool, objection=form.cleaned_data["objection"], by=request.user, at=timezone.now()
    )
    messages.success(request, _("已提出异议，由政治部或者院长答复。"))
    return redirect("quota:my-subsidy")
