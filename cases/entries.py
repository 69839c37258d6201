"""The forms in which people enter what bears on time (期限登记). Each can show the new date before it is saved."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import previews, services
from cases.deadlines import Extension
from cases.forms import NOT_A_CHOICE, day_field
from cases.lawful import (
    PAUSES,
    another_open_pause,
    conversion_problem,
    ground_problem,
    grounds_for,
    open_pause_problem,
    span_problem,
    start_problem,
)
from cases.models import PROCEDURES, Case, Exclusion
from cases.pauses import amount_problem, approval_problem, restart_problem
from cases.previews import Preview
from cases.selectors import people_of
from catalogues.law import Ground
from catalogues.selectors import Law
from courts.models import User


def text_field(label: Any, *, required: bool = True, length: int = 300, **options: Any) -> forms.CharField:
    errors = {"required": _("请填写这一项"), "max_length": _("最多 %(limit_value)d 字，请缩短")}
    return forms.CharField(
        label=label, required=required, max_length=length, error_messages=errors, **options
    )


def reason_field(label: Any = "") -> forms.CharField:
    return text_field(label or _("理由"), widget=forms.Textarea(attrs={"rows": 2}), length=200)


class EntryForm(forms.Form):
    """A form about one case. ``subject`` is the fact it speaks of, where there is one."""

    previews = False

    def __init__(
        self, data: Any = None, *, case: Case, law: Law, user: User, today: date, subject: Any = None
    ) -> None:
        self.case, self.law, self.user, self.today, self.subject = case, law, user, today, subject
        super().__init__(data)
        speak_plainly(self)
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices and first values."""

    def object_to(self, field: str, problem: str | None) -> None:
        if problem and field not in self.errors:
            self.add_error(field, problem)

    def refuse_future(self, field: str) -> None:
        day = self.cleaned_data.get(field)
        if day and day > self.today:
            self.object_to(field, f"{day} 尚未到来，应不晚于今天 {self.today}")

    def preview(self) -> Preview | None:
        return None

    def save(self, *, by: User, at: datetime) -> Any:
        raise NotImplementedError


def speak_plainly(form: forms.Form) -> None:
    """One Chinese sentence for a choice that was not made or does not exist."""
    for field in form.fields.values():
        if isinstance(field, forms.ChoiceField):
            field.error_messages |= NOT_A_CHOICE | {"required": _("请从列表中选择一项")}


class GroundForm(EntryForm):
    """A form with a ground of the law's catalogue; ``grounds`` are those offered, with their basis."""

    previews = True
    modes: tuple[str, ...] = PAUSES
    open_ended = False
    grounds: list[Ground]

    def prepare(self) -> None:
        found = grounds_for(self.case, self.law, self.today, self.modes)
        self.grounds = [ground for ground in found if not (self.open_ended and ground.max_n is not None)]
        self.fields["ground"].choices = [("", _("请选择")), *((each.id, each.name) for each in self.grounds)]


class PauseForm(GroundForm):
    open_ended = True
    ground = forms.ChoiceField(
        label=_("事由"), help_text=_("只列出法律对本类案件规定、且没有法定最长期间的事由")
    )
    starts_on = day_field(_("停表之日"), help_text=_("自这一天起不计入审限"))
    review_on = day_field(_("复核日"), help_text=_("到这一天须检查停表的原因是否已经消失"))
    owner = forms.ModelChoiceField(label=_("负责人"), queryset=User.objects.none(), empty_label=_("请选择"))
    reason = reason_field(_("说明"))

    def prepare(self) -> None:
        super().prepare()
        self.fields["starts_on"].initial = self.today
        self.fields["owner"].queryset = people_of(self.case.court_id)
        self.fields["owner"].initial = self.case.judge_id or self.user.pk

    def clean(self) -> dict[str, Any]:
        self.refuse_future("starts_on")
        code, starts_on = self.cleaned_data.get("ground"), self.cleaned_data.get("starts_on")
        review_on = self.cleaned_data.get("review_on")
        if code and starts_on:
            self.object_to("ground", self.problem_of(code, starts_on))
            self.object_to("starts_on", start_problem(self.case, starts_on))
        if starts_on and review_on and review_on <= starts_on:
            self.object_to("review_on", f"复核日 {review_on} 应晚于停表之日 {starts_on}")
        return self.cleaned_data

    def problem_of(self, code: str, starts_on: date) -> str | None:
        problem = ground_problem(code, self.case, self.law, starts_on)
        if problem:
            return problem
        ground = self.law.ground(code, starts_on)
        return open_pause_problem(ground) or another_open_pause(self.case, ground, starts_on)

    def preview(self) -> Preview:
        given = self.cleaned_data
        return previews.with_exclusion(
            self.case, self.law, ground=given["ground"], starts_on=given["starts_on"], resumes_on=None
        )

    def save(self, *, by: User, at: datetime) -> Any:
        return services.pause_clock(case=self.case, by=by, at=at, **self.cleaned_data)


class ResumeForm(EntryForm):
    previews = True
    subject: Exclusion
    resumes_on = day_field(_("恢复之日"), help_text=_("自这一天起重新计入审限"))

    def prepare(self) -> None:
        self.fields["resumes_on"].initial = self.today

    def clean(self) -> dict[str, Any]:
        if resumes_on := self.cleaned_data.get("resumes_on"):
            self.object_to("resumes_on", span_problem(self.subject.starts_on, resumes_on))
        return self.cleaned_data

    def preview(self) -> Preview:
        return previews.with_end(self.subject, self.law, resumes_on=self.cleaned_data["resumes_on"])

    def save(self, *, by: User, at: datetime) -> Any:
        return services.resume_clock(exclusion=self.subject, by=by, at=at, **self.cleaned_data)


