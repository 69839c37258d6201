"""Endpoints (发送端点) and what a person does about sending: set up, change, switch off, try out, send again.

Neither secrets nor full addresses stand in the trail: a robot's address holds its key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from alerts.deliveries import queue
from alerts.models import Delivery, Endpoint
from alerts.outgoing import host_of
from audit import trail
from courts.ciphers import lock
from courts.models import Court, User
from courts.roles import Permission

SENDING = Permission.MANAGE_SENDING
SECRET_AGAIN = _("主机已改变，原密钥不能用于新主机，请重新填写密钥。")


def endpoints_of(user: User) -> QuerySet[Endpoint]:
    """The endpoints of the courts whose sending this person manages."""
    found = Endpoint.objects.filter(court__in=user.courts_where(SENDING)).select_related("court")
    return found.order_by("court__position", "court_id", "name")


def deliveries_of(user: User) -> QuerySet[Delivery]:
    """The deliveries of those courts, newest first; another court's are nobody's business here."""
    found = Delivery.objects.filter(court__in=user.courts_where(SENDING))
    return found.select_related("person", "endpoint").order_by("-created_at", "-pk")


def permit(act: str, *, court_id: int | None, by: User, on: Any = None) -> None:
    if court_id not in by.courts_where(SENDING):
        raise trail.Refused("您的职务不能管理这个法院的消息发送。", act=act, on=on, by=by)


@transaction.atomic
def create_endpoint(
    *, court: Court, channel: str, name: str, address: str, secret: str, template: dict[str, Any], by: User,
    at: datetime,
) -> Endpoint:  # fmt: skip
    """Set up where messages of a court may go. The address was checked against the allow-list by the form."""
    act = "alerts.create_endpoint"
    permit(act, court_id=court.pk, by=by, on=court)
    endpoint = Endpoint.objects.create(
        court=court, channel=channel, name=name, address=address, secret=lock(secret), template=template
    )
    trail.record(act, on=endpoint, by=by, at=at, after=as_recorded(endpoint))
    return endpoint


@transaction.atomic
def change_endpoint(
    *, endpoint: Endpoint, name: str, address: str, secret: str, template: dict[str, Any], by: User, at: datetime
) -> Endpoint:  # fmt: skip
    """Change an endpoint; an empty address or secret leaves the one that stands, the secret only for its own host."""
    act = "alerts.change_endpoint"
    permit(act, court_id=endpoint.court_id, by=by, on=endpoint)
    if not secret and is_for_another_host(endpoint, address):
        raise trail.Refused(str(SECRET_AGAIN), act=act, on=endpoint, by=by, status=409)
    before = as_recorded(endpoint)
    endpoint.name, endpoint.template = name, template
    endpoint.address = address or endpoint.address
    if secret:
        endpoint.secret = lock(secret)
    endpoint.save(update_fields=["name", "template", "address", "secret"])
    after = as_recorded(endpoint) | ({"secret": "changed"} if secret else {})
    trail.record(act, on=endpoint, by=by, at=at, before=before, after=after)
    return endpoint


def is_for_another_host(endpoint: Endpoint, address: str) -> bool:
    """Whether the secret would go to a host it was not given for."""
    return bool(address and endpoint.secret) and host_of(address) != host_of(endpoint.address)


@transaction.atomic
def switch_endpoint(*, endpoint: Endpoint, active: bool, by: User, at: datetime) -> None:
    """Switch an endpoint on or off; what waits for one that is off is dropped and says so."""
    act = "alerts.switch_endpoint"
    permit(act, court_id=endpoint.court_id, by=by, on=endpoint)
    if Endpoint.objects.filter(pk=endpoint.pk).exclude(active=active).update(active=active):
        trail.record(act, on=endpoint, by=by, at=at, before={"active": not active}, after={"active": active})
    endpoint.active = active


def as_recorded(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "channel": endpoint.channel, "name": endpoint.name, "host": host_of(endpoint.address),
        "secret": "set" if endpoint.secret else "none", "template": sorted(endpoint.template),
        "active": endpoint.active,
    }  # fmt: skip


@transaction.atomic
def send_test(*, court: Court, endpoint: Endpoint | None, by: User, at: datetime) -> Delivery | None:
    """Queue a real message to the endpoint, or to the person's own mailbox; None where it cannot go."""
    act = "alerts.send_test"
    permit(act, court_id=court.pk, by=by, on=endpoint or court)
    channel = endpoint.channel if endpoint else "email"
    person = by if channel in ("email", "sms") else None
    key = f"test:{at.isoformat()}"
    queued = queue(
        kind="system", channel=channel, key=key, court=court, at=at, person=person, endpoint=endpoint
    )
    if queued:
        trail.record(
            act, on=endpoint or court, by=by, at=at, after={"channel": channel, "delivery": queued.pk}
        )
    return queued


@transaction.atomic
def resend(*, delivery: Delivery, by: User, at: datetime) -> None:
    """Let a failed delivery wait once more, with all its attempts. What waits already is left alone."""
    act = "alerts.resend"
    permit(act, court_id=delivery.court_id, by=by, on=delivery)
    standing = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if standing.state == "waiting":
        return
    if standing.state != "failed":
        raise trail.Refused("只有未送达的消息可以重新发送。", act=act, on=delivery, by=by, status=409)
    before = {"problem": standing.problem, "attempts": standing.attempts}
    Delivery.objects.filter(pk=delivery.pk).update(
        state="waiting", next_at=at, attempts=0, claimed_until=None, problem=""
    )
    trail.record(act, on=delivery, by=by, at=at, before=before)
