"""The facts of a case that follow from its data, in SQL (案件事实的集合计算): text only, run by ``supervision.facts``.

``SCOPE`` bounds a statement to the cases of ``%(ids)s``; without it all cases are computed. An expression that is NULL says
that the fact is not known. Sealed cases (封存) count in no number but their own.
"""

from __future__ import annotations

from collections.abc import Collection

from deviation.disclosed import STANDING_Q
from precedents.fact_sql import SIMILAR_SQL

EVERY_CASE, THESE_CASES = "true", "c.id = ANY(%(ids)s)"

#: A cause by its code; where the feed has none, by its words.
CAUSE = "COALESCE(NULLIF(c.cause_code, ''), c.cause)"

#: As what a case was counted among others when its facts were last computed: once that changes, theirs may.
COUNTED_AS = {"category": "c.category", "cause": CAUSE, "filed_on": "c.filed_on", "counted": "c.sealed = ''"}

CASE_TYPE = """
CASE WHEN c.type_code = ANY(%(commutations)s) THEN 'commutation'
     WHEN c.type_code = ANY(%(retrial_reviews)s) THEN 'retrial_review'
     ELSE %(case_types)s::jsonb ->> c.category END"""

TRIAL_LEVEL = """
CASE WHEN c.category = '执行' THEN 'execution'
     WHEN c.type_code = ANY(%(retrial_reviews)s) THEN 'review'
     WHEN c.type_code LIKE '%%初' OR c.type_code = ANY(%(also_first)s) THEN 'first'
     WHEN c.type_code LIKE '%%终' THEN 'second'
     WHEN c.type_code LIKE '%%再' OR c.type_code = '委赔提' THEN 'retrial'
     WHEN c.type_code ~ '[监复核]$' THEN 'review' END"""

#: One row a case with parties: how many on either side, and what their names and types make certain.
PARTIES = """
parties AS (
    SELECT p.case_id,
           NULLIF(count(*) FILTER (WHERE p.standing = ANY(%(plaintiffs)s)), 0)::int AS plaintiffs,
           NULLIF(count(*) FILTER (WHERE p.standing = ANY(%(defendants)s)), 0)::int AS defendants,
           bool_or(p.of_state) AS government,
           bool_or(p.of_state AND p.standing = ANY(%(debtors)s)) AS debtor_government,
           bool_or(p.name ~ %(military_name)s) AS military,
           bool_or(p.name ~ %(bank_name)s) AS financial,
           bool_or(p.kind = ANY(%(foreign_kinds)s)) AS foreign_party,
           bool_or(p.kind = ANY(%(neighbour_kinds)s)) AS neighbour,
           bool_or(p.standing = ANY(%(obliged_organs)s)) AS obliged,
           bool_or(p.standing = ANY(%(protesting)s)) AS protesting
      FROM (SELECT p.*, p.standing <> ALL(%(prosecution)s)
                        AND (p.kind = ANY(%(organ_kinds)s) OR p.name ~ %(government_name)s) AS of_state
              FROM cases_party p JOIN scope c ON c.id = p.case_id WHERE p.withdrawn_at IS NULL) p
     GROUP BY p.case_id)"""

#: The index begins with the case: asking for the node through it (which ``|| ''`` prevents) would read it all.
EVENTS = """
events AS (
    SELECT e.case_id, count(*) FILTER (WHERE e.node = ANY(%(reassigned)s))::int AS reassigned,
           bool_or(e.node = ANY(%(protest_events)s)) AS protested
      FROM cases_procedureevent e JOIN scope c ON c.id = e.case_id
     WHERE e.withdrawn_at IS NULL AND e.node || '' = ANY(%(reassigned)s || %(protest_events)s)
     GROUP BY e.case_id),
extensions AS (
    SELECT e.case_id, count(*)::int AS n FROM cases_extension e JOIN scope c ON c.id = e.case_id
     WHERE e.withdrawn_at IS NULL GROUP BY e.case_id)"""

