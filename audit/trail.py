"""The only way into the trail (全程留痕)."""

from datetime import datetime
from typing import Any

from django.db import connection, models

from audit.models import Entry


class Refused(Exception):
    """An act that was refused and must leave a trace although its transaction rolls back.

    ``status`` is 403 (not yours to do) or 409 (not possible now). The sentence is shown to the person.
    """

    def __init__(self, sentence: str, *, act: str, on: models.Model | None = None, by: Any = None, status: int = 403):
        super().__init__(sentence)
        self.sentence, self.act, self.on, self.by, self.status = sentence, act, on, by, status


def record(
    act: str,
    *,
    at: datetime,
    by: Any = None,
    on: models.Model | None = None,
    because: str = "",
    before: Any = None,
    after: Any = None,
    outcome: str = "done",
    secret: bool = False,
) -> Entry:
    """Record an act in the transaction that performs it; ``by=None`` means the system itself.

    ``before`` and ``after`` are JSON values. The actor's capacity is taken from ``by.capacity()``.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{act} must be recorded in the transaction that performs it")
    return Entry.objects.create(**fields_of(act, at, by, on, because, before, after, outcome, secret))


def record_many(entries: list[Entry]) -> None:
    """Record many acts of one service at once."""
    if entries and not connection.in_atomic_block:
        raise RuntimeError(f"{entries[0].act} must be recorded in the transaction that performs it")
    Entry.objects.bulk_create(entries, batch_size=2000)


def fields_of(
    act: str,
    at: datetime,
    by: Any,
    on: models.Model | None,
    because: str,
    before: Any,
    after: Any,
    outcome: str,
    secret: bool,
) -> dict[str, Any]:
    return {
        "act": act,
        "at": at,
        "outcome": outcome,
        "actor_id": by.pk if by else None,
        "actor": str(by) if by else "系统",
        "capacity": by.capacity() if by else "",
        "about": on._meta.label_lower if on else "",
        "about_id": on.pk if on else None,
        "case_id": getattr(on, "case_id", None),
        "court_id": getattr(on, "court_id", None),
        "because": because,
        "before": before,
        "after": after,
        "secret": secret,
    }
