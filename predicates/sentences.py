"""A condition as a Chinese sentence (规则语句), in the words of the facts' own labels and choices.

    案件类型为民事、行政或执行，且同一方当事人人数不少于10人

Groups inside groups stand in brackets, so that a sentence can be understood in one way only.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from predicates.operators import NO_VALUE, OPERATORS
from predicates.terms import All, AnyOf, Condition, Fact, Leaf, NoneOf, Parameter, Parameters, value_of

YES, NO, UNKNOWN = "是", "否", "未知"
#: Larger units of money, used only where nothing is rounded away by them.
LARGE = ((100_000_000, "亿"), (10_000, "万"))


def read_aloud(condition: Condition, facts: Mapping[str, Fact], parameters: Parameters) -> str:
    """The whole condition, without a full stop."""
    if isinstance(condition, Leaf):
        return read_leaf(condition, facts, parameters)
    if len(condition.parts) == 1:
        said = read_aloud(condition.parts[0], facts, parameters)
        return f"并非（{said}）" if isinstance(condition, NoneOf) else said
    parts = [_inner(part, facts, parameters) for part in condition.parts]
    if isinstance(condition, All):
        return "，且".join(parts)
    alternatives = "，或".join(parts)
    return alternatives if isinstance(condition, AnyOf) else f"并非（{alternatives}）"


def _inner(part: Condition, facts: Mapping[str, Fact], parameters: Parameters) -> str:
    said = read_aloud(part, facts, parameters)
    while isinstance(part, All | AnyOf) and len(part.parts) == 1:
        part = part.parts[0]
    bracketed = isinstance(part, All | AnyOf)
    return f"（{said}）" if bracketed else said


def read_leaf(leaf: Leaf, facts: Mapping[str, Fact], parameters: Parameters) -> str:
    """One statement: 同一方当事人人数不少于10人. A value that a court may set is marked as such."""
    fact = facts[leaf.fact]
    operator = OPERATORS[leaf.op]
    if operator.shape == NO_VALUE:
        return f"{label_of(fact)}{operator.words}"
    said = operator.words.format(say_value(fact, value_of(leaf, parameters)))
    mark = "（参数）" if isinstance(leaf.value, Parameter) else ""
    return f"{label_of(fact)}{said}{mark}"


def label_of(fact: Fact) -> str:
    """What people call the fact; its name where it has no label."""
    return fact.label or fact.name


def say_value(fact: Fact, value: object) -> str:
    """A value as people say it: 民事、行政或执行; 1000万元; 是."""
    if value is None:
        return UNKNOWN
    if isinstance(value, list | tuple):
        return _listed([_say_one(fact, one) for one in value])
    return _say_one(fact, value)


def _listed(said: list[str]) -> str:
    if len(said) < 2:
        return "".join(said) or "无"
    return f"{'、'.join(said[:-1])}或{said[-1]}"


def _say_one(fact: Fact, value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, str):
        return dict(fact.choices).get(value, value)
    unit = fact.unit or ("元" if fact.type == "money" else "")
    if fact.type == "money":
        for size, name in LARGE:
            if abs(value) >= size and not Decimal(str(value)) * 100 % size:
                return f"{_number(Decimal(str(value)) / size)}{name}{unit}"
    return f"{_number(value)}{unit}"


def _number(value: Any) -> str:
    """Without an exponent and without needless noughts."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def say_change(fact: Fact, op: str, value: object, now: object, becomes: object) -> str:
    """What would have to be otherwise: 若同一方当事人人数不少于10人（现为9人）."""
    operator = OPERATORS[op]
    if operator.test(becomes, value):
        wanted = operator.words.format(say_value(fact, value))
    else:
        wanted = f"改为{say_value(fact, becomes)}"
    return f"若{label_of(fact)}{wanted}（现为{say_value(fact, now)}）"
