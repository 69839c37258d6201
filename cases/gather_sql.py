"""Gathering the inputs of clocks in SQL (审限要素的集合归集): text only, run by ``cases.clocks``.

Every statement works on the cases of ``%(ids)s``. The law comes as JSON: ``limits``, ``nodes`` and ``grounds`` by
window of validity, ``choices`` (which limit a kind of case has, asked of the table in ``cases.limits``).
"""

from __future__ import annotations

from cases.clock_sql import COLUMNS, KEY, computed
from cases.layouts import LAYOUT

#: The cases as the choice of a limit sees them. ``era`` counts the days on which that choice changed.
PICKED = """
picked AS MATERIALIZED (
    SELECT c.id, c.court_id, c.category, c.type_code, c.procedure, c.cause, c."limit" AS named, c.filed_on, c.accepted_on,
           c.closed_on, court.level, c.detained OR held.case_id IS NOT NULL AS detained,
           width_bucket(c.filed_on, %(turning_days)s::date[]) AS era
      FROM cases_case c
      JOIN courts_court court ON court.id = c.court_id
      LEFT JOIN (SELECT DISTINCT case_id FROM cases_party
                  WHERE case_id = ANY(%(ids)s) AND detained AND withdrawn_at IS NULL) held ON held.case_id = c.id
     WHERE c.id = ANY(%(ids)s))"""

KINDS = f"""
WITH {PICKED}
SELECT type_code, procedure, level, cause, detained, era, min(filed_on) AS filed_on
  FROM picked WHERE named = '' GROUP BY 1, 2, 3, 4, 5, 6"""

RULED = f"""
{PICKED},
choices AS (SELECT * FROM jsonb_to_recordset(%(choices)s) AS t(
    type_code text, procedure text, level int, cause text, detained bool, era int, rule text, why text)),
limits AS (SELECT * FROM jsonb_to_recordset(%(limits)s) AS t(
    rule text, valid_from date, valid_until date, unit text, months int, days int, workdays int, hours int,
    first int, second int, criminal bool, roll text, accepted_first bool, category text, mid_days int)),
chosen AS (
    SELECT p.*, COALESCE(NULLIF(p.named, ''), choice.rule, '') AS rule, COALESCE(choice.why, '') AS why,
           COALESCE(p.filed_on, p.accepted_on) AS first_day
      FROM picked p
      LEFT JOIN choices choice
             ON p.named = '' AND choice.type_code = p.type_code AND choice.procedure = p.procedure
            AND choice.level = p.level AND choice.cause = p.cause AND choice.detained = p.detained
            AND choice.era IS NOT DISTINCT FROM p.era),
restarted AS (
    SELECT case_id, max("on") AS restart_on FROM cases_restart
     WHERE case_id = ANY(%(ids)s) AND withdrawn_at IS NULL GROUP BY case_id),
moments AS (
    SELECT case_id, min(at) AS at FROM cases_procedureevent
     WHERE case_id = ANY(%(ids)s) AND node = ANY(%(moments)s) AND withdrawn_at IS NULL GROUP BY case_id),
ruled AS MATERIALIZED (
    SELECT c.id, c.court_id, c.category AS case_category, c.closed_on, c.detained, c.level, c.type_code, c.procedure,
           c.rule, c.why, c.first_day, l.*, restarted.restart_on,
           CASE WHEN l.unit = 'hour' THEN moment.at END AS begins_at,
           COALESCE(restarted.restart_on, CASE WHEN l.unit = 'hour' THEN (moment.at AT TIME ZONE 'Asia/Shanghai')::date END,
                    CASE WHEN l.accepted_first THEN COALESCE(c.accepted_on, c.filed_on)
                                               ELSE COALESCE(c.filed_on, c.accepted_on) END) AS begins_on
      FROM chosen c
      LEFT JOIN restarted ON restarted.case_id = c.id
      LEFT JOIN moments moment ON moment.case_id = c.id
      LEFT JOIN (SELECT rule AS limit_rule, valid_from, valid_until, unit, months, days, workdays, hours, first, second,
                        criminal, roll, accepted_first, category, mid_days FROM limits) l
             ON l.limit_rule = c.rule AND c.first_day >= l.valid_from AND c.first_day < l.valid_until)"""

