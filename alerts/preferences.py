"""How a person wants to be told (提醒设置). What is a duty cannot be switched off: there is no field for it."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from alerts.channels import MOBILE
from alerts.models import Preference
from audit import trail
from cases.forms import time_field
from courts.models import User

FIELDS = ("only_changed", "lines", "quiet_from", "quiet_to", "mail_of_watched", "sms")
FEWEST, MOST = 3, 10


class PreferenceForm(forms.Form):
    """The settings of one person, each with what it does."""

    only_changed = forms.BooleanField(
        label=_("仅在有变化时发送每日摘要"),
        required=False,
        help_text=_("没有新的预警时不发邮件；重复提醒仍在收件箱。"),
    )
    lines = forms.IntegerField(
        label=_("每日摘要最多行数"), min_value=FEWEST, max_value=MOST,
        help_text=_("3 至 10 行，其余登录后查看。"),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("行数应为 3 至 10 的整数，例如 10。")
        ),
    )  # fmt: skip
    quiet_from = time_field(_("免打扰起"), help_text=_("例如 18:30。不填则按本系统统一的时段。"))
    quiet_to = time_field(_("免打扰止"), help_text=_("例如次日 08:30。免打扰时段内不发邮件和短信。"))
    mail_of_watched = forms.BooleanField(
        label=_("关注案件的预警发邮件"), required=False, help_text=_("关闭后只在收件箱显示。")
    )
    sms = forms.BooleanField(
        label=_("紧急和已超事项发短信"), required=False,
        help_text=_("每天至多一条，只有件数和链接，没有案件内容；本院设有短信网关时有效。"),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("手机号"), required=False, max_length=20, help_text=_("11 位手机号，例如 13800000000。")
    )

    def clean_phone(self) -> str:
        phone = re.sub(r"[\s-]", "", self.cleaned_data["phone"])
        if phone and not MOBILE.fullmatch(phone):
            raise forms.ValidationError(_("手机号应为 11 位大陆手机号码，例如 13800000000。"))
        return phone

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        self.check_hours(given.get("quiet_from"), given.get("quiet_to"))
        if given.get("sms") and not given.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("要接收短信，请填写手机号。"))
        return given

    def check_hours(self, start: time | None, end: time | None) -> None:
        if self.errors.keys() & {"quiet_from", "quiet_to"}:
            return
        if (start is None) != (end is None):
            self.add_error(
                "quiet_to" if end is None else "quiet_from", _("免打扰的起止时间要么都填，要么都不填。")
            )
        elif start is not None and end is not None and not leaves_a_morning_or_afternoon(start, end):
            self.add_error("quiet_to", _("免打扰时段不能盖住整个工作时间（9:00 至 17:00），请缩短。"))


def leaves_a_morning_or_afternoon(start: time, end: time) -> bool:
    """Whether an hour from nine to five stays free, so that a duty can be told on the day."""
    hours = [time(hour) for hour in range(9, 17)]
    quiet = [start <= hour < end if start <= end else hour >= start or hour < end for hour in hours]
    return not all(quiet)


def preference_of(person: User) -> Preference:
    """The person's settings, the usual ones where they never set any."""
    return Preference.objects.filter(person=person).first() or Preference(person=person)


def shown(person: User) -> dict[str, Any]:
    """The settings as the form begins with them."""
    preference = preference_of(person)
    return {name: getattr(preference, name) for name in FIELDS} | {"phone": person.phone}


@transaction.atomic
def set_preference(*, person: User, wanted: dict[str, Any], by: User, at: datetime) -> Preference:
    """Keep how a person wants to be told; only they themselves decide. The same twice is the same as once."""
    act = "alerts.set_preference"
    if by.pk != person.pk:
        raise trail.Refused("提醒设置只能由本人修改。", act=act, on=person, by=by)
    before = shown(User.objects.select_for_update(no_key=True).get(pk=person.pk))
    preference, _is_new = Preference.objects.update_or_create(
        person=person, defaults={name: wanted[name] for name in FIELDS}
    )
    person.phone = wanted["phone"]
    person.save(update_fields=["phone"])
    changed = [name for name, value in before.items() if value != wanted[name]]
    if changed:
        recorded = [as_recorded(settings, changed) for settings in (before, wanted)]
        trail.record(act, on=person, by=by, at=at, before=recorded[0], after=recorded[1])
    return preference


def as_recorded(settings: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """What the trail keeps: of the phone number that it changed, not the number."""
    told = {
        name: str(settings[name]) if isinstance(settings[name], time) else settings[name] for name in names
    }
    return told | ({"phone": bool(settings["phone"])} if "phone" in names else {})
