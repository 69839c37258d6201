"""What others may use of a deviation: disclosed, red, standing; and how many of so many chance alone would bring."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import product
from math import sqrt

import numpy as np
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from courts.models import Division
from deviation.calibration import controlled
from deviation.disclosed import (
    STANDING_Q,
    Expected,
    brought_by_chance,
    enough_for,
    expected_in,
    standing,
    standing_q,
)
from deviation.lifecycle import STANDING, UNSEEN, State
from deviation.models import Contest, Notice, Run, Score
from deviation.trust_page import month_of


def in_sql(case: Case) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {STANDING_Q} FROM cases_case c WHERE c.id = %s", [case.pk])
        return cursor.fetchone()[0]


# --- the fact --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "band"), list(product(State, ["yellow", "red"])), ids=lambda each: str(each)
)
def test_the_fact_is_there_only_while_a_red_notice_stands_disclosed(told, now, state, band):
    """In every state and band, by the row and in SQL."""
    notice = told(band=band)
    shown = state not in UNSEEN
    Notice.objects.filter(pk=notice.pk).update(state=state.value, disclosed_at=now if shown else None)
    Score.objects.filter(pk=notice.score_id).update(disclosed=shown)
    wanted = 0.03 if state in STANDING and band == "red" else None
    assert (standing_q(notice.case), in_sql(notice.case)) == (wanted, wanted)


def test_no_rule_uses_what_is_being_decided():
    assert State.CONTESTED not in STANDING


def test_of_several_the_smallest_counts(disclosed, theft):
    case = theft()
    disclosed(case, q=0.04)
    disclosed(case, code="fine", q=0.02)
    assert (standing_q(case), in_sql(case)) == (0.02, 0.02)


def test_where_nothing_was_said_there_is_no_q_though_the_guideline_is_breached(disclosed, theft):
    case = theft()
    disclosed(
        case,
        state="abstained",
        reason_code="no_run",
        p=None,
        q=None,
        guideline={"inside": False, "breaches": ["高于上限"]},
    )
    assert (standing_q(case), in_sql(case)) == (None, None)
    assert standing().filter(case=case).exists()


# --- how many by chance ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("p_values", [1, 5, 40])
def test_of_what_is_nothing_but_chance_no_more_is_shown_than_expected(p_values):
    """Thousands of batches without any true difference: most show nothing, and count all the same."""
    drawn = np.random.default_rng(7).uniform(size=(6000, p_values))
    shown = Counter(
        {(1, "months", str(n)): sum(q <= 0.05 for q in controlled(list(row))) for n, row in enumerate(drawn)}
    )
    noise = 3 * sqrt(shown.total())
    assert shown.total() > 100
    assert brought_by_chance(+shown, dict.fromkeys(shown, 0.05)) >= shown.total() - noise


@pytest.mark.parametrize(
    ("shown", "fdr", "expected"),
    [
        ({}, {}, 0.0),
        ({}, {"a": 0.05, "b": 0.05}, 0.1),
        ({"a": 20}, {"a": 0.05, "b": 0.05}, 1.05),
        ({"a": 20, "b": 10}, {"a": 0.05, "b": 0.1}, 2.0),  # courts may control for another share
    ],
)
def test_a_batch_counts_for_its_notices_and_one_without_any_for_one(shown, fdr, expected):
    assert brought_by_chance(shown, fdr) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("n", "by_chance", "said"), [(12, 0.6, 1), (12, 0.4, 0), (0, None, 0), (2, 4.0, 2), (12, 2.5, 3)]
)
def test_the_number_is_said_as_a_whole_one_and_never_more_than_there_are(n, by_chance, said):
    assert Expected(n, by_chance, 0, False).whole == said


@pytest.fixture
def expected(division_head):
    """``expected()``: what the head of the division is told of the month in which the notices were shown."""

    def look() -> Expected:
        month = timezone.localdate().replace(day=1)
        return expected_in(division_head, month, day=date(2026, 6, 9))

    return look


def test_every_batch_assessed_is_counted_and_no_draft_makes_one(expected, disclosed, score, theft):
    assert expected() == Expected(0, None, 0, True)
    disclosed(theft())
    assert expected().by_chance == pytest.approx(0.05)
    score(theft(), "green", code="fine", stage="closing")
    assert (expected().counted, expected().by_chance) == (1, pytest.approx(0.1))
    score(theft(), "red", code="probation", stage="draft")
    score(theft(), "red", code="trial_days", stage="closing")
    score(theft(), "", code="awarded_share", stage="closing")
    score(theft(sealed="juvenile"), "green", code="probation", stage="closing")
    assert expected().by_chance == pytest.approx(0.1)


def test_what_only_the_guideline_makes_worth_showing_is_counted_apart(expected, disclosed, theft):
    """Also where it lies outside the wide interval, but by chance as like as not."""
    breach = {"inside": False, "breaches": ["高于上限"]}
    disclosed(theft(), guideline=breach, q=0.6)
    disclosed(theft(), guideline=breach, q=0.6, outcome=30.0)
    disclosed(theft(), guideline=breach, q=0.03)
    assert (expected().counted, expected().apart) == (1, 2)


def test_few_notices_make_the_number_shaky(expected, disclosed, theft):
    disclosed(theft())
    assert expected().is_shaky
    for _ in range(enough_for(None, date(2026, 6, 9)) - 1):
        disclosed(theft())
    assert not expected().is_shaky


def test_what_was_taken_back_is_listed_and_not_counted(listed, expected, disclosed, theft, division_head):
    for state in ("upheld", "adjusted", "contested", "closed"):
        Notice.objects.filter(pk=disclosed(theft()).pk).update(state=state)
    assert expected().counted == 2
    assert len(listed(division_head).context["rows"]) == 4


def test_the_page_of_trust_counts_what_the_list_counts(listed, disclosed, theft, division_head, court):
    """Also of a batch of the month before, and not what was taken back."""
    disclosed(theft(), batch="2026-05")
    disclosed(theft())
    Notice.objects.filter(pk=disclosed(theft()).pk).update(state="upheld")
    day = timezone.localdate()
    run = Run(court=court, code="months", trust={"fdr": 0.05})
    of_list = listed(division_head).context["expected"]
    assert (of_list.counted, month_of(run, court, division_head, day)) == (2, of_list)
    assert month_of(Run(court=court, code="fine", trust={}), court, division_head, day).counted == 0


# --- the list --------------------------------------------------------------------------------------------------------
@pytest.fixture
def listed(client):
    def visit(person, **asked):
        client.force_login(person)
        return client.get(reverse("deviation:disclosed"), asked)

    return visit


def test_the_list_says_how_many_and_how_many_by_chance(listed, disclosed, theft, division_head):
    for _ in range(2):
        disclosed(theft(), q=0.04)
    page = listed(division_head).content.decode()
    assert f"{timezone.localtime():%Y-%m} 2 条，预计不到 1 条为误报" in page
    assert "仅供参考" in page
    assert all(case.number in page for case in Case.objects.all())


def test_the_list_follows_the_order_of_the_house_and_nothing_else(listed, disclosed, theft, court, president):
    divisions = [Division.objects.create(court=court, name=f"第{n}庭", position=n) for n in (7, 3, 5)]
    for division, outcome in zip(divisions, (99.0, 61.0, 200.0), strict=True):
        disclosed(theft(division=division), outcome=outcome)
    rows = listed(president).context["rows"]
    assert [notice.case.division.name for notice, _ in rows] == ["第3庭", "第5庭", "第7庭"]


def test_the_list_names_no_judge(listed, disclosed, division_head, judge):
    disclosed()
    assert judge.name not in listed(division_head).content.decode()


def test_what_was_withdrawn_is_listed_as_such(listed, contested, division_head, now):
    filed = contested()
    Notice.objects.filter(pk=filed.notice_id).update(state="upheld", ended_at=now)
    Contest.objects.filter(pk=filed.pk).update(upheld=True, decided_at=now, decision="某")
    assert "异议成立" in listed(division_head).content.decode()


def test_a_month_without_any_and_a_month_nobody_knows_are_no_error(listed, division_head, disclosed):
    assert "没有已公开的偏离提示" in listed(division_head).content.decode()
    disclosed()
    assert listed(division_head, month="昨天").status_code == 200
    assert listed(division_head, month="2026-01", page="x").status_code == 200


@pytest.mark.parametrize("who", ["judge", "presiding", "assistant", "itadmin"])
def test_the_list_is_for_leaders(listed, disclosed, request, who):
    disclosed()
    assert listed(request.getfixturevalue(who)).status_code == 403


def test_a_leader_elsewhere_sees_none_of_it(listed, disclosed, outsider, theft):
    case = theft()
    disclosed(case)
    assert case.number not in listed(outsider).content.decode()


def test_the_list_costs_the_same_however_long(listed, disclosed, theft, division_head, costs_the_same):
    def grow(n: int = 10) -> None:
        for _ in range(n):
            disclosed(theft())

    grow(2)
    costs_the_same(lambda: listed(division_head), grow=grow)


# --- the interface ---------------------------------------------------------------------------------------------------
def test_the_interface_tells_of_what_is_disclosed_and_names_nobody(
    client, told, disclosed, theft, trial_office, judge
):
    told(theft())
    notice = disclosed(theft())
    client.force_login(trial_office)
    answer = client.get("/api/v1/deviations/").json()["results"]
    assert notice.pk in {row["id"] for row in answer}
    assert all(row["disclosed_at"] for row in answer)
    assert judge.name not in str(answer)
    assert not [name for row in answer for name in row if "judge" in name or "person" in name]


@pytest.mark.parametrize("who", ["outsider", "assistant", "itadmin"])
def test_the_interface_is_closed_or_empty_to_others(client, disclosed, request, who):
    disclosed()
    client.force_login(request.getfixturevalue(who))
    answer = client.get("/api/v1/deviations/")
    assert answer.status_code == 403 or answer.json()["results"] == []


def test_a_misspelt_question_is_refused(client, trial_office, monday):
    client.force_login(trial_office)
    assert client.get("/api/v1/deviations/?jugde=1").status_code == 400
    assert client.get("/api/v1/deviations/?state=private").status_code == 400


def test_the_days_of_contest_are_working_days(disclosed):
    assert disclosed().contest_until == date(2026, 6, 24)
