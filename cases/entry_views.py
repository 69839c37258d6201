"""Pages on which people enter something about a case: one way through for all of them (填写、预览、登记)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from audit import trail
from cases import acts, entries
from cases.guard import NOT_YOURS, is_visible, permit
from cases.models import (
    AccessGrant,
    Case,
    Conversion,
    Doubt,
    Element,
    Exclusion,
    Extension,
    Outcome,
    ProcedureEvent,
    Restart,
)
from cases.page import with_everything
from cases.previews import Preview, current, offers, window
from cases.services import TAKES
from cases.timeline import told
from catalogues.selectors import Law, law_in_use
from courts.clock import today
from courts.models import User
from courts.roles import Permission

Page = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Entry:
    """What a page lets people enter: its form, the permission it takes, and its words."""

    form: type[entries.EntryForm]
    permission: Permission
    act: str
    title: str
    button: str
    done: str
    model: Any = None  # of the fact the page is about, where it is about one
    explains: str = ""


_P = Permission
ENTRIES = {
    "event": Entry(acts.EventForm, _P.RECORD_EVENT, "record_event", "登记流程事件", "登记", "已登记流程事件"),
    "pause": Entry(
        entries.PauseForm, _P.RECORD_PAUSE, "pause_clock", "登记停表", "登记停表", "已登记停表，期限将在数秒内重算",
        explains="停表未恢复之前没有到期日。每一停表都须有负责人和复核日，以免原因消失后忘记恢复。",
    ),
    "exclude": Entry(
        entries.ExcludeForm, _P.RECORD_PAUSE, "exclude_days", "登记扣除期间", "登记扣除", "已登记扣除期间，期限将在数秒内重算",
        explains="用于起止日都已知的期间，例如已经结束的鉴定。重叠的日子只扣一次。",
    ),
    "extend": Entry(
        entries.ExtendForm, _P.RECORD_EXTENSION, "extend_limit", "登记延长审限", "登记延长", "已登记延长审限，期限将在数秒内重算"
    ),
    "restart": Entry(
        entries.RestartForm, _P.RECORD_PAUSE, "restart_limit", "登记重新计算审限", "登记", "已登记，期限将在数秒内重算"
    ),
    "convert": Entry(
        entries.ConvertForm, _P.CONVERT_PROCEDURE, "convert_procedure", "登记程序转换", "登记转换",
        "已登记程序转换，期限将在数秒内重算",
        explains="民事、行政案件转换程序后审限连续计算，仍自立案之日起；刑事案件自作出决定之日起重新计算。",
    ),
    "reassign": Entry(acts.ReassignForm, _P.REASSIGN, "reassign", "变更承办人", "变更", "已变更承办人"),
    "close": Entry(acts.CloseForm, _P.RECORD_EVENT, "close_case", "登记结案", "登记结案", "已登记结案"),
    "number": Entry(
        acts.NumberForm, _P.CORRECT_NUMBER, "correct_number", "更正案号", "更正", "已更正案号，原案号仍可查到",
        explains="原案号会保留在本案的曾用案号中，按原案号仍能查到本案。",
    ),
    "link": Entry(acts.LinkForm, _P.RECORD_EVENT, "link_cases", "登记关联案件", "登记", "已登记关联案件"),
    "seal": Entry(
        acts.SealForm, _P.GRANT_ACCESS, "seal_case", "封存", "保存", "已保存封存状态",
        explains="封存后只有合议庭、辅助人员和查阅名单上的人员能看到本案。",
    ),
    "resume": Entry(
        entries.ResumeForm, _P.RECORD_PAUSE, "resume_clock", "登记恢复计时", "登记恢复", "已登记恢复，期限将在数秒内重算",
        model=Exclusion,
    ),
    "revoke": Entry(
        acts.RevokeForm, _P.GRANT_ACCESS, "revoke_access", "撤销查阅授权", "撤销授权", "已撤销查阅授权", model=AccessGrant
    ),
    "settle": Entry(acts.SettleForm, _P.SETTLE_DOUBT, "settle_doubt", "处理数据疑点", "确认处理", "已处理数据疑点", model=Doubt),
}  # fmt: skip
WITHDRAWALS = {
    f"withdraw-{name}": Entry(
        acts.WithdrawForm, TAKES[model], "withdraw_fact", "撤销登记", "撤销这一登记", "已撤销，期限将在数秒内重算", model=model,
        explains="撤销后该登记仍留在时间线上，注明已撤销，不再影响期限。",
    )
    for name, model in {
        "event": ProcedureEvent, "exclusion": Exclusion, "extension": Extension, "restart": Restart, "conversion": Conversion,
    }.items()
}  # fmt: skip
WITHDRAWALS |= {
    f"withdraw-{name}": Entry(
        acts.WithdrawForm, TAKES[model], "withdraw_fact", "撤销登记", "撤销这一登记", "已撤销", model=model,
        explains="撤销后不再用于评估，留痕中仍可查到。",
    )
    for name, model in {"element": Element, "outcome": Outcome}.items()
}  # fmt: skip
ENTRIES |= WITHDRAWALS


def page_for(name: str) -> Page:
    """The page of one entry; ``pk`` is the case's, or that of the fact the entry is about."""

    @login_required
    @require_http_methods(["GET", "POST"])
    def page(request: HttpRequest, pk: int) -> HttpResponse:
        return enter(request, ENTRIES[name], pk)

    return page


