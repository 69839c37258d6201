"""The only way into the supervision log (监督日志), and whether it is whole.

Every case has two chains: ``open``, and ``secret`` for what concerns a secret flag. Each is numbered and linked by itself,
so an open chain is whole without the other and shows nothing of it; see docs/adr/0009.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from audit.chain import START, Verdict
from audit.sidechain import chain_on, walk_rows
from audit.trail import as_copied
from courts.models import Posting
from courts.numbered import random_id
from courts.roles import SPAN, Role, Span
from supervision.models import LogEntry

SYSTEM = "系统"
CONTENT = (
    *("id", "case_id", "court_id", "stream", "sequence", "at", "act", "person_id", "person", "capacity", "remit"),
    *("flag_code", "measure_code", "measure_id", "basis", "content", "opinion_at", "attachment_hash", "reply_by", "salt"),
)  # fmt: skip
WRITTEN = (*CONTENT, "previous", "digest")
PAGE = 5000
SLICE = 10_000  # rows in memory at a time


@dataclass(frozen=True)
class Line:
    """One row to be, by ids: what a statement over many cases knows. Without a person it is the system's own act."""

    case_id: int
    court_id: int
    act: str
    at: datetime
    secret: bool = False
    person_id: int | None = None
    person: str = SYSTEM
    capacity: str = ""
    remit: str = ""
    flag_code: str = ""
    measure_code: str = ""
    measure_id: int | None = None
    basis: str = ""
    content: str = ""
    opinion_at: str = ""
    attachment_hash: str = ""
    reply_by: date | None = None


def write(
    *,
    case: Any,
    act: str,
    by: Any,
    at: datetime,
    flag: Any = None,
    measure: Any = None,
    content: str = "",
    basis: str = "",
    opinion_at: str = "",
    attachment_hash: str = "",
    reply_by: date | None = None,
    secret: bool | None = None,
) -> LogEntry:
    """Write one row, in the transaction that performs the act; ``by=None`` means the system itself.

    The flag is the measure's unless given. What concerns a secret flag is secret without being told so.
    """
    flag = flag or getattr(measure, "flag", None)
    line = Line(
        case_id=case.pk,
        court_id=case.court_id,
        act=act,
        at=at,
        secret=bool(getattr(flag, "secret", False)) if secret is None else secret,
        person_id=by.pk if by else None,
        person=str(by) if by else SYSTEM,
        capacity=by.capacity() if by else "",
        remit=remit_of(by, case.court_id) if by else "",
        flag_code=flag.rule.code if flag else "",
        measure_code=getattr(measure, "code", ""),
        measure_id=getattr(measure, "pk", None),
        basis=basis,
        content=content,
        opinion_at=opinion_at,
        attachment_hash=attachment_hash,
        reply_by=reply_by,
    )
    return LogEntry(**write_slice([line])[0])


def write_many(lines: Iterable[Line]) -> int:
    """Write rows of many cases at once, each behind the newest of its chain; how many. Three statements a slice.

    By case, so that cases are held in one order however the lines came; of one case in the order given.
    """
    ordered = sorted(lines, key=attrgetter("case_id"))
    for start in range(0, len(ordered), SLICE):
        write_slice(ordered[start : start + SLICE])
    return len(ordered)


