"""Subscriptions: what the recipient may see at sending, when it is time, and never what must not leave the house."""

from __future__ import annotations

from datetime import date, time, timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from alerts import subscriptions
from alerts.deliveries import send_due
from alerts.guarded import Unfinished
from alerts.models import Delivery, Notice, Preference, Subscription
from alerts.pages import PAGES
from alerts.subscriptions import compose, end_subscription, queue_subscriptions, subscribe
from audit.models import Entry
from audit.trail import Refused
from cases.models import Case, Party
from courts.models import Court, Division, FixedDay, Posting
from tests.alerts.servers import mail_server
from tests.alerts.told import EIGHT, PARTY, TODAY, alert_on, moment, posted, table_of, words_of

pytestmark = pytest.mark.django_db
CASES, DAY = "/cases/", "/alerts/day/"
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def day(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture(autouse=True)
def addresses(judge, division_head, president, trial_office):
    for person in (judge, division_head, president, trial_office):
        person.email = f"{person.username}@court.example"
        person.save()


@pytest.fixture
def mail(settings):
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def ordered(president):
    """``ordered(person=…, query=…, every=…)``: a subscription, the president's own unless said otherwise."""

    def create(
        person=president, *, by=None, page=CASES, query="", every="day", weekday=1, name="本院未结案件"
    ):
        return subscribe(
            person=person, page=page, query=query, name=name, every=every, weekday=weekday, by=by or person, at=EIGHT,
            today=TODAY,
        )  # fmt: skip

    return create


def queued(at=EIGHT, today=TODAY):
    before = set(Delivery.objects.values_list("pk", flat=True))
    queue_subscriptions(at=at, today=today)
    return list(Delivery.objects.exclude(pk__in=before).order_by("pk"))


def received(server, delivery):
    mail = posted(server, compose(delivery, EIGHT), delivery)
    return mail, next(mail.iter_attachments(), None)


# --- who gets what ---------------------------------------------------------------------------------------
def test_the_mail_states_its_filters_counts_and_attaches_the_masked_rows(
    ordered, file_cases, file_case, mail
):
    file_cases(12)
    file_case(category="行政")
    ordered(query="category=民事&page=3&cause=")
    got, sheet = received(mail, *queued())
    text = got.get_body(["plain"]).get_content()
    assert got["Subject"] == "〔明镜〕订阅：本院未结案件 12 件"
    assert "筛选条件：案件类别：民事；结案状态：未结；共 12 件" in text
    assert text.count("川1502民初") == 10 and "另有 2 件，请登录查看" in text
    assert len(table_of(sheet.get_content())) == 12
    assert sheet.get_filename() == "本院未结案件-2026-06-30.xlsx"
    assert "筛选条件：案件类别：民事" in words_of(got)


def test_everybody_gets_their_own_rows_not_those_of_who_ordered(
    ordered, file_case, judge, trial_office, post
):
    mine = file_case()
    other = file_case(judge=post("judge"))
    ordered(judge, by=trial_office)
    (delivery,) = queued()
    message = compose(delivery, EIGHT)
    assert delivery.person == judge
    assert mine.number in message.text and other.number not in message.text
    Case.objects.filter(pk=mine.pk).update(judge=other.judge)
    assert compose(delivery, EIGHT) is None  # looked at again when it is sent


def test_no_sealed_case_no_other_court_and_no_party_is_in_any_part(ordered, file_case, mail, president):
    mine, sealed = file_case(), file_case(sealed="juvenile", judge=president)
    elsewhere = Court.objects.get(code="川1503")
    theirs = file_case(court=elsewhere, division=Division.objects.create(court=elsewhere, name="民一庭"))
    for case in (mine, sealed, theirs):
        Party.objects.create(case=case, name=PARTY, standing="原告")
    ordered(query=urlencode({"q": PARTY, "status": "open"}), name=f"{PARTY}的案件")
    got, sheet = received(mail, *queued())
    words = words_of(got)
    assert mine.number in words
    assert sealed.number not in words and theirs.number not in words
    assert PARTY not in words and urlencode({"q": PARTY}) not in words
    assert "检索词不在消息中显示" in words
    assert len(table_of(sheet.get_content())) == 1


def test_who_may_not_export_gets_the_lines_and_no_file(ordered, file_case, judge, mail):
    case = file_case()
    ordered(judge)
    got, sheet = received(mail, *queued())
    assert sheet is None
    assert case.number in got.get_body(["plain"]).get_content()


def test_the_day_page_can_be_subscribed_to(ordered, file_case, president, mail):
    alert_on(file_case(), "urgent"), alert_on(file_case(sealed="juvenile", judge=president), "urgent")
    ordered(page=DAY, query="tab=near", name="临近")
    got, _ = received(mail, *queued())
    assert got["Subject"] == "〔明镜〕订阅：临近 1 件"
    assert "列表：临近审限" in words_of(got)


def test_every_page_of_the_registry_has_an_address():
    assert {reverse(name) for name in PAGES} == {CASES, DAY}


# --- when --------------------------------------------------------------------------------------------------
def test_a_daily_one_goes_once_a_working_day_from_the_hour_on(ordered, file_case):
    file_case()
    ordered()
    assert queued(moment(7)) == []
    assert len(queued()) == 1
    assert queued(moment(11)) == []
    assert len(queued(moment(8, day=TOMORROW), TOMORROW)) == 1
    saturday = date(2026, 7, 4)
    assert queued(moment(9, day=saturday), saturday) == []


def test_an_empty_list_is_not_sent(ordered):
    ordered()
    assert queued() == []


def test_a_weekly_one_goes_on_its_day_or_the_next_working_day(ordered, file_case):
    file_case()
    ordered(every="week", weekday=3)
    for day, goes in [
        (date(2026, 6, 30), False),
        (date(2026, 7, 1), True),
        (date(2026, 7, 2), False),
        (date(2026, 7, 8), True),
        (date(2026, 7, 16), True),  # the beat was down on Wednesday
        (date(2026, 9, 30), True),
        (date(2026, 10, 7), False),  # a holiday
        (date(2026, 10, 8), True),
    ]:
        assert bool(queued(moment(8, day=day), day)) is goes, day


def test_a_weekly_one_that_was_empty_on_its_day_waits_for_the_next(ordered, file_case):
    ordered(every="week", weekday=3)
    assert queued(moment(8, day=TOMORROW), TOMORROW) == []  # a Wednesday with nothing
    file_case()
    for days, goes in [(1, False), (2, False), (6, False), (7, True), (8, False)]:
        day = TOMORROW + timedelta(days=days)
        assert bool(queued(moment(8, day=day), day)) is goes, day


@pytest.mark.parametrize(
    ("weekday", "first"),
    [(2, TODAY), (1, date(2026, 7, 6)), (3, date(2026, 7, 2))],
    ids=["on its day", "after its day", "its day was an outage"],
)
def test_the_first_weekly_one_goes_on_the_first_such_day_since_it_was_ordered(
    ordered, file_case, weekday, first
):
    file_case()
    ordered(every="week", weekday=weekday)
    for n in range(8):
        day = TODAY + timedelta(days=n)
        if (weekday, day) == (3, TOMORROW):
            continue
        if queued(moment(8, day=day), day):
            break
    assert day == first


def test_it_goes_in_the_hours_of_its_recipient(ordered, file_case, president):
    file_case()
    ordered()
    Preference.objects.create(person=president, quiet_from=time(18), quiet_to=time(9, 30))
    assert queued()[0].next_at == moment(9, 30)


def test_one_that_goes_late_is_looked_at_by_that_day_and_not_beside_a_newer_one(ordered, file_case):
    file_case()
    ordered()
    (first,) = queued()
    FixedDay.objects.update(day=TOMORROW)
    assert "2026-07-01" in compose(first, EIGHT).text and "2026-06-30" not in compose(first, EIGHT).subject
    ordered(query="category=民事")
    queued(moment(8, day=TOMORROW), TOMORROW)
    assert compose(first, EIGHT) is None


def test_one_that_cannot_be_looked_at_stops_no_other(ordered, file_case, monkeypatch, caplog):
    file_case()
    broken, whole = ordered(), ordered(query="category=民事")
    look = subscriptions.look

    def breaks(page, subscription, today):
        if subscription.pk == broken.pk:
            raise LookupError("坏")
        return look(page, subscription, today)

    monkeypatch.setattr(subscriptions, "look", breaks)
    with pytest.raises(Unfinished, match=f"subscription {broken.pk}"):
        queued()
    assert Delivery.objects.get().key.startswith(f"{whole.pk} ")
    assert "LookupError" in caplog.text


def test_one_on_change_goes_when_a_case_or_a_due_date_changed(ordered, file_case):
    ordered(every="change")
    assert queued() == []
    case = file_case()
    days = iter([TODAY + timedelta(days=n) for n in (0, 1, 2, 6, 7)])

    def goes():
        day = next(days)
        return bool(queued(moment(8, day=day), day))

    assert goes()
    assert not goes()
    alert_on(case, "mid")  # its clock now has a due date
    assert goes()
    Case.objects.filter(pk=case.pk).update(closed_on=TODAY)
    assert goes()  # that nothing is left is news
    assert not goes()


def test_two_beats_at_once_send_one_message_and_one_line(ordered, file_case, president):
    file_case()
    found = ordered()
    queued()
    Delivery.objects.update(key="another")
    assert queued(moment(9)) == []
    assert Notice.objects.filter(person=president, kind="subscription").count() == 1
    found.refresh_from_db()
    assert found.sent_on == TODAY


# --- beginning -----------------------------------------------------------------------------------------------
def test_the_same_view_is_subscribed_once_and_may_change_its_terms(ordered):
    first = ordered(query="category=民事")
    again = ordered(query="category=民事&page=2", every="week", weekday=4)
    assert first.pk == again.pk
    assert (again.every, again.weekday) == ("week", 4)


def test_what_was_searched_for_stays_out_of_the_trail(ordered, president, now):
    found = ordered(query=urlencode({"q": PARTY, "category": "民事"}), name=f"{PARTY}的案件")
    end_subscription(subscription=found, by=president, because="不再需要", at=now)
    entries = Entry.objects.filter(act__in=("alerts.subscribe", "alerts.end_subscription"))
    words = [str(entry.before) + str(entry.after) for entry in entries]
    assert len(words) == 2 and not any(PARTY in text or urlencode({"q": PARTY}) in text for text in words)
    assert entries.get(act="alerts.subscribe").after["query"] == urlencode({"category": "民事"})


def test_a_manager_subscribes_people_of_the_own_court_alone(
    ordered, judge, trial_office, president, outsider, division_head
):
    assert ordered(judge, by=trial_office).owner == trial_office
    assert ordered(judge, by=division_head, query="category=民事").owner == division_head
    for person, by in [(outsider, trial_office), (president, judge), (judge, outsider)]:
        with pytest.raises(Refused, match="本院在职人员"):
            ordered(person, by=by)


def test_conditions_the_recipient_is_not_offered_are_refused(ordered, judge, trial_office, division):
    with pytest.raises(Refused, match="没有所选的“部门”"):
        ordered(judge, by=trial_office, query=f"division={division.pk}")
    with pytest.raises(Refused, match="没有所选的“法院”"):
        ordered(query="court=²")


def test_a_page_that_shows_no_cases_cannot_be_subscribed_to(ordered):
    for page in ("/account/", "/nowhere/", "https://elsewhere.example/cases/"):
        with pytest.raises(Refused, match="不能订阅"):
            ordered(page=page)


# --- ending --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("what", "because"),
    [("inactive", "接收人已停用"), ("no post", "接收人已无任职")],
    ids=["inactive", "no post"],
)
def test_it_ends_by_itself_when_the_recipient_has_left(
    ordered, file_case, judge, trial_office, what, because
):
    file_case()
    found = ordered(judge, by=trial_office)
    if what == "inactive":
        type(judge).objects.filter(pk=judge.pk).update(is_active=False)
    else:
        Posting.objects.filter(user=judge).update(ends_on=TODAY)
    assert queued() == []
    found.refresh_from_db()
    assert found.ended_at and found.ended_because == because
    assert Entry.objects.filter(act="alerts.end_subscription", because=because).exists()


