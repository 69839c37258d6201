"""What the demo court decides: drawn from its own chance, within the law, the same for everyone alike."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from statistics import mean, median

import pytest

from catalogues import library as law
from pipeline.demo import claims, crimes, judgments, sentences
from pipeline.demo.library import EXAMPLES, MARK, number_of, text_of
from pipeline.demo.outcomes import PROTECTED, Subject, element_lines, outcome_lines, tell_all
from pipeline.demo.people import COURTS

DAY = date(2026, 6, 30)
KNOWN = law.sentenced().elements_of(None, DAY)
CAUSES = (*crimes.CRIMES, *claims.CLAIMS)


def subject(number, cause, **fields):
    values = {
        "id": number, "court": COURTS[number % len(COURTS)], "court_name": "某法院", "number": str(number), "cause": cause,
        "filed_on": DAY - timedelta(days=60 + number % 700), "closed_on": DAY - timedelta(days=number % 660), "sealed": False,
        "amount": None if cause in crimes.CRIMES else 20_000.0 + number, "detained": False, "accused": [number * 10],
        "effective_on": DAY - timedelta(days=number % 660),
    }  # fmt: skip
    return Subject(**(values | fields))


@pytest.fixture(scope="module")
def subjects():
    return [subject(number, CAUSES[number % len(CAUSES)]) for number in range(1, 6_000)]


@pytest.fixture(scope="module")
def told(subjects):
    return list(tell_all(subjects, Random("a"), DAY))


def values_of(told, measure):
    return [one[measure] for each in told for one in each.outcomes.values() if measure in one]


def test_the_same_chance_tells_the_same_and_another_something_else(subjects, told):
    def lines(seed):
        again = list(tell_all(subjects, Random(seed), DAY))
        return element_lines(again), outcome_lines(again)

    assert lines("a") == (element_lines(told), outcome_lines(told)) != lines("b")


def test_every_element_is_one_the_catalogue_has_for_the_cause_with_a_value_it_takes(told):
    for each in told:
        category = "刑事" if each.subject.is_crime else "民事"
        for elements in each.elements.values():
            for key, value in elements.items():
                element = KNOWN[key]
                assert element.fits(category=category, cause_code="", cause=each.subject.cause), (
                    key,
                    each.subject.cause,
                )
                choices = {code for code, _ in element.choices}
                fits = {
                    "bool": value is True, "int": isinstance(value, int), "choice": value in choices,
                    "number": isinstance(value, int | float), "text": isinstance(value, str),
                }  # fmt: skip
                assert fits[element.type], (key, value)


def test_sentences_keep_within_the_law_and_probation_below_three_years(told):
    for each in told:
        for outcome in each.outcomes.values():
            if "months" in outcome:
                assert 1 <= outcome["months"] <= 180
                assert ("probation" in outcome) == (outcome["months"] <= 36)
            else:
                assert 0 <= outcome["awarded_share"] <= 1


def test_circumstances_move_the_sentence_and_protected_attributes_do_not():
    scene = crimes.Scene({}, 12.0, (1, 36))
    crime = crimes.Crime(lambda rng: scene)
    rng = Random(3)
    drawn = [
        sentences.sentence(crime, scene, sentences.Accused(0, 2026), rng, effect=0, may_be_planted=False)
        for _ in range(6_000)
    ]

    def months(name, value):
        groups = ([], [])
        for one in drawn:
            groups[({**one.elements, **one.protected}.get(name) == value)].append(one.outcomes["months"])
        return mean(groups[1]) / mean(groups[0])

    assert months("surrender", True) < 0.9
    assert months("recidivist", True) > 1.15
    assert months("gender", "1") == pytest.approx(1, abs=0.06)
    assert months("ethnicity", "彝族") == pytest.approx(1, abs=0.15)


def test_more_serious_scenes_carry_more():
    rng = Random(1)
    drawn = [crimes.theft(rng) for _ in range(3_000)]
    light = [scene.base for scene in drawn if scene.elements["amount"] < 5_000]
    grave = [scene.base for scene in drawn if scene.elements["amount"] > 60_000]
    assert median(light) < 12 < 36 < median(grave)


def test_outliers_are_few_and_of_the_last_weeks_alone(told):
    late = [each for each in told if (DAY - each.subject.closed_on).days < sentences.PLANTED_DAYS]
    planted = [each for each in told if each.planted]
    assert 0 < len(planted) < len(late) * 0.06
    assert all(each in late for each in planted)


def test_open_cases_have_elements_and_no_outcome():
    open_cases = [subject(number, CAUSES[number % len(CAUSES)], closed_on=None) for number in range(1, 50)]
    told = list(tell_all(open_cases, Random(1), DAY))
    assert all(each.elements[None] for each in told if each.subject.amount) and not outcome_lines(told)


def test_several_defendants_are_sentenced_one_by_one_and_share_the_scene():
    cases = [
        subject(number, "盗窃罪", accused=[number * 10 + place for place in range(3)])
        for number in range(1, 60)
    ]
    for each in tell_all(cases, Random(1), DAY):
        assert set(each.outcomes) == set(each.subject.accused)
        assert set(each.elements) == {None, *each.subject.accused}
        assert "amount" in each.elements[None] and "gender" not in each.elements[None]


def test_the_first_of_a_sealed_case_is_a_minor():
    [told] = tell_all([subject(1, "盗窃罪", sealed=True)], Random(1), DAY)
    assert (
        told.elements[None]["minor_16_18"]
        and told.elements[None]["birth_year"] == told.subject.filed_on.year - 17
    )


def test_pairs_that_disagree_are_alike_but_for_the_result(told):
    pairs = [each for each in told if each.quarrel]
    assert Counter(each.quarrel[0].issue for each in pairs) == dict.fromkeys(
        (quarrel.issue for quarrel in judgments.QUARRELS), 2
    )
    for quarrel in judgments.QUARRELS:
        first, second = (each for each in pairs if each.quarrel[0] is quarrel)
        words = [judgments.of_quarrel(*each.quarrel) for each in (first, second)]
        assert {each.result for each in words} == {"support", "dismiss"}
        assert words[0].issue == words[1].issue
        assert {each.subject.court for each in (first, second)} == {"川1502"}


def test_judgments_tell_their_elements_in_varied_words():
    rng = Random(2)
    texts = set()
    for _ in range(40):
        scene = crimes.theft(rng)
        words = judgments.of_crime("盗窃罪", {**scene.elements, "surrender": True}, rng)
        assert f"{scene.elements['times']}次" in words.text and "自首" in words.text
        texts.add(words.text)
    assert len(texts) == 40
    for cause in judgments.CLAIMS:
        elements, share = claims.CLAIMS[cause](rng, 30_000)
        assert judgments.of_claim(cause, {"claimed": 30_000, **elements}, share, rng).text.startswith(
            "经审理查明"
        )


def test_made_up_judgments_of_the_library_say_so():
    assert len(EXAMPLES) == 20
    for place, example in enumerate(EXAMPLES, start=1):
        assert "演示" in number_of(place, example) and text_of(example).startswith(MARK)


def test_what_is_protected_is_what_the_catalogue_protects():
    assert set(PROTECTED) == {key for key, element in KNOWN.items() if element.protected}
