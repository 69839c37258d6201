"""Alerts about no case (与案件无关的预警): what the highest courts of the house must see to."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from alerts.models import Alert, Sweep
from alerts.sources import HOUSE_SOURCES, HousePeriod
from catalogues.ladders import ladder_for, stage_on
from catalogues.selectors import law_in_use
from courts.reach import highest_courts

SETTLED, NEXT_STAGE = "已处理", "进入下一阶段"


@transaction.atomic
def raise_house_alerts(court_id: int, today: date, at: datetime) -> dict[str, int]:
    """Bring a court's alerts about no case to where they stand on ``today``. Only the highest courts have any."""
    counts = Counter(raised=0, closed=0, late=0)
    wanted = wanted_on(today) if court_id in highest_courts() else {}
    for alert in Alert.objects.open().filter(case=None, court=court_id):
        if (alert.kind, alert.clock, alert.stage, alert.due_on) not in wanted:
            moved_on = any((alert.kind, alert.clock) == (kind, clock) for kind, clock, *_ in wanted)
            alert.closed_at, alert.closed_because = at, NEXT_STAGE if moved_on else SETTLED
            alert.save(update_fields=["closed_at", "closed_because"])
            counts["closed"] += 1
    for (kind, clock, stage, due_on), began_on in wanted.items():
        key = {
            "case": None,
            "court_id": court_id,
            "kind": kind,
            "clock": clock,
            "stage": stage,
            "due_on": due_on,
        }
        late = was_missed(court_id, began_on, today)
        alert, is_new = Alert.objects.get_or_create(
            **key, defaults={"began_on": began_on, "late": late, "raised_at": at}
        )
        if is_new or alert.closed_at is not None:
            Alert.objects.filter(pk=alert.pk).update(closed_at=None, closed_because="", raised_at=at)
            counts.update(raised=1, late=int(is_new and late))
    return dict(counts)


Key = tuple[str, str, str, date]


def wanted_on(today: date) -> dict[Key, date]:
    """What should stand open on that day, and since when."""
    found = (staged(period, today) for find in HOUSE_SOURCES for period in find(today))
    return dict(each for each in found if each)


def staged(period: HousePeriod, today: date) -> tuple[Key, date] | None:
    ladder = ladder_for(law_in_use().ladders_on(today), period.kind, "", "")
    reached = ladder and stage_on(today, period.start_on, period.due_on, ladder)
    if not reached:
        return None
    stage, began_on = reached
    return (period.kind, period.clock, stage.stage, period.due_on), began_on


def was_missed(court_id: int, began_on: date, today: date) -> bool:
    """Whether the court was swept before that day and not since."""
    done = Sweep.objects.filter(court=court_id, day__lte=today).exclude(done_at=None)
    last = done.aggregate(last=Max("day"))["last"]
    return last is not None and last < began_on < today
