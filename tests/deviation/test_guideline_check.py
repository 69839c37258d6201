"""What the guideline interval is, and what a check says of a draft: breaches, never a sentence to give."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from catalogues import library
from deviation.guideline import Check, Interval, check_draft, guideline_interval

GUIDELINE = library.sentenced().guideline(None, date(2026, 6, 30))
THEFT, ROBBERY = GUIDELINE.offences["盗窃"], GUIDELINE.offences["抢劫"]
LARGE, HUGE, HUGEST = THEFT.bands


def interval(*present: str, offence=THEFT, band=HUGE, **more) -> Interval:
    return guideline_interval(
        offence=offence, band=band, present=present, factors=GUIDELINE.factors,
        discretion=GUIDELINE.discretion, **more,
    )  # fmt: skip


def ends(*present: str, **more) -> tuple[float, float | None]:
    found = interval(*present, **more)
    return found.low, found.high


def test_without_circumstances_it_is_the_starts_of_the_band_a_fifth_wider_inside_the_statute():
    assert ends() == (36, 57.6)
    assert ends(increments=12) == (38.4, 72)
    assert ends(increments=(0, 12)) == (36, 72)
    assert ends(band=LARGE, increments=20) == (16, 36)


def test_the_judges_own_base_takes_the_place_of_the_starts():
    assert ends(base=60) == (48, 72)


def test_ratios_run_from_the_most_lenient_to_the_strictest():
    assert ends("坦白", "累犯", base=60) == (43.2, 100.8)
    assert ends("坦白", "累犯", base=100) == (72, 120), "the statute ends at 120"


def test_only_what_mitigates_goes_below_the_statutory_minimum():
    assert ends("坦白", base=40) == (36, 48)
    assert ends("自首", base=40) == (19.2, 48)
    assert ends("从犯", base=36) == (14.4, 36), (
        "the strictest ratio of an accessory ends at the minimum, not below"
    )


def test_where_life_is_possible_the_upper_end_is_open():
    low, high = ends(band=HUGEST)
    assert (low, high) == (120, None)
    assert "可以判处无期徒刑，上限不设。" in interval(band=HUGEST).because


def test_the_least_increase_and_the_cap_hold_at_both_ends():
    assert ends("累犯", band=LARGE, base=5) == (6.4, 9.6)
    assert ends("认罪认罚", "自首", "退赃退赔", base=60) == (19.2, 72), "60 less 60 percent, less a fifth"
    assert ends("认罪认罚", "自首", minor_offence=True, base=60)[0] == 0


def test_of_kinds_of_one_circumstance_one_counts():
    assert ends("赔偿并谅解", "谅解未赔偿", base=90) == (43.2, 108)
    assert ends("坦白避免特别严重后果", "坦白", base=90) == (36, 108)


def test_what_excludes_another_leaves_it_out():
    assert ends("自首", "当庭自愿认罪", base=60) == ends("自首", base=60)


def test_strictness_is_said_and_each_step_names_its_basis():
    said = interval("退赃退赔", offence=ROBBERY, band=ROBBERY.bands[0]).because
    assert any("对抢劫犯罪应当从严掌握" in step for step in said)
    assert said[0].startswith("抢劫罪（刑法第二百六十三条）一次：基准刑36至72个月，法定刑36至120个月")
    assert all("法" in step for step in said)


# --- the check -------------------------------------------------------------------------------------------


def check(months: float, *present: str, found: Interval | None = None, band=HUGE, **more) -> Check:
    held = interval(*present, band=band) if found is None else found
    return check_draft(months, held, factors=GUIDELINE.factors, band=band, present=present, **more)


def codes(months: float, *present: str, **more) -> tuple[str, ...]:
    return check(months, *present, **more).codes


def test_a_draft_inside_has_no_breach():
    found = check(45)
    assert (found.inside, found.breaches, found.low, found.high) == (True, (), 36, 57.6)


def test_below_and_above_the_interval():
    low, high = check(42, found=interval(base=60)), check(73, found=interval(base=60))
    assert (low.inside, low.codes) == (False, ("below_interval",))
    assert (high.inside, high.codes) == (False, ("above_interval",))
    assert "拟判42个月，低于指导意见区间的下限48个月" in low.breaches[0]


def test_outside_the_statute():
    assert codes(30, "坦白") == ("below_interval", "below_statute")
    assert "below_statute" not in codes(20, "自首")
    assert codes(130)[-1] == "above_statute"


def test_a_ratio_outside_its_range():
    assert codes(45, applied={"自首": -0.45}) == ("ratio_outside",)
    assert codes(45, applied={"自首": -0.45}, minor_offence=True) == ()
    assert codes(45, applied={"未成年12至16岁": 0.0}) == ("ratio_outside",)
    assert codes(45, applied={"坦白": 0.1}) == ("ratio_outside",)


@pytest.mark.parametrize(
    "applied",
    [
        {"坦白": -0.1, "坦白避免特别严重后果": -0.4},
        {"赔偿并谅解": -0.3, "谅解未赔偿": -0.1},
        {"认罪认罚": -0.3, "自首": -0.4},
    ],
)
def test_one_circumstance_counted_twice(applied):
    assert codes(45, applied=applied) == ("double_counted",)


def test_a_plea_beside_surrender_within_the_cap_is_no_double_counting():
    assert codes(45, applied={"认罪认罚": -0.2, "自首": -0.3}) == ()


def test_what_must_be_applied_and_was_not():
    assert codes(40, "从犯", applied={"坦白": -0.1}) == ("must_missing",)
    assert codes(40, "累犯", applied={}) == ("must_missing",)
    assert codes(40, "自首", applied={}) == (), "a judge may, not must"
    assert "must_missing" not in codes(40, "从犯"), "where no ratios were entered nothing was left out"


def test_pairs_that_exclude_each_other_and_exceptions():
    assert codes(45, applied={"自首": -0.1, "当庭自愿认罪": -0.1}) == ("excluded_pair",)
    assert codes(45, applied={"前科": 0.1}, excepted=["过失犯罪"]) == ("excepted",)


def test_a_draft_is_held_against_its_own_ratios():
    own = {"applied": {"坦白": -0.1}, "base": 60, "discretion": GUIDELINE.discretion}
    assert codes(50, **own, found=interval("坦白", base=60)) == ()
    found = check(66, **own, found=interval("坦白", base=60))
    assert found.codes == ("beyond_discretion",) and "审判委员会" in found.breaches[0]
    assert any("由60个月调节为54个月" in step for step in found.because)


def test_without_an_interval_the_statute_and_the_ratios_are_still_checked():
    found = check_draft(130, None, factors=GUIDELINE.factors, band=HUGE, applied={"自首": -0.9})
    assert (found.inside, found.low, found.high) == (None, None, None)
    assert found.codes == ("above_statute", "ratio_outside")


def test_a_check_has_no_field_for_a_sentence_to_give():
    assert {field.name for field in fields(Check)} == {
        "inside",
        "breaches",
        "codes",
        "low",
        "high",
        "because",
    }
    assert {field.name for field in fields(Interval)} == {"low", "high", "because"}


def test_no_word_calls_a_draft_abnormal_or_wrong():
    said = [*check(130, "坦白", applied={"坦白": -0.9, "自首": 0.1}).breaches, *check(45).because]
    assert not any(word in sentence for sentence in said for word in ("异常", "错误", "建议"))
