"""Which cases a person asked for: from the address's query to rows, and to a sentence that says it (筛选条件)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from cases.levels import in_stage
from cases.models import Case, FormerNumber, Party
from cases.numbers import PROVINCES, normalize
from cases.periods import add_months
from cases.quiet import quiet
from catalogues.selectors import law_in_use

NEAR, NEARING = 5, 30
SHORTEST = 3  # signs a trigram index needs
LONGEST = 9  # digits of a serial
NUMBERED = re.compile("[0-9字]")  # no number is without a digit; old ones are also looked for by their 字
#: The serial that a text ends with. Digits after a province are a court's, those after a bracket a year.
SERIAL = re.compile(rf"(?:^|[^0-9（{''.join(PROVINCES)}])([1-9][0-9]{{0,{LONGEST - 1}}})(号?)$")
CLOCKS = [
    ("", "不限"),
    ("due5", f"临近审限（{NEAR} 天内）"),
    ("due30", f"临近审限（{NEARING} 天内）"),
    ("urgent", "紧急（按预警阶梯）"),
    ("mid", "中期（按预警阶梯）"),
    ("early", "远期（按预警阶梯）"),
    ("overdue", "已超审限"),
    ("paused", "暂停"),
    ("unknown", "无法计算"),
    ("no_limit", "无法定审限"),
]
QUIET = [("", "不限"), ("30", "30 日内无流程事件"), ("60", "60 日内无流程事件"), ("90", "90 日内无流程事件")]
PENDING = [("", "不限"), ("12", "超过 12 个月"), ("18", "超过 18 个月"), ("36", "超过 36 个月")]
STATUSES = [("open", "未结"), ("closed", "已结"), ("all", "全部")]
SORTS = [
    ("due", "法定届满（近的在前）"),
    ("filed", "立案日期（早的在前）"),
    ("-filed", "立案日期（近的在前）"),
    ("number", "案号"),
]
ORDERS = {
    "due": (F("due_on").asc(nulls_last=True), "pk"),
    "filed": (F("filed_on").asc(nulls_last=True), "pk"),
    "-filed": (F("filed_on").desc(nulls_last=True), "pk"),
    "number": ("year", "court__position", "type_code", "serial", "pk"),
}
#: Asked for any of these, closed cases belong to the answer unless the status says otherwise.
LOOKS_BACK = ("q", "closed_from", "closed_to", "open_on", "handled_from", "handled_to")
SAME = ("division", "judge", "category")
DAYS = {
    "filed_from": "filed_on__gte",
    "filed_to": "filed_on__lte",
    "closed_from": "closed_on__gte",
    "closed_to": "closed_on__lte",
}


def effective_status(wanted: dict[str, Any]) -> str:
    """The status asked for, else what the other conditions imply: a search finds closed cases too."""
    return wanted.get("status") or ("all" if any(wanted.get(name) for name in LOOKS_BACK) else "open")


def narrowed(cases: QuerySet[Case], wanted: dict[str, Any], today: date) -> QuerySet[Case]:
    """The cases that meet every condition, each joined with its statutory clock."""
    cases = with_statutory_clock(cases)
    cases = by_fields(cases, wanted)
    cases = by_days(cases, wanted)
    cases = by_status(cases, effective_status(wanted))
    cases = by_clock(cases, wanted.get("clock", ""), today)
    if wanted.get("pending"):
        cases = cases.filter(closed_on=None, filed_on__lt=add_months(today, -int(wanted["pending"])))
    if wanted.get("quiet"):
        cases = cases.filter(quiet(int(wanted["quiet"]), today))
    if wanted.get("q"):
        cases = found_by(cases, wanted["q"])
    return cases


def in_order(cases: QuerySet[Case], sort: str) -> QuerySet[Case]:
    return cases.order_by(*ORDERS.get(sort or "due", ORDERS["due"]))


def with_statutory_clock(cases: QuerySet[Case]) -> QuerySet[Case]:
    joined = FilteredRelation("clocks", condition=Q(clocks__kind="statutory"))
    taken = {
        "due_on": "due_on",
        "clock_state": "state",
        "clock_start": "start_on",
        "clock_problem": "problem",
        "excluded_days": "excluded_days",
        "paused_on": "paused_on",
        "left_when_paused": "remaining_at_pause",
        "is_provisional": "provisional",
    }
    return cases.annotate(
        statutory=joined, **{name: F(f"statutory__{column}") for name, column in taken.items()}
    )


def by_fields(cases: QuerySet[Case], wanted: dict[str, Any]) -> QuerySet[Case]:
    same = {name: wanted[name] for name in SAME if wanted.get(name)}
    if wanted.get("court"):
        same["court"] = wanted["court"]
    if wanted.get("procedure"):
        same["procedure"] = "" if wanted["procedure"] == "none" else wanted["procedure"]
    if wanted.get("cause"):
        same["cause__contains"] = wanted["cause"]
    return cases.filter(**same)


def by_days(cases: QuerySet[Case], wanted: dict[str, Any]) -> QuerySet[Case]:
    cases = cases.filter(**{lookup: wanted[name] for name, lookup in DAYS.items() if wanted.get(name)})
    if wanted.get("open_on"):
        cases = cases.filter(
            Q(closed_on=None) | Q(closed_on__gt=wanted["open_on"]), filed_on__lte=wanted["open_on"]
        )
    if wanted.get("handled_to"):
        cases = cases.filter(filed_on__lte=wanted["handled_to"])
    if wanted.get("handled_from"):
        cases = cases.filter(Q(closed_on=None) | Q(closed_on__gte=wanted["handled_from"]))
    return cases


def by_status(cases: QuerySet[Case], status: str) -> QuerySet[Case]:
    match status:
        case "open":
            return cases.filter(closed_on=None)
        case "closed":
            return cases.filter(closed_on__isnull=False)
    return cases


def by_clock(cases: QuerySet[Case], state: str, today: date) -> QuerySet[Case]:
    if not state:
        return cases
    cases = cases.filter(closed_on=None)
    match state:
        case "due5" | "due30":
            last = today + timedelta(days=NEAR if state == "due5" else NEARING)
            return cases.filter(clock_state="running", due_on__gte=today, due_on__lte=last)
        case "early" | "mid" | "urgent":
            return cases.filter(in_stage(state, today, law_in_use().ladders_on(today)))
        case "overdue":
            return cases.filter(clock_state="running", due_on__lt=today)
        case "unknown":
            # A case whose clock has not been computed yet is as unknown as one whose clock cannot be.
            return cases.filter(Q(clock_state="unknown") | Q(clock_state=None))
    return cases.filter(clock_state=state)


def found_by(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Cases whose number, former number or party contains the text; brackets and widths do not matter.

    The index of names knows three signs or more: shorter texts are the beginning of a name.
    """
    number, name = normalize(text), text.strip()
    anywhere = "contains" if len(name) >= SHORTEST else "startswith"
    by_party = Party.objects.filter(**{f"name__{anywhere}": name}, withdrawn_at=None).values("case")
    by_former = FormerNumber.objects.filter(number__contains=number).values("case")
    return cases.filter(pk__in=by_number(number).values("pk").union(by_former, by_party))


def by_number(number: str) -> QuerySet[Case]:
    """Cases whose number contains the text; digits alone are a serial, or how one begins.

    A number is found by its beginning or by its serial, both in an index; only a part from its middle reads them all.
    """
    if not NUMBERED.search(number):
        return Case.objects.none()
    if number.startswith("（"):
        return Case.objects.filter(number__startswith=number)
    if number.isdigit():
        return Case.objects.filter(begins(number) if len(number) >= SHORTEST else Q(serial=int(number)))
    found = SERIAL.search(number)
    if found is None:
        return Case.objects.filter(number__contains=number)
    serials = Q(serial=int(found[1])) if found[2] else begins(found[1])
    return Case.objects.filter(
        serials | Q(serial=None), number__contains=number
    )  # old numbers have no serial


def begins(digits: str) -> Q:
    """Serials that begin with these digits, as the ranges an index knows."""
    first, found = int(digits[:LONGEST]), Q()
    for more in range(LONGEST - len(digits) + 1):
        found |= Q(serial__range=(first * 10**more, (first + 1) * 10**more - 1))
    return found or Q(pk=None)
