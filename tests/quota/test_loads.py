"""Who carries how much (工作量), and who sees it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from cases.models import ProcedureEvent
from courts.models import Availability, Division, FixedDay, Posting
from quota.load_page import blocks_of, remits_of, teams_of
from quota.loads import available_between, closed_loads, norms_of, open_loads
from quota.models import Team, TeamMember
from quota.own_load import standing_of
from quota.performance import Hidden
from tests.quota.lots_and_loads import weigh

TODAY = date(2026, 6, 30)
LOAD, MINE = "/quota/load/", "/quota/load/mine/"


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def colleagues(post, division):
    return [post("judge", f"法官{number}", division=division) for number in range(3)]


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


# --- sums -------------------------------------------------------------------------------------------
def test_a_case_is_carried_exactly_once_whatever_its_panel(file_case, court, judge, colleagues):
    presiding, member, other = colleagues
    weigh(file_case(presiding=presiding, members=[member.pk]), 2)
    weigh(file_case(presiding=judge, members=[member.pk, other.pk]), 1)
    weigh(file_case(), 1)
    loads = open_loads(court.pk, TODAY)
    assert sum(load.weighted for load in loads.values()) == pytest.approx(4)
    assert loads[presiding.pk].weighted == pytest.approx(Decimal("0.4"))
    assert float(loads[judge.pk].weighted) == pytest.approx(1.4 + 0.7 / 0.9 + 1)
    assert (loads[judge.pk].cases, loads[judge.pk].own, loads[member.pk].own) == (3, 3, 0)


def test_a_case_nobody_has_weighed_is_counted_and_weighs_nothing(file_case, court, judge):
    file_case()
    load = open_loads(court.pk, TODAY)[judge.pk]
    assert (load.cases, load.weighted, load.unweighed) == (1, 0, 1)


def test_a_sealed_case_is_part_of_the_sum(file_case, court, judge):
    weigh(file_case(sealed="juvenile"), 3)
    assert open_loads(court.pk, TODAY)[judge.pk].weighted == 3


def test_closed_work_lies_in_the_zone_of_type_code_then_procedure_then_category(file_case, court, judge):
    closed = {"closed_on": date(2026, 5, 1)}
    weigh(file_case(**closed), 1)
    weigh(file_case(procedure="fast", **closed), 2)
    weigh(file_case(type_code="民申", procedure="fast", **closed), 4)
    weigh(file_case(closed_on=date(2026, 7, 1)), 8)
    loads = closed_loads(court.pk, date(2026, 1, 1), TODAY)
    assert {zone: load.weighted for (_judge, zone), load in loads.items()} == {"Z2": 1, "Z4": 2, "Z3": 4}


def test_time_for_cases_is_the_mean_over_the_days(judge):
    Availability.objects.create(
        user=judge,
        starts_on=date(2026, 6, 16),
        ends_on=date(2026, 7, 15),
        fraction=Decimal("0.5"),
        reason="借调",
    )
    between = available_between([judge.pk, 0], date(2026, 6, 1), date(2026, 6, 30))
    assert between == {judge.pk: Decimal("0.75"), 0: 1}


def test_months_of_work_follow_from_the_settings_of_the_court(court):
    norms = norms_of(court.pk, TODAY)
    assert norms.monthly == pytest.approx(Decimal(215 * 6) / 12 / 6)
    assert norms.months(norms.monthly, Decimal("0.5")) == 2
    assert norms.months(Decimal(9), Decimal(0)) is None


# --- who sees it --------------------------------------------------------------------------------------
def test_people_stand_in_organisational_order_however_much_they_carry(
    file_case, court, post, division, judge, division_head, president
):
    later = Division.objects.create(court=court, name="刑事审判庭", position=9)
    heavy = post("judge", "阿重", division=later)
    weigh(file_case(judge=heavy), 90)
    blocks = blocks_of(remits_of(president)[0], TODAY)
    assert [[line.name for line in block.lines] for block in blocks] == [
        [president.name], [division_head.name, judge.name], [heavy.name]
    ]  # fmt: skip


def test_whoever_left_with_open_cases_is_not_forgotten(file_case, court, judge, president):
    weigh(file_case(), 1)
    Posting.objects.filter(user=judge).update(ends_on=date(2026, 6, 1))
    assert blocks_of(remits_of(president)[0], TODAY)[-1].lines[0].name == judge.name


def test_a_head_sees_the_own_division_alone(court, post, division, division_head, judge):
    elsewhere = Division.objects.create(court=court, name="刑事审判庭", position=9)
    post("judge", "刑庭法官", division=elsewhere)
    (remit,) = remits_of(division_head)
    names = [line.name for block in blocks_of(remit, TODAY) for line in block.lines]
    assert names == [division_head.name, judge.name]


def test_the_political_department_sees_the_courts_below_and_no_way_to_a_case(
    client, file_case, post, upper_court, court, judge
):
    weigh(file_case(), 1)
    politics = post("politics", at=upper_court)
    client.force_login(politics)
    page = client.get(LOAD, {"court": court.pk})
    assert judge.name in text_of(page)
    assert "/cases/?court" not in page.content.decode()


def test_the_president_reaches_the_cases_behind_a_number(client, file_case, court, president, judge):
    weigh(file_case(), 1)
    client.force_login(president)
    page = client.get(LOAD).content.decode()
    assert f"/cases/?court={court.pk}&amp;judge={judge.pk}&amp;status=open" in page


@pytest.mark.parametrize("role", ["judge", "assistant", "filing", "petition", "superior", "ac_member"])
def test_whoever_answers_for_no_unit_sees_no_workload(client, post, division, role):
    client.force_login(post(role, division=division))
    assert client.get(LOAD).status_code == 403
    assert client.get(f"{LOAD}export/").status_code == 403


def test_another_court_is_unknown(client, court, outsider):
    client.force_login(outsider)
    assert client.get(LOAD, {"court": court.pk}).status_code == 404
    assert client.get(LOAD, {"court": "x"}).status_code == 404


@pytest.mark.parametrize("role", ["assistant", "clerk", "politics", "filing"])
def test_whoever_hears_no_cases_has_no_workload_of_their_own(client, post, role):
    client.force_login(post(role))
    assert client.get(MINE).status_code == 403


def test_the_file_says_what_the_numbers_mean(client, file_case, president, judge):
    weigh(file_case(), 1)
    client.force_login(president)
    answer = client.get(f"{LOAD}export/")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:2] == b"PK"


def test_the_page_costs_the_same_however_many_people(
    client, file_case, post, division, president, costs_the_same
):
    client.force_login(president)

    def grow():
        for _ in range(5):
            weigh(file_case(judge=post("judge", division=division)), 1)

    grow()
    costs_the_same(lambda: client.get(LOAD), grow=grow)


def test_a_team_is_the_work_of_its_judges(file_case, court, judge, president, post):
    team = Team.objects.create(court=court, name="速裁一组", kind="fast", opened_on=date(2026, 1, 1))
    helper = post("assistant", "助理甲")
    TeamMember.objects.create(team=team, person=judge, part="judge", joined_on=date(2026, 1, 1))
    TeamMember.objects.create(team=team, person=helper, part="assistant", joined_on=date(2026, 1, 1))
    weigh(file_case(), 2)
    (line,) = teams_of(remits_of(president)[0], TODAY)
    assert (line.load.weighted, line.helpers, line.available) == (2, (1, 0), 1)


def test_a_head_reads_of_a_team_only_the_members_of_the_own_division(
    file_case, court, judge, division, division_head, post
):
    elsewhere = Division.objects.create(court=court, name="民二庭", position=2)
    other = post("judge", division=elsewhere)
    weigh(file_case(), 2)
    weigh(file_case(judge=other, division=elsewhere), 7)
    for name, people in (("一组", [judge, other]), ("二组", [other])):
        about = {"court": court, "division": division, "kind": "fast", "opened_on": date(2026, 1, 1)}
        team = Team.objects.create(name=name, **about)
        for person in people:
            TeamMember.objects.create(team=team, person=person, part="judge", joined_on=date(2026, 1, 1))
    (line,) = teams_of(remits_of(division_head)[0], TODAY)
    assert (line.name, line.load.weighted, line.available) == ("一组", 2, 1)


# --- one's own ------------------------------------------------------------------------------------------
@pytest.fixture
def zone(file_case, post, division, judge):
    """Five judges of one zone with 1, 2, 3, 4 and (the judge) 5 weighted closed cases."""
    people = [post("judge", f"同区{number}", division=division) for number in range(4)] + [judge]
    for weight, person in enumerate(people, start=1):
        weigh(file_case(judge=person, closed_on=date(2026, 5, 4)), weight)
    return people


def test_one_sees_ones_own_value_beside_the_middle_of_the_zone(zone, court, judge):
    standing = standing_of(judge, court, date(2026, 1, 1), TODAY)
    assert standing.index == 1.2  # 5 ÷ 3, but not more than the cap
    assert (standing.view.median, standing.view.n) == (1, 5)
    assert standing.view.q1 == pytest.approx(2 / 3)


def test_without_quality_and_effect_there_is_no_score(zone, court, judge):
    span = (date(2026, 1, 1), TODAY)
    assert standing_of(judge, court, *span, effect=1.0).score is None
    case = judge.cases.get()
    ProcedureEvent.objects.create(
        case=case, node="案件质量评查", on=date(2026, 6, 1), note="瑕疵：漏写诉讼费"
    )
    standing = standing_of(judge, court, *span)
    assert (standing.quality, standing.score) == (0.95, None)
    assert standing_of(judge, court, *span, effect=1.0).score == pytest.approx(100 * (0.6 + 0.3325 + 0.15))


def test_a_zone_of_four_is_hidden(zone, court, judge):
    Posting.objects.filter(user=zone[0]).update(ends_on=date(2026, 6, 1))
    standing = standing_of(judge, court, date(2026, 1, 1), TODAY)
    assert isinstance(standing.view, Hidden)


def test_where_the_zone_is_hidden_ones_own_index_would_tell_of_the_others_and_is_hidden_too(
    zone, court, judge
):
    span = (date(2026, 1, 1), TODAY)
    ProcedureEvent.objects.create(
        case=judge.cases.get(), node="案件质量评查", on=date(2026, 6, 1), note="合格"
    )
    assert standing_of(judge, court, *span, effect=1.0).score is not None
    Posting.objects.filter(user=zone[0]).update(ends_on=date(2026, 6, 1))
    standing = standing_of(judge, court, *span, effect=1.0)
    assert (standing.index, standing.score) == (None, None)


def test_the_page_names_nobody_else(client, zone, judge):
    client.force_login(judge)
    text = text_of(client.get(MINE))
    assert "本区中位数 1.00" in text
    assert not [person.name for person in zone[:-1] if person.name in text]


def test_the_page_of_a_small_zone_says_so(client, file_case, judge):
    weigh(file_case(closed_on=date(2026, 5, 4)), 2)
    client.force_login(judge)
    text = text_of(client.get(MINE))
    assert "不足 5 人" in text
    assert "本人工作量指数" not in text


def test_without_a_closed_case_there_is_nothing_to_compare(client, judge):
    client.force_login(judge)
    assert "本年还没有结案" in text_of(client.get(MINE))
