"""Deliveries: queued once, sent once, put off while a server is down, never lost and never given up silently."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.conf import settings as house
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from alerts import deliveries
from alerts.channels import BOUNCED
from alerts.composing import COMPOSERS, WRITERS
from alerts.deliveries import queue, retry_delays, send_due, sending_state
from alerts.messages import Message, Undeliverable
from alerts.models import Delivery, Endpoint, Preference
from courts.ciphers import lock
from courts.models import Court, FixedDay
from tests.alerts.servers import mail_server, says, web_server

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 30, 1, tzinfo=UTC)
FRIDAY = date(2026, 7, 3)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def day(db):
    FixedDay.objects.create(day=AT.date())


@pytest.fixture
def mail(settings):
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def web(settings):
    with web_server(settings) as server:
        yield server


@pytest.fixture
def person(judge):
    judge.email, judge.phone = "zhou@court.example", "13800138000"
    judge.save()
    return judge


@pytest.fixture
def queued(court, person):
    """``queued("a")``: a test message to the person by mail under that key; what differs may be given."""

    def create(key="a", **given):
        return queue(
            **({"kind": "system", "channel": "email", "court": court, "at": AT, "person": person} | given),
            key=key,
        )

    return create


@pytest.fixture
def robot(court, web):
    return Endpoint.objects.create(court=court, channel="wecom", name="工作群", address=web.address)


def again(delivery):
    return Delivery.objects.get(pk=delivery.pk)


# --- queueing ----------------------------------------------------------------------------------------------
def test_the_same_message_is_queued_once(queued, robot):
    assert queued() == queued(at=AT + HOUR)
    assert queued("b") != queued()
    group = {"channel": "wecom", "person": None, "endpoint": robot}
    assert queued(**group) == queued(**group)
    assert Delivery.objects.count() == 3


def test_what_was_sent_is_not_queued_again(queued, mail):
    queued()
    send_due(at=AT)
    assert queued().state == "sent"
    assert send_due(at=AT + DAY)["sent"] == 0


def test_nothing_is_queued_for_who_left_or_has_no_address(queued, person):
    person.email = ""
    assert queued() is None
    person.email, person.is_active = "a@b.cn", False
    assert queued() is None
    assert queued(person=None) is None
    assert not Delivery.objects.exists()


def test_a_text_message_needs_a_phone_and_the_courts_own_gateway(queued, person, court):
    assert queued(channel="sms") is None
    other = Court.objects.get(code="川1503")
    for place, active in ((other, True), (court, False), (court, True)):
        gate = Endpoint.objects.create(
            court=place, channel="sms", name=f"短信{active}", address="http://g", active=active
        )
    assert queued(channel="sms").endpoint == gate
    person.phone = ""
    assert queued("b", channel="sms") is None


def test_a_group_message_goes_to_an_active_endpoint_of_the_court_only(queued, robot, court):
    group = {"channel": "wecom", "person": None, "endpoint": robot}
    assert queued("a", **group, court=Court.objects.get(code="川1503")) is None
    assert queued("b", **group | {"channel": "feishu"}) is None
    robot.active = False
    assert queued("c", **group) is None
    assert not Delivery.objects.exists()


def test_a_message_waits_for_its_moment(queued, mail):
    assert queued(not_before=AT + HOUR).next_at == AT + HOUR
    assert send_due(at=AT)["sent"] == 0
    assert send_due(at=AT + HOUR)["sent"] == 1


def test_beyond_a_persons_messages_a_day_the_rest_waits_for_the_days_after(queued):
    prompts = [queued(str(n), kind="prompt") for n in range(11)]
    assert [(row.next_at - AT).days for row in prompts] == [0] * 5 + [1] * 5 + [2]
    assert queued("digest", kind="digest").next_at == AT


def test_one_message_by_two_channels_counts_once(queued, court, web):
    Endpoint.objects.create(court=court, channel="sms", name="短信", address=web.address)
    for n in range(5):
        for channel in ("email", "sms"):
            assert queued(str(n), kind="prompt", channel=channel).next_at == AT
    assert queued("5", kind="prompt").next_at == AT + DAY


def test_another_persons_messages_leave_ones_own_room(queued, president):
    president.email = "zheng@court.example"
    president.save()
    for n in range(5):
        queued(str(n), kind="prompt", person=president)
    assert queued("x", kind="prompt").next_at == AT


# --- the hours of the receiver ---------------------------------------------------------------------------------
def test_a_message_waits_for_the_persons_own_hours_and_one_of_the_system_for_none(queued, person):
    Preference.objects.create(person=person, quiet_from=time(18), quiet_to=time(10, 30))
    for kind in ("prompt", "list", "subscription", "digest"):
        assert queued(kind, kind=kind).next_at == AT + 1.5 * HOUR, kind
    assert queued("test", kind="system").next_at == AT


def test_a_message_queued_at_night_or_on_a_day_off_goes_on_the_next_working_morning(queued, robot):
    night = AT + 13 * HOUR  # 22:00
    assert queued("person", kind="prompt", at=night).next_at == AT + 23 * HOUR
    group = {"kind": "group", "channel": "wecom", "person": None, "endpoint": robot}
    assert queued("group", **group, at=night).next_at == AT + 23 * HOUR
    FixedDay.objects.update(day=FRIDAY + timedelta(days=1))
    assert queued("off", kind="prompt", at=AT).next_at == AT + 2 * DAY - HOUR


def test_room_is_looked_for_on_working_days_alone(queued):
    FixedDay.objects.update(day=FRIDAY)
    friday = AT + 3 * DAY
    rows = [queued(str(n), kind="prompt", at=friday) for n in range(7)]
    assert [row.next_at - friday for row in rows] == [0 * DAY] * 5 + [3 * DAY - HOUR] * 2


def test_a_failure_is_retried_within_minutes_by_day_and_in_the_morning_at_night(queued, mail):
    row = queued(kind="prompt")
    for at, earliest, latest in [
        (AT, MINUTE, 2 * MINUTE),
        (AT + 11 * HOUR - MINUTE, 12 * HOUR + MINUTE, 12 * HOUR + MINUTE),  # 19:59
    ]:
        Delivery.objects.update(attempts=1, claimed_until=AT)
        deliveries.put_off(again(row), at, Undeliverable("忙"))
        assert earliest <= again(row).next_at - at <= latest


def test_what_is_overdue_at_night_waits_for_the_morning_and_that_is_no_attempt(queued, mail, web, robot):
    group = {"kind": "group", "channel": "wecom", "person": None, "endpoint": robot}
    rows, about_the_system = [queued(kind="prompt"), queued(**group)], queued("test")
    Delivery.objects.exclude(pk=about_the_system.pk).update(attempts=3, problem="忙")
    night = AT + 13 * HOUR  # 22:00, after a day without a worker
    assert send_due(at=night) == {"sent": 1, "put_off": 2, "failed": 0, "dropped": 0}
    assert again(about_the_system).state == "sent" and web.asked == []
    for row in map(again, rows):
        assert (row.state, row.attempts, row.problem, row.claimed_until) == ("waiting", 3, "忙", None)
        assert timedelta(0) <= row.next_at - (AT + 23 * HOUR) < MINUTE
    assert send_due(at=AT + 23 * HOUR + MINUTE)["put_off"] == 0


def test_what_is_overdue_heeds_the_persons_own_hours_and_the_days_off(queued, person):
    row = queued(kind="prompt")
    assert row.next_at == AT
    Preference.objects.create(person=person, quiet_from=time(20), quiet_to=time(14))
    assert send_due(at=AT + 4 * HOUR)["put_off"] == 1  # 13:00
    assert timedelta(0) <= again(row).next_at - (AT + 5 * HOUR) < MINUTE
    assert sending_state(AT + 4 * HOUR).waiting == 0  # by plan, not by a failure
    FixedDay.objects.update(day=FRIDAY + timedelta(days=1))
    assert send_due(at=AT + 4 * DAY)["put_off"] == 1
    assert timedelta(0) <= again(row).next_at - (AT + 6 * DAY + 5 * HOUR) < MINUTE


def test_a_demo_court_is_disturbed_by_its_own_days_at_the_hours_of_the_clock(queued):
    sunday = datetime(2026, 11, 22, 14, tzinfo=UTC)  # 22:00; the court's day is a Tuesday
    assert queued(kind="prompt", at=sunday).next_at == sunday + 10 * HOUR


# --- sending -----------------------------------------------------------------------------------------------
def test_a_sent_message_keeps_its_proof_and_what_it_said_as_a_digest(queued, mail):
    delivery = queued()
    assert send_due(at=AT) == {"sent": 1, "put_off": 0, "failed": 0, "dropped": 0}
    delivery = again(delivery)
    assert (delivery.state, delivery.proof, delivery.attempts) == ("sent", "250 2.0.0 queued as 1", 1)
    assert delivery.subject == mail.mails[0]["Subject"] == "〔明镜〕测试消息"
    assert len(delivery.digest) == 64
    assert delivery.sent_at - AT < MINUTE
    assert delivery.claimed_until is None


def test_the_words_are_written_at_the_moment_of_sending(queued, mail, monkeypatch):
    moments = []
    monkeypatch.setitem(COMPOSERS, "system", lambda delivery, at: moments.append(at))
    delivery = queued()
    assert send_due(at=AT + HOUR)["dropped"] == 1
    assert moments[0] - AT >= HOUR
    assert again(delivery).state == "dropped"
    assert mail.taken == []


def test_who_left_after_queueing_gets_nothing(queued, mail, person):
    delivery = queued()
    person.is_active = False
    person.save()
    assert send_due(at=AT)["dropped"] == 1
    assert again(delivery).problem == "收件人的账号已停用"
    assert mail.taken == []


def test_an_endpoint_switched_off_after_queueing_gets_nothing(queued, robot, web):
    delivery = queued(channel="wecom", person=None, endpoint=robot)
    Endpoint.objects.update(active=False)
    assert send_due(at=AT)["dropped"] == 1
    assert again(delivery).problem == "没有启用的发送端点"
    assert web.asked == []


def test_a_mail_server_down_for_an_hour_loses_nothing_and_repeats_nothing(queued, mail):
    for n in range(8):
        queued(str(n))
    mail.stop()
    moment = AT
    while moment < AT + HOUR:
        assert send_due(at=moment)["sent"] == 0
        moment += 2 * MINUTE
    assert Delivery.objects.filter(state="waiting").count() == 8
    assert sending_state(moment).oldest_waiting_at == AT
    mail.start()
    while moment < AT + 3 * HOUR:
        send_due(at=moment)
        moment += 2 * MINUTE
    assert Delivery.objects.filter(state="sent").count() == len(mail.taken) == 8
    assert len({arrived["Message-ID"] for arrived in mail.mails}) == 8


def test_a_server_that_does_not_answer_is_asked_once_and_holds_up_no_other_channel(queued, mail, robot):
    for n in range(5):
        queued(str(n))
    group = queued("g", channel="wecom", person=None, endpoint=robot, at=AT + MINUTE)
    mail.stop()
    assert send_due(at=AT + MINUTE) == {"sent": 1, "put_off": 1, "failed": 0, "dropped": 0}
    assert again(group).state == "sent"
    assert Counter(Delivery.objects.filter(channel="email").values_list("attempts", flat=True)) == {
        0: 4,
        1: 1,
    }


def test_delays_grow_for_about_two_days_and_then_the_failure_is_told(queued, web, robot):
    web.answers = says(b"", 500)
    delivery = queued(channel="wecom", person=None, endpoint=robot)
    moment, waits = AT, []
    while again(delivery).state == "waiting":
        send_due(at=moment)
        after = again(delivery).next_at
        waits.append(after - moment)
        moment = max(after, moment)
    assert len(waits) == len(retry_delays) + 1 == len(web.asked)
    for wait, delay in zip(waits, retry_delays, strict=False):
        assert delay <= wait <= 1.2 * delay + timedelta(seconds=5)
    assert 40 * HOUR < moment - AT < 56 * HOUR
    assert (again(delivery).state, again(delivery).problem.endswith("应答 500")) == ("failed", True)


def test_a_lasting_refusal_is_not_tried_again_and_counted_as_bounced(queued, mail, person):
    mail.refuses = {person.email: "550 5.1.1 no such user"}
    delivery = queued()
    assert send_due(at=AT)["failed"] == 1
    assert again(delivery).problem == f"{BOUNCED}：550 5.1.1 no such user"
    assert send_due(at=AT + DAY)["failed"] == 0
    state = sending_state(AT + HOUR)
    assert (state.failed_today, state.bounced_today, state.waiting) == (1, 1, 0)
    assert sending_state(AT + DAY).failed_today == 0


def test_a_delivery_that_cannot_be_written_waits_and_the_others_go(queued, mail, monkeypatch):
    write = COMPOSERS["system"]

    def poisoned(delivery, at):
        if delivery.key == "bad":
            with connection.cursor() as cursor:
                cursor.execute("SELECT secret_words FROM nowhere")
        if delivery.key == "worse":
            raise KeyError("（2026）川1502民初1号")
        return write(delivery, at)

    monkeypatch.setitem(COMPOSERS, "system", poisoned)
    for key in ("bad", "worse", "a", "b"):
        queued(key)
    assert send_due(at=AT) == {"sent": 2, "put_off": 2, "failed": 0, "dropped": 0}
    worse = Delivery.objects.get(key="worse")
    assert (worse.state, worse.problem) == ("waiting", "撰写或发送时出错（KeyError），详情见服务日志")
    assert AT + MINUTE <= worse.next_at <= AT + 2 * MINUTE
    assert sending_state(AT + timedelta(seconds=30)).waiting == 2  # put off by a failure, not by plan


def test_a_delivery_that_stops_its_worker_every_time_is_given_up_with_one_sentence(queued, mail):
    delivery = queued()
    Delivery.objects.update(attempts=len(retry_delays) + 1, claimed_until=AT)
    assert send_due(at=AT)["failed"] == 1
    assert again(delivery).problem == "每次发送时进程都中断，已停止发送"
    assert mail.taken == []


def test_a_claim_taken_over_is_not_overwritten_by_the_slow_worker(queued):
    slow = deliveries.claim((queued(), AT)[1], set())
    quick = deliveries.claim(AT + 6 * MINUTE, set())
    assert (slow.pk, quick.attempts) == (quick.pk, 2)
    deliveries.put_off(slow, AT + 7 * MINUTE, Undeliverable("慢"))
    assert again(quick).claimed_until == AT + 11 * MINUTE
    deliveries.finish(quick, state="sent", sent_at=AT)
    deliveries.put_off(slow, AT + 7 * MINUTE, Undeliverable("慢", lasting=True))
    assert again(quick).state == "sent"


def test_a_claimed_delivery_is_left_alone_until_the_lease_ends(queued):
    queued()
    assert deliveries.claim(AT, set()).claimed_until == AT + 5 * MINUTE
    assert deliveries.claim(AT + 4 * MINUTE, set()) is None
    assert deliveries.claim(AT + 5 * MINUTE, set()) is not None


def test_the_state_counts_what_should_have_gone(queued):
    queued("a")
    queued("later", not_before=AT + DAY)
    assert (sending_state(AT).waiting, sending_state(AT).oldest_waiting_at) == (1, AT)
    assert sending_state(AT - MINUTE).waiting == 0


def test_every_kind_of_message_has_somebody_who_writes_it():
    assert set(COMPOSERS) == set(dict(Delivery.KINDS))
    assert all(callable(import_string(name)) for name in WRITERS.values())


def test_the_digest_differs_with_any_word():
    one = Message("题", "文", count=3, link="http://a/")
    others = [Message("题", "文", count=4, link="http://a/"), Message("题文", "", count=3, link="http://a/")]
    assert len({deliveries.digest_of(message) for message in (one, *others)}) == 3


# --- workers that are killed, workers at once ---------------------------------------------------------------
WORKER = """
import sys
import django
django.setup()
from datetime import datetime
from alerts import channels, deliveries


