"""How long cases usually stay after an event (节点通常停留), measured from the courts' own history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from alerts.movements import follow_movements
from alerts.policy import setting
from alerts.turns import take_turn
from cases.clocks import slices_of
from cases.models import Case
from cases.nodes import CLOSED, FILED

MEASURING = 0x6D6D  # the advisory lock of the measurement
DAYS_A_YEAR = 365
#: A span in use is kept while the newest measurement lies within so many days of it: each new span moves the day a
#: standing case counts as stalled, and would warn of it anew.
KEPT_WITHIN = 7

#: From an event to the next one, or to the closing of the case; what still lasts is not counted, nor a case that was
#: ever paused. All courts together are the rows without a court.
MEASURED = """
happened AS (
    SELECT e.case_id, e.node, e."on", e.id FROM cases_procedureevent e
     WHERE e."on" >= %(since)s AND e.withdrawn_at IS NULL AND e.node <> ALL(%(own_events)s)
     UNION ALL SELECT id, %(filed)s, filed_on, 0 FROM cases_case WHERE filed_on >= %(since)s),
stayed AS (
    SELECT c.court_id, c.category, h.node, h.case_id,
           COALESCE(lead(h."on") OVER (PARTITION BY h.case_id ORDER BY h."on", h.id), c.closed_on) - h."on" AS days
      FROM happened h JOIN cases_case c ON c.id = h.case_id
     WHERE (c.closed_on IS NULL OR h."on" <= c.closed_on)
       AND NOT EXISTS (SELECT FROM cases_exclusion x WHERE x.case_id = c.id AND x.withdrawn_at IS NULL)),
measured AS MATERIALIZED (
    SELECT court_id, category, node, count(DISTINCT case_id) AS cases,
           GREATEST(percentile_disc(%(part)s) WITHIN GROUP (ORDER BY days), %(least)s) AS days
      FROM stayed WHERE days IS NOT NULL
     GROUP BY GROUPING SETS ((court_id, category, node), (category, node))
    HAVING count(DISTINCT case_id) >= %(enough)s)"""
SAME = "m.court_id IS NOT DISTINCT FROM u.court_id AND m.category = u.category AND m.node = u.node"

MEASURE = f"""
WITH {MEASURED},
forgotten AS (
    DELETE FROM alerts_usualspan u WHERE NOT EXISTS (SELECT FROM measured m WHERE {SAME}) RETURNING 1),
written AS (
    INSERT INTO alerts_usualspan AS u (court_id, category, node, days, cases, measured_on)
    SELECT court_id, category, node, days, cases, %(day)s FROM measured m
     WHERE NOT EXISTS (SELECT FROM alerts_usualspan u WHERE {SAME} AND abs(u.days - m.days) <= %(kept_within)s)
    ON CONFLICT (court_id, category, node) DO UPDATE
       SET days = EXCLUDED.days, cases = EXCLUDED.cases, measured_on = EXCLUDED.measured_on
    RETURNING 1)
SELECT (SELECT count(*) FROM forgotten) + (SELECT count(*) FROM written)"""


def measure_spans(today: date) -> int:
    """Measure how long cases usually stay after each event, by court and category; how many rows were written.

    A court, category and node with too few cases gets no row. Doing it twice is the same as once. What follows for the
    open cases is laid down a slice to a transaction, so that the recomputation need not wait.
    """
    written = write_spans(today)
    for ids in slices_of(Case.objects.open().values_list("pk", flat=True)):
        with transaction.atomic():
            take_turn()
            follow_movements(ids)
    return written


@transaction.atomic
def write_spans(today: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MEASURING])
        cursor.execute(MEASURE, parameters(today))
        (written,) = cursor.fetchone()
    return int(written)


def parameters(today: date) -> dict[str, Any]:
    return {
        "day": today,
        "since": today - timedelta(days=DAYS_A_YEAR * setting("stalled_years", today)),
        "part": setting("stalled_percentile", today) / 100,
        "enough": setting("stalled_min_cases", today),
        "least": setting("stalled_least_days", today),
        "own_events": [FILED, CLOSED],
        "filed": FILED,
        "kept_within": KEPT_WITHIN,
    }
