"""Deliveries (送达): queued once, claimed by one worker, tried again with growing delays, never given up silently.

A worker that dies between claim and sending loses nothing: its claim lapses. One that dies between sending and
recording has the message sent a second time, under the same Message-ID or Idempotency-Key.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import count
from time import monotonic

from django.core.exceptions import ObjectDoesNotExist, SuspiciousOperation
from django.db import DatabaseError, transaction
from django.db.models import Count, Min, Q, Value
from django.db.models.functions import Coalesce, Concat, TruncDate
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils import timezone

from alerts.channels import BOUNCED, CHANNELS
from alerts.composing import COMPOSERS
from alerts.hours import Window, first_open
from alerts.messages import Message, Undeliverable
from alerts.models import Delivery, Endpoint
from alerts.outgoing import Unreachable
from alerts.preferences import preference_of
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than the slowest hand-over
SECONDS = 120  # what is due after that is for the next beat
#: How long after each attempt the next follows; after the last one, about two days of open hours on, the delivery has failed.
retry_delays = tuple(timedelta(minutes=n) for n in (1, 5, 15, 30, 60, 120, 240, *[360] * 6))
JITTER = 0.2  # so that what failed together does not come back together

WITHOUT_BUDGET = ("digest", "system")
#: What our own code and its libraries raise when they are wrong. Such a delivery waits; the others go on.
BROKEN = (
    ArithmeticError, AssertionError, AttributeError, DatabaseError, ImportError, LookupError, NameError,
    ObjectDoesNotExist, OSError, RuntimeError, SuspiciousOperation, TemplateDoesNotExist, TemplateSyntaxError,
    TypeError, ValueError,
)  # fmt: skip


# --- queueing ----------------------------------------------------------------------------------------------
def queue(
    *,
    kind: str,
    channel: str,
    key: str,
    court: Court | None,
    at: datetime,
    person: User | None = None,
    endpoint: Endpoint | None = None,
    notices: Iterable[int] = (),
    not_before: datetime | None = None,
) -> Delivery | None:
    """Queue a message once: the same kind, channel, receiver and key is one delivery, however often it is queued.

    None where it cannot go: a person who left or has no address, a channel the court has not set up. A text message
    finds the court's gateway by itself. It waits for the receiver's hours, and beyond a person's messages a day for
    a day with room.
    """
    if channel == "sms" and endpoint is None and court is not None:
        endpoint = Endpoint.objects.filter(court=court, channel="sms", active=True).order_by("pk").first()
    to = {"kind": kind, "channel": channel, "person": person, "endpoint": endpoint, "key": key}
    wanted = Delivery(**to, court=court, notices=list(notices), created_at=at)
    if obstacle(wanted):
        return None
    wanted.next_at = moment_with_room(wanted, max(at, not_before or at), at)
    Delivery.objects.bulk_create([wanted], ignore_conflicts=True)
    return Delivery.objects.get(**to)


def obstacle(delivery: Delivery) -> str:
    """Why it cannot be handed over to this receiver at all; empty where it can."""
    person, endpoint = delivery.person, delivery.endpoint
    if delivery.channel in ("email", "sms"):
        if person is None or not person.is_active:
            return "收件人的账号已停用"
        if not (person.email if delivery.channel == "email" else person.phone):
            return f"收件人没有登记{'电子邮箱' if delivery.channel == 'email' else '手机号'}"
    if delivery.channel == "email":
        return ""
    if endpoint is None or not endpoint.active or endpoint.channel != delivery.channel:
        return "没有启用的发送端点"
    return "" if endpoint.court_id == delivery.court_id else "发送端点不属于本院"


def moment_with_room(delivery: Delivery, earliest: datetime, at: datetime) -> datetime:
    """When it may go: on the first day on which the person's messages (每人每日上限) leave room for one more."""
    hours = hours_of(delivery)
    if delivery.person is None or delivery.kind in WITHOUT_BUDGET:
        return in_hours(hours, earliest, at)
    most = max(1, int(law_in_use().setting("messages_a_day", today())))
    planned = planned_messages(delivery, earliest)
    days = (in_hours(hours, earliest + timedelta(days=n), at) for n in count())
    return next(moment for moment in days if planned.get(timezone.localdate(moment), 0) < most)


def hours_of(delivery: Delivery) -> Window | None:
    """When its receiver may be disturbed; None for what concerns the running of the system: that goes at any hour."""
    if delivery.kind == "system":
        return None
    window = Window.of(delivery.court_id, today())
    return window.for_person(preference_of(delivery.person)) if delivery.person else window


def in_hours(hours: Window | None, moment: datetime, at: datetime) -> datetime:
    return first_open(moment, at, hours) if hours else moment


def planned_messages(delivery: Delivery, at: datetime) -> dict[date, int]:
    """How many other messages the person has had or will have per day; by two channels it is one message."""
    others = Delivery.objects.filter(person=delivery.person).exclude(kind__in=WITHOUT_BUDGET)
    others = others.exclude(state="dropped").exclude(kind=delivery.kind, key=delivery.key)
    days = others.annotate(day=TruncDate(Coalesce("sent_at", "next_at")))
    days = days.filter(day__gte=timezone.localdate(at)).values_list("day")
    return dict(days.annotate(n=Count(Concat("kind", Value(":"), "key"), distinct=True)))


