"""The weights and classes of many cases in one statement (案件权重、繁简的集合计算): text only, run by ``quota.weighing``. Pure.

The numbers come from the tables (``WeightRules``); a test holds this to ``quota.weights`` and ``quota.complexity``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from catalogues.quota_law import ComplexityPoint, WeightAdder
from quota.weight_facts_sql import asked_of, gathered
from quota.weight_rules import WeightRules
from quota.weights import exact

#: Facts that are 1 or 0.
YES_OR_NO = frozenset(
    (
        "counterclaim",
        "third_party",
        "appraisal",
        "publication",
        "foreign",
        "whereabouts_unknown",
        "remanded",
        "committee",
        "specialist_meeting",
        "four_category",
        "settled_or_withdrawn",
        "complex_cause",
        "simple_form",
    )
)


def weighed(rules: WeightRules, *, chosen: str, size: str) -> str:
    """Common table expressions that end in ``wanted``: a row for every case these tables can weigh."""
    return f"WITH {gathered(rules, chosen=chosen, size=size)},\n{weighing(rules)}"


def weighing(rules: WeightRules) -> str:
    """From ``facts`` to ``wanted``. Sums and products are of whole numbers (``Scales``), so that nothing is lost.

    Lists are written as text first, so that a case in which nothing counts costs no JSON. The empty second branch keeps
    the planner from writing every expression out again wherever it is used below (``ONCE`` of the clocks does so too).
    """
    scales = Scales.of(rules)
    low, high = (
        whole(number, scales.floating) for number in (rules.tables.float_low, rules.tables.float_high)
    )
    return f"""counted AS (
    SELECT f.id::bigint, f.base::text, f.step::text, (f.base_value * f.step_value)::float8 AS plain,
           LEAST({high}, GREATEST({low}, {10**scales.floating}{"".join(_moves(rules, scales))}))::float8 AS floating,
           (0{"".join(_scores(rules))})::float8 AS score, {_barred(rules)} AS barred,
           {_adders(rules)} AS adders, {_points(rules)} AS points, {_unknown(rules)} AS unknown
      FROM facts f
    UNION ALL
    SELECT 0::bigint, '', '', 0::float8, 0::float8, 0::float8, false, '', '', '{{}}'::varchar[] WHERE false),
