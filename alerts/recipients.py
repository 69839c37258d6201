"""Whom the ladder names for what is watched (告知对象): from the stage to people, in one statement.

The nearest capacity to the case wins where a person holds several. Of a sealed case (封存) nobody learns by post: only
its panel, its helpers and its access list are ever named. What does not follow from a seat or a post of the case's own
place (``sure`` is false) must be looked at again through ``visible_to`` before the person is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from json import dumps
from typing import Any

from django.db import connection

from supervision.responders import RESPONDERS

#: The capacities, nearest to the case first.
DUTIES = (
    "judge", "presiding", "assistant", "clerk", "owner", "supervisor", "addressee", "division_head", "vice_president", "president", "trial_office",
    "itadmin", "stand_in", "watch",
)  # fmt: skip

#: Continues ``WITH watched AS (id, kind, stage, case_id, court_id, clock, turn)``; ends in ``named``, one row a person and id.
#: Takes ``rungs`` (``alerts.policy`` as JSON), ``day`` and ``duties``. ``court_id`` is that of what is about no case; of
#: what is only supposed the clock is unknown.
NAMED = """
rung AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(rungs)s::jsonb)
        AS r(position int, watches text, categories text[], procedures text[], stage text, tell text[], repeat_days int)),
matter AS MATERIALIZED (
    SELECT w.id, w.kind, w.stage, w.clock, w.turn, c.id AS case_id, coalesce(c.category, '') AS category,
           coalesce(c.procedure, '') AS procedure, c.division_id, coalesce(c.sealed, '') <> '' AS sealed,
           CASE WHEN o.recognised THEN o.id ELSE o.parent_id END AS court_id,
           c.judge_id, c.presiding_id, c.assistant_id, c.clerk_id, c.members, c.readers
      FROM watched w LEFT JOIN cases_case c ON c.id = w.case_id
      JOIN courts_court o ON o.id = coalesce(c.court_id, w.court_id)),
fitting AS MATERIALIZED (
    SELECT DISTINCT ON (s.kind, s.category, s.procedure) s.kind, s.category, s.procedure, r.position
      FROM (SELECT DISTINCT kind, category, procedure FROM matter) s
      JOIN rung r ON r.watches = s.kind
       AND (s.category = '' OR '全部' = ANY(r.categories) OR s.category = ANY(r.categories))
       AND (r.procedures = '{{}}' OR s.procedure = ANY(r.procedures))
     ORDER BY s.kind, s.category, s.procedure, r.position),
reached AS MATERIALIZED (
    SELECT m.*, r.tell, r.repeat_days FROM matter m JOIN fitting f USING (kind, category, procedure)
      JOIN rung r ON r.position = f.position AND r.stage = m.stage),
held AS MATERIALIZED (
    SELECT user_id, role, court_id, division_id FROM courts_posting
     WHERE starts_on <= %(day)s AND (ends_on IS NULL OR ends_on > %(day)s)),
