"""What is known of many cases in one statement (案件事实的集合归集): text only, the first half of ``quota.weight_sql``. Pure.

The groups of causes come as rows: which case is of which is decided by ``weight_rules`` alone. An expression that is
NULL says that the fact is not known. Sealed cases (封存) count in no number but their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from json import dumps

from catalogues.quota_fields import CAUSE_FACTS
from quota import fact_words
from quota.weight_rules import WeightRules

#: A cause by its code; where the feed has none, by its words.
CAUSE = "COALESCE(NULLIF(c.cause_code, ''), c.cause)"
SUIT = "right(c.type_code, 1) = '初' AND c.category = ANY(%(suits)s)"
STANDS = "p.withdrawn_at IS NULL"

#: Part of ``SCOPE``: somebody sits beside the judge (合议). Of people of the feed who match no account only the names are known (``named``).
PANEL = """(COALESCE(c.presiding_id <> c.judge_id, c.presiding_id IS NOT NULL)
            OR cardinality(array_remove(c.members, c.judge_id)) > 0
            OR c.named <> '{{}}' AND (
               COALESCE(c.named ->> 'presiding', '') NOT IN ('', COALESCE(c.named ->> 'judge', ''))
               OR cardinality(array_remove(string_to_array(c.named ->> 'members', '、'), c.named ->> 'judge')) > 0) IS TRUE)"""

SCOPE = f"""
scope AS MATERIALIZED (
    SELECT c.id, c.court_id, c.category, c.type_code, c.cause_code, c.cause, c.procedure, c.judge_id, c.filed_on, c.closed_on,
           c.closed_how, c.amount, c.plaintiffs, c.defendants, c.sealed,
           {PANEL} AS is_panel
      FROM cases_case c WHERE {{chosen}})"""

PARTIES = f"""
parties AS (
    SELECT p.case_id, NULLIF(count(*) FILTER (WHERE p.standing <> ALL(%(prosecution)s)), 0)::int AS parties,
           bool_or(p.standing = ANY(%(counterclaim)s)) AS counterclaim, bool_or(p.standing = ANY(%(third)s)) AS third,
           bool_or(p.kind = ANY(%(foreign)s)) AS foreign_party, bool_or(p.kind <> '') AS kinds_known
      FROM cases_party p JOIN scope c ON c.id = p.case_id WHERE {STANDS} GROUP BY p.case_id)"""

EVENTS = """
events AS (
    SELECT p.case_id, NULLIF(count(*) FILTER (WHERE p.node = ANY(%(hearing)s)), 0) AS hearings,
           NULLIF(count(*) FILTER (WHERE p.node = ANY(%(petition)s)), 0) AS petitions,
           bool_or(p.node = ANY(%(counterclaimed)s)) AS counterclaimed, bool_or(p.node = ANY(%(joined)s)) AS joined,
           bool_or(p.node = ANY(%(appraised)s)) AS appraised, bool_or(p.node = ANY(%(published)s)) AS published,
           bool_or(p.node = ANY(%(committee)s)) AS committee, bool_or(p.node = ANY(%(specialists)s)) AS specialists,
           bool_or(p.node = ANY(%(four_category)s)) AS four_category, bool_or(p.node = ANY(%(missing)s)) AS missing
      FROM cases_procedureevent p JOIN scope c ON c.id = p.case_id
     WHERE p.withdrawn_at IS NULL AND p.node || '' = ANY(%(nodes)s) GROUP BY p.case_id),
