"""Sealing the trail, and taking its root and its content out of the database."""

import io
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from audit.chain import START, Verdict, linked
from audit.chain import digest_of as content_of
from audit.exported import read_anchors
from audit.models import Entry, Link, Seal
from audit.selectors import stored_links, unlinked_entries, verify_database, waiting

BATCH = 5000
LATECOMERS = timedelta(days=1)  # no transaction stays open that long
SEALING = 7_203_141  # key of the advisory lock: one sealer at a time, writers never wait


def seal_trail(*, at: datetime, batch: int = BATCH) -> int:
    """Give every entry its place in the chain, one seal a batch; returns how many were linked."""
    total, after = 0, horizon(at)
    while linked_now := seal_batch(at=at, after=after, batch=batch):
        total += len(linked_now)
        after = linked_now[-1].entry_id
    return total


@transaction.atomic
def seal_batch(*, at: datetime, after: int, batch: int) -> list[Link]:
    """Link the next entries with an id above ``after``; those that commit late wait for the next call."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])
    entries = unlinked_entries(after, batch)
    if not entries:
        return []
    last = Link.objects.order_by("-sequence").first() or Link(sequence=0, digest=START)
    links = list(chain_on(last, entries))
    store(links)
    Seal.objects.create(
        at=at,
        first_sequence=links[0].sequence,
        last_sequence=links[-1].sequence,
        root=links[-1].digest,
        highest_entry=max(entries[-1]["id"], highest_entry()),
    )
    return links


def horizon(at: datetime) -> int:
    """Up to this id every entry was linked long ago; one that turns up below it now was put there by hand.

    Entries of transactions that commit late stay above it and are linked by a later seal.
    """
    settled = Seal.objects.filter(at__lt=at - LATECOMERS).order_by("-last_sequence").first()
    return settled.highest_entry if settled else 0


def highest_entry() -> int:
    newest = Seal.objects.order_by("-last_sequence").first()
    return newest.highest_entry if newest else 0


def chain_on(last: Link, entries: list[dict[str, Any]]) -> Iterator[Link]:
    digest = last.digest
    for sequence, entry in enumerate(entries, last.sequence + 1):
        digest = linked(digest, content_of(entry))
        yield Link(sequence=sequence, entry_id=entry["id"], digest=digest)


def store(links: list[Link]) -> None:
    lines = "".join(f"{link.sequence}\t{link.entry_id}\t{link.digest}\n" for link in links)
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY audit_link (sequence, entry_id, digest) FROM STDIN", io.StringIO(lines))


def anchor_trail(*, at: datetime) -> Path | None:
    """Write the root of the trail where the database cannot reach it: one file a day, the first of the day stands."""
    seal_trail(at=at)
    seal = Seal.objects.order_by("-last_sequence").first()
    day = timezone.localdate(at)
    path = Path(settings.ANCHOR_DIR) / f"trail-{day}.txt"
    if seal is None or path.exists():
        return path if seal else None
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")  # never a half-written anchor under its name
    half.write_text(f"{day} {seal.last_sequence} {seal.root}\n", encoding="utf-8")
    half.replace(path)
    return path


def verify_trail(*, at: datetime, anchors: str | Path) -> tuple[Verdict, int]:
    """The verdict on the trail in the database, and how many entries still wait for their seal."""
    roots = dict(read_anchors(anchors).values())
    settled = horizon(at)
    return verify_database(roots, settled), waiting(settled)


def export_lines(
    *,
    start: date | None,
    end: date | None,
    made_on: date,
    withheld: frozenset[int] = frozenset(),
    withheld_entries: frozenset[int] = frozenset(),
) -> Iterator[str]:
    """The sealed trail between two days (both included) as lines for outsiders; see ``audit.exported``.

    ``withheld`` are the ids of cases sealed by now: what was recorded before they were is no less secret.
    ``withheld_entries`` are single entries that nobody may be told of yet.
    """
    first, last = sealed_span(start, end)
    before = Link.objects.filter(sequence=first - 1).first()
    closing = Link.objects.filter(sequence=last).first()
    yield as_line(
        trail="mingjing",
        version=1,
        made_on=str(made_on),
        complete=start is None and end is None,
        first=first,
        last=last,
        previous=before.digest if before else START,
        root=closing.digest if closing else START,
    )
    for link, entry in stored_links(first - 1, last):
        yield export_line(link, entry, withheld, withheld_entries)


def sealed_span(start: date | None, end: date | None) -> tuple[int, int]:
    """First and last sequence to export; (1, 0) when there is none."""
    sealed = Link.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    first = sequence_since(start) if start else 1
    after = sequence_since(end + timedelta(days=1)) if end else None
    last = sealed if after is None else after - 1
    return (first or sealed + 1), last


def sequence_since(day: date) -> int | None:
    """The earliest place in the chain of an entry of that day or later."""
    midnight = datetime.combine(day, time.min, timezone.get_default_timezone())
    entries = Entry.objects.filter(at__gte=midnight)
    return Link.objects.filter(entry_id__in=entries.values("id")).aggregate(first=Min("sequence"))["first"]


def export_line(
    link: Link, entry: dict[str, Any] | None, withheld: frozenset[int], withheld_entries: frozenset[int]
) -> str:
    """One link; an entry that is secret, or about a sealed case, leaves as its digest alone: whose it was is not said."""
    place = {"sequence": link.sequence, "digest": link.digest}
    if entry is None:
        return as_line(**place, content=None)
    if entry["secret"] or entry["case_id"] in withheld or entry["id"] in withheld_entries:
        return as_line(**place, content=content_of(entry))
    return as_line(**place, entry=entry)


def as_line(**values: Any) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"
