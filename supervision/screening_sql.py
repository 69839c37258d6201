"""The statement that screens cases (识别): what the rules hit, and what becomes of it, without a row leaving the database.

``found`` is every hit with its evidence. New ones are inserted unless one of that case and rule is open, or the last was
ended by a decision on the very same evidence. Open flags follow: their newest evidence, and whether the rule still hits.
"""

from __future__ import annotations

from collections.abc import Mapping

from courts.numbered import RANDOM_ID
from predicates.language import facts_of
from predicates.queries import hits_query, literal
from supervision.evidence import SECRET_NAMES, STEPS, digest_sql, digested_sql, evidence_sql
from supervision.lifecycle import ENDED_BY_DECISION, OPEN
from supervision.rulebook import RuleBook

OPEN_TABLE = "supervision_casefacts"
#: Nothing but the secret rules ever joins the secret facts.
SECRET_TABLE = (
    f"(SELECT cf.*, {', '.join(f'sf.{name}' for name in SECRET_NAMES)}"
    " FROM supervision_casefacts cf LEFT JOIN supervision_secretfacts sf USING (case_id)) known"
)


def quoted(states: frozenset[str]) -> str:
    return ", ".join(f"'{state!s}'" for state in sorted(states))


def hits_of(book: RuleBook, *, secret: bool, where: str) -> str:
    """The one statement of the rules of a book over open cases: the open rules, or the secret ones."""
    return hits_query(
        book.part(secret=secret),
        book.parameters,
        table=SECRET_TABLE if secret else OPEN_TABLE,
        where=where,
    )


def where_of(court_ids: tuple[int, ...], case_ids: list[int] | None) -> str:
    """Open cases of these courts; of all their cases, or of these alone."""
    said = f"NOT closed AND court_id = ANY('{{{','.join(map(str, court_ids))}}}'::bigint[])"
    if case_ids is None:
        return said
    return f"case_id = ANY('{{{','.join(map(str, case_ids))}}}'::bigint[]) AND {said}"


def screen_sql(book: RuleBook, *, secret: bool, case_ids: list[int] | None) -> str:
    """The whole statement; its parameters are ``rules``, ``due``, ``at`` and ``secret_rules``."""
    where = where_of(book.court_ids, case_ids)
    hits = hits_of(book, secret=secret, where=where).replace("%", "%%")
    return SCREEN.format(
        hits=hits,
        secret=str(secret).lower(),
        join="LEFT JOIN supervision_secretfacts sf USING (case_id)" if secret else "",
        evidence=evidence_of_rules(book, secret=secret),
        aged=aged_of_rules(book, secret=secret),
        digest=digest_sql("coalesce(aged, evidence)"),
        scope=where,
        rules="= ANY(%(secret_rules)s)" if secret else "<> ALL(%(secret_rules)s)",
        open=quoted(OPEN),
        decided=quoted(ENDED_BY_DECISION),
        id=RANDOM_ID,
    )


def evidence_of_rules(book: RuleBook, *, secret: bool) -> str:
    """What each rule of the book reads of a case, by its code."""
    said = {code: evidence_sql(facts_of(condition)) for code, condition in book.part(secret=secret).items()}
    return by_code(said)


def aged_of_rules(book: RuleBook, *, secret: bool) -> str:
    """The same for the digest, of those rules alone whose digest is of something else: what drifts, or is secret."""
    read = {code: facts_of(condition) for code, condition in book.part(secret=secret).items()}
    return by_code(
        {code: digested_sql(names) for code, names in read.items() if {*names} & {*STEPS, *SECRET_NAMES}}
    )


def by_code(said: Mapping[str, str]) -> str:
    if not said:
        return "NULL::jsonb"
    cases = " ".join(f"WHEN {literal(code)} THEN {sql}" for code, sql in said.items())
    return f"CASE code {cases} END".replace("%", "%%")


