"""Alerts follow the clocks (期限预警随期限走): raised once per stage and date, closed when the clock moves on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from json import dumps

from django.db import connection, transaction

from alerts.stages import Ladder
from cases.deadlines import DEFAULT_LADDER

LADDER = Ladder(DEFAULT_LADDER.early_part, DEFAULT_LADDER.early_of, DEFAULT_LADDER.urgent)
MOVED_ON = {"met": "已完成", "paused": "已停表", "lapsed": "期限已变更或取消", "stage": "进入下一阶段"}

#: ``alerts.stages.stage_on`` for every running clock; the tests hold the two together.
STAGED = """
staged AS MATERIALIZED (
    SELECT case_id, kind, rule, turn, due_on,
           CASE WHEN backwards THEN CASE WHEN due_on - %(day)s BETWEEN 0 AND %(urgent)s THEN 'urgent' END
                WHEN due_on < %(day)s THEN 'overdue'
                WHEN due_on - %(day)s <= %(urgent)s AND due_on - start_on >= %(urgent)s THEN 'urgent'
                WHEN due_on - %(day)s <= mid_days AND due_on - start_on >= mid_days THEN 'mid'
                WHEN %(early_of)s * (%(day)s - start_on) >= %(early_part)s * (due_on - start_on) AND due_on >= start_on
                THEN 'early' END AS stage
      FROM cases_clock WHERE state = 'running' AND {chosen})"""

CLOSE = f"""
WITH {STAGED},
gone AS (
    SELECT a.id, CASE WHEN c.state IN ('met', 'paused') THEN c.state WHEN c.due_on = a.due_on THEN 'stage' ELSE 'lapsed' END AS why
      FROM alerts_alert a
      LEFT JOIN cases_clock c ON c.case_id = a.case_id AND c.rule = a.clock AND c.turn = a.turn
     WHERE a.closed_at IS NULL AND {{alerts_chosen}}
       AND NOT EXISTS (SELECT FROM staged s WHERE s.case_id = a.case_id AND s.rule = a.clock AND s.turn = a.turn
                                              AND s.stage = a.stage AND s.due_on = a.due_on))
UPDATE alerts_alert a SET closed_at = %(at)s, closed_because = %(words)s::jsonb ->> gone.why FROM gone WHERE gone.id = a.id"""

#: An alert that was closed and holds again (a pause withdrawn) is opened again rather than raised twice.
RAISE = f"""
WITH {STAGED},
standing AS MATERIALIZED (
    SELECT case_id, clock, turn, stage, due_on FROM alerts_alert a WHERE closed_at IS NULL AND {{alerts_chosen}})
INSERT INTO alerts_alert (case_id, kind, clock, turn, stage, due_on, began_on, late, raised_at, closed_because)
SELECT s.case_id, s.kind, s.rule, s.turn, s.stage, s.due_on, %(day)s, false, %(at)s, '' FROM staged s
 WHERE s.stage IS NOT NULL
   AND NOT EXISTS (SELECT FROM standing a WHERE a.case_id = s.case_id AND a.clock = s.rule AND a.turn = s.turn
                                            AND a.stage = s.stage AND a.due_on = s.due_on)
ON CONFLICT (case_id, clock, turn, stage, due_on) DO UPDATE SET closed_at = NULL, closed_because = ''"""


@transaction.atomic
def raise_alerts(case_ids: Sequence[int] | None, today: date, at: datetime) -> dict[str, int]:
    """Bring the alerts of these cases (None: all) to where their clocks stand on ``today``.

    Doing it twice is the same as once. Returns how many were ``raised`` and ``closed``.
    """
    given = {
        "day": today, "at": at, "ids": list(case_ids or []), "urgent": LADDER.urgent_days,
        "early_part": LADDER.early_part, "early_of": LADDER.early_of,
    }  # fmt: skip
    chosen = {"chosen": "true", "alerts_chosen": "true"}
    if case_ids is not None:
        chosen = {"chosen": "case_id = ANY(%(ids)s)", "alerts_chosen": "a.case_id = ANY(%(ids)s)"}
    with connection.cursor() as cursor:
        cursor.execute(CLOSE.format(**chosen), given | {"words": dumps(MOVED_ON)})
        closed = cursor.rowcount
        cursor.execute(RAISE.format(**chosen), given)
        return {"raised": cursor.rowcount, "closed": closed}