class ExcludeForm(GroundForm):
    ground = forms.ChoiceField(label=_("事由"), help_text=_("只列出法律对本类案件规定的事由"))
    starts_on = day_field(_("起日"), help_text=_("这一天起不计入审限"))
    resumes_on = day_field(_("恢复日"), help_text=_("这一天起重新计入审限；扣除的天数为两日之差"))
    reason = reason_field(_("说明"))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        code, starts_on, resumes_on = given.get("ground"), given.get("starts_on"), given.get("resumes_on")
        if code and starts_on:
            self.object_to("ground", ground_problem(code, self.case, self.law, starts_on))
            self.object_to("starts_on", start_problem(self.case, starts_on))
        if starts_on and resumes_on:
            self.object_to("resumes_on", span_problem(starts_on, resumes_on))
        return given

    def preview(self) -> Preview:
        given = {name: self.cleaned_data[name] for name in ("ground", "starts_on", "resumes_on")}
        return previews.with_exclusion(self.case, self.law, **given)

    def save(self, *, by: User, at: datetime) -> Any:
        return services.exclude_days(case=self.case, by=by, at=at, **self.cleaned_data)


class ExtendForm(EntryForm):
    previews = True
    months = forms.IntegerField(label=_("延长月数"), min_value=0, max_value=36, required=False)
    days = forms.IntegerField(label=_("延长日数"), min_value=0, max_value=999, required=False)
    workdays = forms.IntegerField(label=_("延长工作日数"), min_value=0, max_value=999, required=False)
    until_on = day_field(_("延长至"), required=False, help_text=_("批准文书写明到期日的，填写该日"))
    approved_on = day_field(_("批准日期"))
    approver = text_field(_("批准人或批准法院"), length=80)
    reason = reason_field(_("延长的理由"))
    despite = forms.BooleanField(
        label=_("已核对批准文书，仍按此登记"),
        required=False,
        help_text=_("不合规定的延长也须如实登记，并在计算明细中注明"),
    )

    def prepare(self) -> None:
        self.is_questioned = False
        for name in ("months", "days", "workdays"):
            self.fields[name].error_messages |= {
                "invalid": _("请填写整数"), "min_value": _("应不小于 0"), "max_value": _("最多 %(limit_value)s，请核对")
            }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        amounts = [given.get(name) or 0 for name in ("months", "days", "workdays")]
        if not {"months", "days", "workdays", "until_on"} & set(self.errors):
            self.object_to("months", amount_problem(*amounts, given.get("until_on")))
        self.refuse_future("approved_on")
        if approved_on := given.get("approved_on"):
            self.object_to("approved_on", approval_problem(self.case, approved_on))
        return given

    def preview(self) -> Preview:
        given = self.cleaned_data
        extension = Extension(
            months=given["months"] or 0,
            days=given["days"] or 0,
            workdays=given["workdays"] or 0,
            until=given["until_on"],
            approved_on=given["approved_on"],
        )
        return previews.with_extension(self.case, self.law, extension)

    def is_held_back(self) -> bool:
        """Whether the extension is not what the law gives and nobody has yet said to record it all the same."""
        self.is_questioned = bool(self.preview().warnings)
        if self.is_questioned and not self.cleaned_data["despite"]:
            self.add_error("despite", "这一延长不合规定（见预览），请核对；确已如此批准的，请勾选后再登记")
            return True
        return False

    def save(self, *, by: User, at: datetime) -> Any:
        given = {name: value for name, value in self.cleaned_data.items() if name != "despite"}
        given |= {name: given[name] or 0 for name in ("months", "days", "workdays")}
        return services.extend_limit(case=self.case, by=by, at=at, **given)


class RestartForm(GroundForm):
    modes = ("restart",)
    ground = forms.ChoiceField(label=_("事由"))
    on = day_field(_("重新起算日"))
    reason = reason_field(_("说明"))

    def clean(self) -> dict[str, Any]:
        code, on = self.cleaned_data.get("ground"), self.cleaned_data.get("on")
        self.refuse_future("on")
        if code and on:
            self.object_to("ground", ground_problem(code, self.case, self.law, on, modes=("restart",)))
            self.object_to("on", restart_problem(self.case, on))
        return self.cleaned_data

    def preview(self) -> Preview:
        return previews.with_restart(
            self.case, self.law, ground=self.cleaned_data["ground"], on=self.cleaned_data["on"]
        )

    def save(self, *, by: User, at: datetime) -> Any:
        return services.restart_limit(case=self.case, by=by, at=at, **self.cleaned_data)


class ConvertForm(EntryForm):
    previews = True
    to_procedure = forms.ChoiceField(
        label=_("转为"), choices=[(code, name) for code, name in PROCEDURES if code]
    )
    decided_on = day_field(_("决定日期"))
    reason = reason_field()

    def prepare(self) -> None:
        self.fields["to_procedure"].choices = [
            (code, name) for code, name in PROCEDURES if code and code != self.case.procedure
        ]
        self.fields["decided_on"].initial = self.today

    def clean(self) -> dict[str, Any]:
        self.refuse_future("decided_on")
        to_procedure, decided_on = self.cleaned_data.get("to_procedure"), self.cleaned_data.get("decided_on")
        if to_procedure and decided_on:
            self.object_to("decided_on", conversion_problem(self.case, to_procedure, decided_on))
        return self.cleaned_data

    def preview(self) -> Preview:
        given = {name: self.cleaned_data[name] for name in ("to_procedure", "decided_on")}
        return previews.with_conversion(self.case, self.law, **given)

    def save(self, *, by: User, at: datetime) -> Any:
        return services.convert_procedure(case=self.case, by=by, at=at, **self.cleaned_data)
