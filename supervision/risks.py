"""Risk points (廉政风险点): how grave each is, what happened at it in a year, and the entries people make.

What the system can notice is counted where it happens; the rest is entered by discipline and the reviewers, and where nobody
has entered anything, nothing is known: that is not the number 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from audit import trail
from catalogues.selectors import law_in_use
from catalogues.supervision_law import RiskCategory, RiskPoint
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from supervision.models import RiskEntry
from supervision.risk_traces import Window, counts_of

ENTER = "supervision.enter_risk"
RED, AMBER, LOW = "red", "amber", "low"
NOTE, HANDLED = 2000, 300
CASE_NUMBER = re.compile(r"[（(〔\[]\s*(?:19|20)\d\d\s*[）)〕\]].{2,24}?号")


@dataclass(frozen=True)
class Point:
    """One risk point of a court. ``noticed`` None: nothing the system can notice; ``entered`` None: nobody entered anything."""

    category: RiskCategory
    point: RiskPoint
    band: str
    noticed: int | None
    entered: int | None

    @property
    def happened(self) -> bool:
        return bool(self.noticed or self.entered)


def band_of(score: int, court_id: int, day: date) -> str:
    """Red, amber or low, by the scores the court's settings name (风险等级)."""
    law = law_in_use()
    if score >= int(law.supervision_setting("risk_red_score", court_id, day)):
        return RED
    return AMBER if score >= int(law.supervision_setting("risk_amber_score", court_id, day)) else LOW


def matrix(court: Court, window: Window) -> list[Point]:
    """Every risk point in the order of the catalogue, with what happened at it in the window."""
    law = law_in_use()
    noticed = counts_of(law.risk_categories, court, window)
    entered = entries_by_point(court, window)
    return [
        Point(
            category,
            point,
            band_of(point.score, court.pk, window.last),
            noticed[point.code],
            entered.get(point.code),
        )
        for category in law.risk_categories
        for point in category.points
    ]


def entries_of(court: Court, window: Window) -> QuerySet[RiskEntry]:
    found = RiskEntry.objects.filter(court=court, happened_on__range=(window.first, window.last))
    return found.select_related("entered_by").order_by("-happened_on", "-entered_at")


def entries_by_point(court: Court, window: Window) -> dict[str, int]:
    rows = entries_of(court, window).order_by().values("point").annotate(n=Count("pk"))
    return dict(rows.values_list("point", "n"))


def find(code: str) -> tuple[RiskCategory, RiskPoint] | None:
    """A risk point with its category, by code; None where there is none such."""
    pairs = ((category, point) for category in law_in_use().risk_categories for point in category.points)
    return next((pair for pair in pairs if pair[1].code == code), None)


def courts_of(user: User) -> list[Court]:
    """The courts whose matrix the person sees, each once, in organisational order."""
    return list(Court.objects.filter(pk__in=user.courts_where(Permission.SEE_RISKS)))


def may_enter(user: User, court: Court) -> bool:
    return court.pk in user.courts_where(Permission.ENTER_RISKS)


# --- what people enter ---------------------------------------------------------------------------------
@transaction.atomic
def enter_risk(
    *, court: Court, point: str, happened_on: date, note: str, handled: str, by: User, at: datetime
) -> RiskEntry:
    """Enter what happened at a risk point (登记风险事项). The same twice is the same as once."""
    if not may_enter(by, court):
        raise trail.Refused("风险事项由本院纪检监察、督察部门登记。", act=ENTER, on=court, by=by)
    known, note, handled = find(point), note.strip(), handled.strip()
    if known is None:
        raise trail.Refused("没有这个风险点，请从目录中选择。", act=ENTER, on=court, by=by, status=409)
    if problem := entry_problem(happened_on, [note, handled]):
        raise trail.Refused(problem, act=ENTER, on=court, by=by, status=409)
    values = {
        "category": known[0].code,
        "point": point,
        "happened_on": happened_on,
        "note": note,
        "handled": handled,
    }
    entry, is_new = RiskEntry.objects.get_or_create(
        court=court, **values, defaults={"entered_by": by, "entered_at": at}
    )
    if is_new:
        trail.record(ENTER, on=entry, by=by, at=at, after={"point": point, "happened_on": str(happened_on)})
    return entry


def entry_problem(happened_on: date, texts: Iterable[str]) -> str:
    note, handled = texts
    if happened_on > today():
        return f"发生日期 {happened_on} 尚未到来，应不晚于今天 {today()}。"
    if not 0 < len(note) <= NOTE:
        return f"请填写情况，不超过 {NOTE} 字。"
    if len(handled) > HANDLED:
        return f"处置不超过 {HANDLED} 字，请简述。"
    if CASE_NUMBER.search(note + "\n" + handled):
        return "风险事项不写案号，以免从登记看出案件；请改为概述。"
    return ""
