"""A rule reads as a clerk would say it, in one way only."""

import pytest

from predicates.language import Fact, read_condition
from predicates.sentences import read_aloud, say_value

FACTS = {
    fact.name: fact
    for fact in (
        Fact(
            "kind",
            "enum",
            "案件类型",
            choices=(("civil", "民事"), ("admin", "行政"), ("enforcement", "执行")),
        ),
        Fact("people", "int", "同一方人数", unit="人"),
        Fact("claim", "money", "诉讼标的额", unit="元"),
        Fact("remanded", "bool", "发回重审"),
        Fact("tags", "list", "案由标签", choices=(("wage", "劳动报酬"),)),
    )
}
KIND = {"f": "kind", "op": "in", "v": ["civil", "admin", "enforcement"]}
MANY = {"f": "people", "op": "gte", "v": {"p": "many"}}
BACK = {"f": "remanded", "op": "is_true"}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"all": [KIND, MANY]}, "案件类型为民事、行政或执行，且同一方人数不少于10人（参数）"),
        ({"all": [KIND, {"any": [MANY, BACK]}]}, "案件类型为民事、行政或执行，且（同一方人数不少于10人（参数），或发回重审为“是”）"),
        ({"none": [BACK, {"f": "tags", "op": "contains_any", "v": ["wage"]}]}, "并非（发回重审为“是”，或案由标签含有劳动报酬）"),
        ({"none": [{"all": [KIND, BACK]}]}, "并非（案件类型为民事、行政或执行，且发回重审为“是”）"),
        ({"all": [{"any": [KIND, BACK]}]}, "案件类型为民事、行政或执行，或发回重审为“是”"),
        ({"all": [BACK, {"all": [{"any": [KIND, BACK]}]}]}, "发回重审为“是”，且（案件类型为民事、行政或执行，或发回重审为“是”）"),
        ({"f": "claim", "op": "gt", "v": 100_000_000}, "诉讼标的额超过1亿元"),
        ({"f": "claim", "op": "lt", "v": 15_000_000}, "诉讼标的额少于1500万元"),
        ({"f": "claim", "op": "lte", "v": 0.05}, "诉讼标的额不超过0.05元"),
        ({"f": "remanded", "op": "exists"}, "发回重审已有记录"),
        ({"f": "kind", "op": "ne", "v": "civil"}, "案件类型不为民事"),
    ],
)  # fmt: skip
def test_a_condition_is_said(body, sentence):
    assert read_aloud(read_condition(body, FACTS, {"many": 10}), FACTS, {"many": 10}) == sentence


def test_an_amount_is_never_rounded_by_its_words():
    said = [
        say_value(FACTS["claim"], amount)
        for amount in (10_000, 12_345, 9_999_999.99, 123_400_000, 123_456_789)
    ]
    assert said == ["1万元", "12345元", "9999999.99元", "12340万元", "123456789元"]
