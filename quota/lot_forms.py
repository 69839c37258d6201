"""The forms of lots and recusals. What was typed survives every error."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from courts.clock import today
from courts.models import Posting, User
from quota.load_page import HEARS
from quota.lots import VOIDS

CHOOSE = {"required": _("请从列表中选择一项"), "invalid_choice": _("请从列表中选择一项")}


def judges_of(courts: Collection[int]) -> Any:
    """Who holds a judge's post in one of the courts today, by name."""
    held = Posting.objects.held_on(today()).filter(court__in=courts, role__in=HEARS)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("name", "pk")


class Beside(forms.Form):
    """A form that may stand beside another one: its fields have ids of their own."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, auto_id=f"{type(self).__name__.lower()}_%s", **options)


class PersonForm(Beside):
    """A form that names one of the judges of some courts."""

    person = forms.ModelChoiceField(
        label=_("人员"), queryset=User.objects.none(), empty_label=_("请选择"), error_messages=CHOOSE
    )

    def __init__(self, data: Any = None, *, courts: Collection[int], **options: Any) -> None:
        super().__init__(data, **options)
        if "person" in self.fields:
            self.fields["person"].queryset = judges_of(courts)
        speak_plainly(self)


class AssignForm(PersonForm):
    """To whom a case goes instead of, or without, a lot."""

    reason = text_field(_("理由"), help_text=_("随公开记录公布，请勿写明当事人情况"))


class ReasonForm(Beside):
    reason = text_field(_("理由"))


class AgainForm(Beside):
    """A lot; only of a case that was drawn before the reason must be given."""

    because = text_field(
        _("再次抽签的理由"), required=False, help_text=_("随公开记录公布，请勿写明当事人情况")
    )

    def __init__(self, data: Any = None, *, again: bool, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["because"].required = again


class VoidForm(Beside):
    """Why a lot is set aside, in words that tell nothing of parties or judges."""

    reason = forms.ChoiceField(
        label=_("理由"), choices=[("", _("请选择")), *VOIDS.items()], error_messages=CHOOSE,
        help_text=_("随公开记录公布"),
    )  # fmt: skip


class RecusalForm(PersonForm):
    ground = text_field(_("回避事由"), length=200)


class OwnRecusalForm(Beside):
    """The same of oneself."""

    ground = text_field(
        _("回避事由"), length=200, help_text=_("只有有权分案的人员能看到，不进入留痕和公开记录")
    )


class StandingForm(PersonForm):
    """A name whose cases a person may never have; the name is not kept, so it is not shown again either."""

    name = text_field(
        _("对方姓名或者名称"), length=120, help_text=_("只保存用于比对的摘要，保存后不能再查看")
    )
    ground = text_field(_("关系"), length=60, help_text=_("如：配偶，律师；不写姓名"))


class OwnStandingForm(StandingForm):
    """The same of oneself."""

    person = None
