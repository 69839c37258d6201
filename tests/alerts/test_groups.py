"""What a group is told: how many, at which stage, and where to look."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from alerts import digest
from alerts.groups import compose, queue_groups
from alerts.guarded import Unfinished
from alerts.models import Delivery, Endpoint
from alerts.tasks import queue_digests
from courts.models import Court, Division, FixedDay
from tests.alerts.told import EIGHT, PARTY, TODAY, alert_on, moment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def endpoint(court):
    """``endpoint("wecom")``: an active endpoint of the court."""

    def create(channel="wecom", at=court, **fields):
        name = f"{channel}{Endpoint.objects.count()}"
        return Endpoint.objects.create(
            court=at, channel=channel, name=name, address="https://group.example/hook", **fields
        )

    return create


def test_every_active_robot_and_webhook_gets_one_message_a_working_day(endpoint, file_case):
    alert_on(file_case(), "overdue")
    for channel in ("wecom", "dingtalk", "feishu", "webhook"):
        endpoint(channel)
    endpoint("wecom", active=False), endpoint("sms")
    assert queue_groups(at=EIGHT, today=TODAY) == 4
    assert queue_groups(at=moment(11), today=TODAY) == 0
    assert sorted(Delivery.objects.values_list("channel", flat=True)) == [
        "dingtalk",
        "feishu",
        "webhook",
        "wecom",
    ]
    saturday = date(2026, 7, 4)
    assert queue_groups(at=moment(9, day=saturday), today=saturday) == 0


def test_nothing_is_said_where_nothing_stands(endpoint, file_case, court):
    endpoint()
    assert queue_groups(at=EIGHT, today=TODAY) == 0
    alert_on(file_case(sealed="juvenile"), "overdue")
    elsewhere = Court.objects.get(code="川1503")
    alert_on(
        file_case(court=elsewhere, division=Division.objects.create(court=elsewhere, name="民一庭")),
        "overdue",
    )
    assert queue_groups(at=EIGHT, today=TODAY) == 0


def test_the_message_counts_each_case_once_at_its_worst_and_names_none(endpoint, file_case):
    endpoint()
    case = file_case()
    alert_on(case, "mid"), alert_on(case, "overdue", kind="node", clock="N01")
    alert_on(file_case(), "urgent"), alert_on(file_case(sealed="juvenile"), "urgent")
    queue_groups(at=EIGHT, today=TODAY)
    message = compose(Delivery.objects.get(), EIGHT)
    assert message.subject == "〔明镜〕宜宾市翠屏区人民法院期限预警：已超 1 件、紧急 1 件"
    assert message.count == 2
    assert message.link.endswith("/alerts/day/")
    assert "川1502" not in message.text and PARTY not in message.text and not message.attachments


def test_what_was_dealt_with_before_sending_is_not_sent(endpoint, file_case):
    endpoint()
    alert = alert_on(file_case(), "overdue")
    queue_groups(at=EIGHT, today=TODAY)
    alert.closed_at = EIGHT
    alert.save()
    assert compose(Delivery.objects.get(), EIGHT) is None


def test_a_late_message_names_the_day_it_goes_and_gives_way_to_a_newer_one(endpoint, file_case):
    alert_on(file_case(), "overdue")
    robot = endpoint()
    queue_groups(at=EIGHT, today=TODAY)
    first, tomorrow = Delivery.objects.get(), TODAY + timedelta(days=1)
    FixedDay.objects.update(day=tomorrow)
    assert "2026-07-01" in compose(first, EIGHT).text
    queue_groups(at=moment(8, day=tomorrow), today=tomorrow)
    assert compose(first, EIGHT) is None
    other = Delivery.objects.create(
        court=robot.court, endpoint=endpoint(), channel="wecom", kind="group", key=str(TODAY), created_at=EIGHT,
        next_at=EIGHT,
    )  # fmt: skip
    assert compose(other, EIGHT)  # the newer one goes to another group


def test_what_fails_for_one_kind_of_message_leaves_the_others(endpoint, file_case, monkeypatch, caplog):
    alert_on(file_case(), "overdue")
    endpoint()

    def broken(*, at, today):
        raise DatabaseError("摘要")

    monkeypatch.setattr(digest, "queue_digests", broken)
    monkeypatch.setattr(timezone, "now", lambda: EIGHT)
    with pytest.raises(Unfinished, match="digests"):
        queue_digests()
    assert Delivery.objects.get().kind == "group"
    assert "摘要" in caplog.text
