"""Simple, ordinary, complex: the points, the traps of a small claim with much behind it, and what is not known."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogues import library
from catalogues.quota_fields import FACTS
from quota.complexity import classify

DAY = date(2026, 6, 30)
POINTS = library.quotas().points_of(None, DAY)
ASKED = sorted({point.fact for point in POINTS.values()})
COUNTS = ("amount", "parties", "related_cases", "petitions", "mutual_suits", "evidence_volumes")
NOTHING = {fact: 0 if fact in COUNTS else False for fact in ASKED}


def of(**facts):
    return classify(points=POINTS, facts={**NOTHING, **facts}, simple_below=15, complex_from=40)


def test_nothing_that_counts_is_a_simple_case():
    found = of()
    assert (found.klass, found.score, found.reasons, found.unknown) == ("simple", 0, (), ())
    assert found.settled


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ({"amount": 1_000_000}, 0),
        ({"amount": 1_000_000.01}, 10),
        ({"amount": 10_000_000}, 10),
        ({"amount": 10_000_001}, 20),
        ({"parties": 3}, 0),
        ({"parties": 4}, 8),
        ({"parties": 9}, 8),
        ({"parties": 10}, 20),
        ({"complex_cause": True}, 25),
        ({"related_cases": 3}, 15),
        ({"appraisal": True}, 15),
        ({"foreign": True}, 20),
        ({"whereabouts_unknown": True}, 5),
        ({"evidence_volumes": 3}, 0),
        ({"evidence_volumes": 4}, 8),
        ({"counterclaim": True}, 10),
        ({"remanded": True}, 25),
        ({"four_category": True}, 25),
        ({"simple_form": True}, -10),
    ],
)
def test_each_point_of_the_table(facts, score):
    assert of(**facts).score == score


@pytest.mark.parametrize(
    ("facts", "klass"),
    [
        ({"counterclaim": True, "whereabouts_unknown": True}, "ordinary"),  # 15
        ({"counterclaim": True}, "simple"),  # 10
        ({"complex_cause": True, "appraisal": True}, "complex"),  # 40
        ({"complex_cause": True, "counterclaim": True}, "ordinary"),  # 35
    ],
)
def test_the_class_turns_at_15_and_at_40(facts, klass):
    assert of(**facts).klass == klass


@given(
    st.integers(3, 200),
    st.sampled_from(["related_cases", "petitions", "mutual_suits"]),
    st.floats(0, 50_000),
    st.booleans(),
)
def test_a_small_claim_with_much_behind_it_is_never_simple(many, what, amount, simple_form):
    found = of(**{what: many}, amount=amount, simple_form=simple_form)
    assert found.klass != "simple"
    assert any(reason.never_simple for reason in found.reasons)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"related_cases": 3}, "related_cases"),  # 标的小、关联大
        ({"petitions": 1}, "petitions"),  # 数额小、矛盾大
        ({"mutual_suits": 2}, "mutual_suits"),
        ({"related_cases": 5, "petitions": 4, "mutual_suits": 6}, "mutual_suits"),
    ],
)
def test_the_four_traps_are_ordinary_at_least_although_the_form_is_simple(facts, code):
    found = of(amount=300, simple_form=True, **facts)
    assert found.klass in ("ordinary", "complex")
    assert code in [reason.code for reason in found.reasons]


def test_reasons_say_what_was_found_and_how_much_it_counts():
    (reason,) = of(parties=12).reasons
    assert (reason.code, reason.label, reason.points, reason.value) == (
        "parties_10",
        "当事人10人以上",
        20,
        12,
    )


def test_a_fact_not_known_is_named_counts_nothing_and_leaves_classes_open():
    found = of(foreign=None, petitions=None)
    assert found.klass == "simple" and found.score == 0
    assert set(found.unknown) == {"foreign", "petitions"}
    assert found.possible == ("simple", "ordinary") and not found.settled


KNOWN = st.booleans() | st.integers(0, 20_000_000)
FACT = st.none() | KNOWN


@given(st.fixed_dictionaries(dict.fromkeys(ASKED, FACT)))
def test_the_class_is_among_those_the_unknown_leave_open_and_follows_from_the_reasons(facts):
    found = classify(points=POINTS, facts=facts, simple_below=15, complex_from=40)
    assert found.klass in found.possible
    assert found.score == sum(reason.points for reason in found.reasons)
    assert set(found.unknown) == {fact for fact, value in facts.items() if value is None}


@given(
    st.fixed_dictionaries(dict.fromkeys(ASKED, FACT)),
    st.fixed_dictionaries(dict.fromkeys(ASKED, KNOWN)),
)
def test_learning_what_was_unknown_ends_in_a_class_that_was_open(facts, learnt):
    before = classify(points=POINTS, facts=facts, simple_below=15, complex_from=40)
    known = {fact: learnt[fact] if value is None else value for fact, value in facts.items()}
    after = classify(points=POINTS, facts=known, simple_below=15, complex_from=40)
    assert after.klass in before.possible


def test_every_fact_the_points_ask_has_a_name():
    assert set(ASKED) <= set(FACTS)
