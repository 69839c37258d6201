"""What a court is like (法院概况): central staffing and the six circumstances of a year, entered here or imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import trail
from courts.models import Court, User
from courts.roles import Permission
from quota.models import CourtFigure
from quota.reach import region_of

ENTER = "quota.enter_figure"
NOT_YOURS = "您不能填报这一法院的概况，请由该院或者上级法院政治部填报。"
TWIN = (
    "{} was already given for {} in this file with other content",
    "{} 的 {} 年概况在本文件中已有一行而内容不同，无法判断以哪一行为准",
)
#: The circumstances of a court as the catalogue calls them, and where they are kept.
FACTORS: Mapping[str, str] = {
    "area": "area",
    "pop": "population",
    "gdp": "gdp",
    "eth": "minorities",
    "exp": "experience",
    "closed": "closed",
}
KEPT = ("staffing", *FACTORS.values(), "source")


@dataclass(frozen=True)
class Taken:
    """What became of a list: ``refused`` are places in it with the reason in English and in Chinese."""

    created: int
    updated: int
    unchanged: int
    refused: list[tuple[int, str, str]]


@transaction.atomic
def enter_figure(
    *, court: Court, year: int, figures: Mapping[str, Any], by: User | None, at: datetime
) -> tuple[CourtFigure, str]:
    """Keep the figures of a court and year; says whether that is ``created``, ``updated`` or ``unchanged``.

    A figure the mapping does not name stays as it was; None takes it back.
    """
    if by is not None and court.pk not in region_of(by, Permission.PLAN_QUOTA):
        raise trail.Refused(NOT_YOURS, act=ENTER, on=court, by=by)
    row = CourtFigure.objects.select_for_update().filter(court=court, year=year).first()
    before = kept(row) if row else {}
    said = {name: figures[name] for name in KEPT if name in figures}
    if row and all(before[name] == value for name, value in said.items()):
        return row, "unchanged"
    row = row or CourtFigure(court=court, year=year)
    for name, value in said.items():
        setattr(row, name, value)
    row.entered_by, row.entered_at = by, at
    row.save()
    trail.record(ENTER, on=court, by=by, at=at, before=before or None, after={"year": year, **kept(row)})
    return row, "updated" if before else "created"


def kept(row: CourtFigure) -> dict[str, Any]:
    return {name: getattr(row, name) for name in KEPT}


def circumstances(row: CourtFigure | None) -> dict[str, float | None]:
    """The six factors by the catalogue's codes."""
    return {code: getattr(row, name) if row else None for code, name in FACTORS.items()}


def receive_figures(*, rows: list[Mapping[str, Any]], by: User | None, at: datetime) -> Taken:
    """A list of figures, each a court, a year and what is said of it. The second row of a court and year is refused."""
    counts = dict.fromkeys(("created", "updated", "unchanged"), 0)
    seen: dict[tuple[int, int], Mapping[str, Any]] = {}
    refused: list[tuple[int, str, str]] = []
    for place, row in enumerate(rows):
        key = (row["court"].pk, row["year"])
        if key in seen:
            if seen[key] == row:
                counts["unchanged"] += 1
            else:
                refused.append((place, *(words.format(row["court"].code, row["year"]) for words in TWIN)))
            continue
        seen[key] = row
        _, done = enter_figure(court=row["court"], year=row["year"], figures=row, by=by, at=at)
        counts[done] += 1
    return Taken(**counts, refused=refused)
