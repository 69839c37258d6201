"""Many conditions asked of a whole table at once, in one SQL statement (PostgreSQL).

The statement reads the table once. A ``WHERE`` that holds exactly where some rule does keeps the rows that hit nothing from
costing more than a few comparisons: what several rules ask of the same fact is first asked once, in the widest form
(``same_side_max >= 10`` for ten and for thirty), and the rules themselves only where that holds. Which rules a row hits is
worked out for the remaining rows alone.

A missing fact is NULL and a leaf on it NULL or false; ``WHERE``, ``AND``, ``OR`` and ``CASE`` take NULL for false, so that
only ``none`` has to say what it means by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from predicates.operators import OPERATORS
from predicates.terms import All, AnyOf, Condition, Leaf, NoneOf, Parameters, resolved

Columns = Mapping[str, str]
#: Every fact is a column of its own name.
ALL_NAMED: Columns = {}
#: Operators whose widest form says exactly what any of the leaves says: eq is one of a list of one.
AS_LIST = {"eq": "in"}
#: Between the codes of one row: no code contains it.
BREAK = "E'\\x1f'"
#: Operators so dear that a row is asked once for several rules.
DEAR = frozenset({"contains_any"})
#: What is asked first of two facts of which either would do: the dearest for PostgreSQL last.
DEAREST_LAST = (
    "is_true", "is_false", "gte", "gt", "lte", "lt", "contains_any", "eq", "in", "ne", "not_in", "exists"
)  # fmt: skip


def hits_query(
    rules: Mapping[str, Condition],
    parameters: Parameters,
    *,
    table: str,
    key: str = "case_id",
    columns: Columns = ALL_NAMED,
    where: str = "",
) -> str:
    """One statement giving a row ``(key, code)`` for every rule that holds on a row of ``table``.

    ``columns`` gives the SQL of facts that are not columns of their own name; ``where`` narrows the rows. Both, ``table``
    and ``key`` are SQL and trusted; names and values from rules are quoted here. It has no parameters of its own: execute it
    without any, since a per cent sign in a value stands as it is.
    """
    codes = codes_query(rules, parameters, table=table, key=key, columns=columns, where=where)
    return f"SELECT {_last(key)}, unnest(codes) AS code FROM ({codes}) hit"


def _last(key: str) -> str:
    """``f.case_id`` as it is called outside of the query that knows ``f``."""
    return key.rpartition(".")[2]


def codes_query(
    rules: Mapping[str, Condition],
    parameters: Parameters,
    *,
    table: str,
    key: str = "case_id",
    columns: Columns = ALL_NAMED,
    where: str = "",
) -> str:
    """As ``hits_query``, but one row ``(key, codes)`` for every row that any rule holds on; the codes in no order."""
    known = {code: resolved(condition, parameters) for code, condition in rules.items()}
    if not known:
        return f"SELECT {key}, ARRAY[]::text[] AS codes FROM {table} WHERE false"
    narrowed = f"({where}) AND " if where else ""
    return (
        f"SELECT {key}, string_to_array({_codes_sql(known, columns)}, {BREAK}) AS codes\n  FROM {table}\n"
        f" WHERE {narrowed}({any_rule_sql(known.values(), columns)})"
    )


def _codes_sql(rules: Mapping[str, Condition], columns: Columns) -> str:
    """The codes that hold, joined. Rules that all need one fact to have certain tags are asked only where it has one."""
    alone, together = [], dict[str, list[tuple[str, Condition, list[Leaf]]]]()
    for code, condition in rules.items():
        guards = _guards(condition) or []
        facts = {guard.fact for guard in guards if guard.op in DEAR}
        if guards and len(facts) == 1 and all(guard.op in DEAR for guard in guards):
            together.setdefault(facts.pop(), []).append((code, condition, guards))
        else:
            alone.append(_code_sql(code, condition, columns))
    for some in together.values():
        said = [_code_sql(code, condition, columns) for code, condition, _ in some]
        guard = _bracketed(_widest([leaf for _, _, guards in some for leaf in guards]), columns)
        alone.append(f"CASE WHEN {guard} THEN nullif({_joined(said)}, '') END" if len(some) > 1 else said[0])
    return _joined(alone)


def _code_sql(code: str, condition: Condition, columns: Columns) -> str:
    return f"CASE WHEN {condition_sql(condition, columns)} THEN {literal(code)} END"


def _joined(said: list[str]) -> str:
    return f"concat_ws({BREAK}, {', '.join(said)})"


def condition_sql(condition: Condition, columns: Columns = ALL_NAMED) -> str:
    """A resolved condition as SQL: true where it holds, else false or NULL."""
    if isinstance(condition, Leaf):
        return _leaf_sql(condition, columns)
    if isinstance(condition, All):
        # The cheapest first, groups as they stand: what fails early is asked no further.
        return " AND ".join(_bracketed(part, columns) for part in sorted(condition.parts, key=_cost_of_leaf))
    some = " OR ".join(_bracketed(part, columns) for part in condition.parts)
    return f"({some}) IS NOT TRUE" if isinstance(condition, NoneOf) else some


def _bracketed(condition: Condition, columns: Columns) -> str:
    said = condition_sql(condition, columns)
    return said if isinstance(condition, Leaf) else f"({said})"


def _leaf_sql(leaf: Leaf, columns: Columns) -> str:
    fact = f"({columns[leaf.fact]})" if leaf.fact in columns else _name(leaf.fact)
    value, sql = leaf.value, OPERATORS[leaf.op].sql
    if not isinstance(value, tuple):
        return sql.format(fact=fact, value=literal(value))
    if "{tags}" in sql:
        return sql.format(fact=fact, tags=_tags(value))
    return sql.format(fact=fact, values=", ".join(map(literal, value)))


def literal(value: object) -> str:
    """One value as SQL, quoted so that it cannot be anything else."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        # A minus sign must not meet the one before it: two of them begin a comment.
        return f"({value!r})" if isinstance(value, int | float) else f"({value})"
    return "'" + str(value).replace("'", "''") + "'"


