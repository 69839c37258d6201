"""A file of rules (规则目录): facts, parameters, rules and profiles, read strictly. Everything else in it is ignored.

params:   {group_party_n: {v: 10, note: "…"}}
fields:   {same_side_max: [int, filing, "what it means"], case_type: [enum, filing, "civil|criminal"]}
          what a field means is for people: of the values of an enum or a list it promises nothing
rules:    [{c: B01, cat: B, name: …, src: …, stage: filing, mode: auto, sev: high, conf: secret, when: {…},
            examples: [{hits: true, facts: {…}, name: …}]}]
profiles: {full: {codes: "*"}, some: {codes: [B01]}, grouped: {heads: {…: [B01]}}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from predicates.language import compile_condition
from predicates.operators import TYPES
from predicates.problems import Misread, Path, Problem, misread, shown, unknown
from predicates.reading import check_value, read_condition
from predicates.terms import Condition, Fact, Facts, Parameters, facts_of

SECRET = "secret"


@dataclass(frozen=True)
class Example:
    """Facts that a rule must hit, or must not hit, whatever else changes in it (应命中、不应命中)."""

    facts: Mapping[str, Any]
    hits: bool
    name: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule: when it holds, a case is proposed for supervision."""

    code: str
    category: str
    name: str
    stage: str
    mode: str
    severity: str
    secret: bool
    condition: Condition
    basis: str = ""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """Everything a file of rules says. ``profile`` gives the codes of one profile, None standing for all."""

    facts: Mapping[str, Fact]
    parameters: Parameters
    rules: tuple[Rule, ...]
    profiles: Mapping[str, Any] = field(default_factory=dict)

    def profile(self, name: str) -> frozenset[str] | None:
        """The codes that a profile lists, under ``codes`` or under ``heads``. ``Misread`` when it is unknown or wrong."""
        if name not in self.profiles:
            raise unknown("profile", "方案", name, self.profiles)
        path: Path = ("profiles", name)
        codes = _listed(self.profiles[name], path)
        if codes == "*":
            return None
        known = [rule.code for rule in self.rules]
        for code in codes:
            if code not in known:
                raise _within(
                    path, unknown("rule", "规则", str(code), known), f'profile "{name}"', f"方案“{name}”"
                )
        return frozenset(codes)


def broken_examples(rule: Rule, parameters: Parameters) -> tuple[Example, ...]:
    """The examples that the rule answers otherwise than they say."""
    holds = compile_condition(rule.condition, parameters)
    return tuple(example for example in rule.examples if holds(example.facts) is not example.hits)


def read_catalogue(document: object, overrides: Parameters | None = None) -> Catalogue:
    """The catalogue that a YAML document states, with some parameters set otherwise. ``Misread`` says everything wrong."""
    body = _mapping(document, "the catalogue", "目录", ())
    facts = read_facts(_mapping(body.get("fields"), "fields", "fields", ("fields",)))
    parameters = _overridden(
        _read_parameters(_mapping(_or_none_at_all(body, "params"), "params", "params", ("params",))),
        overrides or {},
    )
    return Catalogue(
        facts,
        parameters,
        read_rules(body.get("rules"), facts, parameters),
        _profiles(_mapping(_or_none_at_all(body, "profiles"), "profiles", "profiles", ("profiles",))),
    )


def _or_none_at_all(body: Mapping[str, Any], key: str) -> object:
    """What stands under a key; nothing written there is the same as an empty mapping."""
    given = body.get(key)
    return {} if given is None else given


def _profiles(given: Mapping[str, Any]) -> dict[str, Any]:
    """By name as text: YAML reads ``2022:`` as a number and ``yes:`` as true."""
    return {str(name): profile for name, profile in given.items()}


def read_facts(fields: Mapping[str, Any]) -> dict[str, Fact]:
    """The facts of a file: name to type, stage and meaning.

    The values of an ``enum`` are any text: a meaning that lists some is a guess, and what is not among them does not match.
    """
    facts: dict[str, Fact] = {}
    for name, given in fields.items():
        path = ("fields", str(name))
        if not isinstance(given, list) or not given or any(isinstance(one, list | Mapping) for one in given):
            raise _within(path, misread(
                f"{shown(given)} describes no fact; give [type, stage, meaning]",
                f"{shown(given)} 不是事实的说明；应为 [类型, 阶段, 含义]",
            ), f'field "{name}"', f"事实“{name}”")  # fmt: skip
        kind, stage, meaning = (*map(_said, given), "", "")[:3]
        if kind not in TYPES:
            raise _within(path, unknown("type", "类型", kind, TYPES), f'field "{name}"', f"事实“{name}”")
        facts[str(name)] = Fact(str(name), kind, str(name), stage=stage or "any", meaning=meaning)
    return facts


