"""What a court lays over the national catalogues for itself and the courts below it (本院参数): only what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catalogues.differences import words
from catalogues.kinds import KINDS, OVERLAID
from catalogues.models import Edition
from catalogues.schema import Entries, Problem
from catalogues.selectors import bodies_of, law_in_use
from courts.models import Court


@dataclass(frozen=True)
class Inherited:
    """One entry that holds in a court without a word of its own, and whose it is: None for the national one."""

    code: str
    body: dict[str, Any]
    court: Court | None

    def said(self, kind: str) -> str:
        """The entry in words, for a list."""
        said = words(KINDS[kind].fields, self.body)
        return " ".join(value for where, value in said if not where.endswith(QUIET))


#: What a list of numbers leaves to the entry itself.
QUIET = ("名称", "起用日", "日期依据", "依据", "置信度", "备注")


def is_overlay(edition: Edition) -> bool:
    return edition.court_id is not None and edition.kind in OVERLAID


def inherited(edition: Edition) -> dict[str, Inherited]:
    """What the overlay lies over: the national entries under those of the courts above, the nearest one winning."""
    national = Edition.objects.in_use().filter(kind=edition.kind, court=None).first()
    found = {code: Inherited(code, body, None) for code, body in (bodies_of(national) if national else [])}
    for court in reversed([*courts_above(edition.court)]):
        above = Edition.objects.in_use().filter(kind=edition.kind, court=court).first()
        for code, body in bodies_of(above) if above else []:
            found[code] = Inherited(code, body, court)
    return found


def courts_above(court: Court) -> Iterator[Court]:
    """The courts above, the nearest first."""
    while (upper := court.parent) is not None:
        yield upper
        court = upper


def unknown_profiles(edition: Edition, entries: Entries) -> list[Problem]:
    """A profile a court would follow must be one that is published."""
    body = dict(entries).get("profile") if edition.kind == "supervision_settings" else None
    known = law_in_use().profiles if body else {}
    return [
        Problem(
            f"{edition} › profile",
            f'no profile is called "{version["text"]}"; it must be one of: {", ".join(known)}',
            f"没有“{version['text']}”这一识别方案；应为下列之一：{'、'.join(known)}",
        )
        for version in (body or {"versions": []})["versions"]
        if version["text"] not in known
    ]