def test_it_ends_when_the_recipient_is_no_longer_offered_its_conditions(
    ordered, file_case, division_head, court
):
    file_case()
    room = Division.objects.create(court=court, name="民事审判第二庭")
    found = ordered(division_head, query=f"division={division_head.seats[0].division_id}")
    Posting.objects.filter(user=division_head).update(division=room)
    assert queued() == []
    found.refresh_from_db()
    assert "部门" in found.ended_because


def test_owner_recipient_and_who_manages_sending_may_end_it_and_nobody_else(
    ordered, judge, division_head, trial_office, president, outsider, now
):
    for by in (judge, division_head, trial_office):
        found = ordered(judge, by=division_head, name=f"由{by}终止")
        end_subscription(subscription=found, by=by, because="不再需要", at=now)
        found.refresh_from_db()
        assert found.ended_because == "不再需要"
    found = ordered(judge, by=division_head)
    for by in (president, outsider):
        with pytest.raises(Refused, match="可以终止订阅"):
            end_subscription(subscription=found, by=by, because="", at=now)


def test_what_ended_after_it_was_queued_is_not_sent(ordered, file_case, president, now):
    file_case()
    found = ordered()
    (delivery,) = queued()
    end_subscription(subscription=found, by=president, because="不再需要", at=now)
    assert compose(delivery, EIGHT) is None


