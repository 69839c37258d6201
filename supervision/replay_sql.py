"""The facts of cases as they were on a past day (往日事实), in SQL: text only, run by ``supervision.replay_facts``.

What does not depend on the day is laid out once in temporary tables, from the flat view and by the expressions of
``fact_sql``; what does is worked out for every month from days that are on record. Nothing here names the secret facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cases.clock_sql import computed
from cases.gather_sql import EXCLUDED, EXTENDED, KINDS, RULED, STATUTORY
from cases.layouts import LAYOUT
from predicates.queries import codes_query, condition_sql
from predicates.terms import Condition, Parameters, resolved
from supervision.fact_sql import DERIVED, FROM_JSON, PARTIES, TIES

TABLES = ("replay_case", "replay_event", "replay_extension", "replay_told", "replay_touched", "replay_clock")
DROP = f"DROP TABLE IF EXISTS {', '.join(TABLES)}"
#: What was stated of a hundred thousand cases is put together in memory, not on disk.
ROOM, ROOM_AGAIN = "SET work_mem = '64MB'", "RESET work_mem"

#: A case counts in a month as it was at its end, one closed within the month as it was when it was closed.
DAY = "p.on_day"
#: Days that do not count are those of the limit, and those of a pause that lasted then, as in the flat view today.
MONTHS_PENDING = f"""
round(GREATEST({DAY} - p.filed_on - COALESCE(k.excluded_days, 0) - COALESCE(GREATEST({DAY} - k.paused_on, 0), 0), 0)
      / 30.4375, 4)::float8"""
OVER_LIMIT = f"""
CASE WHEN k.state IN ('running', 'met', 'paused') AND k.paused_on IS NOT NULL THEN COALESCE(k.remaining_at_pause < 0, false)
     WHEN k.state IN ('running', 'met') THEN k.due_on < {DAY}
     WHEN k.state = 'no_limit' THEN false END"""
#: What moves with the day by itself. Every other derived fact is taken as the flat view has it today.
TIMED = {
    "months_pending": MONTHS_PENDING,
    "over_limit": OVER_LIMIT,
    "extension_n": "COALESCE(x.n, 0)",
    "reassign_n": "COALESCE(v.reassigned, 0)",
    "procuratorate_protest": "NULLIF(p.procuratorate_protest OR COALESCE(v.protested, false), false)",
}
#: Timed facts of which a part does not depend on the day.
BASES = {
    "procuratorate_protest": "c.type_code = ANY(%(protests)s) OR COALESCE(p.protesting, false)",
}
CLOCKED = {"months_pending", "over_limit"}
#: What they need of the clock of the case.
CLOCK = ("state", "due_on", "excluded_days", "paused_on", "remaining_at_pause")

SCOPE = """
scope AS MATERIALIZED (
    SELECT c.* FROM cases_case c
     WHERE c.court_id = ANY(%(courts)s) AND c.sealed = '' AND c.filed_on <= %(ends_on)s
       AND (c.closed_on IS NULL OR c.closed_on >= %(starts_on)s))"""


def lay_out(facts: Sequence[str], stated: frozenset[str], columns: Mapping[str, str]) -> list[str]:
    """The temporary tables of the cases pending in the period: what they are, and what happened to them when."""
    kept = [
        f"({base_of(name, stated)})::{columns[name]} AS {name}" for name in facts if has_base(name, stated)
    ]
    cases = f"""
CREATE TEMPORARY TABLE replay_case AS
WITH {SCOPE}, {PARTIES}, {TIES}
SELECT c.id AS case_id, c.court_id, c.filed_on, c.closed_on, {", ".join(f"k.{name} AS clock_{name}" for name in CLOCK)}
       {"".join(f", {one}" for one in kept)}
  FROM scope c
  LEFT JOIN cases_clock k ON k.case_id = c.id AND k.kind = 'statutory'
  LEFT JOIN supervision_casefacts f ON f.case_id = c.id
  LEFT JOIN parties p ON p.case_id = c.id
  LEFT JOIN ties ON ties.case_id = c.id"""
    told = {name: FROM_JSON[columns[name]].format(name=name) for name in facts if name in stated}
    said = "".join(f", ({sql})::{columns[name]} AS {name}" for name, sql in told.items())
    return [
        cases,
        *REST,
        TOLD.format(said=said),
        "ANALYZE replay_event, replay_extension, replay_told, replay_touched",
    ]


#: What was stated of a case, from every day on which that changed to the next.
TOLD = """
CREATE TEMPORARY TABLE replay_told AS
WITH statements AS MATERIALIZED (
    SELECT s.case_id, s.fact, s.value, (s.stated_at AT TIME ZONE 'Asia/Shanghai')::date AS stated_on,
           (s.withdrawn_at AT TIME ZONE 'Asia/Shanghai')::date AS withdrawn_on
      FROM supervision_statement s JOIN replay_case c USING (case_id) WHERE NOT s.secret AND s.fact = ANY(%(facts)s)),
