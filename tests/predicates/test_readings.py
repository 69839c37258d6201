"""Every reading of a condition says the same: compiled, explained, in SQL, in Chinese, as a table, and as the oracle does."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import chain, combinations, product
from pathlib import Path

import pytest
import yaml
from django.db import connection, transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from predicates.catalogue import read_catalogue
from predicates.explaining import explain, single_changes
from predicates.language import (
    OPERATORS,
    Fact,
    compile_condition,
    facts_of,
    leaves_of,
    parameters_of,
    read_condition,
    resolved,
    write_condition,
)
from predicates.queries import Mask, codes_query, hits_query
from predicates.screening import Screen
from predicates.sentences import label_of, read_aloud
from predicates.tables import decision_table

PUBLISHED = yaml.safe_load((Path(__file__).parent / "data" / "published_catalogue.yaml").read_text("utf-8"))

ODD = 'it\'s "a" \\ {b},%s'
FACTS = {
    fact.name: fact
    for fact in (
        Fact(
            "kind", "enum", "案件类型", choices=(("civil", "民事"), ("criminal", "刑事"), ("other", "其他"))
        ),
        Fact("cause", "str", "案由代码"),
        Fact("tags", "list", "案由标签"),
        Fact("flags", "list", "当事人标签"),
        Fact("people", "int", "同一方人数", unit="人"),
        Fact("petitions", "int", "信访次数", unit="次"),
        Fact("share", "float", "冲突比例"),
        Fact("claim", "money", "诉讼标的额", unit="元"),
        Fact("remanded", "bool", "发回重审"),
        Fact("tracked", "bool", "上级督办"),
    )
}
PARAMETERS = {"few": 2, "half": 0.5}
WORDS = ["civil", "criminal", "other"], ["9.1", ODD, ""], ["wage", "land", ODD]
VALUES = {
    "enum": st.sampled_from(WORDS[0]),
    "str": st.sampled_from(WORDS[1]),
    "int": st.integers(-1, 4),
    "float": st.sampled_from([0, 0.05, 0.1, 0.5, 1, 2.5]),
    "money": st.sampled_from([0, 0.05, 10_000_000, 9_999_999.99, -1]),
    "bool": st.booleans(),
    "list": st.sampled_from(WORDS[2]),
}


@st.composite
def leaf(draw):
    fact = FACTS[draw(st.sampled_from(sorted(FACTS)))]
    op = draw(st.sampled_from([name for name, operator in OPERATORS.items() if fact.type in operator.types]))
    body = {"f": fact.name, "op": op}
    if OPERATORS[op].shape == "one value":
        body["v"] = draw(VALUES[fact.type])
        if fact.type in ("int", "float") and draw(st.booleans()):
            body["v"] = {"p": "few" if fact.type == "int" else "half"}
    elif OPERATORS[op].shape == "a list of values":
        body["v"] = draw(st.lists(VALUES[fact.type], min_size=1, max_size=3))
    return body


bodies = st.recursive(
    leaf(),
    lambda inner: st.builds(
        lambda group, parts: {group: parts},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


def known(fact):
    if fact.type == "list":
        return st.none() | st.lists(VALUES["list"], max_size=2)
    return st.none() | VALUES[fact.type]


cases = st.fixed_dictionaries({name: known(fact) for name, fact in FACTS.items()})


def read(body):
    return read_condition(body, FACTS, PARAMETERS)


def oracle(body, facts, parameters):
    """The rule as its file states it, walked anew: none of our tree, none of our operators."""
    for group, answer in (("all", all), ("any", any)):
        if group in body:
            return answer(oracle(part, facts, parameters) for part in body[group])
    if "none" in body:
        return not any(oracle(part, facts, parameters) for part in body["none"])
    have, op, want = facts.get(body["f"]), body["op"], body.get("v")
    if have is None:
        return False
    if isinstance(want, dict):
        want = parameters[want["p"]]
    if op in ("is_true", "is_false"):
        return have is (op == "is_true")
    if op == "contains_any":
        return len(set(have) & set(want)) > 0
    if op in ("in", "not_in"):
        return (have in want) == (op == "in")
    if op in ("eq", "ne"):
        return (have == want) == (op == "eq")
    if op == "exists":
        return True
    return {"gte": have >= want, "gt": have > want, "lte": have <= want, "lt": have < want}[op]


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


# --- all cases at once -----------------------------------------------------------------------------------
COLUMNS = {
    "int": "integer",
    "float": "double precision",
    "money": "numeric(16, 2)",
    "bool": "boolean",
    "list": "text[]",
}


#: One tag has no bit: rules that name it have to ask the list.
TAG_BITS = Mask("tag_bits", ("wage", ODD))


def bits_of(tags):
    return None if tags is None else sum(1 << TAG_BITS.tags.index(tag) for tag in {*tags} & {*TAG_BITS.tags})


@pytest.fixture
def fact_table(db):
    columns = ", ".join(f'"{name}" {COLUMNS.get(fact.type, "text")}' for name, fact in FACTS.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE some_facts (case_id bigint, tag_bits bigint, {columns}) ON COMMIT DROP"
        )

        def fill(rows):
            with transaction.atomic():
                cursor.execute("DELETE FROM some_facts")
                slots = ", ".join(["%s"] * (2 + len(FACTS)))
                cursor.executemany(
                    f"INSERT INTO some_facts VALUES ({slots})",
                    [
                        (key, bits_of(row["tags"]), *(row[name] for name in FACTS))
                        for key, row in enumerate(rows)
                    ],
                )
            return cursor

        yield fill


def answered(cursor, statement):
    with transaction.atomic():
        cursor.execute(statement)
        return cursor.fetchall()


@settings(
    max_examples=120,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rules=st.lists(bodies, min_size=1, max_size=6), rows=st.lists(cases, min_size=1, max_size=25))
def test_the_database_finds_the_same_cases(fact_table, rules, rows):
    cursor = fact_table(rows)
    named = {f"R{number}": body for number, body in enumerate(rules)}
    conditions = {code: read(body) for code, body in named.items()}
    expected = sorted(
        (key, code)
        for (key, row), (code, body) in product(enumerate(rows), named.items())
        if oracle(body, row, PARAMETERS)
    )
    assert sorted(answered(cursor, hits_query(conditions, PARAMETERS, table="some_facts"))) == expected
    by_bits = hits_query(conditions, PARAMETERS, table="some_facts", masks={"tags": TAG_BITS})
    assert sorted(answered(cursor, by_bits)) == expected
    together = answered(cursor, codes_query(conditions, PARAMETERS, table="some_facts"))
    assert sorted((key, code) for key, codes in together for code in codes) == expected
    assert all(codes for _, codes in together)


def rules_of(names):
    leaves = leaf().filter(lambda body: body["f"] in names)
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            lambda group, parts: {group: parts},
            st.sampled_from(["all", "any", "none"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        max_leaves=5,
    )


FEW = {
    "people": [None, *range(-1, 5)],
    "remanded": [None, True, False],
    "tags": [None, [], ["wage"], [ODD, "land"]],
}


@pytest.fixture
def every_case(fact_table):
    """One row for every mix of what can be known of three facts."""
    rows = [{**dict.fromkeys(FACTS), **dict(zip(FEW, mix, strict=True))} for mix in product(*FEW.values())]
    return fact_table(rows), rows


@settings(
    max_examples=200,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(rules=st.lists(rules_of(FEW), min_size=2, max_size=5))
def test_what_rules_share_is_asked_once_and_loses_no_case(every_case, rules):
    cursor, rows = every_case
    conditions = {f"R{number}": read(body) for number, body in enumerate(rules)}
    expected = sorted(
        (key, f"R{number}")
        for (key, row), (number, body) in product(enumerate(rows), enumerate(rules))
        if oracle(body, row, PARAMETERS)
    )
    assert sorted(answered(cursor, hits_query(conditions, PARAMETERS, table="some_facts"))) == expected


@pytest.mark.parametrize(
    ("op", "values", "people"),
    [
        ("gte", (1, 3), 2),
        ("gt", (1, 3), 2),
        ("lte", (1, 3), 2),
        ("lt", (1, 3), 2),
        ("eq", (1, 3), 1),
        ("ne", (1, 2), 1),
    ],
)
def test_the_widest_of_several_is_asked_first(every_case, op, values, people):
    cursor, _ = every_case
    rules = {f"R{value}": read({"f": "people", "op": op, "v": value}) for value in values}
    found = answered(cursor, f"{hits_query(rules, {}, table='some_facts', where=f'people = {people}')}")
    assert (
        {code for _, code in found}
        == {
            f"R{value}"
            for value in values
            if oracle({"f": "people", "op": op, "v": value}, {"people": people}, {})
        }
        != set()
    )


def test_an_alternative_that_holds_of_nothing_known_is_not_lost(every_case):
    """Nothing guards it: neither the leaf beside it nor the leaf within need hold."""
    cursor, rows = every_case
    body = {
        "all": [
            {"any": [{"f": "people", "op": "gte", "v": 4}, {"none": [{"f": "remanded", "op": "is_true"}]}]}
        ]
        * 2
    }
    found = answered(cursor, hits_query({"R": read(body)}, {}, table="some_facts"))
    assert sorted(key for key, _ in found) == [key for key, row in enumerate(rows) if oracle(body, row, {})]


def test_a_query_asks_other_columns_and_fewer_rows_where_told(fact_table):
    cursor = fact_table([{**dict.fromkeys(FACTS), "people": people} for people in range(6)])
    rule = {"R": read({"f": "petitions", "op": "gte", "v": 2})}
    query = hits_query(
        rule,
        {},
        table="some_facts f",
        key="f.case_id",
        columns={"petitions": "people - 1"},
        where="f.case_id <> 4",
    )
    assert sorted(answered(cursor, query)) == [(3, "R"), (5, "R")]


def test_no_rules_hit_no_cases(fact_table):
    cursor = fact_table([dict.fromkeys(FACTS)])
    assert answered(cursor, hits_query({}, {}, table="some_facts")) == []


def test_an_amount_with_cents_is_what_it_is_written(fact_table):
    """A numeric 0.05 is not less than a written 0.05, though the nearest binary fraction of it is more."""
    cursor = fact_table([{**dict.fromkeys(FACTS), "claim": 0.05}])
    rule = read({"f": "claim", "op": "gte", "v": 0.05})
    ((stored,),) = answered(cursor, "SELECT claim FROM some_facts")
    assert compile_condition(rule, {})({"claim": stored})
    assert answered(cursor, hits_query({"R": rule}, {}, table="some_facts")) == [(0, "R")]


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
