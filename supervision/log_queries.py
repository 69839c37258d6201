"""The supervision log by case, supervisor, measure, day, and by what nobody answered (监督日志查询)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogues.selectors import law_in_use
from supervision.acts import ACTS
from supervision.models import LogEntry, Measure
from supervision.models.log import LogQuerySet

TAKEN = "supervision.take_measure"
WAITING = [("", _("全部")), ("open", _("待审判组织答复")), ("replied", _("待院庭长回应"))]


class LogForm(forms.Form):
    """What to look for; everything is optional."""

    number = forms.CharField(label=_("案号"), max_length=60, required=False)
    person = forms.CharField(label=_("人员"), max_length=40, required=False)
    measure = forms.ChoiceField(label=_("措施"), required=False)
    act = forms.ChoiceField(label=_("行为"), required=False, choices=[("", _("全部")), *ACTS.items()])
    waiting = forms.ChoiceField(label=_("未答复"), required=False, choices=WAITING)
    since = forms.DateField(label=_("自"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("至"), required=False, widget=forms.DateInput({"type": "date"}))
    who = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [("", _("全部")), *measure_names().items()]

    def described(self) -> list[tuple[str, str]]:
        """The conditions in words, as a file prints them."""
        asked = {name: value for name, value in self.cleaned_data.items() if value and name != "who"}
        told = [(str(self.fields[name].label), self.in_words(name, value)) for name, value in asked.items()]
        return told or [(str(_("筛选条件")), str(_("无")))]

    def in_words(self, name: str, value: Any) -> str:
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value))


@dataclass(frozen=True)
class LogLine:
    """One row of the log as pages and files show it."""

    entry: LogEntry
    act: str
    measure: str
    state: str


def measure_names() -> dict[str, str]:
    return {code: f"{code} {rule.name}" for code, rule in law_in_use().measures.items()}


def matching(entries: LogQuerySet, form: LogForm) -> LogQuerySet:
    """Rows that fit the form, newest first; a form that makes no sense fits none and says why beside its field."""
    if not form.is_valid():
        return entries.none()
    asked = form.cleaned_data
    wanted = {
        "case__number__icontains": asked["number"].strip(),
        "person__icontains": asked["person"].strip(),
        "person_id": asked["who"],
        "measure_code": asked["measure"],
        "act": asked["act"],
        "at__date__gte": asked["since"],
        "at__date__lte": asked["until"],
    }
    found = entries.filter(**{name: value for name, value in wanted.items() if value})
    if asked["waiting"]:
        unanswered = Measure.objects.filter(state=asked["waiting"])
        found = found.filter(act=TAKEN, measure_id__in=unanswered.values("pk"))
    return found.select_related("case").order_by("-at", "-case_id", "-sequence", "-pk")


def lines_of(entries: list[LogEntry]) -> list[LogLine]:
    """The rows with the words of today: what the measure is called, and how it stands."""
    names = measure_names()
    measures = Measure.objects.filter(pk__in={entry.measure_id for entry in entries if entry.measure_id})
    states = {measure.pk: measure.get_state_display() for measure in measures}
    return [
        LogLine(
            entry,
            str(ACTS.get(entry.act, entry.act)),
            names.get(entry.measure_code, entry.measure_code),
            states.get(entry.measure_id, "") if entry.act == TAKEN else "",
        )
        for entry in entries
    ]
