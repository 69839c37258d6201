"""Background work of this room; the schedule is in config/celery.py."""

from celery import shared_task
from django.utils import timezone

from audit import services


@shared_task
def seal_trail() -> int:
    return services.seal_trail(at=timezone.now())


@shared_task
def anchor_trail() -> str:
    return str(services.anchor_trail(at=timezone.now()) or "")
