"""Why a condition holds or not, part by part, and which single change would make it hold (差一条就命中)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from predicates.language import Test, compile_condition, leaf_test
from predicates.operators import OPERATORS
from predicates.sentences import say_change
from predicates.terms import All, Condition, Fact, Facts, Leaf, NoneOf, Parameters, leaves_of, value_of

#: Up to so many tags of one fact, every mix of them is tried; beyond, one more or one less.
MOST_TAGS = 6


@dataclass(frozen=True)
class Reason:
    """A part of a condition, whether it holds, and for a leaf what is known of its fact (None: nothing)."""

    condition: Condition
    holds: bool
    known: object = None
    parts: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Change:
    """One fact that, were it ``becomes`` instead of ``known``, would make the whole condition hold.

    ``op`` and ``value`` are those of the leaf it turns.
    """

    fact: str
    op: str
    value: object
    known: object
    becomes: object
    sentence_zh: str


def explain(condition: Condition, known: Facts, parameters: Parameters) -> Reason:
    """The tree of the condition with an answer at every part, none left out."""
    if isinstance(condition, Leaf):
        fact = known.get(condition.fact)
        return Reason(condition, fact is not None and leaf_test(condition, parameters)(fact), fact)
    parts = tuple(explain(part, known, parameters) for part in condition.parts)
    answers = [part.holds for part in parts]
    if isinstance(condition, All):
        return Reason(condition, all(answers), None, parts)
    return Reason(condition, any(answers) is not isinstance(condition, NoneOf), None, parts)


def single_changes(
    condition: Condition, known: Facts, parameters: Parameters, facts: Mapping[str, Fact]
) -> list[Change]:
    """For every fact whose change alone would make the condition hold, the nearest such change; none where it holds.

    Only facts change, never what is known into unknown. A fact named twice changes in all its places, as it would in life.
    """
    holds = compile_condition(condition, parameters)
    if holds(known):
        return []
    leaves: dict[str, list[Leaf]] = {}
    for leaf in leaves_of(condition):
        leaves.setdefault(leaf.fact, []).append(leaf)
    changes = (_change(facts[name], some, known, parameters, holds) for name, some in leaves.items())
    return [change for change in changes if change is not None]


def _change(
    fact: Fact, leaves: list[Leaf], known: Facts, parameters: Parameters, holds: Test
) -> Change | None:
    now = known.get(fact.name)
    for leaf, becomes in _candidates(fact, leaves, now, parameters):
        if holds({**known, fact.name: becomes}):
            value = value_of(leaf, parameters)
            return Change(
                fact.name, leaf.op, value, now, becomes, say_change(fact, leaf.op, value, now, becomes)
            )
    return None


def _candidates(
    fact: Fact, leaves: list[Leaf], now: object, parameters: Parameters
) -> Iterator[tuple[Leaf, Any]]:
    """Values to try, each with the leaf it turns: what the leaves ask for first, then their opposites, then mixes."""
    tried = [(leaf, value) for leaf in leaves for value in _of_leaf(fact, leaf, now, parameters)]
    if fact.type == "list":
        tried += [(leaves[0], value) for value in _mixes(leaves, parameters)]
    for leaf, value in tried:
        turned = [other for other in leaves if _turns(other, now, value, parameters)]
        if turned:
            yield leaf if leaf in turned else turned[0], value


def _of_leaf(fact: Fact, leaf: Leaf, now: object, parameters: Parameters) -> Iterator[Any]:
    value = value_of(leaf, parameters)
    codes = [code for code, _ in fact.choices] if fact.type == "enum" else []
    yield from (
        wanted for wanted in OPERATORS[leaf.op].reach(now, value, fact.type) if not codes or wanted in codes
    )
    if fact.type == "bool":
        yield from (True, False)
    elif fact.type == "list":
        yield [tag for tag in _tags(now) if tag not in _tags(value)]
        yield [*_tags(now), "/"]
    else:
        yield from _around(fact, value)


def _around(fact: Fact, value: Any) -> Iterator[Any]:
    """On the value, beside it and away from it: one of every kind that any operator tells apart."""
    if fact.choices:
        yield from (code for code, _ in fact.choices)
        return
    for name in ("eq", "gt", "lt", "ne"):
        if fact.type in OPERATORS[name].types:
            for one in value if isinstance(value, tuple) else (value,):
                if one is not None:
                    yield from OPERATORS[name].reach(None, one, fact.type)
    if value is None:
        yield 0 if fact.type in OPERATORS["gt"].types else "/"


def _mixes(leaves: list[Leaf], parameters: Parameters) -> Iterator[list[str]]:
    tags = list(dict.fromkeys(tag for leaf in leaves for tag in _tags(value_of(leaf, parameters))))
    for count in range(len(tags) + 1 if len(tags) <= MOST_TAGS else 0):
        for some in combinations(tags, count):
            yield list(some)


def _tags(value: Any) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else []


def _turns(leaf: Leaf, now: object, value: object, parameters: Parameters) -> bool:
    test = leaf_test(leaf, parameters)
    return test(value) is not (now is not None and test(now))