def write_slice(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The rows as they were written."""
    rows = [as_row(line) for line in lines]
    if not connection.in_atomic_block:
        raise RuntimeError(f"{rows[0]['act']} must be logged in the transaction that performs it")
    case_ids = sorted({row["case_id"] for row in rows})
    hold_cases(case_ids)
    append(rows, newest_of(case_ids))
    store(rows)
    return rows


def remit_of(person: Any, court_id: int) -> str:
    """What the person answers for in that court by today's posts (职责范围): the whole court, divisions, own cases."""
    found = [words_of(seat) for seat in person.seats if seat.court_id == court_id]
    return "、".join(dict.fromkeys(words for words in found if words))[:160]


def words_of(seat: Posting) -> str:
    match SPAN[Role(seat.role)]:
        case Span.COURT:
            return "全院"
        case Span.REGION:
            return "全院及下级法院"
        case Span.DIVISION:
            return str(seat.division or "")
        case Span.OWN:
            return "本人参与审理的案件"
        case _:
            return ""


def as_row(line: Line) -> dict[str, Any]:
    stream = "secret" if line.secret else "open"
    values = {name: value for name, value in vars(line).items() if name != "secret"}
    basis = line.basis if len(line.basis) <= 300 else f"{line.basis[:299]}…"
    return values | {"id": random_id(), "stream": stream, "basis": basis, "salt": uuid4()}


def hold_cases(case_ids: Sequence[int]) -> None:
    """One writer a case at a time; in the order of their numbers, so that two statements never wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM cases_case WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [list(case_ids)]
        )


def newest_of(case_ids: Sequence[int]) -> dict[tuple[int, str], tuple[int, str]]:
    """(case, stream) → sequence and digest of its newest row."""
    newest = LogEntry.objects.filter(case_id__in=case_ids).order_by("case_id", "stream", "-sequence")
    found = newest.distinct("case_id", "stream").values_list("case_id", "stream", "sequence", "digest")
    return {(case_id, stream): (sequence, digest) for case_id, stream, sequence, digest in found}


def append(rows: list[dict[str, Any]], newest: dict[tuple[int, str], tuple[int, str]]) -> None:
    """Give every row its place behind the newest of its chain, in the order given."""
    for row in rows:
        chain = (row["case_id"], row["stream"])
        sequence, previous = newest.get(chain, (0, START))
        row["sequence"], row["previous"] = sequence + 1, previous
        row["digest"] = chain_on(previous, [content_of(row)])[0]
        newest[chain] = (row["sequence"], row["digest"])


def content_of(row: dict[str, Any]) -> dict[str, Any]:
    """What a row says, in plain JSON: what its digest covers and an exported file shows."""
    said = {name: row[name] for name in CONTENT}
    said["at"] = said["at"].astimezone(UTC).isoformat(timespec="microseconds")
    said["salt"] = str(said["salt"])
    said["reply_by"] = said["reply_by"].isoformat() if said["reply_by"] else None
    return said


def store(rows: list[dict[str, Any]]) -> None:
    lines = "".join("\t".join(as_copied(row[name]) for name in WRITTEN) + "\n" for row in rows)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY supervision_logentry ({', '.join(WRITTEN)}) FROM STDIN", StringIO(lines))


def rows_of(case_id: int, stream: str) -> list[tuple[dict[str, Any], str]]:
    """The rows of one chain in order, each with the digest kept for it."""
    rows = LogEntry.objects.filter(case_id=case_id, stream=stream).order_by("sequence").values(*WRITTEN)
    return [(content_of(row), row["digest"]) for row in rows]


def verify_case(case_id: int, stream: str = "open") -> Verdict:
    """Whether one chain is whole, and up to where."""
    return walk_rows(rows_of(case_id, stream))


def verify_all() -> tuple[int, list[tuple[int, str, Verdict]]]:
    """How many chains there are, and those that are broken: (case, stream, verdict)."""
    total, broken = 0, []
    for (case_id, stream), rows in groupby(every_row(), key=itemgetter(0)):
        total += 1
        verdict = walk_rows((row, digest) for _chain, row, digest in rows)
        if verdict.problem:
            broken.append((case_id, stream, verdict))
    return total, broken


def every_row() -> Iterator[tuple[tuple[int, str], dict[str, Any], str]]:
    """All chains, one after the other; a page in memory at a time."""
    with transaction.atomic():
        rows = LogEntry.objects.order_by("case_id", "stream", "sequence").values(*WRITTEN)
        for row in rows.iterator(chunk_size=PAGE):
            yield (row["case_id"], row["stream"]), content_of(row), row["digest"]
