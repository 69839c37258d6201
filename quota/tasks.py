"""Background work of quota; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from courts.clock import today
from courts.models import Court
from quota import breaches, lots


@shared_task
def commit_seeds() -> int:
    """The seeds of today's lots, before anybody files a case."""
    return lots.commit_seeds(on=today(), at=timezone.now())


@shared_task
def reveal_seeds() -> int:
    """The seeds that are due are told."""
    return lots.reveal_seeds(today=today(), at=timezone.now())


@shared_task
def find_breaches() -> int:
    """Simple cases that are slow: a task a court, so that none ends with another."""
    court_ids = list(Court.objects.filter(cases__isnull=False).values_list("pk", flat=True).distinct())
    for court_id in court_ids:
        find_court_breaches.delay(court_id)
    return len(court_ids)


@shared_task
def find_court_breaches(court_id: int) -> int:
    """Those of one court; asked twice, it is as once."""
    return breaches.find_breaches(court=Court.objects.get(pk=court_id), day=today(), at=timezone.now())
