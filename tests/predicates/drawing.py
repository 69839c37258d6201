"""Conditions and cases drawn at random, and the oracle that answers them, for the tests of every reading."""

from __future__ import annotations

from hypothesis import strategies as st

from predicates.language import OPERATORS, Fact, read_condition

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
