"""Deadlines (审限届满日): the law's examples, and what must hold whatever happened in the case."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from cases.deadlines import (
    ClockInput,
    Exclusion,
    Extension,
    Refused,
    Restart,
    answer,
    calculate,
    extension_window,
    level,
    remaining,
    remind_on,
)
from cases.due_records import Law, read_clock
from cases.periods import add_months
from catalogues import library

LAW = Law(
    limits={key: versions[-1] for key, versions in {**library.time_limits(), **library.nodes()}.items()},
    grounds={key: versions[-1] for key, versions in library.grounds().items()},
)
NODES = {key: versions[-1] for key, versions in library.nodes().items()}
CALENDAR = library.work_calendar()
EXAMPLES = yaml.safe_load(
    (Path(__file__).parent / "data" / "worked_examples.yaml").read_text(encoding="utf-8")
)
DAY = date(2024, 1, 15)


def clock(limit="civ_first_ordinary", start=DAY, **facts):
    return ClockInput(LAW.limits[limit], start, **facts)


def due(limit="civ_first_ordinary", start=DAY, **facts):
    return calculate(clock(limit, start, **facts), CALENDAR)


def excluded(ground, starts_on, resumes_on=None):
    return Exclusion(LAW.grounds[ground], starts_on, resumes_on)


def restart(ground, on):
    return Restart(LAW.grounds[ground], on)


def said(deadline):
    return "\n".join(deadline.because)


days = st.dates(date(2015, 1, 1), date(2025, 6, 30))
civil_grounds = st.sampled_from(
    ["appraisal", "announcement", "stay", "jurisdiction_objection", "new_witness"]
)


@st.composite
def intervals(draw):
    starts_on = draw(days)
    return excluded(draw(civil_grounds), starts_on, starts_on + timedelta(days=draw(st.integers(0, 120))))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_the_worked_examples_hold(example):
    given_answer = answer(calculate(read_clock(example, LAW), CALENDAR), as_of=date(2024, 6, 1))
    expected = example["gives"]
    assert {name: given_answer[name] for name in expected} == expected


# --- properties -------------------------------------------------------------------------------------
@given(days, st.integers(0, 200), st.lists(intervals(), max_size=4), civil_grounds)
def test_the_day_of_resuming_plus_what_was_left_is_the_nominal_end_plus_the_excluded_days(
    start, paused_for, closed, ground
):
    stopped_on = start + timedelta(days=20)
    resumed_on = stopped_on + timedelta(days=paused_for)
    before = tuple(each for each in closed if each.resumes_on <= stopped_on)
    paused = due(start=start, exclusions=(*before, excluded("stay", stopped_on)))
    resumed = due(start=start, exclusions=(*before, excluded("stay", stopped_on, resumed_on)))
    assert resumed_on + timedelta(days=remaining(paused, start)) == resumed.before_roll
    assert resumed.before_roll == resumed.nominal + timedelta(days=resumed.excluded_days)


@given(days, st.lists(intervals(), max_size=4), st.sampled_from(sorted(library.time_limits())))
def test_a_rolled_deadline_is_never_on_a_day_off_and_never_rolls_over_a_working_day(start, closed, name):
    limit = LAW.limits[name]
    assume(limit.roll == "yes" and limit.unit in ("day", "month", "year"))
    found = calculate(ClockInput(limit, start), CALENDAR)
    assert CALENDAR.is_workday(found.due)
    skipped = [found.before_roll + timedelta(days=n) for n in range((found.due - found.before_roll).days)]
    assert not any(CALENDAR.is_workday(day) for day in skipped)


@given(days, st.lists(intervals(), max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_exclusions_does_not_matter(start, closed, random):
    shuffled = closed[:]
    random.shuffle(shuffled)
    first, second = due(start=start, exclusions=tuple(closed)), due(start=start, exclusions=tuple(shuffled))
    assert (first.due, first.excluded_days) == (second.due, second.excluded_days)


@given(days, st.integers(2, 200), st.integers(1, 199), st.integers(0, 300))
def test_splitting_an_exclusion_changes_nothing(start, length, at, offset):
    assume(at < length)
    begin = start - timedelta(days=50) + timedelta(days=offset)
    middle, end = begin + timedelta(days=at), begin + timedelta(days=length)
    whole = due(start=start, exclusions=(excluded("appraisal", begin, end),))
    parts = due(
        start=start, exclusions=(excluded("appraisal", begin, middle), excluded("appraisal", middle, end))
    )
    assert (whole.due, whole.excluded_days) == (parts.due, parts.excluded_days)


@given(days, intervals())
def test_an_excluded_day_counts_once_however_many_exclusions_cover_it(start, interval):
    once, thrice = due(start=start, exclusions=(interval,)), due(start=start, exclusions=(interval,) * 3)
    assert once.excluded_days == thrice.excluded_days


@given(days, st.integers(0, 400))
def test_stages_only_grow_more_severe(start, offset):
    found = due(start=start)
    order = ["none", "early", "mid", "urgent", "overdue"]
    today, tomorrow = start + timedelta(days=offset), start + timedelta(days=offset + 1)
    assert order.index(level(found, today)) <= order.index(level(found, tomorrow))


# --- months -----------------------------------------------------------------------------------------
def test_civil_months_clamp_and_criminal_month_ends_stay_month_ends():
    assert add_months(date(2024, 2, 29), 2) == date(2024, 4, 29)
    assert add_months(date(2024, 2, 29), 2, month_end_stays=True) == date(2024, 4, 30)
    assert add_months(date(2023, 8, 30), 6, month_end_stays=True) == date(2024, 2, 29)
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)


def test_extension_months_are_added_to_the_statutory_ones_before_counting():
    assert due("civ_summary", date(2024, 1, 31), extensions=(Extension(months=1),)).nominal == date(
        2024, 5, 31
    )


# --- exclusions -------------------------------------------------------------------------------------
def test_a_statutory_maximum_ends_an_interval_and_closes_an_open_one():
    long = due("crim_first_ordinary", exclusions=(excluded("new_counsel", DAY, date(2024, 3, 1)),))
    still_open = due("crim_first_ordinary", exclusions=(excluded("new_counsel", DAY),))
    assert long.excluded_days == still_open.excluded_days == 10
    assert long.state == still_open.state == "running"
    assert "超过法定上限10日的 36 天不计" in said(long)


def test_a_one_month_maximum_ends_on_the_corresponding_day():
    reading = excluded("procurator_read", date(2024, 1, 31), date(2024, 4, 1))
    assert due("crim_second", DAY, exclusions=(reading,)).excluded_days == 29  # 01-31 → 02-29


def test_a_maximum_runs_from_the_given_day_and_only_then_is_the_interval_clipped_at_the_start():
    preparing = excluded("new_counsel", date(2024, 1, 10), date(2024, 2, 20))
    assert due("crim_first_ordinary", DAY, exclusions=(preparing,)).excluded_days == 5


def test_local_rules_and_grounds_without_effect_count_nothing_and_are_mentioned():
    grounds = [
        excluded("committee_discussion", date(2024, 2, 1)),
        excluded("entrusted_service", DAY, date(2024, 3, 1)),
    ]
    found = due(exclusions=tuple(grounds))
    assert (found.state, found.excluded_days, found.due) == ("running", 0, date(2024, 7, 15))
    assert "审委会讨论" in said(found) and "委托送达" in said(found)


def test_the_earliest_open_pause_ends_the_other_intervals():
    found = due(
        exclusions=(
            excluded("stay", date(2024, 5, 1)),
            excluded("appraisal", date(2024, 4, 20), date(2024, 6, 1)),
            excluded("announcement", date(2024, 5, 10)),
            excluded("announcement", date(2024, 6, 10), date(2024, 7, 10)),
        )
    )
    assert (found.state, found.excluded_days, found.due, found.before_roll) == ("paused", 11, None, None)
    assert remaining(found, date(2030, 1, 1)) == (date(2024, 7, 15) - date(2024, 5, 1)).days + 11
    assert level(found, date(2030, 1, 1)) == "paused"


# --- extensions and restarts ------------------------------------------------------------------------
def test_a_restart_drops_the_extensions_approved_on_or_before_it():
    on = date(2024, 3, 1)
    dropped, kept = (
        Extension(months=1, approved_on=on),
        Extension(months=3, approved_on=on + timedelta(days=1)),
    )
    found = due(
        "crim_first_ordinary", restarts=(restart("supp_investigation", on),), extensions=(dropped, kept)
    )
    assert (found.start, found.nominal) == (on, date(2024, 8, 1))
    assert "不再计入" in said(found)


def test_the_last_restart_counts_whatever_their_order():
    restarts = (restart("supp_investigation", date(2024, 5, 8)), restart("crim_conversion", date(2024, 3, 1)))
    assert due("crim_first_ordinary", restarts=restarts).start == date(2024, 5, 8)


def test_a_later_until_replaces_the_count_and_an_earlier_one_does_nothing():
    assert due(extensions=(Extension(until=date(2024, 12, 20)),)).before_roll == date(2024, 12, 20)
    assert due(extensions=(Extension(until=date(2024, 6, 1)),)).before_roll == date(2024, 7, 15)


@pytest.mark.parametrize(
    ("limit", "extension", "named"),
    [
        ("adm_summary", Extension(days=10), "法律未规定可以延长"),
        ("civ_first_ordinary", Extension(days=10), "法律未规定以日延长"),
        ("civ_summary", Extension(months=4), "超过单次延长的上限 1 个月"),
        (
            "civ_summary",
            Extension(months=1, approved_on=date(2024, 4, 16)),
            "批准之日晚于原届满日 2024-04-15",
        ),
    ],
)
def test_an_extension_against_the_law_is_counted_and_named(limit, extension, named):
    plain, found = due(limit), due(limit, extensions=(extension,))
    assert named in said(found) and "仍按所给计入" in said(found)
    assert found.nominal == add_months(plain.nominal, extension.months) + timedelta(days=extension.days)


def test_working_day_limits_count_working_days_and_do_not_roll():
    found = due("judicial_aid", date(2024, 9, 26), extensions=(Extension(workdays=10),))
    assert (found.nominal, found.due) == (date(2024, 10, 29), date(2024, 10, 29))


# --- limits of another kind -------------------------------------------------------------------------
def test_a_detained_defendant_gains_nothing_from_a_holiday():
    assert due("crim_first_ordinary", date(2024, 8, 5), detained=True).due == date(2024, 10, 5)
    assert due("crim_first_ordinary", date(2024, 8, 5)).due == date(2024, 10, 8)
    assert due("crim_private_detained", date(2024, 8, 5)).due == date(2024, 10, 5)


def test_hours_are_counted_to_the_moment_and_do_not_roll():
    found = due("civ_protection_order", datetime.fromisoformat("2024-09-28T09:30"))
    assert found.due == datetime.fromisoformat("2024-10-01T09:30")
    assert answer(found, date(2024, 9, 29), "minutes")["due"] == "2024-10-01T09:30"
    assert remaining(found, date(2024, 9, 29)) == 2


def test_a_voter_list_case_is_due_the_day_before_the_election_and_never_rolls():
    assert due("civ_voter", event_on=date(2024, 7, 1)).due == date(2024, 6, 30)  # a Sunday


def test_limits_by_procedure_take_their_months_from_it():
    assert due("adm_retrial", procedure="first").nominal == date(2024, 7, 15)
    assert due("adm_retrial", procedure="second").nominal == date(2024, 4, 15)


@pytest.mark.parametrize("limit", ["crim_death_review", "civ_foreign", "N49", "N92"])
def test_without_a_statutory_limit_there_is_no_date_and_no_level(limit):
    found = due(limit, exclusions=())
    assert found.state == "no_limit" and level(found, DAY) == "none" and remaining(found, DAY) is None
    assert found.nominal is found.before_roll is found.due is None


def test_counting_backwards_never_rolls_and_the_reminder_is_the_working_day_before():
    found = due("N46", date(2024, 10, 9))
    assert found.due == date(2024, 10, 6)
    assert remind_on(found, CALENDAR) == date(2024, 9, 30)
    assert (level(found, date(2024, 10, 6)), level(found, date(2024, 10, 7))) == ("none", "overdue")


def test_an_uncatalogued_year_makes_the_answer_provisional_only_where_it_was_looked_at():
    assert due(start=date(2026, 9, 30)).provisional
    assert not due("crim_first_ordinary", date(2026, 12, 1), detained=True).provisional


# --- levels -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("limit", "as_of", "expected"),
    [
        ("civ_first_ordinary", date(2024, 5, 14), "none"),  # 120 of 182 days
        ("civ_first_ordinary", date(2024, 5, 16), "early"),  # 122 of 182 days
        ("civ_first_ordinary", date(2024, 6, 15), "mid"),
        ("civ_first_ordinary", date(2024, 7, 10), "urgent"),
        ("civ_first_ordinary", date(2024, 7, 15), "urgent"),
        ("civ_first_ordinary", date(2024, 7, 16), "overdue"),
        ("adm_first_ordinary", date(2024, 6, 29), "early"),
        ("adm_first_ordinary", date(2024, 6, 30), "mid"),
        ("crim_fast", date(2024, 1, 19), "none"),
        ("crim_fast", date(2024, 1, 20), "urgent"),
        ("N10", date(2024, 1, 16), "none"),  # three days: never urgent, for that would begin before the start
        ("N10", date(2024, 1, 17), "early"),
        ("N46", date(2024, 1, 11), "none"),
    ],
)
def test_the_default_ladder(limit, as_of, expected):
    assert level(due(limit), as_of) == expected


# --- extensions in time -----------------------------------------------------------------------------
def test_extensions_are_applied_for_and_decided_in_time():
    end = date(2024, 7, 15)
    civil, execution = extension_window("民事", end, NODES), extension_window("执行", end, NODES)
    assert (civil.apply_by, civil.decide_by) == (date(2024, 6, 30), date(2024, 7, 10))
    assert (execution.apply_from, execution.apply_by, execution.decide_by) == (date(2024, 7, 10), end, None)
    assert extension_window("刑事", end, NODES).apply_by == date(2024, 6, 30)
    assert extension_window("行政", end, NODES).apply_by == date(2024, 7, 5)
    assert extension_window("破产", end, NODES) is None


# --- refusals ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (
            {"limit": "crim_first_ordinary", "exclusions": (excluded("appraisal", DAY, DAY),)},
            "exclusions[0].ground",
        ),
        ({"exclusions": (excluded("retrial_review_rejoin", DAY, DAY),)}, "exclusions[0].ground"),
        ({"exclusions": (excluded("stay", DAY, date(2024, 1, 14)),)}, "exclusions[0].to"),
        ({"limit": "crim_first_ordinary", "restarts": (restart("stay", DAY),)}, "restarts[0].ground"),
        ({"restarts": (restart("crim_conversion", DAY),)}, "restarts[0].ground"),
        (
            {"restarts": (restart("retrial_review_rejoin", DAY),), "extensions": (Extension(months=1),)},
            "extensions[0].approved_on",
        ),
        ({"limit": "adm_retrial"}, "procedure"),
        ({"limit": "adm_retrial", "procedure": "third"}, "procedure"),
        ({"limit": "civ_voter"}, "event_on"),
        ({"limit": "civ_protection_order"}, "start"),
        ({"start": datetime.fromisoformat("2024-01-15T09:00")}, "start"),
        ({"start": date(9999, 12, 31)}, "start"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_its_field_in_both_languages(facts, field):
    with pytest.raises(Refused) as refused:
        due(**facts)
    assert refused.value.field == field
    assert str(refused.value).startswith(f"{field}: ") and refused.value.chinese


# --- reasons ----------------------------------------------------------------------------------------
def test_every_step_is_said_with_its_legal_basis():
    found = due(
        extensions=(Extension(months=6, approved_on=date(2024, 6, 20)),),
        exclusions=(
            excluded("appraisal", date(2024, 1, 1), date(2024, 2, 4)),
            excluded("announcement", date(2024, 2, 1), date(2024, 3, 2)),
        ),
    )
    assert found.because == (
        "2024-01-15 立案之日起算（次日计入）〔民诉法85; 民诉解释125〕",
        "一审普通程序，法定期限 6 个月〔民诉法152; 民诉解释243; 法释〔2000〕29号8〕→ 2024-07-15",
        "延长 6 个月，2024-06-20 批准〔民诉法152，本院院长〕",
        "法定与延长合计 12 个月，一次相加 → 2025-01-15",
        "扣除 2024-01-01 至 2024-02-04 鉴定期间 20 天〔民诉解释243; 行诉解释50; 法释〔2000〕29号9(六)〕（早于起算日的 14 天不计）",
        "扣除 2024-02-01 至 2024-03-02 公告期间（公告送达） 27 天〔民诉解释243; 行诉解释50; 法释〔2000〕29号9(六)（民事、行政）；"
        "执行：法发〔2006〕35号13〕（与其他期间重叠的 3 天只计一次）",
        "共扣除 47 天 → 2025-03-03",
    )


def test_the_reasons_say_why_a_day_moved_or_stayed():
    assert "为法定休假日或调休放假日，顺延至其后第一个工作日 2024-10-08（周二）〔民诉法85第3款〕" in said(
        due(start=date(2024, 4, 1))
    )
    assert "为调休工作日，不顺延" in said(due(start=date(2023, 8, 4)))
    assert "在押期间不因节假日顺延〔刑诉法105第4款〕" in said(due("crim_first_ordinary", detained=True))
    assert "节假日安排尚未公布" in said(due(start=date(2026, 9, 30)))


def test_a_clock_older_than_the_rule_is_counted_with_the_present_number_and_says_so():
    limit = LAW.limits["civ_small"]
    found = due("civ_small", limit.effective_from - timedelta(days=30))
    assert "仍按现行期限计算" in said(found)