pauses AS (
    SELECT p.case_id, bool_or(p.ground = ANY(%(appraisal_grounds)s)) AS appraised,
           bool_or(p.ground = ANY(%(publication_grounds)s)) AS published,
           bool_or(p.ground = ANY(%(committee_grounds)s)) AS committee
      FROM cases_exclusion p JOIN scope c ON c.id = p.case_id WHERE p.withdrawn_at IS NULL GROUP BY p.case_id)"""

LINKS = """
links AS (
    SELECT l.id, count(DISTINCT l.other) FILTER (WHERE l.kind = ANY(%(related)s) AND COALESCE(o.sealed, '') = '') AS n,
           bool_or(l.own AND l.kind = 'remand') AS remanded
      FROM (SELECT case_id AS id, other_id, other_number AS other, kind, true AS own
              FROM cases_caselink l JOIN scope s ON s.id = l.case_id
            UNION ALL
            SELECT l.other_id, l.case_id, c.number, l.kind, false
              FROM cases_caselink l JOIN scope s ON s.id = l.other_id JOIN cases_case c ON c.id = l.case_id) l
      LEFT JOIN cases_case o ON o.id = l.other_id
     GROUP BY l.id)"""

#: Facts a court keeps as case elements, under their own name.
ELEMENTS = """
elements AS (
    SELECT e.case_id, jsonb_object_agg(e.key, CASE jsonb_typeof(e.value) WHEN 'number' THEN e.value
                                              WHEN 'boolean' THEN to_jsonb((e.value::boolean)::int) END) AS said
      FROM cases_element e JOIN scope c ON c.id = e.case_id
     WHERE e.withdrawn_at IS NULL AND e.party_id IS NULL AND e.key = ANY(%(asked)s) GROUP BY e.case_id)"""

#: Cases of one judge, filed on one day with one cause and a common party (系列案): which of them this one is.
SERIES = f"""
days AS (
    SELECT c.court_id, c.filed_on, c.judge_id, {CAUSE} AS cause FROM scope c
     WHERE c.sealed = '' AND c.filed_on IS NOT NULL AND c.judge_id IS NOT NULL AND {CAUSE} <> ''
     GROUP BY 1, 2, 3, 4 {{repeated}}),
series AS (
    SELECT r.id, max(r.place) AS place
      FROM (SELECT c.id, dense_rank() OVER (PARTITION BY c.court_id, c.filed_on, c.judge_id, {CAUSE}, p.name ORDER BY c.id) AS place
              FROM days d
              JOIN cases_case c ON c.court_id = d.court_id AND c.filed_on = d.filed_on AND c.judge_id = d.judge_id
                               AND {CAUSE} = d.cause AND c.sealed = ''
              JOIN cases_party p ON p.case_id = c.id AND {STANDS} AND p.standing <> ALL(%(prosecution)s)) r
     GROUP BY r.id)"""

#: How often the same two sides met in court in the years up to this filing (互诉), whoever sued. Counted among all cases,
#: among those with a name in common with these cases, or for a few cases by asking the index for every name. Of many
#: names that index, made for words within names, would be asked for each: reading all parties once is quicker.
SIDES = f"""
sides AS (
    SELECT c.id, c.filed_on, c.sealed = '' AS counts,
           array_agg(DISTINCT hashtextextended(p.name, 0)) FILTER (WHERE p.standing = ANY(%(plaintiffs)s)) AS suing,
           array_agg(DISTINCT hashtextextended(p.name, 0)) FILTER (WHERE p.standing = ANY(%(defendants)s)) AS sued
      FROM {{cases}}
     WHERE {SUIT} AND c.filed_on IS NOT NULL GROUP BY c.id, c.filed_on, c.sealed),
pairs AS MATERIALIZED (
    SELECT s.id, s.filed_on, s.counts, LEAST(a.one, b.one) AS one, GREATEST(a.one, b.one) AS other
      FROM sides s CROSS JOIN LATERAL unnest(s.suing) a(one) CROSS JOIN LATERAL unnest(s.sued) b(one)
     GROUP BY 1, 2, 3, 4, 5),
met AS (SELECT one, other FROM pairs GROUP BY one, other HAVING count(*) > 1),
suits AS (
    SELECT id, max(n) AS n
      FROM (SELECT id, count(*) FILTER (WHERE counts) OVER (PARTITION BY one, other ORDER BY filed_on
                       RANGE BETWEEN %(mutual)s::interval PRECEDING AND CURRENT ROW) - CASE WHEN counts THEN 1 ELSE 0 END AS n
              FROM pairs JOIN met USING (one, other)) counted
     GROUP BY id)"""
ALL_SUITS = SIDES.format(cases=f"scope c JOIN cases_party p ON p.case_id = c.id AND {STANDS}")
MANY_SUITS = f"""
names AS MATERIALIZED (
    SELECT DISTINCT p.name FROM scope c JOIN cases_party p ON p.case_id = c.id WHERE {STANDS} AND {SUIT}),
