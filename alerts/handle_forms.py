"""The forms about an alert, a watched case, a prompt and a stand-in. What was typed survives every error."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.handling import ACKNOWLEDGED, DONE, SNOOZED, acknowledge, latest_day, mark_done, snooze
from alerts.models import Alert, Handling
from cases.entries import speak_plainly, text_field
from cases.forms import day_field
from courts.models import User
from courts.stand_ins import arrange_stand_in

SERVICES = {ACKNOWLEDGED: acknowledge, SNOOZED: snooze, DONE: mark_done}


def lines_field(label: Any, length: int, *, required: bool = True, **options: Any) -> forms.CharField:
    return text_field(
        label, length=length, required=required, widget=forms.Textarea(attrs={"rows": 3}), **options
    )


class HandleForm(forms.Form):
    """Seen it, later, or done; with a reason and until when. Left empty, the day is the last one allowed."""

    act = forms.ChoiceField(
        label=_("处理"), choices=Handling.ACTS, widget=forms.RadioSelect, initial=ACKNOWLEDGED
    )
    until_on = day_field(_("有效至"), required=False)
    reason = lines_field(_("理由"), 300, help_text=_("您的上级能看到这里写的理由"))

    def __init__(self, data: Any = None, *, alert: Alert, today: date) -> None:
        super().__init__(data)
        speak_plainly(self)
        self.alert, self.today = alert, today
        days = {act: latest_day(act, alert, today) for act in SERVICES}
        self.fields["until_on"].help_text = _("此日起重新提醒。不填为最长：已知悉、已处理至 %(done)s，稍后至 %(snoozed)s") % {
            "done": days[DONE], "snoozed": days[SNOOZED],
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "act" not in given or "until_on" not in given:
            return given
        latest = latest_day(given["act"], self.alert, self.today)
        given["until_on"] = given["until_on"] or latest
        if not self.today < given["until_on"] <= latest:
            self.add_error(
                "until_on",
                _("应晚于今天 %(today)s、不晚于 %(latest)s") % {"today": self.today, "latest": latest},
            )
        return given

    def save(self, *, by: User, at: datetime) -> Handling:
        given = dict(self.cleaned_data)
        return SERVICES[given.pop("act")](alert=self.alert, by=by, at=at, **given)


class WatchForm(forms.Form):
    note = text_field(_("关注原因"), length=200)


class PromptForm(forms.Form):
    """To whom, and what. ``people`` are those who may be chosen, with the capacity in which they are."""

    to = forms.TypedMultipleChoiceField(
        label=_("发给"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一人"), "invalid_choice": _("名单已变动，请重新选择")},
    )
    words = lines_field(_("内容"), 500)

    def __init__(self, data: Any = None, *, people: list[tuple[User, str]], words: str = "") -> None:
        chosen = [person.pk for person, _capacity in people[:1]]
        super().__init__(data, initial={"to": chosen, "words": words})
        self.people = {person.pk: person for person, _capacity in people}
        self.fields["to"].choices = [(person.pk, f"{person} · {capacity}") for person, capacity in people]

    def chosen(self) -> list[User]:
        return [self.people[pk] for pk in self.cleaned_data["to"]]


class AnswerForm(forms.Form):
    answer = lines_field(_("回复"), 500, required=False, help_text=_("可以写明进展或原因，发出人能看到"))


class StandInForm(forms.Form):
    """Who looks after whose cases from when to when. ``people`` and ``colleagues`` are (person, label)."""

    person = forms.TypedChoiceField(label=_("离岗人"), coerce=int)
    stand_in = forms.TypedChoiceField(label=_("代办人"), coerce=int)
    starts_on = day_field(_("起"))
    ends_on = day_field(_("止（含）"))
    reason = text_field(_("事由"), length=80, help_text=_("如：休假、培训、病假"))

    def __init__(
        self,
        data: Any = None,
        *,
        people: list[tuple[User, str]],
        colleagues: list[tuple[User, str]],
        today: date,
    ) -> None:
        super().__init__(data, initial={"person": people[0][0].pk, "starts_on": today})
        speak_plainly(self)
        self.known = {user.pk: user for user, _label in (*people, *colleagues)}
        self.fields["person"].choices = [(user.pk, label) for user, label in people]
        self.fields["stand_in"].choices = [
            ("", _("请选择")),
            *((user.pk, label) for user, label in colleagues),
        ]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("截止日应不早于起始日 %s") % first)
        if given.get("person") and given.get("person") == given.get("stand_in"):
            self.add_error("stand_in", _("离岗人与代办人不能是同一人"))
        return given

    def save(self, *, by: User, at: datetime) -> Any:
        given = dict(self.cleaned_data)
        people = {name: self.known[given.pop(name)] for name in ("person", "stand_in")}
        return arrange_stand_in(by=by, at=at, **people, **given)
