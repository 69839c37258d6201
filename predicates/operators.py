"""The operators of the rule language (运算符), each defined once and read in every way.

One entry says of which types of facts an operator may ask, what kind of value it takes, and what it means: to Python, to
PostgreSQL, to a Chinese reader, and to whoever merges several of one kind into one (``widen``) or looks for the value
that would just satisfy it (``reach``). A fact that is not known never reaches ``test``: every leaf is then false.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: The types a fact can have (事实类型).
TYPES = ("enum", "str", "list", "int", "float", "money", "bool")
NUMBERS = frozenset({"int", "float", "money"})
NAMES = frozenset({"enum", "str"})

NO_VALUE, ONE_VALUE, SEVERAL = "no value", "one value", "a list of values"


@dataclass(frozen=True)
class Operator:
    """One operator in all its readings.

    ``test`` gets a known fact and the value; ``sql`` is filled with a column and a literal, and may be NULL where the
    column is; ``words`` follows the label of the fact; ``widen`` makes the one value that is true wherever one of several
    is (None where there is none); ``reach`` lists values that make the leaf true, the nearest to what is known first.
    """

    types: frozenset[str]
    shape: str
    test: Callable[[Any, Any], bool]
    sql: str
    words: str
    reach: Callable[[Any, Any, str], list[Any]]
    widen: Callable[[Iterable[Any]], Any] | None = None


def _beside(value: Any, kind: str, direction: int) -> Any:
    """The next value worth naming: one person, one fen, one hundredth more or less."""
    if kind == "int":
        return value + direction
    exact = Decimal(str(value)) + direction * Decimal("0.01")
    return exact if isinstance(value, Decimal) else float(exact)


def _value(_known: Any, value: Any, _kind: str) -> list[Any]:
    return [value]


def _each(_known: Any, values: Any, _kind: str) -> list[Any]:
    return list(values)


def _above(_known: Any, value: Any, kind: str) -> list[Any]:
    return [_beside(value, kind, 1)]


def _below(_known: Any, value: Any, kind: str) -> list[Any]:
    return [_beside(value, kind, -1)]


def _other(_known: Any, value: Any, kind: str) -> list[Any]:
    """Something that is not among the values."""
    taken = value if isinstance(value, tuple) else (value,)
    if kind == "bool":
        return [answer for answer in (True, False) if answer not in taken]
    if kind in NUMBERS:
        return [_beside(max(taken), kind, 1), _beside(min(taken), kind, -1)]
    return ["/".join(sorted(taken)) + "/"]


def _with_one(known: Any, values: Any, _kind: str) -> list[Any]:
    return [[*(known or ()), value] for value in values]


def _union(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(value for some in values for value in some))


def _overlaps(known: Any, values: Any) -> bool:
    return any(value in known for value in values)


OPERATORS: dict[str, Operator] = {
    "eq": Operator(NUMBERS | NAMES | {"bool"}, ONE_VALUE, operator.eq, "{fact} = {value}", "为{0}", _value),
    "ne": Operator(NUMBERS | NAMES | {"bool"}, ONE_VALUE, operator.ne, "{fact} <> {value}", "不为{0}", _other),
    "gte": Operator(NUMBERS, ONE_VALUE, operator.ge, "{fact} >= {value}", "不少于{0}", _value, min),
    "gt": Operator(NUMBERS, ONE_VALUE, operator.gt, "{fact} > {value}", "超过{0}", _above, min),
    "lte": Operator(NUMBERS, ONE_VALUE, operator.le, "{fact} <= {value}", "不超过{0}", _value, max),
    "lt": Operator(NUMBERS, ONE_VALUE, operator.lt, "{fact} < {value}", "少于{0}", _below, max),
    "in": Operator(
        NUMBERS | NAMES, SEVERAL, lambda known, values: known in values, "{fact} IN ({values})", "为{0}", _each, _union
    ),
    "not_in": Operator(
        NUMBERS | NAMES, SEVERAL, lambda known, values: known not in values, "{fact} NOT IN ({values})", "不为{0}", _other
    ),
    # The list of the rule stands on the left: PostgreSQL takes the right one apart for every row, and a case has few tags.
    "contains_any": Operator(
        frozenset({"list"}), SEVERAL, _overlaps, "{tags} && {fact}", "含有{0}", _with_one, _union
    ),
    "is_true": Operator(
        frozenset({"bool"}), NO_VALUE, lambda known, _: known is True, "{fact}", "为“是”", lambda *_: [True]
    ),
    "is_false": Operator(
        frozenset({"bool"}), NO_VALUE, lambda known, _: known is False, "NOT {fact}", "为“否”", lambda *_: [False]
    ),
    "exists": Operator(
        frozenset(TYPES), NO_VALUE, lambda _known, _value: True, "{fact} IS NOT NULL", "已有记录", lambda *_: []
    ),
}  # fmt: skip
