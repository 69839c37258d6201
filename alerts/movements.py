"""What last happened in the open cases (最近进展), kept as their facts change."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from cases.nodes import CLOSED, FILED

#: The last event, or the filing; the end of a pause counts as something happening, a hearing to come as having happened.
#: Where too few cases are known to say what is usual, nothing is said. What is the same is not written.
FOLLOW = """
WITH moving AS MATERIALIZED (
    SELECT c.id AS case_id, last.node,
           GREATEST(last."on", (SELECT max(x.resumes_on) FROM cases_exclusion x
                                 WHERE x.case_id = c.id AND x.withdrawn_at IS NULL)) AS moved_on,
           COALESCE(own.days, every.days) AS days
      FROM cases_case c
     CROSS JOIN LATERAL (
           SELECT node, "on" FROM (
                  SELECT e.node, e."on", e.id FROM cases_procedureevent e
                   WHERE e.case_id = c.id AND e.withdrawn_at IS NULL AND e.node <> ALL(%(own_events)s)
                   UNION ALL SELECT %(filed)s, c.filed_on, 0 WHERE c.filed_on IS NOT NULL) happened
            ORDER BY "on" DESC, id DESC LIMIT 1) last
      LEFT JOIN alerts_usualspan own ON own.court_id = c.court_id AND own.category = c.category AND own.node = last.node
      LEFT JOIN alerts_usualspan every ON every.court_id IS NULL AND every.category = c.category AND every.node = last.node
     WHERE c.id = ANY(%(ids)s) AND c.closed_on IS NULL AND COALESCE(own.days, every.days) IS NOT NULL
       AND NOT EXISTS (SELECT FROM cases_clock k
                        WHERE k.case_id = c.id AND k.kind = 'statutory' AND k.state = 'paused')),
wanted AS MATERIALIZED (SELECT case_id, node, moved_on, moved_on + days AS due_on FROM moving),
present AS MATERIALIZED (SELECT case_id, node, moved_on, due_on FROM alerts_movement WHERE case_id = ANY(%(ids)s)),
gone AS (
    DELETE FROM alerts_movement m USING present p
     WHERE m.case_id = p.case_id AND NOT EXISTS (SELECT FROM wanted w WHERE w.case_id = p.case_id) RETURNING 1),
written AS (
    INSERT INTO alerts_movement (case_id, node, moved_on, due_on)
    SELECT case_id, node, moved_on, due_on FROM (TABLE wanted EXCEPT TABLE present) differing
    ON CONFLICT (case_id) DO UPDATE
       SET node = EXCLUDED.node, moved_on = EXCLUDED.moved_on, due_on = EXCLUDED.due_on
    RETURNING 1)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)"""


def follow_movements(ids: Sequence[int]) -> int:
    """Lay down what last happened in these cases, as their facts and clocks stand; how many rows that changed."""
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, {"ids": list(ids), "own_events": [FILED, CLOSED], "filed": FILED})
        (written,) = cursor.fetchone()
    return int(written)
