"""What people read of a batch: samples of what would change, and the refused rows as a file to correct."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.db import connection

from ingest.cases_in import LABELS, WORK, as_read, facts_of, quoted
from ingest.facts_in import fact_of, values_of
from ingest.mapping import RETURNED
from ingest.models import RowError
from ingest.rows import neutral
from ingest.staging import Staged
from ingest.words import in_words

SAMPLES = 30


def samples_of(staged: Staged) -> list[dict[str, Any]]:
    """Some rows that would change, field by field: the case's number and (label, old, new). None of sealed cases."""
    cases = staged.fact is None
    names = facts_of(staged) if cases else values_of(staged)
    if not names:
        return []
    table, mark, case = ("cases_case", "case_id", "t") if cases else (fact_of(staged).table, "fact_id", "w")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT w.line, w.number, {quoted(names, "t")}, {quoted(names, "w")} FROM {WORK} w
            JOIN {table} t ON t.id = w.{mark} WHERE {case}.sealed = '' ORDER BY w.line LIMIT {SAMPLES}"""
        )
        found = cursor.fetchall()
    return [sample(names, line, number, values, staged) for line, number, *values in found]


def sample(names: list[str], line: int, number: str, values: list[Any], staged: Staged) -> dict[str, Any]:
    pairs = zip(names, values[: len(names)], values[len(names) :], strict=True)
    labels = LABELS | ({column.name: column.name for column in staged.fact.columns} if staged.fact else {})
    changes = [
        [labels.get(name, name), in_words(name, old), in_words(name, new)]
        for name, old, new in pairs
        if as_read(name, old) != as_read(name, new)
    ]
    return {"line": line, "number": number, "changes": changes}


def rejected_lines(
    headers: list[str], errors: Iterable[RowError], *, language: str = "chinese"
) -> Iterator[list[str]]:
    """The refused rows whole, with line number and reason; columns of an earlier round are not doubled."""
    kept = [place for place, header in enumerate(headers) if header not in RETURNED]
    yield [*[headers[place] for place in kept], *RETURNED]
    for error in errors:
        cells = error.row["cells"]
        row = [neutral(cells[place]) if place < len(cells) else "" for place in kept]
        yield [*row, str(error.line), error.reason if language == "chinese" else error.row["english"]]


def write_rejected(file: IO[str], headers: list[str], errors: Iterable[RowError]) -> None:
    csv.writer(file, lineterminator="\r\n").writerows(rejected_lines(headers, errors))
