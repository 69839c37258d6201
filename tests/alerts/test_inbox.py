"""A person's inbox: what stands in it, in which order, what reading does, and how the page's head learns of it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.inbox import COUNTED_UP_TO, mark_read, unread_count
from alerts.models import Alert, Notice, Prompt

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-06-30T12:00:00+08:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def alert(now):
    """``alert(case, stage="urgent")``: an open alert about its limit."""

    def create(case, stage="overdue", *, clock="civ_first_ordinary", due_on=TODAY, **fields) -> Alert:
        return Alert.objects.create(
            case=case,
            kind="statutory",
            clock=clock,
            stage=stage,
            due_on=due_on,
            began_on=TODAY,
            raised_at=now,
            **fields,
        )

    return create


@pytest.fixture
def tell(now):
    """``tell(alert, person)``: they were told of it."""

    def create(about, person, role="judge", round=0, **fields) -> Notice:
        values = {"told_at": now, "told_on": TODAY} | fields
        return Notice.objects.create(
            person=person, kind="alert", role=role, case=about.case, alert=about, round=round, **values
        )

    return create


@pytest.fixture
def prompted(now, division_head, court):
    """``prompted(case, person)``: a prompt of the head that asks for acknowledgement."""

    def create(case, person, words="请说明进展", answer_by=TODAY + timedelta(days=2), **fields) -> Notice:
        prompt = Prompt.objects.create(
            by=division_head, court=court, words=words, answer_by=answer_by, at=now
        )
        return Notice.objects.create(
            person=person,
            kind="prompt",
            role="prompted",
            case=case,
            prompt=prompt,
            told_at=now,
            told_on=TODAY,
            **fields,
        )

    return create


@pytest.fixture
def read(client):
    def get(user, tab="") -> str:
        client.force_login(user)
        answer = client.get("/alerts/inbox/", {"tab": tab} if tab else {})
        assert answer.status_code == 200
        return answer.content.decode()

    return get


# --- what stands in it -------------------------------------------------------------------------------
def test_a_line_says_case_clock_day_reason_and_what_was_late(read, file_case, judge, alert, tell):
    case = file_case(cause="房屋租赁合同纠纷")
    tell(alert(case, due_on=TODAY - timedelta(days=3), late=True), judge)
    page = read(judge)
    for said in (case.number, "普通程序", "2026-06-27", "已超 3 天", "承办法官", "补发"):
        assert said in page, said


def test_a_prompt_says_by_whom_and_until_when(read, file_case, judge, prompted):
    prompted(file_case(), judge, words="请报告送达情况")
    page = read(judge)
    for said in ("请报告送达情况", "吴庭长", "2026-07-02", "请确认"):
        assert said in page, said


def test_what_asks_for_an_answer_stands_first_then_the_worst(read, file_case, judge, alert, tell, prompted):
    early, late, asked = (file_case(cause=name) for name in ("远期案", "超期案", "提示案"))
    tell(alert(early, "early"), judge)
    tell(alert(late, "overdue"), judge)
    prompted(asked, judge)
    page = read(judge)
    assert page.index("提示案") < page.index("超期案") < page.index("远期案")


def test_of_equal_stages_the_newest_stands_first(read, file_case, judge, alert, tell, now):
    for name, hours in (("昨日案", 24), ("今日案", 1)):
        tell(alert(file_case(cause=name)), judge, told_at=now - timedelta(hours=hours))
    page = read(judge)
    assert page.index("今日案") < page.index("昨日案")


def test_what_was_told_several_times_stands_once_with_its_number(read, file_case, judge, alert, tell):
    case = file_case()
    about = alert(case)
    for round_ in range(3):
        tell(about, judge, round=round_)
    page = read(judge)
    assert page.count(case.number) == 1 and "第 3 次告知" in page
    assert unread_count(judge) == 1


def test_each_tab_holds_what_its_name_says(read, file_case, judge, alert, tell, prompted, now):
    unread, opened, closed, asked = (
        file_case(cause=name) for name in ("未读案", "已读案", "解除案", "提示案")
    )
    tell(alert(unread), judge)
    tell(alert(opened), judge, read_at=now)
    tell(alert(closed, closed_at=now, closed_because="已停表"), judge)
    prompted(asked, judge, read_at=now)
    expected = {
        "unread": {"未读案"},
        "asked": {"提示案"},
        "all": {"未读案", "已读案", "提示案"},
        "closed": {"解除案"},
    }
    for tab, names in expected.items():
        page = read(judge, tab)
        assert {name for name in ("未读案", "已读案", "解除案", "提示案") if name in page} == names, tab
    assert "已停表" in read(judge, "closed")


def test_an_acknowledged_prompt_leaves_for_the_closed_ones(read, file_case, judge, prompted, now):
    case = file_case(cause="提示案")
    prompted(case, judge, read_at=now, acknowledged_at=now)
    assert case.number not in read(judge, "asked")
    assert case.number in read(judge, "closed")


def test_an_unanswered_prompt_past_its_day_is_marked_and_an_answered_one_is_not(
    read, file_case, judge, prompted, now
):
    prompted(file_case(), judge, answer_by=TODAY - timedelta(days=1))
    prompted(file_case(), judge, answer_by=TODAY - timedelta(days=1), acknowledged_at=now)
    assert "逾期未确认" in read(judge)
    assert "逾期未确认" not in read(judge, "closed")


def test_an_empty_inbox_says_what_is_good(read, judge):
    assert "没有未读的事项" in read(judge)


# --- whose it is --------------------------------------------------------------------------------------
def test_nobody_sees_another_persons_inbox(client, read, file_case, judge, president, alert, tell, now):
    case = file_case()
    notice = tell(alert(case), judge)
    assert case.number not in read(president, "all")
    assert client.get(f"/alerts/inbox/{notice.pk}/").status_code == 404
    client.post("/alerts/inbox/read/", {"notice": [notice.pk]})
    notice.refresh_from_db()
    assert notice.read_at is None


def test_a_case_one_may_no_longer_see_leaves_the_inbox_and_the_count(
    client, read, file_case, judge, post, alert, tell
):
    case = file_case()
    notice = tell(alert(case), judge)
    assert unread_count(judge) == 1
    case.judge = post("judge", "新法官")
    case.save(update_fields=["judge"])
    assert unread_count(judge) == 0
    assert case.number not in read(judge, "all")
    assert client.get(f"/alerts/inbox/{notice.pk}/").status_code == 404


def test_a_case_sealed_since_leaves_the_inbox_of_the_head_and_stays_in_the_judges(
    read, file_case, judge, division_head, alert, tell
):
    case = file_case()
    about = alert(case)
    tell(about, judge)
    tell(about, division_head, role="division_head")
    assert unread_count(division_head) == 1
    case.sealed = "juvenile"
    case.save(update_fields=["sealed"])
    assert (unread_count(judge), unread_count(division_head)) == (1, 0)
    assert case.number not in read(division_head, "all")


# --- reading -------------------------------------------------------------------------------------------
def test_opening_the_case_reads_the_line_and_removes_nothing(client, read, file_case, judge, alert, tell):
    case = file_case()
    about = alert(case)
    earlier, notice = tell(about, judge), tell(about, judge, round=1)
    client.force_login(judge)
    answer = client.get(f"/alerts/inbox/{notice.pk}/")
    assert answer.headers["Location"] == f"/cases/{case.pk}/"
    assert not Notice.objects.filter(pk__in=[earlier.pk, notice.pk], read_at=None).exists()
    assert case.number not in read(judge, "unread")
    assert case.number in read(judge, "all")


def test_all_lines_of_the_page_are_read_by_one_button(client, read, file_cases, judge, alert, tell):
    for case in file_cases(3):
        tell(alert(case), judge)
    page = read(judge)
    shown = [part.split('"')[0] for part in page.split('name="notice" value="')[1:]]
    assert len(shown) == 3
    client.post("/alerts/inbox/read/", {"notice": shown, "tab": "unread"})
    assert unread_count(judge) == 0
    assert Notice.objects.filter(person=judge).count() == 3


def test_a_line_once_read_keeps_the_time_it_was_read(file_case, judge, alert, tell, now):
    notice = tell(alert(file_case()), judge)
    mark_read(user=judge, notices=[notice.pk], at=now)
    mark_read(user=judge, notices=[notice.pk], at=now + timedelta(hours=1))
    notice.refresh_from_db()
    assert notice.read_at == now


def test_nonsense_in_the_list_of_lines_reads_nothing(client, judge):
    client.force_login(judge)
    assert (
        client.post("/alerts/inbox/read/", {"notice": ["x", "", "1e9"], "tab": "nonsense"}).status_code == 302
    )


@pytest.mark.parametrize(
    "address", ["//elsewhere.example/", "https://elsewhere.example/", "javascript:alert(1)", ""]
)
def test_a_line_never_leads_out_of_the_house(client, judge, now, address):
    notice = Notice.objects.create(
        person=judge, kind="system", role="itadmin", address=address, told_at=now, told_on=TODAY
    )
    client.force_login(judge)
    assert client.get(f"/alerts/inbox/{notice.pk}/").headers["Location"] == "/alerts/inbox/"


# --- the count in the page's head ----------------------------------------------------------------------------
def test_the_head_of_every_page_asks_for_the_count(client, judge):
    client.force_login(judge)
    page = client.get("/account/").content.decode()
    assert 'hx-get="/alerts/inbox/unread/"' in page and 'aria-live="polite"' in page


def test_the_count_is_answered_once_and_then_only_when_it_changed(client, file_case, judge, alert, tell):
    tell(alert(file_case()), judge)
    client.force_login(judge)
    first = client.get("/alerts/inbox/unread/", headers=HTMX)
    assert 'data-unread="1"' in first.content.decode()
    assert 'hx-trigger="every 15s"' in first.content.decode()  # «load» would ask again at once, for ever
    assert client.get("/alerts/inbox/unread/?shown=1", headers=HTMX).status_code == 204
    tell(alert(file_case()), judge)
    assert 'data-unread="2"' in client.get("/alerts/inbox/unread/?shown=1", headers=HTMX).content.decode()


def test_beyond_what_is_worth_counting_the_count_says_more(client, file_cases, judge, alert, tell):
    for case in file_cases(COUNTED_UP_TO + 2):
        tell(alert(case), judge)
    client.force_login(judge)
    assert "99+" in client.get("/alerts/inbox/unread/", headers=HTMX).content.decode()


def test_an_answer_about_the_count_is_kept_nowhere(client, judge):
    client.force_login(judge)
    assert "no-store" in client.get("/alerts/inbox/unread/", headers=HTMX).headers["Cache-Control"]


def test_the_page_asking_by_itself_writes_nothing(client, file_case, judge, alert, tell):
    tell(alert(file_case()), judge)
    client.force_login(judge)
    with CaptureQueriesContext(connection) as asked:
        client.get("/alerts/inbox/unread/", headers=HTMX)
    written = [query["sql"] for query in asked.captured_queries if query["sql"].split()[0] != "SELECT"]
    assert written == []
    assert len(asked) <= 6, [query["sql"] for query in asked.captured_queries]


def test_a_page_left_open_does_not_keep_the_session_alive(client, judge, on_the_day):
    client.force_login(judge)
    client.get("/account/")
    ends = Session.objects.get().expire_date
    for _ in range(31 * 4):
        on_the_day.shift(timedelta(seconds=15))
        client.get("/alerts/inbox/unread/", headers=HTMX)
    assert Session.objects.get().expire_date == ends
    assert client.get("/account/").status_code == 302


def test_a_person_who_clicks_prolongs_the_session_all_the_same(client, judge, on_the_day):
    client.force_login(judge)
    for _ in range(3):
        on_the_day.shift(timedelta(minutes=29))
        assert client.get("/account/").status_code == 200


def test_when_the_session_has_ended_the_head_shows_a_link_and_asks_no_more(client, judge, on_the_day):
    client.force_login(judge)
    on_the_day.shift(timedelta(minutes=31))
    where = {"HX-Current-URL": "https://host/cases/?page=2"}
    answer = client.get("/alerts/inbox/unread/", headers=HTMX | where)
    page = answer.content.decode()
    assert answer.status_code == 286  # htmx stops asking
    assert "HX-Redirect" not in answer.headers  # what was typed on the page is not lost
    assert "登录已过期" in page and "/login/?next=%2Fcases%2F%3Fpage%3D2&amp;expired=1" in page
    assert "<form" not in page and "<html" not in page


def test_a_visitor_who_opens_the_address_is_asked_to_log_in(client):
    assert client.get("/alerts/inbox/unread/").headers["Location"] == "/login/?next=/alerts/inbox/"


# --- cost -------------------------------------------------------------------------------------------------
def test_the_inbox_costs_the_same_however_long(
    client, file_cases, judge, alert, tell, prompted, costs_the_same
):
    def grow(n):
        for case in file_cases(n):
            tell(alert(case), judge)
            prompted(case, judge)

    client.force_login(judge)
    grow(2)
    costs_the_same(lambda: client.get("/alerts/inbox/"), grow=lambda: grow(20))
    costs_the_same(lambda: client.get("/alerts/inbox/unread/"), grow=lambda: grow(5))


def test_times_are_those_of_the_court(read, file_case, judge, alert, tell):
    tell(alert(file_case()), judge, told_at=timezone.now())
    assert "2026-06-30 12:00" in read(judge)


def test_numbers_no_line_can_have_are_passed_over(client, judge, file_case, alert, tell):
    notice = tell(alert(file_case()), judge)
    client.force_login(judge)
    answer = client.post("/alerts/inbox/read/", {"notice": ["9" * 5000, "²", "\0", str(notice.pk)]})
    assert answer.status_code == 302
    notice.refresh_from_db()
    assert notice.read_at