turns AS (
    SELECT case_id, day, lead(day) OVER (PARTITION BY case_id ORDER BY day) AS until_on
      FROM (SELECT case_id, stated_on AS day FROM statements
            UNION SELECT case_id, withdrawn_on FROM statements WHERE withdrawn_on IS NOT NULL) days),
told AS (
    SELECT t.case_id, t.day, t.until_on, jsonb_object_agg(s.fact, s.value) AS facts
      FROM turns t JOIN statements s USING (case_id)
     WHERE s.stated_on <= t.day AND (s.withdrawn_on IS NULL OR s.withdrawn_on > t.day) GROUP BY t.case_id, t.day, t.until_on)
SELECT told.case_id, told.day, told.until_on{said} FROM told"""


#: Reports on similar cases are not put back to their day: of these a replay knows what had been stated.
COMPARED = {"no_precedent", "similar_n", "similar_conflict_share", "court_internal_split"}


def has_base(name: str, stated: frozenset[str]) -> bool:
    """Whether anything of the fact is known beside what people stated and what moves with the day."""
    if name in COMPARED:
        return False
    return name in BASES or (name not in TIMED and (name in DERIVED or name not in stated))


def base_of(name: str, stated: frozenset[str]) -> str:
    """A fact people may state too is derived anew: the flat view shows what they state today."""
    return BASES.get(name) or (DERIVED[name].strip() if name in stated else f"f.{name}")


REST = [
    "CREATE UNIQUE INDEX ON replay_case (case_id)",
    "ANALYZE replay_case",
    """
CREATE TEMPORARY TABLE replay_event AS
SELECT e.case_id, e."on" AS day, e.node = ANY(%(reassigned)s) AS reassigned
  FROM cases_procedureevent e JOIN replay_case c USING (case_id)
 WHERE e.withdrawn_at IS NULL AND (e.node = ANY(%(reassigned)s) OR e.node = ANY(%(protest_events)s))""",
    """
CREATE TEMPORARY TABLE replay_extension AS
SELECT e.case_id, COALESCE(e.approved_on, c.filed_on) AS day
  FROM cases_extension e JOIN replay_case c USING (case_id) WHERE e.withdrawn_at IS NULL""",
    # Until when something happened that the clock of the case took into account: before that day it ran otherwise.
    """
CREATE TEMPORARY TABLE replay_touched AS
SELECT case_id, max(day) AS until_on FROM (
    SELECT case_id, approved_on AS day FROM cases_extension WHERE withdrawn_at IS NULL
    UNION ALL SELECT case_id, GREATEST(starts_on, resumes_on) FROM cases_exclusion WHERE withdrawn_at IS NULL
    UNION ALL SELECT case_id, "on" FROM cases_restart WHERE withdrawn_at IS NULL
    UNION ALL SELECT case_id, decided_on FROM cases_conversion WHERE withdrawn_at IS NULL) said
  JOIN replay_case c USING (case_id)
 WHERE %(clocked)s AND day > %(starts_on)s GROUP BY case_id""",
    """
CREATE TEMPORARY TABLE replay_clock (
    day date, case_id bigint, state text, due_on date, excluded_days int, paused_on date, remaining_at_pause int)""",
]

TOUCHED = """
SELECT t.case_id FROM replay_touched t JOIN replay_case c USING (case_id)
 WHERE t.until_on > %(day)s AND c.filed_on <= %(day)s AND (c.closed_on IS NULL OR c.closed_on >= %(first)s)
 ORDER BY t.case_id"""

# --- the clocks as they ran then -------------------------------------------------------------------------------
#: The tables the clocks are gathered from, as they stood: a name given here stands before the table of that name.
AS_THEY_STOOD = """
cases_case AS (
    SELECT c.id, c.court_id, c.category, c.type_code, COALESCE(v.from_procedure, c.procedure) AS procedure, c.cause,
           COALESCE(v.from_limit, c."limit") AS "limit", c.filed_on, c.accepted_on, NULL::date AS closed_on, c.detained
      FROM cases_case c
      LEFT JOIN LATERAL (SELECT from_procedure, from_limit FROM cases_conversion v
                          WHERE v.case_id = c.id AND v.withdrawn_at IS NULL AND v.decided_on > %(day)s
                          ORDER BY v.decided_on, v.id LIMIT 1) v ON true
     WHERE c.id = ANY(%(ids)s)),
cases_extension AS (
    SELECT * FROM cases_extension WHERE case_id = ANY(%(ids)s) AND (approved_on <= %(day)s OR approved_on IS NULL)),
