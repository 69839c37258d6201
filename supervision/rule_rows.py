"""A condition as rows of a form (规则行): groups and statements in the order of reading, each with its depth.

The rows travel with every request, so the editor works without a script: what was typed comes back, wrong or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from predicates.language import Fact
from predicates.operators import NO_VALUE, NUMBERS, ONE_VALUE, OPERATORS, SEVERAL

GROUPS = {"all": "全部满足", "any": "任一满足", "none": "均不满足"}
LEAF = "leaf"
#: Groups within groups, the outermost counted: what one can still read aloud.
MOST_DEPTH = 3
BETWEEN = re.compile(r"[、，,;；\s]+")
SCALES = (("1", "元"), ("10000", "万元"), ("100000000", "亿元"))


class Posted(Protocol):
    """What a form sends, as Django hands it over."""

    def get(self, name: str, default: str = "") -> Any: ...
    def getlist(self, name: str) -> list[Any]: ...


@dataclass(frozen=True)
class Row:
    """A group (``kind`` all, any, none) or a statement (``leaf``) with what was typed into it, as text."""

    id: str
    depth: int
    kind: str
    fact: str = ""
    op: str = ""
    value: str = ""
    values: tuple[str, ...] = ()
    parameter: str = ""
    scale: str = "1"
    was: str = ""  # the chosen codes in the order in which they stood, so that looking does not change them

    @property
    def is_group(self) -> bool:
        return self.kind != LEAF


@dataclass
class Built:
    """The condition the rows make, where each part of it stands among them, and what is wrong with which row."""

    body: dict[str, Any] = field(default_factory=dict)
    places: dict[tuple[str | int, ...], str] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)

    def blame(self, path: Sequence[str | int], sentence: str) -> None:
        """Put a fault of the condition at the row it came from: the nearest one above it."""
        steps = tuple(path)
        while steps and steps not in self.places:
            steps = steps[:-1]
        self.problems.setdefault(self.places.get(steps, "r0"), []).append(sentence)


# --- from a condition to rows, and from a request ---------------------------------------------------------
def rows_of(body: Mapping[str, Any], facts: Mapping[str, Fact]) -> list[Row]:
    """The rows of a condition as it is stored; a single statement stands in a group of its own."""
    rows: list[Row] = []
    _lay(body if "f" not in body else {"all": [body]}, 0, rows, facts)
    return rows or [Row("r0", 0, "all")]


def _lay(body: Mapping[str, Any], depth: int, rows: list[Row], facts: Mapping[str, Fact]) -> None:
    name = f"r{len(rows)}"
    if "f" in body:
        rows.append(_leaf(name, depth, body, facts))
        return
    for kind, parts in body.items():
        rows.append(Row(name, depth, kind))
        for part in parts:
            _lay(part, depth + 1, rows, facts)


def _leaf(name: str, depth: int, body: Mapping[str, Any], facts: Mapping[str, Fact]) -> Row:
    row = Row(name, depth, LEAF, body["f"], body["op"])
    value = body.get("v")
    if isinstance(value, Mapping):
        return replace(row, parameter=value["p"])
    if isinstance(value, list | tuple):
        texts = tuple(_text(one) for one in value)
        if body["f"] in facts and facts[body["f"]].choices:
            return replace(row, values=texts, was="、".join(texts))
        return replace(row, value="、".join(texts))
    is_money = body["f"] in facts and facts[body["f"]].type == "money" and value is not None
    scale = _scale_of(value) if is_money else "1"
    return replace(row, value=_text(value, scale), scale=scale)


def _text(value: Any, scale: str = "1") -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    text = f"{Decimal(str(value)) / Decimal(scale):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scale_of(value: Any) -> str:
    """The largest unit in which the amount is a short number."""
    whole = [scale for scale, _ in SCALES if value and not Decimal(str(value)) % (Decimal(scale) / 100)]
    large = [scale for scale in whole if abs(value) >= int(scale)]
    return large[-1] if large else "1"


def rows_from(posted: Posted) -> list[Row]:
    """The rows a form sent. Nonsense in it makes no rows; the outermost group is always there."""
    rows: list[Row] = []
    for name in posted.getlist("row"):
        said = {key: str(posted.get(f"{name}-{key}", "")).strip() for key in ("depth", "kind", *TYPED)}
        kind = said.pop("kind")
        typed_depth = said.pop("depth")[:3]
        depth = int(typed_depth) if typed_depth.isdecimal() else 1
        if not re.fullmatch(r"r\d{1,4}", name) or kind not in (*GROUPS, LEAF):
            continue
        depth = min(depth, rows[-1].depth + rows[-1].is_group) if rows else 0
        values = tuple(map(str, posted.getlist(f"{name}-values")))
        rows.append(Row(name, max(depth, 1) if rows else 0, kind, values=values, **said))
    if not rows or not rows[0].is_group:
        return [Row("r0", 0, "all")]
    return rows


TYPED = ("fact", "op", "value", "parameter", "scale", "was")


# --- what the buttons do ------------------------------------------------------------------------------------
def acted(rows: list[Row], act: str) -> tuple[list[Row], str]:
    """The rows after a button (``add-leaf:r3``, ``add-group:r3``, ``remove:r3``), and the row to look at next."""
    verb, _, name = act.partition(":")
    place = next((place for place, row in enumerate(rows) if row.id == name), None)
    if place is None:
        return rows, ""
    if verb == "remove" and place:
        return rows[:place] + rows[end_of(rows, place) :], ""
    if verb in ("add-leaf", "add-group") and rows[place].is_group and len(rows) < 200:
        return _added(rows, place, verb == "add-group")
    return rows, ""


def _added(rows: list[Row], place: int, group: bool) -> tuple[list[Row], str]:
    depth, end = rows[place].depth + 1, end_of(rows, place)
    fresh = 1 + max(int(row.id[1:]) for row in rows)
    if not group:
        return [*rows[:end], Row(f"r{fresh}", depth, LEAF), *rows[end:]], f"r{fresh}"
    if depth >= MOST_DEPTH:
        return rows, ""
    opposite = "any" if rows[place].kind == "all" else "all"
    added = [Row(f"r{fresh}", depth, opposite), Row(f"r{fresh + 1}", depth + 1, LEAF)]
    return [*rows[:end], *added, *rows[end:]], f"r{fresh + 1}"


def end_of(rows: Sequence[Row], place: int) -> int:
    """Where what belongs to a row ends."""
    end = place + 1
    while end < len(rows) and rows[end].depth > rows[place].depth:
        end += 1
    return end


# --- from rows to a condition ---------------------------------------------------------------------------------
def built(rows: Sequence[Row], facts: Mapping[str, Fact]) -> Built:
    """The condition of the rows. What nobody filled in is said at its row; the rest is for ``read_condition`` to judge."""
    made = Built()
    body = _body(rows, 0, (), made, facts)
    parts = body.get("all", [])
    if len(parts) == 1 and len(body) == 1 and "f" in parts[0]:  # a single statement needs no group around it
        body = parts[0]
        made.places = {path[2:]: name for path, name in made.places.items() if len(path) >= 2}
    made.body = body
    return made


def _body(
    rows: Sequence[Row], place: int, path: tuple[str | int, ...], made: Built, facts: Mapping[str, Fact]
) -> dict[str, Any]:
    row = rows[place]
    made.places[path] = row.id
    if not row.is_group:
        return _statement(row, made, facts)
    parts: list[dict[str, Any]] = []
    inner, end = place + 1, end_of(rows, place)
    while inner < end:
        parts.append(_body(rows, inner, (*path, row.kind, len(parts)), made, facts))
        inner = end_of(rows, inner)
    if not parts:
        made.problems.setdefault(row.id, []).append("这一组还没有条件，请添加条件或者删除本组。")
    return {row.kind: parts}


def _statement(row: Row, made: Built, facts: Mapping[str, Fact]) -> dict[str, Any]:
    body: dict[str, Any] = {"f": row.fact, "op": row.op}
    if row.fact not in facts:
        made.problems.setdefault(row.id, []).append("请选择事实。")
        return body
    op = OPERATORS.get(row.op)
    if op is None or facts[row.fact].type not in op.types:
        made.problems.setdefault(row.id, []).append("请选择比较方式。")
        return body
    if op.shape == NO_VALUE:
        return body
    if row.parameter and op.shape == ONE_VALUE:
        return body | {"v": {"p": row.parameter}}
    value, problem = _value(row, facts[row.fact])
    if problem:
        made.problems.setdefault(row.id, []).append(problem)
        return body
    return body | {"v": value}


def _value(row: Row, fact: Fact) -> tuple[Any, str]:
    """What was typed, in the type of the fact; or why it cannot be."""
    several = OPERATORS[row.op].shape == SEVERAL
    if fact.choices and several:
        order = dict.fromkeys([*BETWEEN.split(row.was), *(code for code, _ in fact.choices)])
        codes = {code for code, _ in fact.choices}
        chosen = [code for code in order if code in row.values and code in codes]
        return chosen, "" if chosen else "请至少勾选一项。"
    if not row.value:
        return (
            None,
            "请选择取值。"
            if fact.choices or fact.type == "bool"
            else "请填写数值。"
            if fact.type in NUMBERS
            else "请填写取值。",
        )
    if several:
        read = [typed(one, fact, row.scale) for one in BETWEEN.split(row.value) if one]
        wrong = next((problem for _, problem in read if problem), "")
        return [value for value, _ in read], wrong
    return typed(row.value, fact, row.scale)


def typed(text: str, fact: Fact, scale: str = "1") -> tuple[Any, str]:
    """One value typed as text, in the type of the fact; or a sentence why it cannot be."""
    if fact.type == "bool":
        return {"yes": True, "no": False}.get(text), "" if text in ("yes", "no") else "应为“是”或者“否”。"
    if fact.type not in NUMBERS:
        return text, ""
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None, f"“{text[:20]}”不是数字，请填写{'整数' if fact.type == 'int' else '数字'}，如 10。"
    if not number.is_finite() or abs(number) > 10**15:
        return None, "数值过大或者不是数字，请核对。"
    if fact.type == "money" and scale in dict(SCALES):
        number *= Decimal(scale)
    if number == number.to_integral_value():
        return int(number), ""
    return (None, "这一事实须为整数，请去掉小数。") if fact.type == "int" else (float(number), "")
