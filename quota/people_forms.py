"""The forms about quota judges, teams and availability. What was typed survives every error."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from cases.forms import day_field
from courts.clock import today
from courts.models import Court, Division, User
from quota.models import TeamMember
from quota.objections import LONGEST
from quota.people import triggers_of
from quota.people_guard import person_named
from quota.teams import kinds_of

HUNDRED = Decimal(100)


class PersonForm(forms.Form):
    """A form that names a person of some courts; ``cleaned_data["person"]`` is the person."""

    person = text_field(_("人员"), length=60, help_text=_("姓名、用户名或者人事编号；重名的填写人事编号"))

    def __init__(self, data: Any = None, *, courts: Collection[int], **options: Any) -> None:
        super().__init__(data, **options)
        self.courts = courts
        speak_plainly(self)

    def clean_person(self) -> User:
        person, problem = person_named(self.cleaned_data["person"].strip(), self.courts)
        if person is None:
            raise forms.ValidationError(problem)
        return person


def area(label: Any, *, length: int = 300, required: bool = True, **options: Any) -> forms.CharField:
    return text_field(
        label, length=length, required=required, widget=forms.Textarea(attrs={"rows": 2}), **options
    )


# --- quota judges ---------------------------------------------------------------------------------------------------
class EnterForm(PersonForm):
    entered_on = day_field(_("入额日"))
    basis = text_field(_("入额依据"), length=120, help_text=_("任命文件的名称和文号"))


class LeaveForm(forms.Form):
    left_on = day_field(_("退出日"), help_text=_("自这一天起不再计员额"))
    trigger = forms.ChoiceField(label=_("退出情形"))
    reason = area(_("依据和说明"), help_text=_("决定、申请或者文件的名称和文号"))

    def __init__(self, court: Court, data: Any = None) -> None:
        super().__init__(data)
        known = triggers_of(court.pk, today())
        self.fields["trigger"].choices = [
            ("", _("请选择")),
            *((code, one.name) for code, one in known.items()),
        ]
        speak_plainly(self)


class RefuseForm(forms.Form):
    reason = area(_("理由"))


class ObjectionForm(forms.Form):
    text = area(_("异议"), length=LONGEST, help_text=_("由政治部和院长查看，并书面答复；答复以前可以修改"))


class AnswerForm(forms.Form):
    answer = area(_("答复"), length=LONGEST)


# --- teams ----------------------------------------------------------------------------------------------------------
class TeamForm(forms.Form):
    name = text_field(_("团队名称"), length=40)
    kind = forms.ChoiceField(label=_("团队类型"))
    division = forms.ModelChoiceField(
        label=_("部门"), queryset=Division.objects.none(), required=False, empty_label=_("不属于某一部门")
    )
    opened_on = day_field(_("组建日"))

    def __init__(self, court: Court, data: Any = None) -> None:
        super().__init__(data)
        self.fields["kind"].choices = [(code, one.name) for code, one in kinds_of(court.pk, today()).items()]
        self.fields["division"].queryset = Division.objects.filter(court=court, closed_on=None)
        speak_plainly(self)


class JoinForm(PersonForm):
    part = forms.ChoiceField(label=_("角色"), choices=TeamMember.PARTS)
    joined_on = day_field(_("加入日"))


class LeaveTeamForm(forms.Form):
    """Which of the members leaves, and when."""

    member = forms.ModelChoiceField(
        label=_("成员"), queryset=TeamMember.objects.none(), empty_label=_("请选择")
    )
    left_on = day_field(_("离开日"), help_text=_("自这一天起不再是团队成员"))

    def __init__(self, members: Iterable[TeamMember], data: Any = None) -> None:
        super().__init__(data)
        names = [(one.pk, f"{one.person}（{one.get_part_display()}）") for one in members]
        self.fields["member"].queryset = TeamMember.objects.filter(pk__in=[pk for pk, _name in names])
        self.fields["member"].choices = [("", _("请选择")), *names]
        speak_plainly(self)


class CloseTeamForm(forms.Form):
    closed_on = day_field(_("撤销日"), help_text=_("成员自这一天起一并离开"))


# --- availability ---------------------------------------------------------------------------------------------------
class AvailabilityForm(PersonForm):
    starts_on = day_field(_("起"))
    ends_on = day_field(_("止（含）"))
    percent = forms.DecimalField(
        label=_("可办案比例（%）"), min_value=0, max_value=100, decimal_places=0, max_digits=3,
        help_text=_("全休、借调填 0；半职办案填 50"),
        error_messages={
            "required": _("请填写这一项"), "invalid": _("请填写 0 到 100 的整数"), "min_value": _("应不小于 0"),
            "max_value": _("最多 100"), "max_decimal_places": _("请填写 0 到 100 的整数"),
            "max_digits": _("请填写 0 到 100 的整数"), "max_whole_digits": _("请填写 0 到 100 的整数"),
        },
    )  # fmt: skip
    reason = text_field(_("事由"), length=80, help_text=_("如产假、借调、长期病假；不写病情"))

    def given(self) -> dict[str, Any]:
        """The arguments of the service."""
        said = dict(self.cleaned_data)
        return said | {"fraction": said.pop("percent") / HUNDRED}


class EndAvailabilityForm(forms.Form):
    ends_on = day_field(_("提前终止于（含）"))


class WithdrawAvailabilityForm(forms.Form):
    reason = text_field(_("撤回理由"), length=200)
