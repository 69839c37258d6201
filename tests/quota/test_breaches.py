"""Slow simple cases: held against their like, found once, ended when they are no longer slow, answered by their judge."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from audit.models import Entry
from audit.trail import Refused
from cases.models import Case, ProcedureEvent
from quota import tasks
from quota.breaches import answer_breach, find_breaches
from quota.classes import decide_class
from quota.models import Breach
from quota.weighing import weigh_cases

DAY = date(2026, 6, 30)


@pytest.fixture
def simple(file_case, now):
    """``simple(days, closed=True)``: a simple case that took so many days, or has so far."""

    def file(days: int, *, closed: bool = True, **fields) -> Case:
        begun = DAY - timedelta(days=days + (10 if closed else 0))
        case = file_case(
            cause="物业服务合同纠纷", procedure="summary", filed_on=begun,
            closed_on=begun + timedelta(days=days) if closed else None, **fields,
        )  # fmt: skip
        weigh_cases([case.pk], now)
        return case

    return file


@pytest.fixture
def usual(simple):
    """Thirty-one simple cases that took 20 to 50 days: the ninetieth percentile is 47."""
    return [simple(20 + n) for n in range(31)]


def found(court, now, day=DAY):
    find_breaches(court=court, day=day, at=now)
    return list(Breach.objects.filter(ended_on=None).order_by("pk"))


def test_an_open_case_beyond_the_ninetieth_percentile_is_found_with_what_it_was_held_against(
    usual, simple, court, now
):
    slow, quick = simple(48, closed=False), simple(47, closed=False)
    (breach,) = found(court, now)
    assert (breach.case, breach.kind, breach.days, breach.found_on) == (slow, "cycle", 48, DAY)
    assert breach.evidence == {"bound": 47.0, "n": 31, "percentile": 0.9}
    assert quick.pk != breach.case_id


def test_where_few_are_known_nothing_is_said(simple, court, now):
    for n in range(29):
        simple(20 + n)
    simple(400, closed=False)
    assert found(court, now) == []


def test_cases_of_another_procedure_closed_long_ago_or_sealed_are_no_like(simple, court, now):
    for n in range(20):
        simple(20 + n)
    for n in range(20):
        simple(20 + n, sealed="juvenile")
    simple(400, closed=False)
    assert found(court, now) == []


def test_finding_again_changes_the_days_and_begins_nothing(usual, simple, court, now):
    simple(60, closed=False)
    (first,) = found(court, now)
    assert find_breaches(court=court, day=DAY, at=now) == 0
    (again,) = found(court, now, day=DAY + timedelta(days=1))
    assert (again.pk, again.days, again.found_on) == (first.pk, 61, DAY)


def test_a_breach_ends_when_the_case_is_closed_or_no_longer_simple(usual, simple, court, now):
    closed, hard = simple(60, closed=False), simple(70, closed=False)
    assert len(found(court, now)) == 2
    Case.objects.filter(pk=closed.pk).update(closed_on=DAY)
    ProcedureEvent.objects.create(case=hard, node="信访", on=DAY)
    weigh_cases([closed.pk, hard.pk], now)
    assert found(court, now) == []
    assert set(Breach.objects.values_list("ended_on", flat=True)) == {DAY}


def test_a_class_decided_by_people_counts_before_the_one_proposed(usual, simple, court, now, judge):
    slow, hard = simple(60, closed=False), simple(60, closed=False)
    ProcedureEvent.objects.create(case=hard, node="信访", on=DAY)
    weigh_cases([hard.pk], now)
    decide_class(case=slow, klass="complex", reason="业主众多", by=judge, at=now)
    decide_class(case=hard, klass="simple", reason="已经息访", by=judge, at=now)
    assert [one.case for one in found(court, now)] == [hard]


def test_a_stage_that_stands_out_is_found_although_the_case_is_young(usual, simple, court, now):
    for n, case in enumerate(usual):
        ProcedureEvent.objects.create(case=case, node="立案", on=case.filed_on)
        ProcedureEvent.objects.create(case=case, node="开庭", on=case.filed_on + timedelta(days=8 + n % 5))
    slow = simple(40, closed=False)
    ProcedureEvent.objects.create(case=slow, node="立案", on=slow.filed_on)
    ProcedureEvent.objects.create(case=slow, node="开庭", on=slow.filed_on + timedelta(days=39))
    (breach,) = found(court, now)
    assert (breach.case, breach.kind, breach.what, breach.days) == (slow, "node", "立案至开庭", 39)
    assert breach.evidence["n"] == 32 and breach.evidence["deviation"] > 3


def test_a_hearing_fixed_for_a_day_to_come_is_no_time_spent(usual, simple, court, now):
    for n, case in enumerate(usual):
        ProcedureEvent.objects.create(case=case, node="立案", on=case.filed_on)
        ProcedureEvent.objects.create(case=case, node="开庭", on=case.filed_on + timedelta(days=8 + n % 5))
    young = simple(10, closed=False)
    ProcedureEvent.objects.create(case=young, node="立案", on=young.filed_on)
    ProcedureEvent.objects.create(case=young, node="开庭", on=DAY + timedelta(days=40))
    assert found(court, now) == []


# --- the page and the answer --------------------------------------------------------------------------------------------


@pytest.fixture
def breach(usual, simple, court, now):
    simple(60, closed=False)
    return found(court, now)[0]


def test_the_judge_answers_once_and_nobody_else(breach, judge, president, division_head, now):
    for who in (president, division_head):
        with pytest.raises(Refused, match="由本案承办人说明"):
            answer_breach(breach=breach, answer="等鉴定", by=who, at=now)
    for _ in range(2):
        answer_breach(breach=breach, answer=" 等鉴定 ", by=judge, at=now)
    breach.refresh_from_db()
    assert (breach.answer, breach.answered_by) == ("等鉴定", judge)
    assert Entry.objects.filter(act="quota.answer_breach").count() == 1


def test_an_empty_answer_and_one_to_what_has_ended_are_refused(breach, judge, now):
    with pytest.raises(Refused, match="请写明说明"):
        answer_breach(breach=breach, answer="  ", by=judge, at=now)
    Breach.objects.update(ended_on=DAY)
    with pytest.raises(Refused, match="已经解除"):
        answer_breach(breach=breach, answer="等鉴定", by=judge, at=now)


def test_each_sees_the_breaches_of_the_cases_they_see(
    client, breach, judge, president, outsider, post, division
):
    for who, n in ((judge, 1), (president, 1), (outsider, 0), (post("judge", division=division), 0)):
        client.force_login(who)
        assert len(client.get(reverse("quota:breaches")).context["rows"]) == n


def test_the_page_says_what_it_was_held_against_and_takes_the_answer(client, breach, judge):
    client.force_login(judge)
    page = client.get(reverse("quota:breaches")).content.decode()
    assert "已 60 天，同类界限 47 天（31 件）" in page
    answer = client.post(
        reverse("quota:answer-breach", args=[breach.pk]), {"answer": "等待鉴定意见"}, follow=True
    )
    assert "等待鉴定意见" in answer.content.decode()


@pytest.mark.parametrize(("typed", "says"), [("", "请填写"), ("等鉴定" * 200, "500")])
def test_an_answer_that_cannot_be_kept_comes_back_in_its_place(client, breach, judge, typed, says):
    client.force_login(judge)
    answer = client.post(reverse("quota:answer-breach", args=[breach.pk]), {"answer": typed})
    page = answer.content.decode()
    assert (answer.status_code, f">{typed}</textarea>" in page) == (422, True)
    assert says in page.split(f'id="answer-{breach.pk}-error">')[1].split("</p>")[0]


def test_a_stranger_cannot_answer(client, breach, outsider):
    client.force_login(outsider)
    assert client.post(reverse("quota:answer-breach", args=[breach.pk]), {"answer": "x"}).status_code == 404


def test_the_list_is_a_file_too_and_leaves_a_trace(client, breach, president):
    client.force_login(president)
    answer = client.get(reverse("quota:breaches"), {"xlsx": ""})
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert Entry.objects.filter(act="quota.export").exists()


def test_no_number_of_a_sealed_case_leaves_in_the_file(client, breach, judge):
    breach.case.sealed = "juvenile"
    breach.case.save()
    client.force_login(judge)
    assert client.get(reverse("quota:breaches")).context["rows"]
    data = b"".join(client.get(reverse("quota:breaches"), {"xlsx": ""}).streaming_content)
    rows = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()
    assert breach.case.number not in {row[0] for row in rows}


def test_the_list_costs_the_same_however_long(client, usual, simple, court, now, president, costs_the_same):
    client.force_login(president)

    def grow(n: int) -> None:
        for _ in range(n):
            simple(90, closed=False)
        find_breaches(court=court, day=DAY, at=now)

    grow(2)
    costs_the_same(lambda: client.get(reverse("quota:breaches")), grow=lambda: grow(10))


def test_the_job_of_the_night_finds_them_court_by_court(usual, simple, court):
    simple(60, closed=False)
    assert tasks.find_court_breaches(court.pk) >= 1
    assert tasks.find_court_breaches(court.pk) == 0
