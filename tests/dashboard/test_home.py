"""The first screens: who sees which, whose numbers they hold, and where each number leads."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.urls import reverse

from cases.forms import CaseFilter
from cases.models import Case, Doubt, ProcedureEvent
from cases.querying import narrowed
from cases.selectors import open_doubts
from courts.models import Division

TODAY = date(2026, 6, 30)


@pytest.fixture
def busy_court(file_case, clock, court, division, now):
    """Old, new and closed cases, near and past their limits, paused, quiet, long pending, doubtful."""
    second = Division.objects.create(court=court, name="刑事审判庭", position=2)
    near = [file_case(filed_on=date(2026, 1, 5)) for _ in range(3)]
    late = [file_case(filed_on=date(2025, 12, 1), division=second, category="刑事") for _ in range(2)]
    for offset, case in enumerate(near):
        clock(case, due_on=TODAY + timedelta(days=2 * offset))
    for case in late:
        clock(case, due_on=TODAY - timedelta(days=1))
    clock(file_case(filed_on=date(2026, 2, 1)), "paused")
    clock(file_case(filed_on=date(2022, 2, 1)), "no_limit")
    file_case(filed_on=date(2024, 11, 1), division=None)
    for year in (2025, 2026):
        file_case(filed_on=date(year, 1, 9), closed_on=date(year, 5, 20), category="执行")
    file_case(filed_on=date(2024, 1, 9), closed_on=date(2025, 5, 20))
    ProcedureEvent.objects.create(case=near[0], node="开庭", on=TODAY - timedelta(days=3))
    Doubt.objects.create(case=near[0], kind="no_limit_rule", sentence="无法确定审限规则", raised_at=now)


def listed(user, address: str) -> int:
    """How many cases the list shows at this address."""
    parts = urlsplit(address)
    if parts.path == reverse("cases:doubts"):
        return open_doubts(user).count()
    assert parts.path == reverse("cases:list")
    form = CaseFilter(dict(parse_qsl(parts.query)), user=user)
    assert form.is_valid(), (address, form.errors)
    assert set(dict(parse_qsl(parts.query))) <= set(form.fields), address
    return narrowed(Case.objects.visible_to(user), form.wanted(), TODAY).count()


@pytest.mark.parametrize(
    "address", ["/", "/?period=2026H1", "/?period=2025", "/?from=2026-02-01&to=2026-05-20"]
)
@pytest.mark.parametrize("person", ["president", "division_head", "trial_office", "superior"])
def test_every_number_is_the_length_of_the_list_it_leads_to(
    request, busy_court, read, linked_counts, post, upper_court, person, address
):
    user = post("superior", at=upper_court) if person == "superior" else request.getfixturevalue(person)
    found = linked_counts(read(user, address))
    assert len(found) > 40 and any(number for _, number in found)
    assert [(where, number) for where, number in found if listed(user, where) != number] == []


def test_one_court_of_a_region_keeps_its_court_in_every_link(
    busy_court, read, linked_counts, post, upper_court
):
    superior = post("superior", at=upper_court)
    found = linked_counts(read(superior, "/?court=川1502&period=2026"))
    assert all("court=" in where for where, _ in found)
    assert [(where, number) for where, number in found if listed(superior, where) != number] == []


def test_an_outsider_sees_zeroes_and_no_name_of_this_court(busy_court, read, linked_counts, outsider):
    page = read(outsider)
    assert not any(number for _, number in linked_counts(page))
    assert "翠屏" not in page and "刑事审判庭" not in page
    assert "没有您可查看的这个法院" in read(outsider, "/?court=川1502")


def test_sealed_cases_count_for_their_judge_alone(
    read, linked_counts, file_case, judge, president, post, division
):
    file_case(sealed="juvenile")
    head_and_judge = post("division_head", division=division)
    assert not any(number for _, number in linked_counts(read(president)))
    assert not any(number for _, number in linked_counts(read(head_and_judge)))
    assert "川1502民初1号" in read(judge)


def test_what_is_wrong_with_a_period_is_said_and_this_year_shown(read, president):
    page = read(president, "/?period=2026H7")
    assert "没有“2026H7”这个统计期" in page and "已显示本年" in page


def test_an_empty_court_is_told_what_is_good(read, president):
    page = read(president)
    assert "今日无超审限案件" in page
    assert "—" in page and "0.00%" not in page


def test_the_missing_holiday_notice_is_said(read, president, monkeypatch):
    monkeypatch.setattr("dashboard.views.years_missing", lambda day: [2027])
    assert "2027 年放假安排尚未录入目录" in read(president)


@pytest.mark.parametrize(
    ("role", "says"),
    [
        ("president", "收结存"),
        ("vice_president", "收结存"),
        ("superior", "收结存"),
        ("trial_office", "收结存"),
        ("division_head", "收结存"),
        ("judge", "期限由近及远"),
        ("presiding", "期限由近及远"),
        ("assistant", "期限由近及远"),
        ("clerk", "开庭与送达"),
        ("itadmin", "您的任职"),
        ("discipline", "您的任职"),
        ("politics", "您的任职"),
        ("external", "您的任职"),
    ],
)
def test_each_post_has_its_first_screen(read, post, division, role, says):
    assert says in read(post(role, division=division))


def test_a_person_without_a_post_is_told_whom_to_ask(read, django_user_model):
    nobody = django_user_model.objects.create_user("nobody", "无职", "a-Long-passw0rd")
    assert "请与政治部联系" in read(nobody)


def test_visitors_are_asked_to_log_in(client, db):
    for address in ("/", "/mine/", "/desk/", "/curve.json", "/definitions/"):
        assert client.get(address).headers["Location"].startswith("/login/")


def test_own_cases_stand_nearest_limit_first(read, file_case, clock, judge):
    for number, due_on in (("甲", date(2026, 9, 1)), ("乙", date(2026, 7, 2)), ("丙", None)):
        case = file_case(cause=f"案由{number}")
        clock(case, "running" if due_on else "unknown", due_on=due_on)
    page = read(judge)
    assert page.index("案由乙") < page.index("案由甲") < page.index("案由丙")


def navigation(page: str) -> str:
    return re.sub(r"\s+", "", page.split('class="main-nav"')[1].split("</nav>")[0])


def test_the_navigation_names_what_a_post_opens_and_nothing_else(read, president, judge, post):
    assert "留痕" in navigation(read(president)) and "数据接入" not in navigation(read(president))
    assert "数据接入" in navigation(read(post("trial_office")))
    assert "留痕" not in navigation(read(judge))
    assert "数据接入" in navigation(read(post("politics")))  # the list of staff comes in there
    assert 'aria-current="page">首页' in navigation(read(judge))
    assert "aria-current" not in navigation(read(judge, "/account/"))


def test_the_chart_holds_what_the_table_under_it_says(busy_court, client, president, read):
    client.force_login(president, backend="courts.backends.PostedUserBackend")
    option = client.get("/curve.json?period=2026H1").json()
    pending = dict(zip(option["xAxis"]["data"], option["series"][2]["data"], strict=True))
    assert pending["2026-06"] == Case.objects.visible_to(president).open_on(TODAY).count()


def test_who_may_not_see_numbers_gets_no_chart(client, post):
    client.force_login(post("itadmin"), backend="courts.backends.PostedUserBackend")
    assert client.get("/curve.json").status_code == 403


@pytest.mark.parametrize("person", ["president", "division_head", "judge"])
def test_the_first_screen_costs_the_same_however_many_cases(
    request, client, person, file_cases, costs_the_same, clock
):
    user = request.getfixturevalue(person)
    client.force_login(user, backend="courts.backends.PostedUserBackend")

    def grow(n):
        for case in file_cases(n):
            clock(case, due_on=TODAY)

    grow(2)
    costs_the_same(lambda: client.get("/"), grow=lambda: grow(20))


def test_every_number_of_the_page_has_its_definition(read, president):
    tiles = read(president).split("data-figure=")[1:]
    assert len(tiles) == 13
    assert all('class="define"' in tile for tile in tiles)
    definitions = read(president, "/definitions/")
    for code in ("clearance_rate", "closing_rate", "near", "quiet", "computable"):
        assert f'id="{code}"' in definitions
