"""Whose turn it is once the panel has replied (待回应的院庭长): one statement, for the desk and for who is told.

Whoever took the measure, while they serve at the court, are off the panel and have not had their delegation ended; else
those in charge of the division, off the panel as well.
"""

from __future__ import annotations

#: Rows ``(measure_id, person_id)``; ``{day}`` stands for the placeholder of today.
RESPONDERS = """
    SELECT m.id AS measure_id, p.user_id AS person_id
      FROM supervision_measure m
      JOIN cases_case c ON c.id = m.case_id
      JOIN courts_court o ON o.id = c.court_id
      JOIN courts_posting p ON p.court_id = CASE WHEN o.recognised THEN o.id ELSE o.parent_id END
       AND p.starts_on <= {day} AND (p.ends_on IS NULL OR p.ends_on > {day}),
           LATERAL (SELECT array_remove(c.members || c.judge_id || c.presiding_id, NULL) AS people) panel,
           LATERAL (SELECT m.taken_by_id <> ALL(panel.people)
                       AND EXISTS (SELECT FROM courts_posting q WHERE q.user_id = m.taken_by_id AND q.court_id = p.court_id
                                      AND q.starts_on <= {day} AND (q.ends_on IS NULL OR q.ends_on > {day}))
                       AND COALESCE((SELECT bool_or(d.ended_at IS NULL) FROM supervision_delegation d
                                      WHERE d.case_id = m.case_id AND d.person_id = m.taken_by_id), true) AS stays) taker
     WHERE m.state = 'replied' AND p.user_id <> ALL(panel.people)
       AND CASE WHEN taker.stays THEN p.user_id = m.taken_by_id
                ELSE p.role IN ('division_head', 'vice_president') AND p.division_id = c.division_id END"""
