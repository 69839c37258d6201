"""A whole file into one temporary table (暂存): read, refused or staged row by row, twins inside the file taken out.

The table belongs to the session, so a worker that dies leaves nothing behind; whoever resumes stages again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import connection, transaction

from courts.clock import today
from ingest import element_lines
from ingest.book import Book
from ingest.case_lines import CaseLines
from ingest.columns import FactKind, FactLines, fact_kinds
from ingest.mapping import FIELDS, Layout, header_row, recognise
from ingest.models import Batch, RowError
from ingest.readers import Chunk, Table, open_table
from ingest.refusals import Reason, Unreadable

STAGE = "ingest_stage"
TITLES = 10  # a header may stand below titles
TWIN = Reason(
    "the number was already given in line {line} of this file with other content",
    "本文件第 {line} 行已有同一{what}而内容不同，无法判断以哪一行为准",
)


@dataclass
class Source:
    """A file opened under a kind: its table, its headers and where they stand."""

    table: Table
    headers: list[str]
    header_line: int
    layout: Layout

    def chunks(self) -> Iterator[Chunk]:
        """The rows below the header, each as wide as it; a row with more cells than headers cannot be trusted."""
        width = len(self.headers)
        for chunk in self.table.chunks():
            if chunk.lines and chunk.lines[0] <= self.header_line:
                chunk = below(chunk, self.header_line)
            if any(len(row) != width for row in chunk.rows):
                for place, row in enumerate(chunk.rows):
                    if len(row) < width:
                        chunk.rows[place] = row + [""] * (width - len(row))
                    elif any(cell.strip() for cell in row[width:]):
                        chunk.broken.setdefault(place, too_many_cells(len(row), width))
            if chunk.rows:
                yield chunk


def below(chunk: Chunk, line: int) -> Chunk:
    skipped = sum(1 for number in chunk.lines if number <= line)
    broken = {place - skipped: reason for place, reason in chunk.broken.items() if place >= skipped}
    return Chunk(chunk.lines[skipped:], chunk.rows[skipped:], broken)


def too_many_cells(cells: int, width: int) -> Reason:
    return Reason(
        f"the row has {cells} cells and the header only {width}; a cell with a comma needs quotes around it",
        f"本行有 {cells} 个单元格，表头只有 {width} 个；含逗号的单元格应加引号",
    )


def open_source(path: Path, kind: str, *, name: str = "", said: dict[str, str] | None = None) -> Source:
    """Find the header among the first rows. What is missing is in ``layout.missing``; ``require_headers`` insists."""
    table = open_table(path, name)
    first = table.first_rows(TITLES)
    if not first:
        raise Unreadable("the file has no rows", "文件里没有任何行")
    place = header_row([row for _, row in first], kind, said) or 0
    line, headers = first[place][0], [storable(header) for header in first[place][1]]
    return Source(table, [header.strip() for header in headers], line, recognise(headers, kind, said))


def require_headers(source: Source, kind: str) -> None:
    if source.layout.missing:
        names, seen = (
            "、".join(source.layout.missing),
            "、".join(header[:20] for header in source.headers[:12]),
        )
        raise Unreadable(
            f"no column {names}: line {source.header_line} should be the header and reads {seen}",
            f"缺少“{names}”列：第 {source.header_line} 行应为表头，现为“{seen}”",
        )
    if kind == "staff" and not {"staff_no", "username"} & source.layout.columns.keys():
        raise Unreadable(
            "no column 人事编号 or 用户名: people need one of them",
            "缺少“人事编号”或“用户名”列，二者至少有一列",
        )


@dataclass
class Staged:
    """What staging found. ``same`` are rows equal to an earlier one of the file, ``last`` the last line."""

    source: Source
    maker: CaseLines | FactLines
    fact: FactKind | None
    rows: int = 0
    last: int = 0
    refused: int = 0
    same: int = 0
    odd_courts: int = 0  # rows with a court code that is unknown or retired, twins included


def stage_file(*, batch: Batch, source: Source, book: Book) -> Staged:
    """Fill the temporary table and the batch's refused rows anew, in one transaction."""
    staged = prepared(batch.kind, source, book)
    with transaction.atomic(), TemporaryFile("w+", encoding="utf-8") as spool, connection.cursor() as cursor:
        RowError.objects.filter(batch=batch).delete()
        make_table(cursor, staged.maker.columns)
        names = ", ".join(f'"{name}"' for name, _ in staged.maker.columns)
        feed = Feed(staged, spool)
        cursor.copy_expert(f"COPY {STAGE} (line, {names}) FROM STDIN", feed, 1 << 20)
        if feed.problem:
            raise feed.problem
        cursor.execute(f"CREATE INDEX ON {STAGE} USING brin (line) WITH (pages_per_range = 16)")
        cursor.execute(f"ANALYZE {STAGE} (line, number)")
        keep_refused(batch, spool)
        if staged.fact is None:
            cursor.execute(f"SELECT count(*) FROM {STAGE} WHERE court_doubt <> '' AND court_code <> ''")
            staged.odd_courts = cursor.fetchone()[0]
        take_out_twins(cursor, batch, staged)
    return staged


def prepared(kind: str, source: Source, book: Book) -> Staged:
    if kind == "cases":
        return Staged(source, CaseLines(source.layout, book, {code: code for code in book.law.limits}), None)
    if kind in element_lines.KINDS:
        return Staged(
            source,
            element_lines.lines_of(kind, source.layout, book, today()),
            element_lines.KINDS[kind],
        )
    grounds, restarting = ground_names(book)
    fact = fact_kinds(grounds, restarting)[kind]
    return Staged(source, FactLines(fact, source.layout, book), fact)


