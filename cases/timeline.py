"""What happened in a case, in order (时间线): events, pauses, extensions, restarts, conversions, each with its origin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from cases.element_values import MEASURES, element_in_words, outcome_in_words
from cases.explanations import UNITS
from cases.marks import is_mark
from cases.models import Case, Conversion, Element, Exclusion, Extension, Outcome, ProcedureEvent, Restart
from catalogues.selectors import Law
from courts.clock import today

KINDS = {
    ProcedureEvent: ("event", "事件"),
    Exclusion: ("pause", "扣除"),
    Extension: ("extension", "延长"),
    Restart: ("restart", "重新计算"),
    Conversion: ("conversion", "程序转换"),
}


@dataclass(frozen=True)
class Moment:
    """One entry of the timeline. ``fact`` is None for what the case itself says (filing, closing)."""

    on: date | None
    kind: str
    label: str
    title: str
    detail: str
    origin: str
    fact: Any = None

    @property
    def is_withdrawn(self) -> bool:
        return self.fact is not None and self.fact.withdrawn_at is not None

    @property
    def is_open_pause(self) -> bool:
        return isinstance(self.fact, Exclusion) and self.fact.resumes_on is None and not self.is_withdrawn


def timeline(case: Case, law: Law) -> list[Moment]:
    """Everything that happened, oldest first; withdrawn facts stay, marked."""
    moments = [*own_days(case), *facts(case, law)]
    return sorted(moments, key=lambda moment: (moment.on or date.max, moment.kind))


def own_days(case: Case) -> Iterator[Moment]:
    names = {field: who.get("name", "") for field, who in case.entered.items()}
    said = {(event.node, event.on) for event in case.procedureevent_rows.all() if event.withdrawn_at is None}
    for field, title in (("filed_on", "立案"), ("accepted_on", "受理"), ("closed_on", "结案")):
        day = getattr(case, field)
        if day is not None and (title, day) not in said:  # an event tells it with more
            who = f"本系统录入 · {names[field]}" if field in names else case.get_origin_display()
            yield Moment(day, "own", "案件", title, case.closed_how if field == "closed_on" else "", who)


def facts(case: Case, law: Law) -> Iterator[Moment]:
    for rows in (
        "procedureevent_rows",
        "exclusion_rows",
        "extension_rows",
        "restart_rows",
        "conversion_rows",
    ):
        for fact in getattr(case, rows).all():
            if is_mark(fact):
                continue
            kind, label = KINDS[type(fact)]
            on, title, detail = told(fact, law)
            yield Moment(on, kind, label, title, detail, origin_of(fact), fact)


def origin_of(fact: Any) -> str:
    if fact.origin == "entered":
        return f"{fact.get_origin_display()} · {fact.recorded_by or ''}"
    return f"{fact.get_origin_display()}{f'（批次 {fact.batch_id}）' if fact.batch_id else ''}"


def told(fact: Any, law: Law) -> tuple[date | None, str, str]:
    """The day, the title and the detail of a fact."""
    match fact:
        case ProcedureEvent():
            moment = f"{timezone.localtime(fact.at):%H:%M}" if fact.at else ""
            return fact.on, fact.node, "；".join(filter(None, (moment, fact.note)))
        case Exclusion():
            return fact.starts_on, name_of_ground(fact.ground, law), told_of_pause(fact)
        case Extension():
            approved = f"批准：{fact.approver}" if fact.approver else ""
            return fact.approved_on, told_of_extension(fact), "；".join(filter(None, (approved, fact.reason)))
        case Restart():
            return fact.on, name_of_ground(fact.ground, law), "审限自该日重新计算"
        case Element():
            known = law.case_elements(fact.case.court_id, today()).get(fact.key)
            return None, known.name if known else fact.key, element_in_words(known, fact.value)
        case Outcome():
            name = MEASURES[fact.measure].name if fact.measure in MEASURES else fact.measure
            return fact.decided_on, name, outcome_in_words(fact.measure, fact.value)
    change = f"{fact.get_from_procedure_display()} → {fact.get_to_procedure_display()}"
    return fact.decided_on, change, fact.reason


def told_of_pause(pause: Exclusion) -> str:
    if pause.resumes_on is not None:
        return "；".join(filter(None, (f"{pause.starts_on} 至 {pause.resumes_on}（恢复日）", pause.reason)))
    review = f"复核日 {pause.review_on}，负责人 {pause.owner}" if pause.review_on else ""
    return "；".join(filter(None, ("尚未恢复", review, pause.reason)))


def told_of_extension(extension: Extension) -> str:
    amounts = (("month", extension.months), ("day", extension.days), ("workday", extension.workdays))
    told = "、".join(f"{n} {UNITS[unit]}" for unit, n in amounts if n)
    until = f"至 {extension.until_on}" if extension.until_on else ""
    return f"延长审限 {told}{until}"


def name_of_ground(code: str, law: Law) -> str:
    return law.grounds[code][-1].name if code in law.grounds else code