#: Cases with anything out of the ordinary: the pure function is asked whether they can be computed at all.
SUSPECTS = f"""
WITH {RULED},
fitting AS (SELECT * FROM jsonb_to_recordset(%(fitting)s) AS t(ground text, category text, restarts bool)),
unfit AS (
    SELECT f.case_id FROM (
        SELECT case_id, ground, false AS restarts FROM cases_exclusion
         WHERE case_id = ANY(%(ids)s) AND withdrawn_at IS NULL
         UNION ALL
        SELECT case_id, ground, true FROM cases_restart WHERE case_id = ANY(%(ids)s) AND withdrawn_at IS NULL) f
      JOIN ruled ON ruled.id = f.case_id
     WHERE NOT EXISTS (SELECT FROM fitting WHERE fitting.ground = f.ground AND fitting.restarts = f.restarts
                                             AND fitting.category = ruled.category)),
stretched AS (
    SELECT e.case_id FROM cases_extension e JOIN ruled ON ruled.id = e.case_id
     WHERE e.withdrawn_at IS NULL
     GROUP BY e.case_id, ruled.restart_on
    HAVING sum(e.months) > %(most_months)s OR sum(e.days) > %(most_days)s OR sum(e.workdays) > %(most_workdays)s
        OR max(e.until_on) > %(latest)s OR min(e.until_on) < %(earliest)s
        OR (ruled.restart_on IS NOT NULL AND bool_or(e.approved_on IS NULL)))
SELECT id FROM ruled
 WHERE (rule <> '' AND first_day IS NOT NULL AND limit_rule IS NULL)
    OR (rule <> '' AND first_day IS NULL AND NOT EXISTS (SELECT FROM limits WHERE limits.rule = ruled.rule))
    OR unit IN ('hour', 'by_procedure', 'before_event')
    OR begins_on NOT BETWEEN %(earliest)s AND %(latest)s
UNION SELECT case_id FROM unfit
UNION SELECT case_id FROM stretched
UNION SELECT case_id FROM cases_exclusion WHERE case_id = ANY(%(ids)s) AND withdrawn_at IS NULL
        AND (resumes_on > %(latest)s OR starts_on NOT BETWEEN %(earliest)s AND %(latest)s)
UNION SELECT case_id FROM cases_restart WHERE case_id = ANY(%(ids)s) AND withdrawn_at IS NULL
        AND "on" NOT BETWEEN %(earliest)s AND %(latest)s"""

EXCLUDED = """
grounds AS (SELECT * FROM jsonb_to_recordset(%(grounds)s) AS t(
    ground text, valid_from date, valid_until date, max_days int, max_months int)),
pauses AS (
    SELECT e.case_id, e.starts_on, e.resumes_on,
           CASE WHEN g.max_months IS NOT NULL THEN (e.starts_on + make_interval(months => g.max_months))::date
                ELSE e.starts_on + g.max_days END AS latest
      FROM cases_exclusion e
      JOIN grounds g ON g.ground = e.ground AND e.starts_on >= g.valid_from AND e.starts_on < g.valid_until
     WHERE e.case_id = ANY(%(ids)s) AND e.withdrawn_at IS NULL),
open_pauses AS (
    SELECT case_id, min(starts_on) AS paused_on FROM pauses
     WHERE resumes_on IS NULL AND latest IS NULL GROUP BY case_id),
clipped AS (
    SELECT p.case_id, GREATEST(p.starts_on, r.begins_on) AS lower_on,
           LEAST(p.resumes_on, p.latest, o.paused_on) AS upper_on
      FROM pauses p
      JOIN ruled r ON r.id = p.case_id
      LEFT JOIN open_pauses o ON o.case_id = p.case_id),
joined AS (
    SELECT case_id, unnest(range_agg(daterange(lower_on, upper_on))) AS span
      FROM clipped WHERE upper_on > lower_on GROUP BY case_id),
excluded AS (SELECT case_id, sum(upper(span) - lower(span))::int AS days FROM joined GROUP BY case_id)"""