wanted AS (
    SELECT f.id AS case_id, f.base AS "group", f.step AS procedure,
           CASE WHEN f.adders = '' THEN '{{}}' ELSE ('{{' || f.adders || '}}')::jsonb END AS adders,
           f.floating::int * {_unit(scales.floating)} AS floating,
           floor(f.plain * f.floating / {10 ** (scales.all - 4)} + 0.5)::bigint * {_unit(4)} AS weight,
           CASE WHEN f.score >= {exact(rules.complex_from)} THEN 'complex'
                WHEN f.score < {exact(rules.simple_below)} AND NOT f.barred THEN 'simple' ELSE 'ordinary' END AS klass,
           f.score::int AS score,
           CASE WHEN f.points = '' THEN '[]' ELSE ('[' || f.points || ']')::jsonb END AS points,
           f.unknown
      FROM counted f)"""


@dataclass(frozen=True)
class Scales:
    """How many decimals each table writes: its numbers are counted in whole units of the last one."""

    base: int
    step: int
    floating: int

    @property
    def all(self) -> int:
        return self.base + self.step + self.floating

    @classmethod
    def of(cls, rules: WeightRules) -> Scales:
        tables = rules.tables
        moves = [*tables.adders.values(), tables.float_low, tables.float_high]
        return cls(_places(tables.bases.values()), _places(tables.procedures.values()), _places(moves))


def _places(numbers: Iterable[float]) -> int:
    """At least two: together the three tables then have more than the four of a weight."""
    return max(2, *(-int(exact(number).normalize().as_tuple().exponent) for number in numbers))


def whole(number: float, places: int) -> int:
    """The number in units of its last decimal."""
    return int(exact(number).scaleb(places))


def _times(adder: WeightAdder) -> str:
    """How often it counts, as ``WeightAdder.times`` does; NULL while the fact is not known."""
    if adder.fact in YES_OR_NO and (adder.beyond, adder.step) == (0, 1):
        return f"f.{adder.fact}"
    over = f"f.{adder.fact} - {exact(adder.beyond)}"
    counted = f"CASE WHEN {over} >= {exact(adder.step)} THEN floor(({over}) / {exact(adder.step)}) ELSE 0 END"
    return counted if adder.most is None else f"LEAST({counted}, {adder.most})"


def _holds(point: ComplexityPoint) -> str:
    """Whether it counts, as ``ComplexityPoint.holds`` does; NULL while the fact is not known."""
    edges = ((">", point.above), (">=", point.at_least), ("<=", point.at_most))
    parts = [f"f.{point.fact} {sign} {exact(edge)}" for sign, edge in edges if edge is not None]
    return " AND ".join(parts or [f"f.{point.fact} <> 0"])


def _moves(rules: WeightRules, scales: Scales) -> Iterator[str]:
    for adder in rules.adders.values():
        yield f" + COALESCE(({_times(adder)}) * ({whole(adder.value, scales.floating)}), 0)"


def _scores(rules: WeightRules) -> Iterator[str]:
    for point in rules.points.values():
        yield f" + CASE WHEN {_holds(point)} THEN {exact(point.points)} ELSE 0 END"


def _barred(rules: WeightRules) -> str:
    barring = [f"COALESCE({_holds(point)}, false)" for point in rules.points.values() if point.never_simple]
    return " OR ".join(barring) or "false"


def _adders(rules: WeightRules) -> str:
    """The members of a JSON object; "" where none counts."""
    said = ", ".join(
        f"CASE WHEN ({_times(adder)}) <> 0 THEN %(adder_{place})s || ({_times(adder)})::int::text END"
        for place, adder in enumerate(rules.adders.values())
    )
    return f"concat_ws(', ', {said})"


def _points(rules: WeightRules) -> str:
    """The members of a JSON array; "" where none holds."""
    said = ", ".join(
        f"CASE WHEN {_holds(point)} THEN '[\"{code}\", {exact(point.points)}, ' || f.{point.fact} || ']' END"
        for code, point in rules.points.items()
    )
    return f"concat_ws(', ', {said})"


def _unknown(rules: WeightRules) -> str:
    said = ", ".join(f"CASE WHEN f.{name} IS NULL THEN '{name}' END" for name in asked_of(rules))
    return f"array_remove(ARRAY[{said}], NULL)::varchar[]"


def _unit(places: int) -> str:
    """The last decimal, as a number to multiply by, which is cheaper than to divide."""
    return str(Decimal(1).scaleb(-places))


COLUMNS = (
    "group",
    "procedure",
    "adders",
    "floating",
    "weight",
    "klass",
    "score",
    "points",
    "unknown",
    "edition",
)


def refresh_statement(rules: WeightRules, *, chosen: str, size: str) -> str:
    """Weigh the chosen cases and write the rows that differ; a case that can no longer be weighed loses its row."""
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    new = ", ".join("%(digest)s" if name == "edition" else f'w."{name}"' for name in COLUMNS)
    old = ", ".join(f'e."{name}"' for name in COLUMNS)
    return f"""
{weighed(rules, chosen=chosen, size=size)},
gone AS (
    DELETE FROM quota_caseweight e USING scope c
     WHERE e.case_id = c.id AND NOT EXISTS (SELECT FROM wanted w WHERE w.case_id = c.id) RETURNING 1),
written AS (
    INSERT INTO quota_caseweight (case_id, {names}, weighed_at)
    SELECT w.case_id, {new}, %(at)s FROM wanted w LEFT JOIN quota_caseweight e ON e.case_id = w.case_id
     WHERE e.case_id IS NULL OR ({new}) IS DISTINCT FROM ({old})
        ON CONFLICT (case_id) DO UPDATE SET ({names}, weighed_at) = ROW({", ".join(f'excluded."{name}"' for name in COLUMNS)}, excluded.weighed_at)
    RETURNING 1)
SELECT (SELECT count(*) FROM written) + (SELECT count(*) FROM gone)"""
