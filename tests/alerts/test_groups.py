"""What a group is told: how many, at which stage, and where to look."""

from __future__ import annotations

from datetime import date

import pytest

from alerts.groups import compose, queue_groups
from alerts.models import Delivery, Endpoint
from courts.models import Court, Division
from tests.alerts.told import EIGHT, PARTY, TODAY, alert_on, moment

pytestmark = pytest.mark.django_db


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
