"""Thirty of the shipped rules over many cases: one SQL statement over the flat view, beside a bare scan and other engines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from multiprocessing import get_context
from typing import Any

import psycopg2
from django.db import connection

from bench.harness import Peer, measure, scratch_database
from bench.rule_peers import check, peers
from bench.time_machine import measure_time_machine
from catalogues import library
from predicates.language import Condition, compile_condition, facts_of, resolved, write_condition
from predicates.queries import hits_query

ROWS, SAMPLE, SLICE, CHANGED = 1_000_000, 2_000, 25_000, 1_000
#: Of so many cases one is pending at each month-end of the time machine.
PENDING = 10
#: Every kind of rule: lists, amounts, durations, alternatives, conjunctions; 32 facts in all.
CODES = frozenset(
    ["A01", "A02", "A05", "A06", "A07", "A08", "A09", "A10", "A11", "A12", "A14", "B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09", "C01", "C02", "C04", "D01", "D02", "E01", "E02", "E03", "E04", "E05"]
)  # fmt: skip
FLOOR = "count(*) by a bare scan of the fact table"
TABLE = "bench_facts"

#: A docket as courts know it, in the columns of the flat view. What follows from the case is known; what somebody has to
#: state is mostly not stated, and then unknown. About one case in fourteen is hit.
DRAW = """
CREATE TABLE bench_facts AS
SELECT n AS case_id,
       (CASE WHEN r[1] < .7 THEN 1 WHEN r[1] < .98 THEN 2 ELSE 3 + (r[2] ^ 4 * 60)::int END) AS same_side_max,
       (CASE WHEN r[3] < .95 THEN 1 ELSE 1 + (r[4] ^ 4 * 9)::int END) AS series_n_12m,
       (CASE WHEN kind = 'criminal' AND r[5] < .3 THEN (r[6] ^ 4 * 60)::int END) AS victim_n,
       (CASE WHEN r[7] < .01 THEN 1 + (r[8] ^ 2 * 6)::int END) AS petition_n,
       (CASE WHEN r[7] < .004 THEN 1 + (r[9] * 12)::int END) AS group_visit_persons,
       (CASE WHEN r[10] < .01 THEN (r[11] * 80)::int END) AS media_heat,
       (CASE WHEN r[12] < .3 THEN (r[13] ^ 2 * 30)::int END) AS similar_n,
       (CASE WHEN r[12] < .3 THEN r[14] ^ 3 * .68 END) AS similar_conflict_share,
       (CASE WHEN r[15] < .3 THEN .03 + r[16] * .97 END) AS deviation_q,
       round((-ln(1 - r[17] * .9999) * 2.4)::numeric, 1)::float8 AS months_pending,
       (CASE WHEN kind = 'criminal' AND r[18] < .5 THEN round((r[19] ^ 2 * 20)::numeric, 1)::float8 END) AS months_detained,
       (CASE WHEN kind IN ('civil', 'enforcement') AND r[20] < .9
             THEN round((30000 * exp(1.8 * sqrt(-2 * ln(1 - r[21])) * cos(6.2831853 * r[22])))::numeric, 2)::float8 END) AS claim_amount,
       CASE WHEN r[23] < .02 THEN r[23] < .004 END AS panel_dissent, CASE WHEN r[12] < .3 THEN r[24] < .01 END AS no_precedent,
       CASE WHEN r[25] < .02 THEN r[25] < .002 END AS ac_required, CASE WHEN r[26] < .02 THEN r[26] < .002 END AS similar_pending_conflict,
       CASE WHEN r[27] < .002 THEN r[27] < .001 END AS complaint_realname_leads, CASE WHEN r[28] < .002 THEN r[28] < .0005 END AS complaint_delay_verified,
       CASE WHEN r[29] < .002 THEN r[29] < .0005 END AS own_effective_error, CASE WHEN r[30] < .1 THEN r[30] < .001 END AS procuratorate_protest,
       CASE WHEN r[31] < .1 THEN r[31] < .006 END AS remanded, CASE WHEN r[32] < .1 THEN r[32] < .002 END AS retrial_ordered,
       CASE WHEN r[33] < .02 THEN r[33] < .002 END AS demonstration_effect, CASE WHEN r[34] < .01 THEN r[34] < .001 END AS opinion_alert,
       CASE WHEN r[35] < .02 THEN r[35] < .002 END AS group_visit_risk, CASE WHEN r[36] < .02 THEN r[36] < .002 END AS industry_impact,
       CASE WHEN r[37] < .85 THEN 'basic' WHEN r[37] < .98 THEN 'intermediate' ELSE 'high' END AS court_level, kind AS case_type,
       CASE WHEN r[38] < .25 THEN (ARRAY['support', 'support', 'partial', 'dismiss', 'dismiss'])[1 + (r[39] * 4)::int]
            WHEN r[38] < .252 THEN (ARRAY['exempt', 'acquittal', 'below_statutory'])[1 + (r[39] * 2)::int] END AS proposed_outcome,
       (CASE WHEN r[40] < .6 THEN '{}' WHEN r[40] < .75 THEN '{private_lending}' WHEN r[40] < .85 THEN '{wage}' WHEN r[40] < .9 THEN '{ip}'
             WHEN r[40] < .95 THEN '{medical}' WHEN r[40] < .985 THEN '{housing_presale,env}' WHEN r[40] < .99 THEN '{demolition,land_expropriation}'
             WHEN r[40] < .993 THEN '{bankruptcy}' WHEN r[40] < .995 THEN '{fund_raising}' ELSE '{telecom_fraud}' END)::text[] AS cause_tags,
       (CASE WHEN r[41] < .002 THEN '{military}' WHEN r[41] < .003 THEN '{public_interest}' WHEN r[41] < .0035 THEN '{ethnic}' END)::text[] AS sensitive_tags,
       (CASE WHEN r[42] < .05 THEN '{migrant_worker}' WHEN r[42] < .1 THEN '{financial_inst}' WHEN r[42] < .12 THEN '{minor,disabled}'
             WHEN r[42] < .125 THEN '{government}' WHEN r[42] < .128 THEN '{foreign}' WHEN r[42] < .133 THEN '{listed_company,financial_inst}'
             WHEN r[42] < .135 THEN '{hk_mo_tw}' END)::text[] AS party_flags
  FROM (SELECT n, r, CASE WHEN k < .55 THEN 'civil' WHEN k < .85 THEN 'enforcement' WHEN k < .88 THEN 'administrative' WHEN k < .98 THEN 'criminal'
                          WHEN k < .985 THEN 'compensation' WHEN k < .995 THEN 'retrial_review' ELSE 'commutation' END AS kind
          FROM (SELECT n, random() AS k, ARRAY[%(numbers)s] AS r FROM generate_series(1, %(rows)s) n) drawn) typed"""


def run(rows: int = ROWS) -> int:
    """Measure and print; 1 when any case is answered otherwise than by the oracle."""
    rules, parameters = thirty_rules(), library.rule_parameters()
    statement = hits_query(rules, parameters, table=TABLE)
    bodies = {code: write_condition(resolved(rule, parameters)) for code, rule in rules.items()}
    with scratch_database("rules"), connection.cursor() as cursor:
        fill(cursor, rows)
        mismatches = compare(rules, bodies, rows)
        sample = facts_upto(cursor, min(SAMPLE, rows), rules)
        expected = [[code for code, body in bodies.items() if naive(body, facts)] for facts in sample]
        mismatches += report(check(bodies, sample, expected))
        measure(
            "rules",
            rows=rows,
            ours=partial(ask, cursor, counted(statement)),
            floor=FLOOR,
            floor_work=partial(ask, cursor, f"SELECT count(*) FROM {TABLE}"),
            peers={**peers(bodies, sample), **ours_one_by_one(rules, sample)},
            mismatches=mismatches,
        )
        mismatches += measure_changed(cursor, rules, bodies, rows)
        mismatches += measure_time_machine(cursor, naive, max(rows // PENDING, 1))
    return 1 if mismatches else 0


def thirty_rules() -> dict[str, Condition]:
    return {rule.code: rule.condition for rule in library.supervision_rules() if rule.code in CODES}


def counted(statement: str) -> str:
    """Every hit is worked out and looked at; none travels to Python, as none does when flags are written."""
    return f"SELECT count(*), max(code) FROM ({statement}) hits"


def measure_changed(cursor: Any, rules: Mapping[str, Condition], bodies: dict[str, Any], rows: int) -> int:
    """What one batch of changed cases costs, spread over the whole table, its hits fetched."""
    changed = min(CHANGED, rows)
    step = rows // changed
    cursor.execute(
        f"CREATE TABLE changed AS SELECT n * {step} AS case_id FROM generate_series(1, {changed}) n"
    )
    cursor.execute("ANALYZE changed")
    statement = hits_query(
        rules,
        library.rule_parameters(),
        table=TABLE,
        where="case_id IN (SELECT case_id FROM changed)",
    )
    names = ["case_id", *facts_named(rules)]
    cases = [
        dict(zip(names, row, strict=True))
        for row in ask(cursor, f"SELECT {', '.join(names)} FROM {TABLE} JOIN changed USING (case_id)")
    ]
    expected = {
        (case["case_id"], code) for case in cases for code, body in bodies.items() if naive(body, case)
    }
    mismatches = len(expected ^ set(ask(cursor, statement)))
    measure(
        f"rules: {changed} changed cases",
        rows=changed,
        ours=partial(ask, cursor, statement),
        floor="reading the same cases by their key",
        floor_work=partial(
            ask, cursor, f"SELECT count(*) FROM {TABLE} JOIN changed USING (case_id) WHERE case_type > ''"
        ),
        peers={},
        mismatches=mismatches,
    )
    return mismatches


def fill(cursor: Any, rows: int) -> None:
    cursor.execute("SELECT setseed(0.5)")
    cursor.execute(DRAW % {"numbers": ", ".join(["random()"] * 42), "rows": rows})
    cursor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (case_id)")
    cursor.execute(f"VACUUM ANALYZE {TABLE}")
    # The floor reads the table, as ours must; an index alone would answer another question.
    cursor.execute("SET enable_indexonlyscan = off")


def ask(cursor: Any, statement: str) -> list[tuple[Any, ...]]:
    cursor.execute(statement)
    return list(cursor.fetchall())


def facts_upto(cursor: Any, last: int, rules: Mapping[str, Condition]) -> list[dict[str, Any]]:
    names = facts_named(rules)
    found = ask(cursor, f"SELECT {', '.join(names)} FROM {TABLE} WHERE case_id <= {last} ORDER BY case_id")
    return [dict(zip(names, row, strict=True)) for row in found]


def facts_named(rules: Mapping[str, Condition]) -> list[str]:
    return sorted({name for rule in rules.values() for name in facts_of(rule)})


def ours_one_by_one(rules: Mapping[str, Condition], sample: list[dict[str, Any]]) -> dict[str, Peer]:
    compiled = [compile_condition(rule, library.rule_parameters()) for rule in rules.values()]

    def answer() -> list[list[bool]]:
        return [[holds(facts) for holds in compiled] for facts in sample]

    return {"predicates.language (one by one)": Peer(len(sample), answer)}


def report(differing: dict[str, int]) -> int:
    """A peer that answers another question is said so and counts as a mismatch."""
    for name, count in differing.items():
        if count:
            print(f"{name} answers {count} cases otherwise")
    return sum(differing.values())


# --- the oracle: the bodies of the rules, walked anew for every case, with none of our code ---------------
def compare(rules: Mapping[str, Condition], bodies: dict[str, Any], rows: int) -> int:
    """How many of all the cases differ from the oracle, on both cores, each with a connection of its own."""
    login = connection.get_connection_params()
    login.pop("cursor_factory", None)
    jobs = [(login, dict(rules), bodies, start, start + SLICE) for start in range(1, rows + 1, SLICE)]
    with get_context("spawn").Pool(2) as pool:
        return sum(pool.imap_unordered(count_differing, jobs))


def count_differing(job: tuple[dict[str, Any], dict[str, Condition], dict[str, Any], int, int]) -> int:
    login, rules, bodies, start, end = job
    link = psycopg2.connect(**{key: value for key, value in login.items() if key != "context"})
    with link, link.cursor() as cursor:
        where = f"case_id >= {start} AND case_id < {end}"
        hits: dict[int, set[str]] = {}
        for key, code in ask(cursor, hits_query(rules, library.rule_parameters(), table=TABLE, where=where)):
            hits.setdefault(key, set()).add(code)
        names = ["case_id", *facts_named(rules)]
        found = ask(cursor, f"SELECT {', '.join(names)} FROM {TABLE} WHERE {where}")
        facts = (dict(zip(names, row, strict=True)) for row in found)
        differing = sum(
            hits.get(case["case_id"], set()) != {code for code, body in bodies.items() if naive(body, case)}
            for case in facts
        )
    link.close()
    return differing


def naive(body: dict[str, Any], facts: dict[str, Any]) -> bool:
    for group, combine in (("all", all), ("any", any)):
        if group in body:
            return combine(naive(part, facts) for part in body[group])
    if "none" in body:
        return not any(naive(part, facts) for part in body["none"])
    known, value = facts[body["f"]], body.get("v")
    if known is None:
        return False
    match body["op"]:
        case "is_true":
            return bool(known)
        case "contains_any":
            return bool(set(known) & set(value))
        case "in":
            return known in value
        case "eq":
            return bool(known == value)
        case "gte":
            return bool(known >= value)
        case "gt":
            return bool(known > value)
        case "lte":
            return bool(known <= value)
    raise NotImplementedError(body["op"])
