"""What may be done from the day page to several cases at once (批量办理), each act through the service that owns it.

Every case is done or refused for itself: what was refused comes back with the reason, and the rest stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.handling import DONE, SNOOZED, latest_day, mark_done, may_handle, snooze
from alerts.models import Alert
from alerts.prompts import send_prompt
from alerts.watching import unwatch, watch_case
from audit import trail
from cases.acts import CloseForm
from cases.entries import EntryForm, PauseForm, ResumeForm, reason_field, speak_plainly, text_field
from cases.forms import day_field, id_in
from cases.guard import NOT_YOURS, may_on
from cases.lawful import PAUSES
from cases.models import Case, Exclusion, ProcedureEvent
from cases.nodes import FINISHING
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Posting, User
from courts.roles import Permission, Role

Given = dict[str, Any]
Refusals = dict[int, str]  # case id → why it was not done
HOWS = ("判决", "裁定", "调解", "撤诉", "驳回起诉", "维持", "改判", "发回重审", "准许", "驳回", "终止审理",
        "执行完毕", "终结执行", "终结本次执行程序", "执行和解", "其他")  # fmt: skip
JUDGES, HEADS = "judges", "heads"


# --- what is typed -----------------------------------------------------------------------------------
class BulkForm(forms.Form):
    """The fields of one act; each case is checked again by itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        speak_plainly(self)
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices and first values."""


class SendForm(BulkForm):
    to = forms.MultipleChoiceField(
        label=_("发给"),
        choices=[(JUDGES, _("各案承办法官")), (HEADS, _("各案所在庭的庭长"))],
        widget=forms.CheckboxSelectMultiple,
        initial=[JUDGES],
        error_messages={"required": _("请至少选择一类接收人")},
    )
    words = text_field(_("提示内容"), length=500, widget=forms.Textarea(attrs={"rows": 3}),
                       help_text=_("提示只催办期限与流程，不得对案件的实体处理提出意见；提示内容全程留痕。"))  # fmt: skip


class PauseAllForm(BulkForm):
    ground = forms.ChoiceField(label=_("事由"), help_text=_("事由不适用于所选案件类别的，该案不予登记并说明"))
    starts_on = day_field(_("停表之日"))
    review_on = day_field(_("复核日"))
    owner = forms.ChoiceField(label=_("负责人"), choices=[("judge", _("各案承办法官")), ("me", _("我本人"))])
    reason = reason_field(_("说明"))

    def prepare(self) -> None:
        law, day = law_in_use(), today()
        found = (law.ground(code, day) for code in law.grounds)
        open_ended = [ground for ground in found if ground.mode in PAUSES and ground.max_n is None]
        named = [(ground.id, f"{ground.name}（{'、'.join(ground.scope)}）") for ground in open_ended]
        self.fields["ground"].choices = [("", _("请选择")), *named]
        self.fields["starts_on"].initial = day


class ResumeAllForm(BulkForm):
    resumes_on = day_field(_("恢复之日"), help_text=_("自这一天起重新计入审限"))

    def prepare(self) -> None:
        self.fields["resumes_on"].initial = today()


class DoneForm(BulkForm):
    reason = reason_field(_("处理情况"))


class SnoozeForm(BulkForm):
    until_on = day_field(_("此日起重新提醒"))
    reason = reason_field(_("理由"))

    def prepare(self) -> None:
        law, day = law_in_use(), today()
        most = int(law.setting("snooze_workdays", day))
        self.fields["until_on"].initial = law.national.add_workdays(day, most)
        self.fields["until_on"].help_text = _("最长 %s 个工作日") % most


class WatchAllForm(BulkForm):
    note = text_field(_("关注原因"), length=200, widget=forms.Textarea(attrs={"rows": 2}))


class UnwatchForm(BulkForm):
    """Nothing to type."""


class CloseAllForm(BulkForm):
    """How each case ended, typed in its row as ``how-<id>``."""

    def clean(self) -> Given:
        typed = {
            name.removeprefix("how-"): value for name, value in self.data.items() if name.startswith("how-")
        }
        return {"how": {pk: value for text, value in typed.items() if (pk := id_in(text)) is not None}}


# --- what is done ------------------------------------------------------------------------------------
def one_by_one(
    do: Callable[[Case, Given, User, datetime], str | None],
) -> Callable[[list[Case], Given, User, datetime], Refusals]:
    """The act on each case for itself. ``do`` returns why not, or is refused."""

    def perform(cases: list[Case], given: Given, by: User, at: datetime) -> Refusals:
        tried = {case.pk: attempt(lambda case=case: do(case, given, by, at), by, at) for case in cases}
        return {pk: why for pk, why in tried.items() if why}

    return perform


def attempt(do: Callable[[], str | None], by: User, at: datetime) -> str | None:
    """Why it was not done, None when it was. A refusal leaves its trace here as on a page of its own."""
    try:
        return do()
    except trail.Refused as refused:
        trail.record_refusal(refused, by=by, at=at)
        return refused.sentence


def send(cases: list[Case], given: Given, by: User, at: datetime) -> Refusals:
    """One prompt to each receiver, about those of the cases they answer for."""
    refused: Refusals = {}
    heads = heads_of(cases) if HEADS in given["to"] else {}
    by_person: dict[User, list[Case]] = defaultdict(list)
    for case in cases:
        if not may_on(by, Permission.SEND_PROMPT, case):
            refused[case.pk] = NOT_YOURS
            continue
        people = {
            *heads.get(case.division_id or 0, ()),
            *([case.judge] if case.judge and JUDGES in given["to"] else []),
        }
        for person in people:
            by_person[person].append(case)
        if not people:
            refused[case.pk] = str(_("本案没有登记所选的接收人（承办法官或庭长），请在案件页指定接收人"))
    for person, theirs in by_person.items():
        refused |= send_to(person, theirs, given["words"], by, at)
    return refused


def send_to(person: User, cases: list[Case], words: str, by: User, at: datetime) -> Refusals:
    ids = [case.pk for case in cases]
    seen = set(Case.objects.visible_to(person).filter(pk__in=ids).values_list("pk", flat=True))
    refused = {case.pk: f"{person.name}不能查看本案，未发送" for case in cases if case.pk not in seen}
    theirs = [case for case in cases if case.pk in seen]
    why = attempt(lambda: sent(theirs, person, words, by, at), by, at) if theirs else None
    return refused | ({case.pk: why for case in theirs} if why else {})


def sent(cases: list[Case], person: User, words: str, by: User, at: datetime) -> None:
    send_prompt(cases=cases, to=[person], words=words, by=by, at=at)


def heads_of(cases: Iterable[Case]) -> dict[int, list[User]]:
    """Who heads the divisions of these cases today."""
    divisions = {case.division_id for case in cases if case.division_id}
    held = Posting.objects.held_on(today()).filter(role=Role.DIVISION_HEAD, division__in=divisions)
    found: dict[int, list[User]] = defaultdict(list)
    for posting in held.filter(user__is_active=True).select_related("user").order_by("pk"):
        found[posting.division_id].append(posting.user)
    return found


def pause(case: Case, given: Given, by: User, at: datetime) -> str | None:
    owner = case.judge_id if given["owner"] == "judge" else by.pk
    return entered(PauseForm, given | {"owner": owner}, case, by, at)


def resume(case: Case, given: Given, by: User, at: datetime) -> str | None:
    pauses = list(Exclusion.objects.filter(case=case, resumes_on=None, withdrawn_at=None))
    if len(pauses) != 1:
        return (
            f"本案有 {len(pauses)} 项停表尚未恢复，请在案件页分别登记" if pauses else "本案没有尚未恢复的停表"
        )
    pauses[0].case = case
    return entered(ResumeForm, given, case, by, at, subject=pauses[0])


def close(case: Case, given: Given, by: User, at: datetime) -> str | None:
    """Record the closing that everything says has taken place, on the day of the event that says so."""
    if case.closed_on:
        return f"本案已于 {case.closed_on} 登记结案"
    events = ProcedureEvent.objects.filter(case=case, node__in=FINISHING, withdrawn_at=None)
    event = events.order_by("on", "pk").first()
    if event is None:
        return "本案没有宣判、送达判决等结案事件，请在案件页登记结案"
    typed = {"closed_on": event.on, "closed_how": given["how"].get(case.pk, "")}
    return entered(CloseForm, typed, case, by, at) if typed["closed_how"] else "请选择结案方式"


def entered(
    kind: type[EntryForm], given: Given, case: Case, by: User, at: datetime, subject: Any = None
) -> str | None:
    """What the case's own form says against it; saved when it says nothing."""
    form = kind(given, case=case, law=law_in_use(), user=by, today=today(), subject=subject)
    if not form.is_valid():
        return "；".join(f"{form[name].label}：{errors[0]}" for name, errors in form.errors.items())
    form.save(by=by, at=at)
    return None


