"""The forms of a round of selection (遴选)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from cases.forms import day_field
from courts.clock import today
from courts.models import Court
from quota.models import Candidate, Selection
from quota.people_forms import PersonForm, area
from quota.selecting import categories_of, marks_asked

NOT_A_MARK = {
    "invalid": _("请填写数字"), "min_value": _("应不小于 0"), "max_value": _("最多 100"),
    "max_digits": _("最多两位小数"), "max_decimal_places": _("最多两位小数"), "max_whole_digits": _("最多 100"),
}  # fmt: skip
YES_NO = [("yes", _("通过")), ("no", _("不通过"))]


class OpenForm(forms.Form):
    """For which court, how many vacant seats, weighed how."""

    court = forms.ChoiceField(label=_("法院"))
    name = text_field(_("名称"), length=80, help_text=_("如“2026年第一批遴选”"))
    category = forms.ChoiceField(label=_("类别"), help_text=_("权重见目录“遴选权重”，发起后不再变化"))
    seats = forms.IntegerField(
        label=_("空缺员额（人）"), min_value=1, max_value=999,
        error_messages={
            "required": _("请填写这一项"), "invalid": _("请填写整数"), "min_value": _("至少 1 人"),
            "max_value": _("最多 %(limit_value)s，请核对"),
        },
    )  # fmt: skip

    def __init__(self, courts: Sequence[Court], data: Any = None) -> None:
        super().__init__(data)
        self.courts = {str(court.pk): court for court in courts}
        self.fields["court"].choices = [(pk, court.name) for pk, court in self.courts.items()]
        chosen = self.courts.get(self["court"].value() or next(iter(self.courts), ""))
        known = categories_of(chosen, today()) if chosen else {}
        self.fields["category"].choices = [(code, weighed(one)) for code, one in known.items()]
        speak_plainly(self)


def weighed(one: Any) -> str:
    return f"{one.name}（考核 {one.assessment:.0%}，考试 {one.exam:.0%}，面试 {one.interview:.0%}）"


class AddForm(PersonForm):
    is_leader = forms.BooleanField(
        label=_("院领导或者综合部门负责人"), required=False, help_text=_("任命前应书面报告地方党委组织部门")
    )
    has_admin_post = forms.BooleanField(
        label=_("任综合部门职务"), required=False, help_text=_("入额后应在期限内免去，不得双重身份")
    )


class ReviewForm(forms.Form):
    qualified = forms.ChoiceField(label=_("资格审查"), choices=YES_NO, widget=forms.RadioSelect)
    why = area(_("说明"), length=200, required=False, help_text=_("不通过的必填"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        speak_plainly(self)


class MarksForm(forms.Form):
    """The marks of every candidate who was qualified: one field for each of them and each mark.

    Each field brings along what it said when the page was opened: only what was changed there is recorded, and not over
    what somebody else has recorded meanwhile.
    """

    def __init__(self, selection: Selection, people: Iterable[Candidate], data: Any = None) -> None:
        super().__init__(data)
        self.asked = marks_asked(selection)
        self.people = {one.pk: one for one in people if one.qualified}
        for one in self.people.values():
            for code, name in self.asked.items():
                self.fields[f"{one.pk}-{code}"] = mark_field(f"{one.person} {name}", getattr(one, code))

    def rows(self) -> list[tuple[Candidate, list[forms.BoundField]]]:
        return [(one, [self[f"{pk}-{code}"] for code in self.asked]) for pk, one in self.people.items()]

    def clean(self) -> dict[str, Any]:
        for name in self.changed_data:
            stands, opened = self.fields[name].initial, self.seen(name)
            if name not in self.errors and stands not in (opened, self.cleaned_data[name]):
                told = {"mark": "—" if stands is None else stands}
                self.add_error(name, _("其他人员已改为 %(mark)s，请重新打开本页核对后再改") % told)
        return self.cleaned_data

    def seen(self, name: str) -> Decimal | None:
        """What the field said when the page was opened; None for what is no mark."""
        words = self.data.get(self.add_initial_prefix(name), "")
        try:
            return self.fields[name].to_python(words)
        except forms.ValidationError:
            return None

    def given(self) -> list[tuple[Candidate, Mapping[str, Decimal | None]]]:
        """Each candidate of whom something was changed, with what is to stand."""
        said = {name: self.cleaned_data[name] for name in self.changed_data}
        found = [
            (one, {code: said[f"{pk}-{code}"] for code in self.asked if f"{pk}-{code}" in said})
            for pk, one in self.people.items()
        ]
        return [(one, marks) for one, marks in found if marks]


def mark_field(label: str, initial: Decimal | None) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2,
        initial=initial, show_hidden_initial=True, error_messages=NOT_A_MARK, widget=forms.NumberInput(attrs={"aria-label": label}),
    )  # fmt: skip


class CommitteeForm(forms.Form):
    """The committee's decision about each candidate who was proposed or is tied."""

    def __init__(self, people: Collection[Candidate], data: Any = None) -> None:
        super().__init__(data)
        self.people = {one.pk: one for one in people}
        for pk, one in self.people.items():
            self.fields[f"{pk}-said"] = forms.ChoiceField(
                label=str(one.person), choices=YES_NO, widget=forms.RadioSelect
            )
            self.fields[f"{pk}-why"] = text_field(_("不予通过的理由"), length=300, required=False)
        speak_plainly(self)

    def rows(self) -> list[tuple[Candidate, forms.BoundField, forms.BoundField]]:
        return [(one, self[f"{pk}-said"], self[f"{pk}-why"]) for pk, one in self.people.items()]

    def decisions(self) -> dict[int, tuple[bool, str]]:
        said = self.cleaned_data
        return {pk: (said[f"{pk}-said"] == "yes", said[f"{pk}-why"]) for pk in self.people}


class NoticeForm(forms.Form):
    starts_on = day_field(_("公示起"))
    ends_on = day_field(_("公示止（含）"))


class ReasonForm(forms.Form):
    """Why something is taken back, withdrawn or cancelled."""

    reason = area(_("理由"))


class AppointForm(forms.Form):
    entered_on = day_field(_("任命日"), help_text=_("公示期满以后"))
    basis = text_field(_("任命文件"), length=120)
    gives_up_post_by = day_field(
        _("免去综合部门职务期限"), required=False, help_text=_("任综合部门职务的必填")
    )

    def __init__(self, data: Any = None, *, candidate: Candidate, **options: Any) -> None:
        super().__init__(data, **options)
        if not candidate.has_admin_post:
            del self.fields["gives_up_post_by"]


class DayForm(forms.Form):
    """A day on which something was done."""

    on = day_field(_("日期"))
