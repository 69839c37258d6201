"""From a file to the facts: preview what would happen, or commit it slice by slice.

A slice is one transaction: its facts, its trail, its outbox and the batch's position together. A worker may die at any
moment; the next one stages the file again and goes on after the last committed line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from django.db import connection, transaction

from audit import trail
from courts.reach import court_and_below
from ingest import cases_in, facts_in, quota_in, staff_in
from ingest.book import Book, open_book
from ingest.models import Batch, RowError
from ingest.staging import STAGE, Source, Staged, open_source, require_headers, stage_file, storable
from ingest.writings import samples_of

SLICE = 20_000
WRITING = 7_202_601  # advisory lock: slices of different imports go one after another
IMPORTING = 7_202_602  # advisory lock: one worker a batch
#: A slice finds its cases by index, so that it costs the same however many there are, and checks its keys as it goes.
#: It need not wait for the disk: a server that crashes loses facts and position together, and ``finish`` waits for all.
PLANNED = """SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL random_page_cost = 1.1;
SET LOCAL synchronous_commit = off; SET CONSTRAINTS ALL IMMEDIATE"""
#: Kinds whose file is taken whole, in one transaction.
LISTS = {
    "staff": staff_in.receive,
    "diary": quota_in.receive_diaries,
    "figures": quota_in.receive_court_figures,
}
COUNTED = ("created", "updated", "unchanged", "conflicts", "doubts", "links")
Clock = Callable[[], datetime]


class InOtherHands(Exception):
    """Another worker is at this batch."""


@contextmanager
def held(batch: Batch) -> Iterator[None]:
    """Hold a batch for this session; the server lets go of it when the worker dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [IMPORTING, batch.pk % 2**31])
        if not cursor.fetchone()[0]:
            raise InOtherHands
    try:
        yield
    finally:
        if not connection.needs_rollback and connection.connection and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS {STAGE}, {cases_in.WORK}")
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [IMPORTING, batch.pk % 2**31])


def open_for(batch: Batch, path: Path) -> tuple[Source, Book]:
    """The batch's file, its header and what its names stand for here; notes on the batch what was recognised."""
    source = open_source(path, batch.kind, name=batch.filename, said=batch.mapping)
    batch.format, batch.encoding = source.table.format, source.table.encoding
    batch.unknown_headers = list(source.layout.unknown)
    require_headers(source, batch.kind)
    people = {"division", "judge", "presiding", "members"} & source.layout.columns.keys()
    return source, open_book(
        allowed=courts_open_to(batch), with_people=batch.kind == "cases" and bool(people)
    )


def courts_open_to(batch: Batch) -> frozenset[int] | None:
    """A person's upload speaks of their court and those below it; the operator's command of any."""
    from_person = batch.uploaded_by is not None and batch.court is not None
    return frozenset(court_and_below(batch.court_id)) if from_person else None


def preview(*, batch: Batch, path: Path, at: datetime) -> dict[str, Any]:
    """What committing the file would do now. Only the batch and its refused rows are written."""
    source, book = open_for(batch, path)
    if batch.kind in LISTS:
        return preview_list(batch, source, at)
    staged = stage_file(batch=batch, source=source, book=book)
    with transaction.atomic():
        find_work(batch, staged, book)
        samples = samples_of(staged)
    created, changed, doubts, rows = expected(staged)
    return {
        "rows": staged.rows,
        "created": created,
        "updated": changed,
        "unchanged": rows - created - changed + staged.same,
        "rejected": staged.refused,
        "doubts": doubts,
        "odd_courts": staged.odd_courts,
        "samples": samples,
    }


def expected(staged: Staged) -> tuple[int, int, int, int]:
    mark = "case_id" if staged.fact is None else "fact_id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FILTER (WHERE {mark} IS NULL), count({mark}) FROM {cases_in.WORK}")
        created, changed = cursor.fetchone()
        doubts = 0
        if staged.fact is None:
            cursor.execute(f"SELECT count(*) FROM {STAGE} WHERE court_doubt <> ''")
            doubts = cursor.fetchone()[0]
        cursor.execute(f"SELECT count(*) FROM {STAGE}")
        return created, changed, doubts, cursor.fetchone()[0]


def preview_list(batch: Batch, source: Source, at: datetime) -> dict[str, Any]:
    with transaction.atomic():
        counts, refused = LISTS[batch.kind](batch, source, at)
        transaction.set_rollback(True)
    keep_list_errors(batch, refused)
    return counts | {"doubts": 0, "samples": []}


