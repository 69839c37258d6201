"""The forms for elements and outcomes (案件要素、裁判结果), made from the catalogue for the cause of the case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import services
from cases.element_values import (
    WANTED,
    BadValue,
    Measure,
    element_value,
    outcome_in_words,
    outcome_value,
    trimmed,
)
from cases.elements import decided_problem, elements_for, measures_for, rows_of
from cases.entries import EntryForm, speak_plainly
from cases.forms import day_field
from cases.models import Element, Outcome, Party
from catalogues.sentencing_law import CaseElement
from courts.models import User

UNSAID = ("", _("未填"))
YES_NO = [UNSAID, ("true", _("是")), ("false", _("否"))]


class AboutPartyForm(EntryForm):
    """A form whose subject is the party it speaks of; None for the case as a whole."""

    subject: Party | None


class ElementsForm(AboutPartyForm):
    """One field an element. What is cleared is withdrawn, what is left as it stands changes nothing."""

    def prepare(self) -> None:
        self.elements = elements_for(self.case, self.law, self.today)
        standing = rows_of(Element.objects.all(), self.case, self.subject)
        self.standing = dict(standing.values_list("key", "value"))
        for key, element in self.elements.items():
            self.fields[key] = field_for(element)
            self.fields[key].initial = shown(self.standing.get(key))
        speak_plainly(self)

    def rows(self) -> Iterator[forms.BoundField]:
        """The fields an assessment may use, those of the cause first."""
        usable = [(key, element) for key, element in self.elements.items() if element.usable]
        return (self[key] for key, element in sorted(usable, key=lambda each: not each[1].causes))

    def protected_rows(self) -> Iterator[forms.BoundField]:
        """The fields for the check of fairness alone."""
        return (self[key] for key, element in self.elements.items() if not element.usable)

    def clean(self) -> dict[str, Any]:
        for key, element in self.elements.items():
            said = self.cleaned_data.get(key)
            if said in (None, ""):
                continue
            try:
                self.cleaned_data[key] = element_value(element, said)
            except BadValue as bad:
                self.object_to(key, bad.chinese)
        return self.cleaned_data

    def said(self) -> dict[str, Any]:
        """What differs from what stands; None where it was cleared."""
        said = {
            key: None if value in (None, "") else value
            for key, value in self.cleaned_data.items()
            if key in self.elements
        }
        return {key: value for key, value in said.items() if value != self.standing.get(key)}

    def save(self, *, by: User, at: datetime) -> Any:
        return services.record_elements(case=self.case, values=self.said(), by=by, at=at, party=self.subject)


def field_for(element: CaseElement) -> forms.Field:
    has_unit = element.unit and not element.name.endswith(element.unit)
    label = f"{element.name}（{element.unit}）" if has_unit else element.name
    if element.type == "bool":
        return forms.ChoiceField(label=label, choices=YES_NO, required=False)
    if element.type == "choice":
        return forms.ChoiceField(label=label, choices=[UNSAID, *element.choices], required=False)
    is_number = element.type in ("int", "number")
    attrs = {"inputmode": "decimal" if element.type == "number" else "numeric"} if is_number else {}
    return forms.CharField(
        label=label, required=False, max_length=60, widget=forms.TextInput(attrs=attrs),
        error_messages={"max_length": _("最多 %(limit_value)d 字，请缩短")},
    )  # fmt: skip


def shown(value: Any) -> str:
    """A standing value as a field shows it."""
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


class OutcomesForm(AboutPartyForm):
    """How the case was decided, one field a measure. What is cleared is withdrawn."""

    decided_on = day_field(_("裁判日期"), help_text=_("判决书、裁定书落款的日期"))

    def prepare(self) -> None:
        self.measures = {each.code: each for each in measures_for(self.case)}
        standing = rows_of(Outcome.objects.all(), self.case, self.subject)
        self.standing = {row.measure: row for row in standing}
        days = [row.decided_on for row in self.standing.values()]
        self.fields["decided_on"].initial = max(days, default=self.case.closed_on or self.today)
        for code, measure in self.measures.items():
            self.fields[code] = measure_field(measure)
            self.fields[code].initial = measure_shown(measure, self.standing.get(code))
        speak_plainly(self)

    def clean(self) -> dict[str, Any]:
        if decided_on := self.cleaned_data.get("decided_on"):
            self.object_to("decided_on", decided_problem(self.case, decided_on, self.today))
        for code, measure in self.measures.items():
            if said := self.cleaned_data.get(code):
                try:
                    self.cleaned_data[code] = outcome_value(measure, said)
                except BadValue as bad:
                    self.object_to(code, bad.chinese)
        if not self.errors and not self.standing and not any(self.said().values()):
            self.add_error(None, "请至少填写一项裁判结果")
        return self.cleaned_data

    def said(self) -> dict[str, Any]:
        values = {code: self.cleaned_data.get(code) for code in self.measures}
        return {code: None if value in (None, "") else value for code, value in values.items()}

    def save(self, *, by: User, at: datetime) -> Any:
        return services.record_outcomes(
            case=self.case, values=self.said(), decided_on=self.cleaned_data["decided_on"], by=by, at=at,
            party=self.subject,
        )  # fmt: skip


def measure_field(measure: Measure) -> forms.Field:
    label = f"{measure.name}（{measure.unit}）" if measure.unit else measure.name
    if measure.code == "probation":
        return forms.ChoiceField(label=label, choices=YES_NO, required=False)
    return forms.CharField(
        label=label, required=False, max_length=20, help_text=WANTED[measure.code][1],
        widget=forms.TextInput(attrs={"inputmode": "text"}),
        error_messages={"max_length": _("最多 %(limit_value)d 字，请缩短")},
    )  # fmt: skip


def measure_shown(measure: Measure, row: Outcome | None) -> str:
    if row is None:
        return ""
    if measure.code == "probation":
        return "true" if row.value else "false"
    return (
        outcome_in_words(measure.code, row.value) if measure.code == "awarded_share" else trimmed(row.value)
    )
