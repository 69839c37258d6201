"""Background work of supervision; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from courts.clock import today
from supervision import facts, screening, timers


@shared_task
def screen_everything() -> dict[str, int]:
    """The facts of every case brought to this day, and every open case screened."""
    day = today()
    changed = facts.refresh_facts(None, day)
    return {"facts": changed} | screening.screen_cases(None, day, timezone.now())


@shared_task
def expire_flags() -> dict[str, int]:
    """Flags nobody acted on in time go one level up."""
    return timers.expire(today(), timezone.now())
