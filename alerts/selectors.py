"""What the alert pages show."""

from __future__ import annotations

from datetime import date

from django.db.models import Case as Switch
from django.db.models import IntegerField, QuerySet, Value, When

from alerts.models import Alert
from cases.timeline import name_of_ground
from catalogues.ladders import STAGES
from catalogues.selectors import Law, law_in_use
from courts.models import User
from supervision.models import Letter

WORST_FIRST = tuple(reversed(STAGES))
LETTERS = dict(Letter.kind.field.choices)
#: What is watched in supervision (四类案件监督), by the first part of its name; the rest names rule, measure or letter.
OF_SUPERVISION = {
    "flag": "四类案件标识 {0} 待确认",
    "flag_up": "四类案件标识 {0} 待上级决定",
    "idle": "标识 {0} 已确认，尚无监督措施",
    "measure": "监督事项 {0} 待答复",
    "answer": "监督事项 {0} 的答复待回应",
    "letter": "{0}待回复",
    "contest": "偏离异议待决定",
}


def open_alerts(user: User) -> QuerySet[Alert]:
    """The open alerts on cases the user may see, worst stage first, then by due date."""
    found = Alert.objects.visible_to(user).open()
    order = Switch(
        *(When(stage=name, then=Value(place)) for place, name in enumerate(WORST_FIRST)),
        output_field=IntegerField(),
    )
    related = ("case", "case__court", "case__division", "case__judge")
    return found.annotate(severity=order).order_by("severity", "due_on", "pk").select_related(*related)


def open_alerts_of(user: User, case_id: int) -> QuerySet[Alert]:
    """The open alerts of one case, none where the user may not see it."""
    return open_alerts(user).filter(case_id=case_id)


def described(alerts: list[Alert], today: date) -> list[Alert]:
    """The alerts with the name of their clock and the days left (negative: overdue) on each."""
    law = law_in_use()
    for alert in alerts:
        alert.clock_name = name_of_clock(alert.clock, law)
        alert.days_left = (alert.due_on - today).days
        alert.days_over = -alert.days_left
    return alerts


def name_of_clock(clock: str, law: Law) -> str:
    """What is watched, by the name people know it by: a limit or a step of the catalogue, or what a source calls it."""
    kind, _, about = clock.partition(":")
    if kind == "pause":
        return f"停表复核（{name_of_ground(about, law)}）"
    if kind == "calendar":
        return f"{about} 年放假安排尚未录入"
    if kind in OF_SUPERVISION:
        named = about.partition("@")[0]
        return OF_SUPERVISION[kind].format(LETTERS.get(named, named))
    for names in (law.limits, law.nodes):
        if clock in names:
            return names[clock][-1].name
    return {"stalled": "久无进展"}.get(clock, clock)