SCREEN = """
WITH hit AS MATERIALIZED ({hits}),
rule AS (
    SELECT * FROM jsonb_to_recordset(%(rules)s::jsonb) AS said(
        code text, rule bigint, version bigint, edition text, category text, proposes boolean, params jsonb)),
due AS (SELECT * FROM jsonb_to_recordset(%(due)s::jsonb) AS said(court bigint, due_on date)),
found AS MATERIALIZED (
    SELECT known.*, {digest} AS digest
      FROM (SELECT hit.case_id, cf.court_id, rule.*, {evidence} AS evidence, {aged} AS aged
              FROM hit JOIN rule USING (code) JOIN supervision_casefacts cf USING (case_id) {join}) known),
last AS MATERIALIZED (
    SELECT DISTINCT ON (f.case_id, f.rule_id) f.id, f.case_id, f.rule_id, f.state, f.holds, f.evidence_hash
      FROM supervision_flag f JOIN found ON f.case_id = found.case_id AND f.rule_id = found.rule AND f.born_secret = {secret}
     ORDER BY f.case_id, f.rule_id, f.state IN ({open}) DESC, f.proposed_at DESC),
raised AS (
    INSERT INTO supervision_flag (id, case_id, court_id, rule_id, version_id, edition, category, secret, born_secret, state, how,
        proposed_at, params, evidence, evidence_hash, holds, level, due_on, missed, reason_code, reason)
    SELECT {id}, found.case_id, found.court_id, found.rule, found.version, found.edition, found.category, {secret}, {secret},
           'PROPOSED', 'auto', %(at)s, found.params, found.evidence, found.digest, true, 0, due.due_on, false, '', ''
      FROM found JOIN due ON due.court = found.court_id
      LEFT JOIN last ON last.case_id = found.case_id AND last.rule_id = found.rule
     WHERE found.proposes AND (last.id IS NULL OR last.state NOT IN ({open})
           AND NOT (last.state IN ({decided}) AND last.evidence_hash = found.digest))
        ON CONFLICT DO NOTHING
    RETURNING id, case_id, court_id, rule_id),
standing AS MATERIALIZED (
    SELECT last.id, last.state, last.holds, last.evidence_hash <> found.digest AS is_new, found.evidence, found.digest
      FROM last JOIN found ON found.case_id = last.case_id AND found.rule = last.rule_id
     WHERE last.state IN ({open}) AND (last.evidence_hash <> found.digest OR NOT last.holds)),
followed AS (
    UPDATE supervision_flag f SET evidence_hash = standing.digest, holds = true FROM standing WHERE f.id = standing.id
    RETURNING f.id),
gone AS MATERIALIZED (
    SELECT f.id, f.state FROM supervision_flag f
     WHERE f.state IN ({open}) AND f.holds AND f.born_secret = {secret} AND f.rule_id {rules}
       AND f.case_id IN (SELECT case_id FROM supervision_casefacts WHERE {scope})
       AND NOT EXISTS (SELECT FROM found WHERE found.case_id = f.case_id AND found.rule = f.rule_id)),
lapsed AS (UPDATE supervision_flag f SET holds = false FROM gone WHERE f.id = gone.id RETURNING f.id),
steps AS (
    INSERT INTO supervision_step (id, flag_id, act, from_state, to_state, by_id, capacity, at, reason_code, reason, evidence)
    SELECT {id}, said.id, said.act, said.from_state, said.to_state, NULL, '', %(at)s, '', '', said.evidence
      FROM (SELECT id, 'propose' AS act, '' AS from_state, 'PROPOSED' AS to_state, NULL::jsonb AS evidence FROM raised
            UNION ALL SELECT id, CASE WHEN holds THEN 'evidence' ELSE 'hit_again' END, state, state,
                             CASE WHEN is_new THEN evidence END FROM standing
            UNION ALL SELECT id, 'lapse', state, state, NULL FROM gone) said)
SELECT raised.id, raised.case_id, raised.court_id, raised.rule_id, c.sealed <> '' AS is_sealed,
       (SELECT count(*) FROM followed) AS changed, (SELECT count(*) FROM lapsed) AS lapsed
  FROM (SELECT 1) once LEFT JOIN raised ON true LEFT JOIN cases_case c ON c.id = raised.case_id
 ORDER BY raised.case_id, raised.rule_id"""
