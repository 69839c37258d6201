"""The files of facts and rules (规则事实、识别规则): from plain entries to values, and why they are refused.

A rule must read, be as secret as the facts it reads, name its basis, and answer its own examples under the parameters
that ship.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from catalogues.checks import Body, Found, unknown
from catalogues.supervision_law import RuleCategory, RuleFact, ShippedRule
from predicates.catalogue import Example, Rule, broken_examples
from predicates.language import Fact, Misread, check_value, facts_of, read_condition

Entries = Mapping[str, Body]
Parameters = Mapping[str, Any]


def parse_fact(name: str, body: Body) -> RuleFact:
    """A fact that rules may read (规则事实)."""
    return RuleFact(
        name=name,
        type=body["type"],
        label=body["label"],
        unit=body.get("unit", ""),
        choices=tuple((body.get("choices") or {}).items()),
        stage=body["stage"],
        meaning=body["meaning"],
        secret=body.get("secret", False),
        origin=body["origin"],
        stated_by=tuple(body.get("stated_by") or ()),
        basis=body["basis"],
    )


def parse_category(code: str, body: Body) -> RuleCategory:
    """One of the categories of cases (四类)."""
    return RuleCategory(code, body["name"], body["article"])


def parse_rule(code: str, body: Body, facts: Mapping[str, Fact], parameters: Parameters) -> ShippedRule:
    """A rule that ships (识别规则). ``Misread`` when its condition cannot be read."""
    condition = read_condition(body["when"], facts, parameters)
    rule = Rule(
        code=code,
        category=body["category"],
        name=body["name"],
        stage=body["stage"],
        mode=body["mode"],
        severity=body["severity"],
        secret=any(facts[name].secret for name in facts_of(condition)),
        condition=condition,
        basis=body["basis"],
        examples=tuple(
            Example(example.get("facts") or {}, example["hits"], example["name"])
            for example in body["examples"]
        ),
    )
    return ShippedRule(
        rule, body["when"], body.get("tick", False), body["confidence"], body.get("remarks") or ""
    )


def check_facts(entries: Entries) -> Found:
    """What a fact must say: choices for values of a list, and who states what nobody can compute."""
    for name, body in entries.items():
        if (body["type"] in ("enum", "list")) != bool(body.get("choices")):
            yield (
                (name, "choices"),
                "belong to the types enum and list, and to them alone",
                "枚举和多项类型须列出取值，其他类型不得列出",
            )
        if (body["origin"] == "stated") != bool(body.get("stated_by")):
            yield (
                (name, "stated_by"),
                'must name who states it when origin is "stated", and nobody when it is "derived"',
                "由人员填报的须写明由谁填报，由数据得出的不写",
            )


def check_rules(
    entries: Entries, facts: Mapping[str, Fact], parameters: Parameters, categories: Iterable[str]
) -> Found:
    """What a rule must say: a condition that reads, the secrecy of its facts, examples of both kinds that hold."""
    known = list(categories)
    for code, body in entries.items():
        if body["category"] not in known:
            yield (code, "category"), *unknown("category", "类别", body["category"], known)
        try:
            shipped = parse_rule(code, body, facts, parameters)
        except Misread as wrong:
            for problem in wrong.problems:
                steps = (str(step + 1) if isinstance(step, int) else step for step in problem.path)
                yield (code, "when", *steps), problem.english, problem.chinese
            continue
        yield from _check_secrecy(shipped.rule, body.get("secret", False))
        yield from _check_examples(shipped.rule, facts, parameters)


def _check_secrecy(rule: Rule, said: bool) -> Found:
    if rule.secret != said:
        reads = ", ".join(facts_of(rule.condition))
        should = ("true", "应为保密") if rule.secret else ("left out", "不应保密")
        yield (
            (rule.code, "secret"),
            f"must be {should[0]}: a rule is as secret as the facts it reads ({reads})",
            f"{should[1]}：规则与所读的事实（{reads}）同样保密",
        )


def _check_examples(rule: Rule, facts: Mapping[str, Fact], parameters: Parameters) -> Found:
    for hits, words in ((True, ("must-hit", "必中")), (False, ("must-miss", "必不中"))):
        if not any(example.hits is hits for example in rule.examples):
            yield (
                (rule.code, "examples"),
                f"has no {words[0]} example; give one",
                f"没有{words[1]}的例子，至少给一个",
            )
    found = [*_misstated(rule, facts)]
    yield from found
    if not found:
        for example in broken_examples(rule, parameters):
            does = ("does not hit", "没有命中") if example.hits else ("hits", "命中了")
            yield (
                (rule.code, "examples", example.name),
                f"{does[0]} the rule; correct the facts, the rule or what is expected",
                f"{does[1]}本规则；请改事实、规则或者应否命中",
            )


def _misstated(rule: Rule, facts: Mapping[str, Fact]) -> Found:
    """Where an example states a fact there is none of, or a value it cannot have."""
    for example in rule.examples:
        for name, value in example.facts.items():
            path = (rule.code, "examples", example.name, name)
            if name not in facts:
                yield path, *unknown("fact", "事实", name, facts)
                continue
            try:
                check_value(facts[name], value)
            except Misread as wrong:
                for problem in wrong.problems:
                    yield path, problem.english, problem.chinese
