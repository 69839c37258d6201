"""The query of the day page's address: tab, conditions, order; and the columns a person chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert, Preference
from alerts.models.alert import KINDS
from alerts.queue import Tab, tabs_for
from audit import trail
from cases.forms import ANY, CaseFilter
from courts.models import User

SORTS = [
    ("", _("最严重在前")),
    ("due", _("法定届满（近的在前）")),
    ("filed", _("立案日期（早的在前）")),
    ("judge", _("部门和承办人")),
    ("number", _("案号")),
]
#: What a row may show beside the number of its case, in the order of the table.
COLUMNS = [
    ("cause", _("案由")), ("procedure", _("程序")), ("judge", _("承办 / 庭")), ("due", _("法定届满")),
    ("left", _("剩余（日）")), ("in_hand", _("在办天数")), ("paused", _("暂停天数")), ("node", _("当前节点（停留）")),
    ("signs", _("标识")), ("last", _("最近动作")), ("next", _("下一步建议")),
]  # fmt: skip


class DayFilter(CaseFilter):
    """The conditions of the day page: those of the case list that bear on open work, and two on the alert."""

    status = clock = cause = pending = quiet = open_on = None
    filed_from = filed_to = closed_from = closed_to = handled_from = handled_to = None
    kind = forms.ChoiceField(
        label=_("预警类别"), choices=[ANY, *(pair for pair in KINDS if pair[0] != "calendar")], required=False
    )
    stage = forms.ChoiceField(label=_("预警阶段"), choices=[ANY, *reversed(Alert.STAGES)], required=False)
    sort = forms.ChoiceField(label=_("排序"), choices=SORTS, required=False)

    def conditions(self) -> list[tuple[str, str]]:
        """The conditions that hold, in words."""
        wanted = self.wanted()
        return [(str(self.fields[name].label), self.shown(name, value)) for name, value in wanted.items()]


def tab_of(query: Any, user: User) -> Tab:
    """The tab the address asks for; the first one where this person has no such tab."""
    tabs = tabs_for(user)
    return next((tab for tab in tabs if tab.code == query.get("tab")), tabs[0])


def columns_of(user: User) -> list[tuple[str, Any]]:
    """The columns this person chose, all of them where nothing was chosen."""
    preference = getattr(user, "preference", None)
    chosen = set(preference.columns if preference else ())
    return [(code, label) for code, label in COLUMNS if not chosen or code in chosen]


@transaction.atomic
def choose_columns(*, user: User, columns: list[str], at: datetime) -> Preference:
    """Remember the columns a person wants on the day page, for good; none chosen means all."""
    chosen = [code for code, _label in COLUMNS if code in columns]
    preference, _is_new = Preference.objects.get_or_create(person=user)
    before = preference.columns
    if before != chosen:
        preference.columns = chosen
        preference.save(update_fields=["columns"])
        trail.record("alerts.choose_columns", on=preference, by=user, at=at, before=before, after=chosen)
    return preference