def done(case: Case, given: Given, by: User, at: datetime) -> str | None:
    for alert in handleable(case, by):
        until_on = latest_day(DONE, alert, today())
        mark_done(alert=alert, by=by, reason=given["reason"], until_on=until_on, at=at)
    return None


def later(case: Case, given: Given, by: User, at: datetime) -> str | None:
    for alert in handleable(case, by):
        latest = latest_day(SNOOZED, alert, today())
        if given["until_on"] > latest:
            return f"最晚可推迟到 {latest}，现为 {given['until_on']}"
        snooze(alert=alert, by=by, at=at, **given)
    return None


def handleable(case: Case, by: User) -> list[Alert]:
    """The open alerts of the case that this person may handle; all of them where they may none, to be refused."""
    alerts = list(Alert.objects.known_to(by).open().filter(case=case).select_related("case").order_by("pk"))
    if not alerts:
        raise trail.Refused(
            "本案没有未解除的预警，无须处理", act="alerts.mark_done", on=case, by=by, status=409
        )
    return [alert for alert in alerts if may_handle(by, alert)] or alerts


def follow(case: Case, given: Given, by: User, at: datetime) -> None:
    watch_case(case=case, by=by, at=at, **given)


def unfollow(case: Case, given: Given, by: User, at: datetime) -> None:
    unwatch(case=case, by=by, at=at)


