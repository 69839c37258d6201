"""The rules that ship: complete, sourced, as secret as what they read, and true to their own examples."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy

import pytest

from catalogues import library, rulebook
from catalogues.schema import misfits
from catalogues.soundness import problems_of_files
from catalogues.supervision_fields import FACT, RULE
from courts.roles import Role
from predicates.language import compile_condition, facts_of

#: Cases with the rules they hit under the parameters that ship, all else being unknown.
CASES = [
    ({"case_type": "civil", "court_level": "basic", "same_side_max": 96, "cause_tags": ["housing_presale"]}, "B01 B02"),
    ({"case_type": "civil", "court_level": "basic", "claim_amount": 9999999.99}, ""),
    ({"case_type": "civil", "court_level": "basic", "claim_amount": 10000000}, "A08"),
    ({"case_type": "civil", "court_level": "intermediate", "claim_amount": 50000000, "party_flags": ["foreign"]}, "A09"),
    ({"case_type": "criminal", "victim_n": 150, "cause_tags": ["fund_raising"], "proposed_outcome": "exempt"}, "B03 E04"),
    ({"case_type": "criminal", "cause_tags": ["gang"], "proposed_outcome": "death_reprieve", "months_detained": 36}, "A11 A14 E03"),
    ({"case_type": "civil", "similar_n": 4, "similar_conflict_share": 0.9}, ""),
    ({"case_type": "civil", "similar_n": 5, "similar_conflict_share": 0.6, "deviation_q": 0.05}, "C01 C04"),
    ({"case_type": "administrative", "cause_tags": ["demolition"], "same_side_max": 12, "group_visit_persons": 5}, "B01 B02 B04 B07"),
    ({"case_type": "enforcement", "party_flags": ["government"], "execution_target_flags": ["government"], "months_pending": 12}, "A10 A15"),
    ({"case_type": "civil", "complaint_realname_leads": True, "three_rules_report": True, "judge_recusal_hit": True}, "D01 D04 D06"),
    ({"case_type": "civil", "same_side_max": 9, "series_n_12m": 5, "cause_tags": ["wage"], "months_pending": 12.1, "remanded": True}, "A14 B02 B05 E05"),
]  # fmt: skip


@pytest.fixture
def facts():
    return {name: found.fact for name, found in library.rule_facts().items()}


@pytest.fixture
def rules():
    return deepcopy(library.entries_of("supervision_rules.yaml"))


@pytest.fixture
def refused(facts):
    def say(entries: dict) -> list[str]:
        found = rulebook.check_rules(entries, facts, library.rule_parameters(), "ABCDE")
        return [f"{' › '.join(path)}: {english}" for path, english, _ in found]

    return say


def test_everything_that_ships_is_sound():
    assert problems_of_files() == []


def test_43_rules_over_56_facts_in_the_five_categories():
    rules = library.supervision_rules()
    assert Counter(rule.category for rule in rules) == {"A": 15, "B": 9, "C": 4, "D": 8, "E": 7}
    assert len(library.rule_facts()) == 56
    assert {each.code: each.article for each in library.rule_categories()} == {
        "A": 3,
        "B": 4,
        "C": 5,
        "D": 6,
        "E": 7,
    }


@pytest.mark.parametrize(("case", "hits"), CASES, ids=[f"T{place}" for place in range(1, 13)])
def test_the_rules_hit_the_cases_they_should_and_no_others(case, hits):
    parameters = library.rule_parameters()
    found = [
        rule.code
        for rule in library.supervision_rules()
        if compile_condition(rule.condition, parameters)(case)
    ]
    assert " ".join(sorted(found)) == hits


def test_every_rule_names_its_basis_and_has_an_example_of_each_kind():
    for code, shipped in library.shipped_rules().items():
        kinds = Counter(example.hits for example in shipped.rule.examples)
        assert shipped.rule.basis and shipped.confidence, code
        assert kinds[True] and kinds[False] and all(example.name for example in shipped.rule.examples), code


def test_a_rule_without_an_article_of_law_says_so():
    designed = {code for code, shipped in library.shipped_rules().items() if "项目设计" in shipped.rule.basis}
    assert designed == {"A06", "C04", "D07", "D08", "E06"}
    assert all(library.shipped_rules()[code].confidence == "practice" for code in designed)


def test_a_rule_is_secret_exactly_where_it_reads_a_complaint():
    secret_facts = {name for name, found in library.rule_facts().items() if found.secret}
    assert secret_facts == {
        "complaint_realname_leads", "inspection_finding", "assistant_complaint", "three_rules_report",
        "judge_investigated", "lawyer_judge_pair_n", "lawyer_judge_pair_outlier",
    }  # fmt: skip
    rules = library.supervision_rules()
    assert {rule.code for rule in rules if rule.secret} == {"D01", "D03", "D04", "D05", "D08"}
    assert all(rule.secret == bool(secret_facts & {*facts_of(rule.condition)}) for rule in rules)


def test_17_rules_are_boxes_at_filing_the_same_as_in_the_shenzhen_profile():
    assert {*library.filing_ticks()} == library.rule_profiles()["shenzhen_17"].codes
    assert len(library.filing_ticks()) == 17


def test_nobody_states_what_is_computed_and_complaints_are_stated_by_the_discipline_office_alone():
    for name, found in library.rule_facts().items():
        assert bool(found.stated_by) == (found.origin == "stated"), name
        assert {*found.stated_by} <= {role.value for role in Role}, name
        if found.secret and found.origin == "stated":
            assert found.stated_by == ("discipline",), name


def test_every_fact_is_worded_for_people(facts):
    for name, found in library.rule_facts().items():
        assert found.label and found.meaning and found.basis, name
        assert bool(found.choices) == (found.type in ("enum", "list")), name
        assert all(words for _, words in found.choices), name
    assert facts["cause_tags"].choices[0] == ("gang", "涉黑涉恶")


# --- what is refused ------------------------------------------------------------------------------------
def test_an_unknown_fact_in_a_rule_is_met_with_the_nearest(rules, refused):
    rules["B01"]["when"]["all"][1]["f"] = "same_side_mx"
    assert refused(rules) == [
        'B01 › when › all › 2 › f: unknown fact "same_side_mx"; did you mean "same_side_max"?'
    ]


def test_an_unknown_parameter_in_a_rule_is_met_with_the_nearest(rules, refused):
    rules["B01"]["when"]["all"][1]["v"] = {"p": "group_part_n"}
    assert 'unknown parameter "group_part_n"; did you mean "group_party_n"?' in refused(rules)[0]


def test_an_example_that_does_not_hold_is_named(rules, refused):
    rules["B01"]["examples"][0]["facts"]["same_side_max"] = 9
    rules["B01"]["examples"][2]["facts"]["same_side_max"] = 10
    assert refused(rules) == [
        "B01 › examples › 原告恰好十人: does not hit the rule; correct the facts, the rule or what is expected",
        "B01 › examples › 原告九人: hits the rule; correct the facts, the rule or what is expected",
    ]


def test_a_rule_needs_an_example_of_each_kind(rules, refused):
    rules["A07"]["examples"] = rules["A07"]["examples"][:1]
    assert refused(rules) == ["A07 › examples: has no must-miss example; give one"]


def test_an_example_states_facts_there_are_with_values_they_can_have(rules, refused):
    rules["A07"]["examples"][0]["facts"] = {"ac_requird": True, "case_type": "civl", "same_side_max": 1.5}
    said = refused(rules)
    assert 'unknown fact "ac_requird"; did you mean "ac_required"?' in said[0]
    assert 'did you mean "civil"?' in said[1]
    assert "is not a whole number" in said[2]


def test_an_open_rule_may_not_read_a_complaint(rules, refused):
    rules["D02"]["when"] = {"any": [rules["D02"]["when"], {"f": "judge_investigated", "op": "is_true"}]}
    assert "D02 › secret: must be true: a rule is as secret as the facts it reads" in refused(rules)[0]


def test_a_rule_that_reads_no_complaint_may_not_be_called_secret(rules, refused):
    rules["D02"]["secret"] = True
    assert "D02 › secret: must be left out" in refused(rules)[0]


def test_a_rule_without_a_basis_is_refused(rules):
    del rules["E07"]["basis"]
    ((path, english, chinese),) = misfits(RULE, rules.items())
    assert (path, english, chinese) == (
        ("E07",),
        '"basis" (依据) is missing; give it',
        "缺少“依据”（basis），请补上",
    )


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("case_type", {"choices": None}, "belong to the types enum and list"),
        ("over_limit", {"choices": {"a": "甲"}}, "belong to the types enum and list"),
        ("remanded", {"stated_by": []}, "must name who states it"),
        ("over_limit", {"stated_by": ["judge"]}, "must name who states it"),
    ],
)
def test_a_fact_that_contradicts_itself_is_refused(name, change, says):
    entries = deepcopy(library.entries_of("rule_facts.yaml"))
    entries[name].update(change)
    ((path, english, _),) = rulebook.check_facts(entries)
    assert path[0] == name and says in english


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"type": "integer"}, 'unknown value "integer"; did you mean "int"?'),
        ({"secret": "yes"}, 'must be true or false, not "yes"'),
        ({"choices": ["a"]}, "must give a name for each code"),
        ({"stated_by": ["jugde"]}, 'did you mean "judge"?'),
    ],
)
def test_a_fact_of_the_wrong_form_is_refused(change, says):
    body = {**library.entries_of("rule_facts.yaml")["remanded"], **change}
    assert says in next(iter(misfits(FACT, [("remanded", body)])))[1]
