"""The only way into the trail (全程留痕)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from json import dumps
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from audit.models import Entry

READING = "cases.read"
MANY = 50  # from here on COPY is quicker than INSERT
WRITTEN = [
    field for field in Entry._meta.concrete_fields if field.name not in ("id", "salt")
]  # the database gives these
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Refused(Exception):
    """An act that was refused and must leave a trace although its transaction rolls back.

    ``status`` is 403 (not yours to do) or 409 (not possible now). The sentence is shown to the person. ``secret``: the
    trace betrays what others may not know, though ``on`` is no secret itself.
    """

    def __init__(
        self,
        sentence: str,
        *,
        act: str,
        on: models.Model | None = None,
        by: Any = None,
        status: int = 403,
        secret: bool = False,
    ):
        super().__init__(sentence)
        self.sentence, self.act, self.on, self.by = sentence, act, on, by
        self.status, self.secret = status, secret


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

    ``before`` and ``after`` are JSON values. The actor's capacity is taken from ``by.capacity()``; what happens
    to a sealed case, or to a row about a case that is itself secret, is secret without being told so.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{act} must be recorded in the transaction that performs it")
    return Entry.objects.create(**fields_of(act, at, by, on, because, before, after, outcome, secret))


def record_many(entries: list[Entry]) -> None:
    """Record many acts of one service at once. The entries do not learn their ids."""
    if entries and not connection.in_atomic_block:
        raise RuntimeError(f"{entries[0].act} must be recorded in the transaction that performs it")
    if len(entries) < MANY:
        Entry.objects.bulk_create(entries)
        return
    names = ", ".join(f'"{field.column}"' for field in WRITTEN)
    lines = "".join("\t".join(map(as_copied, values_of(entry))) + "\n" for entry in entries)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY audit_entry ({names}) FROM STDIN", StringIO(lines))


def values_of(entry: Entry) -> Iterator[Any]:
    for field in WRITTEN:
        value = getattr(entry, field.attname)
        yield (
            dumps(value, ensure_ascii=False)
            if value is not None and isinstance(field, models.JSONField)
            else value
        )


def as_copied(value: Any) -> str:
    return "\\N" if value is None else str(value).translate(ESCAPES)


def record_refusal(refusal: Refused, *, by: Any, at: datetime) -> Entry:
    """Record a refusal in a transaction of its own, so that the rollback it causes does not erase it."""
    with transaction.atomic():
        return record(
            refusal.act,
            at=at,
            by=refusal.by or by,
            on=refusal.on,
            because=refusal.sentence,
            outcome="refused",
            secret=refusal.secret,
        )


@transaction.atomic
def record_reading(case: models.Model, *, by: Any, at: datetime) -> bool:
    """Record that someone who does not sit on the case read it (查阅留痕): once per person, case and day."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:  # two tabs opened at once leave one entry
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{READING} {by.pk} {case.pk}"]
        )
    already = Entry.objects.filter(
        case_id=case.pk, actor_id=by.pk, act=READING, at__gte=midnight, at__lt=midnight + timedelta(days=1)
    )
    if already.exists():
        return False
    record(READING, at=at, by=by, on=case)
    return True


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
        "court_id": court_of(on) or getattr(by, "court_id", None),
        "because": str(because),
        "before": before,
        "after": after,
        "secret": secret or bool(getattr(case_of(on), "sealed", "")) or is_secret(on),
    }


def case_of(on: models.Model | None) -> Any:
    """The case a row is about, or the row itself; rows say so by their attributes, this room knows no model."""
    return getattr(on, "case", None) or on


def is_secret(on: models.Model | None) -> bool:
    """Whether the row about a case, or the flag it belongs to, is secret: a refusal about one must not betray it."""
    about_a_case = getattr(on, "case_id", None) is not None
    return about_a_case and bool(getattr(getattr(on, "flag", None) or on, "secret", False))


def court_of(on: models.Model | None) -> int | None:
    return getattr(on, "court_id", None) or getattr(case_of(on), "court_id", None)
