"""Background work of quota; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from courts.clock import today
from quota import lots


@shared_task
def commit_seeds() -> int:
    """The seeds of today's lots, before anybody files a case."""
    return lots.commit_seeds(on=today(), at=timezone.now())


@shared_task
def reveal_seeds() -> int:
    """The seeds that are due are told."""
    return lots.reveal_seeds(today=today(), at=timezone.now())
