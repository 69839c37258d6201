"""Due dates of many clocks: one SQL statement over the clock table, beside a bare scan of it and row-by-row peers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from typing import Any

import chinese_calendar
from dateutil.relativedelta import relativedelta
from django.db import connection

from bench.harness import Peer, measure, scratch_database
from cases import layouts
from cases.clock_sql import COLUMNS, KEY, computed
from cases.deadlines import ClockInput, Exclusion, Extension, calculate
from cases.layouts import LAYOUT
from catalogues import library

ROWS, SAMPLE = 1_000_000, 20_000
LAST_PUBLISHED = 2026

#: A docket's mix: mostly civil, a tenth criminal, some in working days, extended, excluded, paused.
DRAW = """
CREATE TABLE drawn AS
SELECT n AS case_id, 'statutory' AS kind, rule, 0 AS turn, 1 AS edition, '' AS problem, NULL::date AS met_on, start_on,
       NULL::timestamptz AS start_at, months, days, workdays, 0 AS hours, false AS backwards,
       CASE WHEN r < 0.01 AND workdays = 0 THEN start_on + 400 END AS until_on,
       CASE WHEN r BETWEEN 0.1 AND 0.25 AND workdays = 0 THEN (r * 1000)::int - 90 ELSE 0 END AS excluded_days,
       CASE WHEN r > 0.97 AND workdays = 0 THEN start_on + 45 END AS paused_on,
       rule LIKE 'crim%%' AS criminal, workdays = 0 AND NOT (rule LIKE 'crim%%' AND r > 0.4) AS rolls, 0 AS calendar,
       CASE WHEN rule LIKE 'crim%%' THEN 15 ELSE 30 END AS mid_days, 'running' AS state
  FROM (SELECT n, k, r, date '2012-01-01' + (random() * 5300)::int AS start_on FROM (
            SELECT n, random() AS k, random() AS r FROM generate_series(1, %s) n) drawn) started
  CROSS JOIN LATERAL (SELECT CASE WHEN k < 0.45 THEN 'civ_summary' WHEN k < 0.7 THEN 'civ_first_ordinary'
           WHEN k < 0.82 THEN 'exec_first' WHEN k < 0.92 THEN 'crim_first_ordinary' WHEN k < 0.95 THEN 'adm_first_ordinary'
           WHEN k < 0.97 THEN 'civ_special' ELSE 'judicial_aid' END AS rule) named
  CROSS JOIN LATERAL (SELECT CASE rule WHEN 'civ_summary' THEN 3 WHEN 'crim_first_ordinary' THEN 2
           WHEN 'civ_special' THEN 0 WHEN 'judicial_aid' THEN 0 ELSE 6 END + CASE WHEN r BETWEEN 0.3 AND 0.4 AND k < 0.95 THEN 1 ELSE 0 END AS months,
           CASE rule WHEN 'civ_special' THEN 30 ELSE 0 END AS days,
           CASE rule WHEN 'judicial_aid' THEN 10 ELSE 0 END AS workdays) sized"""

STORE = f"""
WITH {LAYOUT}
INSERT INTO cases_clock ({", ".join((*KEY, *COLUMNS))}, computed_at)
SELECT {", ".join((*KEY, *COLUMNS))}, now() FROM ({computed("drawn")}) computed"""
#: The aggregates look at every due date and whether it is provisional.
OURS = f"""
WITH {LAYOUT}
SELECT count(due_on), bool_or(provisional)
  FROM ({computed("cases_clock")}) computed"""
ANSWERS = f"""
WITH {LAYOUT}
SELECT case_id, start_on, months, days, workdays, until_on, excluded_days, paused_on, criminal, rolls, rule,
       nominal_on, before_roll_on, due_on, remaining_at_pause, provisional
  FROM ({computed("cases_clock")}) computed ORDER BY case_id"""
FLOOR = "count(*) by a bare scan of the clock table"


def naive(row: tuple[Any, ...]) -> tuple[date | None, date | None, date | None, int | None, bool]:
    """The oracle, and the first peer: dateutil and chinesecalendar, none of our code and none of our calendar."""
    _, start, months, days, workdays, until, excluded, paused, criminal, rolls = row[:10]
    nominal, guessed = start + relativedelta(months=months), False
    if criminal and months and (start + timedelta(days=1)).day == 1:
        nominal += relativedelta(day=31)
    nominal += timedelta(days=days)
    while workdays:
        nominal += timedelta(days=1)
        guessed = guessed or nominal.year > LAST_PUBLISHED
        workdays -= is_workday(nominal)
    if paused:
        return nominal, None, None, (nominal - paused).days + excluded, guessed
    before = nominal + timedelta(days=excluded)
    before = due = max(before, until) if until else before
    if rolls:
        guessed = guessed or due.year > LAST_PUBLISHED
        while not is_workday(due):
            due += timedelta(days=1)
            guessed = guessed or due.year > LAST_PUBLISHED
    return nominal, before, due, None, guessed


def is_workday(day: date) -> bool:
    if day.year > LAST_PUBLISHED:
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))


def differs(row: tuple[Any, ...]) -> bool:
    return naive(row) != row[11:16]


def run(rows: int = ROWS) -> int:
    """Measure and print; 1 when any date differs from the oracle's."""
    with scratch_database("deadlines"), connection.cursor() as cursor:
        fill(cursor, rows)
        mismatches = compare(cursor)
        sample = ask(cursor, f"{ANSWERS} LIMIT {SAMPLE}")
        measure(
            "deadlines",
            rows=rows,
            ours=partial(ask, cursor, OURS),
            floor=FLOOR,
            floor_work=partial(ask, cursor, "SELECT count(*) FROM cases_clock"),
            peers={naive_name(): Peer(len(sample), partial(each, naive, sample)), **pure_peer(sample)},
            mismatches=mismatches,
        )
    return 1 if mismatches else 0


