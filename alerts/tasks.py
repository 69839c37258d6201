"""Background work of the alerts; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from datetime import date

from celery import shared_task
from django.utils import timezone

from alerts import deliveries, digest, groups, lists, subscriptions, sweeps
from alerts.guarded import each_for_itself
from courts.clock import today


@shared_task
def sweep_courts() -> int:
    """Hand out the courts not yet brought to this day, each once; how many."""
    day = today()
    claimed = sweeps.claim_courts(day, timezone.now())
    for court_id in claimed:
        sweep_court.delay(court_id, day.isoformat())
    return len(claimed)


@shared_task
def sweep_court(court_id: int, day: str) -> dict[str, int]:
    """Sweep one court, unless the day is over or another worker was quicker."""
    on = date.fromisoformat(day)
    if on != today() or not sweeps.is_due(court_id, on):
        return {}
    return sweeps.bring_if_due(court_id, on, timezone.now())


@shared_task
def measure_spans() -> int:
    """How long cases usually stay after each event; how many rows changed."""
    return sweeps.measure_spans(today())


@shared_task
def send_deliveries() -> dict[str, int]:
    """Hand over the messages that are due."""
    return deliveries.send_due(at=timezone.now(), limit=200)


@shared_task
def queue_digests() -> int:
    """What a day brings everybody once: digests, the presidents' lists, the groups' counts; how many were queued."""
    now, day = timezone.now(), today()
    makers = {"digests": digest.queue_digests, "lists": lists.queue_lists, "groups": groups.queue_groups}
    return each_for_itself(makers, lambda make: make(at=now, today=day))


@shared_task
def queue_subscriptions() -> int:
    """The subscriptions that are due; how many were queued."""
    return subscriptions.queue_subscriptions(at=timezone.now(), today=today())
