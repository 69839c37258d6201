"""What the side panel of the day page shows of a case: the limit line by line, its alerts, who was told of them how."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from alerts.models import Alert, Delivery, Handling, Notice, Watch
from alerts.queue import Asked, cases_of, severity
from alerts.queue_rows import Line, lines, seen_handlings, seen_prompts
from alerts.selectors import described
from cases.facts import Explained, explain
from cases.guard import may_on
from cases.models import Case
from cases.timeline import Moment, timeline
from catalogues.selectors import Law
from courts.models import User
from courts.roles import Permission

PROMPT_FOR = {
    "overdue": "已超 {over} 日",
    "urgent": "剩余 {left} 日",
    "mid": "剩余 {left} 日",
    "early": "剩余 {left} 日",
}


@dataclass(frozen=True)
class Told:
    """One person told of one thing, and the messages that carried it out of the house."""

    notice: Notice
    about: str
    deliveries: list[Delivery]


@dataclass(frozen=True)
class Side:
    line: Line
    explained: Explained
    moments: list[Moment]
    alerts: list[Alert]
    closed: list[Alert]
    told: list[Told]
    watch: Watch | None
    may_pause: bool

    @property
    def case(self) -> Case:
        return self.line.case


def side_of(case: Case, user: User, law: Law, today: date) -> Side:
    """Everything of one case that the panel shows; the caller has seen to it that the person may see the case."""
    asked = Asked(user, today, {})
    (line,) = lines(cases_of(case.pk, asked), asked)
    alerts = alerts_with_handlings(case, user, today)
    return Side(
        line=line,
        explained=explain(case, law, today),
        moments=list(reversed(timeline(case, law))),
        alerts=[alert for alert in alerts if alert.closed_at is None],
        closed=[alert for alert in alerts if alert.closed_at is not None],
        told=told_about(case, user, {alert.pk: alert for alert in alerts}),
        watch=line.watch,
        may_pause=may_on(user, Permission.RECORD_PAUSE, case),
    )


def alerts_with_handlings(case: Case, user: User, today: date) -> list[Any]:
    """The alerts of the case, the worst first, each with what was done about it, the last first."""
    found = Alert.objects.filter(case=case).annotate(key=severity()).order_by("key", "-raised_at", "pk")
    done = defaultdict(list)
    handlings = Handling.objects.filter(seen_handlings(user), alert__case=case).select_related("person")
    for handling in handlings.order_by("-at"):
        handling.is_standing = handling.ended_at is None and handling.until_on > today
        done[handling.alert_id].append(handling)
    alerts = described(list(found), today)
    for alert in alerts:
        alert.done = done[alert.pk]
    return alerts


def told_about(case: Case, user: User, alerts: dict[int, Any]) -> list[Told]:
    """Who was told, when and how it was delivered, the last first. Who follows a case in private is not said."""
    of_alerts = Notice.objects.filter(Q(person=user) | ~Q(role="watch"), alert__in=alerts)
    of_prompts = Notice.objects.filter(seen_prompts(user), prompt__isnull=False, case=case)
    notices = [*of_alerts.select_related("person"), *of_prompts.select_related("person", "prompt__by")]
    carried = deliveries_of(notices)
    told = [Told(notice, about(notice, alerts), carried[notice.pk]) for notice in notices]
    return sorted(told, key=lambda each: (each.notice.told_at, each.notice.pk), reverse=True)


def about(notice: Notice, alerts: dict[int, Any]) -> str:
    if notice.prompt_id:
        return f"{notice.prompt.by.name}的提示"
    alert = alerts[notice.alert_id]
    return f"{alert.clock_name} {alert.get_stage_display()}"


def deliveries_of(notices: list[Notice]) -> dict[int, list[Delivery]]:
    ids = [notice.pk for notice in notices]
    people = {notice.person_id for notice in notices}
    found: dict[int, list[Delivery]] = defaultdict(list)
    sent = (
        Delivery.objects.filter(person__in=people, notices__overlap=ids) if ids else Delivery.objects.none()
    )
    for delivery in sent.order_by("created_at"):
        for pk in delivery.notices:
            found[pk].append(delivery)
    return found


def words_for(line: Line) -> str:
    """What a prompt about this one case might say, from its facts."""
    alert = line.alerts[0] if line.alerts else None
    if alert is None:
        return f"{line.case.number}：请核对办理情况。"
    left = PROMPT_FOR[alert.stage].format(over=alert.days_over, left=max(alert.days_left, 0))
    return f"{line.case.number}：{alert.clock_name} {alert.due_on} 届满，{left}。{line.step}。"
