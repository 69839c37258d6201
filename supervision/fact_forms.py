"""The forms in which people state a fact: one field by the fact's type, and its basis. What was typed survives every error."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from cases.models import Case
from catalogues.supervision_law import RuleFact
from courts.models import User
from supervision.models import Statement
from supervision.statements import LONGEST, NO_SUCH_CASE, case_by_number, problem_of, state_fact

YES_NO = [("yes", _("是")), ("no", _("否"))]
WHOLE = {"invalid": _("应为整数，如 12"), "required": _("请填写这一项")}
NUMBER = {"invalid": _("应为数字，如 0.6"), "required": _("请填写这一项")}


class ListOfTags(forms.TypedMultipleChoiceField):
    """Any number of tags; none at all says that none applies."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, empty_value=[], **options)


def value_field(fact: RuleFact) -> forms.Field:
    """The field for a value of the fact's type, with its unit and meaning under it."""
    said = {"label": fact.label, "help_text": fact.meaning}
    named = {"label": f"{fact.label}（{fact.unit}）" if fact.unit else fact.label, "help_text": fact.meaning}
    match fact.type:
        case "bool":
            return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **said)
        case "enum":
            return forms.ChoiceField(choices=[("", _("请选择")), *fact.choices], **said)
        case "list":
            return ListOfTags(choices=fact.choices, **said)
        case "int":
            return forms.IntegerField(error_messages=WHOLE, **named)
        case "float" | "money":
            return forms.FloatField(error_messages=NUMBER, **named)
    return text_field(fact.label, length=120)


class StateForm(forms.Form):
    """One fact of one case."""

    def __init__(self, fact: RuleFact, data: Any = None, *, now: Any = None) -> None:
        super().__init__(data, prefix=fact.name)
        self.fact = fact
        self.fields["value"] = value_field(fact)
        self.fields["basis"] = text_field(
            _("依据"), length=LONGEST, help_text=_("材料名称、日期或者经办情况")
        )
        if now is not None:
            self.initial["value"] = ("yes" if now else "no") if fact.type == "bool" else now
        speak_plainly(self)

    def clean_value(self) -> Any:
        value = self.cleaned_data["value"]
        if self.fact.type == "bool":
            value = value == "yes"
        if problem := problem_of(self.fact, value):
            raise forms.ValidationError(problem)
        return value

    def save(self, *, case: Case, by: User, at: datetime) -> Statement:
        given = self.cleaned_data
        return state_fact(
            case=case, fact=self.fact.name, value=given["value"], basis=given["basis"], by=by, at=at
        )


class NumberForm(StateForm):
    """One fact of a case known by its number alone: it need not be seen."""

    def __init__(self, fact: RuleFact, data: Any = None, *, user: User) -> None:
        super().__init__(fact, data)
        self.user = user
        number = text_field(_("案号"), length=80, help_text=_("须为本院案件的完整案号；括号的写法不限"))
        self.fields = {"number": number, **self.fields}

    def clean_number(self) -> Case:
        found = case_by_number(self.user, self.cleaned_data["number"])
        if found is None:
            raise forms.ValidationError(NO_SUCH_CASE)
        return found

    def keep(self, *, by: User, at: datetime) -> Statement:
        return self.save(case=self.cleaned_data["number"], by=by, at=at)


class WithdrawForm(forms.Form):
    reason = text_field(_("撤销的原因"), length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))
