"""A seat is filled in the real browser (遴选入额): weights stated, marks, proposal, committee, notice, appointment."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from courts.models import FixedDay
from quota.availability import record_availability
from quota.models import Candidate, Plan, QuotaJudge, Scenario, Seat, Selection
from quota.objections import object_to_record
from quota.people import enter_quota
from quota.teams import join_team, open_team
from quota.term_requests import propose_exit
from tests.journeys.conftest import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TODAY = date(2026, 6, 30)


@pytest.fixture
def staffed(transactional_db, court, division, post, now):
    """A court with three seats in force, one of them taken, a team, and somebody away half of the time."""
    FixedDay.objects.create(day=TODAY)
    politics = post("politics", "政治部李")
    known = {"court": court, "year": 2026}
    scenario = Scenario.objects.create(
        **known, name="测算", inputs="{}", inputs_digest="0", result="{}", result_digest="0", made_at=now
    )
    plan = Plan.objects.create(
        **known, scenario=scenario, state="published", reason="核定", submitted_at=now, decided_at=now
    )
    Seat.objects.create(plan=plan, court=court, need=3.2, seats=3)
    judge = post("judge", "周法官", division=division)
    deed = {"by": politics, "at": now}
    term = enter_quota(
        person=judge, court=court, entered_on=date(2020, 1, 1), basis="任免文件", by=None, at=now
    )
    about = {"court": court, "division": division, "name": "速裁一团队", "kind": "fast"}
    team = open_team(**about, opened_on=date(2026, 1, 1), **deed)
    join_team(team=team, person=judge, part="judge", joined_on=date(2026, 1, 1), **deed)
    away = {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=60), "reason": "挂职"}
    record_availability(person=judge, fraction=Decimal("0.5"), **away, **deed)
    return {"politics": politics, "term": term, "team": team, "judge": judge}


def fill(page, **values) -> None:
    for name, value in values.items():
        page.locator(f"[name='{name.replace('__', '-')}']:visible").first.fill(value)


def submit(part, text: str) -> None:
    with (part if hasattr(part, "expect_navigation") else part.page).expect_navigation():
        part.get_by_role("button", name=text, exact=True).first.click()


def opened(page, summary: str):
    """The part of the page under this heading, opened."""
    part = page.locator("details", has=page.locator("summary", has_text=summary)).first
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    return part


def test_a_seat_is_filled_from_stated_weights_to_the_appointment(
    staffed, page_of, post, president, division, court, take_picture
):
    people = {name: post("assistant", name, division=division) for name in ("候选甲", "候选乙")}
    page = page_of(staffed["politics"])
    page.goto(reverse("quota:selections"))
    part = opened(page, "发起遴选")
    fill(part, name="2026年第一批遴选", seats="1")
    submit(part, "提交")
    assert "50%" in page.locator("main").inner_text()
    for name in people:
        part = opened(page, "登记人选")
        fill(part, person=name)
        submit(part, "提交")
    for name in people:
        page.get_by_role("link", name=name).click()
        page.get_by_label("通过", exact=True).check()
        submit(page, "提交")
        page.get_by_role("link", name="2026年第一批遴选").click()
    submit(page, "结束报名，开始评分")
    for name, mark in (("候选甲", "80"), ("候选乙", "90")):
        for stage in ("考核", "考试", "面试", "办案业绩"):
            page.get_by_label(f"{name} {stage}", exact=True).fill(mark)
    submit(page, "保存成绩")
    take_picture(page, "quota-selection-scoring")
    submit(page, "提出拟入额人选")
    assert page.locator("tbody tr th").all_inner_texts() == sorted(people)
    assert "遴选委的意见请由另一人登记" in page.locator("main").inner_text()

    chief = page_of(president)
    selection = Selection.objects.get()
    chief.goto(reverse("quota:selection", args=[selection.pk]))
    take_picture(chief, "quota-selection-committee")
    chief.get_by_label("通过", exact=True).check()
    submit(chief, "登记遴选委意见")
    fill(chief, starts_on="2026-07-01", ends_on="2026-07-07")
    submit(opened(chief, "登记公示"), "提交")
    chief.get_by_role("link", name="公示", exact=True).click()
    assert chief.locator("main li").all_inner_texts() == ["候选乙"]
    take_picture(chief, "quota-notice")

    FixedDay.objects.update(day=date(2026, 7, 10))
    page.goto(reverse("quota:candidate", args=[Candidate.objects.get(person=people["候选乙"]).pk]))
    part = opened(page, "登记任命")
    fill(part, appoint__entered_on="2026-07-10", appoint__basis="任命〔2026〕8号")
    take_picture(page, "quota-candidate")
    submit(part, "提交")
    assert QuotaJudge.objects.get(person=people["候选乙"]).court == court
    own = page_of(people["候选甲"])
    own.goto(reverse("quota:my-candidacy"))
    said = own.locator("main").inner_text()
    assert "80.00" in said and "90" not in said and "未入围" in said
    take_picture(own, "quota-my-candidacy")


def test_the_pages_of_people_are_accessible_fit_a_telephone_and_need_no_scripts(
    staffed, page_of, axe, court, take_picture, now
):
    politics, term, team = staffed["politics"], staffed["term"], staffed["team"]
    said = {"left_on": TODAY, "trigger": "own_wish", "reason": "本人申请"}
    asked = propose_exit(term=term, by=politics, at=now, **said)
    objection = object_to_record(about=term, text="没有提出过申请", by=staffed["judge"], at=now)
    pages = {
        "judges": reverse("quota:judges"),
        "court-judges": f"{reverse('quota:judges')}?court={court.pk}",
        "term": reverse("quota:judge-term", args=[term.pk]),
        "term-request": reverse("quota:term-request", args=[asked.pk]),
        "objection": reverse("quota:objection", args=[objection.pk]),
        "selections": reverse("quota:selections"),
        "teams": reverse("quota:teams"),
        "court-teams": f"{reverse('quota:teams')}?court={court.pk}",
        "team": reverse("quota:team", args=[team.pk]),
        "availability": reverse("quota:availability"),
        "change": reverse("quota:availability-change", args=[staffed["judge"].availabilities.get().pk]),
        "my-availability": reverse("quota:my-availability"),
        "my-candidacy": reverse("quota:my-candidacy"),
    }
    page, plain, wrongs = page_of(politics), page_of(politics, scripts=False), []
    for name, where in pages.items():
        page.set_viewport_size(WIDE)
        assert page.goto(where).status == 200, where
        page.wait_for_load_state("networkidle")
        wrongs += axe(page)
        take_picture(page, f"quota-{name}")
        page.set_viewport_size(NARROW)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrongs += [f"{where} is {wide} px too wide at 390"] if wide > 0 else []
        assert plain.goto(where).status == 200, where
        assert plain.locator("h1").first.is_visible(), where
    assert wrongs == []
