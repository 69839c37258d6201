"""How near the limit of a case is (临近程度), by the published warning ladders (预警阶梯): for one case, and in SQL.

The batch contract ``due`` keeps the default ladder (``cases.deadlines.level``); the pages follow what was published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import Case as Switch
from django.db.models import CharField, DurationField, ExpressionWrapper, F, Q, Value, When
from django.db.models.lookups import Exact

from catalogues.ladders import EVERY_CATEGORY, ladder_for, stage_on
from catalogues.law import AlertLadder, LadderStage

WATCHED = "statutory"


def level_on(
    day: date,
    start_on: date | None,
    due_on: date,
    *,
    category: str,
    procedure: str,
    ladders: Iterable[AlertLadder],
) -> str:
    """The stage a running limit has reached on that day, or ``none``."""
    ladder = ladder_for(ladders, WATCHED, category, procedure)
    reached = stage_on(day, start_on, due_on, ladder) if ladder else None
    return reached[0].stage if reached else "none"


def in_stage(stage: str, day: date, ladders: Sequence[AlertLadder], clock: str = "statutory") -> Q:
    """Cases whose limit is in that stage; the due day alone settles most of them."""
    running = Q(**{f"{clock}__state": "running"})
    reached = Q(Exact(stage_of_limit(day, ladders, clock), Value(stage)))
    latest = latest_due(stage, day, ladders)
    return running & Q(**{f"{clock}__due_on__lte": latest}) & reached if latest else running & reached


def latest_due(stage: str, day: date, ladders: Iterable[AlertLadder]) -> date | None:
    """The last due day that stage can be reached for; None where it goes by parts of the time."""
    found = [
        each
        for ladder in ladders
        if ladder.watches == WATCHED
        for each in ladder.stages
        if each.stage == stage
    ]
    if any(each.measure == "part" for each in found):
        return None
    days = (-each.n if each.measure == "after" else each.n for each in found)
    return day + timedelta(days=max(days, default=0))


def stage_of_limit(day: date, ladders: Iterable[AlertLadder], clock: str = "statutory") -> Switch:
    """The same as an expression over cases joined with their statutory clock, which must be running."""
    cases = [
        When(fitting(ladder), then=reached_stage(day, ladder, clock))
        for ladder in ladders
        if ladder.watches == WATCHED
    ]
    return Switch(*cases, default=Value("none"), output_field=CharField())


def fitting(ladder: AlertLadder) -> Q:
    found = Q(pk__isnull=False)
    if EVERY_CATEGORY not in ladder.categories:
        found &= Q(category__in=ladder.categories)
    return found & Q(procedure__in=ladder.procedures) if ladder.procedures else found


def reached_stage(day: date, ladder: AlertLadder, clock: str) -> Switch:
    lapsed = [When(Q(**{f"{clock}__due_on__lt": day}), then=Value("none"))] if ladder.lapses else []
    stages = [
        When(has_begun(stage, day, clock), then=Value(stage.stage)) for stage in reversed(ladder.stages)
    ]
    return Switch(*lapsed, *stages, default=Value("none"), output_field=CharField())


def has_begun(stage: LadderStage, day: date, clock: str) -> Q:
    due, start, n = f"{clock}__due_on", f"{clock}__start_on", timedelta(days=stage.n)
    if stage.measure == "after":
        return Q(**{f"{due}__lte": day - n})
    if stage.measure == "before":
        in_time = Q(**{f"{start}__isnull": True}) | Q(**{f"{due}__gte": F(start) + n})
        return Q(**{f"{due}__lte": day + n}) & in_time
    days = ExpressionWrapper((F(due) - F(start)) * stage.n / stage.of, output_field=DurationField())
    return Q(**{f"{due}__gte": F(start), f"{start}__lte": day - days})
