"""What elements and outcomes may hold, however it was written."""

from datetime import date
from decimal import Decimal

import pytest

from cases.element_values import (
    MEASURES,
    BadValue,
    element_in_words,
    element_named,
    element_value,
    measure_named,
    outcome_in_words,
    outcome_value,
)
from catalogues import library

KNOWN = library.sentenced().elements_of(None, date(2026, 6, 30))


@pytest.mark.parametrize(
    ("key", "said", "kept"),
    [
        ("surrender", "是", True),
        ("surrender", "√", True),
        ("surrender", False, False),
        ("deaths", "2人", 2),
        ("deaths", 2.0, 2),
        ("amount", "1.2万元", 12000),
        ("amount", "12,000.50", 12000.5),
        ("alcohol", "１５６.3", 156.3),
        ("rate", "14.4%", 14.4),
        ("liability", "主要责任", "2"),
        ("liability", 3, "3"),
        ("ethnicity", " 汉族 ", "汉族"),
    ],
)
def test_a_value_is_kept_the_same_however_it_was_written(key, said, kept):
    found = element_value(KNOWN[key], said)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("key", "said", "sentence"),
    [
        ("surrender", "也许", "“自首”的“也许”应为“是”或“否”"),
        ("deaths", "1.5", "“死亡人数”的“1.5”应为不小于 0 的整数"),
        ("deaths", "-1", "“死亡人数”的“-1”应为不小于 0 的整数"),
        ("amount", "1e999", "“犯罪数额”的“1e999”应为不小于 0 的数"),
        ("amount", float("nan"), "“犯罪数额”的“nan”应为不小于 0 的数"),
        ("amount", float("inf"), "“犯罪数额”的“inf”应为不小于 0 的数"),
        ("amount", "99999999999999999", "“犯罪数额”的“99999999999999999”应为不小于 0 的数"),
        ("liability", "次要", "“事故责任”的“次要”应为未认定、同等责任、主要责任、全部责任"),
        ("ethnicity", "汉" * 61, "不超过 60 个字的文字"),
        ("ethnicity", "汉\0族", "不超过 60 个字的文字"),
        ("surrender", "", "“自首”没有填写，应为“是”或“否”"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(key, said, sentence):
    with pytest.raises(BadValue) as refused:
        element_value(KNOWN[key], said)
    assert sentence in refused.value.chinese


def test_an_element_goes_by_key_or_name_and_an_unknown_one_names_the_nearest():
    assert element_named("surrender", KNOWN) is element_named("自首", KNOWN)
    with pytest.raises(BadValue, match="did you mean 'surrender'") as refused:
        element_named("surender", KNOWN)
    assert refused.value.chinese == "没有“surender”这一要素，是否为“surrender”？"


@pytest.mark.parametrize(
    ("measure", "said", "kept"),
    [
        ("months", "18", 18),
        ("months", "1年6个月", 18),
        ("刑期", "有期徒刑3年", 36),
        ("months", "拘役4个月", 4),
        ("罚金", "2万元", 20000),
        ("缓刑", "是", 1),
        ("probation", 0, 0),
        ("probation", "1.0000", 1),
        ("支持比例", "85%", Decimal("0.85")),
        ("awarded_share", 0.333, Decimal("0.333")),
    ],
)
def test_an_outcome_is_a_number_however_it_was_written(measure, said, kept):
    assert outcome_value(measure_named(measure), said) == kept


@pytest.mark.parametrize(
    ("measure", "said"),
    [("months", "很久"), ("months", ""), ("months", "年"), ("fine", "-5"), ("probation", "2"), ("awarded_share", "1.2"),
     ("awarded_share", "nan"), ("months", "99999")],
)  # fmt: skip
def test_an_outcome_that_cannot_be_is_refused(measure, said):
    with pytest.raises(BadValue, match="should be"):
        outcome_value(MEASURES[measure], said)


def test_trial_days_are_counted_and_not_recorded():
    with pytest.raises(BadValue, match="follows from the days"):
        measure_named("审理天数")


def test_values_are_told_in_words():
    assert element_in_words(KNOWN["liability"], "2") == "主要责任"
    assert element_in_words(KNOWN["amount"], 12000) == "12,000 元"
    assert element_in_words(KNOWN["deaths"], 1) == "1 人"
    assert element_in_words(None, "x") == "x"
    assert outcome_in_words("months", Decimal("18.5000")) == "18.5 个月"
    assert outcome_in_words("awarded_share", Decimal("0.8500")) == "85%"
    assert outcome_in_words("probation", Decimal(1)) == "是"
    assert outcome_in_words("fine", Decimal("20000.0000")) == "20,000 元"
