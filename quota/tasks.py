"""Background work of quota; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from courts.clock import today
from courts.models import Court, User
from quota import breaches, forecasting, lots, measuring_hours


@shared_task
def commit_seeds() -> int:
    """The seeds of today's lots, before anybody files a case."""
    return lots.commit_seeds(on=today(), at=timezone.now())


@shared_task
def reveal_seeds() -> int:
    """The seeds that are due are told; lots whose case came to a judge in another way are set aside first."""
    lots.void_overtaken(at=timezone.now())
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


@shared_task
def run_measurement(measurement_id: int) -> None:
    """Hours measured, from the beginning."""
    measuring_hours.run_measurement(measurement_id, timezone.now)


@shared_task
def resume_measurements() -> int:
    """Begin anew what a dead worker left; a living one holds its measurement, so asking twice does no harm."""
    waiting = measuring_hours.left_behind(timezone.now())
    for measurement_id in waiting:
        run_measurement.delay(measurement_id)
    return len(waiting)


@shared_task
def forecast_all() -> int:
    """The filings of every court, anew each month: a task a court, so that none ends with another."""
    court_ids = list(Court.objects.filter(cases__isnull=False).values_list("pk", flat=True).distinct())
    for court_id in court_ids:
        forecast_court.delay(court_id)
    return len(court_ids)


@shared_task
def forecast_court(court_id: int, user_id: int | None = None) -> int:
    """The filings of one court; on one day it is forecast once, however often it is asked."""
    by = User.objects.get(pk=user_id) if user_id else None
    courts = [Court.objects.get(pk=court_id)]
    return forecasting.forecast_filings(courts=courts, on=today(), by=by, at=timezone.now())
