"""The case list: who finds which cases, and what a line says."""

from datetime import date

import pytest
from django.urls import reverse

from cases.models import Clock, FormerNumber, Party
from courts.models import Court, Division, FixedDay, SavedView

LIST = "/cases/"


@pytest.fixture(autouse=True)
def day(db):
    FixedDay.objects.create(day=date(2026, 6, 30))


def clock(case, **values):
    given = {"kind": "statutory", "rule": "civ_first_ordinary", "start_on": case.filed_on, "state": "running"}
    return Clock.objects.create(case=case, **(given | values))


@pytest.fixture
def seen(client, president):
    """The numbers of the cases a query of the address finds, in order."""
    client.force_login(president)

    def ask(query="", **more):
        response = client.get(f"{LIST}?{query}", **more)
        assert response.status_code == 200
        return [row.case.number for row in response.context["rows"]]

    return ask


def test_a_stranger_is_asked_to_log_in(client):
    assert client.get(LIST).status_code == 302


def test_a_president_finds_the_cases_of_the_court_and_no_others(file_case, seen):
    own = file_case()
    file_case(court=Court.objects.get(code="川1503"), division=None, judge=None)
    assert seen() == [own.number]


def test_a_division_head_does_not_find_cases_of_another_division(client, court, division_head, file_case):
    other = Division.objects.create(court=court, name="民事审判第二庭", kind="民事", position=2)
    file_case(division=other, judge=None)
    client.force_login(division_head)
    assert client.get(LIST).context["rows"] == []


@pytest.mark.parametrize(
    "text",
    [
        "（2026）川1502民初1号",
        "(2026)川1502民初1号",
        "〔2026〕川1502民初1号",
        "【２０２６】川1502 民初1号",
        "1502民初1号",
    ],
)
def test_a_number_is_found_whatever_its_brackets(file_case, seen, text):
    case = file_case()
    file_case(number="（2026）川1502民初77号")
    assert seen(f"q={text}") == [case.number]


def test_a_case_is_found_by_a_former_number_and_by_its_parties(file_case, seen, now):
    one, other = file_case(), file_case()
    FormerNumber.objects.create(case=one, number="（2025）川1502民初900号", changed_at=now, reason="笔误")
    Party.objects.create(case=other, name="宜宾市某商贸有限公司", standing="被告")
    assert seen("q=(2025)川1502民初900") == [one.number]
    assert seen("q=某商贸") == [other.number]
    assert seen("q=宜宾") == [other.number]  # two signs: how the name begins
    assert seen(f"q={one.serial}") == [one.number]
    assert seen("q=查无此人") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("（2026）川1502", [1, 12, 120]), ("川1502", [1, 12, 120]), ("1502民初", [1, 12, 120]), ("初12", [12, 120]), ("初12号", [12]),
     ("12号", [12]), ("120", [120]), ("12", [12]), ("（2026）川1502民初12", [12, 120]), ("9999999999", []), ("川1503", [])],
)  # fmt: skip
def test_a_part_of_a_number_finds_it(file_case, seen, text, found):
    number = "（2026）川1502民初{}号".format
    for serial in (1, 12, 120):
        file_case(number=number(serial), serial=serial)
    assert sorted(seen(f"q={text}"), key=len) == [number(serial) for serial in found]


def test_a_number_of_the_old_kind_is_found_though_it_has_no_serial(file_case, seen):
    case = file_case(number="（2015）翠屏民初字第29号", serial=None)
    assert seen("q=字第29号") == seen("q=翠屏民初字") == seen("q=字第2") == [case.number]


def test_a_search_finds_closed_cases_too_and_the_plain_list_does_not(file_case, seen):
    closed = file_case(closed_on=date(2026, 5, 1))
    assert seen() == []
    assert seen(f"q={closed.number}") == [closed.number]
    assert seen("status=closed") == [closed.number]


def test_a_sealed_case_is_not_found_by_number_party_or_filter(file_case, seen, now):
    case = file_case(sealed="juvenile")
    Party.objects.create(case=case, name="少年某", standing="被告人")
    assert [seen(query) for query in ("", f"q={case.number}", "q=少年某", "status=all")] == [[], [], [], []]


def test_near_and_past_the_limit_are_told_apart(file_case, seen):
    dues = {
        "today": date(2026, 6, 30),
        "in5": date(2026, 7, 5),
        "in6": date(2026, 7, 6),
        "past": date(2026, 6, 29),
    }
    numbers = {name: clock(file_case(), due_on=due_on).case.number for name, due_on in dues.items()}
    assert seen("clock=due5") == [numbers["today"], numbers["in5"]]
    assert seen("clock=due30") == [numbers["today"], numbers["in5"], numbers["in6"]]
    assert seen("clock=overdue") == [numbers["past"]]