def enter(request: HttpRequest, entry: Entry, pk: int) -> HttpResponse:
    subject = subject_of(entry, pk, request)
    case = with_everything(subject.case_id if subject else pk, request.user)
    if case is None:
        raise Http404
    permit(f"cases.{entry.act}", permission=entry.permission, case=case, by=request.user)
    if subject is not None:
        subject.case = case
    law = law_in_use()
    form = entry.form(
        request.POST or None, case=case, law=law, user=request.user, today=today(), subject=subject
    )
    form.initial = request.GET.dict()  # a link from a list of things to do may say what is to be recorded
    if request.method == "POST" and "preview" in request.POST:
        return previewed(request, entry, form, law)
    if request.method == "POST" and form.is_valid() and not is_held_back(form):
        form.save(by=request.user, at=timezone.now())
        messages.success(request, entry.done)
        return redirect(*where_next(entry, case, request.user))
    shown = form.preview() if getattr(form, "is_questioned", False) else None
    return render(request, "cases/entry.html", described(entry, form, law, shown))


def where_next(entry: Entry, case: Case, user: User) -> tuple[Any, ...]:
    """The case, unless what was entered took it out of the person's sight: assigned to another division, or sealed."""
    if entry.act == "settle_doubt":
        return ("cases:doubts",)
    return ("cases:page", case.pk) if is_visible(case, user) else ("cases:list",)


def subject_of(entry: Entry, pk: int, request: HttpRequest) -> Any:
    """The fact the page is about, if it is still there to be acted on."""
    if entry.model is None:
        return None
    open_ones: dict[str, dict[str, Any]] = {
        "resume_clock": {"resumes_on": None, "withdrawn_at": None},
        "withdraw_fact": {"withdrawn_at": None},
        "revoke_access": {"revoked_at": None},
        "settle_doubt": {"settled_at": None},
    }
    found = entry.model.objects.visible_to(request.user).filter(pk=pk, **open_ones[entry.act])
    subject = found.first()
    if subject is None:
        raise Http404
    return subject


def previewed(request: HttpRequest, entry: Entry, form: entries.EntryForm, law: Law) -> HttpResponse:
    """Show the date as it would be; nothing is saved. htmx gets the part, a plain browser the page with what was typed."""
    preview = form.preview() if form.is_valid() else None
    if request.htmx:
        return render(request, "cases/_preview.html", {"preview": preview, "form": form})
    return render(request, "cases/entry.html", described(entry, form, law, preview))


def is_held_back(form: entries.EntryForm) -> bool:
    return isinstance(form, entries.ExtendForm) and form.is_held_back()


def described(entry: Entry, form: entries.EntryForm, law: Law, preview: Preview | None) -> dict[str, Any]:
    is_extension = entry.act == "extend_limit"
    return {
        "entry": entry,
        "form": form,
        "case": form.case,
        "subject": form.subject,
        "subject_told": said_of(form.subject, law),
        "preview": preview,
        "now": current(form.case, law) if form.previews else None,
        "offers": offers(form.case, law) if is_extension else (),
        "window": window(form.case, law) if is_extension else None,
        "is_extension": is_extension,
    }


def said_of(subject: Any, law: Law) -> str:
    """The fact in one line, so that people see what they act on."""
    if isinstance(subject, AccessGrant):
        return f"{subject.user}：{subject.reason}"
    if subject is None or isinstance(subject, Doubt):
        return ""
    on, title, detail = told(subject, law)
    return " · ".join(filter(None, (str(on or ""), title, detail)))


@login_required
@require_http_methods(["GET", "POST"])
def grant_access(request: HttpRequest) -> HttpResponse:
    """Put someone on the access list of a sealed case by its number (封存案件查阅授权)."""
    if not request.user.may(Permission.GRANT_ACCESS):
        raise trail.Refused(NOT_YOURS, act="cases.grant_access", by=request.user)
    courts = sorted(request.user.courts_where(Permission.GRANT_ACCESS))
    form = acts.GrantForm(
        request.POST or None, courts=courts, initial={"number": request.GET.get("number", "")}
    )
    if request.method == "POST" and form.is_valid():
        form.save(by=request.user, at=timezone.now())
        messages.success(request, "已加入查阅名单")
        return redirect("cases:access")
    return render(request, "cases/access.html", {"form": form})
