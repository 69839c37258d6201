"""Conditions read from JSON or YAML and written back (条件的读写), strictly typed.

A leaf asks of a fact only what its type allows, and its value has that type. Whole numbers are valid where decimals are
asked for, never the reverse; true and false are no numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from predicates.operators import NO_VALUE, OPERATORS, SEVERAL
from predicates.problems import Misread, Path, Problem, misread, shown, unknown
from predicates.terms import GROUPS, Condition, Fact, Leaf, Parameter, Parameters, Value

#: A rule that says more than this cannot be checked by a reader any more, and a file may be a trap.
MOST_LEVELS, MOST_PARTS = 20, 2000
#: NUL, and halves of characters.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def read_condition(body: object, facts: Mapping[str, Fact], parameters: Parameters) -> Condition:
    """The condition that a JSON or YAML body states. ``Misread`` names every fault and the nearest known name."""
    problems: list[Problem] = []
    reader = _Reader(facts, parameters)
    condition = reader.read(body, (), problems)
    if condition is None or problems:
        raise Misread(problems)
    return condition


@dataclass
class _Reader:
    facts: Mapping[str, Fact]
    parameters: Parameters
    parts: int = 0

    def read(self, body: object, path: Path, problems: list[Problem]) -> Condition | None:
        """Keep reading after a fault, so that one look at the rule finds them all."""
        try:
            self._fits(path)
            if not isinstance(body, Mapping):
                raise misread(
                    f"{shown(body)} is no condition; give {{f, op, v}} or one of all, any, none",
                    f"{shown(body)} 不是条件；应为“事实、运算符、值”，或者 all、any、none 之一",
                )
            if "f" in body or "op" in body:
                return self._leaf(body)
            return self._group(body, path, problems)
        except Misread as wrong:
            problems.extend(problem.below(path) for problem in wrong.problems)
            return None

    def _fits(self, path: Path) -> None:
        self.parts += 1
        if len(path) > 2 * MOST_LEVELS or self.parts == MOST_PARTS + 1:
            raise misread(
                f"too large; a rule has at most {MOST_LEVELS} levels and {MOST_PARTS} parts",
                f"规则过大；至多 {MOST_LEVELS} 层、{MOST_PARTS} 个条件",
            )

    def _group(self, body: Mapping[object, object], path: Path, problems: list[Problem]) -> Condition | None:
        if len(body) != 1:
            raise misread(
                f"has {len(body)} keys ({', '.join(map(str, body))}); give {{f, op, v}} or exactly one of all, any, none",
                f"有 {len(body)} 项；应为“事实、运算符、值”，或者 all、any、none 之一",
            )
        ((name, parts),) = body.items()
        if name not in GROUPS:
            raise unknown("group", "条件组", str(name), (*GROUPS, "f"))
        if not isinstance(parts, list | tuple) or not parts:
            raise misread(
                f"{name} needs a list of at least one condition", f"{name} 之下须列出至少一个条件", str(name)
            )
        if self.parts > MOST_PARTS:
            return None
        read = [self.read(part, (*path, str(name), order), problems) for order, part in enumerate(parts)]
        return GROUPS[str(name)](tuple(part for part in read if part is not None))

    def _leaf(self, body: Mapping[object, object]) -> Leaf:
        for key in body:
            if key not in ("f", "op", "v"):
                raise unknown("key", "键", str(key), ("f", "op", "v"))
        name, op = body.get("f"), body.get("op")
        if not isinstance(name, str) or name not in self.facts:
            raise unknown("fact", "事实", str(name), self.facts, "f")
        if not isinstance(op, str) or op not in OPERATORS:
            raise unknown("operator", "运算符", str(op), OPERATORS, "op")
        fact = self.facts[name]
        _check_asked(fact, op)
        return Leaf(name, op, self._value(fact, op, body.get("v")))

    def _value(self, fact: Fact, op: str, given: object) -> Value | Parameter:
        shape = OPERATORS[op].shape
        if shape == NO_VALUE:
            if given is None or given is True:
                return None
            raise misread(f"{op} takes no value; leave out v", f"运算符 {op} 不带值；请去掉 v", "v")
        if isinstance(given, Mapping):
            return self._parameter(fact, op, given)
        return _checked(fact, op, given)

    def _parameter(self, fact: Fact, op: str, given: Mapping[object, object]) -> Parameter:
        name = given.get("p")
        if len(given) != 1 or not isinstance(name, str):
            raise misread(
                "a parameter is given as {p: name}, nothing else", "参数应写作 {p: 名称}，不含其他内容", "v"
            )
        if name not in self.parameters:
            raise unknown("parameter", "参数", name, self.parameters, "v")
        try:
            _checked(fact, op, self.parameters[name])
        except Misread as wrong:
            problem = wrong.problems[0]
            raise misread(
                f'parameter "{name}": {problem.english}', f"参数“{name}”：{problem.chinese}", *problem.path
            ) from None
        return Parameter(name)


def _check_asked(fact: Fact, op: str) -> None:
    if fact.type not in OPERATORS[op].types:
        fitting = ", ".join(name for name, operator in OPERATORS.items() if fact.type in operator.types)
        raise misread(
            f'operator "{op}" does not apply to fact "{fact.name}" of type {fact.type}; use one of: {fitting}',
            f"运算符 {op} 不适用于“{fact.label or fact.name}”（类型 {fact.type}）；可用：{fitting}",
            "op",
        )


def _checked(fact: Fact, op: str, given: object) -> Value:
    """The value of a leaf in the one form we keep, lists as tuples."""
    if OPERATORS[op].shape == SEVERAL:
        if not isinstance(given, list | tuple) or not given:
            raise misread(
                f"{op} needs a list of at least one value, not {shown(given)}",
                f"运算符 {op} 须带至少一个值的列表，而不是 {shown(given)}",
                "v",
            )
        return tuple(_one(fact, value) for value in given)
    return cast(Value, _one(fact, given))


def _one(fact: Fact, value: object) -> Any:
    kind = "str" if fact.type == "list" else fact.type
    if not FITS[kind](value):
        raise misread(
            f'fact "{fact.name}" is compared with {shown(value)}; it needs {WANTED[kind][0]}',
            f"“{fact.label or fact.name}”与 {shown(value)} 比较；应为{WANTED[kind][1]}",
            "v",
        )
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise misread(
            f"{shown(value)} holds a character that no database keeps; leave it out",
            f"{shown(value)} 含有数据库不能保存的字符；请删去",
            "v",
        )
    if fact.choices and value not in (codes := [code for code, _ in fact.choices]):
        raise unknown(f'value of "{fact.name}"', "值", str(value), codes, "v")
    return value


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, float | Decimal) and math.isfinite(value))


FITS: Mapping[str, Callable[[object], bool]] = {
    "enum": _is_text,
    "str": _is_text,
    "int": _is_whole,
    "float": _is_number,
    "money": _is_number,
    "bool": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list | tuple) and all(map(_is_text, value)),
}
WANTED = {
    "enum": ("text", "文字"),
    "str": ("text", "文字"),
    "int": ("a whole number", "整数"),
    "float": ("a number", "数字"),
    "money": ("a number", "数字"),
    "bool": ("true or false", "是或否"),
    "list": ("a list of texts", "文字列表"),
}


def check_value(fact: Fact, value: object) -> None:
    """Whether this can be known of a case: None (unknown) or a value of the fact's type. Raises ``Misread``."""
    if value is None:
        return
    if not FITS[fact.type](value):
        raise misread(
            f"{shown(value)} is not {WANTED[fact.type][0]}; give {WANTED[fact.type][0]} or null",
            f"{shown(value)} 不是{WANTED[fact.type][1]}；应为{WANTED[fact.type][1]}，未知则留空",
            fact.name,
        )
    if fact.choices:
        codes = [code for code, _ in fact.choices]
        for one in value if isinstance(value, list | tuple) else (value,):
            if one not in codes:
                raise unknown("value", "值", str(one), codes, fact.name)


def write_condition(condition: Condition) -> dict[str, Any]:
    """The body that ``read_condition`` reads; the same condition gives the same body, keys in the same order."""
    if isinstance(condition, Leaf):
        body: dict[str, Any] = {"f": condition.fact, "op": condition.op}
        if OPERATORS[condition.op].shape != NO_VALUE:
            value = condition.value
            body["v"] = {"p": value.name} if isinstance(value, Parameter) else _plain(value)
        return body
    name = next(name for name, group in GROUPS.items() if type(condition) is group)
    return {name: [write_condition(part) for part in condition.parts]}


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value
