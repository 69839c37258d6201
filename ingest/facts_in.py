"""Staged facts about cases into their tables: added or brought up to date, never taken away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from audit import trail
from audit.models import Entry
from courts.clock import today
from ingest.book import Book
from ingest.cases_in import WORK, differs, quoted, raise_doubt, tell_outbox
from ingest.columns import FactKind, FactLines
from ingest.element_lines import misfits
from ingest.models import Batch
from ingest.refusals import Reason
from ingest.staging import STAGE, Staged, refuse_lines
from ingest.words import plain

#: What a new row has where neither file nor kind says anything.
FIXED = {
    "parties": {},
    "events": {},
    "exclusions": {"review_on": "NULL", "owner_id": "NULL"},
    "extensions": {},
    "elements": {},
    "outcomes": {},
}
#: Finds the party a row names, in the case it is about, and how many bear that name there: of several it is none.
PARTY = """LEFT JOIN LATERAL (SELECT CASE WHEN count(*) = 1 THEN min(x.id) END AS party_id, count(*) AS bearers FROM cases_party x
    WHERE x.case_id = c.id AND x.name = s.party AND x.withdrawn_at IS NULL) p ON s.party <> ''"""


def fact_of(staged: Staged) -> FactKind:
    assert staged.fact is not None
    return staged.fact


def values_of(staged: Staged) -> list[str]:
    """The columns that this file speaks of and that may change."""
    assert isinstance(staged.maker, FactLines)
    present = staged.maker.cells.columns
    return [
        column.name
        for column, place in present
        if place is not None and column.name in fact_of(staged).values
    ]


def find_work(batch: Batch, staged: Staged, book: Book) -> None:
    """Find each row's case and the fact it speaks of; refuse rows without a case; keep those that bring something.

    A fact that somebody withdrew here is known: a row that says it once more brings nothing.
    """
    fact = fact_of(staged)
    same = same_fact(fact, "p" if fact.of_party else "s")
    party = (
        ("p.party_id, p.bearers,", PARTY, "OR (s.party <> '' AND p.party_id IS NULL)")
        if fact.of_party
        else ("", "", "")
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL random_page_cost = 1.1")
        cursor.execute(
            f"""UPDATE {STAGE} s SET number = c.number FROM cases_formernumber f JOIN cases_case c ON c.id = f.case_id
            WHERE f.number = s.number AND NOT EXISTS (SELECT 1 FROM cases_case o WHERE o.number = s.number)"""
        )
        cursor.execute(f"DROP TABLE IF EXISTS {WORK}")
        cursor.execute(
            f"""CREATE TEMP TABLE {WORK} AS
            SELECT s.*, c.id AS case_id, c.court_id, c.sealed, {party[0]} f.id AS fact_id, f.origin, f.withdrawn_at
            FROM {STAGE} s LEFT JOIN cases_case c ON c.number = s.number {party[1]}
            LEFT JOIN LATERAL (SELECT * FROM {fact.table} x WHERE x.case_id = c.id AND {same}
                               ORDER BY x.withdrawn_at NULLS FIRST, x.id LIMIT 1) f ON true
            WHERE f.id IS NULL OR {differs(values_of(staged), "f", "s")} {party[2]} ORDER BY s.line"""
        )
        refuse_strangers(cursor, batch, staged, book)
        if fact.of_party:
            refuse_misfits(cursor, batch, staged, book)
        cursor.execute(f"CREATE INDEX ON {WORK} USING brin (line) WITH (pages_per_range = 16)")
        cursor.execute(f"ANALYZE {WORK} (line, number, case_id)")


def refuse_strangers(cursor: Any, batch: Batch, staged: Staged, book: Book) -> None:
    """Rows whose case is not here, or not the sender's to speak of; both get the same sentence."""
    allowed = None if book.allowed is None else list(book.allowed)
    cursor.execute(
        f"""DELETE FROM {WORK} WHERE case_id IS NULL OR (%(allowed)s::bigint[] IS NOT NULL AND NOT court_id = ANY(%(allowed)s))
        RETURNING line, number""",
        {"allowed": allowed},
    )
    reasons = {
        line: Reason(
            f"no case {number} is here; import the case first", f"本系统没有案件“{number}”，请先导入案件"
        )
        for line, number in cursor.fetchall()
    }
    refuse_staged(cursor, batch, staged, reasons)


def refuse_misfits(cursor: Any, batch: Batch, staged: Staged, book: Book) -> None:
    """Elements and outcomes that their case cannot have, or that name nobody of it."""
    reasons = misfits(cursor, fact_of(staged).kind, WORK, book.law, today())
    cursor.execute(f"DELETE FROM {WORK} WHERE line = ANY(%s)", [list(reasons)])
    refuse_staged(cursor, batch, staged, reasons)


def refuse_staged(cursor: Any, batch: Batch, staged: Staged, reasons: dict[int, Reason]) -> None:
    cursor.execute(f"DELETE FROM {STAGE} WHERE line = ANY(%s)", [list(reasons)])
    staged.refused += len(reasons)
    refuse_lines(batch, staged.source, reasons)


