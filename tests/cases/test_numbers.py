"""Case numbers (案号) are read exactly, or refused with the nearest thing that would be right."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cases.numbers import PROVINCES, explain, nearest, normalize, parse
from catalogues import library

CODES = library.type_codes()
EXAMPLES = yaml.safe_load((Path(__file__).parent / "data" / "case_numbers.yaml").read_text(encoding="utf-8"))
PARTS = ("year", "court", "special", "type", "serial", "sub")

courts = st.one_of(
    st.just("最高法"),
    st.builds(
        "{}{}".format, st.sampled_from(sorted(PROVINCES)), st.from_regex(r"([0-9]{2}){0,2}", fullmatch=True)
    ),
)
valid_numbers = st.builds(
    "（{}）{}{}{}{}号{}".format,
    st.integers(2016, 2100),
    courts,
    st.sampled_from(["", "知"]),
    st.sampled_from(sorted(CODES)),
    st.integers(1, 99_999_999),
    st.sampled_from(["", "之一", "之十二"]),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["text"])
def test_the_published_examples_hold(example):
    number = parse(example["text"], CODES)
    assert number.normalized == example["tidy"]
    assert (number.status, number.problem) == (example["status"], example.get("problem"))
    assert [getattr(number, part) for part in PARTS] == example.get("parts", [None] * 6)
    assert (number.category is not None) == number.is_valid


@given(valid_numbers)
def test_a_valid_number_is_read_back_from_its_parts(text):
    number = parse(text, CODES)
    assert number.is_valid and number.category == CODES[number.type]
    parts = (number.court, number.special, number.type, number.serial, "号", number.sub)
    assert f"（{number.year}）" + "".join(str(part) for part in parts if part) == text


@given(valid_numbers, st.data())
def test_white_space_width_and_brackets_do_not_matter(text, data):
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    opening, closing = data.draw(st.sampled_from(["()", "〔〕", "[]", "【】", "［］", "｛｝"]))
    untidy = (
        data.draw(st.sampled_from([text, text.translate(wide)])).replace("（", opening).replace("）", closing)
    )
    space = data.draw(st.sampled_from([" ", "\u3000", "\u200b", "\ufeff", "\u2060", "\t", "\u00a0"]))
    assert normalize(space + space.join(untidy) + space) == text
    assert parse(space.join(untidy), CODES).normalized == text


@given(valid_numbers)
def test_nothing_is_mended_in_a_valid_number(text):
    guess, faults = nearest(text, CODES)
    assert guess is not None and guess.normalized == text
    assert faults == ()


@given(st.text(max_size=40))
def test_any_text_gets_an_answer_and_an_explanation(text):
    number = parse(text, CODES)
    assert number.status in ("valid", "legacy", "invalid")
    assert (number.problem is None) == number.is_valid
    assert explain(number, CODES)


@pytest.mark.parametrize(
    ("text", "meant", "fault"),
    [
        ("（2024）川1502民初0123号", "（2024）川1502民初123号", "编号前不应补零"),
        ("（2024）川1502民初3", "（2024）川1502民初3号", "缺少“号”"),
        ("（2024）蒙01民初3号", "（2024）内01民初3号", "不是“蒙”"),
        ("（2024）四川省1502民初3号", "（2024）川1502民初3号", "不用“四川”"),
        ("（2024）川1502民一初3号", "（2024）川1502民初3号", "没有“民一初”"),
        ("（2024川1502民初3号", "（2024）川1502民初3号", "一对圆括号"),
        ("2024川1502民初3号", "（2024）川1502民初3号", "一对圆括号"),
        ("（24）川1502民初3号", "（2024）川1502民初3号", "4 位数字"),
        ("（2018）苏0281刑初第1629号", "（2018）苏0281刑初1629号", "不用“字第”"),
        ("（2019）云Ｏ122刑初223号", "（2019）云0122刑初223号", "误写为字母"),
        ("（2019）陕0403刑初31-2号", "（2019）陕0403刑初31号之二", "号之一"),
        ("（2019）冀0826刑初号107号", "（2019）冀0826刑初107号", "在编号之后"),
    ],
)
def test_a_slip_is_named_and_the_nearest_number_offered(text, meant, fault):
    said = explain(parse(text, CODES), CODES)
    assert fault in said[0]
    assert said[-1] == f"是否应为“{meant}”？"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("（2024）川151民初3号", "现为 3 位"),
        ("（2024）翠屏民初字第3号", "不是“翠”"),
        ("（2024）川1502某某3号", "没有“某某”"),
        ("湘1129刑初64号", "以收案年度开头"),
        ("（2012）川1502民初3号", "自2016年起使用"),
        ("（2019）甘0423刑初39、64号", "编号应为"),
    ],
)
def test_what_cannot_be_guessed_is_located(text, said):
    assert said in explain(parse(text, CODES), CODES)[-1]


def test_a_valid_number_is_explained_part_by_part():
    said = explain(parse("（2019）最高法知民终1号之一", CODES), CODES)
    assert said == (
        "2019：收案年度",
        "最高法：法院代字，最高人民法院",
        "知：专门审判代字，技术类知识产权",
        "民终：类型代字，属民事案件",
        "1：编号",
        "之一：文书序号，不是案号的组成部分",
    )
