"""The digest: one message a person a day, worst first, of nothing they may not see, and silent when there is nothing new."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.deliveries import send_due
from alerts.digest import compose, queue_digests
from alerts.letters import when_due
from alerts.models import Alert, Delivery, Endpoint, Handling, Preference
from cases.models import ProcedureEvent
from catalogues.selectors import Shelf, law_in_use
from courts.models import Court, Division, FixedDay, Posting
from tests.alerts.servers import mail_server
from tests.alerts.told import EIGHT, PARTY, TODAY, alert_on, moment, posted, sent, tell, words_of

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def day(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def judge(judge):
    judge.email, judge.phone = "zhou@court.example", "13800000000"
    judge.save()
    return judge


@pytest.fixture
def mail(settings):
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def told(file_case, judge):
    """``told("overdue", …)``: a case of the judge with an alert at that stage, of which the judge was told."""

    def create(stage="overdue", *, role="judge", on=TODAY, person=judge, **fields):
        named = {name: fields.pop(name) for name in ("due_on", "kind", "clock") if name in fields}
        case = file_case(**fields)
        return tell(person, alert_on(case, stage, **named), role, on=on)

    return create


def queued(at=EIGHT, today=TODAY):
    """What a run of the beat adds."""
    before = set(Delivery.objects.values_list("pk", flat=True))
    queue_digests(at=at, today=today)
    return list(Delivery.objects.exclude(pk__in=before).order_by("pk"))


def digest(at=EIGHT, today=TODAY):
    (delivery,) = queued(at, today)
    return compose(delivery, at)


# --- when ----------------------------------------------------------------------------------------------
def test_a_person_is_sent_one_message_a_day_however_often_the_beat_comes(told):
    told("overdue"), told("urgent")
    assert queue_digests(at=EIGHT, today=TODAY) == 1
    assert queue_digests(at=moment(8, 10), today=TODAY) == 0
    told("urgent")
    assert queue_digests(at=moment(11), today=TODAY) == 0
    assert Delivery.objects.get().key == "2026-06-30"


def test_two_beats_at_once_queue_one_message(told, judge):
    told("overdue")
    (first,) = queued()
    first.pk = None
    assert Delivery.objects.bulk_create([first], ignore_conflicts=True)
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("at", "today", "goes"),
    [
        (moment(7, 59), TODAY, False),  # before the hour of the digest
        (moment(8, 0), TODAY, True),
        (moment(15), TODAY, True),  # the beat was down in the morning
        (moment(21), TODAY, False),  # in the evening tomorrow's digest is the better one
        (moment(9, day=date(2026, 7, 4)), date(2026, 7, 4), False),  # a Saturday
        (moment(9, day=date(2026, 2, 14)), date(2026, 2, 14), True),  # a Saturday worked in exchange
        (moment(9, day=date(2026, 2, 16)), date(2026, 2, 16), False),  # the spring festival
    ],
)
def test_the_digest_goes_from_its_hour_on_on_working_days(told, at, today, goes):
    told("overdue")
    assert bool(queue_digests(at=at, today=today)) is goes


def test_a_court_goes_by_its_own_calendar(told, court, monkeypatch):
    told("overdue")
    own = law_in_use().national.with_overlay(extra_off=[TODAY])
    monkeypatch.setattr(Shelf, "law", replace(law_in_use(), local={court.pk: own}))
    assert queue_digests(at=EIGHT, today=TODAY) == 0


def test_the_message_waits_for_the_end_of_a_persons_own_quiet_hours(told, judge):
    told("overdue")
    Preference.objects.create(person=judge, quiet_from=time(18), quiet_to=time(9, 30))
    (delivery,) = queued()
    assert delivery.next_at == moment(9, 30)


def test_a_demo_court_is_told_by_its_own_day_at_the_hour_of_the_clock(told):
    told("overdue")
    on_a_sunday = moment(8, day=date(2026, 11, 22))
    (delivery,) = queued(on_a_sunday, TODAY)
    assert (delivery.key, delivery.next_at) == (str(TODAY), on_a_sunday)


# --- late ----------------------------------------------------------------------------------------------
def test_a_digest_that_goes_late_speaks_of_the_day_it_goes(told):
    told("urgent", due_on=TODAY + timedelta(days=4))
    (delivery,) = queued()
    FixedDay.objects.update(day=TODAY + timedelta(days=2))
    late = compose(delivery, moment(8, day=TODAY + timedelta(days=2)))
    assert "剩余 2 天" in late.text and "截至 2026-07-02 的情况" in late.text


def test_after_an_outage_of_days_the_last_digest_alone_is_sent(told, judge):
    told("overdue")
    (first,) = queued()
    told("urgent", on=TOMORROW)
    (second,) = queued(moment(8, day=TOMORROW), TOMORROW)
    FixedDay.objects.update(day=TOMORROW)
    assert compose(first, moment(9, day=TOMORROW)) is None
    assert "2 件案件" in compose(second, moment(9, day=TOMORROW)).text
    Delivery.objects.filter(pk=second.pk).update(state="failed")
    assert compose(first, moment(9, day=TOMORROW))


# --- who -----------------------------------------------------------------------------------------------
def test_nobody_is_sent_anything_without_an_address_an_account_or_a_post(told, judge):
    told("overdue")
    for change in ({"email": "", "phone": ""}, {"is_active": False}):
        type(judge).objects.filter(pk=judge.pk).update(**change)
        assert queued() == []
        type(judge).objects.filter(pk=judge.pk).update(email="zhou@court.example", is_active=True)
    Posting.objects.filter(user=judge).update(ends_on=TODAY)
    assert queued() == []


def test_what_a_stage_does_not_send_stays_in_the_inbox(told):
    told("early")
    assert queued() == []


def test_the_mail_of_watched_cases_can_be_switched_off_and_that_of_a_duty_cannot(told, judge):
    told("overdue", role="watch")
    Preference.objects.create(person=judge, mail_of_watched=False)
    assert queued() == []
    duty = told("overdue")
    (delivery,) = queued()
    assert delivery.notices == [duty.pk]


# --- only what is due ----------------------------------------------------------------------------------
def test_what_was_told_is_told_again_when_its_round_comes_and_not_before(told, judge):
    notice = told("overdue")
    sent(queued()[0])
    assert queued(moment(8, day=TOMORROW), TOMORROW) == []
    again = tell(judge, notice.alert, round=1, on=TOMORROW)
    (delivery,) = queued(moment(8, day=TOMORROW), TOMORROW)
    assert delivery.notices == [again.pk]


def test_who_wants_only_what_is_new_is_spared_the_repeats_and_sees_what_is_new(told, judge):
    Preference.objects.create(person=judge, only_changed=True)
    old = told("overdue")
    sent(queued()[0])
    tell(judge, old.alert, round=1, on=TOMORROW)
    at = moment(8, day=TOMORROW)
    assert queued(at, TOMORROW) == []
    new = told("urgent", on=TOMORROW)
    (delivery,) = queued(at, TOMORROW)
    marked = [line for line in compose(delivery, at).text.splitlines() if "[新]" in line]
    assert len(marked) == 1
    assert new.case.number in marked[0]


def test_what_holds_again_is_no_repeat(told, judge):
    Preference.objects.create(person=judge, only_changed=True)
    old = told("overdue")
    sent(queued()[0])
    Alert.objects.filter(pk=old.alert_id).update(raised_at=moment(2, day=TOMORROW))
    tell(judge, old.alert, round=1, on=TOMORROW)
    assert len(queued(moment(8, day=TOMORROW), TOMORROW)) == 1


def test_a_digest_that_failed_has_told_nothing(told):
    told("overdue")
    Delivery.objects.filter(pk=queued()[0].pk).update(state="failed")
    assert len(queued(moment(8, day=TOMORROW), TOMORROW)) == 1


def test_what_a_person_has_handled_is_left_out_until_the_end_of_that(told, judge):
    notice, other = told("overdue"), told("urgent")
    Handling.objects.create(
        alert=notice.alert, person=judge, act="snoozed", reason="开庭后办", until_on=TOMORROW, at=EIGHT
    )
    (delivery,) = queued()
    assert delivery.notices == [other.pk]
    sent(delivery)
    (delivery,) = queued(moment(8, day=TOMORROW), TOMORROW)
    assert sorted(delivery.notices) == [notice.pk, other.pk]


def test_a_putting_off_that_ends_is_news_even_if_nobody_told_again(told, judge):
    notice = told("overdue")
    sent(queued()[0])
    Preference.objects.create(person=judge, only_changed=True)
    Handling.objects.create(
        alert=notice.alert, person=judge, act="snoozed", reason="开庭后办", until_on=TOMORROW, at=EIGHT
    )
    assert len(queued(moment(8, day=TOMORROW), TOMORROW)) == 1


# --- what it says ----------------------------------------------------------------------------------------
def test_the_subject_counts_the_cases_of_each_stage_the_worst_first(told):
    told("mid"), told("urgent"), told("overdue"), told("urgent"), told("urgent"), told("overdue")
    assert digest().subject == "〔明镜〕期限提醒：已超 2 件、紧急 3 件、中期 1 件"


def test_the_worst_stand_first_then_those_due_first(told):
    late, soon = told("mid", due_on=TODAY + timedelta(20)), told("mid", due_on=TODAY + timedelta(9))
    worst = told("overdue")
    text = digest().text
    places = [text.index(f" {notice.case.number}") for notice in (worst, soon, late)]
    assert places == sorted(places)


def test_at_most_so_many_lines_and_the_rest_by_the_link(told, judge, settings):
    settings.SITE_ADDRESS = "https://mingjing.court.example/"
    for _ in range(12):
        told("urgent")
    message = digest()
    assert message.text.count("到期日") == 10
    assert "另有 2 件，请登录查看" in message.text and "另有 2 件，请登录查看" in message.html
    assert message.link == "https://mingjing.court.example/alerts/inbox/"
    assert message.link in message.text and message.link in message.html
    Preference.objects.create(person=judge, lines=4)
    shorter = compose(Delivery.objects.get(), EIGHT)
    assert (shorter.text.count("到期日"), shorter.count) == (4, 12)


def test_the_alerts_of_one_case_are_one_line_that_says_why_this_person_is_told(told, judge):
    notice = told("overdue")
    tell(judge, alert_on(notice.case, "overdue", kind="node", clock="N01"))
    message = digest()
    assert message.subject.endswith("已超 1 件")
    assert message.text.count(notice.case.number) == 1
    assert "等 2 项" in message.text
    assert "到期日 2026-06-27 · 已超 3 天 · 您是承办法官" in message.text


def test_a_case_that_is_probably_finished_is_to_be_recorded_not_hurried(told):
    notice = told("overdue")
    told("overdue")
    ProcedureEvent.objects.create(case=notice.case, node="宣判", on=TODAY, recorded_at=EIGHT)
    assert digest().text.count("疑似已结未点") == 1


def test_both_forms_of_the_mail_say_the_same(told, mail):
    told("overdue"), told("urgent")
    (delivery,) = queued()
    received = posted(mail, compose(delivery, EIGHT), delivery)
    assert received["Subject"] == "〔明镜〕期限提醒：已超 1 件、紧急 1 件"
    text, html = (received.get_body([kind]).get_content() for kind in ("plain", "html"))
    for words in ("周法官，您好：", "已超 3 天", "剩余 4 天", "您是承办法官"):
        assert words in text and words in html
    assert "<img" not in html


# --- what it never says ------------------------------------------------------------------------------------
def test_no_sealed_case_no_case_of_others_and_no_party_is_in_any_part(told, judge, mail, file_case, post):
    seen = told("overdue")
    sealed = told("overdue", sealed="juvenile")
    elsewhere = Court.objects.get(code="川1503")
    room = Division.objects.create(court=elsewhere, name="民一庭")
    theirs = told("overdue", court=elsewhere, division=room, judge=post("judge", at=elsewhere))
    (delivery,) = queued()
    assert sealed.pk not in delivery.notices
    delivery.notices = [seen.pk, sealed.pk, theirs.pk]
    received = posted(mail, compose(delivery, EIGHT), delivery)
    words = words_of(received)
    assert seen.case.number in words
    assert sealed.case.number not in words and theirs.case.number not in words
    assert PARTY not in words
    assert "已超 1 件" in received["Subject"]


def test_a_case_sealed_since_is_left_out_and_without_it_nothing_is_said(told):
    notice = told("overdue")
    (delivery,) = queued()
    type(notice.case).objects.update(sealed="juvenile")
    assert compose(delivery, EIGHT) is None


def test_a_case_given_to_another_judge_or_dealt_with_since_is_not_told(told, judge, post):
    notice = told("overdue")
    (delivery,) = queued()
    notice.alert.closed_at = EIGHT
    notice.alert.save()
    assert compose(delivery, EIGHT) is None
    notice.alert.closed_at = None
    notice.alert.save()
    type(notice.case).objects.update(judge=post("judge"))
    assert compose(delivery, EIGHT) is None


def test_who_left_since_is_told_nothing(told, judge):
    told("overdue")
    Posting.objects.filter(user=judge).update(ends_on=TODAY)
    delivery = Delivery(kind="digest", channel="email", person=judge, key=str(TODAY), notices=[1])
    assert compose(delivery, EIGHT) is None


# --- by text message ----------------------------------------------------------------------------------------
@pytest.fixture
def gateway(court):
    return Endpoint.objects.create(court=court, channel="sms", name="短信", address="https://sms.example/")


def test_a_text_message_goes_to_who_asked_for_it_and_only_of_what_is_severe(told, judge, gateway):
    told("mid"), told("urgent")
    Preference.objects.create(person=judge, sms=True)
    mail, text = sorted(queued(), key=lambda delivery: delivery.channel)
    assert (mail.channel, text.channel, text.endpoint) == ("email", "sms", gateway)
    message = compose(text, EIGHT)
    assert message.count == 1
    assert "川1502" not in message.text and message.link in message.text


def test_no_text_message_tells_of_what_is_not_severe_whatever_the_ladder_says(
    told, judge, gateway, monkeypatch
):
    told("mid")
    Preference.objects.create(person=judge, sms=True)
    law = law_in_use()
    loud = {
        code: tuple(replace(each, stages=tuple(replace(rung, channels=("sms",)) for rung in each.stages)) for each in ladder)
        for code, ladder in law.ladders.items()
    }  # fmt: skip
    monkeypatch.setattr(Shelf, "law", replace(law, ladders=loud))
    assert queued() == []


@pytest.mark.parametrize("missing", ["wish", "phone", "gateway", "severity", "channel"])
def test_no_text_message_where_one_of_its_conditions_is_missing(told, judge, gateway, missing):
    told(
        "mid" if missing == "severity" else "overdue",
        **({"kind": "node", "clock": "N01"} if missing == "channel" else {}),
    )
    Preference.objects.create(person=judge, sms=missing != "wish")
    if missing == "phone":
        type(judge).objects.update(phone="")
    if missing == "gateway":
        Endpoint.objects.update(active=False)
    assert [delivery.channel for delivery in queued()] == ["email"]


# --- cost and the whole way -----------------------------------------------------------------------------------
def test_a_court_costs_the_same_number_of_queries_for_two_people_and_for_twenty(told, post, division):
    def people(n):
        for _ in range(n):
            person = post("judge", division=division)
            person.email = f"{person.username}@court.example"
            person.save()
            told("overdue", judge=person, person=person)

    def queries(n):
        Delivery.objects.all().delete()
        people(n)
        with CaptureQueriesContext(connection) as ran:
            queue_digests(at=EIGHT, today=TODAY)
        return len(ran)

    queries(1)
    few = queries(1)
    assert queries(20) == few
    assert Delivery.objects.count() == 22


@pytest.mark.django_db(transaction=True)
def test_a_digest_arrives_at_a_real_mail_server(told, mail):
    told("overdue")
    queue_digests(at=EIGHT, today=TODAY)
    assert send_due(at=EIGHT)["sent"] == 1
    assert send_due(at=moment(9))["sent"] == 0
    (received,) = mail.mails
    assert received["To"] == "zhou@court.example"
    assert Delivery.objects.get().subject == "〔明镜〕期限提醒：已超 1 件"


def test_a_stalled_case_is_called_stalled_and_never_overdue():
    said = when_due("stalled", TODAY - timedelta(days=40), TODAY)
    assert said == "停滞，超过通常停留 40 天"
    assert when_due("pause", TODAY, TODAY) == "复核日 2026-06-30 · 今日到期"
    assert when_due("statutory", TODAY - timedelta(days=1), TODAY) == "到期日 2026-06-29 · 已超 1 天"
