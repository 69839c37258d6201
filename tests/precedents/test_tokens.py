"""What stays of a judgment's text: no names, one form for numbers, and what is meant beside what is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precedents.numerals import readable, steps, value
from precedents.tokens import key_of, normalise, postings_of, prepare_text, terms, wordings, written
from precedents.words import SAME


def plain(text):
    return readable(normalise(text))


@pytest.mark.parametrize(
    "text, names",
    [
        ("被告人张三驾驶小型轿车。张三弃车逃跑。", ["张三"]),
        ("被告人王建国、李秀英共同盗窃。", ["王建国", "李秀英"]),
        ("原告欧阳明诉被告刘芳离婚。", ["欧阳明", "刘芳"]),
        ("陈某某与刘某甲发生口角,后刘某1报警。", ["陈某某", "刘某甲", "刘某1"]),
        ("当日,张伟驾驶轿车与李娜驾驶的电动车相撞,张伟负全部责任,李娜死亡。", ["张伟", "李娜"]),
        ("王芳向李强借款十万元,约定月息。", ["王芳", "李强"]),
        ("2019年3月5日张建军酒后驾驶轿车。", ["张建军"]),
        ("原告苏州华盛贸易有限公司(以下简称华盛公司)诉称,华盛公司已付款。", ["华盛", "苏州"]),
        (
            "江苏省苏州市吴中区人民法院审理,车牌苏E12345,案号(2019)苏0506刑初12号。",
            ["苏州", "吴中", "12345", "0506"],
        ),
    ],
)
def test_names_of_people_houses_and_papers_fall_out(text, names):
    assert not [name for name in names if name in plain(text)]


@pytest.mark.parametrize(
    "text",
    [
        "陈述与程序",
        "原告陈述与事实不符",
        "被告人无证驾驶",
        "高速公路上追尾",
        "原告方某主张违约",
        "保险公司拒绝理赔",
        "被告应当支付租金",
    ],
)
def test_what_happened_is_not_taken_for_a_name(text):
    assert any(
        each in plain(text)
        for each in ("陈述与", "无证驾驶", "高速公路", "违约", "保险公司拒绝理赔", "支付租金")
    )


@pytest.mark.parametrize(
    "one, other",
    [
        ("致一人死亡", "致1人死亡"),
        ("有期徒刑三年六个月", "有期徒刑３年６个月"),
        ("《中华人民共和国刑法》第一百三十三条", "《刑法》第133条"),
        ("欠款５万元", "欠款50,000元"),
        ("含量为187mg/100ml", "含量为187毫克/100毫升"),
        ("2019年3月5日20时许逃逸", "二〇二一年十月三日逃逸"),
    ],
)
def test_the_same_is_the_same_however_it_is_written(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    "text, number",
    [("三十六", 36), ("一百零五", 105), ("十", 10), ("两万三千", 23_000), ("1,200.5", 1200.5), ("三亿", 3e8)],
)
def test_chinese_numbers_are_read(text, number):
    assert value(text) == number


@given(st.floats(100, 1e8), st.floats(0.75, 1.33))
def test_near_amounts_share_a_step_and_far_ones_do_not(amount, times):
    assert set(steps(amount).split()) & set(steps(amount * times).split())
    assert not set(steps(amount).split()) & set(steps(amount * 10).split())


def test_formulas_of_every_judgment_say_nothing():
    assert (
        plain(
            "本院认为,事实清楚,证据确实、充分。如不服本判决,可在判决书送达之日起十五日内上诉于中级人民法院。"
        )
        == ""
    )


def test_wordings_of_one_thing_share_a_sign():
    assert prepare_text("驾车离开现场")[-1] == prepare_text("肇事后逃逸")[-1]


def test_what_is_denied_is_another_thing():
    assert prepare_text("没有逃逸")[-1] != prepare_text("逃逸")[-1]
    assert prepare_text("未约定利息")[-1] != prepare_text("约定利息")[-1]
    assert [each.denied for each in wordings(normalise("未主动投案,后自首"))] == [True, False]


def test_a_wording_belongs_to_one_group():
    every = [wording for group in SAME for wording in group]
    assert len(every) == len(set(every))


def test_what_is_kept_of_a_text_can_be_told_from_private_signs_in_it():
    assert terms("甲\ue801乙") == {}


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_counting_many_texts_at_once_is_counting_each(texts):
    prepared = [prepare_text(text) for text in texts]
    keys, rows, counts = postings_of(prepared)
    for row, text in enumerate(texts):
        own = {written(int(key)): int(n) for key, r, n in zip(keys, rows, counts, strict=True) if r == row}
        assert own == terms(text)


@given(st.text(max_size=60))
def test_any_text_can_be_read_and_terms_survive_being_written_down(text):
    assert all(written(key_of(term)) == term and count > 0 for term, count in terms(text).items())
