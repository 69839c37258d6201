"""The forms about time studies, forecasts and figures of courts. What was typed survives every error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from cases.forms import day_field
from courts.models import Court
from quota.figures import FACTORS
from quota.models import CourtFigure

METHODS = [
    ("diary", _("整案：测算期间内立案并结案的案件，逐案加总工时")),
    ("elements", _("流程要素：各环节平均分钟 × 出现次数，未结的案件也计入")),
    ("proxy", _("替代指标：以有实测的案件学习，推算没有实测的")),
]


class StudyForm(forms.Form):
    court = forms.ModelChoiceField(
        label=_("法院"), queryset=Court.objects.none(), empty_label=None, error_messages={"required": _("请选择法院"), "invalid_choice": _("请从列出的法院中选择")},
    )  # fmt: skip
    name = text_field(_("名称"), length=80)
    starts_on = day_field(_("开始日"))
    ends_on = day_field(_("结束日"), help_text=_("含这一天；一般四至八周"))

    def __init__(self, courts: Any, data: Any = None) -> None:
        super().__init__(data)
        self.fields["court"].queryset = courts
        speak_plainly(self)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("starts_on") and said.get("ends_on") and said["ends_on"] < said["starts_on"]:
            self.add_error("ends_on", _("结束日不能早于开始日"))
        return said


class MeasureForm(forms.Form):
    method = forms.ChoiceField(label=_("方法"))

    def __init__(self, data: Any = None, *, methods: Iterable[str] = ("diary", "elements", "proxy")) -> None:
        super().__init__(data)
        wanted = set(methods)
        self.fields["method"].choices = [choice for choice in METHODS if choice[0] in wanted]
        speak_plainly(self)


def number_field(label: Any, largest: float, *, whole: bool = False, required: bool = False) -> forms.Field:
    kind = forms.IntegerField if whole else forms.FloatField
    errors = {
        "required": _("请填写这一项"),
        "invalid": _("请填写数字"),
        "min_value": _("不能小于 %(limit_value)s"),
        "max_value": _("不能大于 %(limit_value)s"),
    }
    return kind(
        label=label, min_value=1 if whole else 0, max_value=largest, required=required, error_messages=errors
    )


class FigureForm(forms.Form):
    """One court in one year; what nobody knows stays empty and adjusts nothing."""

    year = number_field(_("年度"), 2100, whole=True, required=True)
    staffing = number_field(_("政法专项编制（人）"), 100_000, whole=True, required=True)
    area = number_field(_("辖区面积（平方公里）"), 2_000_000)
    population = number_field(_("常住人口（万人）"), 20_000)
    gdp = number_field(_("人均地区生产总值（万元）"), 1_000)
    minorities = number_field(_("少数民族人口占比（0–1）"), 1)
    experience = number_field(_("法官平均任职年限（年）"), 60)
    closed = number_field(_("近三年法官人均结案（件）"), 10_000)
    source = text_field(_("来源"), length=200, help_text=_("统计年鉴、编办文件等的名称和文号"))

    def __init__(self, data: Any = None, *, row: CourtFigure | None = None, year: int | None = None) -> None:
        kept = (
            {name: getattr(row, name) for name in ("year", "staffing", *FACTORS.values(), "source")}
            if row
            else {}
        )
        super().__init__(data, initial=kept or {"year": year})
        speak_plainly(self)

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if year < 1990:
            raise forms.ValidationError(_("应为如 2025 的年份"))
        return year
