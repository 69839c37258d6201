"""A file of many judgments received at once (批量收录): each line is taken or refused by itself, and all is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from audit import trail
from courts.models import User
from precedents.documents import NOT_A_KEEPER, NOT_YOUR_CASE, keeps, put_document
from precedents.reading import Line

RECEIVE = "precedents.receive_documents"


@dataclass
class Received:
    """What came of a file; ``refused`` are line numbers with the reason in English and in Chinese."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, str, str]] = field(default_factory=list)


def receive_documents(*, lines: Iterable[Line], by: User | None, at: datetime) -> Received:
    """Take every judgment that can be taken; the same file again changes nothing."""
    if by is not None and not keeps(by):
        raise trail.Refused(NOT_A_KEEPER, act=RECEIVE, by=by)
    received = Received()
    for line in lines:
        take(line, received, by, at)
    with transaction.atomic():
        counts = {name: received.counts[name] for name in ("added", "replaced", "unchanged")}
        trail.record(RECEIVE, by=by, at=at, after=counts | {"refused": len(received.refused)})
    return received


def take(line: Line, received: Received, by: User | None, at: datetime) -> None:
    if line.judgment is None:
        received.refused.append(
            (line.number, str(line.problem), line.problem.chinese if line.problem else "")
        )
        return
    try:
        _, how = put_document(judgment=line.judgment, by=by, at=at)
    except trail.Refused as refusal:
        # Whether there is a case of that number is not for everybody to know: both refusals read the same.
        sentence = "没有这一案件，或者您无权查看" if refusal.sentence == NOT_YOUR_CASE else refusal.sentence
        received.refused.append((line.number, f"refused: {sentence}", sentence))
        return
    received.counts[how] += 1
