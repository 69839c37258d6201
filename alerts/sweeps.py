"""A court's alerts brought to a day (巡检): once a day and court, made up after a downtime, whole or not at all."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from alerts.house import raise_house_alerts
from alerts.models import NodeWatch, Sweep, UsualSpan
from alerts.services import raise_alerts
from alerts.spans import measure_spans
from alerts.telling import tell
from alerts.turns import take_turn
from cases.models import Case
from catalogues.models import Edition
from courts.models import Court, Posting

__all__ = ["bring_court", "claim_courts", "courts_in_use", "courts_to_sweep", "measure_spans", "sweep_court"]

#: A sweep that has not ended by then died with its worker: longer than a task may take.
LEASE = timedelta(minutes=15)
POLICY = ("alert_ladders", "alert_settings", "monitored_nodes", "calendar")


def courts_in_use(today: date) -> QuerySet[Court]:
    """The courts that have cases or people, those whose code nobody recognised yet included: their clocks run too."""
    held = Posting.objects.held_on(today).filter(court=OuterRef("pk"))
    return Court.objects.filter(Exists(Case.objects.filter(court=OuterRef("pk"))) | Exists(held))


def courts_to_sweep(today: date) -> list[int]:
    """The courts not yet brought to this day, or not since a ladder, a setting, a calendar or the set of nodes was changed."""
    return list(due(today).values_list("pk", flat=True))


def is_due(court_id: int, today: date) -> bool:
    return due(today).filter(pk=court_id).exists()


def due(today: date) -> QuerySet[Court]:
    changed = Edition.objects.filter(kind__in=POLICY).aggregate(at=Max("published_at"))["at"]
    switched = NodeWatch.objects.filter(court=OuterRef("court"), at__gt=OuterRef("done_at"))
    done = Sweep.objects.filter(court=OuterRef("pk"), day=today, done_at__isnull=False).exclude(
        Exists(switched)
    )
    return courts_in_use(today).exclude(Exists(done.filter(done_at__gte=changed) if changed else done))


CLAIM = """
INSERT INTO alerts_sweep AS s (court_id, day, started_at, raised, closed, late, told)
SELECT court_id, %(day)s, %(at)s, 0, 0, 0, 0 FROM unnest(%(courts)s::bigint[]) AS wanted(court_id)
ON CONFLICT (court_id, day) DO UPDATE SET started_at = EXCLUDED.started_at
 WHERE s.started_at <= COALESCE(s.done_at, %(at)s - %(lease)s)
RETURNING court_id"""


def claim_courts(today: date, at: datetime) -> list[int]:
    """The courts to sweep whose sweep is not under way, now marked as begun: of two who ask, one gets a court."""
    given = {"day": today, "at": at, "courts": courts_to_sweep(today), "lease": LEASE}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, given)
        return sorted(court_id for (court_id,) in cursor.fetchall())


def sweep_court(court_id: int, today: date, at: datetime) -> Sweep:
    """Raise, close and tell everything of one court as of ``today``. Doing it twice is the same as once."""
    bring_court(court_id, today, at)
    return Sweep.objects.get(court=court_id, day=today)


def bring_court(court_id: int, today: date, at: datetime) -> dict[str, int]:
    """Sweep a court, and say what this one sweep did: how many were raised, closed, raised late and told.

    That it began is kept at once, that it is done together with what was done: a worker that dies leaves a sweep to be
    taken up again.
    """
    begin(court_id, today, at)
    measure_if_never(today)
    with transaction.atomic():
        take_turn(court_id)
        counts = Counter(raise_alerts(None, today, at, court_id=court_id))
        counts.update(raise_house_alerts(court_id, today, at))
        counts["told"] = tell(None, today, at, court_id=court_id)
        finish(court_id, today, counts, at)
    return dict(counts)


def measure_if_never(today: date) -> None:
    """Before the very first sweep nobody knows what is usual."""
    if not UsualSpan.objects.exists() and not Sweep.objects.exclude(done_at=None).exists():
        measure_spans(today)


def begin(court_id: int, today: date, at: datetime) -> None:
    sweep, is_new = Sweep.objects.get_or_create(court_id=court_id, day=today, defaults={"started_at": at})
    if not is_new and sweep.done_at is None:
        Sweep.objects.filter(pk=sweep.pk).update(started_at=at)


def finish(court_id: int, today: date, counts: Counter[str], at: datetime) -> None:
    """Add up what the sweeps of one day did; one that found nothing to do after another leaves the row alone."""
    found = Sweep.objects.filter(court=court_id, day=today)
    if not any(counts.values()):
        found = found.filter(Q(done_at=None) | Q(started_at__gt=F("done_at")))
    found.update(done_at=max(timezone.now(), at), **{name: F(name) + count for name, count in counts.items()})
