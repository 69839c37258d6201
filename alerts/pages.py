"""Pages one may subscribe to (可订阅的页面): what each shows a person under the conditions of its address.

A new page is one function and one line in ``PAGES``. What is looked at here leaves the house, so sealed cases (封存)
are never in it, and what was searched for is not repeated: it may be the name of a party.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from alerts import queue
from alerts.letters import Line, time_left
from alerts.queue_filters import DayFilter, tab_of
from alerts.sheets import masked
from cases.forms import CaseFilter
from cases.models import Case
from cases.querying import in_order, narrowed
from cases.selectors import Row, rows
from courts.models import User

COMPARED = 10_000  # rows beyond these change nothing but the count
SEARCH, UNSAID = "q", "（检索词不在消息中显示）"
FIRST, ATTACHED = 10, 2_000


class NotOffered(Exception):
    """The conditions ask for what this person is not offered; ``fields`` names them."""

    def __init__(self, fields: str) -> None:
        super().__init__(fields)
        self.fields = fields


@dataclass(frozen=True)
class Seen:
    """What a page shows a person on a day: how many cases, which, and under which conditions."""

    cases: QuerySet[Case]
    conditions: tuple[tuple[str, str], ...]
    day: date
    count: int
    key: str

    def rows(self, most: int) -> list[Row]:
        return rows(self.cases.select_related("court", "division", "judge")[:most], self.day)

    def lines(self) -> tuple[Line, ...]:
        return tuple(line_of(row, self.day) for row in self.rows(FIRST))

    def sheet_rows(self) -> list[tuple[Any, ...]]:
        return [
            masked(row.case, row.due_on, row.remaining, row.status, row.paused_days)
            for row in self.rows(ATTACHED)
        ]

    def in_words(self) -> str:
        return "；".join(f"{name}：{value}" for name, value in self.conditions) or "不限"


Look = Callable[[User, QueryDict, date], Seen]


@dataclass(frozen=True)
class Page:
    name: Any
    look: Look


def case_list(user: User, query: QueryDict, day: date) -> Seen:
    form = CaseFilter(query, user=user)
    wanted = offered(form)
    found = narrowed(Case.objects.visible_to(user), wanted, day)
    return seen(in_order(found, wanted.get("sort", "")), form.described(), form, day)


def day_page(user: User, query: QueryDict, day: date) -> Seen:
    form, tab = DayFilter(query, user=user), tab_of(query, user)
    wanted = offered(form)
    found = queue.cases_in(tab.code, queue.Asked(user, day, wanted))
    conditions = [(str(_("列表")), str(tab.name)), *form.conditions()]
    return seen(queue.in_order(found, wanted.get("sort", ""), user), conditions, form, day)


def offered(form: CaseFilter) -> dict[str, Any]:
    """The conditions, all of them: leaving one out would show more than was asked for."""
    wanted = form.wanted()
    if form.errors:
        raise NotOffered("、".join(str(form.fields[name].label) for name in form.errors))
    return wanted


def seen(cases: QuerySet[Case], conditions: list[tuple[str, str]], form: CaseFilter, day: date) -> Seen:
    cases = cases.filter(sealed="")
    searched = str(form.fields[SEARCH].label)
    said = tuple((name, UNSAID if name == searched else value) for name, value in conditions)
    held = cases.order_by("pk").values_list("pk", "due_on")[:COMPARED]
    states = [f"{pk} {due_on}" for pk, due_on in held]
    count = len(states) if len(states) < COMPARED else cases.order_by().count()
    return Seen(cases, said, day, count, sha256("\n".join([str(count), *states]).encode()).hexdigest())


def line_of(row: Row, day: date) -> Line:
    case = row.case
    due = f"到期日 {row.due_on} · {time_left(row.due_on, day)}" if row.due_on else row.status
    place = " ".join(filter(None, (str(case.division or ""), str(case.judge or ""))))
    return Line(title=case.number, details=(case.cause or "案由未填", " · ".join(filter(None, (due, place)))))


#: Page by the name of its address.
PAGES: dict[str, Page] = {
    "cases:list": Page(_("案件"), case_list),
    "alerts:day": Page(_("今日队列"), day_page),
}


def page_at(address: str) -> Page | None:
    """The page at a path of this site; None where there is none to subscribe to."""
    try:
        return PAGES.get(resolve(address).view_name)
    except Resolver404:
        return None
