"""The forms about classes and slow simple cases. What was typed survives every error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from quota.classes import problem_of
from quota.models import CaseWeight
from quota.models.weights import CLASSES


class ClassForm(forms.Form):
    """Which class a case is of (繁简确认)."""

    klass = forms.ChoiceField(label=_("繁简"), choices=CLASSES, widget=forms.RadioSelect)
    reason = text_field(_("理由"), length=300, required=False, help_text=_("与识别结果不同的必须填写"))

    def __init__(self, data: Any = None, *, weight: CaseWeight, **options: Any) -> None:
        super().__init__(data, initial={"klass": weight.klass}, **options)
        self.weight = weight
        speak_plainly(self)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        problem = problem_of(self.weight, cleaned.get("klass", ""), cleaned.get("reason", "").strip())
        if problem and "klass" in cleaned:
            self.add_error("reason", problem)
        return cleaned


class AnswerForm(forms.Form):
    """Why a simple case takes longer than others (超期说明)."""

    answer = text_field(_("说明"), length=500)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        speak_plainly(self)
