"""The statements that bring alerts to where what is watched stands (预警的发出与解除): text only, run by ``services``.

``differing`` reads and says for which cases anything is to be written, on several cores; ``bring`` writes, for named
cases. So a sweep in which nothing changed writes nothing, and what a change costs does not grow with the house.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from alerts.policy import LADDERS, begins_on, ladder_rows, within_reach
from alerts.sources import SOURCES, Source
from catalogues.ladders import STAGES
from catalogues.law import AlertLadder
from catalogues.selectors import law_in_use

COLUMNS = "case_id, court_id, category, procedure, kind, clock, turn, start_on, due_on"
PERIOD = "s.case_id = a.case_id AND s.clock = a.clock AND s.turn = a.turn"
SAME = f"{PERIOD} AND s.due_on = a.due_on AND s.stage = a.stage"

WORST_FIRST = tuple(reversed(STAGES))
BEGINNINGS = ", ".join(f"{begins_on(stage)} AS {stage}_on" for stage in STAGES)
REACHED = " ".join(f"WHEN {stage}_on <= %(day)s THEN '{stage}'" for stage in WORST_FIRST)
SINCE = " ".join(f"WHEN {stage}_on <= %(day)s THEN {stage}_on" for stage in WORST_FIRST)


@dataclass(frozen=True)
class Scope:
    """Which cases: a condition on ``cases_case c``, a condition on an alert ``a`` (joined to its case), and parameters."""

    cases: str = "true"
    alerts: str = "a.case_id IS NOT NULL"
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def standing(self) -> str:
        return f"""
            SELECT a.id, a.case_id, a.clock, a.turn, a.stage, a.due_on FROM alerts_alert a
             WHERE a.closed_at IS NULL AND {self.alerts}"""


def of_cases(ids: list[int]) -> Scope:
    return Scope("c.id = ANY(%(ids)s)", "a.case_id = ANY(%(ids)s)", {"ids": ids})


def of_court(court_id: int) -> Scope:
    in_court = "a.case_id IN (SELECT id FROM cases_case WHERE court_id = %(court_id)s)"
    return Scope("c.court_id = %(court_id)s", in_court, {"court_id": court_id})


def differing(scope: Scope, day: date) -> tuple[str, dict[str, Any]]:
    """The ids of the cases some alert of which is to be raised or closed, as one array; null where there are none."""
    ladders = law_in_use().ladders_on(day)
    watched, given = _watched(scope, day, lambda source: _near(source, ladders))
    text = f"""
        SELECT array_agg(DISTINCT COALESCE(s.case_id, a.case_id))
          FROM (SELECT case_id, clock, turn, due_on, stage FROM ({_staged(f"({watched})")}) staged WHERE stage IS NOT NULL) s
          FULL JOIN ({scope.standing}) a ON {SAME}
         WHERE s.case_id IS NULL OR a.case_id IS NULL"""
    return text, given


def bring(scope: Scope, day: date) -> tuple[str, dict[str, Any]]:
    """Close and raise; answers how many were raised, closed, and raised late. Takes ``at``.

    An alert that was closed and holds again (a pause withdrawn) is opened again rather than raised twice; it counts as
    raised then, so that everybody is told, and as late only where it first was. What is closed
    is closed before anything is raised: of a stage one alert at most stands open. Late is what began on a day on which
    its court was not swept, though it had been before; a fact that arrived afterwards makes no alert late.
    """
    watched, given = _watched(scope, day, lambda source: "true")
    text = f"""
        WITH watched AS ({watched}),
        periods AS MATERIALIZED ({_staged("watched")}),
        standing AS MATERIALIZED ({scope.standing}),
        ended AS MATERIALIZED (
            SELECT a.id, s.case_id IS NULL AS is_gone, s.due_on <> a.due_on AS has_moved, s.stage IS NOT NULL AS is_staged, s.lapsed
              FROM standing a LEFT JOIN periods s ON {PERIOD}
             WHERE (s.stage, s.due_on) IS DISTINCT FROM (a.stage, a.due_on)),
        gone AS (
            UPDATE alerts_alert a SET closed_at = %(at)s, closed_because = left(CASE
                   WHEN is_gone THEN CASE a.kind {_words(lambda source: source.gone)} ELSE '不再监控' END
                   WHEN has_moved THEN CASE a.kind {_words(lambda source: f"'{source.moved}'")} END
                   WHEN is_staged THEN '进入下一阶段' WHEN lapsed THEN '期限已过' ELSE '预警规则已变更' END, 60)
              FROM ended WHERE ended.id = a.id
            RETURNING 1),
        swept AS (
            SELECT court_id, max(day) AS day FROM alerts_sweep
             WHERE done_at IS NOT NULL AND day <= %(day)s GROUP BY court_id),
        came AS (
            INSERT INTO alerts_alert
                   (case_id, kind, clock, turn, stage, due_on, began_on, late, raised_at, closed_because)
            SELECT s.case_id, s.kind, s.clock, s.turn, s.stage, s.due_on, s.began_on,
                   COALESCE(s.began_on > swept.day AND s.began_on < %(day)s, false), %(at)s, ''
              FROM periods s LEFT JOIN swept ON swept.court_id = s.court_id
             WHERE s.stage IS NOT NULL AND NOT EXISTS (SELECT FROM standing a WHERE {SAME})
               AND (SELECT count(*) FROM gone) >= 0
            ON CONFLICT (case_id, clock, turn, stage, due_on)
            DO UPDATE SET closed_at = NULL, closed_because = '', raised_at = EXCLUDED.raised_at
            RETURNING new.late AND old.id IS NULL AS late)
        SELECT (SELECT count(*) FROM came), (SELECT count(*) FROM gone), (SELECT count(*) FROM came WHERE late)"""
    return text, given


def _watched(scope: Scope, day: date, near: Callable[[Source], str]) -> tuple[str, dict[str, Any]]:
    """Every source's periods, and the parameters of all."""
    kinds = tuple(dict.fromkeys(kind for source in SOURCES for kind in source.kinds))
    given = {"day": day, "ladders": ladder_rows(law_in_use().ladders_on(day), kinds)} | scope.given
    parts = []
    for source in SOURCES:
        select = source.select(scope.cases, day)
        given |= select.given
        parts.append(f"SELECT * FROM ({select.text}) AS w ({COLUMNS}) WHERE {near(source)}")
    return " UNION ALL ".join(parts), given


def _staged(watched: str) -> str:
    """``catalogues.ladders.stage_on`` for every period; the tests hold the two together."""
    return f"""
        SELECT case_id, court_id, kind, clock, turn, due_on, lapsed, CASE WHEN lapsed THEN NULL {REACHED} END AS stage,
               CASE {SINCE} END AS began_on
          FROM (SELECT w.*, COALESCE(l.lapses, false) AND w.due_on < %(day)s AS lapsed, {BEGINNINGS}
                  FROM {watched} w
                  LEFT JOIN {LADDERS} ON l.kind = w.kind AND l.category = w.category AND l.procedure = w.procedure) begun"""


def _near(source: Source, ladders: tuple[AlertLadder, ...]) -> str:
    """Leaves out at once what no stage of any ladder can have reached."""
    return " OR ".join(f"(w.kind = '{kind}' AND {within_reach(ladders, kind)})" for kind in source.kinds)


def _words(of: Callable[[Source], str]) -> str:
    return " ".join(f"WHEN '{kind}' THEN {of(source)}" for source in SOURCES for kind in source.kinds)
