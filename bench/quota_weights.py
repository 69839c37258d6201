"""The weights and classes of many cases in one pass over their facts, beside a bare scan of the same facts.

Every column that is written of a case is worked out. Gathering the facts and writing the rows are not part of it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial
from json import loads
from typing import Any

from django.db import connection

from bench.harness import Peer, measure, scratch_database
from catalogues import library
from quota.complexity import classify
from quota.weight_facts_sql import asked_of, parameters_of
from quota.weight_rules import WeightRules, rules_of
from quota.weight_sql import COLUMNS, YES_OR_NO, Scales, weighing, whole
from quota.weights import counted, exact, floating_of, rounded

ROWS, SAMPLE, BY_HAND = 1_000_000, 2_000, 1_000
TABLE = "bench_weight_facts"
#: Between what the facts that are numbers lie, and in how many cases they are known.
NUMBERS = {
    "amount": "round((20000 * exp(1.9 * (random() + random() + random() - 1.5) * 2))::numeric, 2)",
    "parties": "1 + (random() ^ 5 * 20)::int",
    "related_cases": "(random() ^ 9 * 6)::int",
    "petitions": "(random() ^ 12 * 4)::int",
    "mutual_suits": "(random() ^ 12 * 4)::int",
    "evidence_volumes": "1 + (random() ^ 4 * 8)::int",
    "volumes": "1 + (random() ^ 4 * 30)::int",
    "hearings": "1 + (random() ^ 4 * 5)::int",
    "series_place": "1 + (random() ^ 9 * 30)::int",
}
OFTEN_KNOWN, YES = 0.7, 0.06
#: What PostgreSQL is not asked for it does not work out.
WRITTEN = ", ".join(f'count("{name}")' for name in COLUMNS if name != "edition")
FLOOR = "one scan that reads every fact of every case"


def measure_weights(rows: int = ROWS) -> int:
    """All that is written of every case is worked out and counted; none travels to Python. How many differ from the oracle."""
    rules = rules_of(library.quotas(), None, date(2026, 6, 30))
    with scratch_database("weights"), connection.cursor() as cursor:
        fill(cursor, rules, rows)
        mismatches, by_hand = (
            compare(cursor, rules, min(SAMPLE, rows)),
            drawn(cursor, rules, min(BY_HAND, rows)),
        )
        measure(
            "quota weights",
            rows=rows,
            ours=partial(ask, cursor, rules, WRITTEN),
            floor=FLOOR,
            floor_work=partial(cursor.execute, scan(rules)),
            peers={
                "the same, case by case in Python": Peer(len(by_hand), partial(weigh_all, rules, by_hand))
            },
            mismatches=mismatches,
        )
    return mismatches


def fill(cursor: Any, rules: WeightRules, rows: int) -> None:
    """A docket as courts know it: what is counted is mostly small, what is yes or no mostly no, and some is unknown."""
    facts = ", ".join(f"({drawing(name)})::float8 AS {name}" for name in asked_of(rules))
    scales = Scales.of(rules)
    bases = sorted((base.code, whole(base.value, scales.base)) for base in rules.bases.values())
    steps = sorted((code, whole(one.value, scales.step)) for code, one in rules.procedures.items())
    cursor.execute("SELECT setseed(0.6)")
    cursor.execute(
        f"""CREATE TABLE {TABLE} AS SELECT n AS id, b.code AS base, b.value AS base_value, s.code AS step, s.value AS step_value, {facts}
              FROM generate_series(1, %(rows)s) n
              JOIN (SELECT row_number() OVER () - 1 AS place, code, value::float8 FROM unnest(%(codes)s::text[], %(values)s::int[]) u(code, value)) b
                ON b.place = n %% {len(bases)}
              JOIN (SELECT row_number() OVER () - 1 AS place, code, value::float8 FROM unnest(%(names)s::text[], %(factors)s::int[]) u(code, value)) s
                ON s.place = n / {len(bases)} %% {len(steps)}""",
        {
            "rows": rows, "codes": [code for code, _ in bases], "values": [value for _, value in bases],
            "names": [code for code, _ in steps], "factors": [value for _, value in steps],
        },
    )  # fmt: skip
    cursor.execute(f"VACUUM ANALYZE {TABLE}")


def drawing(name: str) -> str:
    value = f"(random() < {YES})::int" if name in YES_OR_NO else NUMBERS[name]
    return f"CASE WHEN random() < {OFTEN_KNOWN} THEN {value} END"


def scan(rules: WeightRules) -> str:
    read = ", ".join(f'count("{name}")' for name in asked_of(rules))
    return f"SELECT count(*), count(base_value), count(step_value), {read} FROM {TABLE}"


def ask(cursor: Any, rules: WeightRules, what: str, more: str = "") -> list[tuple[Any, ...]]:
    statement = f"WITH facts AS (SELECT * FROM {TABLE}), {weighing(rules)} SELECT {what} FROM wanted {more}"
    cursor.execute(statement, parameters_of(rules))
    return list(cursor.fetchall())


# --- the oracle: case by case -----------------------------------------------------------------------------------
def compare(cursor: Any, rules: WeightRules, sample: int) -> int:
    """Of so many cases, how many have anything else written of them than the calculation case by case says."""
    asked = "weight, klass, score, floating, adders, points, unknown"
    found = ask(cursor, rules, asked, f"WHERE case_id <= {sample} ORDER BY case_id")
    right = weigh_all(rules, drawn(cursor, rules, sample))
    return sum(
        (*plain, loads(adders), loads(points), set(unknown)) != said
        for (*plain, adders, points, unknown), said in zip(found, right, strict=True)
    )


def drawn(cursor: Any, rules: WeightRules, sample: int) -> list[tuple[str, str, dict[str, float | None]]]:
    names = asked_of(rules)
    asked = ", ".join(f'f."{name}"' for name in names)
    cursor.execute(f"SELECT f.base, f.step, {asked} FROM {TABLE} f WHERE id <= {sample} ORDER BY id")
    return [(base, step, dict(zip(names, facts, strict=True))) for base, step, *facts in cursor.fetchall()]


def weigh_all(
    rules: WeightRules, cases: list[tuple[str, str, dict[str, float | None]]]
) -> list[tuple[object, ...]]:
    return [weigh_one(rules, *case) for case in cases]


def weigh_one(rules: WeightRules, base: str, step: str, facts: dict[str, float | None]) -> tuple[object, ...]:
    adders, unknown = counted(rules.adders, facts)
    found = classify(
        points=rules.points, facts=facts, simple_below=rules.simple_below, complex_from=rules.complex_from
    )
    floating = exact(floating_of(rules.tables, adders))
    product = exact(rules.bases[base].value) * exact(rules.procedures[step].value)
    points = [[reason.code, reason.points, reason.value] for reason in found.reasons]
    return (
        rounded(product * floating), found.klass, found.score, floating, dict(Counter(adders)), points,
        {*unknown, *found.unknown},
    )  # fmt: skip
