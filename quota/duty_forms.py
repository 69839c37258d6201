"""The forms about leaders' cases and subsidies. What was typed survives every error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from cases.forms import day_field
from courts.models import Court
from quota.circulars import NOTE_LENGTH, REASON_LENGTH, periods_offered
from quota.duty_spans import Period
from quota.subsidies import LONGEST

BAD_MONEY = _("金额应大于 0，以元为单位，最多两位小数，如 120000.00")


def area(label: Any, *, length: int, required: bool = True, **options: Any) -> forms.CharField:
    return text_field(
        label, length=length, required=required, widget=forms.Textarea(attrs={"rows": 2}), **options
    )


def money_field() -> forms.DecimalField:
    errors = {"required": _("请填写总额")}
    errors |= dict.fromkeys(
        ("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"), BAD_MONEY
    )
    return forms.DecimalField(
        label=_("总额（元）"), min_value=0.01, max_digits=14, decimal_places=2, error_messages=errors
    )


class PeriodForm(forms.Form):
    """A court and a period that is over; ``cleaned_data["period"]`` is the period."""

    court = forms.ModelChoiceField(label=_("法院"), queryset=Court.objects.none(), empty_label=None)
    period = forms.ChoiceField(label=_("统计期间"))

    def __init__(self, courts: QuerySet[Court], data: Any = None) -> None:
        super().__init__(data)
        self.fields["court"].queryset = courts
        self.periods = {period.key: period for period in periods_offered()}
        self.fields["period"].choices = [(key, period.name) for key, period in self.periods.items()]
        speak_plainly(self)

    def clean_period(self) -> Period:
        return self.periods[self.cleaned_data["period"]]


class DraftForm(PeriodForm):
    notes_until = day_field(
        _("本人核对期限"), help_text=_("被列出的人在这一天以前（含）核对本人的数字、写说明，之后才可以批准")
    )


class PoolForm(PeriodForm):
    amount = money_field()


class NoteForm(forms.Form):
    note = area(
        _("说明"),
        length=NOTE_LENGTH,
        required=False,
        help_text=_("随通报公布，不写案号；没有要说明的可以空着"),
    )


class ReasonForm(forms.Form):
    reason = area(_("撤回的理由"), length=REASON_LENGTH)


class AmountForm(forms.Form):
    amount = money_field()


class ObjectionForm(forms.Form):
    objection = area(
        _("异议"), length=LONGEST, help_text=_("只有您本人、政治部和院长看得到；请不要写封存案件的案号")
    )


class AnswerForm(forms.Form):
    person = forms.IntegerField(widget=forms.HiddenInput)
    answer = area(_("答复"), length=LONGEST)
