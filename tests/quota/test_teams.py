"""Trial teams: what each person counts as, one team at a time, and what assistants and clerks a court lacks."""

from __future__ import annotations

from datetime import date

import pytest

from audit.models import Entry
from audit.trail import Refused
from courts.models import FixedDay
from quota.models import Team
from quota.people import leave_quota
from quota.teams import close_team, join_team, leave_team, members_on, open_team, shortage, teams_on

TODAY = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def form_team(court, division, politics, now):
    def form(name: str = "一团队", kind: str = "standard", **more) -> Team:
        about = {"court": court, "division": division, "opened_on": date(2026, 1, 1)} | more
        return open_team(name=name, kind=kind, by=politics, at=now, **about)

    return form


@pytest.fixture
def join(politics, now):
    def put(team, person, part, on=date(2026, 2, 1)):
        return join_team(team=team, person=person, part=part, joined_on=on, by=politics, at=now)

    return put


def lacking(court, on=TODAY):
    teams = list(teams_on([court.pk], on))
    return shortage(teams, members_on(teams, on), on).get(court.pk)


def test_a_court_lacks_what_the_types_of_its_teams_ask_for(court, form_team, join, sit, post):
    fast, standard = form_team("速裁", "fast"), form_team("普通", "standard")
    join(fast, sit("甲").person, "judge"), join(standard, sit("乙").person, "judge")
    join(fast, post("assistant"), "assistant")
    for _n in range(5):
        join(standard, post("clerk"), "clerk")
    found = lacking(court)
    assert (found.judges, found.assistants_needed, found.clerks_needed) == (2, 3, 3)
    assert (found.assistants_short, found.clerks_short, found.clerks) == (2, 0, 5)


def test_people_count_on_the_days_they_are_in_a_team(court, form_team, join, sit, politics, now):
    member = join(form_team(), sit("甲").person, "judge", on=date(2026, 3, 1))
    leave_team(member=member, left_on=date(2026, 5, 1), by=politics, at=now)
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 30), date(2026, 5, 1)]
    assert [lacking(court, day).judges for day in days] == [0, 1, 1, 0]


def test_a_type_that_has_gone_from_the_catalogue_asks_for_nothing(court, form_team, join, sit):
    team = form_team()
    join(team, sit("甲").person, "judge")
    Team.objects.filter(pk=team.pk).update(kind="bygone")
    assert (lacking(court).judges, lacking(court).assistants_needed) == (1, 0)


@pytest.mark.parametrize(
    ("role", "part", "sentence"),
    [
        ("judge", "judge", "不是.+的员额法官"),
        ("clerk", "assistant", "不是.+的法官助理"),
        ("assistant", "clerk", "不是.+的书记员"),
        ("judge", "boss", "角色应为"),
    ],
)
def test_one_kind_of_people_never_counts_for_another(form_team, join, post, role, part, sentence):
    with pytest.raises(Refused, match=sentence):
        join(form_team(), post(role), part)


def test_a_person_works_in_one_team_at_a_time(form_team, join, sit, politics, now):
    person = sit("甲").person
    member = join(form_team("一"), person, "judge")
    with pytest.raises(Refused, match="请先办理离开"):
        join(form_team("二"), person, "judge")
    leave_team(member=member, left_on=date(2026, 6, 1), by=politics, at=now)
    assert join(form_team("二"), person, "judge", on=date(2026, 6, 1))


def test_who_leaves_the_quota_is_no_teams_judge_from_then_on(court, form_team, join, sit, politics, now):
    term = sit("甲")
    join(form_team(), term.person, "judge", on=date(2026, 3, 1))
    leave_quota(term=term, left_on=date(2026, 6, 1), trigger="left", reason="退休", by=politics, at=now)
    assert [lacking(court, day).judges for day in (date(2026, 5, 31), date(2026, 6, 1))] == [1, 0]
    assert Entry.objects.get(act="quota.leave").after["left_teams"] == ["一团队"]


def test_doing_it_twice_is_the_same_as_once(form_team, join, sit, politics, now):
    team, person = form_team(), sit("甲").person
    assert form_team() == team
    member = join(team, person, "judge")
    assert join(team, person, "judge") == member
    for _twice in range(2):
        leave_team(member=member, left_on=TODAY, by=politics, at=now)
        close_team(team=team, closed_on=TODAY, by=politics, at=now)
    acts = Entry.objects.filter(act__contains="_team").values_list("act", flat=True)
    assert sorted(acts) == ["quota.close_team", "quota.join_team", "quota.leave_team", "quota.open_team"]


def test_a_closed_team_lets_its_members_go_and_nobody_in(court, form_team, join, sit, post, politics, now):
    team = form_team()
    join(team, sit("甲").person, "judge")
    with pytest.raises(Refused, match="不早于"):
        close_team(team=team, closed_on=date(2026, 1, 15), by=politics, at=now)
    close_team(team=team, closed_on=TODAY, by=politics, at=now)
    assert lacking(court) is None and not team.members.filter(left_on=None).exists()
    with pytest.raises(Refused, match="不能加入"):
        join(team, post("clerk"), "clerk")


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        ({"name": " "}, "请填写团队名称"),
        ({"name": "二", "kind": "dream"}, "不在目录中"),
        ({"opened_on": TODAY}, "同名的团队"),
    ],
)
def test_a_team_has_a_name_of_its_own_and_a_type_of_the_catalogue(form_team, about, sentence):
    form_team()
    with pytest.raises(Refused, match=sentence):
        form_team(**about)


@pytest.mark.parametrize("who", ["president", "division_head", "judge", "outsider"])
def test_only_the_political_department_forms_teams(request, court, now, who):
    about = {"court": court, "division": None, "name": "某", "kind": "fast", "opened_on": TODAY}
    with pytest.raises(Refused):
        open_team(by=request.getfixturevalue(who), at=now, **about)
