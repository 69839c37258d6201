"""The words of the rule language: facts, parameters, and the tree they make (条件)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

Value: TypeAlias = bool | int | float | str | tuple[Any, ...] | None
Facts: TypeAlias = Mapping[str, object]
Parameters: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Fact:
    """What may be known of a case (事实): its type and how people call it.

    ``choices`` are code and Chinese name of every value of an ``enum``, and of every tag of a ``list`` where they are fixed;
    ``stage`` is when it can first be known; a ``secret`` fact makes every rule that reads it secret.
    """

    name: str
    type: str
    label: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    stage: str = "any"
    secret: bool = False
    meaning: str = ""


@dataclass(frozen=True)
class Parameter:
    """A number of the rule that a court may set for itself (参数)."""

    name: str


@dataclass(frozen=True)
class Leaf:
    """One statement about one fact."""

    fact: str
    op: str
    value: Value | Parameter = None


@dataclass(frozen=True)
class All:
    """Every part holds (且)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds (或)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class NoneOf:
    """No part holds (均不): also where nothing is known."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Leaf | All | AnyOf | NoneOf
GROUPS: Mapping[str, type[All] | type[AnyOf] | type[NoneOf]] = {"all": All, "any": AnyOf, "none": NoneOf}


# --- what a condition names --------------------------------------------------------------------------
def leaves_of(condition: Condition) -> Iterator[Leaf]:
    """Every leaf, in the order of reading."""
    if isinstance(condition, Leaf):
        yield condition
    else:
        for part in condition.parts:
            yield from leaves_of(part)


def facts_of(condition: Condition) -> tuple[str, ...]:
    """The names of the facts it asks about, sorted."""
    return tuple(sorted({leaf.fact for leaf in leaves_of(condition)}))


def parameters_of(condition: Condition) -> tuple[str, ...]:
    """The names of the parameters it uses, sorted."""
    values = (leaf.value for leaf in leaves_of(condition))
    return tuple(sorted({value.name for value in values if isinstance(value, Parameter)}))


def resolved(condition: Condition, parameters: Parameters) -> Condition:
    """The same condition with the values of the parameters in their places."""
    if isinstance(condition, Leaf):
        return Leaf(condition.fact, condition.op, value_of(condition, parameters))
    return type(condition)(tuple(resolved(part, parameters) for part in condition.parts))


def value_of(leaf: Leaf, parameters: Parameters) -> Value:
    """What the leaf compares with."""
    if not isinstance(leaf.value, Parameter):
        return leaf.value
    value: Any = parameters[leaf.value.name]
    return cast(Value, tuple(value) if isinstance(value, list) else value)
