"""The flow and the risks, counted by the database, equal what one counts case by case."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from cases.models import Case, ProcedureEvent
from courts.models import Court, Division
from dashboard.definitions import QUIET_DAYS
from dashboard.flow import Flow, total
from dashboard.periods import read_period, year_earlier
from dashboard.risks import risks_by_unit
from dashboard.scope import scope_of
from dashboard.selectors import curves, flows, rows_by_category, rows_by_unit
from tests.dashboard.counted import flow_case_by_case, risks_case_by_case

TODAY = date(2026, 6, 30)


@pytest.fixture
def random_cases(file_case, clock, court, division, post, judge):
    """``random_cases(seed)``: sixty cases of two courts, filed and closed around two years, some sealed."""
    colleague = post("judge", "同事")
    other = Court.objects.get(code="川1503")
    second = Division.objects.create(court=court, name="刑事审判庭", position=2)

    def create(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(60):
            filed_on = (
                None if draw.random() < 0.05 else date(2024, 6, 1) + timedelta(days=draw.randrange(760))
            )
            closed_on = draw.choice([None, (filed_on or TODAY) + timedelta(days=draw.randrange(400))])
            case = file_case(
                court=draw.choice([court, court, other]),
                division=None,
                judge=draw.choice([judge, colleague, None]),
                category=draw.choice(["民事", "刑事", "执行"]),
                filed_on=filed_on,
                closed_on=closed_on,
                sealed=draw.choice(["", "", "", "juvenile"]),
                readers=draw.choice([[], [], [judge.pk]]),
            )
            if case.court_id == court.pk:
                case.division = draw.choice([division, second, None])
                case.save()
            give_clock_and_event(draw, case, clock)

    return create


def give_clock_and_event(draw, case, clock) -> None:
    state = draw.choice(["running", "running", "paused", "unknown", "no_limit", ""])
    if state:
        due_on = TODAY + timedelta(days=draw.randrange(-20, 20)) if state == "running" else None
        clock(case, state, due_on=due_on)
    if draw.random() < 0.5:
        on = TODAY - timedelta(days=draw.randrange(2 * QUIET_DAYS))
        ProcedureEvent.objects.create(case=case, node="开庭", on=on)


@pytest.fixture(params=["judge", "division_head", "president", "superior", "outsider"])
def person(request, post, upper_court):
    if request.param == "superior":
        return post("superior", at=upper_court)
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("key", ["2026", "2026H1", "2025Q4", "2026-02"])
def test_the_flow_is_what_one_counts_case_by_case(random_cases, person, seed, key):
    random_cases(seed)
    period = read_period(key=key, today=TODAY)
    found = flows(scope_of(person), period)
    seen = list(Case.objects.visible_to(person))
    assert total(found.now.values()) == flow_case_by_case(seen, period)
    assert total(found.before.values()) == flow_case_by_case(seen, year_earlier(period))


@pytest.mark.parametrize("seed", range(6))
def test_the_risks_are_what_one_counts_case_by_case(random_cases, person, seed):
    random_cases(seed)
    found = risks_by_unit(scope_of(person), TODAY)
    counted = risks_case_by_case(Case.objects.visible_to(person), TODAY)
    assert {name: sum(getattr(each, name) for each in found.values()) for name in counted} == counted


@pytest.mark.parametrize("seed", range(4))
def test_units_categories_and_months_add_up_to_the_whole(random_cases, president, seed):
    random_cases(seed)
    scope, period = scope_of(president), read_period(key="2026", today=TODAY)
    found = flows(scope, period)
    whole = total(found.now.values())
    assert total(row.flow for row in rows_by_unit(scope, found, risks_by_unit(scope, TODAY))) == whole
    assert total(row.flow for row in rows_by_category(found)) == whole
    twelve = curves(scope, period, found.now).whole
    assert twelve[-1].pending == whole.pending
    assert sum(each.new for each in twelve[-6:]) == whole.new
    assert sum(each.closed for each in twelve[-6:]) == whole.closed


@pytest.mark.parametrize("seed", range(4))
def test_each_month_ends_with_what_was_pending_that_day(random_cases, president, seed):
    random_cases(seed)
    scope, period = scope_of(president), read_period(key="2026", today=TODAY)
    seen = Case.objects.visible_to(president)
    for each in curves(scope, period, flows(scope, period).now).whole:
        assert each.pending == seen.open_on(each.month.ends_on).count()


def test_a_case_without_a_filing_date_belongs_to_no_period(file_case, president):
    file_case(filed_on=None, closed_on=date(2026, 3, 1))
    assert total(flows(scope_of(president), read_period(today=TODAY)).now.values()) == Flow()


def test_divisions_stand_in_organisational_order_whatever_their_numbers(
    file_case, court, division, president
):
    first = Division.objects.create(court=court, name="立案庭", position=0)
    last = Division.objects.create(court=court, name="执行局", position=9)
    for busy in (last, last, division):
        file_case(division=busy)
    scope = scope_of(president)
    rows = rows_by_unit(scope, flows(scope, read_period(today=TODAY)), {})
    assert [row.division for row in rows] == [first, division, last]


def test_the_region_is_seen_by_court_and_a_court_of_it_by_division(post, upper_court, file_case):
    superior = post("superior", at=upper_court)
    file_case()
    assert scope_of(superior).by_court
    assert len(scope_of(superior).courts) == 11
    assert not scope_of(superior, "川1502").by_court


def test_a_court_out_of_reach_is_no_scope(president):
    assert scope_of(president, "川1503") is None
    assert scope_of(president, "川9999") is None