EXTENDED = """
extended AS (
    SELECT e.case_id, sum(e.months)::int AS months, sum(e.days)::int AS days, sum(e.workdays)::int AS workdays,
           max(e.until_on) AS until_on
      FROM cases_extension e
      JOIN ruled ON ruled.id = e.case_id
     WHERE e.withdrawn_at IS NULL AND (ruled.restart_on IS NULL OR e.approved_on > ruled.restart_on)
     GROUP BY e.case_id),
elections AS (
    SELECT case_id, min("on") AS "on" FROM cases_procedureevent
     WHERE case_id = ANY(%(ids)s) AND node = %(election)s AND withdrawn_at IS NULL GROUP BY case_id)"""

#: Limits that hang on an event end the day before it: the days from the start to there stand in for the amount.
STATUTORY = """
problems AS (SELECT * FROM jsonb_to_recordset(%(problems)s) AS t(case_id bigint, problem text)),
calendars AS (SELECT * FROM jsonb_to_recordset(%(calendars)s) AS t(court_id bigint, calendar int)),
judged AS (
    SELECT r.*, CASE WHEN r.rule = '' THEN r.why WHEN p.problem IS NOT NULL THEN p.problem
                     WHEN r.first_day IS NULL THEN %(no_start)s ELSE '' END AS problem
      FROM ruled r LEFT JOIN problems p ON p.case_id = r.id),
sized AS (
    SELECT j.*, CASE WHEN j.unit = 'by_procedure' THEN
                     CASE i.instance WHEN 'first' THEN j.first WHEN 'second' THEN j.second END ELSE j.months END AS statutory_months
      FROM judged j
      LEFT JOIN (SELECT * FROM jsonb_to_recordset(%(instances)s) AS t(case_id bigint, instance text)) i ON i.case_id = j.id),
statutory_inputs AS (
    SELECT j.id AS case_id, j.rule, 0 AS turn, 'statutory' AS kind, %(limits_edition)s::int AS edition,
           left(j.problem, 300) AS problem, j.closed_on AS met_on,
           CASE WHEN counts THEN j.begins_on END AS start_on,
           CASE WHEN counts THEN j.begins_at END AS start_at,
           CASE WHEN counts THEN j.statutory_months + COALESCE(x.months, 0) ELSE 0 END AS months,
           CASE WHEN counts THEN j.days + COALESCE(x.days, 0) + CASE WHEN j.unit = 'before_event'
                THEN (election."on" - 1 + make_interval(months => COALESCE(x.months, 0)))::date
                     - (j.begins_on + make_interval(months => COALESCE(x.months, 0)))::date ELSE 0 END ELSE 0 END AS days,
           CASE WHEN counts THEN j.workdays + COALESCE(x.workdays, 0) ELSE 0 END AS workdays,
           CASE WHEN counts THEN j.hours ELSE 0 END AS hours,
           false AS backwards,
           CASE WHEN counts AND o.paused_on IS NULL THEN x.until_on END AS until_on,
           CASE WHEN j.problem = '' THEN COALESCE(e.days, 0) ELSE 0 END AS excluded_days,
           CASE WHEN counts THEN o.paused_on END AS paused_on,
           counts AND j.criminal AS criminal,
           counts AND (j.roll = 'yes' OR (j.roll = 'if_not_detained' AND NOT j.detained)) AS rolls,
           COALESCE(calendars.calendar, 0) AS calendar,
           COALESCE(j.mid_days, 0) AS mid_days,
           CASE WHEN j.problem <> '' THEN 'unknown' WHEN NOT counts THEN 'no_limit' ELSE 'running' END AS state
      FROM (SELECT sized.*, sized.problem = '' AND sized.unit <> '' AS counts FROM sized) j
      LEFT JOIN extended x ON x.case_id = j.id
      LEFT JOIN excluded e ON e.case_id = j.id
      LEFT JOIN open_pauses o ON o.case_id = j.id
      LEFT JOIN elections election ON election.case_id = j.id
      LEFT JOIN calendars ON calendars.court_id = j.court_id)"""

