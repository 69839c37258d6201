"""Leaders' own cases, counted from the cases: real roles only, by months in post, nothing that betrays a case."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from cases.models import ProcedureEvent
from courts.models import Court, Division, Posting
from quota.duty_counting import rows_of
from quota.duty_rows import Summary, added, share_words, summary
from quota.duty_spans import period_of
from quota.fact_words import FOUR_CATEGORY
from quota.models import QuotaJudge
from tests.quota.duty_people import CLOSED, Q1, named, on_quota, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench(court, judge, division_head, president, post):
    """Four judges and their head, and a president, all on the quota."""
    division = division_head.postings.get().division
    others = [post("judge", name, division=division) for name in ("卫法官", "蒋法官", "沈法官")]
    on_quota(judge, *others, division_head, president, court=court)
    return others


def close(file_case, count=1, **fields):
    return [file_case(filed_on=date(2026, 1, 5), **({"closed_on": CLOSED} | fields)) for _ in range(count)]


# --- the arithmetic --------------------------------------------------------------------------------------
def test_the_duty_is_a_share_of_what_a_judge_of_the_court_closes(bench, file_case, court, president, judge):
    close(file_case, 116)
    close(file_case, 4, judge=president)
    row = named(rows_of(court, Q1), president)
    assert (row["base_closed"], row["base_judges"], row["base"]) == (120, "6.00", "20.00")
    assert (row["share"], row["required"], row["required_most"]) == ([0.05, 0.1], 1, 2)
    assert (row["done"], row["as_judge"], row["gap"]) == (4, 4, 0)


def test_a_division_head_is_measured_by_the_division(bench, file_case, court, division, division_head, judge):
    other = Division.objects.create(court=court, name="刑事审判庭", position=2)
    close(file_case, 50)
    close(file_case, 60, division=other)
    row = named(rows_of(court, Q1), division_head)
    assert (row["base_of"], row["base_closed"], row["base_judges"], row["base"]) == (
        "division",
        50,
        "5.00",
        "10.00",
    )
    assert (row["required"], row["required_most"], row["gap"]) == (5, 7, 5)


def test_half_the_period_in_post_is_half_the_duty(bench, file_case, court, president):
    close(file_case, 240)
    Posting.objects.filter(user=president).update(starts_on=date(2026, 2, 15))
    row = named(rows_of(court, Q1), president)
    assert row["months"] == "1.50"
    assert row["required"] == 1  # 5 % × 40 × 1.5/3


def test_what_was_closed_before_the_post_began_is_not_done_in_it(bench, file_case, court, president):
    Posting.objects.filter(user=president).update(starts_on=date(2026, 2, 15))
    close(file_case, 2, judge=president)
    close(file_case, 1, judge=president, closed_on=date(2026, 2, 15))
    assert named(rows_of(court, Q1), president)["done"] == 1


def test_of_two_posts_on_one_day_the_higher_counts_and_no_case_counts_twice(
    bench, file_case, court, division, division_head
):
    posted(division_head, "vice_president", court=court, starts_on=date(2026, 2, 1))
    close(file_case, 1, judge=division_head, closed_on=date(2026, 1, 20))
    close(file_case, 2, judge=division_head, closed_on=date(2026, 2, 20))
    rows = [row for row in rows_of(court, Q1) if row["person"] == division_head.pk]
    assert [(row["post"], row["months"], row["done"]) for row in rows] == [
        ("副院长", "2.00", 2),
        ("庭长", "1.00", 1),
    ]


def test_a_leader_who_is_not_on_the_quota_has_no_duty_and_is_listed_so(file_case, court, president, judge):
    on_quota(judge, court=court)
    close(file_case, 20)
    row = named(rows_of(court, Q1), president)
    assert (row["on_quota"], row["required"], row["gap"], row["share"]) == (False, None, None, None)


def test_where_nobody_is_on_the_quota_nothing_is_required(file_case, court, president):
    close(file_case, 20)
    row = named(rows_of(court, Q1), president)
    assert (row["required"], row["base"]) == (None, None)


def test_a_level_without_a_share_in_the_catalogue_requires_nothing(post):
    high = Court.objects.get(code="川")
    leader = post("president", at=high)
    on_quota(leader, court=high)
    row = named(rows_of(high, Q1), leader)
    assert (row["on_quota"], row["required"], row["share"]) == (True, None, None)


def test_the_intermediate_court_has_its_own_shares(upper_court, post):
    leader = post("ac_member", at=upper_court)
    on_quota(leader, court=upper_court)
    assert named(rows_of(upper_court, Q1), leader)["share"] == [0.2, 0.3]


# --- of few judges nothing is told -------------------------------------------------------------------------
def test_a_division_of_few_judges_is_measured_by_the_court(bench, file_case, court, division_head, judge):
    QuotaJudge.objects.filter(person=judge).delete()
    close(file_case, 50, judge=bench[0])
    row = named(rows_of(court, Q1), division_head)
    assert (row["base_of"], row["base_closed"], row["base_judges"]) == ("court", 50, "5.00")


def test_what_is_left_of_the_court_beside_a_division_told_is_not_one_judge(
    bench, file_case, court, division_head, post
):
    other = Division.objects.create(court=court, name="刑事审判庭", position=2)
    on_quota(post("judge", "独任刑庭法官", division=other), court=court)
    close(file_case, 50)
    assert named(rows_of(court, Q1), division_head)["base_of"] == "court"
    assert named(rows_of(court, Q1, only=division_head.pk), division_head)["base_of"] == "court"


def test_a_court_of_few_judges_has_a_duty_and_no_printed_mean(file_case, court, judge, president):
    on_quota(judge, president, court=court)
    close(file_case, 40)
    row = named(rows_of(court, Q1), president)
    assert (row["required"], row["required_most"], row["gap"]) == (1, 2, 1)
    assert (row["base"], row["base_closed"], row["base_judges"]) == (None, None, None)


# --- roles -----------------------------------------------------------------------------------------------
def test_presiding_counts_and_sitting_as_a_member_is_counted_apart(bench, file_case, court, president):
    close(file_case, 3, judge=president, presiding=president)
    close(file_case, 2, presiding=president)
    close(file_case, 5, members=[president.pk])
    row = named(rows_of(court, Q1), president)
    assert (row["as_judge"], row["as_presiding"], row["as_member"], row["done"]) == (3, 2, 5, 5)


def test_only_cases_of_this_court_closed_in_the_period_count(bench, file_case, court, upper_court, president):
    close(file_case, 1, judge=president, closed_on=date(2026, 3, 31))
    close(file_case, 1, judge=president, closed_on=date(2026, 4, 1))
    close(file_case, 1, judge=president, court=upper_court)
    assert named(rows_of(court, Q1), president)["done"] == 1


def test_leaders_stand_in_organisational_order_whatever_they_did(bench, file_case, court, post, president):
    first = Division.objects.create(court=court, name="立案庭", position=0)
    head, vice = post("division_head", "立案庭长", division=first), post("vice_president", "钱副院长")
    on_quota(head, vice, court=court)
    close(file_case, 30, judge=head)
    posts = [(row["post"], row["division"]) for row in rows_of(court, Q1)]
    assert posts == [("院长", ""), ("副院长", ""), ("庭长", "立案庭"), ("庭长", "民事审判第一庭")]


# --- secrecy -----------------------------------------------------------------------------------------------
def flag(case, **fields):
    return ProcedureEvent.objects.create(case=case, node=FOUR_CATEGORY[0], on=CLOSED, **fields)


def test_four_category_cases_are_those_confirmed_on_the_open_record(bench, file_case, court, president):
    first, second, third = close(file_case, 3, judge=president)
    flag(first)
    flag(second, withdrawn_at=timezone.now())
    flag(third)
    flag(third, note="再次登记")
    assert named(rows_of(court, Q1), president)["four_category"] == 2


def test_a_sealed_case_counts_as_a_number_and_never_as_a_four_category_case(
    bench, file_case, court, president
):
    (sealed,) = close(file_case, 1, judge=president, sealed="state_secret")
    flag(sealed)
    row = named(rows_of(court, Q1), president)
    assert (row["done"], row["four_category"]) == (1, 0)
    assert sealed.number not in str(rows_of(court, Q1))


# --- the sum ---------------------------------------------------------------------------------------------
def leaders(count, done, each):
    rows = [{"person": place, "on_quota": True, "done": each, "gap": 0} for place in range(count)]
    rows[0]["done"] += done - each * count
    return rows


@pytest.mark.parametrize(
    ("people", "done", "mean"),
    [(556, 14_261, "25.65"), (620, 11_941, "19.26")],
    ids=["courts", "procuratorates"],
)
def test_the_published_means_of_guizhou_hold(people, done, mean):
    told = summary(leaders(people, done, done // people))
    assert (told.on_quota, told.handling, told.done) == (people, people, done)
    assert told.mean == Decimal(mean)


def test_a_person_with_two_posts_is_one_and_whoever_is_off_the_quota_is_apart():
    rows = [
        {"person": 1, "on_quota": True, "done": 3, "gap": 0},
        {"person": 1, "on_quota": True, "done": 1, "gap": 2},
        {"person": 2, "on_quota": False, "done": 7, "gap": None},
        {"person": 3, "on_quota": True, "done": 0, "gap": None},
    ]
    told = summary(rows)
    assert told == Summary(people=3, on_quota=2, handling=1, done=4, short=1)
    assert (told.mean, told.off_quota) == (Decimal("2.00"), 1)
    assert added([told, told]).done == 8
    assert summary([]).mean is None


def test_a_range_is_written_as_people_write_it():
    assert [share_words(each) for each in ([0.3, 0.4], [0.05, 0.05], [0.125, 0.3], None)] == [
        "30%至40%", "5%", "12.5%至30%", "",
    ]  # fmt: skip


def test_counting_costs_the_same_however_many_leaders(bench, file_case, court, post, costs_the_same):
    def grow():
        for place in range(20):
            head = post("division_head", division=Division.objects.create(court=court, name=f"第{place}庭"))
            on_quota(head, court=court)
            close(file_case, 1, judge=head, presiding=head)

    costs_the_same(lambda: rows_of(court, Q1), grow=grow)


def test_a_whole_year_is_twelve_months(bench, file_case, court, president):
    close(file_case, 80)
    assert named(rows_of(court, period_of(2026, 1, 12)), president)["months"] == "12.00"