def stop_here(*args, **kwargs):
    print("half way", flush=True)
    sys.stdin.readline()


act, at = sys.argv[1], datetime.fromisoformat(sys.argv[2])
if act == "before sending":
    channels.Email.send = stop_here
if act == "before recording":
    deliveries.finish = stop_here
if act == "together":
    stop_here()
sent = 0
while done := deliveries.send_due(at=at, limit=1000)["sent"]:
    sent += done
print(f"sent {sent}", flush=True)
"""


@pytest.fixture
def worker(settings):
    """``worker("before sending")``: a process of its own on this test's database, stopped half way."""
    started = []

    def start(act):
        base = os.environ["DATABASE_URL"].rpartition("/")[0]
        own = {
            "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}", "DJANGO_SETTINGS_MODULE": "config.settings",
            "EMAIL_HOST": settings.EMAIL_HOST, "EMAIL_PORT": str(settings.EMAIL_PORT),
            "DEFAULT_FROM_EMAIL": "mingjing@court.example",
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, act, AT.isoformat()], cwd=house.BASE_DIR, env=os.environ | own,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        assert process.stdout.readline().strip() == "half way"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_claim_and_sending_loses_nothing(queued, mail, worker):
    delivery = queued()
    worker("before sending").send_signal(signal.SIGKILL)
    assert again(delivery).attempts == 1
    assert send_due(at=AT + MINUTE)["sent"] == 0
    assert send_due(at=AT + 6 * MINUTE)["sent"] == 1
    assert len(mail.taken) == 1
    assert (again(delivery).state, again(delivery).attempts) == ("sent", 2)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_sending_and_recording_repeats_it_recognisably(queued, mail, worker):
    delivery = queued()
    worker("before recording").send_signal(signal.SIGKILL)
    assert again(delivery).state == "waiting"
    assert len(mail.taken) == 1
    assert send_due(at=AT + 6 * MINUTE)["sent"] == 1
    assert again(delivery).state == "sent"
    first, repeat = mail.mails
    assert first["Message-ID"] == repeat["Message-ID"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_of_two_hundred_once(queued, mail, worker):
    for n in range(200):
        queued(str(n))
    workers = [worker("together") for _ in range(2)]
    for process in workers:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=300)[0] for process in workers]
    assert Delivery.objects.filter(state="sent", attempts=1).count() == 200, said
    assert len(mail.taken) == len({arrived["Message-ID"] for arrived in mail.mails}) == 200
    assert all("sent 0" not in words for words in said)  # both had their share


def test_a_secret_endpoint_is_sent_to_with_its_key(queued, court, web):
    hook = Endpoint.objects.create(
        court=court, channel="webhook", name="接口", address=web.address, secret=lock("geheim")
    )
    delivery = queued(channel="webhook", person=None, endpoint=hook)
    assert send_due(at=timezone.now())["sent"] == 1
    assert again(delivery).proof == "HTTP 200"
    assert web.asked[0].headers["Mingjing-Signature"]
