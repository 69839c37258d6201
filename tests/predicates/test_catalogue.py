"""A file of rules is read whole or refused with the rule that is wrong."""

import copy

import pytest

from predicates.catalogue import broken_examples, read_catalogue
from predicates.documents import Document
from predicates.problems import Misread

GOOD = {
    "params": {"many": {"v": 10, "note": "十人以上"}, "few": 2},
    "fields": {
        "people": ["int", "filing", "how many"],
        "kind": ["enum", "filing", "civil|criminal"],
        "complaint": ["bool", "any", ""],
        "share": ["float"],
    },
    "rules": [
        {"c": "B01", "cat": "B", "name": "人数众多", "src": "S1", "stage": "filing", "mode": "auto", "sev": "high",
         "when": {"f": "people", "op": "gte", "v": {"p": "many"}},
         "examples": [{"hits": True, "facts": {"people": 10}}, {"hits": False, "facts": {"people": 9}, "name": "九人"}]},
        {"c": "D01", "conf": "secret", "when": {"f": "complaint", "op": "is_true"}},
    ],
    "profiles": {"full": {"codes": "*"}, "one": {"codes": ["B01"]}, "heads": {"heads": {"甲": ["B01"], "乙": ["D01"]}},
                 "gone": {"codes": ["B02"]}, "empty": {"label": "?"}},
    "anything": {"else": "is ignored"},
}  # fmt: skip


def refused(change, **overrides):
    document = copy.deepcopy(GOOD)
    change(document)
    with pytest.raises(Misread) as wrong:
        read_catalogue(document, overrides)
    return wrong.value.problems


def test_a_rule_says_everything_its_file_says():
    rule, secret = read_catalogue(GOOD).rules
    assert (rule.code, rule.category, rule.name, rule.stage) == ("B01", "B", "人数众多", "filing")
    assert (rule.mode, rule.severity, rule.basis, rule.secret) == ("auto", "high", "S1", False)
    assert secret.secret and secret.stage == "any"
    assert [example.name for example in rule.examples] == ["", "九人"]


def test_examples_are_held_against_the_rule_and_the_parameters_in_force():
    rule = read_catalogue(GOOD).rules[0]
    assert broken_examples(rule, {"many": 10}) == ()
    assert broken_examples(rule, {"many": 11}) == rule.examples[:1]
    assert broken_examples(rule, {"many": 9}) == rule.examples[1:]


def test_profiles_list_codes_or_heads_and_only_the_one_asked_for_must_be_right():
    catalogue = read_catalogue(GOOD)
    assert catalogue.profile("full") is None
    assert catalogue.profile("one") == {"B01"}
    assert catalogue.profile("heads") == {"B01", "D01"}
    for name, said in (
        ("gone", 'profile "gone": unknown rule "B02"'),
        ("ones", 'did you mean "one"?'),
        ("empty", "lists no rules"),
    ):
        with pytest.raises(Misread, match=said.replace("?", r"\?")):
            catalogue.profile(name)


def test_parameters_can_be_set_otherwise_and_only_to_what_they_can_be():
    assert read_catalogue(GOOD, {"many": 12}).parameters == {"many": 12, "few": 2}
    assert 'did you mean "many"?' in refused(lambda it: None, many_=12)[0].english
    assert "give a number such as 10" in refused(lambda it: None, many="12")[0].english
    assert "needs a whole number" in refused(lambda it: None, many=12.5)[0].english


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        (lambda it: it["rules"][1]["when"].update(f="complain"), ("rules", 1, "when", "f"),
         'rule D01, when › f: unknown fact "complain"; did you mean "complaint"?'),
        (lambda it: it["rules"][1].pop("when"), ("rules", 1, "when"), "rule D01, when: null is no condition"),
        (lambda it: it["rules"][1].pop("c"), ("rules", 1, "c"), "rule no. 2, c: needs a code"),
        (lambda it: it["rules"][1].update(c="B01"), ("rules", 1, "c"), "rule B01, c: stands here a second time"),
        (lambda it: it["rules"][0]["examples"][0]["facts"].update(people="10"),
         ("rules", 0, "examples", 0, "facts", "people"), "is not a whole number"),
        (lambda it: it["rules"][0]["examples"][0].pop("hits"), ("rules", 0, "examples", 0, "hits"), "needs hits"),
        (lambda it: it["fields"].update(people=["integer"]), ("fields", "people"), 'did you mean "int"?'),
        (lambda it: it["fields"].update(people="int"), ("fields", "people"), "give [type, stage, meaning]"),
        (lambda it: it.pop("rules"), ("rules",), "rules must be a list"),
        (lambda it: it.pop("fields"), ("fields",), "fields must be a mapping"),
        (lambda it: it["params"].update(many={"note": ""}), ("params", "many"), "has no value"),
    ],
)  # fmt: skip
def test_a_fault_names_its_rule_and_its_place(change, path, said):
    problem = refused(change)[0]
    assert problem.path == path
    assert said in problem.english


def test_a_document_knows_its_lines():
    document = Document("params: {}\nrules:\n- c: A\n  when:\n    all:\n    - {f: x}\n    - {f: y}\n")
    assert document.line_of(("rules", 0, "when", "all", 1, "f")) == 7
    assert document.line_of(("rules", 0, "nothing")) == 3
    assert document.line_of(("rules", 9)) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "not valid YAML at line 2"),
        ("rules:\n- {c: A, c: B}\n", '"c" stands twice \\(line 2\\)'),
        ("[" * 50_000, "nested too deeply"),
        ("a: 2026-13-45", "value that YAML cannot read"),
        ("a: !!python/object:os.system x", "not valid YAML"),
        ("a: !!int x", "value that YAML cannot read"),
        ("? [a]\n: 1", "not valid YAML"),
    ],
)
def test_what_is_no_document_is_refused_in_one_sentence(text, said):
    with pytest.raises(Misread, match=said):
        Document(text)