by_duty AS MATERIALIZED (
    SELECT r.id, seat.person_id, seat.role, r.repeat_days, true AS sure
      FROM reached r, LATERAL (VALUES ('judge', r.judge_id), ('presiding', r.presiding_id),
                                      ('assistant', r.assistant_id), ('clerk', r.clerk_id)) AS seat(role, person_id)
     WHERE seat.role = ANY(r.tell) AND seat.person_id IS NOT NULL
    UNION ALL
    SELECT r.id, p.user_id, p.role, r.repeat_days, true FROM reached r JOIN held p ON p.division_id = r.division_id
     WHERE p.role IN ('division_head', 'vice_president') AND p.role = ANY(r.tell)
    UNION ALL
    SELECT r.id, p.user_id, p.role, r.repeat_days, r.case_id IS NULL OR p.role <> 'itadmin'
      FROM reached r JOIN held p ON p.court_id = r.court_id
     WHERE p.role IN ('president', 'trial_office', 'itadmin') AND p.role = ANY(r.tell)
    UNION ALL
    SELECT r.id, CASE WHEN EXISTS (SELECT FROM held p WHERE p.user_id = e.owner_id AND p.court_id = r.court_id)
                      THEN e.owner_id ELSE r.judge_id END, 'owner', r.repeat_days, false
      FROM reached r JOIN cases_exclusion e ON e.case_id = r.case_id AND e.resumes_on IS NULL AND e.withdrawn_at IS NULL
     WHERE 'owner' = ANY(r.tell)
    UNION ALL
    SELECT r.id, a.person_id, 'supervisor', r.repeat_days, false
      FROM reached r JOIN supervision_measure m ON m.case_id = r.case_id AND m.state = 'replied'
       AND (r.clock IS NULL OR (r.clock = 'answer:' || m.code AND r.turn = m.ordinal)) JOIN ({responders}) a ON a.measure_id = m.id
     WHERE 'supervisor' = ANY(r.tell)
    UNION ALL
    SELECT r.id, l.person_id, 'addressee', r.repeat_days, false
      FROM reached r JOIN supervision_lettercase n ON n.case_id = r.case_id
      JOIN supervision_letter l ON l.id = n.letter_id AND l.state = ANY('{{SENT,READ,REJECTED_REPLY,OVERDUE}}')
     WHERE 'addressee' = ANY(r.tell) AND l.person_id IS NOT NULL),
anyhow AS (
    SELECT id, person_id, role, repeat_days, sure FROM by_duty
    UNION ALL
    SELECT d.id, s.stand_in_id, 'stand_in', d.repeat_days, m.case_id IS NULL
      FROM by_duty d JOIN courts_standin s ON s.person_id = d.person_id JOIN matter m ON m.id = d.id
     WHERE s.ended_at IS NULL AND %(day)s BETWEEN s.starts_on AND s.ends_on AND NOT m.sealed
    UNION ALL
    SELECT m.id, w.person_id, 'watch', NULL, false
      FROM matter m JOIN alerts_watch w ON w.case_id = m.case_id WHERE w.ended_at IS NULL),
named AS MATERIALIZED (
    SELECT DISTINCT ON (a.id, a.person_id) a.id, m.case_id, a.person_id, a.role, a.repeat_days, a.sure
      FROM anyhow a JOIN matter m ON m.id = a.id JOIN courts_user u ON u.id = a.person_id AND u.is_active
     WHERE NOT m.sealed OR a.person_id IN (m.judge_id, m.presiding_id, m.assistant_id, m.clerk_id)
        OR a.person_id = ANY(m.members) OR a.person_id = ANY(m.readers)
     ORDER BY a.id, a.person_id, array_position(%(duties)s::text[], a.role))""".format(
    responders=RESPONDERS.format(day="%(day)s")
)

SUPPOSED = """
WITH watched AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(supposed)s::jsonb) AS s(id int, case_id bigint, court_id bigint, kind text, stage text, clock text, turn int)),
{named} SELECT id, person_id, role FROM named WHERE role <> 'watch' ORDER BY id, person_id"""


def given(rungs: Sequence[Any], day: date) -> dict[str, Any]:
    """What ``NAMED`` takes, from the rungs of ``alerts.policy``."""
    rows = dumps([asdict(rung) for rung in rungs], ensure_ascii=False, default=str)
    return {"rungs": rows, "day": day, "duties": list(DUTIES)}


def would_be_told(
    supposed: Sequence[dict[str, Any]], rungs: Sequence[Any], day: date
) -> list[tuple[int, int, str]]:
    """Whom these rungs would name for supposed alerts, as ``(id, person, role)``; nothing is written.

    Each of ``supposed`` has ``id`` (any number), ``kind``, ``stage``, and ``case_id`` or ``court_id``.
    """
    with connection.cursor() as cursor:
        words = {"supposed": dumps(list(supposed))} | given(rungs, day)
        cursor.execute(SUPPOSED.format(named=NAMED), words)
        return cursor.fetchall()
