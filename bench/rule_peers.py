"""The rules of the bench in the languages of other engines, each answering one fact set with a list of codes.

Where an engine does not know missing facts as false, the translation says so: ``fact != null`` before every comparison.
An engine that is not installed is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bench.harness import Peer

Body = dict[str, Any]
Row = dict[str, Any]
Rules = dict[str, Body]
SIGNS = {"eq": "==", "ne": "!=", "gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
#: How many fact sets one turn of a peer does: enough to measure, few enough to wait for.
SLOW, FAST, BATCH = 200, 2_000, 1_000


def peers(rules: Rules, rows: list[Row]) -> dict[str, Peer]:
    """Every engine that is installed, under its name and version."""
    found: dict[str, Peer] = {}
    for package, build in BUILDERS.items():
        with suppress(ImportError, PackageNotFoundError):
            found.update({f"{name} {version(package)}": peer for name, peer in build(rules, rows)})
    return found


def check(rules: Rules, rows: list[Row], expected: list[list[str]]) -> dict[str, int]:
    """How many of these fact sets each engine answers otherwise, so that nobody is measured on another question."""
    answers = {name: peer.work() for name, peer in peers(rules, rows).items()}
    return {
        name: sum(said != wanted for said, wanted in zip(given, expected, strict=False))
        for name, given in answers.items()
        if isinstance(given, list)
    }


def _each(answer: Callable[[Row], list[str]], rows: list[Row]) -> list[list[str]]:
    return [answer(row) for row in rows]


# --- zen-engine ----------------------------------------------------------------------------------------
def _zen(rules: Rules, rows: list[Row]) -> Iterator[tuple[str, Peer]]:
    zen = import_module("zen")
    graph = json.dumps(_graph(rules))
    decision = zen.ZenEngine().create_decision(graph)
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"rules": json.loads(graph)}}})
    together = zen.compile_expression(f"[{', '.join(map(_zen_text, rules.values()))}]")
    every = zen.compile_expression(
        f"map(rows, [{', '.join(_zen_text(body, '#.') for body in rules.values())}])"
    )
    codes = list(rules)

    def single(row: Row) -> list[str]:
        return _true_codes(decision.evaluate(row)["result"])

    def batch(some: list[Row]) -> list[list[str]]:
        answers: list[list[str]] = []
        for start in range(0, len(some), BATCH):
            asked = [{"key": "rules", "context": row} for row in some[start : start + BATCH]]
            answers += [_true_codes(said["data"]["result"]) for said in engine.evaluate_batch(asked)]
        return answers

    def one(row: Row) -> list[str]:
        return [code for code, hit in zip(codes, together.evaluate(row), strict=True) if hit]

    def all_at_once(some: list[Row]) -> list[list[str]]:
        return [
            [code for code, hit in zip(codes, said, strict=True) if hit]
            for said in every.evaluate({"rows": some})
        ]

    yield "zen-engine", _peer(single, rows[:FAST])
    yield "zen-engine batch", Peer(len(rows[:FAST]), partial(batch, rows[:FAST]))
    yield "zen-engine, one array expression", _peer(one, rows[:FAST])
    yield (
        "zen-engine, one array expression over all rows",
        Peer(len(rows[:FAST]), partial(all_at_once, rows[:FAST])),
    )


def _peer(answer: Callable[[Row], list[str]], rows: list[Row]) -> Peer:
    return Peer(len(rows), partial(_each, answer, rows))


def _true_codes(said: dict[str, bool]) -> list[str]:
    return sorted(code for code, hit in said.items() if hit)


def _graph(rules: Rules) -> dict[str, Any]:
    expressions = [{"id": code, "key": code, "value": _zen_text(body)} for code, body in rules.items()]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "content": {}},
        {"id": "rules", "type": "expressionNode", "name": "rules", "content": {"expressions": expressions}},
        {"id": "out", "type": "outputNode", "name": "out", "content": {}},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
        {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
    ]
    return {"nodes": nodes, "edges": edges}


def _zen_text(body: Body, row: str = "") -> str:
    return _text(body, row, _zen_leaf, (" and ", " or ", "not"))


def _zen_leaf(name: str, op: str, value: Any) -> str:
    if op in ("is_true", "is_false"):
        return f"{name} == {'true' if op == 'is_true' else 'false'}"
    if op == "contains_any":
        return f"({name} != null and some({name}, # in {json.dumps(value)}))"
    said = f"{name} in {json.dumps(value)}" if op == "in" else f"{name} {SIGNS[op]} {json.dumps(value)}"
    return f"({name} != null and {said})"


def _text(body: Body, row: str, leaf: Callable[[str, str, Any], str], words: tuple[str, str, str]) -> str:
    """A rule as an expression: the engines differ in their words for and, or, not."""
    if "f" in body:
        return leaf(row + body["f"], body["op"], body.get("v"))
    ((group, parts),) = body.items()
    said = [_text(part, row, leaf, words) for part in parts]
    joined = f"({(words[0] if group == 'all' else words[1]).join(said)})"
    return f"{words[2]}{joined}" if group == "none" else joined


# --- cel-python ----------------------------------------------------------------------------------------
def _cel(rules: Rules, rows: list[Row]) -> Iterator[tuple[str, Peer]]:
    celpy = import_module("celpy")
    environment = celpy.Environment()
    programs = {
        code: environment.program(environment.compile(_text(body, "case.", _cel_leaf, (" && ", " || ", "!"))))
        for code, body in rules.items()
    }

    def answer(row: Row) -> list[str]:
        # It refuses to compare anything with null: what is not known is left out.
        facts = celpy.json_to_cel({"case": {name: known for name, known in row.items() if known is not None}})
        return [code for code, program in programs.items() if program.evaluate(facts)]

    yield "cel-python", _peer(answer, rows[:SLOW])


def _cel_leaf(name: str, op: str, value: Any) -> str:
    if op in ("is_true", "is_false"):
        said = f"{name} == {'true' if op == 'is_true' else 'false'}"
    elif op == "contains_any":
        said = f"{name}.exists(t, t in {json.dumps(value)})"
    elif op == "in" or isinstance(value, str):
        said = f"{name} {SIGNS.get(op, op)} {json.dumps(value)}"
    else:
        said = f"double({name}) {SIGNS[op]} {float(value)}"
    return f"(has({name}) && {said})"


# --- json-logic ----------------------------------------------------------------------------------------
def _json_logic(rules: Rules, rows: list[Row]) -> Iterator[tuple[str, Peer]]:
    engine = import_module("json_logic")
    logic = {code: _logic(body) for code, body in rules.items()}

    def answer(row: Row) -> list[str]:
        return [code for code, rule in logic.items() if engine.jsonLogic(rule, row)]

    yield "json-logic-qubit", _peer(answer, rows[:FAST])


def _logic(body: Body) -> Any:
    if "f" not in body:
        ((group, parts),) = body.items()
        said = [_logic(part) for part in parts]
        return {"and": said} if group == "all" else {"or": said} if group == "any" else {"!": {"or": said}}
    known, op, value = {"var": body["f"]}, body["op"], body.get("v")
    if op in ("is_true", "is_false"):
        return {"===": [known, op == "is_true"]}
    if op == "contains_any":
        return {"or": [{"in": [tag, known]} for tag in value]}
    said = {"in": [known, value]} if op == "in" else {SIGNS[op]: [known, value]}
    return {"and": [{"!==": [known, None]}, said]}


# --- business-rules ------------------------------------------------------------------------------------
def _business_rules(rules: Rules, rows: list[Row]) -> Iterator[tuple[str, Peer]]:
    engine = import_module("business_rules.engine")
    operators, variables = (
        import_module("business_rules.operators"),
        import_module("business_rules.variables"),
    )
    kinds = {
        "number": operators.NumericType, "text": operators.StringType,
        "bool": operators.BooleanType, "list": operators.SelectMultipleType,
    }  # fmt: skip

    def variable(name: str, kind: str) -> Any:
        return variables.rule_variable(kinds[kind], label=name)(lambda self: self.row[name])

    def known(name: str) -> Any:
        return variables.rule_variable(kinds["bool"], label=name)(lambda self: self.row[name] is not None)

    facts = {name: kind for body in rules.values() for name, kind in _asked(body)}
    case = type(
        "Case",
        (variables.BaseVariables,),
        {f"{name}_{kind}": variable(name, kind) for name, kind in facts.items()}
        | {f"{name}_known": known(name) for name in facts},
    )
    conditions = {code: _business(body) for code, body in rules.items()}

    def answer(row: Row) -> list[str]:
        facts_of_case = case()
        facts_of_case.row = row
        return [
            code
            for code, said in conditions.items()
            if engine.check_conditions_recursively(said, facts_of_case)
        ]

    yield "business-rules", _peer(answer, rows[:FAST])


def _asked(body: Body) -> Iterator[tuple[str, str]]:
    if "f" in body:
        yield body["f"], _kind(body["op"], body.get("v"))
        return
    for parts in body.values():
        for part in parts:
            yield from _asked(part)


def _kind(op: str, value: Any) -> str:
    if op in ("is_true", "is_false"):
        return "bool"
    if op == "contains_any":
        return "list"
    return "text" if isinstance(value, str) or op == "in" else "number"


def _business(body: Body) -> Body:
    """It has no ``none``: the rules of the bench have none either."""
    if "f" not in body:
        ((group, parts),) = body.items()
        return {group: [_business(part) for part in parts]}
    op, value, kind = body["op"], body.get("v"), _kind(body["op"], body.get("v"))
    name = f"{body['f']}_{kind}"
    names = {
        "eq": "equal_to", "gte": "greater_than_or_equal_to", "gt": "greater_than",
        "lte": "less_than_or_equal_to", "lt": "less_than", "contains_any": "shares_at_least_one_element_with",
    }  # fmt: skip
    if op in ("is_true", "is_false"):
        asked = {"name": name, "operator": op, "value": True}
    elif op == "in":
        asked = {"any": [{"name": name, "operator": "equal_to", "value": one} for one in value]}
    else:
        asked = {"name": name, "operator": names[op], "value": value}
    return {"all": [{"name": f"{body['f']}_known", "operator": "is_true", "value": True}, asked]}


BUILDERS: dict[str, Callable[[Rules, list[Row]], Iterator[tuple[str, Peer]]]] = {
    "zen-engine": _zen,
    "json-logic-qubit": _json_logic,
    "business-rules": _business_rules,
    "cel-python": _cel,
}