#: A case sent back names the case it comes from (发回重审). A retrial was ordered (指令再审) where a review of another court
#: led to it, and taken up (提审) where it retries the judgment of another court; one's own decision is neither.
TIES = """
ties AS (
    SELECT l.case_id, bool_or(l.kind = 'remand') AS remanded,
           bool_or(c.type_code LIKE '%%再' AND l.kind IN ('retrial', 'retrial_review') AND other.court_id <> c.court_id) AS ordered
      FROM cases_caselink l JOIN scope c ON c.id = l.case_id LEFT JOIN cases_case other ON other.id = l.other_id
     WHERE l.kind IN ('remand', 'retrial', 'retrial_review')
     GROUP BY l.case_id)"""

#: Defendants by court, category, cause and name (同一被告、同一案由): the enforcement of a judgment is no further dispute.
NAMED = f"""
named AS {{materialized}} (
    SELECT c.id, c.court_id, c.category, {CAUSE} AS cause, p.name, c.filed_on, c.sealed = '' AS counts
      FROM cases_party p JOIN cases_case c ON c.id = p.case_id
     WHERE p.withdrawn_at IS NULL AND p.standing = ANY(%(defendants)s) AND c.filed_on IS NOT NULL AND {CAUSE} <> '')"""
ALL_ALIKE = "alike AS (SELECT * FROM named)"
#: Whose number may move with these cases: ``touched`` have a defendant and a cause in common with one of them, as they
#: stand or as they stood when last computed. A touched case has other defendants too, so theirs are counted as well.
THESE_ALIKE = f"""
keys AS MATERIALIZED (
    SELECT DISTINCT v.court_id, v.category, v.cause, p.name
      FROM scope c
      JOIN cases_party p ON p.case_id = c.id
      LEFT JOIN supervision_casefacts e ON e.case_id = c.id
     CROSS JOIN LATERAL (VALUES (c.court_id, c.category, {CAUSE}), (e.court_id, e.category, e.cause)) v(court_id, category, cause)
     WHERE p.standing = ANY(%(defendants)s) AND v.cause <> ''),
touched AS MATERIALIZED (SELECT DISTINCT n.id FROM named n JOIN keys USING (court_id, category, cause, name)),
wider AS MATERIALIZED (
    SELECT DISTINCT c.court_id, c.category, {CAUSE} AS cause, p.name
      FROM touched JOIN cases_case c USING (id) JOIN cases_party p ON p.case_id = c.id
     WHERE p.withdrawn_at IS NULL AND p.standing = ANY(%(defendants)s)),
alike AS (SELECT n.* FROM named n JOIN wider USING (court_id, category, cause, name))"""

#: How many cases alike were filed in the twelve months up to the filing of this one, itself included.
ALL_ALIKE_COUNTED, TOUCHED_COUNTED = "", "WHERE id = ANY(ARRAY(SELECT id FROM touched))"
SERIES = """
series AS (
    SELECT id AS case_id, max(n)::int AS n
      FROM (SELECT id, CASE WHEN counts THEN 0 ELSE 1 END + count(*) FILTER (WHERE counts) OVER (
                       PARTITION BY court_id, category, cause, name ORDER BY filed_on
                       RANGE BETWEEN INTERVAL '12 months' PRECEDING AND CURRENT ROW) AS n FROM alike) counted {chosen}
     GROUP BY id)"""

#: The last case of the same cause that its court filed before this one, in no more than three years where ``THESE`` asks.
#: For all cases at once a window is the quicker way, for a few the index: a test holds the two together.
ALL_BEFORE = f"""
before AS MATERIALIZED (
    SELECT id AS case_id, court_id, filed_on, max(filed_on) FILTER (WHERE counts) OVER (
           PARTITION BY court_id, cause ORDER BY filed_on, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_on
      FROM (SELECT c.id, c.court_id, {CAUSE} AS cause, c.filed_on, c.sealed = '' AS counts FROM cases_case c
             WHERE c.filed_on IS NOT NULL AND {CAUSE} <> '') dated)"""
THESE_BEFORE = f"""
before AS MATERIALIZED (
    SELECT s.id AS case_id, s.court_id, s.filed_on, earlier.filed_on AS before_on
      FROM (SELECT c.*, {CAUSE} AS its_cause FROM scope c) s
      LEFT JOIN LATERAL (
           SELECT c.filed_on FROM cases_case c
            WHERE c.court_id = s.court_id AND c.filed_on BETWEEN s.filed_on - INTERVAL '3 years' AND s.filed_on
              AND (c.filed_on, c.id) < (s.filed_on, s.id) AND c.sealed = '' AND {CAUSE} = s.its_cause
            ORDER BY c.filed_on DESC LIMIT 1) earlier ON true
     WHERE s.filed_on IS NOT NULL AND s.its_cause <> '')"""