near AS MATERIALIZED (
    SELECT p.case_id, p.name, p.standing FROM cases_party p JOIN names n ON n.name = p.name || '' WHERE {STANDS}),
{SIDES.format(cases="near p JOIN cases_case c ON c.id = p.case_id")}"""
FEW_SUITS = f"""
suits AS (
    SELECT s.id, max(s.n) AS n
      FROM (SELECT o.id, a.name, b.name, count(DISTINCT c.id) AS n
              FROM scope o
              JOIN cases_party a ON a.case_id = o.id AND a.withdrawn_at IS NULL AND a.standing = ANY(%(plaintiffs)s)
              JOIN cases_party b ON b.case_id = o.id AND b.withdrawn_at IS NULL AND b.standing = ANY(%(defendants)s)
              JOIN cases_party p ON p.name = b.name AND {STANDS} AND p.case_id <> o.id
              JOIN cases_party q ON q.case_id = p.case_id AND q.name = a.name AND q.withdrawn_at IS NULL
               AND (p.standing = ANY(%(plaintiffs)s) AND q.standing = ANY(%(defendants)s)
                 OR p.standing = ANY(%(defendants)s) AND q.standing = ANY(%(plaintiffs)s))
              JOIN cases_case c ON c.id = p.case_id AND c.sealed = '' AND {SUIT}
               AND c.filed_on BETWEEN o.filed_on - %(mutual)s::interval AND o.filed_on
             GROUP BY 1, 2, 3) s
     GROUP BY s.id)"""

#: How much a statement is about: every case there is, many of them, or a few.
ALL, MANY, FEW = "all", "many", "few"
SUITS = {ALL: ALL_SUITS, MANY: MANY_SUITS, FEW: FEW_SUITS}

#: What is computed of each fact; where a court keeps it as an element, that counts.
FACTS: Mapping[str, str] = {
    "amount": "NULLIF(c.amount, 'NaN')",
    "parties": "NULLIF(GREATEST(COALESCE(c.plaintiffs, 0) + COALESCE(c.defendants, 0), p.parties), 0)",
    "related_cases": "COALESCE(links.n, 0)",
    "petitions": "events.petitions",
    "mutual_suits": (
        f"CASE WHEN {SUIT} THEN CASE WHEN p.parties IS NOT NULL AND c.filed_on IS NOT NULL THEN COALESCE(suits.n, 0) END"
        " WHEN c.category <> ALL(%(suits)s) THEN 0 END"
    ),
    "evidence_volumes": "NULL",
    "volumes": "NULL",
    "hearings": "events.hearings",
    "series_place": (
        "CASE WHEN p.parties IS NOT NULL AND c.judge_id IS NOT NULL AND c.filed_on IS NOT NULL"
        " THEN COALESCE(series.place, 1) END"
    ),
    "counterclaim": "(p.counterclaim OR COALESCE(events.counterclaimed, false))::int",
    "third_party": "(p.third OR COALESCE(events.joined, false))::int",
    "appraisal": "NULLIF(COALESCE(events.appraised, false) OR COALESCE(pauses.appraised, false), false)::int",
    "publication": "NULLIF(COALESCE(events.published, false) OR COALESCE(pauses.published, false), false)::int",
    "foreign": "CASE WHEN c.type_code = ANY(%(foreign_types)s) THEN 1 WHEN p.kinds_known THEN p.foreign_party::int END",
    "whereabouts_unknown": "NULLIF(events.missing, false)::int",
    "remanded": "NULLIF(links.remanded, false)::int",
    "committee": "NULLIF(COALESCE(events.committee, false) OR COALESCE(pauses.committee, false), false)::int",
    "specialist_meeting": "NULLIF(events.specialists, false)::int",
    "four_category": "NULLIF(events.four_category, false)::int",
    "settled_or_withdrawn": (
        "CASE WHEN c.closed_on IS NULL THEN 0 WHEN c.closed_how <> '' THEN (c.closed_how ~ %(settled)s)::int END"
    ),
}

KINDS = "SELECT DISTINCT c.category, c.type_code, c.cause_code, c.cause FROM cases_case c WHERE {chosen}"


def asked_of(rules: WeightRules) -> list[str]:
    """The facts these tables ask, in the order in which they are named."""
    asked = [adder.fact for adder in rules.adders.values()]
    return list(dict.fromkeys([*asked, *(point.fact for point in rules.points.values())]))


def parameters_of(rules: WeightRules) -> dict[str, object]:
    """The words of the case data and the names of the tables, for the statement."""
    words = {
        name.lower(): list(value) if isinstance(value, tuple) else value
        for name, value in vars(fact_words).items()
        if name.isupper()
    }
    nodes = [word for name in NODES for word in vars(fact_words)[name]]
    names = {
        f"adder_{place}": f"{dumps(name, ensure_ascii=False)}: " for place, name in enumerate(rules.adders)
    }
    return words | names | {
        "nodes": nodes, "asked": asked_of(rules), "mutual": f"{rules.mutual_years} years", "digest": rules.digest,
    }  # fmt: skip


NODES = (
    "HEARING", "COUNTERCLAIMED", "JOINED", "APPRAISED", "PUBLISHED", "COMMITTEE", "SPECIALISTS", "FOUR_CATEGORY",
    "PETITION", "MISSING",
)  # fmt: skip


def gathered(rules: WeightRules, *, chosen: str, size: str) -> str:
    """Common table expressions that end in ``facts``: what is known of each case, its base and its procedure factor.

    ``seen`` stands by itself: the few kinds of cases joined to it would have the planner expect few cases.
    """
    own = [name for name in asked_of(rules) if name not in CAUSE_FACTS]
    facts = ",\n           ".join(f"{_fact(name)} AS {name}" for name in own)
    series = SERIES.format(repeated="HAVING count(*) > 1" if size == ALL else "")
    return f"""{SCOPE.format(chosen=chosen)}, {PARTIES}, {EVENTS}, {LINKS}, {ELEMENTS}, {series},
{SUITS[size]},
kinds AS (SELECT * FROM jsonb_to_recordset(%(kinds)s::jsonb) AS t(
    category text, type_code text, cause_code text, cause text, base text, value float8, assumed text, complex_cause bool, simple_form bool)),
