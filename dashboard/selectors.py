"""The flow of cases by court, division, category and month: a constant number of grouped queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, Value
from django.db.models.functions import TruncMonth

from cases.models import CATEGORIES
from courts.models import Court, Division
from dashboard.flow import Flow, total
from dashboard.periods import Month, Period, months_up_to, year_earlier
from dashboard.risks import Risks
from dashboard.scope import Scope, Unit, unit_of

MONTHS = 12


# --- the flow of cases -------------------------------------------------------------------------------
Key = tuple[int, int | None, str]  # court, division, category


@dataclass(frozen=True)
class Flows:
    """The flow of a period and of the same period a year earlier, by court, division and category."""

    now: dict[Key, Flow]
    before: dict[Key, Flow]


def counts_of(name: str, period: Period) -> dict[str, Count]:
    """The four counts of a flow as filtered aggregates of one pass."""
    first, last = period.starts_on, period.ends_on
    was_open, still_open = (
        (Q(closed_on=None) | Q(closed_on__gte=first)),
        (Q(closed_on=None) | Q(closed_on__gt=last)),
    )
    conditions = {
        "old": Q(was_open, filed_on__lt=first),
        "new": Q(filed_on__gte=first, filed_on__lte=last),
        "closed": Q(closed_on__gte=first, closed_on__lte=last),
        "pending": Q(still_open, filed_on__lte=last),
    }
    return {f"{name}_{count}": Count(Value(1), filter=condition) for count, condition in conditions.items()}


def flows(scope: Scope, period: Period) -> Flows:
    """Both flows in one pass. Cases without a filing date belong to no period; they are among the doubts."""
    earlier = year_earlier(period)
    concerned = Q(Q(closed_on=None) | Q(closed_on__gte=earlier.starts_on), filed_on__lte=period.ends_on)
    counts = counts_of("now", period) | counts_of("before", earlier)
    found = Flows(defaultdict(Flow), defaultdict(Flow))
    for part in scope.cases():
        for row in (
            part.filter(concerned).order_by().values("court_id", "division_id", "category").annotate(**counts)
        ):
            key = (row["court_id"], row["division_id"], row["category"])
            found.now[key] += flow_in(row, "now")
            found.before[key] += flow_in(row, "before")
    return found


def flow_in(row: dict[str, Any], name: str) -> Flow:
    return Flow(*(row[f"{name}_{count}"] for count in ("old", "new", "closed", "pending")))


# --- by unit and by category ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Row:
    """One line of a table: a court, a division or a category, with its flow and its risks."""

    name: str
    flow: Flow
    before: Flow
    risks: Risks = field(default_factory=Risks)
    court: Court | None = None
    division: Division | None = None
    category: str = ""
    is_unassigned: bool = False


def rows_by_unit(scope: Scope, found: Flows, risks: dict[Unit, Risks]) -> list[Row]:
    """Courts or divisions in organisational order (机构序), those without a single case included."""
    now, before = by_unit(scope, found.now), by_unit(scope, found.before)
    units = now.keys() | risks.keys()
    rows = rows_of_courts(scope, units) if scope.by_court else rows_of_divisions(scope, units)
    return [
        replace(row, flow=now[unit], before=before[unit], risks=risks.get(unit, Risks()))
        for unit, row in rows.items()
    ]


def by_unit(scope: Scope, found: dict[Key, Flow]) -> dict[Unit, Flow]:
    sums: dict[Unit, Flow] = defaultdict(Flow)
    for (court, division, _), flow in found.items():
        sums[court, None if scope.by_court else division] += flow
    return sums


def rows_of_courts(scope: Scope, units: Iterable[Unit]) -> dict[Unit, Row]:
    wanted = {court for court, _ in units} | {court.pk for court in scope.courts}
    courts = Court.objects.filter(pk__in=wanted).order_by("position", "code")
    return {(court.pk, None): Row(court.name, Flow(), Flow(), court=court) for court in courts}


def rows_of_divisions(scope: Scope, units: Iterable[Unit]) -> dict[Unit, Row]:
    units = set(units)
    wanted = Q(pk__in={division for _, division in units if division})
    if scope.court and scope.court.pk in scope.user.reach.courts:
        wanted |= Q(court=scope.court, closed_on=None)
    divisions = (
        Division.objects.filter(wanted)
        .select_related("court")
        .order_by("court__position", "position", "name")
    )
    rows = {
        (each.court_id, each.pk): Row(
            division_name(scope, each), Flow(), Flow(), court=each.court, division=each
        )
        for each in divisions
    }
    unassigned = Row("未分配部门", Flow(), Flow(), is_unassigned=True)
    return rows | {unit: unassigned for unit in sorted(units, key=str) if unit[1] is None}


def division_name(scope: Scope, division: Division) -> str:
    is_elsewhere = scope.court is None or division.court_id != scope.court.pk
    return f"{division.court} {division}" if is_elsewhere else division.name


def rows_by_category(found: Flows) -> list[Row]:
    """Categories in the order of the catalogue, those with cases only."""
    rows = [
        Row(name, flow_of(found.now, name), flow_of(found.before, name), category=name)
        for name, _ in CATEGORIES
    ]
    return [row for row in rows if row.flow.accepted or row.before.accepted]


def flow_of(found: dict[Key, Flow], category: str) -> Flow:
    return total(flow for key, flow in found.items() if key[2] == category)


# --- twelve months ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class MonthFlow:
    """A month's newly filed and closed cases, and how many were pending at its end."""

    month: Month
    new: int
    closed: int
    pending: int