def read_rules(rules: object, facts: Mapping[str, Fact], parameters: Parameters) -> tuple[Rule, ...]:
    """Every rule of a list; all faults of all rules at once, each naming its rule."""
    if not isinstance(rules, list):
        raise misread(
            f"rules must be a list, not {shown(rules)}", f"rules 应为列表，而不是 {shown(rules)}", "rules"
        )
    problems: list[Problem] = []
    read: dict[str, Rule] = {}
    for order, body in enumerate(rules):
        code = str(body["c"]) if isinstance(body, Mapping) and "c" in body else f"no. {order + 1}"
        try:
            rule = _rule(body, facts, parameters)
            if rule.code in read:
                raise misread(
                    "stands here a second time; give each rule its own code", "规则编号重复；须各不相同", "c"
                )
            read[rule.code] = rule
        except Misread as wrong:
            problems += _within(("rules", order), wrong, f"rule {code}", f"规则 {code}").problems
    if problems:
        raise Misread(problems)
    return tuple(read.values())


def _rule(body: Any, facts: Mapping[str, Fact], parameters: Parameters) -> Rule:
    rule = _mapping(body, "it", "规则", ())
    code = rule.get("c")
    if not isinstance(code, str) or not code:
        raise misread("needs a code, as in c: B01", "缺少编号，如 c: B01", "c")
    try:
        condition = read_condition(rule.get("when"), facts, parameters)
    except Misread as wrong:
        raise Misread(problem.below(("when",)) for problem in wrong.problems) from None
    return Rule(
        code=code,
        category=_text(rule, "cat"),
        name=_text(rule, "name"),
        stage=_text(rule, "stage") or "any",
        mode=_text(rule, "mode"),
        severity=_text(rule, "sev"),
        secret=_text(rule, "conf") == SECRET or any(facts[name].secret for name in facts_of(condition)),
        condition=condition,
        basis=_text(rule, "src"),
        examples=tuple(_examples(rule.get("examples") or [], facts)),
    )


def _examples(given: object, facts: Mapping[str, Fact]) -> Iterator[Example]:
    for order, body in enumerate(given if isinstance(given, list) else [given]):
        path: Path = ("examples", order)
        try:
            said = _mapping(body, "an example", "示例", ())
            if not isinstance(said.get("hits"), bool):
                raise misread("needs hits: true or hits: false", "须写明 hits: true 或 hits: false", "hits")
            known = _mapping(said.get("facts"), "facts", "facts", ("facts",))
            check_facts(known, facts)
        except Misread as wrong:
            raise Misread(problem.below(path) for problem in wrong.problems) from None
        yield Example(dict(known), said["hits"], _text(said, "name"))


def check_facts(known: Facts, facts: Mapping[str, Fact]) -> None:
    """Whether this can be known of a case: only facts there are, each of its type. Raises ``Misread``."""
    for name, value in known.items():
        if name not in facts:
            raise unknown("fact", "事实", str(name), facts, "facts", str(name))
        try:
            check_value(facts[name], value)
        except Misread as wrong:
            raise Misread(problem.below(("facts",)) for problem in wrong.problems) from None


def _read_parameters(params: Mapping[str, Any]) -> dict[str, Any]:
    """``{name: {v: value, note: …}}`` or ``{name: value}``."""
    read = {}
    for name, given in params.items():
        if isinstance(given, Mapping) and "v" not in given:
            raise misread(
                f'parameter "{name}" has no value; give {{v: …}}', f"参数“{name}”没有值", "params", str(name)
            )
        read[str(name)] = given["v"] if isinstance(given, Mapping) else given
    return read


def _overridden(parameters: dict[str, Any], overrides: Parameters) -> dict[str, Any]:
    for name, value in overrides.items():
        if name not in parameters:
            raise unknown("parameter", "参数", str(name), parameters)
        if _is_number(parameters[name]) and not _is_number(value):
            raise misread(
                f'parameter "{name}" is {shown(value)}; give a number such as {shown(parameters[name])}',
                f"参数“{name}”为 {shown(value)}；应为数字，如 {shown(parameters[name])}",
            )
    return {**parameters, **overrides}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(profile: object, path: Path) -> Any:
    """The codes of a profile as they stand, or "*"."""
    body: Mapping[str, Any] = profile if isinstance(profile, Mapping) else {}
    codes, heads = body.get("codes"), body.get("heads")
    if codes == "*":
        return "*"
    lists: list[Any] = [codes] if codes is not None or not isinstance(heads, Mapping) else []
    lists += heads.values() if isinstance(heads, Mapping) else []
    if not all(isinstance(some, list) and all(isinstance(code, str) for code in some) for some in lists):
        raise misread(
            f'profile "{path[-1]}" lists no rules; give codes: [..], codes: "*" or heads: {{name: [..]}}',
            f"方案“{path[-1]}”没有列出规则；应有 codes 或 heads",
            *path,
        )
    return [code for some in lists for code in some]


def _mapping(value: object, what: str, chinese: str, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise misread(
            f"{what} must be a mapping of names, not {shown(value)}",
            f"{chinese} 应为键值对，而不是 {shown(value)}",
            *path,
        )
    return value


def _text(body: Mapping[str, Any], key: str) -> str:
    return _said(body.get(key))


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _within(path: Path, wrong: Misread, english: str, chinese: str) -> Misread:
    """The faults of something, seen from the file: each sentence names what it is about."""
    return Misread(
        Problem(path + problem.path, f"{english}, {problem}" if problem.path else f"{english}: {problem}",
                f"{chinese}：{problem.chinese}")
        for problem in wrong.problems
    )  # fmt: skip
