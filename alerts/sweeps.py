"""A court's alerts brought to a day (巡检): once a day and court, made up after a downtime, whole or not at all."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from alerts.house import raise_house_alerts
from alerts.models import NodeWatch, Sweep, UsualSpan
from alerts.services import raise_alerts
from alerts.spans import measure_spans
from alerts.telling import tell
from alerts.turns import take_turn
from cases.models import Case
from catalogues.selectors import editions_key
from courts import clock
from courts.models import Court, Posting

__all__ = [
    "bring_court", "bring_if_due", "claim_courts", "courts_in_use", "courts_to_sweep", "measure_spans", "sweep_court",
]  # fmt: skip

#: A sweep that has not ended by then died with its worker: longer than a task may take.
LEASE = timedelta(minutes=15)
#: What a sweep goes by; another edition of any other catalogue comes with the clocks.
POLICY = ("alert_ladders", "alert_settings", "monitored_nodes", "calendar")


def courts_in_use(today: date) -> QuerySet[Court]:
    """The courts that have cases or people, those whose code nobody recognised yet included: their clocks run too."""
    held = Posting.objects.held_on(today).values("court")
    return Court.objects.filter(Q(pk__in=Case.objects.order_by().values("court")) | Q(pk__in=held))


def courts_to_sweep(today: date) -> list[int]:
    """The courts not yet brought to this day, or by other ladders, settings, calendars or nodes than are in use now."""
    return list(due(today).values_list("pk", flat=True))


def is_due(court_id: int, today: date) -> bool:
    return due(today).filter(pk=court_id).exists()


def due(today: date) -> QuerySet[Court]:
    done = Sweep.objects.filter(
        court=OuterRef("pk"), day=today, done_at__gte=F("started_at"), key=OuterRef("key")
    )
    return courts_in_use(today).annotate(key=key_now()).exclude(Exists(done))


def key_now() -> Concat:
    """What stands for all that a court's sweep goes by beside the facts; an expression on courts."""
    watched = NodeWatch.objects.filter(court=OuterRef("pk")).values("profile")
    profile = Coalesce(Subquery(watched), Value(""), output_field=CharField())
    return Concat(Value(f"{editions_key(POLICY)} "), profile, output_field=CharField())


CLAIM = """
INSERT INTO alerts_sweep AS s (court_id, day, started_at, raised, closed, late, told, key)
SELECT court_id, %(day)s, %(at)s, 0, 0, 0, 0, '' FROM unnest(%(courts)s::bigint[]) AS wanted(court_id)
ON CONFLICT (court_id, day) DO UPDATE SET started_at = EXCLUDED.started_at
 WHERE s.started_at <= GREATEST(COALESCE(s.done_at, '-infinity'), %(at)s - %(lease)s)
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
        return bring(court_id, today, at)


def bring_if_due(court_id: int, day: date, at: datetime) -> dict[str, int]:
    """The same, but nothing where the day was over or another worker had been quicker when the turn came."""
    begin(court_id, day, at)
    measure_if_never(day)
    with transaction.atomic():
        take_turn(court_id)
        if day != clock.today() or not is_due(court_id, day):
            return {}
        return bring(court_id, day, timezone.now())


def bring(court_id: int, today: date, at: datetime) -> dict[str, int]:
    """What it goes by is noted before it begins: what is published meanwhile is followed by another sweep."""
    key = Court.objects.values_list(key_now(), flat=True).get(pk=court_id)
    counts = Counter(raise_alerts(None, today, at, court_id=court_id))
    counts.update(raise_house_alerts(court_id, today, at))
    counts["told"] = tell(None, today, at, court_id=court_id)
    finish(court_id, today, counts, at, key)
    return dict(counts)


def measure_if_never(today: date) -> None:
    """Before the very first sweep nobody knows what is usual."""
    if not UsualSpan.objects.exists() and not Sweep.objects.exclude(done_at=None).exists():
        measure_spans(today)


def begin(court_id: int, today: date, at: datetime) -> None:
    sweep, is_new = Sweep.objects.get_or_create(court_id=court_id, day=today, defaults={"started_at": at})
    if not is_new and sweep.done_at is None:
        Sweep.objects.filter(pk=sweep.pk).update(started_at=at)


def finish(court_id: int, today: date, counts: Counter[str], at: datetime, key: str) -> None:
    """Add up what the sweeps of one day did; one that found nothing to do after another leaves the row alone."""
    found = Sweep.objects.filter(court=court_id, day=today)
    if not any(counts.values()):
        found = found.filter(Q(done_at=None) | Q(started_at__gt=F("done_at")) | ~Q(key=key))
    added = {name: F(name) + count for name, count in counts.items()}
    found.update(done_at=max(timezone.now(), at), key=key, **added)