def keep_list_errors(batch: Batch, refused: list[Any]) -> None:
    RowError.objects.filter(batch=batch).delete()
    RowError.objects.bulk_create(
        RowError(
            batch=batch, line=line, reason=reason.chinese,
            row={"cells": [storable(cell) for cell in cells], "english": reason.english},
        )
        for line, cells, reason in refused
    )  # fmt: skip


def find_work(batch: Batch, staged: Staged, book: Book) -> None:
    if staged.fact is None:
        cases_in.find_work(staged)
    else:
        facts_in.find_work(batch, staged, book)


def commit(
    *, batch: Batch, path: Path, clock: Clock, seconds: float = float("inf"), slice_rows: int = SLICE
) -> bool:
    """Commit the file from the batch's position on; False when ``seconds`` ran out before the end."""
    started = monotonic()
    source, book = open_for(batch, path)
    if batch.kind in LISTS:
        commit_list(batch, source, clock())
        return True
    staged = stage_file(batch=batch, source=source, book=book)
    with transaction.atomic():
        find_work(batch, staged, book)
        if staged.fact is None:
            cases_in.create_courts()
    batch.total = staged.last
    if not batch.position:
        batch.counts = {"rows": staged.rows, "unchanged": staged.same} | dict.fromkeys(
            ("created", "updated"), 0
        )
    batch.counts |= {"rejected": staged.refused, "odd_courts": staged.odd_courts}
    while batch.position < staged.last:
        commit_slice(batch, staged, batch.position + slice_rows, clock())
        if monotonic() - started > seconds and batch.position < staged.last:
            return False
    finish(batch, staged, clock())
    return True


@transaction.atomic
def commit_slice(batch: Batch, staged: Staged, end: int, at: datetime) -> None:
    """The rows after the batch's position up to line ``end``, all of it or nothing."""
    start, end = batch.position, min(end, staged.last)
    counts = dict(batch.counts)
    with connection.cursor() as cursor:
        cursor.execute(PLANNED)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])
        cursor.execute(f"SELECT count(*) FROM {STAGE} WHERE line > %s AND line <= %s", [start, end])
        rows = cursor.fetchone()[0]
    done = (
        case_slice(batch, staged, start, end, at)
        if staged.fact is None
        else fact_slice(batch, staged, start, end, at)
    )
    done["unchanged"] = rows - done["created"] - done["updated"]
    for name in COUNTED:
        counts[name] = counts.get(name, 0) + done.get(name, 0)
    Batch.objects.filter(pk=batch.pk).update(
        position=end, total=batch.total, counts=counts, claimed_at=at, attempts=0, state="running"
    )
    batch.position, batch.counts, batch.attempts, batch.state = end, counts, 0, "running"


def case_slice(batch: Batch, staged: Staged, start: int, end: int, at: datetime) -> dict[str, int]:
    created = cases_in.create_cases(batch, staged, start, end)
    updated, conflicts = cases_in.update_cases(batch, staged, start, end, at)
    doubts = conflicts + cases_in.raise_doubts(staged, start, end, at)
    links = cases_in.link_cases(staged, start, end)
    return {"created": created, "updated": updated, "conflicts": conflicts, "doubts": doubts, "links": links}


def fact_slice(batch: Batch, staged: Staged, start: int, end: int, at: datetime) -> dict[str, int]:
    created = facts_in.create_facts(batch, staged, start, end, at)
    updated, conflicts = facts_in.update_facts(batch, staged, start, end, at)
    return {"created": created, "updated": updated, "conflicts": conflicts, "doubts": conflicts}


@transaction.atomic
def commit_list(batch: Batch, source: Source, at: datetime) -> None:
    batch.counts, refused = LISTS[batch.kind](batch, source, at)
    keep_list_errors(batch, refused)
    close(batch, at)


@transaction.atomic
def finish(batch: Batch, staged: Staged, at: datetime) -> None:
    if staged.fact is None:
        cases_in.resolve_links()
    close(batch, at)


def close(batch: Batch, at: datetime) -> None:
    batch.state, batch.finished_at, batch.claimed_at, batch.problem = "done", at, None, ""
    batch.save()
    trail.record(
        "ingest.commit_batch", on=batch, by=batch.uploaded_by, at=at, because=f"导入文件 {batch.filename}",
        after={"kind": batch.kind, "file": batch.filename, "sha256": batch.sha256, "counts": batch.counts},
    )  # fmt: skip