steps AS (SELECT * FROM jsonb_to_recordset(%(steps)s::jsonb) AS t(name text, procedure text, is_panel bool, value float8)),
assumed AS (SELECT DISTINCT name, value FROM steps),
seen AS MATERIALIZED (
    SELECT c.id, c.category, c.type_code, c.cause_code, c.cause, c.procedure AS track, c.is_panel,
           {facts}
      FROM scope c
      LEFT JOIN parties p ON p.case_id = c.id
      LEFT JOIN events ON events.case_id = c.id
      LEFT JOIN pauses ON pauses.case_id = c.id
      LEFT JOIN links ON links.id = c.id
      LEFT JOIN elements ON elements.case_id = c.id
      LEFT JOIN series ON series.id = c.id
      LEFT JOIN suits ON suits.id = c.id),
facts AS MATERIALIZED (
    SELECT c.*, k.base, k.value AS base_value, k.complex_cause::int, k.simple_form::int,
           COALESCE(step.name, assumed.name) AS step, COALESCE(step.value, assumed.value) AS step_value
      FROM seen c
      JOIN kinds k USING (category, type_code, cause_code, cause)
      LEFT JOIN steps step ON step.procedure = c.track AND step.is_panel = c.is_panel
      LEFT JOIN assumed ON assumed.name = k.assumed
     WHERE COALESCE(step.name, assumed.name) IS NOT NULL)"""


def _fact(name: str) -> str:
    return f"COALESCE((elements.said ->> '{name}')::float8, ({FACTS[name]})::float8)"
