"""The day of a clerk (书记员工作台): hearings, services, transfers and records, each with the event that completes it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from cases.models import Clock, ProcedureEvent
from courts.models import User
from dashboard.own import SHOWN, Day, Due, due_of, own_cases

DAYS_AHEAD = 5  # working days a clerk looks ahead: a reading of this page, not a rule of law
HEARING, HEARING_OVER = "开庭", "庭审结束"
#: The steps a clerk sees to, by group: rule of the clock, and the event that completes it.
STEPS = {
    "services": {"N20": "送达副本", "N58": "送达判决", "N59": "送达判决", "N60": "送达判决"},
    "transfers": {"N17": "移送审判庭", "N65": "送达上诉状副本", "N67": "移送上诉", "N68": "移送上诉"},
    "records": {"N90": "归档", "N91": "上网"},
}


@dataclass(frozen=True)
class Step:
    """A step that falls due, and the event to record when it is done."""

    due: Due
    event: str


def hearings(user: User, today: date, until: date) -> dict[date, list[ProcedureEvent]]:
    """Hearings from today on of the cases one sits on or assists, by day."""
    found = ProcedureEvent.objects.visible_to(user).filter(
        own_cases(user, "case"), node=HEARING, on__gte=today, on__lte=until, withdrawn_at=None
    )
    days: dict[date, list[ProcedureEvent]] = defaultdict(list)
    for each in found.order_by("on", "at", "pk").select_related("case__judge")[:SHOWN]:
        days[each.on].append(each)
    return dict(days)


def steps(user: User, day: Day, until: date) -> dict[str, list[Step]]:
    """What is overdue or falls due by ``until``, oldest first, by group."""
    events = {rule: event for group in STEPS.values() for rule, event in group.items()}
    found = Clock.objects.visible_to(user).filter(
        own_cases(user, "case"), kind="node", state="running", rule__in=events, due_on__lte=until
    )
    clocks = list(found.order_by("due_on", "pk").select_related("case")[:SHOWN])
    return {
        group: [Step(due_of(clock, day), events[clock.rule]) for clock in clocks if clock.rule in rules]
        for group, rules in STEPS.items()
    }
