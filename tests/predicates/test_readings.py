"""Every reading of a condition says the same: compiled, explained, in Chinese, as a table, and as the oracle does."""

from __future__ import annotations

import random
from itertools import chain, combinations
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings

from predicates.catalogue import read_catalogue
from predicates.explaining import explain, single_changes
from predicates.language import (
    OPERATORS,
    compile_condition,
    facts_of,
    leaves_of,
    parameters_of,
    resolved,
    write_condition,
)
from predicates.screening import Screen
from predicates.sentences import label_of, read_aloud
from predicates.tables import decision_table
from tests.predicates.drawing import FACTS, PARAMETERS, WORDS, bodies, cases, oracle, read

PUBLISHED = yaml.safe_load((Path(__file__).parent / "data" / "published_catalogue.yaml").read_text("utf-8"))


# --- for one case --------------------------------------------------------------------------------------
@settings(max_examples=400)
@given(bodies, cases)
def test_compiled_explained_and_told_by_the_oracle_is_the_same(body, case):
    condition = read(body)
    expected = oracle(body, case, PARAMETERS)
    assert compile_condition(condition, PARAMETERS)(case) is expected
    assert compile_condition(resolved(condition, PARAMETERS), {})(case) is expected
    assert explain(condition, case, PARAMETERS).holds is expected


@given(bodies, cases)
def test_every_part_of_an_explanation_is_right_by_itself(body, case):
    def check(reason):
        assert reason.holds is oracle(write_condition(reason.condition), case, PARAMETERS)
        for part in reason.parts:
            check(part)

    check(explain(read(body), case, PARAMETERS))


@given(bodies)
def test_what_is_written_is_read_again_as_the_same(body):
    condition = read(body)
    assert read(write_condition(condition)) == condition
    assert write_condition(read(write_condition(condition))) == write_condition(condition)


@given(bodies)
def test_a_condition_says_which_facts_and_parameters_it_needs(body):
    condition, text = read(body), repr(body)
    assert set(facts_of(condition)) == {name for name in FACTS if f"'f': '{name}'" in text}
    assert set(parameters_of(condition)) == {name for name in PARAMETERS if f"'p': '{name}'" in text}


@pytest.mark.parametrize("op", OPERATORS)
def test_nothing_is_true_of_an_unknown_fact_in_any_operator(op):
    fact = next(fact for fact in FACTS.values() if fact.type in OPERATORS[op].types)
    body = {"f": fact.name, "op": op}
    value = {"enum": "civil", "int": 1, "list": "wage", "bool": None, "str": "9.1", "float": 1, "money": 1}[
        fact.type
    ]
    if OPERATORS[op].shape != "no value":
        body["v"] = (
            [value] if OPERATORS[op].shape == "a list of values" else value if value is not None else True
        )
    for case in ({}, {fact.name: None}):
        assert not compile_condition(read(body), {})(case)
        assert compile_condition(read({"none": [body]}), {})(case)


# --- one change short ------------------------------------------------------------------------------------
def everything(name, facts):
    """Every value of a fact that any of the leaves above could tell from another."""
    fact = facts[name]
    if fact.type == "list":
        return [
            list(some)
            for some in chain.from_iterable(combinations([*WORDS[2], "none of these"], n) for n in range(5))
        ]
    if fact.type in ("int", "float", "money"):
        marks = [-1, 0, 0.05, 0.1, 0.5, 1, 2, 2.5, 3, 4, 9_999_999.99, 10_000_000]
        steps = [mark + step for mark in marks for step in (-0.01, 0, 0.01)]
        return list(range(-3, 7)) if fact.type == "int" else steps
    return {"enum": WORDS[0], "str": [*WORDS[1], "another"], "bool": [True, False]}[fact.type]


@settings(max_examples=400, suppress_health_check=[HealthCheck.filter_too_much])
@given(bodies, cases)
def test_a_single_change_turns_the_rule_and_where_there_is_none_no_change_would(body, case):
    condition = read(body)
    assume(not oracle(body, case, PARAMETERS))
    changes = single_changes(condition, case, PARAMETERS, FACTS)
    for change in changes:
        assert oracle(body, {**case, change.fact: change.becomes}, PARAMETERS)
        assert FACTS[change.fact].label in change.sentence_zh
    possible = {
        name
        for name in facts_of(condition)
        if any(oracle(body, {**case, name: value}, PARAMETERS) for value in everything(name, FACTS))
    }
    assert {change.fact for change in changes} == possible


@given(bodies, cases)
def test_a_rule_that_holds_needs_no_change(body, case):
    assume(oracle(body, case, PARAMETERS))
    assert single_changes(read(body), case, PARAMETERS, FACTS) == []


