"""The same numbers, counted case by case in plain Python: the second opinion of test_selectors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from cases.models import Case, Clock
from cases.periods import add_months
from catalogues.ladders import ladder_for, stage_on
from catalogues.selectors import law_in_use
from dashboard.definitions import QUIET_DAYS
from dashboard.flow import Flow
from dashboard.periods import Period


def flow_case_by_case(cases: Iterable[Case], period: Period) -> Flow:
    old = new = closed = pending = 0
    for case in cases:
        if case.filed_on is None or case.filed_on > period.ends_on:
            continue
        was_closed_before = case.closed_on is not None and case.closed_on < period.starts_on
        is_closed_by_end = case.closed_on is not None and case.closed_on <= period.ends_on
        old += case.filed_on < period.starts_on and not was_closed_before
        new += case.filed_on >= period.starts_on
        closed += is_closed_by_end and not was_closed_before
        pending += not is_closed_by_end
    return Flow(old, new, closed, pending)


def risks_case_by_case(cases: Iterable[Case], today: date) -> dict[str, int]:
    counted = dict.fromkeys(
        ("open", "near", "overdue", "paused", "unknown", "over_12", "over_18", "over_36", "quiet"), 0
    )
    for case in cases:
        if case.closed_on is None:
            for name, holds in risks_of(case, today).items():
                counted[name] += holds
    return counted


def risks_of(case: Case, today: date) -> dict[str, bool]:
    clock = case.clocks.filter(kind="statutory").first()
    state = clock.state if clock else "unknown"
    left = (clock.due_on - today).days if clock and state == "running" else None
    since = today - timedelta(days=QUIET_DAYS)
    stirred = any(event.on > since for event in case.procedureevent_rows.all())
    older = {
        f"over_{months}": case.filed_on is not None and case.filed_on < add_months(today, -months)
        for months in (12, 18, 36)
    }
    return older | {
        "open": True,
        "near": left is not None and stage_of(case, clock, today) == "urgent",
        "overdue": left is not None and left < 0,
        "paused": state == "paused",
        "unknown": state == "unknown",
        "quiet": state != "paused" and case.filed_on is not None and case.filed_on <= since and not stirred,
    }


def stage_of(case: Case, clock: Clock, today: date) -> str:
    ladder = ladder_for(law_in_use().ladders_on(today), "statutory", case.category, case.procedure)
    reached = stage_on(today, clock.start_on, clock.due_on, ladder)
    return reached[0].stage if reached else "none"
