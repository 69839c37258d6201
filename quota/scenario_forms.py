"""The forms on the pages of scenarios and plans: what was typed survives every error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from courts.models import Court
from predicates.problems import Misread
from quota.canonical import canonical
from quota.models import Scenario
from quota.scenario import Infeasible, compute
from quota.scenarios import why_not, with_levers

YEARS = (2014, 2100)
MOST_LEVERS = 200_000
#: As JSON writes it.
NUL = "\\u0000"


def area(label: Any, *, required: bool = True, length: int = 500, **options: Any) -> forms.CharField:
    rows = forms.Textarea(attrs={"rows": 2})
    return text_field(label, length=length, required=required, widget=rows, **options)


class MakeForm(forms.Form):
    """For which court, of which year, under which name."""

    name = text_field(_("名称"), length=80, help_text=_("如：2026年基准测算"))
    note = area(_("说明"), required=False)

    def __init__(self, courts: Iterable[Court], year: int, data: Any = None) -> None:
        super().__init__(data, initial={"year": year})
        self.courts = {str(court.pk): court for court in courts}
        places = [(pk, court.name) for pk, court in self.courts.items()]
        fields = {
            "court": forms.ChoiceField(label=_("法院（含下级法院）"), choices=places),
            "year": forms.IntegerField(
                label=_("年度"), min_value=YEARS[0], max_value=YEARS[1],
                error_messages={"required": _("请填写这一项"), "invalid": _("请填写四位年份"), "min_value": _("请填写四位年份"), "max_value": _("请填写四位年份")},
            ),
        }  # fmt: skip
        self.fields = fields | self.fields
        speak_plainly(self)


class KeepForm(forms.Form):
    """Under which name the levers as they stand are kept; the levers travel along as JSON."""

    name = text_field(_("名称"), length=80)
    note = area(_("说明"), required=False)
    levers = forms.CharField(label=_("调节"), widget=forms.HiddenInput, max_length=MOST_LEVERS)

    def __init__(self, base: Scenario, data: Any = None) -> None:
        super().__init__(data)
        self.base = base

    def clean_levers(self) -> dict[str, Any]:
        found = levers_in(self.cleaned_data["levers"])
        if found is None:
            raise forms.ValidationError(_("调节项无法读取，请回到测算页面重新调节"))
        try:
            compute(with_levers(self.base, found))
        except (Misread, Infeasible) as wrong:
            raise forms.ValidationError(why_not(wrong)) from None
        return found


def levers_in(text: str) -> dict[str, Any] | None:
    """The levers of a text, if a scenario can be kept with them: finite numbers, and signs a database takes."""
    try:
        found = json.loads(text)
        whole = canonical(found)
        whole.encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and NUL not in whole else None


class SubmitForm(forms.Form):
    """Why; and why ``bounds`` of the catalogue are moved, where the scenario moves any."""

    def __init__(self, bounds: Sequence[str] = (), data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"] = area(_("提请理由"), length=300 if bounds else 500)
        if bounds:
            self.fields["loosening"] = area(_("放宽界限的理由"), length=180, help_text="；".join(bounds))


class DecideForm(forms.Form):
    """Why a plan is approved, refused or taken back; only approving may be silent."""

    def __init__(self, data: Any = None, *, act: str) -> None:
        super().__init__(data, prefix=act)
        labels = {"publish": _("审批意见"), "refuse": _("不予批准的理由"), "withdraw": _("撤回理由")}
        self.fields["reason"] = area(labels[act], required=act != "publish")