Monthly = dict[Unit, dict[date, int]]


def monthly(scope: Scope, dated_by: str, months: list[Month]) -> Monthly:
    """How many cases were filed, or closed, in each month, by unit."""
    within = {f"{dated_by}__gte": months[0].starts_on, f"{dated_by}__lte": months[-1].ends_on}
    found: Monthly = defaultdict(lambda: defaultdict(int))
    for part in scope.cases():
        dated = part.filter(**within, filed_on__isnull=False).order_by()
        place = ("court_id",) if scope.by_court else ("court_id", "division_id")
        for row in dated.annotate(month=TruncMonth(dated_by)).values(*place, "month").annotate(n=Count("*")):
            found[unit_of(scope, row)][row["month"]] += row["n"]
    return found


@dataclass(frozen=True)
class Curves:
    """Twelve months of the whole scope and of each of its units."""

    whole: list[MonthFlow]
    units: dict[Unit, list[MonthFlow]]


def curves(scope: Scope, period: Period, now: dict[Key, Flow]) -> Curves:
    """Twelve months up to the end of the period, counted back from what was pending then."""
    months = months_up_to(period.ends_on, MONTHS)
    filed, closed = monthly(scope, "filed_on", months), monthly(scope, "closed_on", months)
    units = {
        unit: counted_back(months, filed[unit], closed[unit], flow.pending)
        for unit, flow in by_unit(scope, now).items()
    }
    pending = total(now.values()).pending
    return Curves(counted_back(months, summed(filed), summed(closed), pending), units)


def summed(found: Monthly) -> dict[date, int]:
    sums: dict[date, int] = defaultdict(int)
    for months in found.values():
        for month, count in months.items():
            sums[month] += count
    return sums


def counted_back(
    months: list[Month], filed: dict[date, int], closed: dict[date, int], pending: int
) -> list[MonthFlow]:
    """Month by month back from the stock at the end: 上月末未结 = 本月末未结 − 新收 + 审结."""
    found = []
    for month in reversed(months):
        new, done = filed.get(month.starts_on, 0), closed.get(month.starts_on, 0)
        found.append(MonthFlow(month, new, done, pending))
        pending += done - new
    return found[::-1]
