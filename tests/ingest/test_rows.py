from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.refusals import BadCell
from ingest.rows import (
    NULL,
    Cells,
    amount_of,
    count_of,
    day_of,
    flag_of,
    neutral,
    one_of,
    procedure_of,
    required,
    restored,
    text_of,
    time_of,
)


@pytest.mark.parametrize(
    "cell", ["2026-01-05", "2026/1/5", "2026.1.5", "2026年1月5日", "20260105", "２０２６－０１－０５", " 2026-01-05 ", "2026-01-05 00:00:00", "46027"]
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(cell):
    assert day_of("立案日期")(cell) == "2026-01-05"


@pytest.mark.parametrize(
    "cell", ["2026-02-30", "昨天", "2026-13-01", "12", "0001-01-01", "2026-1", "99999999"]
)
def test_what_is_no_day_is_refused_with_the_right_form(cell):
    with pytest.raises(BadCell) as refusal:
        day_of("立案日期")(cell)
    assert "2026-01-05" in refusal.value.reason.chinese
    assert "立案日期" in refusal.value.reason.english


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2199, 12, 31)))
def test_every_way_to_write_a_day_means_the_same_day(day):
    forms = [
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
    ]
    assert {day_of("日期")(form) for form in forms} == {day.isoformat()}


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("1,234.5", "1234.50"), ("12万元", "120000.00"), ("￥3000", "3000.00"), ("1.5亿", "150000000.00"), ("0", "0.00"), ("300元", "300.00"), ("1e3", "1000.00")],
)  # fmt: skip
def test_amounts_are_read_in_yuan(cell, amount):
    assert amount_of("标的额")(cell) == amount


def test_a_column_in_ten_thousands_is_scaled_unless_the_cell_says_its_own_unit():
    read = amount_of("标的额", 10_000)
    assert (read("3.5"), read("3.5万元")) == ("35000.00", "35000.00")


@pytest.mark.parametrize("cell", ["-3", "很多", "NaN", "Infinity", "1e30", "一万"])
def test_what_is_no_amount_is_refused(cell):
    with pytest.raises(BadCell):
        amount_of("标的额")(cell)


@pytest.mark.parametrize(
    ("cell", "flag"), [("是", "t"), ("否", "f"), ("", "f"), ("Y", "t"), ("在押", "t"), ("未羁押", "f")]
)
def test_flags(cell, flag):
    assert flag_of("在押")(cell) == flag


def test_a_flag_that_is_neither_is_refused():
    with pytest.raises(BadCell, match="neither 是 nor 否"):
        flag_of("在押")("也许")


def test_counts_are_whole_and_not_negative():
    assert (count_of("原告人数")("3.0"), count_of("原告人数")("12人"), count_of("原告人数")("")) == (
        "3",
        "12",
        None,
    )
    for cell in ("-1", "1.5", "三"):
        with pytest.raises(BadCell):
            count_of("原告人数")(cell)


def test_procedures_are_known_by_their_chinese_names():
    assert [procedure_of("审判程序")(name) for name in ("简易程序", "普通", "小额诉讼", "small", "")] == [
        "summary",
        "ordinary",
        "small",
        "small",
        "",
    ]
    with pytest.raises(BadCell):
        procedure_of("审判程序")("快速程序")


def test_an_event_keeps_its_hour_where_it_has_one():
    assert time_of("日期")("2026-01-05 09:30") == "2026-01-05T09:30:00+08:00"
    assert time_of("日期")("2026-01-05") is None


def test_an_hour_that_is_none_is_refused():
    with pytest.raises(BadCell):
        time_of("日期")("2026-01-05 25:00")


def test_required_cells_must_not_be_empty():
    with pytest.raises(BadCell, match="must be given"):
        required("节点", text_of("节点", 40))("  ")


def test_text_that_does_not_fit_or_is_no_text_is_refused():
    with pytest.raises(BadCell, match="at most 5"):
        text_of("案由", 5)("一二三四五六")
    for cell in ("a\0b", "\ud800"):
        with pytest.raises(BadCell):
            text_of("案由", 5)(cell)


def test_a_name_of_the_catalogue_goes_by_id_or_name():
    read = one_of("事由", {"appraisal": "appraisal", "鉴定期间": "appraisal"}, "鉴定期间")
    assert (read("鉴定期间"), read("appraisal"), read("")) == ("appraisal", "appraisal", "")
    with pytest.raises(BadCell, match="not in the catalogue"):
        read("喝茶")


def test_a_cell_is_read_once_and_kept_as_copy_takes_it():
    asked = []
    cells = Cells(lambda text: asked.append(text) or (None if text == "" else text))
    assert [cells["a\tb\\c\nd"], cells["a\tb\\c\nd"], cells[""]] == ["a\\tb\\\\c\\nd", "a\\tb\\\\c\\nd", NULL]
    assert len(asked) == 2


@given(st.text())
def test_a_neutral_cell_is_no_formula_and_comes_back_as_it_was(cell):
    assert neutral(cell)[:1] not in ("=", "+", "-", "@")
    if not cell.startswith("'"):
        assert restored(neutral(cell)) == cell
