"""What pages of leaders' cases and subsidies show: courts and people in organisational order, and where a number leads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courts.clock import today
from courts.models import Court, User
from quota.circular_paper import NO_BASE, NO_SHARE, OFF, plain, remark
from quota.duty_rows import LEADERS, Row, required_words, share_words
from quota.duty_spans import Period, periods_over, periods_running

REMARKS = {
    OFF: _("未入额，不适用办案比例"),
    NO_SHARE: _("目录没有本级法院的比例"),
    NO_BASE: _("没有可供计算的人均数"),
}


def courts_among(courts: Collection[int]) -> QuerySet[Court]:
    found = Court.objects.filter(pk__in=courts, recognised=True)
    return found.order_by("position", "code", "pk")


def courts_led(user: User) -> QuerySet[Court]:
    """The courts where the person holds a post that has a duty today."""
    return courts_among({seat.court_id for seat in user.seats if seat.role in LEADERS})


def periods_shown() -> list[Period]:
    """The periods under way first, then those that are over, newest first."""
    return [*periods_running(today()), *periods_over(today())]


def lines_shown(rows: Iterable[Row], user: User, court: Court, period: Period) -> list[dict[str, Any]]:
    """Rows with the words pages show; ``cases`` is the list behind the cases as 承办, for those who see these."""
    return [
        {
            "row": row,
            "months": plain(row["months"]),
            "share": share_words(row["share"]),
            "base": plain(row["base"]) if row["base"] else "",
            "judges": plain(row["base_judges"] or ""),
            "required": required_words(row),
            "remark": REMARKS.get(remark(row), ""),
            "unsure": row["share"] and row["confidence"] != "certain",
            "cases": cases_address(user, court.pk, row["person"], period) if row["as_judge"] else "",
        }
        for row in rows
    ]


def cases_address(user: User, court: int, person: int, period: Period) -> str:
    """The closed cases of a person in a period, to whoever may list these; empty to others."""
    if court not in user.reach.courts and person != user.pk:
        return ""
    asked = {"court": court, "judge": person, "closed_from": period.starts_on, "closed_to": period.ends_on}
    return f"{reverse('cases:list')}?{urlencode(asked | {'status': 'closed'})}"