# --- sending -----------------------------------------------------------------------------------------------
#: One statement, committed before anything is sent. Those another worker holds are passed over, not waited for.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM alerts_delivery
     WHERE state = 'waiting' AND next_at <= %(at)s AND (claimed_until IS NULL OR claimed_until <= %(at)s)
       AND NOT channel || ':' || COALESCE(endpoint_id::text, '') = ANY(%(shut)s)
     ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE alerts_delivery d SET claimed_until = %(until)s, attempts = attempts + 1 FROM due WHERE d.id = due.id
RETURNING d.*"""


#: Whose moment passed longer ago was planned for other hours than these.
LATE = timedelta(hours=1)


def send_due(*, at: datetime, limit: int = 50) -> dict[str, int]:
    """Hand over what is due, at most ``limit``; returns how many were sent, put off, failed and dropped.

    What is long overdue outside the receiver's hours is put off to them. A server that does not answer is asked once: what
    else would go there waits for the next run. Must not be called in a transaction.
    """
    done, shut, begun = Counter(sent=0, put_off=0, failed=0, dropped=0), set[str](), monotonic()
    for _ in range(limit):
        moment = at + timedelta(seconds=monotonic() - begun)
        claimed = claim(moment, shut) if moment - at < timedelta(seconds=SECONDS) else None
        if claimed is None:
            break
        done[deliver(claimed, moment, shut)] += 1
    return dict(done)


def claim(at: datetime, shut: set[str]) -> Delivery | None:
    """The next delivery that is due, held for the length of a lease."""
    with transaction.atomic(durable=True):
        found = Delivery.objects.raw(CLAIM, {"at": at, "until": at + LEASE, "shut": sorted(shut)})
        return next(iter(found), None)


def deliver(delivery: Delivery, at: datetime, shut: set[str]) -> str:
    """Write it and hand it over; whatever happens is recorded, and only about this one."""
    if delivery.attempts > len(retry_delays) + 1:
        return put_off(delivery, at, Undeliverable("每次发送时进程都中断，已停止发送"))
    if problem := obstacle(delivery):
        return finish(delivery, state="dropped", problem=problem)
    if at - delivery.next_at > LATE and (opens := in_hours(hours_of(delivery), at, at)) > at:
        return hold_until(delivery, opens)
    try:
        message = composed(delivery, at)
        proof = CHANNELS[delivery.channel].send(message, delivery) if message else ""
    except Undeliverable as refusal:
        if isinstance(refusal, Unreachable):
            shut.add(f"{delivery.channel}:{delivery.endpoint_id or ''}")
        return put_off(delivery, at, refusal)
    except BROKEN as error:
        logger.exception("delivery %s could not be written or handed over", delivery.pk)
        return put_off(
            delivery, at, Undeliverable(f"撰写或发送时出错（{type(error).__name__}），详情见服务日志")
        )
    if message is None:
        return finish(delivery, state="dropped")
    said = {"subject": message.subject[:200], "digest": digest_of(message), "proof": proof[:500]}
    return finish(delivery, state="sent", sent_at=at, problem="", **said)


def composed(delivery: Delivery, at: datetime) -> Message | None:
    with transaction.atomic():  # a broken query leaves the connection usable
        return COMPOSERS[delivery.kind](delivery, at)


def digest_of(message: Message) -> str:
    """What was said, provable later without being kept."""
    hashed = sha256()
    for part in (message.subject, message.text, message.html, message.link, str(message.count)):
        hashed.update(part.encode() + b"\0")
    for file in message.attachments:
        hashed.update(file.name.encode() + b"\0" + file.content)
    return hashed.hexdigest()


def put_off(delivery: Delivery, at: datetime, refusal: Undeliverable) -> str:
    """Try again in the receiver's hours after the delay of this attempt, or give up with the reason.

    ``next_at`` is then when it failed.
    """
    problem = refusal.problem[:300]
    if refusal.lasting or delivery.attempts > len(retry_delays):
        return finish(delivery, state="failed", problem=problem, next_at=at)
    delay = retry_delays[delivery.attempts - 1] * (1 + JITTER * random.random())
    next_at = in_hours(hours_of(delivery), at + delay, at)
    finish(delivery, state="waiting", problem=problem, next_at=next_at)
    return "put_off"


def hold_until(delivery: Delivery, opens: datetime) -> str:
    """What should have gone earlier, while no worker ran, waits for the receiver's hours; that is no attempt."""
    finish(delivery, state="waiting", next_at=opens, attempts=delivery.attempts - 1)
    return "put_off"


def finish(delivery: Delivery, *, state: str, **fields: object) -> str:
    """Record the outcome and let go. Sent is sent whoever holds it; anything else only while the claim is ours."""
    mine = Delivery.objects.filter(pk=delivery.pk, state="waiting")
    if state != "sent":
        mine = mine.filter(claimed_until=delivery.claimed_until)
    if not mine.update(state=state, claimed_until=None, **fields):
        logger.warning("delivery %s was %s, but another worker had taken it over", delivery.pk, state)
    return state


# --- how it goes ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SendingState:
    """Whether messages get out: due and not handed over, since when, and what failed today."""

    waiting: int
    oldest_waiting_at: datetime | None
    failed_today: int
    bounced_today: int


def sending_state(at: datetime) -> SendingState:
    """For the page about the running system. Waiting counts what should have gone by now, not what is put off by plan."""
    late = Delivery.objects.filter(Q(next_at__lte=at) | Q(attempts__gt=0), state="waiting")
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    failed = Delivery.objects.filter(state="failed", next_at__gte=midnight, next_at__lte=at)
    first = late.aggregate(n=Count("pk"), since=Min("created_at"))
    return SendingState(
        first["n"], first["since"], failed.count(), failed.filter(problem__startswith=BOUNCED).count()
    )
