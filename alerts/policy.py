"""The warning ladders and settings of a day (预警阶梯、参数) as rows: for those who tell, and for SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from json import dumps
from typing import Any

from cases.models import CATEGORIES, PROCEDURES
from catalogues.ladders import STAGES, ladder_for
from catalogues.law import AlertLadder, LadderStage
from catalogues.selectors import law_in_use


@dataclass(frozen=True)
class Rung:
    """One stage of one ladder. ``position`` is the ladder's: of those that fit a case the lowest counts."""

    position: int
    ladder: str
    watches: str
    categories: tuple[str, ...]
    procedures: tuple[str, ...]
    lapses: bool
    stage: str
    measure: str
    n: int
    of: int | None
    tell: tuple[str, ...]
    repeat_days: int | None
    channels: tuple[str, ...]


def rungs(day: date) -> list[Rung]:
    """The stages of every ladder in force that day, in the order in which a case tries the ladders."""
    return rungs_of(law_in_use().ladders_on(day))


def rungs_of(ladders: tuple[AlertLadder, ...]) -> list[Rung]:
    """The stages of these ladders, which stand in the order in which a case tries them."""
    return [*_rungs(ladders)]


def setting(code: str, day: date) -> int:
    """A number the alerts go by (预警参数)."""
    found = law_in_use().setting(code, day)
    if isinstance(found, str):
        raise TypeError(f'the alert setting "{code}" is the word "{found}"; a number is wanted')
    return found


def word(code: str, day: date) -> str:
    """A word the alerts go by (预警参数)."""
    return str(law_in_use().setting(code, day))


def _rungs(ladders: tuple[AlertLadder, ...]) -> Iterator[Rung]:
    for position, ladder in enumerate(ladders):
        for stage in ladder.stages:
            yield Rung(
                position, ladder.id, ladder.watches, ladder.categories, ladder.procedures, ladder.lapses,
                stage.stage, stage.measure, stage.n, stage.of, stage.tell, stage.repeat_days, stage.channels,
            )  # fmt: skip


@lru_cache(maxsize=8)
def ladder_rows(ladders: tuple[AlertLadder, ...], kinds: tuple[str, ...]) -> str:
    """Which ladder counts for every kind, category and procedure, a column a stage, as JSON for ``LADDERS``."""
    found = (
        {"kind": kind, "category": category, "procedure": procedure} | _columns(ladder)
        for kind in kinds
        for category, _ in CATEGORIES
        for procedure, _ in PROCEDURES
        if (ladder := ladder_for(ladders, kind, category, procedure))
    )
    return dumps([*found], ensure_ascii=False)


def _columns(ladder: AlertLadder) -> dict[str, Any]:
    columns: dict[str, Any] = {"lapses": ladder.lapses}
    for stage in ladder.stages:
        columns |= {f"{stage.stage}_{name}": value for name, value in _terms(stage).items()}
    return columns


def _terms(stage: LadderStage) -> dict[str, Any]:
    """``shift`` days from the due day, or ``part`` of ``of`` parts; ``skips``: not where it would begin too early."""
    if stage.measure == "part":
        return {"part": stage.n, "of": stage.of}
    return {"shift": -stage.n if stage.measure == "before" else stage.n, "skips": stage.measure == "before"}


#: The rows of ``ladder_rows`` in SQL.
LADDERS = (
    "jsonb_to_recordset(%(ladders)s) AS l(kind text, category text, procedure text, lapses bool, {})".format(
        ", ".join(
            f"{stage}_shift int, {stage}_skips bool, {stage}_part int, {stage}_of int" for stage in STAGES
        )
    )
)


def begins_on(stage: str) -> str:
    """The SQL twin of ``catalogues.ladders.begins_on`` for a period ``w`` under a ladder ``l``."""
    return f"""
        CASE WHEN l.{stage}_of IS NOT NULL
             THEN CASE WHEN w.due_on >= w.start_on
                       THEN w.start_on + (l.{stage}_part * (w.due_on - w.start_on) + l.{stage}_of - 1) / l.{stage}_of END
             WHEN NOT l.{stage}_skips OR w.start_on IS NULL OR w.due_on + l.{stage}_shift >= w.start_on
             THEN w.due_on + l.{stage}_shift END"""


@lru_cache(maxsize=64)
def within_reach(ladders: tuple[AlertLadder, ...], kind: str) -> str:
    """A cheap condition, in SQL, that holds wherever a period ``w`` of that kind has reached any stage of any ladder."""
    stages = [stage for ladder in ladders if ladder.watches == kind for stage in ladder.stages]
    shifts = [
        -stage.n if stage.measure == "before" else stage.n for stage in stages if stage.measure != "part"
    ]
    parts = [Fraction(stage.n, stage.of) for stage in stages if stage.measure == "part" and stage.of]
    near = [f"w.due_on <= %(day)s::date - ({min(shifts)})"] if shifts else []
    for part in [min(parts)] if parts else []:
        run, whole = "(%(day)s::date - w.start_on)", "(w.due_on - w.start_on)"
        near.append(f"{part.denominator} * {run} >= {part.numerator} * {whole}")
    return f"({' OR '.join(near) or 'false'})"
