"""Background work of the alerts; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from datetime import date

from celery import shared_task
from django.utils import timezone

from alerts import sweeps
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
    done = sweeps.sweep_court(court_id, on, timezone.now())
    return {"raised": done.raised, "closed": done.closed, "late": done.late, "told": done.told}


@shared_task
def measure_spans() -> int:
    """How long cases usually stay after each event; how many rows changed."""
    return sweeps.measure_spans(today())