# --- pages -----------------------------------------------------------------------------------------------------
def test_the_form_takes_over_the_address_and_subscribes(client, president, file_case):
    file_case()
    client.force_login(president)
    listed = client.get("/cases/?category=民事").content.decode()
    assert "/alerts/subscribe/?page=/cases/&amp;query=" in listed
    page = client.get("/alerts/subscribe/", {"page": CASES, "query": "category=民事"}).content.decode()
    assert "案件类别" in page and "现在有 1 件" in page
    given = {"page": CASES, "query": "category=民事", "name": "民事", "every": "day"}
    assert client.post("/alerts/subscribe/", given).status_code == 302
    assert Subscription.objects.get().query == urlencode({"category": "民事"})
    assert client.post("/alerts/subscribe/", given | {"name": ""}).status_code == 400


def test_the_link_of_the_mail_leads_to_the_page_with_its_conditions(client, president, outsider, ordered):
    found = ordered(query="category=民事")
    client.force_login(president)
    answer = client.get(f"/alerts/subscriptions/{found.pk}/")
    assert answer["Location"] == f"/cases/?{found.query}"
    client.force_login(outsider)
    assert client.get(f"/alerts/subscriptions/{found.pk}/").status_code == 404


def test_who_manages_sending_sees_who_gets_what_and_nothing_of_a_case(
    client, trial_office, ordered, file_case, outsider
):
    case = file_case()
    ordered(query=urlencode({"q": case.number}), name="重点案件")
    queued()
    client.force_login(trial_office)
    page = client.get("/alerts/subscriptions/").content.decode()
    for words in ("本院订阅一览", "重点案件", "郑院长", "2026-06-30", "1 件", "每个工作日"):
        assert words in page, words
    assert case.number not in page
    client.force_login(outsider)
    assert "重点案件" not in client.get("/alerts/subscriptions/").content.decode()


