"""The secret facts of a case (涉密事实) in SQL: text only. No open statement names the table these are written to."""

from __future__ import annotations

from supervision.fact_sql import EVERY_CASE, FROM_JSON, THESE_CASES

PAIR_FACTS = ("lawyer_judge_pair_n", "lawyer_judge_pair_outlier")

#: How often the lawyers of a case met its judge in the twelve months up to its filing, and whether more often than in
#: nineteen of twenty pairs of the court (第九十五百分位).
PAIRS = """
meetings AS (
    SELECT DISTINCT c.id, c.court_id, c.judge_id, btrim(lawyer) AS lawyer, c.filed_on
      FROM cases_party p JOIN cases_case c ON c.id = p.case_id
     CROSS JOIN LATERAL regexp_split_to_table(p.agent, '[,，、;；]') AS lawyer
     WHERE p.agent LIKE '%%' || %(lawyer)s || '%%' AND p.withdrawn_at IS NULL AND lawyer LIKE '%%' || %(lawyer)s || '%%'
       AND c.judge_id IS NOT NULL AND c.filed_on IS NOT NULL AND c.sealed = ''),
met AS (
    SELECT m.*, count(*) OVER (PARTITION BY court_id, judge_id, lawyer ORDER BY filed_on
                               RANGE BETWEEN INTERVAL '12 months' PRECEDING AND CURRENT ROW) AS n FROM meetings m),
usual AS (
    SELECT court_id, percentile_cont(0.95) WITHIN GROUP (ORDER BY most) AS p95
      FROM (SELECT court_id, max(n) AS most FROM met GROUP BY court_id, judge_id, lawyer) pairs GROUP BY court_id),
pairs AS (
    SELECT met.id AS case_id, max(n)::int AS n, max(n) > min(usual.p95) AS outlier
      FROM met JOIN usual USING (court_id) GROUP BY met.id)"""
NO_PAIRS = "pairs AS (SELECT NULL::bigint AS case_id, NULL::int AS n, NULL::boolean AS outlier WHERE false)"


def statements(columns: dict[str, str], *, bounded: bool) -> tuple[str, str]:
    """Write the rows that differ; then take away those in which nothing is known any more.

    Of a few cases alone, the meetings of lawyers and judges stay as they were counted last.
    """
    names = list(columns)
    stated = {name: FROM_JSON[column].format(name=name) for name, column in columns.items()}
    found = dict(stated)
    for name, column in zip(PAIR_FACTS, ("n", "outlier"), strict=True):
        found[name] = f"e.{name}" if bounded else f"pairs.{column}"
    chosen = THESE_CASES if bounded else EVERY_CASE
    facts = ", ".join(f"{found[name]} AS {name}" for name in names)
    some = " OR ".join(f"w.{name} IS NOT NULL" for name in names)
    write = f"""
WITH {NO_PAIRS if bounded else PAIRS},
told AS (
    SELECT s.case_id, jsonb_object_agg(s.fact, s.value) AS facts FROM supervision_statement s
     WHERE s.withdrawn_at IS NULL AND s.secret AND {chosen.replace("c.id", "s.case_id")} GROUP BY s.case_id),
about AS (SELECT case_id FROM told UNION SELECT case_id FROM pairs
          UNION SELECT e.case_id FROM supervision_secretfacts e WHERE {chosen.replace("c.id", "e.case_id")}),
wanted AS (SELECT about.case_id, {facts} FROM about LEFT JOIN told USING (case_id) LEFT JOIN pairs USING (case_id)
             LEFT JOIN supervision_secretfacts e USING (case_id))
INSERT INTO supervision_secretfacts (case_id, {", ".join(names)})
SELECT w.case_id, {", ".join(f"w.{name}" for name in names)}
  FROM wanted w LEFT JOIN supervision_secretfacts e USING (case_id)
 WHERE ({some} OR e.case_id IS NOT NULL)
   AND (e.case_id IS NULL OR ({", ".join(f"w.{name}" for name in names)}) IS DISTINCT FROM ({", ".join(f"e.{name}" for name in names)}))
    ON CONFLICT (case_id) DO UPDATE SET ({", ".join(names)}) = ROW({", ".join(f"excluded.{name}" for name in names)})"""
    empty = " AND ".join(f"{name} IS NULL" for name in names)
    gone = f"DELETE FROM supervision_secretfacts c WHERE {empty} AND {chosen.replace('c.id', 'c.case_id')}"
    return write, gone
