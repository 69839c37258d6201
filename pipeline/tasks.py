"""Background work of the recomputation; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from courts.clock import today
from pipeline import services


@shared_task
def drain_changes() -> dict[str, object]:
    return services.drain(at=timezone.now(), today=today()).as_json()


@shared_task
def refresh_all() -> dict[str, object]:
    return services.refresh_everything(at=timezone.now(), today=today()).as_json()
