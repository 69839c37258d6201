"""What the ratios of the sentencing guideline make of a base: the worked examples, the caps, the floors and the statute."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from catalogues import library
from deviation.guideline import circumstances_of, increase_of, sentence_range

DAY = date(2026, 6, 30)
GUIDELINE = library.sentenced().guideline(None, DAY)
FACTORS = GUIDELINE.factors
THEFT_HUGE, SHORT = (36, 120), (0, 36)

WORKED = {
    "S1": (42, {"从犯": -0.30, "累犯": 0.20, "坦白": -0.10}, THEFT_HUGE, 32.34, 32.34),
    "S2": (40, {"坦白": -0.20, "退赃退赔": -0.10}, THEFT_HUGE, 28.0, 36),
    "S3": (132, {"自首": -0.30, "认罪认罚": -0.10, "赔偿并谅解": -0.25}, (120, 180), 52.8, 52.8),
    "S4": (18, {"未成年16至18岁": -0.40, "自首": -0.20, "赔偿并谅解": -0.30}, SHORT, 5.4, 5.4),
    "S5": (6, {"累犯": 0.30}, SHORT, 9.0, 9.0),
}


def computed(base: float, applied: dict[str, float], law=SHORT, **more):
    return sentence_range(base=base, applied=applied, law=law, factors=FACTORS, **more)


@pytest.mark.parametrize("example", WORKED)
def test_the_worked_examples_come_out_to_the_digit(example):
    base, applied, law, r, final = WORKED[example]
    found = computed(base, applied, law)
    assert (found.r, found.final) == (r, final)


def test_every_step_is_a_sentence_with_its_basis():
    assert computed(*WORKED["S1"][:3]).because == (
        "基准刑42个月。",
        "先行连乘：从犯减少30%，由42个月调节为29.4个月（法发〔2021〕21号第二部分）。",
        "同向相加、逆向相减：坦白减少10%、累犯增加20%，由29.4个月调节为32.34个月（法发〔2021〕21号第二部分）。",
        "32.34个月低于法定最低刑36个月，有减轻处罚情节（从犯），可以在法定刑以下判处；有数个量刑幅度的，"
        "应在下一个幅度以内（刑法第六十二条、第六十三条）。",
    )
    assert any("至多减少60%" in step for step in computed(*WORKED["S3"][:3]).because)
    assert any("按3个月计" in step for step in computed(*WORKED["S5"][:3]).because)


def test_a_plea_alone_takes_off_30_percent_at_most_and_more_only_beside_what_is_judged_with_it():
    assert computed(30, {"认罪认罚": -0.5}).r == 21
    assert computed(30, {"认罪认罚": -0.3, "自首": -0.4}).r == 12
    assert computed(30, {"认罪认罚": -0.3, "自首": -0.4, "一般立功": -0.2}).r == 6, (
        "立功 is not judged with the plea"
    )
    assert computed(30, {"自首": -0.4, "赔偿并谅解": -0.4}).r == 6, "the cap is the plea's, nobody else's"


def test_where_the_offence_is_minor_all_may_be_taken_off():
    applied = {"认罪认罚": -0.3, "自首": -0.8}
    assert computed(30, applied).r == 12
    assert computed(30, applied, minor_offence=True).r == 0


def test_a_recidivist_gets_three_months_more_at_least_measured_on_the_adjusted_base():
    assert computed(12, {"累犯": 0.10}).r == 15
    assert computed(34, {"累犯": 0.10}).r == 37.4
    assert computed(20, {"从犯": -0.5, "累犯": 0.20, "坦白": -0.1}).r == 12, "10 less 1, and 3 instead of 2"


def test_what_excludes_and_what_is_excepted_does_not_count():
    with_surrender = computed(30, {"自首": -0.2, "当庭自愿认罪": -0.1})
    assert with_surrender.r == 24
    assert with_surrender.because[0].startswith("当庭自愿认罪：已有自首，不再适用")
    assert computed(30, {"坦白同种较重罪行": -0.2, "当庭自愿认罪": -0.1}).r == 24, (
        "any kind of 坦白 excludes it"
    )
    assert computed(30, {"前科": 0.1}).r == 33
    assert computed(30, {"前科": 0.1}, excepted=["过失犯罪"]).r == 30


def test_the_statutory_range_holds_unless_a_circumstance_mitigates():
    assert computed(120, {"累犯": 0.4}, THEFT_HUGE).final == 120
    assert computed(40, {"自首": -0.4}, THEFT_HUGE).final == 24
    assert computed(40, {"自首": 0, "坦白": -0.2}, THEFT_HUGE).final == 36, (
        "surrender that takes nothing off mitigates nothing"
    )
    assert computed(20, {"从犯": -0.5, "自首": -0.4, "重大立功": -0.5, "刑事和解": -0.5}).r == 0


def test_what_is_to_be_handled_strictly_is_said():
    said = computed(60, {"退赃退赔": -0.1}, THEFT_HUGE, offence="抢劫").because
    assert said[0].startswith("退赃退赔：对抢劫犯罪应当从严掌握")
    assert not any(
        "从严" in step for step in computed(60, {"退赃退赔": -0.1}, THEFT_HUGE, offence="盗窃").because
    )


def test_another_table_gives_another_result():
    theirs = dict(FACTORS) | {"累犯": replace(FACTORS["累犯"], min_months=6)}
    assert sentence_range(base=6, applied={"累犯": 0.3}, law=SHORT, factors=theirs).r == 12


def test_a_factor_that_is_not_in_the_table_is_named_with_the_nearest_one():
    with pytest.raises(ValueError, match=r'unknown factor "重大的立功"; did you mean "重大立功"\?'):
        computed(30, {"重大的立功": -0.2})


def test_the_increase_counts_whole_steps_of_the_rows_of_the_band():
    large, huge = (band.when for band in GUIDELINE.offences["盗窃"].bands[:2])
    found = increase_of(offence="盗窃", when=large, beyond={"amount": 9999}, table=GUIDELINE.increments)
    assert (found.low, found.high) == (4, 4)
    assert (
        increase_of(offence="盗窃", when=huge, beyond={"amount": 9999}, table=GUIDELINE.increments).high == 1
    )
    hurt = increase_of(
        offence="故意伤害", when="致一人重伤", beyond={"minor": 1, "serious": 2}, table=GUIDELINE.increments
    )
    assert (hurt.low, hurt.high, len(hurt.because)) == (27, 60, 2)
    assert (
        increase_of(offence="诈骗", when="较大", beyond={"amount": 1e6}, table=GUIDELINE.increments).because
        == ()
    )


def test_the_elements_of_a_case_are_read_as_circumstances():
    catalogue = library.sentenced().elements_of(None, DAY)

    def read(**elements):
        return circumstances_of(elements, catalogue)

    assert read(surrender=True, attempt=False, recidivist=None, deaths=1).present == {"自首"}
    assert read(surrender=1, compensated=1, forgiven=0).present == {"自首", "赔偿未谅解"}
    assert read(compensated=True, forgiven=True).present == {"赔偿并谅解"}
    assert read(compensated=True).present == set(), "whether there was forgiveness is not recorded"
    assert read(previous=True, previous_negligent=True).excepted == {"过失犯罪"}
    assert read(minor_offence=True).minor_offence and not read(minor=3).minor_offence
    assert read(nonsense=True).present == set()


def test_a_charge_finds_its_offence_by_either_name():
    assert GUIDELINE.offence_of("盗窃罪") is GUIDELINE.offence_of("盗窃") is GUIDELINE.offences["盗窃"]
    assert GUIDELINE.offence_of("走私、贩卖、运输、制造毒品罪").name == "走私贩卖运输制造毒品"
    assert GUIDELINE.offence_of("受贿罪") is None