#: Who may be the first of the cause no more, or be it now: the cases after one that came, went or was sealed, up to the
#: first that counts. That one settles it for those after it, as it did before.
FOLLOWERS = f"""
spots AS MATERIALIZED (
    SELECT v.* FROM scope c LEFT JOIN supervision_casefacts e ON e.case_id = c.id
     CROSS JOIN LATERAL (VALUES (c.id, c.court_id, {CAUSE}, c.filed_on, c.sealed = ''),
                                (c.id, e.court_id, e.cause, e.filed_on, false)) v(id, court_id, cause, filed_on, counts)
     WHERE (c.court_id, {CAUSE}, c.filed_on, c.sealed = '') IS DISTINCT FROM (e.court_id, e.cause, e.filed_on, e.counted)
       AND v.filed_on IS NOT NULL AND v.cause <> ''),
reach AS (
    SELECT court_id, cause, min(filed_on) AS from_on, max(filed_on) + INTERVAL '3 years' AS to_on FROM spots GROUP BY court_id, cause),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY court_id, cause ORDER BY filed_on, id, is_spot) AS n
      FROM (SELECT c.id, c.court_id, r.cause, c.filed_on, c.sealed = '' AS counts, false AS is_spot FROM reach r
              JOIN cases_case c ON c.court_id = r.court_id AND {CAUSE} = r.cause AND c.filed_on BETWEEN r.from_on AND r.to_on
            UNION ALL SELECT *, true FROM spots) beside),
walked AS (
    SELECT id, is_spot, COALESCE(max(n) FILTER (WHERE counts AND NOT is_spot) OVER before_it, 0) AS settled,
           max(n) FILTER (WHERE is_spot) OVER before_it AS moved, max(n) FILTER (WHERE is_spot AND NOT counts) OVER before_it AS left_by
      FROM numbered
    WINDOW before_it AS (PARTITION BY court_id, cause ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
followers AS (
    SELECT w.id FROM walked w JOIN supervision_casefacts e ON e.case_id = w.id
     WHERE NOT w.is_spot AND w.id <> ALL(%(ids)s) AND w.moved > w.settled
       AND (w.left_by > w.settled OR e.first_of_cause IS DISTINCT FROM false))"""

#: A first case (首案): one of the same cause within three years settles it. That there was none is known only where the
#: court's own record reaches back three years without a gap of a quarter.
FIRSTS = """
candidates AS MATERIALIZED (
    SELECT DISTINCT b.court_id FROM before b
     WHERE b.before_on IS NULL OR b.before_on <= b.filed_on - INTERVAL '3 years'),
months AS (
    SELECT c.court_id, min(c.filed_on) AS first_on, max(c.filed_on) AS last_on FROM cases_case c JOIN candidates USING (court_id)
     WHERE c.sealed = '' AND c.filed_on IS NOT NULL GROUP BY c.court_id, date_trunc('month', c.filed_on)),
gaps AS (SELECT *, lag(last_on) OVER (PARTITION BY court_id ORDER BY first_on) AS previous_on FROM months),
stretches AS MATERIALIZED (
    SELECT court_id, first_on, lead(first_on) OVER (PARTITION BY court_id ORDER BY first_on) AS next_on
      FROM gaps WHERE previous_on IS NULL OR first_on - previous_on > 92),
firsts AS (
    SELECT b.case_id, CASE WHEN b.before_on > b.filed_on - INTERVAL '3 years' THEN false
                           WHEN s.first_on <= b.filed_on - INTERVAL '3 years' THEN true END AS is_first
      FROM before b
      LEFT JOIN stretches s ON s.court_id = b.court_id AND s.first_on <= b.filed_on
                           AND (s.next_on > b.filed_on OR s.next_on IS NULL))"""