cases_exclusion AS (
    SELECT case_id, ground, starts_on, CASE WHEN resumes_on <= %(day)s THEN resumes_on END AS resumes_on, withdrawn_at
      FROM cases_exclusion WHERE case_id = ANY(%(ids)s) AND starts_on <= %(day)s),
cases_restart AS (SELECT * FROM cases_restart WHERE case_id = ANY(%(ids)s) AND "on" <= %(day)s),
cases_procedureevent AS (SELECT * FROM cases_procedureevent WHERE case_id = ANY(%(ids)s) AND "on" <= %(day)s)"""

KINDS_THEN = KINDS.replace("WITH", f"WITH {AS_THEY_STOOD},", 1)
CLOCKS_THEN = f"""
INSERT INTO replay_clock
WITH {AS_THEY_STOOD}, {LAYOUT}, {RULED}, {EXCLUDED}, {EXTENDED}, {STATUTORY},
statutory AS ({computed("statutory_inputs")})
SELECT %(day)s::date, case_id, {", ".join(CLOCK)} FROM statutory"""
#: What nobody could compute today could not be computed then either.
PROBLEMS = """
SELECT case_id, problem FROM cases_clock WHERE case_id = ANY(%(ids)s) AND kind = 'statutory' AND state = 'unknown'"""


# --- one month ---------------------------------------------------------------------------------------------------
def facts_then(facts: Iterable[str], stated: frozenset[str], columns: Mapping[str, str]) -> str:
    """The CTE ``known``: the cases pending in the month (``first`` to ``day``) of these ``courts``, with their facts."""
    names = sorted(facts)
    said = ", ".join(
        f"({fact_then(name, columns[name], stated)})::{columns[name]} AS {name}" for name in names
    )
    clock = CLOCK_JOIN if CLOCKED & set(names) else ""
    return f"""
pending AS MATERIALIZED (
    SELECT c.*, LEAST(c.closed_on, %(day)s::date) AS on_day FROM replay_case c
     WHERE c.court_id = ANY(%(courts)s) AND c.filed_on <= %(day)s AND (c.closed_on IS NULL OR c.closed_on >= %(first)s)),
events AS (
    SELECT e.case_id, count(*) FILTER (WHERE e.reassigned)::int AS reassigned, bool_or(NOT e.reassigned) AS protested
      FROM replay_event e JOIN pending p USING (case_id) WHERE e.day <= {DAY} GROUP BY e.case_id),
extensions AS (
    SELECT e.case_id, count(*)::int AS n FROM replay_extension e JOIN pending p USING (case_id)
     WHERE e.day <= {DAY} GROUP BY e.case_id),
known AS MATERIALIZED (
    SELECT p.case_id, p.court_id{f", {said}" if said else ""}
      FROM pending p
      LEFT JOIN events v ON v.case_id = p.case_id
      LEFT JOIN extensions x ON x.case_id = p.case_id
      LEFT JOIN replay_told told ON told.case_id = p.case_id AND told.day <= {DAY}
                               AND (told.until_on > {DAY} OR told.until_on IS NULL){clock})"""


CLOCK_JOIN = f"""
      LEFT JOIN replay_clock r ON r.day = %(day)s AND r.case_id = p.case_id
      CROSS JOIN LATERAL (SELECT {", ".join(f"CASE WHEN r.case_id IS NULL THEN p.clock_{name} ELSE r.{name} END AS {name}" for name in CLOCK)}) k"""


def fact_then(name: str, column: str, stated: frozenset[str]) -> str:
    """What a fact was: what somebody had stated by then, otherwise what the data say."""
    base = TIMED.get(name) or (f"p.{name}" if has_base(name, stated) else f"NULL::{column}")
    return f"COALESCE(told.{name}, ({base})::{column})" if name in stated else base


def month_query(
    rules: Mapping[str, Condition],
    parts: Sequence[Condition],
    parameters: Parameters,
    *,
    facts: Sequence[str],
    stated: frozenset[str],
    columns: Mapping[str, str],
) -> str:
    """One statement for one month: a row ``(case, court, codes)`` for every case some rule hit, and one without a case.

    That one counts in how many cases there were, in how many each fact was known, and in how many each part held.
    """
    hits = codes_query(rules, parameters, table="known", key="case_id, court_id").replace("%", "%%")
    counts = [
        "count(*)",
        *(f"count({name})" for name in facts),
        *(
            f"count(*) FILTER (WHERE {condition_sql(resolved(part, parameters))})".replace("%", "%%")
            for part in parts
        ),
    ]
    return f"""
WITH {facts_then(facts, stated, columns)}
SELECT case_id, court_id, codes FROM ({hits}) hit
UNION ALL
SELECT NULL, NULL, ARRAY[{", ".join(counts)}]::text[] FROM known"""