def ground_names(book: Book) -> tuple[dict[str, str], frozenset[str]]:
    """Grounds by id, by name, and by name without its remark in brackets where that is clear."""
    found = {code: code for code in book.law.grounds} | dict(book.law.ground_by_name)
    short: dict[str, set[str]] = {}
    for name, code in book.law.ground_by_name.items():
        bare = name.replace("(", "（").split("（")[0].strip()
        for form in (bare, bare.removesuffix("期间")):
            short.setdefault(form, set()).add(code)
    found |= {name: codes.pop() for name, codes in short.items() if len(codes) == 1 and name not in found}
    folded = {
        name.replace("（", "(").replace("）", ")").replace("，", ","): code for name, code in found.items()
    }
    restarting = frozenset(
        code for code, versions in book.law.grounds.items() if versions[-1].mode == "restart"
    )
    return found | folded, restarting


def make_table(cursor: Any, columns: Sequence[tuple[str, str]]) -> None:
    body = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    cursor.execute(f"DROP TABLE IF EXISTS {STAGE}")
    cursor.execute(f"CREATE TEMP TABLE {STAGE} (line bigint NOT NULL, {body})")


class Feed:
    """What COPY reads from: good rows as lines, refused ones spooled aside, since the connection is busy meanwhile."""

    def __init__(self, staged: Staged, spool: IO[str]):
        self.staged, self.spool = staged, spool
        self.chunks = staged.source.chunks()
        self.problem: Unreadable | None = None  # COPY would hide it behind an error of its own

    def read(self, size: int = -1) -> bytes:
        try:
            return self.next_lines()
        except Unreadable as problem:
            self.problem = problem
            return b""

    def next_lines(self) -> bytes:
        for chunk in self.chunks:
            lines = self.staged.maker.lines(chunk)
            self.staged.rows += len(chunk.rows)
            self.staged.last = chunk.lines[-1]
            for place, reason in lines.refused:
                self.staged.refused += 1
                spool_refused(self.spool, chunk.lines[place], reason, chunk.rows[place])
            if lines.good:
                return ("\n".join(lines.good) + "\n").encode()
        return b""


def spool_refused(spool: IO[str], line: int, reason: Reason, cells: list[str]) -> None:
    spool.write(json.dumps([line, reason.chinese, reason.english, [storable(cell) for cell in cells]]) + "\n")


def storable(cell: str) -> str:
    """A cell as jsonb can hold it."""
    return cell.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def keep_refused(batch: Batch, spool: IO[str]) -> None:
    spool.seek(0)
    some: list[RowError] = []
    for text in spool:
        line, chinese, english, cells = json.loads(text)
        some.append(
            RowError(
                batch=batch, line=line, reason=storable(chinese), row={"cells": cells, "english": english}
            )
        )
        if len(some) == 2000:
            RowError.objects.bulk_create(some)
            some.clear()
    RowError.objects.bulk_create(some)


def take_out_twins(cursor: Any, batch: Batch, staged: Staged) -> None:
    """Of rows that speak of the same thing the first counts; an equal one changes nothing, another is refused."""
    key = ["number"] + (list(staged.fact.staged_key) if staged.fact else [])
    names = ", ".join(f'"{name}"' for name in key)
    same_key = " AND ".join(f's."{name}" IS NOT DISTINCT FROM f."{name}"' for name in key)
    if staged.fact is None:
        same_key = "s.number = f.number"
    cursor.execute("SET LOCAL work_mem = '64MB'")
    cursor.execute(
        f"""WITH first AS MATERIALIZED (SELECT {names}, min(line) AS line FROM {STAGE} GROUP BY {names} HAVING count(*) > 1)
        SELECT s.line, f.line,
               to_jsonb(s) - '{{line,number_received}}'::text[] = to_jsonb(o) - '{{line,number_received}}'::text[]
        FROM first f JOIN {STAGE} s ON {same_key} AND s.line > f.line JOIN {STAGE} o ON o.line = f.line ORDER BY s.line"""
    )
    twins = cursor.fetchall()
    if not twins:
        return
    cursor.execute(f"DELETE FROM {STAGE} WHERE line = ANY(%s)", [[line for line, _, _ in twins]])
    staged.same = sum(1 for _, _, equal in twins if equal)
    what = staged.fact.label if staged.fact else "案号"
    others = {line: reason_for_twin(first, what) for line, first, equal in twins if not equal}
    staged.refused += len(others)
    refuse_lines(batch, staged.source, others)


def reason_for_twin(line: int, what: str) -> Reason:
    return Reason(TWIN.english.format(line=line), TWIN.chinese.format(line=line, what=what))


def refuse_lines(batch: Batch, source: Source, reasons: dict[int, Reason]) -> None:
    """Refuse rows that were staged already: their cells are read from the file once more."""
    if not reasons:
        return
    some = [
        RowError(
            batch=batch,
            line=line,
            reason=reasons[line].chinese,
            row={"cells": [storable(cell) for cell in row], "english": reasons[line].english},
        )
        for chunk in source.chunks()
        for line, row in zip(chunk.lines, chunk.rows, strict=True)
        if line in reasons
    ]
    RowError.objects.bulk_create(some, batch_size=2000, ignore_conflicts=True)


def headers_of(kind: str) -> dict[str, str]:
    """Our headers by field, for pages."""
    return {field.name: field.header for field in FIELDS[kind]}
