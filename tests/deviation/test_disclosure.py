"""What others may use of a deviation: disclosed, red, standing; and how many of so many chance alone would bring."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from courts.models import Division
from deviation.disclosed import STANDING_Q, expected_false, newly_disclosed, standing, standing_q
from deviation.lifecycle import STANDING, UNSEEN, State
from deviation.models import Contest, Notice, Score


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


def test_what_is_newly_disclosed_is_told_once_to_those_who_ask_since(told, disclosed, theft, now):
    told(theft())
    notice = disclosed(theft())
    assert list(newly_disclosed(since=now - timedelta(hours=1)).filter(pk=notice.pk)) == [notice]
    assert not newly_disclosed(since=now + timedelta(seconds=1)).exists()


# --- how many by chance ----------------------------------------------------------------------------------------------
def counted(*batches: tuple[str, list[float | None]]) -> list[Notice]:
    """Notices as they come from the database, by batch and q."""
    return [
        Notice(
            score=Score(
                court_id=1,
                code="months",
                batch=batch,
                q=q,
                state="scored" if q is not None else "abstained",
                outcome=60,
            )
        )
        for batch, values in batches
        for q in values
    ]


@pytest.mark.parametrize(
    ("batches", "n", "by_chance", "apart"),
    [
        ([("2026-06", [0.01] * 11 + [0.08])], 12, 0.96, 0),
        ([("2026-06", [0.05] * 20)], 20, 1.0, 0),
        ([("2026-05", [0.05] * 20), ("2026-06", [0.10] * 10)], 30, 2.0, 0),  # batch by batch
        ([("2026-06", [None, None])], 0, None, 2),
        ([("2026-06", [0.02, None])], 1, 0.02, 1),
        ([], 0, None, 0),
    ],
)
def test_of_a_batch_the_largest_q_says_which_share_is_by_chance(batches, n, by_chance, apart):
    found = expected_false(counted(*batches), enough=10)
    assert (found.counted, found.apart) == (n, apart)
    assert found.by_chance == (None if by_chance is None else pytest.approx(by_chance))


@pytest.mark.parametrize(("q", "said"), [(0.08, 1), (0.02, 0), (0.0, 0), (0.3, 4)])
def test_the_number_is_said_as_a_whole_one(q, said):
    assert expected_false(counted(("2026-06", [q] * 12)), enough=10).whole == said


def test_few_notices_make_the_number_shaky():
    assert expected_false(counted(("2026-06", [0.05] * 9)), enough=10).is_shaky
    assert not expected_false(counted(("2026-06", [0.05] * 10)), enough=10).is_shaky


def test_a_breach_of_the_guideline_alone_is_counted_apart():
    score = Score(
        court_id=1, code="months", batch="2026-06", q=0.6, state="scored", outcome=30, low99=5, high99=40,
        guideline={"inside": False, "breaches": ["高于上限"]},
    )  # fmt: skip
    found = expected_false([Notice(score=score)], enough=1)
    assert (found.counted, found.apart, found.by_chance) == (0, 1, None)


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
