"""The long job of measuring hours (工时测算计算): diaries read, hours computed by cell and kind, circumstances fitted.

It runs in the background and may be killed at any moment: whoever takes it up begins anew and comes to the same hours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from audit import trail
from courts.clock import today
from courts.models import Court, User
from quota.hour_rules import HourRules, hour_rules
from quota.hour_ways import CannotMeasure, Found, by_diary, by_elements, by_proxies
from quota.hours import DEFAULT, RELATIVE, Cell, Measured, Timed, measure
from quota.models import CellHours, Measurement, Study
from quota.region_context import context_card
from quota.studies import refuse_strangers
from quota.time_turns import held

ASK = "quota.ask_for_measurement"
STALE = timedelta(seconds=60)
MOST_ATTEMPTS = 3
UNFINISHED = ("queued", "running")
GIVEN_UP = f"计算{MOST_ATTEMPTS}次都中途中断，不再重试；可以重新发起，仍不行请告知系统管理员。"
NEEDS_STUDY = "按工时日志或者流程要素测算，须先选定一次工时测算。"
Clock = Callable[[], datetime]
WAYS: dict[str, Callable[[Measurement, HourRules], Found]] = {
    "diary": by_diary,
    "elements": by_elements,
    "proxy": by_proxies,
}


@transaction.atomic
def ask_for_measurement(
    *, court: Court, method: str, study: Study | None, by: User, at: datetime
) -> Measurement:
    """Have hours measured (发起测算). What is under way for the same study and method is not asked for twice."""
    refuse_strangers(court, by, ASK)
    if study is None and method != "proxy":
        raise trail.Refused(NEEDS_STUDY, act=ASK, on=court, by=by, status=409)
    Court.objects.select_for_update(no_key=True).get(pk=court.pk)  # two who ask at once get the same one
    same = Measurement.objects.filter(court=court, study=study, method=method, state__in=UNFINISHED)
    if under_way := same.first():
        return under_way
    made = Measurement.objects.create(court=court, study=study, method=method, asked_by=by, asked_at=at)
    made.seed = made.pk % 2**31
    made.save(update_fields=["seed"])
    trail.record(ASK, on=made, by=by, at=at, after={"method": method, "study": study.name if study else None})
    return made


def run_measurement(measurement_id: int, clock: Clock) -> bool:
    """Carry it out from its beginning; False where it is not ours to do."""
    with held(measurement_id) as is_alone:
        one = Measurement.objects.select_related("court", "study").filter(pk=measurement_id).first()
        if not is_alone or one is None or one.state not in UNFINISHED:
            return False
        if one.attempts >= MOST_ATTEMPTS:
            return not note(one, state="failed", problem=GIVEN_UP, finished_at=clock())
        note(one, state="running", progress=1, attempts=one.attempts + 1)
        try:
            compute(one, today(), clock)
        except (CannotMeasure, ValueError) as wrong:
            return not note(one, state="failed", problem=str(wrong)[:500], finished_at=clock())
        return True


def compute(one: Measurement, on: date, clock: Clock) -> None:
    """Hours by cell and by kind; kept with the card in one transaction."""
    rules = hour_rules(one.court_id, on)
    found = WAYS[one.method](one, rules)
    note(one, progress=50)
    plain = found.is_winsorised
    cells = measured(found.timed, one.seed, rules, rules.defaults_of(found.timed), plain=plain)
    kinds = by_kind(found.timed, one.seed, rules, plain=plain)
    if found.is_relative:
        cells, kinds = only_compared(cells), only_compared(kinds)
    note(one, progress=80)
    context = context_card(found.timed, found.courts, kinds, one.court, rules, on)
    card = {
        **found.card, "timed": len(found.timed), "rules": rules.said(), "editions": rules.editions, "on": str(on),
        "kinds": {kind.code: said(kinds[kind.cell]) for kind in rules.kinds.by_code.values() if kind.cell in kinds},
        "context": context,
    }  # fmt: skip
    with transaction.atomic():
        CellHours.objects.filter(measurement=one).delete()
        CellHours.objects.bulk_create(row_of(one, cell, each) for cell, each in {**cells, **kinds}.items())
        note(one, state="done", progress=100, card=card, problem="", finished_at=clock())


def by_kind(timed: list[Timed], seed: int, rules: HourRules, *, plain: bool) -> dict[Cell, Measured]:
    """By the kinds that needs are counted in. One too few were timed of keeps the catalogue's hours: ordinary trials do
    not take the hours of summary ones because nobody timed them."""
    named = [(one, rules.kinds.of_type(one.cell.case_type, one.cell.procedure)) for one in timed]
    alone = [replace(one, cell=Cell(kind.code)) for one, kind in named if kind]
    defaults = {Cell(code): kind.hours for code, kind in rules.kinds.by_code.items()}
    found = measured(alone, seed, rules, defaults, plain=plain)
    return {rules.kinds.by_code[cell.case_type].cell: each for cell, each in found.items()}


def only_compared(found: Mapping[Cell, Measured]) -> dict[Cell, Measured]:
    """Hours nobody measured are of a level of their own."""
    return {
        cell: one if one.used_level == DEFAULT else replace(one, used_level=RELATIVE)
        for cell, one in found.items()
    }


def measured(
    timed: list[Timed], seed: int, rules: HourRules, defaults: Mapping[Cell, float], *, plain: bool
) -> dict[Cell, Measured]:
    """``plain``: the ends are drawn in already."""
    low, high = (0.0, 1.0) if plain else (rules.winsor_low, rules.winsor_high)
    return measure(
        timed, cell_min=rules.cell_min, winsor_low=low, winsor_high=high, seed=seed, defaults=defaults
    )


def row_of(one: Measurement, cell: Cell, found: Measured) -> CellHours:
    return CellHours(
        measurement=one, case_type=cell.case_type, procedure=cell.procedure, klass=cell.klass, group=cell.cause_group,
        n=found.own, hours=round(found.hours, 4), low=rounded(found.low), high=rounded(found.high),
        level=found.used_level, winsorised=found.winsorised, said=found.said,
    )  # fmt: skip


def said(found: Measured) -> dict[str, Any]:
    return {
        "hours": round(found.hours, 4), "low": rounded(found.low), "high": rounded(found.high), "n": found.own,
        "level": found.used_level, "of": found.n,
        "said": found.said,
    }  # fmt: skip


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


# --- who carries it out ------------------------------------------------------------------------------------------
def note(one: Measurement, **fields: Any) -> bool:
    """Write how far it is; at once, so that whoever waits sees it."""
    for name, value in fields.items():
        setattr(one, name, value)
    return bool(Measurement.objects.filter(pk=one.pk).update(**fields))


def left_behind(at: datetime) -> list[int]:
    """Measurements nobody has begun or ended for a while: their worker died or their task was lost."""
    waiting = Measurement.objects.filter(state__in=UNFINISHED, asked_at__lt=at - STALE)
    return list(waiting.order_by("asked_at").values_list("pk", flat=True))