#: The steps before the end of the limit: by when its extension is asked for and decided.
DERIVED = """
nodes AS (SELECT * FROM jsonb_to_recordset(%(nodes)s) AS t(
    rule text, valid_from date, valid_until date, months int, days int, workdays int, backwards bool, criminal bool,
    rolls bool)),
extension_steps AS (SELECT * FROM jsonb_to_recordset(%(extension_steps)s) AS t("limit" text, node text)),
derived_inputs AS (
    SELECT s.case_id, n.rule, 0 AS turn, 'derived' AS kind, %(nodes_edition)s::int AS edition, '' AS problem, s.met_on,
           s.due_on AS start_on, NULL::timestamptz AS start_at, n.months, n.days, n.workdays, 0 AS hours, n.backwards,
           NULL::date AS until_on, 0 AS excluded_days, NULL::date AS paused_on, n.criminal, n.rolls, s.calendar, s.mid_days,
           'running' AS state
      FROM statutory s
      JOIN extension_steps step ON step."limit" = s.rule
      JOIN nodes n ON n.rule = step.node AND s.due_on >= n.valid_from AND s.due_on < n.valid_until
     WHERE s.due_on IS NOT NULL)"""

STEPS = """
events AS MATERIALIZED (
    SELECT e.case_id, e.node, e."on", e.note FROM cases_procedureevent e
     WHERE e.case_id = ANY(%(ids)s) AND e.withdrawn_at IS NULL AND e.node <> ALL(%(own_events)s)),
recorded AS (SELECT DISTINCT case_id FROM events),
happened AS (
    SELECT * FROM events
    UNION ALL SELECT p.id, %(filed)s, p.filed_on, '' FROM picked p JOIN recorded ON recorded.case_id = p.id WHERE filed_on IS NOT NULL
    UNION ALL SELECT p.id, %(closed)s, p.closed_on, '' FROM picked p JOIN recorded ON recorded.case_id = p.id WHERE closed_on IS NOT NULL),
step_rules AS (SELECT * FROM jsonb_to_recordset(%(step_rules)s) AS t(
    rule text, start text, categories jsonb, procedures jsonb, in_court bool, outlives_case bool)),
step_ends AS (SELECT * FROM jsonb_to_recordset(%(step_ends)s) AS t(rule text, node text, later bool)),
step_starts AS (
    SELECT DISTINCT h.case_id, r.rule, h."on" AS start_on, r.outlives_case
      FROM happened h
      JOIN step_rules r ON r.start = h.node
      JOIN picked p ON p.id = h.case_id
     WHERE (r.categories IS NULL OR r.categories ? p.category) AND (r.procedures IS NULL OR r.procedures ? p.procedure)
       AND (r.in_court IS NULL OR r.in_court = (position(%(in_court)s IN h.note) > 0))),
step_met AS (
    SELECT s.case_id, s.rule, s.start_on, s.outlives_case,
           row_number() OVER (PARTITION BY s.case_id, s.rule ORDER BY s.start_on) - 1 AS turn, min(h."on") AS met_on
      FROM step_starts s
      LEFT JOIN (step_ends e JOIN happened h ON h.node = e.node)
             ON e.rule = s.rule AND h.case_id = s.case_id
            AND h."on" >= s.start_on + CASE WHEN e.later THEN 1 ELSE 0 END
     GROUP BY s.case_id, s.rule, s.start_on, s.outlives_case),
step_inputs AS (
    SELECT s.case_id, n.rule, s.turn, 'node' AS kind, %(nodes_edition)s::int AS edition, '' AS problem, s.met_on, s.start_on,
           NULL::timestamptz AS start_at, n.months, n.days, n.workdays, 0 AS hours, n.backwards, NULL::date AS until_on,
           0 AS excluded_days, NULL::date AS paused_on, n.criminal, n.rolls, COALESCE(calendars.calendar, 0) AS calendar,
           CASE WHEN p.category = ANY(%(strict)s) THEN %(mid_strict)s ELSE %(mid)s END AS mid_days, 'running' AS state
      FROM step_met s
      JOIN picked p ON p.id = s.case_id
      JOIN nodes n ON n.rule = s.rule AND s.start_on >= n.valid_from AND s.start_on < n.valid_until
      LEFT JOIN calendars ON calendars.court_id = p.court_id
     WHERE (s.met_on IS NOT NULL OR s.outlives_case OR p.closed_on IS NULL)
       AND s.start_on BETWEEN %(earliest)s AND %(latest)s)"""

