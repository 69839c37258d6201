"""The forms on the page of a flag: one for each act this person may take. What was typed survives every error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from cases.forms import day_field
from courts.clock import today
from courts.models import User
from supervision import flags
from supervision.composition import KINDS, problem_of, record_adjustment
from supervision.flag_moves import may_act, was_disputed
from supervision.lifecycle import ACTS, LIVE, problem_now, problem_of_reason, reasons_for
from supervision.models import Flag, RuleVersion

LENGTH = 500
#: In this order on the page: label of the button, what it means.
OFFERED = {
    "verify": (_("核实属实"), _("属实的，标识自此公开：审判组织和庭室可以看到，由庭长或者院领导确认。")),
    "dismiss": (_("核查不实"), _("标识终结，始终保密。同样的反映不再提出。")),
    "uphold": (_("决定确认"), _("纳入四类案件监督。")),
    "overturn": (_("决定不予确认"), _("不纳入监督。证据没有变化的，系统不再提出。")),
    "confirm": (_("确认"), _("纳入四类案件监督，由院庭长采取监督措施；首次措施有期限。")),
    "reject": (_("不予确认"), _("不纳入监督。证据没有变化的，系统不再提出；理由计入规则的准确率。")),
    "dispute": (_("提出异议"), _("由院长决定；决定以前不采取监督措施。")),
    "adjust": (_("登记审判组织调整"), _("独任转合议、调整成员或者审判长，须写明理由并告知当事人。")),
    "revoke": (_("撤销标识"), _("不再作为四类案件监督，须写明理由。")),
}  # fmt: skip
DONE = {
    "verify": _("已核实，标识自此公开。"), "dismiss": _("已终结。"), "uphold": _("已决定确认。"), "overturn": _("已决定不予确认。"),
    "confirm": _("已确认，请在期限内采取首次监督措施。"), "reject": _("已不予确认。"), "dispute": _("已提出异议，由院长决定。"),
    "adjust": _("已登记。"), "revoke": _("已撤销。"),
}  # fmt: skip


class ActForm(forms.Form):
    """One act on a flag: a coded reason where it wants one, and words."""

    def __init__(self, act: str, data: Any = None) -> None:
        super().__init__(data, prefix=act)
        self.act, self.rule = act, ACTS[act]
        self.label, self.says = OFFERED[act]
        if self.rule.reason == "code":
            choices = [(reason.code, reason.name) for reason in reasons_for(act)]
            self.fields["reason_code"] = forms.ChoiceField(
                label=_("理由"), choices=choices, widget=forms.RadioSelect, error_messages={"required": _("请选择理由")}
            )  # fmt: skip
        self.add_fields()
        wanted = self.rule.reason == "words"
        label = _("说明") if self.rule.reason == "code" else _("理由") if wanted else _("备注")
        self.fields["reason"] = text_field(
            label, length=LENGTH, required=wanted, widget=forms.Textarea(attrs={"rows": 2})
        )
        speak_plainly(self)

    def add_fields(self) -> None:
        """What the act wants beside its reason."""

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        code = given.get("reason_code", "")
        if self.rule.reason != "code" or code:
            problem = problem_of_reason(self.act, code, given.get("reason", ""))
            if problem and "reason" in given:
                self.add_error("reason", problem)
        return given

    def save(self, *, flag: Flag, by: User, at: datetime) -> None:
        SERVICES[self.act](flag=flag, by=by, at=at, **self.cleaned_data)


class AdjustForm(ActForm):
    """Why the panel was adjusted, when, and when the parties were told."""

    def add_fields(self) -> None:
        choices = [(kind.code, kind.name) for kind in KINDS.values()]
        self.fields["kind"] = forms.ChoiceField(label=_("调整"), choices=choices, widget=forms.RadioSelect)
        self.fields["changed_on"] = day_field(_("调整日期"), required=False)
        self.fields["parties_told_on"] = day_field(_("告知当事人日期"), required=False)
        self.initial = {"changed_on": today()}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if "kind" in given and {"changed_on", "parties_told_on"} <= given.keys():
            problem = problem_of(given["kind"], given["changed_on"], given["parties_told_on"])
            if problem:
                self.add_error("parties_told_on", problem)
        return given


def uphold(**given: Any) -> Flag:
    return flags.decide_dispute(upheld=True, **given)


def overturn(**given: Any) -> Flag:
    return flags.decide_dispute(upheld=False, **given)


SERVICES: dict[str, Callable[..., Flag]] = {
    "confirm": flags.confirm_flag, "reject": flags.reject_flag, "dispute": flags.dispute_flag, "uphold": uphold,
    "overturn": overturn, "revoke": flags.revoke_flag, "verify": flags.verify_complaint, "dismiss": flags.dismiss_complaint,
    "adjust": record_adjustment,
}  # fmt: skip


def form_for(act: str, data: Any = None) -> ActForm:
    return AdjustForm(act, data) if act == "adjust" else ActForm(act, data)


def acts_open_to(user: User, flag: Flag) -> list[str]:
    """The acts this person may take on the flag as it stands, in the order of the page."""
    disputed = flag.state in LIVE and was_disputed(flag)
    possible = (
        act for act in OFFERED if problem_now(act, flag.state, secret=flag.secret, level=flag.level) is None
    )
    return [act for act in possible if may_act(user, act, flag, disputed=disputed)]


class RaiseForm(forms.Form):
    """Under which rule a case should be supervised, and why. ``offered`` are the rules not open on it already."""

    code = forms.ChoiceField(label=_("情形"))
    reason = text_field(
        _("理由"), length=LENGTH, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("写明本案的事实，不写对裁判结果的意见")
    )  # fmt: skip

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if problem := problem_of_reason("raise", "", reason):
            raise forms.ValidationError(problem)
        return reason

    def __init__(
        self, data: Any = None, *, offered: list[RuleVersion], initial: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        choices = [(version.rule.code, f"{version.rule.code} {version.name}") for version in offered]
        self.fields["code"].choices = [("", _("请选择")), *choices]
        speak_plainly(self)