def fill(cursor: Any, rows: int) -> None:
    """The clocks alone, without their cases; then what autovacuum would do."""
    cursor.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'cases_clock'::regclass AND contype = 'f'"
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE cases_clock DROP CONSTRAINT "{name}"')
    cursor.execute("SELECT setseed(0.5)")
    cursor.execute(DRAW, [rows])
    cursor.execute(STORE, layouts.parameters(library.work_calendar(), {}))
    cursor.execute("VACUUM ANALYZE cases_clock")
    # The floor reads the table, as ours must; an index alone would answer another question.
    cursor.execute("SET enable_indexonlyscan = off")


def compare(cursor: Any) -> int:
    """How many of all the rows differ from the oracle, on both cores."""
    with get_context("fork").Pool(2) as pool:
        cursor.execute(ANSWERS, layouts.parameters(library.work_calendar(), {}))
        batches = iter(partial(cursor.fetchmany, SAMPLE), [])
        return sum(pool.imap_unordered(count_differing, batches))


def count_differing(rows: list[tuple[Any, ...]]) -> int:
    return sum(map(differs, rows))


def ask(cursor: Any, statement: str) -> list[tuple[Any, ...]]:
    cursor.execute(statement, layouts.parameters(library.work_calendar(), {}))
    return cursor.fetchall()


def each(work: Callable[[Any], object], rows: list[Any]) -> None:
    for row in rows:
        work(row)


def naive_name() -> str:
    return f"python-dateutil {version('python-dateutil')} + chinesecalendar {version('chinesecalendar')}"


def pure_peer(sample: list[tuple[Any, ...]]) -> dict[str, Peer]:
    """Our own pure function, which also writes the reasons down."""
    calendar = library.work_calendar()
    clocks = [clock_of(row) for row in sample]
    return {
        "cases.deadlines (one by one, with reasons)": Peer(
            len(clocks), partial(each, partial(calculate, calendar=calendar), clocks)
        )
    }


def clock_of(row: tuple[Any, ...]) -> ClockInput:
    _, start, months, _, _, until, excluded, paused, criminal, rolls, rule = row[:11]
    limit = library.time_limits()[rule][-1]
    more = max(months - (limit.n or 0), 0) if limit.unit == "month" else 0
    ground = library.grounds()["stay"][-1]
    days = ((start + timedelta(days=1), start + timedelta(days=1 + excluded)),) if excluded else ()
    return ClockInput(
        limit=limit,
        start=start,
        detained=criminal and not rolls,
        extensions=(Extension(months=more, until=until),) if more or until else (),
        exclusions=tuple(
            Exclusion(ground, *span) for span in (*days, *(((paused, None),) if paused else ()))
        ),
    )