def test_the_overview_names_no_party_and_to_who_sees_no_cases_nothing(
    client, trial_office, post, ordered, file_case
):
    Party.objects.create(case=file_case(), name=PARTY, standing="原告")
    ordered(query=urlencode({"q": PARTY}), name=f"{PARTY}的案件")
    ordered(query="category=民事", name="民事重点")
    queued()
    client.force_login(trial_office)
    page = client.get("/alerts/subscriptions/").content.decode()
    assert PARTY not in page and "检索结果" in page and "民事重点" in page and "1 件" in page
    client.force_login(post("itadmin"))
    page = client.get("/alerts/subscriptions/").content.decode()
    assert "郑院长" in page
    for words in (PARTY, "检索结果", "民事重点", "1 件"):
        assert words not in page, words


@pytest.mark.parametrize("asked", ["\0", "9" * 1500])
def test_a_court_that_cannot_be_is_one_sentence(client, president, asked):
    client.force_login(president)
    query = urlencode({"court": asked})
    page = client.get("/alerts/subscribe/", {"page": CASES, "query": query}).content.decode()
    assert "不能用于订阅" in page
    given = {"page": CASES, "query": query, "name": "某院", "every": "day"}
    assert "没有所选的" in client.post("/alerts/subscribe/", given).content.decode()


def test_who_manages_the_sending_of_another_court_sees_none_of_it(client, ordered, post):
    ordered(name="重点案件")
    client.force_login(post("trial_office", at=Court.objects.get(code="川1503")))
    page = client.get("/alerts/subscriptions/").content.decode()
    assert "本院订阅一览" in page and "重点案件" not in page


def test_the_overview_costs_the_same_however_long(client, trial_office, ordered, costs_the_same):
    ordered()
    client.force_login(trial_office)
    costs_the_same(
        lambda: client.get("/alerts/subscriptions/"),
        grow=lambda: [ordered(query=f"cause={n}") for n in range(20)],
    )


def test_ending_from_the_page(client, president, ordered, outsider):
    found = ordered()
    client.force_login(outsider)
    assert client.post(f"/alerts/subscriptions/{found.pk}/end/").status_code in (403, 404)
    client.force_login(president)
    assert client.post(f"/alerts/subscriptions/{found.pk}/end/").status_code == 302
    found.refresh_from_db()
    assert found.ended_because == "由郑院长终止"


@pytest.mark.django_db(transaction=True)
def test_a_subscription_arrives_at_a_real_mail_server(ordered, file_case, mail):
    case = file_case()
    ordered()
    queue_subscriptions(at=EIGHT, today=TODAY)
    assert send_due(at=EIGHT)["sent"] == 1
    (got,) = mail.mails
    assert case.number in words_of(got)
