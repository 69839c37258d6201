"""Background work of the recomputation; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from alerts.turns import DRAIN, alone
from pipeline import services

SECONDS = 60  # what is left then is taken up at the next beat; others wait for the worker too


@shared_task
def drain_changes() -> dict[str, object]:
    """Nothing where another worker is at it: workers that wait for one another are missing for mail and seals."""
    with alone(DRAIN) as is_alone:
        return services.drain(seconds=SECONDS).as_json() if is_alone else {}


@shared_task
def follow_the_law() -> int:
    """Let the open cases follow a published or withdrawn edition; the drain recomputes them."""
    return services.follow_the_law(at=timezone.now())


@shared_task
def refresh_all() -> int:
    """Every case, in one short statement; the drain recomputes them."""
    return services.note_every_case(at=timezone.now())
