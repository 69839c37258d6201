"""The rule language (规则语言) for those who use it: read a condition, write it, ask what it names, answer for one case.

{"all": [{"f": "case_type", "op": "in", "v": ["civil", "enforcement"]},
         {"f": "same_side_max", "op": "gte", "v": {"p": "group_party_n"}}]}
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from predicates.operators import OPERATORS, Operator
from predicates.problems import Misread, Problem
from predicates.reading import check_value, read_condition, write_condition
from predicates.terms import (
    All,
    AnyOf,
    Condition,
    Fact,
    Facts,
    Leaf,
    NoneOf,
    Parameter,
    Parameters,
    Value,
    facts_of,
    leaves_of,
    parameters_of,
    resolved,
    value_of,
)

__all__ = [
    "OPERATORS", "All", "AnyOf", "Condition", "Fact", "Facts", "Leaf", "Misread", "NoneOf", "Operator", "Parameter",
    "Parameters", "Problem", "Value", "check_value", "compile_condition", "facts_of", "leaf_test", "leaves_of",
    "parameters_of", "read_condition", "resolved", "value_of", "write_condition",
]  # fmt: skip

Test: TypeAlias = Callable[[Facts], bool]


def compile_condition(condition: Condition, parameters: Parameters) -> Test:
    """A function from the facts of a case to whether the condition holds."""
    if isinstance(condition, Leaf):
        return _compile_leaf(condition, parameters)
    parts = tuple(compile_condition(part, parameters) for part in condition.parts)
    if isinstance(condition, All):
        return _folded(_both, parts)
    some = _folded(_either, parts)
    return _not(some) if isinstance(condition, NoneOf) else some


def _compile_leaf(leaf: Leaf, parameters: Parameters) -> Test:
    name, test = leaf.fact, leaf_test(leaf, parameters)

    def holds(facts: Facts) -> bool:
        known = facts.get(name)
        return known is not None and test(known)

    return holds


def leaf_test(leaf: Leaf, parameters: Parameters) -> Callable[[Any], bool]:
    """Whether a known fact satisfies the leaf."""
    value, test = value_of(leaf, parameters), OPERATORS[leaf.op].test
    exact = _exact(value)
    if exact is value:
        return lambda known: test(known, value)
    return lambda known: test(known, exact if isinstance(known, Decimal) else value)


def _exact(value: Value) -> Any:
    """0.05 as people write it: a Decimal from the database is compared with that, not with the nearest binary fraction."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, tuple) and any(isinstance(one, float) for one in value):
        return tuple(map(_exact, value))
    return value


def _folded(join: Callable[[Test, Test], Test], parts: tuple[Test, ...]) -> Test:
    """Two by two, so that many parts make a low tree."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(_folded(join, parts[:middle]), _folded(join, parts[middle:]))


def _both(one: Test, other: Test) -> Test:
    return lambda facts: one(facts) and other(facts)


def _either(one: Test, other: Test) -> Test:
    return lambda facts: one(facts) or other(facts)


def _not(some: Test) -> Test:
    return lambda facts: not some(facts)
