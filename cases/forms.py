"""The filters of the case list (案件筛选)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import CATEGORIES, PROCEDURES
from cases.querying import CLOCKS, PENDING, QUIET, SORTS, STATUSES, effective_status
from cases.selectors import courts_within, divisions_within, judges_within
from courts.models import Court, User
from courts.pagination import LONGEST

ANY = ("", _("不限"))
BAD_DAY = {"invalid": _("日期应写作 2026-03-02 这样的格式")}
BAD_TIME = {"invalid": _("时刻应写作 09:30 这样的格式")}
NOT_A_CHOICE = {"invalid_choice": _("没有这一选项，请从列表中选择")}


def day_field(label: Any, **options: Any) -> forms.DateField:
    errors = BAD_DAY | {"required": _("请填写日期")}
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        label=label, widget=widget, error_messages=errors, input_formats=["%Y-%m-%d"], **options
    )


def time_field(label: Any, **options: Any) -> forms.TimeField:
    """An optional time of day."""
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(
        label=label,
        widget=widget,
        error_messages=BAD_TIME,
        input_formats=["%H:%M"],
        required=False,
        **options,
    )


def id_in(text: str) -> int | None:
    """The number of a row as somebody typed it; None where it can be none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else None


def court_asked(courts: Any, asked: str) -> Court | None:
    """The one of ``courts`` with this number or code (法院代字); None where there is none such."""
    number = id_in(asked)
    if number is not None:
        return courts.filter(pk=number).first()
    if "\0" in asked:  # the database knows no such text
        return None
    return courts.filter(code=asked).first()


class CourtChoice(forms.ModelChoiceField):
    """A court by number or by its code in case numbers (法院代字), so that an address stays readable."""

    def to_python(self, value: Any) -> Court | None:
        if isinstance(value, str) and value and self.queryset is not None:
            value = court_asked(self.queryset, value) or 0
        court: Court | None = super().to_python(value)
        return court


class CaseFilter(forms.Form):
    """The query of the address. What is not offered to this person is not accepted either."""

    q = forms.CharField(label=_("案号或当事人"), required=False, max_length=80)
    court = CourtChoice(label=_("法院"), queryset=Court.objects.none(), required=False, empty_label=_("不限"))
    division = forms.ModelChoiceField(label=_("部门"), queryset=None, required=False, empty_label=_("不限"))
    judge = forms.ModelChoiceField(label=_("承办人"), queryset=None, required=False, empty_label=_("不限"))
    status = forms.ChoiceField(label=_("结案状态"), choices=STATUSES, required=False)
    clock = forms.ChoiceField(label=_("审限状态"), choices=CLOCKS, required=False)
    category = forms.ChoiceField(label=_("案件类别"), choices=[ANY, *CATEGORIES], required=False)
    procedure = forms.ChoiceField(
        label=_("审判程序"),
        choices=[ANY, *((code or "none", name) for code, name in PROCEDURES)],
        required=False,
    )
    cause = forms.CharField(label=_("案由"), required=False, max_length=60)
    filed_from = day_field(_("立案自"), required=False)
    filed_to = day_field(_("立案至"), required=False)
    closed_from = day_field(_("结案自"), required=False)
    closed_to = day_field(_("结案至"), required=False)
    pending = forms.ChoiceField(label=_("长期未结"), choices=PENDING, required=False)
    quiet = forms.ChoiceField(label=_("无进展"), choices=QUIET, required=False)
    open_on = day_field(_("某日未结"), required=False)
    handled_from = day_field(_("受理期间自"), required=False)
    handled_to = day_field(_("受理期间至"), required=False)
    sort = forms.ChoiceField(label=_("排序"), choices=SORTS, required=False)

    def __init__(self, query: Any, *, user: User) -> None:
        super().__init__(query)
        courts = courts_within(user)
        self.fields["court"].queryset = courts
        chosen = self.chosen_court(courts)
        self.is_one_court = chosen is not None
        self.fields["division"].queryset = (
            divisions_within(user, chosen) if chosen else divisions_within(user, None).none()
        )
        self.fields["judge"].queryset = judges_within(user, chosen)
        for field in self.fields.values():
            field.error_messages |= NOT_A_CHOICE | {"max_length": _("查询文字太长，请缩短")}

    def chosen_court(self, courts: Any) -> Court | None:
        """The court asked for, or the only one there is."""
        asked = self.data.get("court", "")
        if asked:
            return court_asked(courts, asked)
        only = list(courts[:2])
        return only[0] if len(only) == 1 else None

    def wanted(self) -> dict[str, Any]:
        """The conditions that hold; a mistyped one is reported at its field and narrows nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def described(self) -> list[tuple[str, str]]:
        """The conditions in words, as the export states them."""
        wanted = self.wanted()
        told = [
            (str(self.fields[name].label), self.shown(name, value))
            for name, value in wanted.items()
            if name != "status"
        ]
        return [*told, (str(_("结案状态")), dict(STATUSES)[effective_status(wanted)])]

    def shown(self, name: str, value: Any) -> str:
        choices = (
            dict(getattr(self.fields[name], "choices", ()))
            if isinstance(self.fields[name], forms.ChoiceField)
            else {}
        )
        if isinstance(self.fields[name], forms.ModelChoiceField):
            return str(value)
        return str(choices.get(value, value))