def _tags(values: Iterable[str]) -> str:
    """A list of texts that takes the type of the column it meets."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return literal("{" + ",".join(f'"{value}"' for value in quoted) + "}")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# --- the rows that any rule hits -----------------------------------------------------------------------
def any_rule_sql(conditions: Iterable[Condition], columns: Columns = ALL_NAMED) -> str:
    """SQL that holds exactly where one of the conditions does, asking each fact as seldom as possible."""
    groups: dict[str, list[tuple[Leaf, Condition]]] = {}
    unguarded: list[Condition] = []
    for condition in _alternatives(conditions):
        guards = _guards(condition)
        if guards is None:
            unguarded.append(condition)
        for guard in guards or ():
            groups.setdefault(guard.fact, []).append((guard, condition))
    asked = sorted((_group(some) for some in groups.values()), key=_cost)
    return "\n    OR ".join(
        _bracketed(condition, columns) for condition in (*asked, *dict.fromkeys(unguarded))
    )


def _alternatives(conditions: Iterable[Condition]) -> Iterable[Condition]:
    """Conditions of which one has to hold, as many and as small as they come."""
    for condition in conditions:
        if isinstance(condition, AnyOf) or (isinstance(condition, All) and len(condition.parts) == 1):
            yield from _alternatives(condition.parts)
        else:
            yield condition


def _guards(condition: Condition) -> list[Leaf] | None:
    """Leaves one of which holds wherever the condition does, the cheapest there are; None where a leaf need not hold."""
    if isinstance(condition, Leaf):
        return [condition]
    if isinstance(condition, NoneOf):
        return None
    of_parts = [_guards(part) for part in condition.parts]
    known = [guards for guards in of_parts if guards is not None]
    if isinstance(condition, All):
        return min(known, key=lambda guards: (max(map(_cost, guards)), len(guards)), default=None)
    return [leaf for guards in known for leaf in guards] if len(known) == len(of_parts) else None


def _cost(condition: Condition) -> int:
    """A place in the order of asking; what is asked of a case by its type or court tells few cases apart."""
    if isinstance(condition, Leaf):
        return DEAREST_LAST.index(condition.op)
    return min(map(_cost, condition.parts), default=0)


def _cost_of_leaf(part: Condition) -> int:
    return _cost(part) if isinstance(part, Leaf) else len(DEAREST_LAST)


def _group(some: list[tuple[Leaf, Condition]]) -> Condition:
    """What all these ask of one fact, and then whatever that does not yet say."""
    guard = _widest([leaf for leaf, _ in some])
    alone = [condition for _, condition in some if isinstance(condition, Leaf)]
    wholes = tuple(dict.fromkeys(condition for _, condition in some if not isinstance(condition, Leaf)))
    if alone and (_widest(alone) == guard or not wholes):
        return guard
    if not alone and len(wholes) == 1 and guard in wholes[0].parts:
        return All((guard, *(part for part in wholes[0].parts if part != guard)))
    return All((guard, AnyOf((_widest(alone), *wholes) if alone else wholes)))


def _widest(leaves: list[Leaf]) -> Condition:
    """The leaves of one fact as few as they can be: true exactly where one of them is."""
    by_operator: dict[str, list[Leaf]] = {}
    for leaf in dict.fromkeys(leaves):
        by_operator.setdefault(AS_LIST.get(leaf.op, leaf.op), []).append(leaf)
    merged = [one for op, some in by_operator.items() for one in _merged(op, some)]
    return merged[0] if len(merged) == 1 else AnyOf(tuple(merged))


def _merged(op: str, leaves: list[Leaf]) -> list[Leaf]:
    widen = OPERATORS[op].widen
    if widen is None or len(leaves) == 1:
        return leaves
    values = [leaf.value if isinstance(leaf.value, tuple) or op != "in" else (leaf.value,) for leaf in leaves]
    return [Leaf(leaves[0].fact, op, widen(values))]
