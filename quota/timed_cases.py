"""From diaries and recorded courses to what can be measured: minutes by case and element, and traces of cases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from json import loads

from django.db import connection

from quota.elements import Minutes
from quota.hours import Cell
from quota.kinds import CASE_TYPES
from quota.models import Study
from quota.proxies import TRACES, Traced

OTHER = "other"

ENTRIES = """
SELECT COALESCE(t.case_id::text, t.number), t.element, sum(t.minutes), min(c.category), min(COALESCE(c.procedure, t.procedure)),
       min(COALESCE(w.klass, t.klass)), min(COALESCE(w."group", '')), min(t.case_type), min(t.court_id),
       bool_and(t.case_id IS NULL OR (c.filed_on >= s.starts_on AND c.closed_on <= s.ends_on) IS TRUE)
  FROM quota_timeentry t JOIN quota_study s ON s.id = t.study_id
  LEFT JOIN cases_case c ON c.id = t.case_id LEFT JOIN quota_caseweight w ON w.case_id = t.case_id
 WHERE t.study_id = %(study)s GROUP BY 1, 2 ORDER BY 1, 2"""

COUNTED = """
SELECT count(*), count(DISTINCT person_no), count(DISTINCT "on"), count(DISTINCT COALESCE(case_id::text, number)),
       count(DISTINCT court_id), sum(minutes)
  FROM quota_timeentry WHERE study_id = %(study)s"""

CLOSED = """
SELECT c.id::text, c.category, c.procedure, COALESCE(w.klass, ''), COALESCE(w."group", ''), c.closed_on - c.filed_on, e.said
  FROM cases_case c LEFT JOIN quota_caseweight w ON w.case_id = c.id
  LEFT JOIN LATERAL (SELECT jsonb_object_agg(x.key, x.value) AS said FROM cases_element x
                      WHERE x.case_id = c.id AND x.withdrawn_at IS NULL AND x.party_id IS NULL AND x.key = ANY(%(traces)s)
                        AND jsonb_typeof(x.value) = 'number') e ON true
 WHERE c.court_id = ANY(%(courts)s) AND c.closed_on BETWEEN %(start)s AND %(end)s AND c.filed_on IS NOT NULL
 ORDER BY c.id"""

WHOLE = """
SELECT c.id::text, c.category, c.procedure, COALESCE(w.klass, ''), COALESCE(w."group", ''), c.closed_on - c.filed_on, e.said
  FROM (SELECT DISTINCT case_id FROM quota_timeentry WHERE study_id = %(study)s) t JOIN cases_case c ON c.id = t.case_id
  LEFT JOIN quota_caseweight w ON w.case_id = c.id
  LEFT JOIN LATERAL (SELECT jsonb_object_agg(x.key, x.value) AS said FROM cases_element x
                      WHERE x.case_id = c.id AND x.withdrawn_at IS NULL AND x.party_id IS NULL AND x.key = ANY(%(traces)s)
                        AND jsonb_typeof(x.value) = 'number') e ON true
 WHERE c.closed_on IS NOT NULL AND c.filed_on IS NOT NULL ORDER BY c.id"""


@dataclass(frozen=True)
class Diary:
    """The minutes of a study; ``complete`` are cases filed and closed within it, ``courts`` says where each case is."""

    minutes: tuple[Minutes, ...]
    complete: frozenset[str]
    courts: dict[str, int]


def diary_of(study: Study) -> Diary:
    """Cases known here with what is recorded of them, others as the diary describes them: those count as complete."""
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, {"study": study.pk})
        rows = cursor.fetchall()
    minutes, complete, courts = [], set(), {}
    for case, element, total, category, procedure, klass, group, said, court_id, whole in rows:
        case_type = CASE_TYPES.get(category, OTHER) if category else said
        minutes.append(Minutes(case, Cell(case_type, procedure, klass, group), element, float(total)))
        courts[case] = court_id
        if whole:
            complete.add(case)
    return Diary(tuple(minutes), frozenset(complete), courts)


def counted(study: Study) -> dict[str, int]:
    """How much was written down, and by how many; never by whom."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"study": study.pk})
        found = cursor.fetchone()
    names = ("entries", "people", "days", "cases", "courts", "minutes")
    return {name: int(value or 0) for name, value in zip(names, found, strict=True)}


def traces_of_study(study: Study) -> list[Traced]:
    """What the closed cases of a study left behind."""
    with connection.cursor() as cursor:
        cursor.execute(WHOLE, {"study": study.pk, "traces": list(TRACES)})
        return [_traced(*row) for row in cursor.fetchall()]


def traces_of_courts(court_ids: Collection[int], on: date, days: int) -> list[Traced]:
    """What the cases closed in these courts in the ``days`` before ``on`` left behind."""
    given = {
        "courts": list(court_ids),
        "start": on - timedelta(days),
        "end": on,
        "traces": list(TRACES),
    }
    with connection.cursor() as cursor:
        cursor.execute(CLOSED, given)
        return [_traced(*row) for row in cursor.fetchall()]


def _traced(
    case: str, category: str, procedure: str, klass: str, group: str, days: int, said: str | None
) -> Traced:
    cell = Cell(CASE_TYPES.get(category, OTHER), procedure, klass, group)
    known = loads(said) if said else {}
    traces = {name: float(known[name]) if name in known else None for name in TRACES}
    return Traced(case, cell, {**traces, "days": float(days)})
