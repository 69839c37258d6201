"""A condition becomes rows of a form and the same condition again, whatever it says."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogues import library
from predicates.language import read_condition, write_condition
from predicates.operators import NO_VALUE, OPERATORS, SEVERAL
from supervision.rule_rows import Row, acted, built, rows_from, rows_of

FACTS = {name: found.fact for name, found in library.rule_facts().items()}
NUMBERS = library.rule_parameters()


def value_for(fact, several):
    codes = [code for code, _ in fact.choices]
    one = {
        "int": st.integers(-1000, 10**9),
        "float": st.integers(-1000, 1000).map(lambda n: n / 8),
        "money": st.integers(0, 10**14).map(lambda n: n / 100),
        "bool": st.booleans(),
    }.get(fact.type, st.sampled_from(codes) if codes else st.text("甲乙0123abc", min_size=1, max_size=6))
    return st.lists(one, min_size=1, max_size=4, unique=True) if several else one


@st.composite
def leaves(draw):
    fact = FACTS[draw(st.sampled_from(sorted(FACTS)))]
    op = draw(st.sampled_from([name for name, one in OPERATORS.items() if fact.type in one.types]))
    shape = OPERATORS[op].shape
    if shape == NO_VALUE:
        return {"f": fact.name, "op": op}
    return {"f": fact.name, "op": op, "v": draw(value_for(fact, shape == SEVERAL))}


conditions = st.recursive(
    leaves(),
    lambda inner: st.builds(
        lambda kind, parts: {kind: parts},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


def sent(rows: list[Row]) -> QueryDict:
    """The rows as a browser sends them."""
    form = QueryDict(mutable=True)
    for row in rows:
        form.appendlist("row", row.id)
        for name in ("depth", "kind", "fact", "op", "value", "parameter", "scale", "was"):
            form[f"{row.id}-{name}"] = str(getattr(row, name))
        form.setlist(f"{row.id}-values", list(row.values))
    return form


def meaning(body):
    """A condition without what makes no difference: a group around one statement."""
    if "f" in body:
        return body
    ((kind, parts),) = body.items()
    if kind == "all" and len(parts) == 1 and "f" in parts[0]:
        return meaning(parts[0])
    return {kind: [meaning(part) for part in parts]}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions)
def test_a_condition_comes_back_from_the_form_as_it_was(body):
    condition = write_condition(read_condition(body, FACTS, NUMBERS))
    made = built(rows_from(sent(rows_of(condition, FACTS))), FACTS)
    assert not made.problems
    back = write_condition(read_condition(made.body, FACTS, NUMBERS))
    assert meaning(back) == meaning(condition)


@pytest.mark.parametrize("code", library.shipped_rules())
def test_every_shipped_rule_comes_back_from_the_form_as_it_ships(code):
    body = library.shipped_rules()[code].body
    made = built(rows_from(sent(rows_of(body, FACTS))), FACTS)
    assert not made.problems
    assert write_condition(read_condition(made.body, FACTS, NUMBERS)) == write_condition(
        read_condition(body, FACTS, NUMBERS)
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions, st.data())
def test_whatever_is_added_can_be_taken_away_again(body, data):
    rows = rows_of(write_condition(read_condition(body, FACTS, NUMBERS)), FACTS)
    groups = [row.id for row in rows if row.is_group]
    group = data.draw(st.sampled_from(groups))
    more, fresh = acted(rows, f"add-leaf:{group}")
    assert len(more) == len(rows) + 1
    assert acted(more, f"remove:{fresh}")[0] == rows


def test_a_group_is_removed_with_everything_in_it():
    rows = [Row("r0", 0, "all"), Row("r1", 1, "any"), Row("r2", 2, "leaf"), Row("r3", 1, "leaf")]
    assert [row.id for row in acted(rows, "remove:r1")[0]] == ["r0", "r3"]
    assert acted(rows, "remove:r0")[0] == rows  # the outermost stays


@given(st.dictionaries(st.sampled_from(["row", "r0-kind", "r0-depth", "r1-kind", "r1-depth", "r1-fact", "r1-op"]),
                       st.lists(st.text(max_size=6) | st.sampled_from(["r0", "r1", "all", "leaf", "9", "remanded"]), max_size=4)))  # fmt: skip
def test_nonsense_makes_rows_that_can_still_be_drawn(posted):
    form = QueryDict(mutable=True)
    for name, values in posted.items():
        form.setlist(name, values)
    rows = rows_from(form)
    assert rows[0].is_group and rows[0].depth == 0 and all(row.depth >= 1 for row in rows[1:])
    built(rows, FACTS)