LISTED = ", ".join(COLUMNS)
KEYED = ", ".join(KEY)
MATCHED = " AND ".join(f"e.{name} = w.{name}" for name in KEY)

#: Rows that are no longer wanted go, rows that differ are rewritten, new ones come; an unchanged clock is not touched.
#: ``existing`` is read once: an anti-join with the table itself would read again and again what is being inserted.
RECOMPUTE = f"""
WITH {LAYOUT}, {RULED}, {EXCLUDED}, {EXTENDED}, {STATUTORY},
statutory AS MATERIALIZED ({computed("statutory_inputs")}),
{DERIVED}, {STEPS},
others AS (SELECT * FROM derived_inputs UNION ALL SELECT * FROM step_inputs),
wanted AS MATERIALIZED (
    SELECT {KEYED}, {LISTED} FROM statutory
    UNION ALL SELECT {KEYED}, {LISTED} FROM ({computed("others")}) other),
existing AS MATERIALIZED (SELECT id, {KEYED}, {LISTED} FROM cases_clock WHERE case_id = ANY(%(ids)s)),
gone AS (
    DELETE FROM cases_clock c USING (
        SELECT e.id FROM existing e WHERE NOT EXISTS (SELECT FROM wanted w WHERE {MATCHED})) unwanted
     WHERE c.id = unwanted.id RETURNING 1),
changed AS (
    UPDATE cases_clock c SET ({LISTED}, computed_at) = ROW({", ".join(f"w.{name}" for name in COLUMNS)}, %(at)s::timestamptz)
      FROM existing e JOIN wanted w ON {MATCHED}
     WHERE c.id = e.id
       AND ({", ".join(f"e.{name}" for name in COLUMNS)}) IS DISTINCT FROM ({", ".join(f"w.{name}" for name in COLUMNS)})
    RETURNING 1),
came AS (
    INSERT INTO cases_clock ({KEYED}, {LISTED}, computed_at)
    SELECT {", ".join(f"w.{name}" for name in (*KEY, *COLUMNS))}, %(at)s::timestamptz FROM wanted w
     WHERE NOT EXISTS (SELECT FROM existing e WHERE {MATCHED})
    RETURNING 1)
SELECT (SELECT count(*) FROM picked), (SELECT count(*) FROM came), (SELECT count(*) FROM changed), (SELECT count(*) FROM gone)"""

#: One open doubt (数据疑点) per case and kind; what was settled by a person is not raised again for the same reason.
DOUBTED = """
doubted AS (
    SELECT case_id, problem,
           CASE WHEN rule = '' THEN 'no_limit_rule' WHEN problem = %(no_start)s THEN 'no_start' ELSE 'bad_fact' END AS kind
      FROM cases_clock WHERE case_id = ANY(%(ids)s) AND kind = 'statutory' AND state = 'unknown')"""
RAISE_DOUBTS = f"""
WITH {DOUBTED}
INSERT INTO cases_doubt (case_id, kind, field, sentence, ours, theirs, raised_at, settled_how)
SELECT d.case_id, d.kind, '', d.problem, '', '', %(at)s, '' FROM doubted d
 WHERE NOT EXISTS (SELECT FROM cases_doubt x WHERE x.case_id = d.case_id AND x.kind = d.kind
                    AND x.sentence = d.problem AND (x.settled_at IS NULL OR x.settled_by_id IS NOT NULL))
ON CONFLICT DO NOTHING"""
SETTLE_DOUBTS = f"""
WITH {DOUBTED}
UPDATE cases_doubt x SET settled_at = %(at)s, settled_how = %(settled_how)s
 WHERE x.case_id = ANY(%(ids)s) AND x.settled_at IS NULL AND x.field = '' AND x.theirs = ''
   AND x.kind IN ('no_limit_rule', 'no_start', 'bad_fact')
   AND NOT EXISTS (SELECT FROM doubted d WHERE d.case_id = x.case_id AND d.kind = x.kind AND d.problem = x.sentence)"""
