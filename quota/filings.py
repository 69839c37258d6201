"""Filings by month (历史收案): one statement for a court's whole past. A sealed case counts as a number and no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.db import connection

from catalogues.selectors import law_in_use
from catalogues.workdays import WorkCalendar
from quota.kinds import Kinds

#: How far back a forecast looks, in years.
YEARS_BACK = 6
#: A feed that begins brings the open cases of earlier months first: those months are not complete, and not counted.
COMPLETE = 0.25  # of the court's median month

COUNTS = """
SELECT c.court_id, date_trunc('month', c.filed_on)::date AS month, c.category, c.procedure, right(c.type_code, 1), count(*)
  FROM cases_case c WHERE c.court_id = ANY(%(courts)s) AND c.filed_on >= %(start)s AND c.filed_on < %(end)s
 GROUP BY 1, 2, 3, 4, 5"""

Counts = dict[str, list[float | None]]


@dataclass(frozen=True)
class History:
    """What was filed at a court by kind, a number a month from ``first`` on; None for months before or without a feed.

    ``uncounted``: cases the catalogue has no hours for, or without a procedure.
    """

    first: date
    counts: Counts
    uncounted: int


def histories(court_ids: Collection[int], *, before: date) -> dict[int, History]:
    """Of each court that filed anything: the complete months before ``before``."""
    end = before.replace(day=1)
    start = end.replace(year=end.year - YEARS_BACK)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"courts": list(court_ids), "start": start, "end": end})
        rows = cursor.fetchall()
    by_court: dict[int, list[tuple[date, str, str, str, int]]] = {}
    for court_id, *row in rows:
        by_court.setdefault(court_id, []).append(tuple(row))
    quotas = law_in_use().quotas
    return {
        court_id: _history(found, Kinds(quotas.hours_of(court_id, before)), start, end)
        for court_id, found in by_court.items()
    }


def uncounted_of(court_ids: Collection[int], *, before: date) -> dict[int, int]:
    """How many cases of each court's last twelve months are in no kind: without a procedure, or without hours."""
    end = before.replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTS, {"courts": list(court_ids), "start": end.replace(year=end.year - 1), "end": end}
        )
        rows = cursor.fetchall()
    quotas = law_in_use().quotas
    kinds = {court_id: Kinds(quotas.hours_of(court_id, before)) for court_id in {row[0] for row in rows}}
    found: dict[int, int] = {}
    for court_id, _month, category, procedure, sign, number in rows:
        if kinds[court_id].of(category, procedure, sign) is None:
            found[court_id] = found.get(court_id, 0) + number
    return found


def _history(rows: list[tuple[date, str, str, str, int]], kinds: Kinds, start: date, end: date) -> History:
    months = months_from(start, _months_between(start, end))
    fed = complete_months(rows)
    counts: Counts = {}
    uncounted = 0
    for month, category, procedure, sign, number in (row for row in rows if row[0] in fed):
        kind = kinds.of(category, procedure, sign)
        if kind is None:
            uncounted += number
            continue
        # A month in which the court sent nothing at all was not counted; one without this kind had none of it.
        line = counts.setdefault(kind.code, [0.0 if each in fed else None for each in months])
        place = _months_between(start, month)
        line[place] = (line[place] or 0.0) + number
    ordered = {kind.code: counts[kind.code] for kind in kinds.ordered(counts)}
    return History(start, ordered, uncounted)


def complete_months(rows: Iterable[tuple[date, str, str, str, int]]) -> set[date]:
    """The months with filings, from the first that is no mere beginning of the feed."""
    totals: dict[date, int] = {}
    for month, _, _, _, number in rows:
        totals[month] = totals.get(month, 0) + number
    usual = median(totals.values())
    first = min(month for month, total in totals.items() if total >= COMPLETE * usual)
    return {month for month in totals if month >= first}


def months_from(first: date, many: int) -> list[date]:
    """The first days of so many months."""
    start = first.year * 12 + first.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(start, start + many)]


def _months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def working_days(calendar: WorkCalendar, months: list[date]) -> list[float] | None:
    """How many days courts worked in each month; None where the holidays of one of the years are not published yet."""
    if not all(calendar.is_published(month.year) for month in months):
        return None
    return [_worked(calendar, month) for month in months]


def _worked(calendar: WorkCalendar, month: date) -> float:
    last = months_from(month, 2)[1]
    days = (month + timedelta(day) for day in range((last - month).days))
    return float(sum(calendar.is_workday(day) for day in days))


def totals_of(history: History) -> Mapping[str, float]:
    """All that was filed of each kind in the last twelve months that were counted."""
    return {code: sum(count or 0.0 for count in line[-12:]) for code, line in history.counts.items()}
