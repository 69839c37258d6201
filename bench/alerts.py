"""Sweeps of a house full of open cases: beside the computation of their due dates, and beside a loop over the rows.

Ours is the whole of ``raise_alerts``: every source, the ladders in force, raising, closing, once per case and date. The
floor is the statement ``bench deadlines`` times, over the clocks of the same cases.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import partial
from time import perf_counter
from typing import Any

from django.db import connection

from bench.deadlines import OURS as DUE_DATES
from bench.deadlines import STORE, ask
from bench.harness import Peer, measure, scratch_database
from cases import layouts
from catalogues import library

ROWS, PEER_ROWS = 1_000_000, 2_000
DAY = date(2026, 6, 30)
COURTS = 10
FLOOR = "due dates of all their clocks, as in bench deadlines"

#: A living docket: most cases young, seven in a hundred in the last third of their time, a few over it.
CASES = """
INSERT INTO cases_case (number, number_received, court_id, members, readers, named, year, type_code, category, serial, cause,
                        cause_code, procedure, "limit", region, filed_on, closed_how, detained, sealed, entered, origin)
SELECT 'bench ' || n, '', court.id, '{}', '{}', '{}', 2026, code, category, n, '民间借贷纠纷', '', procedure, rule, '四川省宜宾市',
       %(day)s::date - (span * CASE WHEN r < 0.93 THEN r * 0.66 WHEN r < 0.995 THEN 0.62 + (r - 0.93) * 5.5
                                    ELSE 1.05 END)::int, '', false, '', '{}', 'feed'
  FROM (SELECT n, random() AS k, random() AS r FROM generate_series(1, %(rows)s) n) drawn
  CROSS JOIN LATERAL (SELECT * FROM (VALUES
       (0.45, 'civ_summary', '民初', '民事', 'summary', 92), (0.7, 'civ_first_ordinary', '民初', '民事', 'ordinary', 183),
       (0.88, 'exec_first', '执', '执行', '', 183), (0.97, 'crim_first_ordinary', '刑初', '刑事', 'ordinary', 61),
       (1.1, 'adm_first_ordinary', '行初', '行政', 'ordinary', 183)) AS kinds(upto, rule, code, category, procedure, span)
       WHERE k < upto ORDER BY upto LIMIT 1) kind
  JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM courts_court WHERE code LIKE '川15%%' LIMIT %(courts)s) court
    ON court.place = n %% %(courts)s"""

CLOCK = """
CREATE TABLE drawn AS
SELECT id AS case_id, '{kind}' AS kind, {rule} AS rule, 0 AS turn, 1 AS edition, '' AS problem, NULL::date AS met_on,
       {start} AS start_on, NULL::timestamptz AS start_at, {months} AS months, {days} AS days, 0 AS workdays, 0 AS hours,
       {backwards} AS backwards, NULL::date AS until_on, 0 AS excluded_days,
       CASE WHEN '{kind}' = 'statutory' AND id %% 33 = 0 THEN filed_on + 1 END AS paused_on, category = '刑事' AS criminal,
       {rolls} AS rolls, 0 AS calendar, 30 AS mid_days, 'running' AS state
  FROM {of}"""
CLOCKS = [
    {
        "kind": "statutory", "rule": '"limit"', "start": "filed_on", "days": 0, "backwards": "false", "rolls": "true",
        "months": """CASE "limit" WHEN 'civ_summary' THEN 3 WHEN 'crim_first_ordinary' THEN 2 ELSE 6 END""", "of": "cases_case",
    },
    *(
        {
            "kind": "derived", "rule": f"'{node}'", "start": "due_on", "months": 0, "days": -days, "backwards": "true",
            "rolls": "false", "of": "(SELECT c.*, k.due_on FROM cases_case c JOIN cases_clock k ON k.case_id = c.id"
            f" AND k.kind = 'statutory' WHERE c.category IN ('民事', '刑事', '行政') AND due_on IS NOT NULL AND c.id % {every} = 0) c",
        }
        for node, days, every in (("N53", 15, 1), ("N54", 5, 2))
    ),
    {
        "kind": "node", "rule": "'N20'", "start": f"date '{DAY}' - (id % 7)::int", "months": 0, "days": 5,
        "backwards": "false", "rolls": "true", "of": "(SELECT * FROM cases_case WHERE id % 11 = 0) c",
    },
]  # fmt: skip

#: Two events a case, the last some weeks after filing; how long cases usually stay after it; pauses of the paused.
FACTS = """
INSERT INTO cases_procedureevent (case_id, node, "on", note, origin)
SELECT id, node, least(%(day)s, filed_on + days), '', 'feed'
  FROM cases_case CROSS JOIN (VALUES ('移送审判庭', 6), ('送达副本', 12), ('开庭', 30)) AS events(node, days)
 WHERE filed_on + days <= %(day)s;
