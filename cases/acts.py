"""The forms for everything about a case that is not time: events, assignment, closing, number, links, access, doubts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import services
from cases.entries import EntryForm, reason_field, speak_plainly, text_field
from cases.forms import day_field, time_field
from cases.identity import number_problem
from cases.lawful import ACCEPTED, closing_problem, moment_problem
from cases.models import SEALED, AccessGrant, Case, CaseLink, Doubt, Fact
from cases.numbers import explain, normalize, parse
from cases.selectors import divisions_of, judges_of, people_of
from cases.services import assignment_problem
from courts.models import Division, User

NODES = [ACCEPTED, "移送审判庭", "送达副本", "开庭", "庭审结束", "合议", "文书完成", "宣判", "送达判决", "收到上诉状",
         "送达上诉状副本", "收到上诉答辩状", "上诉期满", "移送上诉", "生效", "交付执行", "上网", "归档", "选举日"]  # fmt: skip
SCHEDULED = {"开庭", "选举日"}  # may be entered before their day


class EventForm(EntryForm):
    node = forms.ChoiceField(label=_("节点"), choices=[(name, name) for name in NODES])
    on = day_field(_("日期"))
    time = time_field(_("时刻"), help_text=_("写作 09:30；登记受理须填写，以小时计算的期限自该时刻起算"))
    note = text_field(_("说明"), required=False, help_text=_("当庭宣判的，请在说明中写明“当庭”"))

    def prepare(self) -> None:
        self.fields["on"].initial = self.today

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("node") not in SCHEDULED:
            self.refuse_future("on")
        if {"node", "on", "time"} <= self.cleaned_data.keys():
            given = (self.cleaned_data["node"], self.cleaned_data["on"])
            self.object_to("time", moment_problem(*given, self.moment()))
        return self.cleaned_data

    def moment(self) -> datetime | None:
        on, clock = self.cleaned_data["on"], self.cleaned_data["time"]
        return timezone.make_aware(datetime.combine(on, clock)) if clock is not None else None

    def save(self, *, by: User, at: datetime) -> Any:
        given = {name: self.cleaned_data[name] for name in ("node", "on", "note")}
        return services.record_event(case=self.case, by=by, at=at, moment=self.moment(), **given)


class ReassignForm(EntryForm):
    judge = forms.ModelChoiceField(label=_("新承办人"), queryset=User.objects.none(), empty_label=_("请选择"))
    division = forms.ModelChoiceField(
        label=_("承办部门"), queryset=Division.objects.none(), required=False, empty_label=_("不变")
    )
    on = day_field(_("接手之日"))
    reason = reason_field()

    def prepare(self) -> None:
        self.fields["judge"].queryset = judges_of(self.case.court_id)
        self.fields["division"].queryset = divisions_of(self.case.court_id)
        self.fields["on"].initial = self.today

    def clean(self) -> dict[str, Any]:
        self.refuse_future("on")
        if judge := self.cleaned_data.get("judge"):
            self.object_to("judge", assignment_problem(self.case, judge, self.cleaned_data.get("division")))
        return self.cleaned_data

    def save(self, *, by: User, at: datetime) -> Any:
        return services.reassign(case=self.case, by=by, at=at, **self.cleaned_data)


class CloseForm(EntryForm):
    closed_on = day_field(_("结案日期"))
    closed_how = text_field(_("结案方式"), length=40, help_text=_("如：判决、调解、撤诉、驳回起诉、执行完毕"))

    def prepare(self) -> None:
        self.fields["closed_on"].initial = self.case.closed_on or self.today
        self.fields["closed_how"].initial = self.case.closed_how

    def clean(self) -> dict[str, Any]:
        if closed_on := self.cleaned_data.get("closed_on"):
            self.object_to("closed_on", closing_problem(self.case, closed_on, self.today))
        return self.cleaned_data

    def save(self, *, by: User, at: datetime) -> Any:
        return services.close_case(case=self.case, by=by, at=at, **self.cleaned_data)


class NumberForm(EntryForm):
    number = text_field(
        _("更正后的案号"), length=80, help_text=_("如（2026）川1502民初4567号；括号的写法不限")
    )
    reason = reason_field(_("更正的理由"))

    def prepare(self) -> None:
        self.fields["number"].initial = self.case.number

    def clean_number(self) -> str:
        read = parse(self.cleaned_data["number"], self.law.type_codes)
        if read.normalized != self.case.number and (problem := number_problem(self.case, read)):
            raise forms.ValidationError(problem)
        return read.normalized

    def save(self, *, by: User, at: datetime) -> Any:
        return services.correct_number(case=self.case, by=by, at=at, **self.cleaned_data)


class LinkForm(EntryForm):
    kind = forms.ChoiceField(label=_("关系"), choices=CaseLink.LINK_KINDS)
    other_number = text_field(_("另案案号"), length=80)
    reason = text_field(_("说明"), required=False, length=200)

    def clean_other_number(self) -> str:
        read = parse(self.cleaned_data["other_number"], self.law.type_codes)
        if read.status == "invalid":
            raise forms.ValidationError("；".join(explain(read, self.law.type_codes)))
        if read.normalized == self.case.number:
            raise forms.ValidationError("案件不能与自身关联，请填写另一案件的案号")
        return read.normalized

    def save(self, *, by: User, at: datetime) -> Any:
        return services.link_cases(case=self.case, by=by, at=at, **self.cleaned_data)


class WithdrawForm(EntryForm):
    subject: Fact
    reason = reason_field(_("撤销的理由"))

    def save(self, *, by: User, at: datetime) -> Any:
        return services.withdraw_fact(fact=self.subject, by=by, at=at, **self.cleaned_data)


class SealForm(EntryForm):
    sealed = forms.ChoiceField(label=_("封存"), choices=SEALED, required=False)
    reason = reason_field()

    def prepare(self) -> None:
        self.fields["sealed"].initial = self.case.sealed

    def save(self, *, by: User, at: datetime) -> Any:
        return services.seal_case(case=self.case, by=by, at=at, **self.cleaned_data)


class RevokeForm(EntryForm):
    subject: AccessGrant
    reason = reason_field()

    def save(self, *, by: User, at: datetime) -> Any:
        return services.revoke_access(grant=self.subject, by=by, at=at, **self.cleaned_data)


class GrantForm(forms.Form):
    """Access to a sealed case of one's court, by its number: who grants it need not see the case."""

    number = text_field(_("封存案件的案号"), length=80)
    user = forms.ModelChoiceField(
        label=_("准予查阅的人员"), queryset=User.objects.none(), empty_label=_("请选择")
    )
    reason = reason_field()

    def __init__(self, data: Any = None, *, courts: list[int], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.courts = courts
        self.fields["user"].queryset = people_of(*courts)
        speak_plainly(self)

    def clean_number(self) -> Case:
        number = normalize(self.cleaned_data["number"])
        found: Case | None = (
            Case.objects.filter(number=number, court__in=self.courts).exclude(sealed="").first()
        )
        if found is None:
            raise forms.ValidationError("本院没有这一案号的封存案件，请核对；未封存的案件无须授权")
        return found

    def save(self, *, by: User, at: datetime) -> Any:
        case, user, reason = (self.cleaned_data[name] for name in ("number", "user", "reason"))
        return services.grant_access(case=case, user=user, reason=reason, by=by, at=at)


class SettleForm(EntryForm):
    subject: Doubt
    take_theirs = forms.TypedChoiceField(
        label=_("采用"),
        choices=[("0", _("保留现值")), ("1", _("采用来源值"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="0",
    )
    how = text_field(_("处理说明"), length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def prepare(self) -> None:
        if self.subject.kind != "conflict":
            # Nothing to choose between: the doubt was looked at, and how it ended is said in words.
            del self.fields["take_theirs"]

    def save(self, *, by: User, at: datetime) -> Any:
        given = {"take_theirs": False} | self.cleaned_data
        return services.settle_doubt(doubt=self.subject, by=by, at=at, **given)