TOLD = """
tags AS (SELECT * FROM jsonb_to_recordset(%(cause_tags)s::jsonb) AS t(cause text, tags text[])),
told AS (
    SELECT s.case_id, jsonb_object_agg(s.fact, s.value) AS facts
      FROM supervision_statement s JOIN scope c ON c.id = s.case_id
     WHERE s.withdrawn_at IS NULL AND NOT s.secret GROUP BY s.case_id)"""

#: Days that do not count are those of the limit (扣除审限), and those of a pause that still lasts: as the case's page says.
PENDING = """
CASE WHEN c.closed_on IS NULL AND c.filed_on <= %(today)s THEN round(GREATEST(
     %(today)s::date - c.filed_on - COALESCE(clock.excluded_days, 0) - COALESCE(GREATEST(%(today)s::date - clock.paused_on, 0), 0),
     0) / 30.4375, 4)::float8 END"""
#: Closed late counts, too; a case without a limit cannot exceed one.
OVER_LIMIT = """
CASE WHEN clock.state IN ('running', 'met') THEN clock.due_on < COALESCE(c.closed_on, %(today)s::date)
     WHEN clock.state = 'paused' THEN COALESCE(clock.remaining_at_pause < 0, false)
     WHEN clock.state = 'no_limit' THEN false END"""
PARTY_FLAGS = """
NULLIF(array_remove(ARRAY[
    CASE WHEN p.government THEN 'government' END, CASE WHEN p.military THEN 'military' END,
    CASE WHEN p.foreign_party OR c.type_code = ANY(%(foreign_types)s) THEN 'foreign' END,
    CASE WHEN p.neighbour OR c.type_code = ANY(%(neighbour_types)s) THEN 'hk_mo_tw' END,
    CASE WHEN p.financial THEN 'financial_inst' END,
    CASE WHEN p.obliged OR c.type_code = '法赔' THEN 'state_organ_compensation' END], NULL), '{}'::text[])"""

#: What is computed; every other fact is known only where somebody states it.
DERIVED = {
    "case_type": CASE_TYPE,
    "trial_level": TRIAL_LEVEL,
    "court_level": "CASE court.level WHEN 4 THEN 'basic' WHEN 3 THEN 'intermediate' WHEN 2 THEN 'high' END",
    "cause_code": "NULLIF(c.cause_code, '')",
    "cause_tags": "COALESCE(tags.tags, called.tags)",
    "claim_amount": "c.amount::float8",
    "plaintiff_n": "GREATEST(c.plaintiffs, p.plaintiffs)",
    "defendant_n": "GREATEST(c.defendants, p.defendants)",
    "same_side_max": "GREATEST(c.plaintiffs, p.plaintiffs, c.defendants, p.defendants)",
    "series_n_12m": "series.n",
    "party_flags": PARTY_FLAGS,
    "remanded": "NULLIF(ties.remanded, false)",
    "retrial_ordered": "NULLIF(ties.ordered, false)",
    "procuratorate_protest": (
        "NULLIF(c.type_code = ANY(%(protests)s) OR COALESCE(events.protested, false) OR COALESCE(p.protesting, false), false)"
    ),
    "first_of_cause": "firsts.is_first",
    "no_precedent": "compared.no_precedent",
    "similar_n": "compared.similar_n",
    "similar_conflict_share": "compared.similar_conflict_share",
    "court_internal_split": "compared.court_internal_split",
    "deviation_q": STANDING_Q,
    "months_pending": PENDING,
    "over_limit": OVER_LIMIT,
    "extension_n": "COALESCE(extensions.n, 0)",
    "reassign_n": "COALESCE(events.reassigned, 0)",
    "execution_target_flags": "CASE WHEN p.debtor_government THEN ARRAY['government'] END",
}

#: How a stated value is read out of its JSON, by the type of the fact's column.
FROM_JSON = {
    "boolean": "(told.facts ->> '{name}')::boolean",
    "integer": "(told.facts ->> '{name}')::numeric::integer",
    "double precision": "(told.facts ->> '{name}')::float8",
    "text": "told.facts ->> '{name}'",
    "text[]": (
        "CASE WHEN told.facts ? '{name}' THEN ARRAY(SELECT jsonb_array_elements_text(told.facts -> '{name}')) END"
    ),
}