INSERT INTO alerts_usualspan (court_id, category, node, days, cases, measured_on)
SELECT NULL, category, node, CASE WHEN category = '执行' THEN 160 ELSE 130 END, 100, %(day)s
  FROM (VALUES ('民事'), ('刑事'), ('行政'), ('执行')) AS c(category),
       (VALUES ('移送审判庭'), ('送达副本'), ('开庭'), ('立案')) AS n(node);
INSERT INTO alerts_movement (case_id, node, moved_on, due_on)
SELECT c.id, last.node, last."on", last."on" + s.days FROM cases_case c
  JOIN (SELECT DISTINCT ON (case_id) case_id, node, "on" FROM cases_procedureevent ORDER BY case_id, "on" DESC) last
    ON last.case_id = c.id
  JOIN alerts_usualspan s ON s.category = c.category AND s.node = last.node WHERE c.id %% 33 <> 0;
INSERT INTO cases_exclusion (case_id, ground, starts_on, review_on, reason, origin)
SELECT c.id, 'stay', c.filed_on + 1, %(day)s::date + (c.id %% 40)::int - 5, '', 'feed' FROM cases_case c
 WHERE c.id %% 33 = 0 AND c.filed_on < %(day)s"""


def run(rows: int = ROWS) -> int:
    """Measure and print; 1 when any alert differs from the oracle's or an unchanged sweep writes anything."""
    with scratch_database("alerts"), connection.cursor() as cursor:
        fill(cursor, rows)
        floor = partial(ask, cursor, DUE_DATES)
        peers = peer(min(rows, PEER_ROWS))
        first = partial(first_sweep, cursor)
        wrong = [sweep_and_compare(cursor)]
        common = {"rows": rows, "floor": FLOOR, "floor_work": floor}
        measure("alerts, first sweep", ours=first, peers=peers, mismatches=wrong[0], **common)
        wrong.append(written_by(cursor, unchanged_sweep))
        measure("alerts, unchanged sweep", ours=unchanged_sweep, peers=peers, mismatches=wrong[1], **common)
        measure("alerts, the next day's sweep", ours=next_day, peers=peers, mismatches=0, **common)
        each_court = partial(
            court_by_court, ask(cursor, "SELECT array_agg(DISTINCT court_id) FROM cases_case")[0][0]
        )
        wrong.append(written_by(cursor, each_court))
        measure(
            "alerts, unchanged sweep, court by court",
            ours=each_court,
            peers={},
            mismatches=wrong[2],
            **common,
        )
        print(
            json.dumps(
                {"bench": "alerts, what was there", **counts(cursor), "next day": next_day()},
                ensure_ascii=False,
            ),
            flush=True,
        )
        wrong.append(flood(cursor, rows))
    return 1 if any(wrong) else 0


def flood(cursor: Any, rows: int) -> int:
    """The clock jumps by more than a year: every limit has run out at once. Once only, it takes its time.

    Each running limit has one overdue alert then, and sweeping again writes nothing; how far that is from being so.
    """
    day = DAY + timedelta(days=400)
    begun = perf_counter()
    done = sweep(day)
    seconds = perf_counter() - begun
    cursor.execute("""
        SELECT abs((SELECT count(*) FROM cases_clock WHERE kind = 'statutory' AND state = 'running')
                 - (SELECT count(*) FROM alerts_alert WHERE kind = 'statutory' AND stage = 'overdue' AND closed_at IS NULL))""")
    wrong = int(cursor.fetchone()[0]) + written_by(cursor, partial(sweep, day))
    said = {"bench": "alerts, everything at once", "rows": rows, "ours_s": round(seconds, 1), **done}
    print(json.dumps(said | {"mismatches": wrong}), flush=True)
    return wrong


def fill(cursor: Any, rows: int) -> None:
    """The cases with their clocks and events; then what autovacuum would do."""
    cursor.execute("SET synchronous_commit = off")
    cursor.execute("SELECT setseed(0.5)")
    cursor.execute(CASES, {"rows": rows, "day": DAY, "courts": COURTS})
    cursor.execute("ANALYZE cases_case")
    for clock in CLOCKS:
        cursor.execute("DROP TABLE IF EXISTS drawn")
        cursor.execute(CLOCK.format(**clock).replace("%%", "%"))
        cursor.execute(STORE, layouts.parameters(library.work_calendar(), {}))
    for statement in FACTS.split(";"):
        cursor.execute(statement, {"day": DAY})
    for table in ("cases_case", "cases_clock", "cases_procedureevent", "cases_exclusion", "alerts_movement"):
        cursor.execute(f"VACUUM ANALYZE {table}")


