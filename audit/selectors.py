"""The chain as it lies in the database, read through a cursor: memory stays flat however long the trail is."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.db import connection, transaction

from audit.chain import FIELDS, Expectation, Link, Verdict, digest_of, walk
from audit.models import Link as StoredLink

PAGE = 5000

LINKS = f"""
    SELECT l.sequence, l.entry_id, l.digest, {", ".join(f"e.{name}" for name in FIELDS)}
      FROM audit_link l LEFT JOIN audit_entry e ON e.id = l.entry_id
     WHERE l.sequence > %s AND l.sequence <= %s ORDER BY l.sequence
"""
UNLINKED = f"""
    SELECT {", ".join(f"e.{name}" for name in FIELDS)} FROM audit_entry e
     WHERE e.id > %s AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.entry_id = e.id AND l.entry_id > %s)
     ORDER BY e.id LIMIT %s
"""
# A seal covers the links from where the one before it ended, and its root is the digest of its last link.
BROKEN_SEAL = """
    SELECT s.id, s.last_sequence, l.digest IS NULL
      FROM (SELECT *, lag(last_sequence, 1, 0::bigint) OVER (ORDER BY first_sequence) AS reached FROM audit_seal) s
      LEFT JOIN audit_link l ON l.sequence = s.last_sequence
     WHERE s.last_sequence <= %s AND (l.digest IS DISTINCT FROM s.root OR s.first_sequence <> s.reached + 1)
     ORDER BY s.first_sequence LIMIT 1
"""
SEALED_UP_TO = "SELECT last_sequence, root FROM audit_seal ORDER BY last_sequence DESC LIMIT 1"
STRAY = """
    SELECT min(e.id), count(*) FROM audit_entry e
     WHERE e.id {side} %s AND NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.entry_id = e.id)
"""


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def as_entry(row: tuple[Any, ...]) -> dict[str, Any]:
    """A row of ``FIELDS`` as the chain and the export write it."""
    entry = dict(zip(FIELDS, row, strict=True))
    entry["at"] = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    entry["salt"] = str(entry["salt"])
    for name in ("before", "after"):
        entry[name] = None if entry[name] is None else json.loads(entry[name])
    return entry


def unlinked_entries(after: int, limit: int) -> list[dict[str, Any]]:
    """Entries with an id above ``after`` that have no place in the chain yet, in the order of their ids."""
    return [as_entry(row) for row in rows(UNLINKED, after, after, limit)]


def stored_links(after: int, up_to: int) -> Iterator[tuple[StoredLink, dict[str, Any] | None]]:
    """Links in order, each with its entry, or None when the entry is gone. One scan, a page in memory at a time."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(LINKS, [after, up_to])
        while page := cursor.fetchmany(PAGE):
            for sequence, entry_id, digest, *row in page:
                yield StoredLink(sequence, entry_id, digest), None if row[0] is None else as_entry(tuple(row))


def verify_database(roots: dict[int, str], horizon: int) -> Verdict:
    """Walk the whole chain, hold it against its seals and the anchored ``roots``; name the first broken place."""
    sealed = dict(rows(SEALED_UP_TO))
    last = max([last_sequence(), *sealed])
    verdict = walk(links_to_check(last), Expectation(roots=sealed | roots))
    seal = broken_seal(last)
    if seal and (not verdict.problem or seal[0] <= verdict.sequence):
        return Verdict(seal[0] - 1, verdict.root, seal[1])
    if verdict.problem:
        return verdict
    return Verdict(
        verdict.sequence,
        verdict.root,
        unsealed(verdict.sequence, max(sealed, default=0)) or inserted(horizon),
    )


def links_to_check(last: int) -> Iterator[Link]:
    for link, entry in stored_links(0, last):
        yield Link(link.sequence, link.entry_id, None if entry is None else digest_of(entry), link.digest)


def last_sequence() -> int:
    newest = StoredLink.objects.order_by("-sequence").first()
    return newest.sequence if newest else 0


def broken_seal(last: int) -> tuple[int, str] | None:
    for number, sequence, is_gone in rows(BROKEN_SEAL, last):
        fault = "its last entry is missing" if is_gone else "it does not match the entries it closed"
        return sequence, f"seal {number} (up to sequence {sequence}): {fault}"
    return None


def unsealed(last: int, sealed: int) -> str:
    """Links are made together with their seal: one without was put there by hand."""
    if last <= sealed:
        return ""
    return f"sequence {sealed + 1} is under no seal: it was inserted, or its seal deleted"


def inserted(horizon: int) -> str:
    """An entry at or below the horizon was not there when its neighbours were linked."""
    first, count = rows(STRAY.format(side="<="), horizon)[0]
    return f"entry {first} has no place in the chain: it was inserted later" if count else ""


def waiting(horizon: int) -> int:
    """How many entries wait for the next seal."""
    count: int = rows(STRAY.format(side=">"), horizon)[0][1]
    return count