def same_fact(fact: FactKind, party: str = "s") -> str:
    """That a row of the table (x) and one of the file (s) are the same fact; ``party`` is where its party stands."""
    return " AND ".join(
        f'x."{name}" IS NOT DISTINCT FROM {party if name == "party_id" else "s"}."{name}"'
        for name in fact.key
    )


def create_facts(batch: Batch, staged: Staged, start: int, end: int, at: datetime) -> int:
    fact = fact_of(staged)
    values = {name: f's."{name}"' for name in fact.names} | FIXED[fact.kind]
    values |= {"case_id": "s.case_id", "origin": "'feed'", "batch_id": str(batch.pk), "recorded_at": "%(at)s"}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH made AS (INSERT INTO {fact.table} ({quoted(tuple(values))}) SELECT {", ".join(values.values())}
            FROM {WORK} s WHERE s.fact_id IS NULL AND s.line > %(start)s AND s.line <= %(end)s
            AND NOT EXISTS (SELECT 1 FROM {fact.table} x WHERE x.case_id = s.case_id AND {same_fact(fact)}) RETURNING case_id),
            told AS (INSERT INTO cases_change (case_id, at) SELECT DISTINCT case_id, now() FROM made)
            SELECT count(*) FROM made""",
            {"at": at, "start": start, "end": end},
        )
        return int(cursor.fetchone()[0])


def update_facts(batch: Batch, staged: Staged, start: int, end: int, at: datetime) -> tuple[int, int]:
    """Facts of the feed follow the feed; those entered or withdrawn here stay, and the difference becomes a doubt."""
    fact, values = fact_of(staged), values_of(staged)
    entries: list[Entry] = []
    conflicts = 0
    with connection.cursor() as cursor:
        old = quoted(values, "f") + ", " if values else ""
        new = ", " + quoted(values, "w") if values else ""
        cursor.execute(
            f"""SELECT f.id, w.case_id, w.court_id, w.sealed, w.line, f.origin, f.withdrawn_at, {old}{quoted(fact.staged_key, "w")}{new}
            FROM {WORK} w JOIN {fact.table} f ON f.id = w.fact_id WHERE w.line > %s AND w.line <= %s FOR UPDATE OF f""",
            [start, end],
        )
        for pk, case_id, court_id, sealed, _, origin, withdrawn, *rest in cursor.fetchall():
            ours = dict(zip(values, rest, strict=False))
            key = rest[len(values) : len(values) + len(fact.key)]
            theirs = dict(zip(values, rest[len(values) + len(fact.key) :], strict=True))
            changed = {name: value for name, value in theirs.items() if value != ours[name]}
            name = " ".join(str(plain(part)) for part in key if part not in (None, "", 0))
            if withdrawn or origin == "entered":
                if changed:
                    conflicts += doubt_fact(cursor, fact, case_id, name, ours, theirs, bool(withdrawn), at)
                continue
            if changed:
                set_fact(cursor, fact, pk, changed, batch)
                entries.append(
                    fact_entry(batch, fact, pk, case_id, court_id, bool(sealed), name, ours, changed, at)
                )
        tell_outbox(cursor, sorted({entry.case_id for entry in entries}))
    trail.record_many(entries)
    return len(entries), conflicts


def doubt_fact(
    cursor: Any,
    fact: FactKind,
    case_id: int,
    name: str,
    ours: dict[str, Any],
    theirs: dict[str, Any],
    withdrawn: bool,
    at: datetime,
) -> int:
    kept = "本系统已撤销这一事实" if withdrawn else "、".join(str(plain(value)) for value in ours.values())
    sentence = f"来源的{fact.label}“{name}”与本系统{'撤销' if withdrawn else '录入'}的不一致，已保留本系统的记载，请核实。"
    said = f"{name}：" + "、".join(str(plain(value)) for value in theirs.values())
    return raise_doubt(cursor, case_id, "conflict", fact.kind, sentence, kept, said, at)


def set_fact(cursor: Any, fact: FactKind, pk: int, changed: dict[str, Any], batch: Batch) -> None:
    settings = ", ".join(f'"{name}" = %s' for name in changed)
    cursor.execute(
        f"UPDATE {fact.table} SET {settings}, batch_id = %s WHERE id = %s", [*changed.values(), batch.pk, pk]
    )


def fact_entry(
    batch: Batch, fact: FactKind, pk: int, case_id: int, court_id: int, secret: bool, name: str,
    ours: dict[str, Any], changed: dict[str, Any], at: datetime,
) -> Entry:  # fmt: skip
    by = batch.uploaded_by
    return Entry(
        at=at, act=f"ingest.update_{fact.kind}", actor_id=by.pk if by else None, actor=str(by) if by else "系统",
        capacity=by.capacity() if by else "", about=fact.table.replace("_", ".", 1), about_id=pk, case_id=case_id,
        court_id=court_id, because=f"导入批次 {batch.pk}：{batch.filename}；{fact.label}“{name}”",
        before={field: plain(ours[field]) for field in changed}, secret=secret,
        after={field: plain(value) for field, value in changed.items()},
    )  # fmt: skip