def sweep(day: date = DAY, court_id: int | None = None) -> dict[str, int]:
    from django.utils import timezone

    from alerts.services import raise_alerts

    return raise_alerts(None, day, timezone.now(), court_id=court_id)


def first_sweep(cursor: Any) -> None:
    """A sweep of a house nothing was ever raised in; emptying the table is part of the time."""
    cursor.execute("TRUNCATE alerts_alert CASCADE")
    sweep()


def unchanged_sweep() -> None:
    if any(sweep().values()):
        raise SystemExit("the sweep changed something although nothing had changed")


def next_day() -> dict[str, int]:
    """What a day brings: stages begin, days counted back lapse. Taken back, so that every round finds the same."""
    from django.db import transaction

    with transaction.atomic():
        done = sweep(DAY + timedelta(days=1))
        transaction.set_rollback(True)
    return done


def court_by_court(courts: list[int]) -> None:
    for court_id in courts:
        sweep(court_id=court_id)


def written_by(cursor: Any, work: Any) -> int:
    """How many rows of any table were written meanwhile."""
    before = rows_written(cursor)
    work()
    return rows_written(cursor) - before


def rows_written(cursor: Any) -> int:
    cursor.execute("SELECT pg_stat_force_next_flush()")
    cursor.execute("SELECT pg_stat_clear_snapshot()")
    cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables")
    return int(cursor.fetchone()[0])


def sweep_and_compare(cursor: Any) -> int:
    """How many alerts of clocks differ from what the pure function says of every single clock, in either direction."""
    from catalogues.ladders import ladder_for, stage_on
    from catalogues.selectors import law_in_use

    first_sweep(cursor)
    cursor.execute(
        "SELECT case_id, clock, stage, due_on, began_on FROM alerts_alert WHERE kind NOT IN ('stalled', 'pause')"
    )
    raised = set(cursor.fetchall())
    ladders = law_in_use().ladders_on(DAY)
    cursor.execute("""SELECT case_id, rule, k.kind, CASE WHEN backwards THEN NULL ELSE start_on END, due_on, category, procedure
                        FROM cases_clock k JOIN cases_case c ON c.id = k.case_id WHERE k.state = 'running'""")
    chosen: dict[tuple[str, str, str], Any] = {}
    wanted = set()
    for case_id, rule, kind, start_on, due_on, category, procedure in cursor:
        key = (kind, category, procedure)
        if key not in chosen:
            chosen[key] = ladder_for(ladders, *key)
        if reached := stage_on(DAY, start_on, due_on, chosen[key]):
            wanted.add((case_id, rule, reached[0].stage, due_on, reached[1]))
    return len(raised ^ wanted)


def counts(cursor: Any) -> dict[str, Any]:
    cursor.execute("SELECT kind, stage, count(*) FROM alerts_alert GROUP BY 1, 2 ORDER BY 1, 2")
    alerts = {f"{kind} {stage}": number for kind, stage, number in cursor.fetchall()}
    cursor.execute(
        "SELECT (SELECT count(*) FROM cases_clock), (SELECT count(*) FROM cases_procedureevent), count(*) FROM alerts_alert"
    )
    clocks, events, total = cursor.fetchone()
    return {"clocks": clocks, "events": events, "alerts": total, **alerts}


def peer(rows: int) -> dict[str, Peer]:
    """A loop over the rows of the ORM, as one would write it first."""
    import django

    return {f"a loop with get_or_create, django {django.__version__}": Peer(rows, partial(naive, rows))}


def naive(rows: int) -> None:
    from django.utils import timezone

    from alerts.models import Alert
    from cases.models import Case
    from catalogues.ladders import ladder_for, stage_on
    from catalogues.selectors import law_in_use

    at, ladders = timezone.now(), law_in_use().ladders_on(DAY)
    for case in Case.objects.filter(closed_on=None).order_by("pk").prefetch_related("clocks")[:rows]:
        for clock in case.clocks.all():
            ladder = ladder_for(ladders, clock.kind, case.category, case.procedure)
            if clock.state != "running" or ladder is None:
                continue
            reached = stage_on(DAY, None if clock.backwards else clock.start_on, clock.due_on, ladder)
            if reached:
                Alert.objects.get_or_create(
                    case=case, clock=clock.rule, turn=clock.turn, stage=reached[0].stage, due_on=clock.due_on,
                    defaults={"kind": clock.kind, "began_on": reached[1], "raised_at": at},
                )  # fmt: skip