def expression(name: str, column: str, *, is_stated: bool) -> str:
    """What a fact is: what somebody states, otherwise what the data say."""
    derived = f"({DERIVED[name].strip()})::{column}" if name in DERIVED else f"NULL::{column}"
    return f"COALESCE({FROM_JSON[column].format(name=name)}, {derived})" if is_stated else derived


def refresh_statement(columns: dict[str, str], stated: Collection[str], *, few: bool, bounded: bool) -> str:
    """Compute the facts and write the rows that differ; answers how many. ``columns``: fact → type of its column.

    Of a ``few`` cases the defendants are looked up by their names, otherwise all are read once.
    """
    names = ["court_id", "closed", "as_of", *COUNTED_AS, *columns]
    compared = [name for name in names if name != "as_of"]
    facts = ",\n       ".join(
        f"{expression(name, column, is_stated=name in stated)} AS {name}" for name, column in columns.items()
    )
    chosen = THESE_CASES if bounded else EVERY_CASE
    named = NAMED.format(materialized="NOT MATERIALIZED" if few else "MATERIALIZED")
    alike, before = (THESE_ALIKE, THESE_BEFORE) if bounded else (ALL_ALIKE, ALL_BEFORE)
    series = SERIES.format(chosen=TOUCHED_COUNTED if bounded else ALL_ALIKE_COUNTED)
    return f"""
WITH scope AS MATERIALIZED (SELECT c.* FROM cases_case c WHERE {chosen}), {PARTIES}, {EVENTS}, {TIES}, {named}, {alike},
{series}, {before}, {FIRSTS}, {TOLD}, compared AS ({SIMILAR_SQL}),
wanted AS MATERIALIZED (
SELECT c.id AS case_id, c.court_id, c.closed_on IS NOT NULL AS closed, COALESCE(c.closed_on, %(today)s::date) AS as_of,
       {", ".join(f"{said} AS {name}" for name, said in COUNTED_AS.items())},
       {facts}
  FROM scope c
  JOIN courts_court court ON court.id = c.court_id
  LEFT JOIN parties p ON p.case_id = c.id
  LEFT JOIN events ON events.case_id = c.id
  LEFT JOIN extensions ON extensions.case_id = c.id
  LEFT JOIN ties ON ties.case_id = c.id
  LEFT JOIN series ON series.case_id = c.id
  LEFT JOIN firsts ON firsts.case_id = c.id
  LEFT JOIN tags ON tags.cause = c.cause_code
  LEFT JOIN tags AS called ON called.cause = c.cause
  LEFT JOIN told ON told.case_id = c.id
  LEFT JOIN compared ON compared.case_id = c.id
  LEFT JOIN cases_clock clock ON clock.case_id = c.id AND clock.kind = 'statutory'),
written AS (
INSERT INTO supervision_casefacts AS kept (case_id, {", ".join(names)})
SELECT w.case_id, {", ".join(f"w.{name}" for name in names)}
  FROM wanted w LEFT JOIN supervision_casefacts e ON e.case_id = w.case_id
 WHERE e.case_id IS NULL OR ({", ".join(f"w.{name}" for name in compared)})
                            IS DISTINCT FROM ({", ".join(f"e.{name}" for name in compared)})
    ON CONFLICT (case_id) DO UPDATE SET ({", ".join(names)}) = ROW({", ".join(f"excluded.{name}" for name in names)})
RETURNING 1)
{followed(bounded=bounded)}"""


#: Others of the same defendant and cause: their number moves with this case. They go into the outbox to be screened, and
#: the followers to be computed.
SIBLINGS = f""",{FOLLOWERS},
siblings AS (
UPDATE supervision_casefacts e SET series_n_12m = series.n FROM series
 WHERE e.case_id = series.case_id AND e.case_id <> ALL(%(ids)s) AND e.series_n_12m IS DISTINCT FROM series.n
RETURNING e.case_id),
noted AS (
INSERT INTO cases_change (case_id, at)
SELECT case_id, statement_timestamp() FROM (SELECT case_id FROM siblings UNION SELECT id FROM followers) others)
SELECT (SELECT count(*) FROM written) + (SELECT count(*) FROM siblings)"""


def followed(*, bounded: bool) -> str:
    return SIBLINGS if bounded else "SELECT count(*) FROM written"