@dataclass(frozen=True)
class Bulk:
    """One act on the chosen cases. ``permission`` None: whoever sees the case may; the services ask again."""

    code: str
    name: Any
    says: Any
    form: type[BulkForm]
    perform: Callable[[list[Case], Given, User, datetime], Refusals]
    permission: Permission | None = None


_P = Permission
ACTS = {act.code: act for act in (
    Bulk("prompt", _("发提示"), _("每位接收人收到一条提示，列明其所涉案件，须在期限内确认。"), SendForm, send, _P.SEND_PROMPT),
    Bulk("pause", _("登记停表"), _("逐案核对事由是否适用；期限在数秒内重算。"), PauseAllForm, one_by_one(pause), _P.RECORD_PAUSE),
    Bulk("resume", _("登记恢复"), _("本案只有一项停表的，自该日恢复计时。"), ResumeAllForm, one_by_one(resume), _P.RECORD_PAUSE),
    Bulk("done", _("已处理"), _("所选案件现有的全部预警不再提醒您，期满仍未解除的重新提醒；您的上级能看到处理情况。"), DoneForm, one_by_one(done)),
    Bulk("snooze", _("稍后"), _("所选案件现有的全部预警到该日再提醒您；您的上级能看到理由。"), SnoozeForm, one_by_one(later)),
    Bulk("watch", _("关注"), _("列入“我关注的”，有预警时告知您。"), WatchAllForm, one_by_one(follow)),
    Bulk("unwatch", _("取消关注"), _("不再列入“我关注的”。"), UnwatchForm, one_by_one(unfollow)),
    Bulk("close", _("登记结案"), _("结案日期取最早的结案事件之日，结案方式按各行所选。"), CloseAllForm, one_by_one(close), _P.RECORD_EVENT),
)}  # fmt: skip


def acts_for(user: User, tab: str) -> list[Bulk]:
    """The acts offered to this person under a tab."""
    hidden = {"close"} if tab != "finished" else set()
    hidden |= {"unwatch"} if tab != "watched" else set()
    may = (act for act in ACTS.values() if act.permission is None or user.may(act.permission))
    return [act for act in may if act.code not in hidden]


def blank(act: Bulk, typed: Any, *, ids: str, **initial: Any) -> BulkForm:
    """The act's form with what was typed so far, not yet complained about."""
    kept = {}
    for name, declared in act.form.base_fields.items():
        key = f"{act.code}-{name}"
        if typed is not None and key in typed:
            kept[name] = typed.getlist(key) if isinstance(declared, forms.MultipleChoiceField) else typed[key]
    return act.form(prefix=act.code, auto_id=ids, initial=initial | kept)
