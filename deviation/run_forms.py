"""The forms on the pages of runs: ask for one, put one into use, decide against one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from catalogues.sentencing_law import DeviationModel as Kind
from courts.models import Court

LENGTH = 500


class AskForm(forms.Form):
    """For which court, and which outcome."""

    def __init__(self, courts: Sequence[Court], kinds: Mapping[str, Kind], data: Any = None) -> None:
        super().__init__(data)
        self.courts = {str(court.pk): court for court in courts}
        places = [(pk, court.name) for pk, court in self.courts.items()]
        self.fields["court"] = forms.ChoiceField(label=_("法院"), choices=places)
        outcomes = [(code, kind.name) for code, kind in kinds.items()]
        self.fields["code"] = forms.ChoiceField(label=_("模型"), choices=outcomes)
        speak_plainly(self)


class DecideForm(forms.Form):
    """Why it is put into use, or not; against it one must say why."""

    def __init__(self, data: Any = None, *, must_say: bool) -> None:
        super().__init__(data, prefix="refuse" if must_say else "release")
        self.fields["reason"] = text_field(
            _("理由") if must_say else _("备注"),
            length=LENGTH,
            required=must_say,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        speak_plainly(self)
