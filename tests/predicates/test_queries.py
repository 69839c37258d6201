"""The database finds the cases that the oracle finds, all rules at once, each case asked once."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from predicates.language import compile_condition
from predicates.queries import codes_query, hits_query
from tests.predicates.drawing import FACTS, ODD, PARAMETERS, bodies, cases, leaf, oracle, read

COLUMNS = {
    "int": "integer",
    "float": "double precision",
    "money": "numeric(16, 2)",
    "bool": "boolean",
    "list": "text[]",
}


@pytest.fixture
def fact_table(db):
    columns = ", ".join(f'"{name}" {COLUMNS.get(fact.type, "text")}' for name, fact in FACTS.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE some_facts (case_id bigint, {columns}) ON COMMIT DROP")

        def fill(rows):
            with transaction.atomic():
                cursor.execute("DELETE FROM some_facts")
                slots = ", ".join(["%s"] * (1 + len(FACTS)))
                cursor.executemany(
                    f"INSERT INTO some_facts VALUES ({slots})",
                    [(key, *(row[name] for name in FACTS)) for key, row in enumerate(rows)],
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
