"""The day page: its tabs, rows, columns, views and the panel beside it."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine

from alerts.deliveries import queue as queue_delivery
from alerts.handling import snooze
from alerts.models import Alert, Notice, Prompt, Watch
from alerts.queue import Asked, cases_in, in_order
from alerts.queue_filters import COLUMNS
from alerts.queue_rows import lines
from audit.models import Entry
from cases.clocks import recompute
from cases.models import Clock, Doubt, Exclusion, ProcedureEvent
from courts.models import SavedView

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)  # a Tuesday


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-06-30T12:00:00+08:00", tick=False):
        yield TODAY


@pytest.fixture
def read(client):
    """``read(user, "?tab=near")``: the words of the page."""

    def go(user, address="/alerts/day/", **options) -> str:
        client.force_login(user)
        answer = client.get(address if address.startswith("/") else f"/alerts/day/{address}", **options)
        assert answer.status_code == 200
        return unescape(answer.content.decode())

    return go


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def count_on(page: str, tab: str) -> int:
    return int(re.search(rf'data-tab="{tab}".*?tab-count[^>]*>(\d+)<', page, re.DOTALL)[1])


def line_for(case, user):
    asked = Asked(user, TODAY, {})
    (line,) = lines(in_order(cases_in("all", asked).filter(pk=case.pk), "", asked.user), asked)
    return line


# --- the list ----------------------------------------------------------------------------------------
def test_a_row_is_a_case_with_its_alerts_folded_the_worst_first(read, trial_office, alert):
    about = alert("overdue", days=-2)
    alert("urgent", kind="node", case=about.case, clock="N20")
    page = read(trial_office)
    assert page.count("data-row") == 1
    assert page.index("badge-overdue") < page.index("badge-urgent")
    assert "已超 2 日" in page


def test_the_definition_of_the_list_is_on_the_page_and_an_empty_one_says_what_is_good(read, trial_office):
    page = read(trial_office, "?tab=overdue")
    assert "口径：已过法定审限或流程节点期限而未完成的案件" in words(page)
    assert "今日无超审限" in page


def test_the_state_of_the_page_is_its_address(read, trial_office, alert, file_case):
    other = alert(case=file_case(category="刑事", type_code="刑初")).case
    shown = alert().case
    page = read(trial_office, "?tab=near&category=民事&sort=number&q=" + shown.number)
    assert shown.number in page and other.number not in page
    assert (count_on(page, "near"), count_on(page, "all")) == (1, 1)
    assert 'data-tab="all"' in page and "tab=all&category=" in page  # the other tabs keep the conditions
    assert 'value="near"' in page


def test_a_mistyped_address_shows_the_first_tab_and_says_what_is_wrong(read, trial_office, alert):
    alert()
    page = read(trial_office, "?tab=nonsense&stage=blue&page=x")
    assert "没有这一选项" in page
    assert page.count("data-row") == count_on(page, "today") == 1


def test_htmx_gets_the_list_alone(read, trial_office, alert):
    alert()
    part = read(trial_office, headers={"HX-Request": "true"})
    assert "<html" not in part and 'id="queue"' in part


def test_the_list_goes_on_to_further_pages(read, trial_office, alert):
    for _ in range(52):
        alert()
    assert read(trial_office, "?tab=near").count("data-row") == 50
    page = read(trial_office, "?tab=near&page=2")
    assert page.count("data-row") == 2 and count_on(page, "near") == 52


def test_the_page_costs_the_same_however_long(client, trial_office, alert, costs_the_same, now):
    client.force_login(trial_office)

    def grow(n):
        for _ in range(n):
            about = alert("overdue", days=-1)
            ProcedureEvent.objects.create(case=about.case, node="开庭", on=TODAY)
            Doubt.objects.create(case=about.case, kind="unknown_person", sentence="未识别", raised_at=now)
            Watch.objects.create(case=about.case, person=trial_office, note="关注", at=now)
            snooze(alert=about, by=trial_office, reason="等待", until_on=TODAY + timedelta(days=1), at=now)

    grow(2)
    costs_the_same(lambda: client.get("/alerts/day/?tab=overdue"), grow=lambda: grow(20))


def test_the_former_list_of_alerts_leads_here(client, judge, alert):
    about = alert("overdue", days=-1)
    client.force_login(judge)
    answer = client.get("/alerts/?stage=overdue", follow=True)
    assert answer.redirect_chain == [("/alerts/day/?tab=all&stage=overdue", 302)]
    assert about.case.number in answer.content.decode()


def test_nothing_of_a_sealed_case_or_another_courts_is_shown_or_counted(
    read, alert, file_case, president, outsider
):
    sealed, plain = alert(case=file_case(sealed="juvenile")).case, alert().case
    page = read(president)
    assert sealed.number not in page and plain.number in page
    assert (count_on(page, "today"), count_on(page, "all")) == (1, 1)
    assert plain.number not in read(outsider) and count_on(read(outsider), "all") == 0


def test_a_missing_calendar_is_said_above_the_list_to_who_keeps_them(read, trial_office, judge, court, now):
    Alert.objects.create(
        court=court, kind="calendar", clock="calendar:2027", stage="urgent", due_on=date(2026, 12, 31),
        began_on=TODAY, raised_at=now,
    )  # fmt: skip
    assert "2027 年" in read(trial_office)
    assert "2027 年" not in read(judge)


# --- columns -----------------------------------------------------------------------------------------
def test_the_columns_one_chose_are_remembered_for_good(client, read, trial_office, president, alert):
    alert()
    client.force_login(trial_office)
    client.post("/alerts/day/columns/", {"column": ["due", "next", "made-up"]})
    client.logout()
    page = read(trial_office)
    assert re.findall(r'data-column="(\w+)"', page) == ["due", "next"]
    assert re.findall(r'data-column="(\w+)"', read(president)) == [code for code, _ in COLUMNS]
    assert Entry.objects.filter(act="alerts.choose_columns").count() == 1
    client.force_login(trial_office)
    client.post("/alerts/day/columns/", {})
    assert len(re.findall(r"data-column", read(trial_office))) == len(COLUMNS)


def test_the_columns_say_what_the_facts_say(read, trial_office, alert, file_case, judge, now):
    case = file_case(filed_on=date(2026, 3, 2))
    alert(case=case, days=3)
    ProcedureEvent.objects.create(case=case, node="送达副本", on=TODAY - timedelta(days=12))
    Exclusion.objects.create(
        case=case, ground="appraisal", starts_on=date(2026, 4, 1), resumes_on=date(2026, 4, 11)
    )
    recompute([case.pk], now)
    said = words(read(trial_office))
    assert "送达副本 12 天" in said
    assert "120 " in said and "10 " in said  # days in hand since filing, and days excluded
    assert f"{judge.name} 民事审判第一庭" in said
    due_on = Clock.objects.get(case=case, kind="statutory").due_on
    assert str(due_on) in said and f" {(due_on - TODAY).days} " in said


@pytest.mark.parametrize(
    ("stage", "kind", "days", "step"),
    [
        ("overdue", "statutory", -2, "已超 2 日，督促尽快结案并说明原因"),
        ("urgent", "statutory", 3, "催办：2026-07-03 前审结"),
        ("urgent", "derived", 2, "确需延长的，宜于 2026-07-02 前申请"),
        ("overdue", "pause", -1, "复核鉴定是否完成；已完成的登记恢复"),
        ("mid", "stalled", 0, "已 40 日无进展，了解原因后催办"),
    ],
)
def test_the_next_step_follows_from_the_worst_alert(trial_office, alert, stage, kind, days, step):
    case = alert(stage, kind=kind, days=days).case
    ProcedureEvent.objects.create(case=case, node="开庭", on=TODAY - timedelta(days=40))
    Exclusion.objects.create(case=case, ground="appraisal", starts_on=date(2026, 6, 1), review_on=TODAY)
    assert line_for(case, trial_office).step == step.replace(
        "鉴定", line_for(case, trial_office).pauses[0].ground_name
    )


def test_the_last_day_to_ask_for_an_extension_is_named_while_it_is_still_to_come(trial_office, alert):
    case = alert(days=8).case
    clock = {"case": case, "kind": "derived", "backwards": True, "state": "running"}
    Clock.objects.create(rule="N53", due_on=TODAY + timedelta(days=2), **clock)
    assert "宜于 2026-07-02 前申请" in line_for(case, trial_office).step
    Clock.objects.filter(case=case).update(due_on=TODAY - timedelta(days=1))
    assert "申请" not in line_for(case, trial_office).step


def test_the_last_act_of_a_colleague_is_seen_by_those_above_and_not_beside(
    trial_office, judge, post, division, alert, now, court
):
    about = alert()
    snooze(alert=about, by=trial_office, reason="当事人在谈", until_on=TODAY + timedelta(days=1), at=now)
    clerk = post("clerk", "记书")
    about.case.clerk = clerk
    about.case.save()
    assert line_for(about.case, trial_office).last.said == "当事人在谈"
    assert line_for(about.case, clerk).last is None
    prompt = Prompt.objects.create(
        by=trial_office, court=court, words="请抓紧", answer_by=TODAY, at=now + timedelta(hours=1)
    )
    Notice.objects.create(
        person=judge, case=about.case, kind="prompt", role="prompted", prompt=prompt, told_at=prompt.at
    )
    assert line_for(about.case, judge).last.said == "请抓紧"


def test_red_is_for_a_breach_of_the_law_alone(read, trial_office, alert):
    alert("overdue", kind="stalled", days=-40)
    alert("overdue", kind="pause", days=-2)
    page = read(trial_office)
    assert "badge-overdue" not in page
    assert "超过通常 40 天" in page and "复核日 2026-06-28" in page


def test_who_sees_their_own_cases_alone_is_not_asked_for_a_place(read, judge, division_head):
    assert 'name="division"' not in read(judge) and 'name="sort"' in read(judge)
    assert 'name="division"' in read(division_head)


# --- views -------------------------------------------------------------------------------------------
def test_a_view_is_saved_with_its_address_and_shared_in_the_court(
    client, read, trial_office, president, outsider
):
    client.force_login(trial_office)
    typed = {"page": "/alerts/day/", "query": "tab=overdue&category=民事", "name": "民事超期", "shared": "on"}
    assert client.post("/account/views/", typed).status_code == 302
    assert SavedView.objects.get().page == "/alerts/day/"
    assert "民事超期" in read(president) and "tab=overdue&category=民事" in read(president)
    assert "民事超期" not in read(outsider)


# --- the panel ---------------------------------------------------------------------------------------
@pytest.fixture
def told(alert, judge, trial_office, file_case, now):
    """A case with a computed limit, an alert the judge was told of by mail, and a handling."""
    case = file_case()
    recompute([case.pk], now)
    judge.email = "zhou@court.example"
    judge.save()
    about = alert(case=case)
    notice = Notice.objects.create(
        person=judge, kind="alert", role="judge", case=case, alert=about, told_at=now, read_at=now
    )
    queue_delivery(
        kind="digest",
        channel="email",
        key="2026-06-30",
        court=case.court,
        at=now,
        person=judge,
        notices=[notice.pk],
    )
    snooze(alert=about, by=trial_office, reason="等待鉴定意见", until_on=TODAY + timedelta(days=2), at=now)
    ProcedureEvent.objects.create(case=case, node="开庭", on=TODAY)
    return case


def test_the_panel_says_why_who_was_told_and_what_was_done(read, trial_office, judge, told):
    said = words(read(trial_office, f"/alerts/day/case/{told.pk}/", headers={"HX-Request": "true"}))
    assert "2026-03-02 立案之日起算" in said
    assert "审管办王" in said and "等待鉴定意见" in said and "有效至 2026-07-02" in said
    assert f"{judge.name} 承办法官" in said and "已读" in said and "电子邮件 · 待发送" in said
    assert "开庭" in said


def test_the_panel_is_a_page_without_scripts_and_its_link_comes_back_to_the_same_list(
    read, trial_office, told
):
    address = re.search(r'href="(/alerts/day/case/[^"]+)"', read(trial_office, "?tab=near"))[1]
    page = read(trial_office, address)
    assert "<html" in page and "<h1>" in page
    assert 'href="/alerts/day/?tab=near"' in page


def test_looking_at_a_case_removes_it_from_nothing_and_leaves_a_trace(read, president, told):
    before = read(president)
    read(president, f"/alerts/day/case/{told.pk}/")
    assert count_on(read(president), "today") == count_on(before, "today") == 1
    assert Entry.objects.filter(act="cases.read", case_id=told.pk, actor_id=president.pk).count() == 1


def test_a_stranger_gets_no_panel(client, outsider, told):
    client.force_login(outsider)
    assert client.get(f"/alerts/day/case/{told.pk}/").status_code == 404


def test_who_follows_a_case_in_private_is_not_said_to_others(read, trial_office, president, told, now):
    Notice.objects.create(
        person=president, kind="alert", role="watch", case=told, alert=told.alerts.get(), told_at=now
    )
    assert president.name not in read(trial_office, f"/alerts/day/case/{told.pk}/")


def test_the_panel_costs_the_same_however_much_happened(
    client, trial_office, told, costs_the_same, alert, post, now
):
    client.force_login(trial_office)
    panel = f"/alerts/day/case/{told.pk}/"

    def grow():
        for n in range(6):
            about = alert(case=told, kind="node", clock=f"N{n}")
            Notice.objects.create(
                person=post("judge"), kind="alert", role="judge", case=told, alert=about, told_at=now
            )
            snooze(alert=about, by=trial_office, reason="等待", until_on=TODAY + timedelta(days=1), at=now)
            ProcedureEvent.objects.create(case=told, node="开庭", on=TODAY - timedelta(days=n + 1))

    costs_the_same(lambda: client.get(panel), grow=grow)