def test_stopped_and_unknown_clocks_can_be_asked_for(file_case, seen):
    stopped, unknown, uncomputed = file_case(), file_case(filed_on=None), file_case()
    clock(stopped, state="paused", paused_on=date(2026, 5, 1), remaining_at_pause=60)
    clock(unknown, state="unknown", problem="缺少立案日期")
    assert seen("clock=paused") == [stopped.number]
    assert seen("clock=unknown") == [unknown.number, uncomputed.number]


def test_long_pending_cases_are_those_filed_more_than_so_many_months_ago(file_case, seen):
    old = file_case(filed_on=date(2025, 6, 29))
    file_case(filed_on=date(2025, 6, 30))
    assert seen("pending=12") == [old.number]
    assert seen("pending=18") == []


def test_fields_and_days_narrow_the_list(file_case, seen, court, division, judge):
    one = file_case(procedure="summary", cause="买卖合同纠纷", filed_on=date(2026, 4, 1))
    file_case()
    for query in (
        "procedure=summary",
        "cause=买卖",
        "filed_from=2026-03-15",
        "filed_to=2026-04-01&filed_from=2026-04-01",
    ):
        assert seen(query) == [one.number], query
    assert len(seen(f"court={court.code}&division={division.pk}&judge={judge.pk}&category=民事")) == 2
    assert seen("category=刑事") == []


def test_a_mistyped_condition_is_named_in_chinese_and_breaks_nothing(client, president, file_case):
    file_case()
    client.force_login(president)
    for query in ("filed_from=31.12.2026", "court=999999999", "clock=soon", "page=zz", "judge=abc", "q=%00"):
        assert client.get(f"{LIST}?{query}").status_code == 200, query
    assert "日期应写作" in client.get(f"{LIST}?filed_from=31.12.2026").content.decode()


def test_the_order_asked_for_is_the_order_shown(file_case, seen):
    late, soon, none = file_case(), file_case(filed_on=date(2026, 1, 5)), file_case(filed_on=None)
    clock(late, due_on=date(2026, 9, 2))
    clock(soon, due_on=date(2026, 7, 6))
    assert seen() == [soon.number, late.number, none.number]
    assert seen("sort=-filed") == [late.number, soon.number, none.number]


def test_a_line_shows_the_three_clocks(client, president, file_case):
    case = file_case()
    clock(case, state="paused", paused_on=date(2026, 6, 20), remaining_at_pause=74, excluded_days=5)
    client.force_login(president)
    (row,) = client.get(LIST).context["rows"]
    assert (row.due_on, row.remaining, row.in_hand, row.paused_days, row.level) == (
        None,
        74,
        120,
        15,
        "paused",
    )


def test_a_reader_of_several_courts_sees_which_court_a_case_is_in(client, post, upper_court, file_case):
    file_case()
    client.force_login(post("superior", "中院联络员", at=upper_court))
    assert "宜宾市翠屏区人民法院 民事审判第一庭" in client.get(LIST).content.decode()


def test_htmx_gets_the_table_alone_and_its_links_carry_the_new_conditions(client, president, file_case):
    file_case()
    client.force_login(president)
    part = client.get(f"{LIST}?category=民事", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert f"{reverse('cases:export')}?category=%E6%B0%91%E4%BA%8B" in part


def test_the_list_goes_on_page_by_page_without_losing_its_conditions(client, president, file_cases):
    file_cases(51)
    client.force_login(president)
    first = client.get(f"{LIST}?category=民事")
    assert len(first.context["rows"]) == 50
    following = first.context["pages"]["next"]
    assert following == "?category=%E6%B0%91%E4%BA%8B&page=2"
    second = client.get(LIST + following)
    assert (len(second.context["rows"]), second.context["pages"]["next"]) == (1, "")


def test_judges_can_be_chosen_inside_a_management_duty_only(client, judge, president, file_case):
    file_case()
    client.force_login(president)
    assert judge in client.get(LIST).context["form"].fields["judge"].queryset
    client.force_login(judge)
    assert not client.get(LIST).context["form"].fields["judge"].queryset.exists()


def test_saved_filters_are_offered_to_their_owner_and_shared_ones_to_the_court(
    client, president, judge, outsider
):
    SavedView.objects.create(owner=president, page=LIST, name="本月到期", query="clock=due30", shared=True)
    SavedView.objects.create(owner=president, page=LIST, name="我的", query="q=1")
    names = {}
    for person in (president, judge, outsider):
        client.force_login(person)
        names[person] = [view.name for view in client.get(LIST).context["saved"]]
    assert names == {president: ["我的", "本月到期"], judge: ["本月到期"], outsider: []}


def test_the_list_costs_the_same_however_long(client, president, file_cases, costs_the_same):
    client.force_login(president)
    file_cases(2)
    costs_the_same(lambda: client.get(LIST), grow=lambda: file_cases(20))
