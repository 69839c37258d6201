"""A rule that cannot be right is refused, with where it is wrong and what would be right."""

import pytest

from predicates.language import Fact, Misread, check_value, read_condition
from predicates.problems import place

FACTS = {
    fact.name: fact
    for fact in (
        Fact("case_type", "enum", "案件类型", choices=(("civil", "民事"), ("criminal", "刑事"))),
        Fact("tags", "list", "标签", choices=(("wage", "劳动报酬"), ("land", "土地"))),
        Fact("people", "int", "人数"),
        Fact("share", "float", "比例"),
        Fact("remanded", "bool", "发回重审"),
        Fact("cause", "str", "案由"),
    )
}
PARAMETERS = {"group_party_n": 10, "conflict_score": 0.6}


def problems_of(body):
    with pytest.raises(Misread) as refused:
        read_condition(body, FACTS, PARAMETERS)
    return refused.value.problems


@pytest.mark.parametrize(
    ("body", "where", "said"),
    [
        ({"f": "peple", "op": "gte", "v": 1}, "f", 'unknown fact "peple"; did you mean "people"?'),
        ({"f": "people", "op": "gt_e", "v": 1}, "op", 'unknown operator "gt_e"; did you mean "gte"?'),
        ({"f": "people", "op": "gte", "v": {"p": "group_n"}}, "v", 'did you mean "group_party_n"?'),
        ({"f": "people", "op": "gte", "v": {"p": "conflict_score"}}, "v", 'parameter "conflict_score"'),
        ({"f": "people", "op": "gte", "v": {"q": "x"}}, "v", "given as {p: name}"),
        ({"f": "people", "op": "gte", "v": 1.5}, "v", "it needs a whole number"),
        ({"f": "people", "op": "gte", "v": True}, "v", "compared with true; it needs a whole number"),
        ({"f": "people", "op": "gte"}, "v", "compared with null"),
        ({"f": "share", "op": "gte", "v": "0.6"}, "v", 'compared with "0.6"; it needs a number'),
        ({"f": "share", "op": "gte", "v": float("nan")}, "v", "it needs a number"),
        ({"f": "remanded", "op": "eq", "v": 1}, "v", "it needs true or false"),
        ({"f": "remanded", "op": "gte", "v": True}, "op", "use one of: eq, ne, is_true, is_false, exists"),
        ({"f": "remanded", "op": "is_true", "v": "x"}, "v", "is_true takes no value"),
        ({"f": "tags", "op": "eq", "v": "wage"}, "op", "use one of: contains_any, exists"),
        ({"f": "tags", "op": "contains_any", "v": "wage"}, "v", "needs a list of at least one value"),
        ({"f": "tags", "op": "contains_any", "v": []}, "v", "needs a list of at least one value"),
        ({"f": "tags", "op": "contains_any", "v": ["wages"]}, "v", 'did you mean "wage"?'),
        ({"f": "case_type", "op": "in", "v": ["civl"]}, "v", 'did you mean "civil"?'),
        ({"f": "cause", "op": "eq", "v": "a\0b"}, "v", "no database keeps"),
        ({"f": "people", "op": "gte", "v": 1, "w": 2}, "", 'unknown key "w"'),
        ({"al": []}, "", 'unknown group "al"; did you mean "all"?'),
        ({"all": []}, "all", "needs a list of at least one condition"),
        ({"all": {"f": "people"}}, "all", "needs a list of at least one condition"),
        ({"all": [], "any": []}, "", "exactly one of all, any, none"),
        ([], "", "is no condition"),
        (None, "", "is no condition"),
    ],
    ids=repr,
)
def test_a_fault_is_named_where_it_stands(body, where, said):
    (problem,) = problems_of(body)
    assert said in problem.english
    assert place(problem.path) == where
    assert problem.chinese


def test_all_faults_are_found_at_once_each_in_its_place():
    wrong = {"f": "nobody", "op": "eq", "v": 1}
    found = problems_of({"all": [wrong, {"any": [{"f": "people", "op": "gte", "v": 1}, wrong]}]})
    assert [place(problem.path) for problem in found] == ["all › 1 › f", "all › 2 › any › 2 › f"]


def test_whole_numbers_are_decimals_and_a_parameter_has_its_own_type():
    assert read_condition({"f": "share", "op": "gte", "v": 1}, FACTS, PARAMETERS)
    assert read_condition({"f": "share", "op": "gte", "v": {"p": "group_party_n"}}, FACTS, PARAMETERS)


def test_a_trap_of_a_rule_is_refused_and_not_followed():
    deep = {"f": "people", "op": "gte", "v": 1}
    for _ in range(30):
        deep = {"all": [deep]}
    assert "too large" in problems_of(deep)[0].english
    wide = {"f": "people", "op": "gte", "v": 1}
    for _ in range(10):
        wide = {"any": [wide] * 10}
    assert "too large" in problems_of(wide)[0].english
    endless = {"all": []}
    endless["all"].append(endless)
    assert "too large" in problems_of(endless)[0].english


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("people", 1.0),
        ("people", True),
        ("people", "1"),
        ("share", True),
        ("share", float("inf")),
        ("remanded", 0),
        ("cause", 1),
        ("tags", "wage"),
        ("tags", [1]),
        ("tags", ["wages"]),
        ("case_type", "civl"),
    ],
)
def test_a_case_cannot_be_known_to_have_what_is_no_value_of_the_fact(name, value):
    with pytest.raises(Misread) as refused:
        check_value(FACTS[name], value)
    assert name in str(refused.value)


def test_unknown_and_every_value_of_its_type_can_be_known():
    good = {"people": 1, "share": 1, "remanded": False, "cause": "", "tags": [], "case_type": "civil"}
    for name, value in good.items():
        check_value(FACTS[name], value)
        check_value(FACTS[name], None)
