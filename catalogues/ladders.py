"""Which stage of a warning ladder (预警阶梯) something watched has reached on a day, and since when. Pure.

A stage that would begin before the thing watched does is skipped, so that a clock of a few days is not born urgent.
Where nothing is known of a beginning (``start_on`` None), no stage is skipped and those by parts never come.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from catalogues.dated import NotInForce, in_force
from catalogues.law import AlertLadder, LadderStage

EVERY_CATEGORY = "全部"
STAGES = ("early", "mid", "urgent", "overdue")  # mildest first


def narrowest_first(ladders: Iterable[Iterable[AlertLadder]], day: date) -> tuple[AlertLadder, ...]:
    """Of each ladder the version in force that day, in the order in which a case tries them.

    Ladders for named procedures come before those for named categories, and these before those for every case;
    otherwise the order of the catalogue holds.
    """
    found = []
    for versions in ladders:
        try:
            found.append(in_force(versions, day))
        except NotInForce:
            continue
    return tuple(sorted(found, key=breadth))


def breadth(ladder: AlertLadder) -> tuple[bool, bool]:
    """How wide a ladder is: any procedure, every category."""
    return not ladder.procedures, EVERY_CATEGORY in ladder.categories


def fits(ladder: AlertLadder, watches: str, category: str, procedure: str) -> bool:
    """Whether the ladder is for that kind of thing in such a case."""
    return (
        ladder.watches == watches
        and (EVERY_CATEGORY in ladder.categories or category in ladder.categories)
        and (not ladder.procedures or procedure in ladder.procedures)
    )


def ladder_for(
    ladders: Iterable[AlertLadder], watches: str, category: str, procedure: str
) -> AlertLadder | None:
    """The ladder that counts for such a case: the first that fits. None: nobody is told of it at all."""
    return next((ladder for ladder in ladders if fits(ladder, watches, category, procedure)), None)


def begins_on(stage: LadderStage, start_on: date | None, due_on: date) -> date | None:
    """The day a stage begins; None where it would begin before the thing watched does."""
    if stage.measure == "after":
        return due_on + timedelta(days=stage.n)
    if stage.measure == "part":
        return _part_run_on(stage, start_on, due_on)
    began = due_on - timedelta(days=stage.n)
    return None if start_on is not None and began < start_on else began


def stage_on(
    day: date, start_on: date | None, due_on: date, ladder: AlertLadder
) -> tuple[LadderStage, date] | None:
    """The most severe stage reached on that day and the day it began; None: nobody need be told yet, or any more."""
    if ladder.lapses and day > due_on:
        return None
    for stage in reversed(ladder.stages):
        began = begins_on(stage, start_on, due_on)
        if began is not None and began <= day:
            return stage, began
    return None


def _part_run_on(stage: LadderStage, start_on: date | None, due_on: date) -> date | None:
    """The first day on which at least ``n`` of ``of`` parts of the time have run."""
    if start_on is None or due_on < start_on or not stage.of:
        return None
    days = -(-stage.n * (due_on - start_on).days // stage.of)
    return start_on + timedelta(days=days)
