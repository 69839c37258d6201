"""The president's list: every near case of the court, on a masked sheet, when it changed or the week begins."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts import lists
from alerts.guarded import Unfinished
from alerts.lists import compose, queue_lists
from alerts.models import Delivery, Notice, Preference
from courts.models import Court, Division, FixedDay, Posting
from tests.alerts.servers import mail_server
from tests.alerts.told import (
    EIGHT,
    PARTY,
    TODAY,
    alert_on,
    cells_of,
    moment,
    posted,
    sent,
    table_of,
    words_of,
)

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def day(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def president(president):
    president.email = "yuanzhang@court.example"
    president.save()
    return president


@pytest.fixture
def mail(settings):
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def near(file_case):
    """``near("urgent", …)``: a case of the court with a limit at that stage."""
    return lambda stage="urgent", **fields: alert_on(file_case(**fields), stage)


def queued(at=EIGHT, today=TODAY):
    before = set(Delivery.objects.values_list("pk", flat=True))
    queue_lists(at=at, today=today)
    return list(Delivery.objects.exclude(pk__in=before).order_by("pk"))


def received(server, delivery, at=EIGHT):
    mail = posted(server, compose(delivery, at), delivery)
    (sheet,) = mail.iter_attachments()
    return mail, sheet


def test_the_counts_in_the_words_are_the_rows_of_the_sheet(president, near, mail):
    for stage in ["urgent"] * 20 + ["overdue"] * 2:
        near(stage)
    near("early"), near("mid")
    got, sheet = received(mail, *queued())
    words = "系统监测到你院共有 20 件案件临近审限、2 件已超审限"
    assert got["Subject"] == f"〔明镜〕{words}，清单见附件"
    assert f"{words}，清单见附件。" in got.get_body(["plain"]).get_content()
    assert len(table_of(sheet.get_content())) == 22
    assert Notice.objects.get(person=president, kind="list").subject == words


def test_a_list_of_one_sort_speaks_of_it_alone(president, near):
    near("overdue")
    assert queued() and Notice.objects.get(kind="list").subject == "系统监测到你院共有 1 件案件已超审限"


def test_the_sheet_says_what_it_is_and_then_a_masked_row_a_case_worst_first(president, near, mail):
    soon, late = near("urgent", cause="=HYPERLINK"), near("overdue")
    _, sheet = received(mail, *queued())
    assert sheet.get_filename() == "宜宾市翠屏区人民法院-临近审限案件清单-2026-06-30.xlsx"
    rows = cells_of(sheet.get_content())
    assert rows[0][0] == "宜宾市翠屏区人民法院 临近审限案件清单"
    assert rows[1][0].startswith("范围：宜宾市翠屏区人民法院未结案件，不含封存案件；共 2 件")
    assert "紧急、已超" in rows[2][0]
    assert rows[3][0].startswith("数据时间：2026-06-30")
    assert rows[4] == ["案号", "案由", "程序", "承办部门", "承办人", "到期日", "剩余天数", "阶段", "暂停天数"]
    assert rows[5] == [
        late.case.number, "民间借贷纠纷", "普通程序", "民事审判第一庭", "周法官", date(2026, 6, 27), -3, "已超", 7
    ]  # fmt: skip
    assert (rows[6][0], rows[6][1]) == (soon.case.number, "'=HYPERLINK")


def test_no_sealed_case_no_other_court_and_no_party_is_in_any_part(president, near, mail, post):
    mine, sealed = near(), near(sealed="juvenile")
    elsewhere = Court.objects.get(code="川1503")
    theirs = near(court=elsewhere, division=Division.objects.create(court=elsewhere, name="民一庭"))
    words = words_of(received(mail, *queued())[0])
    assert mine.case.number in words
    assert sealed.case.number not in words and theirs.case.number not in words
    assert PARTY not in words
    assert "共有 1 件" in words


def test_a_president_who_sits_on_a_sealed_case_is_not_mailed_it_either(president, near, mail):
    near(), near(sealed="juvenile", judge=president)
    got, sheet = received(mail, *queued())
    assert "共有 1 件" in got["Subject"]
    assert len(table_of(sheet.get_content())) == 1


def test_the_list_is_of_the_own_court_though_its_president_sees_others(president, near, mail, upper_court):
    Posting.objects.create(user=president, court=upper_court, role="superior", starts_on=date(2020, 1, 1))
    elsewhere = Court.objects.get(code="川1503")
    near(), near(court=elsewhere, division=Division.objects.create(court=elsewhere, name="民一庭"))
    got, sheet = received(mail, *queued())
    assert "共有 1 件" in got["Subject"]
    assert len(table_of(sheet.get_content())) == 1


def test_it_goes_once_a_day_and_again_only_when_it_changed(president, near):
    near()
    sent(queued()[0])
    near("overdue")
    assert queued(moment(9)) == []  # changed, but sent today
    (second,) = queued(moment(8, day=TOMORROW), TOMORROW)
    sent(second)
    thursday = TOMORROW + timedelta(days=1)
    assert queued(moment(8, day=thursday), thursday) == []
    monday = date(2026, 7, 6)
    assert len(queued(moment(8, day=monday), monday)) == 1


def test_the_week_begins_on_its_first_working_day(president, near):
    near()
    sent(queued(moment(8, day=date(2026, 2, 13)), date(2026, 2, 13))[0])
    made_up, holiday, first = date(2026, 2, 14), date(2026, 2, 16), date(2026, 2, 24)
    assert queued(moment(8, day=made_up), made_up) == []
    assert queued(moment(8, day=holiday), holiday) == []
    assert len(queued(moment(8, day=first), first)) == 1


def test_a_case_that_only_changed_its_stage_is_a_change(president, near):
    alert = near("urgent")
    sent(queued()[0])
    alert.stage = "overdue"
    alert.save()
    assert len(queued(moment(8, day=TOMORROW), TOMORROW)) == 1


def test_nothing_is_sent_where_nothing_is_near_or_before_the_hour(president, near):
    near("early")
    assert queued() == []
    near("urgent")
    assert queued(moment(7)) == []


def test_only_who_presides_on_the_day_gets_it(president, near, post, upper_court):
    near()
    other = post("president", "另任院长")
    Posting.objects.filter(user=other).update(ends_on=TODAY)
    post("president", "上级院长", at=upper_court)
    post("judge")
    (delivery,) = queued()
    assert delivery.person == president
    Posting.objects.filter(user=president).update(role="trial_office")  # still sees the court
    assert compose(Delivery.objects.get(), EIGHT) is None


def test_a_president_without_an_address_finds_it_in_the_inbox(president, near):
    type(president).objects.update(email="")
    near()
    assert queued() == []
    assert Notice.objects.filter(person=president, kind="list").count() == 1
    queued(moment(9))
    near()
    queued(moment(8, day=TOMORROW), TOMORROW)
    assert Notice.objects.filter(person=president, kind="list").count() == 1


def test_a_newer_line_in_the_inbox_takes_the_place_of_the_unread_one(president, near):
    near()
    sent(queued()[0])
    near()
    queued(moment(8, day=TOMORROW), TOMORROW)
    lines = Notice.objects.filter(person=president, kind="list")
    assert (lines.count(), lines.filter(read_at=None).count()) == (2, 1)


def test_the_line_in_the_inbox_leads_to_exactly_these_cases(client, president, near):
    near("urgent"), near("overdue"), near("mid"), near(sealed="juvenile")
    queued()
    client.force_login(president)
    page = client.get(Notice.objects.get(kind="list").address)
    assert "共 2 件" in page.content.decode()
    assert page.content.decode().count("川1502民初") == 2


def test_nobody_sees_the_list_of_a_court_that_is_not_theirs(client, outsider, near):
    near()
    client.force_login(outsider)
    for asked in ("川1502", "99999999", "²", ""):
        assert client.get("/alerts/near/", {"court": asked}).status_code == 404


def test_the_page_costs_the_same_however_long(client, president, near, costs_the_same):
    near()
    client.force_login(president)
    address = "/alerts/near/?court=川1502"
    costs_the_same(lambda: client.get(address), grow=lambda: [near() for _ in range(20)])


def test_queueing_costs_the_same_however_many_cases(president, near):
    def queries():
        Delivery.objects.all().delete()
        Notice.objects.all().delete()
        with CaptureQueriesContext(connection) as ran:
            queue_lists(at=EIGHT, today=TODAY)
        return len(ran)

    near()
    queries()
    few = queries()
    for _ in range(20):
        near()
    assert queries() == few


def test_a_list_that_goes_late_speaks_of_its_day_and_not_beside_a_newer_one(president, near, mail):
    near("urgent")
    (first,) = queued()
    FixedDay.objects.update(day=TOMORROW)
    _, sheet = received(mail, first)
    assert sheet.get_filename().endswith("-2026-07-01.xlsx")
    assert table_of(sheet.get_content())[0][6] == 3
    near("overdue")
    (second,) = queued(moment(8, day=TOMORROW), TOMORROW)
    assert compose(first, EIGHT) is None and compose(second, EIGHT)


def test_the_list_goes_in_the_hours_of_each_president(president, near):
    near()
    Preference.objects.create(person=president, quiet_from=time(18), quiet_to=time(9, 30))
    assert queued()[0].next_at == moment(9, 30)


def test_a_list_that_cannot_be_made_holds_up_no_other_court(president, post, near, monkeypatch, caplog):
    elsewhere = Court.objects.get(code="川1503")
    other = post("president", at=elsewhere)
    type(other).objects.filter(pk=other.pk).update(email="other@court.example")
    near(), near(court=elsewhere, division=Division.objects.create(court=elsewhere, name="民一庭"))
    make = lists.queue_for

    def broken(court, *rest):
        if court == elsewhere:
            return make(court, *rest)
        raise KeyError("列")

    monkeypatch.setattr(lists, "queue_for", broken)
    with pytest.raises(Unfinished, match="list of court"):
        queued()
    assert Delivery.objects.get().person == other
    assert "KeyError" in caplog.text


@pytest.mark.parametrize("asked", ["\0", "9" * 5000])
def test_a_court_that_cannot_be_is_not_found(client, president, asked):
    client.force_login(president)
    assert client.get("/alerts/near/", {"court": asked}).status_code == 404
    for page in ("/cases/", "/alerts/day/"):
        assert client.get(page, {"court": asked}).status_code == 200