def test_a_change_says_what_would_have_to_be_and_what_is():
    body = {"all": [{"f": "kind", "op": "eq", "v": "civil"}, {"f": "people", "op": "gte", "v": 10}]}
    (change,) = single_changes(read(body), {"kind": "civil", "people": 9}, {}, FACTS)
    assert (change.fact, change.op, change.value, change.known, change.becomes) == (
        "people",
        "gte",
        10,
        9,
        10,
    )
    assert change.sentence_zh == "若同一方人数不少于10人（现为9人）"


# --- in words and as a table -----------------------------------------------------------------------------
@given(bodies)
def test_a_sentence_names_every_fact(body):
    condition = read(body)
    sentence = read_aloud(condition, FACTS, PARAMETERS)
    assert all(label_of(FACTS[name]) in sentence for name in facts_of(condition))
    assert sentence.count("（") == sentence.count("）")


@given(bodies, cases)
def test_a_decision_table_decides_as_the_condition_does(body, case):
    table = decision_table(read(body))
    if not table.too_wide:
        truths = [oracle(write_condition(column), case, PARAMETERS) for column in table.columns]
        assert table.holds(truths) is oracle(body, case, PARAMETERS)
        assert set(table.columns) <= set(leaves_of(read(body)))


def test_a_table_that_nobody_could_read_says_so():
    pair = {"any": [{"f": "people", "op": "eq", "v": 1}, {"f": "petitions", "op": "eq", "v": 1}]}
    wide = {
        "all": [
            {"any": [{"f": "people", "op": "eq", "v": 2 * n}, {"f": "petitions", "op": "eq", "v": 2 * n}]}
            for n in range(9)
        ]
    }
    assert decision_table(read(pair)).too_wide == 0
    assert decision_table(read(wide)).too_wide > 64
    assert decision_table(read(wide)).rows == ()


# --- the published catalogue and rules nobody wrote ------------------------------------------------------
CATALOGUE = read_catalogue(PUBLISHED)


@pytest.mark.parametrize("test", PUBLISHED["tests"], ids=lambda test: test["id"])
def test_the_catalogue_passes_its_own_tests(test):
    assert [hit["rule"] for hit in Screen(CATALOGUE).hits(test["case"])] == test["expected"]


def drawn(chance, name):
    """A value of a published field, or None: near the thresholds, so that rules are hit and missed alike."""
    kind, _, meaning = PUBLISHED["fields"][name]
    if chance.random() < 0.4:
        return None
    if kind == "enum":
        return chance.choice(meaning.split("|"))
    if kind == "list":
        words = [word.strip() for word in meaning.split(":")[-1].split(",")]
        return chance.sample(words, chance.randrange(0, min(3, len(words))))
    if kind == "bool":
        return chance.random() < 0.5
    if kind == "str":
        return chance.choice(["9001", "9002"])
    marks = [0, 1, 4, 5, 8, 10, 12, 30, 36, 60, 10_000_000]
    return chance.choice(marks if kind == "int" else [*marks, 0.05, 0.6, 12.1, 9_999_999.99])


def drawn_rule(chance, depth=0):
    if depth < 3 and chance.random() < 0.45:
        return {
            chance.choice(["all", "any", "none"]): [
                drawn_rule(chance, depth + 1) for _ in range(chance.randint(1, 4))
            ]
        }
    name = chance.choice(sorted(PUBLISHED["fields"]))
    kind = PUBLISHED["fields"][name][0]
    op = chance.choice([op for op, operator in OPERATORS.items() if kind in operator.types])
    body = {"f": name, "op": op}
    if OPERATORS[op].shape == "no value":
        return body
    values = [value for value in (drawn(chance, name) for _ in range(30)) if value is not None]
    flat = list(chain.from_iterable(values)) if kind == "list" else values
    return body | {"v": flat[:3] if OPERATORS[op].shape == "a list of values" else flat[0]}


@pytest.mark.parametrize("random_rules", [0, 60], ids=["published", "sixty random rules"])
def test_thousands_of_fact_sets_are_answered_as_by_the_oracle(random_rules):
    chance = random.Random(4)
    rules = [{"c": f"R{n:02}", "when": drawn_rule(chance)} for n in range(random_rules)] or PUBLISHED["rules"]
    screen = Screen(read_catalogue({**PUBLISHED, "rules": rules}))
    parameters = {name: given["v"] for name, given in PUBLISHED["params"].items()}
    seen = set()
    for _ in range(3000):
        facts = {name: drawn(chance, name) for name in PUBLISHED["fields"] if chance.random() < 0.5}
        hits = screen.hits(facts)
        assert [hit["rule"] for hit in hits] == sorted(
            rule["c"] for rule in rules if oracle(rule["when"], facts, parameters)
        )
        seen |= {hit["rule"] for hit in hits}
    assert len(seen) > 0.8 * len(rules)
