"""What is recomputed when, in which order: clocks → weights → flags → alerts → scores → rollups (重算次序)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from math import inf
from time import perf_counter

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from alerts.services import raise_alerts
from alerts.sweeps import bring_court, courts_in_use
from alerts.telling import tell
from alerts.turns import take_turn
from cases.clocks import SLICE, id_slices, recompute
from cases.models import Change
from catalogues.models import Edition
from catalogues.selectors import COMPUTED_FROM, editions_key, new_version
from courts import clock
from deviation.sweeps import score_closed
from pipeline.models import Followed
from quota.weighing import weigh_cases
from supervision.facts import refresh_facts
from supervision.rulebook import in_force_key, profiles_in_use
from supervision.screening import screen_cases

STAGES = ("clocks", "weights", "flags", "alerts", "scores", "rollups")
FOLLOWED = (
    *COMPUTED_FROM, "rule_parameters", "rule_profiles", "supervision_settings", "weight_bases", "weight_procedures",
    "weight_adders", "complexity_points", "quota_settings",
)  # fmt: skip

#: Taken away in the transaction of the recomputation, so that a worker that dies leaves them where they were. Newest
#: first: what a person has just entered does not wait behind all the cases of a new law.
TAKE = """
WITH newest AS (SELECT id, case_id FROM cases_change ORDER BY id DESC LIMIT %s FOR UPDATE SKIP LOCKED)
DELETE FROM cases_change c USING newest WHERE c.id = newest.id RETURNING c.case_id"""
NOTE_EVERY_CASE = "INSERT INTO cases_change (case_id, at) SELECT id, %s FROM cases_case"
NOTE_OPEN_CASES = f"{NOTE_EVERY_CASE} WHERE closed_on IS NULL"


@dataclass
class Tally:
    """How many rows each stage wrote, and how long it took."""

    cases: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        begun = perf_counter()
        yield
        self.seconds[stage] += perf_counter() - begun

    def as_json(self) -> dict[str, object]:
        stages = {
            name: {"count": self.counts[name], "seconds": round(self.seconds[name], 3)} for name in STAGES
        }
        return {"cases": self.cases, **stages}


def drain(
    *, at: datetime | None = None, today: date | None = None, tally: Tally | None = None, seconds: float = inf
) -> Tally:
    """Recompute the cases whose facts changed, a slice to a transaction, until none is left or the time is up.

    Without ``today`` and ``at`` each slice goes by the day and moment of its turn: a drain may run over midnight.
    """
    begun = perf_counter()
    tally = tally or Tally()
    if Change.objects.count() > SLICE:
        describe_tables()
    while ids := drain_slice(at=at, today=today, tally=tally):
        # After the slice is written: whoever drafts holds a case and waits for nobody here.
        with tally.timed("scores"):
            tally.counts["scores"] += score_closed(ids, at or timezone.now())
        if perf_counter() - begun >= seconds:
            break
    return tally


@transaction.atomic
def drain_slice(*, at: datetime | None, today: date | None, tally: Tally) -> list[int]:
    """Recompute the newest changes; the cases they were of, none when there were none."""
    take_turn()
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [SLICE])
        ids = sorted({case_id for (case_id,) in cursor.fetchall()})
    refresh_cases(ids, at=at or timezone.now(), today=today or clock.today(), tally=tally)
    return ids


def note_every_case(*, at: datetime) -> int:
    """Put every case into the outbox, changed or not; how many."""
    return append(NOTE_EVERY_CASE, at)


@transaction.atomic
def follow_the_law(*, at: datetime) -> int:
    """Put every open case into the outbox when other editions or rules are in force than last time; how many.

    The closed ones follow at night. The law is read anew in every process before the first of them is recomputed.
    """
    Followed.objects.get_or_create(pk=1, defaults={"at": at})
    followed, key = Followed.objects.select_for_update().get(pk=1), law_key()
    if followed.key == key:
        return 0
    followed.key, followed.at = key, at
    followed.save()
    new_version()
    return append(NOTE_OPEN_CASES, at)


def law_key() -> str:
    """What stands for all that clocks and flags follow: editions of the law, numbers, rules in force and where they hold."""
    chosen = profiles_in_use(clock.today()) if Edition.objects.exists() else ""
    return sha256(f"{editions_key(FOLLOWED)} {in_force_key()} {chosen}".encode()).hexdigest()


def append(statement: str, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [at])
        return int(cursor.rowcount)


def refresh_everything(*, at: datetime, today: date) -> Tally:
    """Recompute every case, changed or not, a slice to a transaction; what is counted over whole courts; the outbox."""
    tally = Tally()
    describe_tables()
    for ids in id_slices():
        with transaction.atomic():
            take_turn()
            refresh_cases(ids, at=at, today=today, tally=tally)
    follow_everywhere(at=at, today=today, tally=tally)
    return drain(at=at, today=today, tally=tally)


def refresh_changed(*, at: datetime, today: date) -> Tally:
    """Empty the outbox, then bring facts, flags and alerts of the others to this day: they age although nothing happens."""
    tally = drain(at=at, today=today)
    follow_everywhere(at=at, today=today, tally=tally)
    with tally.timed("alerts"):
        for court in courts_in_use(today):
            counts = bring_court(court.pk, today, at)
            tally.counts["alerts"] += counts["raised"] + counts["closed"]
    return tally


@transaction.atomic
def follow_everywhere(*, at: datetime, today: date, tally: Tally) -> None:
    """The facts of every case brought to this day, in one pass, and every open case screened."""
    take_turn()
    with tally.timed("flags"):
        tally.counts["flags"] += refresh_facts(None, today) + sum(screen_cases(None, today, at).values())


def refresh_cases(ids: Sequence[int], *, at: datetime, today: date, tally: Tally) -> None:
    """All stages for these cases, in order. The caller holds the transaction."""
    if not ids:
        return
    tally.cases += len(ids)
    for stage, step in STEPS.items():
        with tally.timed(stage):
            tally.counts[stage] += step(ids, today, at)


def describe_tables() -> None:
    """Tell the planner what the tables hold after a large import; without it a slice can take minutes."""
    tables = ", ".join(model._meta.db_table for model in apps.get_app_config("cases").get_models())
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _clocks(ids: Sequence[int], today: date, at: datetime) -> int:
    counts = recompute(ids, at)
    return counts["created"] + counts["updated"] + counts["deleted"]


def _weights(ids: Sequence[int], today: date, at: datetime) -> int:
    return weigh_cases(ids, at)


def _flags(ids: Sequence[int], today: date, at: datetime) -> int:
    """How many cases have other facts, and what became of their flags."""
    return refresh_facts(ids, today) + sum(screen_cases(ids, today, at).values())


def _alerts(ids: Sequence[int], today: date, at: datetime) -> int:
    counts = raise_alerts(ids, today, at)
    tell(ids, today, at)
    return counts["raised"] + counts["closed"]


STEPS: dict[str, Callable[[Sequence[int], date, datetime], int]] = {
    "clocks": _clocks, "weights": _weights, "flags": _flags, "alerts": _alerts,
}  # fmt: skip
