"""Subsidies: exactly the pool, by weighted cases and quality; approved by another; one's own share and no other's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from cases.models import ProcedureEvent
from courts.models import Division, FixedDay, Posting
from quota.duty_spans import period_of
from quota.models import CaseWeight, QuotaJudge, SubsidyPool
from quota.reviews import REVIEWED
from quota.subsidies import (
    answer_objection,
    approve_pool,
    object_to_share,
    pools_for,
    prepare_pool,
    recompute_pool,
    shares_of,
    version_of,
    withdraw_pool,
)
from tests.quota.duty_people import CLOSED, Q1, on_quota

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_day_in_june(db):
    FixedDay.objects.create(day=date(2026, 6, 10))


@pytest.fixture
def politics(post):
    return post("politics", "政治部冯")


@pytest.fixture
def colleague(post, division):
    return post("judge", "卫法官", division=division)


@pytest.fixture
def weighed(file_case, now):
    """``weighed(2.0, judge=…)``: a closed case that weighs as much."""

    def create(weight, **fields):
        case = file_case(filed_on=date(2026, 1, 5), **({"closed_on": CLOSED} | fields))
        if weight is not None:
            CaseWeight.objects.create(
                case=case, group="民间借贷", procedure="简易", floating=1, weight=weight, klass="simple", score=0,
                edition="tables-1", weighed_at=now,
            )  # fmt: skip
        return case

    return create


@pytest.fixture
def bench(court, judge, colleague):
    on_quota(judge, colleague, court=court)


def prepare(court, by, amount="1000.00", period=Q1):
    return prepare_pool(court=court, period=period, amount=Decimal(amount), by=by, at=timezone.now())


def approve(pool, by, version=""):
    return approve_pool(pool=pool, version=version or version_of(pool), by=by, at=timezone.now())


def amounts(pool):
    return dict(pool.shares.values_list("person__name", "amount"))


def review(case, grade, **fields):
    ProcedureEvent.objects.create(case=case, node=REVIEWED[0], note=grade, **({"on": CLOSED} | fields))


# --- the arithmetic ----------------------------------------------------------------------------------------
def test_the_pool_is_shared_by_weighted_cases_and_its_cents_add_up(
    bench, weighed, court, colleague, politics
):
    weighed(1)
    weighed(2, judge=colleague)
    pool = prepare(court, politics)
    assert amounts(pool) == {"周法官": Decimal("333.33"), "卫法官": Decimal("666.67")}
    assert sum(amounts(pool).values()) == pool.amount


def test_a_panel_shares_one_case_as_the_table_says(bench, weighed, court, judge, colleague, politics, post):
    third = post("judge", "蒋法官")
    on_quota(third, court=court)
    weighed(10, presiding=colleague, members=[third.pk])
    assert amounts(prepare(court, politics)) == {
        "周法官": Decimal("700.00"), "卫法官": Decimal("200.00"), "蒋法官": Decimal("100.00"),
    }  # fmt: skip


def test_quality_moves_a_share_and_who_was_not_reviewed_keeps_one(
    bench, weighed, court, judge, colleague, politics
):
    review(weighed(1), "不合格")
    review(weighed(1), "瑕疵：送达回证不全")
    weighed(2, judge=colleague)
    pool = prepare(court, politics)
    own = pool.shares.get(person=judge)
    assert (own.basis["quality"], own.basis["grades"]) == ("0.75", {"unqualified": 1, "flawed": 1})
    assert pool.shares.get(person=colleague).basis["quality"] == "1"
    assert amounts(pool) == {"周法官": Decimal("428.57"), "卫法官": Decimal("571.43")}


def test_of_a_case_reviewed_twice_the_last_result_counts_and_a_note_without_grade_moves_nothing(
    bench, weighed, court, judge, politics
):
    twice = weighed(1)
    review(twice, "瑕疵", on=date(2026, 2, 11))
    review(twice, "优秀", on=date(2026, 3, 1))
    review(weighed(1), "已评查")
    review(weighed(1), "不合格", on=date(2026, 4, 1))  # not in the period
    review(weighed(1), "不合格", withdrawn_at=timezone.now())
    basis = prepare(court, politics).shares.get(person=judge).basis
    assert (basis["grades"], basis["ungraded"], basis["quality"]) == ({"excellent": 1}, 1, "1.05")


def test_what_nobody_weighed_is_counted_and_said_and_weighs_nothing(bench, weighed, court, judge, politics):
    weighed(1)
    weighed(None)
    pool = prepare(court, politics)
    assert (pool.counts["cases"], pool.counts["unweighed"]) == (2, 1)
    basis = pool.shares.get(person=judge).basis
    assert (basis["cases"], basis["unweighed"], basis["weighted"]) == (2, 1, "1.0000")


def test_only_people_on_the_quota_are_paid_and_the_others_are_counted(
    weighed, court, judge, colleague, politics
):
    on_quota(judge, court=court)
    weighed(1)
    weighed(1, judge=colleague)
    pool = prepare(court, politics)
    assert amounts(pool) == {"周法官": Decimal("1000.00")}
    assert (pool.counts["people"], pool.counts["left_out"]) == (1, 1)


def test_a_sealed_case_is_part_of_the_sum_and_stands_nowhere(
    bench, weighed, court, judge, colleague, politics
):
    sealed = weighed(3, sealed="juvenile")
    weighed(1, judge=colleague)
    pool = prepare(court, politics)
    assert amounts(pool)["周法官"] == Decimal("750.00")
    assert sealed.number not in str(
        [pool.counts, pool.editions, *pool.shares.values_list("basis", flat=True)]
    )


def test_what_the_numbers_rest_on_stands_beside_them(bench, weighed, court, politics):
    weighed(1)
    editions = prepare(court, politics).editions
    assert editions["weights"] == ["tables-1"]
    assert editions["review_grades"] >= 1


def test_people_stand_in_organisational_order(
    bench, weighed, court, judge, colleague, president, politics, post
):
    first = Division.objects.create(court=court, name="立案庭", position=0)
    other = post("judge", "立案庭法官", division=first)
    on_quota(president, other, court=court)
    for person in (judge, other, president):
        weighed(1, judge=person)
    rows = sorted(
        prepare(court, politics).shares.select_related("person"), key=lambda share: share.basis["place"]
    )
    assert [share.person.name for share in rows] == ["郑院长", "立案庭法官", "周法官"]
    assert [share.basis["post"] for share in rows] == ["院长", "立案庭法官", "民事审判第一庭法官"]


# --- preparing ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("amount", "period", "says"),
    [("0", Q1, "大于0"), ("10.005", Q1, "两位小数"), ("10", period_of(2026, 4, 6), "尚未结束")],
)
def test_what_cannot_be_shared_is_refused(bench, weighed, court, politics, amount, period, says):
    weighed(1)
    with pytest.raises(Refused, match=says):
        prepare(court, politics, amount, period)


def test_without_a_weighed_case_of_a_judge_there_is_nothing_to_share_by(bench, weighed, court, politics):
    weighed(None)
    with pytest.raises(Refused, match="无从分配"):
        prepare(court, politics)
    assert not SubsidyPool.objects.exists()


def test_a_period_is_paid_once_and_by_the_politics_department_alone(
    bench, weighed, court, politics, president, judge
):
    weighed(1)
    for stranger in (president, judge):
        with pytest.raises(Refused, match="政治部测算"):
            prepare(court, stranger)
    prepare(court, politics)
    with pytest.raises(Refused, match="已经测算"):
        prepare(court, politics)


# --- approving ---------------------------------------------------------------------------------------------
def test_another_person_approves_and_then_it_stands(bench, weighed, court, politics, president):
    weighed(1)
    pool = prepare(court, politics)
    with pytest.raises(Refused, match="院长批准"):
        approve(pool, by=politics)
    assert approve(pool, by=president).state == "approved"
    with pytest.raises(Refused, match="已批准"):
        recompute_pool(pool=pool, amount=Decimal(5), by=politics, at=timezone.now())
    with pytest.raises(Refused, match="院长批准"):
        withdraw_pool(pool=pool, reason="有误", by=politics, at=timezone.now())
    assert withdraw_pool(pool=pool, reason="有误", by=president, at=timezone.now()).state == "withdrawn"


def test_whoever_prepared_it_does_not_approve_it_in_another_post(bench, weighed, court, politics, post):
    weighed(1)
    pool = prepare(court, politics)
    recompute_pool(pool=pool, amount=Decimal(500), by=post("politics", "政治部陈"), at=timezone.now())
    Posting.objects.create(user=politics, court=court, role="president", starts_on=date(2026, 6, 1))
    del politics.__dict__["seats"]
    with pytest.raises(Refused, match="另一人"):
        approve(pool, by=politics)


def test_what_was_shared_anew_after_somebody_looked_is_not_approved_by_the_old_page(
    bench, weighed, court, politics, president
):
    weighed(1)
    pool = prepare(court, politics)
    seen = version_of(pool)
    recompute_pool(pool=pool, amount=Decimal(9_000_000), by=politics, at=timezone.now())
    with pytest.raises(Refused, match="有变化") as refused:
        approve(pool, by=president, version=seen)
    assert (refused.value.status, SubsidyPool.objects.get().state) == (409, "draft")


def test_whoever_is_paid_of_it_does_not_approve_it_and_the_president_above_does(
    bench, weighed, court, upper_court, politics, president, post
):
    on_quota(president, court=court)
    weighed(1, judge=president)
    pool = prepare(court, politics)
    with pytest.raises(Refused, match="您本人的份额"):
        approve(pool, by=president)
    assert approve(pool, by=post("president", "上级院长", at=upper_court)).state == "approved"


# --- objecting ---------------------------------------------------------------------------------------------
def test_an_objection_is_answered_before_it_is_approved_and_not_by_oneself(
    bench, weighed, court, judge, politics, president
):
    weighed(1)
    pool = prepare(court, politics)
    object_to_share(pool=pool, objection="少计一件", by=judge, at=timezone.now())
    with pytest.raises(Refused, match="1人的异议没有答复"):
        approve(pool, by=president)
    answer_objection(pool=pool, person=judge.pk, answer="已补登", by=politics, at=timezone.now())
    assert approve(pool, by=president).state == "approved"
    with pytest.raises(Refused, match="已经答复"):
        object_to_share(pool=pool, objection="还是不对", by=judge, at=timezone.now())


def test_the_president_does_not_answer_the_presidents_objection(bench, weighed, court, politics, president):
    on_quota(president, court=court)
    weighed(1, judge=president)
    pool = prepare(court, politics)
    object_to_share(pool=pool, objection="多计", by=president, at=timezone.now())
    with pytest.raises(Refused, match="本人的异议"):
        answer_objection(pool=pool, person=president.pk, answer="好", by=president, at=timezone.now())


@pytest.mark.parametrize(("words", "says"), [(" ", "请写明异议"), ("很" * 501, "不超过500字")])
def test_an_objection_says_something_and_not_too_much(bench, weighed, court, judge, politics, words, says):
    weighed(1)
    with pytest.raises(Refused, match=says):
        object_to_share(pool=prepare(court, politics), objection=words, by=judge, at=timezone.now())


def test_who_has_no_share_has_nothing_to_object_to(bench, weighed, court, colleague, politics):
    weighed(1)
    with pytest.raises(Refused, match="没有您的份额"):
        object_to_share(pool=prepare(court, politics), objection="没有我", by=colleague, at=timezone.now())


def test_sharing_anew_keeps_the_objection_also_of_whoever_is_paid_nothing_now(
    bench, weighed, court, judge, colleague, politics
):
    weighed(1)
    weighed(1, judge=colleague)
    pool = prepare(court, politics)
    object_to_share(pool=pool, objection="少计", by=judge, at=timezone.now())
    QuotaJudge.objects.filter(person=judge).delete()
    recompute_pool(pool=pool, amount=Decimal(500), by=politics, at=timezone.now())
    assert amounts(pool) == {"周法官": Decimal("0.00"), "卫法官": Decimal("500.00")}
    assert pool.shares.get(person=judge).objection == "少计"


# --- who knows ---------------------------------------------------------------------------------------------
def test_every_share_is_for_the_politics_department_and_the_president_ones_own_for_oneself(
    bench, weighed, court, judge, colleague, politics, president, division_head, trial_office, outsider, post
):
    weighed(1)
    weighed(1, judge=colleague)
    prepare(court, politics)
    vice = post("vice_president")
    knowing = [
        person
        for person in (politics, president, judge, division_head, trial_office, outsider, vice)
        if pools_for(person)
    ]
    assert knowing == [politics, president]
    assert [share.person for share in shares_of(judge)] == [judge]
    assert not shares_of(division_head).exists()


def test_the_trail_tells_no_sums(bench, weighed, court, judge, politics, president):
    weighed(1)
    pool = prepare(court, politics, "98765.43")
    object_to_share(pool=pool, objection="少计", by=judge, at=timezone.now())
    answer_objection(pool=pool, person=judge.pk, answer="已核", by=politics, at=timezone.now())
    approve(pool, by=president)
    told = str(list(Entry.objects.values("act", "before", "after", "because")))
    assert Entry.objects.count() == 4
    assert "98765" not in told


def test_preparing_costs_the_same_however_many_judges(
    bench, weighed, court, politics, post, division, costs_the_same
):
    weighed(1)

    def make():
        SubsidyPool.objects.all().delete()
        prepare(court, politics)

    def grow():
        for _ in range(20):
            person = post("judge", division=division)
            on_quota(person, court=court)
            review(weighed(1, judge=person), "优秀")

    costs_the_same(make, grow=grow)
