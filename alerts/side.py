"""What the side panel of the day page shows of a case: the limit line by line, its alerts, who was told of them how."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from alerts.models import Alert, Delivery, Handling, Notice, Watch
from alerts.queue import Asked, cases_of, severity
from alerts.queue_rows import Line, lines, seen_handlings, seen_prompts, signed
from alerts.selectors import OF_SUPERVISION
from cases.facts import Explained, explain
from cases.guard import may_on
from cases.models import Case
from cases.timeline import Moment, timeline
from catalogues.selectors import Law
from courts.models import User
from courts.roles import Permission


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
    seen = Alert.objects.known_to(user).filter(case=case)
    found = seen.annotate(key=severity()).order_by("key", "-raised_at", "pk")
    done = defaultdict(list)
    handlings = Handling.objects.filter(seen_handlings(user), alert__case=case).select_related("person")
    for handling in handlings.order_by("-at"):
        handling.is_standing = handling.ended_at is None and handling.until_on > today
        done[handling.alert_id].append(handling)
    alerts = signed(list(found), today)
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
    return f"{line.case.number}：{PROMPTS[alert.kind](alert, line) if alert else '请核对办理情况。'}"


def time_left(alert: Any) -> str:
    return f"已超 {alert.days_over} 日" if alert.days_over > 0 else f"剩余 {alert.days_left} 日"


def about_limit(alert: Any, line: Line) -> str:
    said = f"{alert.clock_name} {alert.due_on} 届满，{time_left(alert)}。"
    if alert.stage == "overdue":
        return said + "请尽快办结，并说明超期原因和预计办结时间。"
    may_extend = f"；确需延长的，请于 {line.apply_by} 前申请" if line.apply_by else ""
    return f"{said}请抓紧办理、按期审结{may_extend}。"


PROMPTS = {
    "statutory": about_limit,
    "derived": lambda alert, line: f"申请延长审限的截止日为 {alert.due_on}，确需延长的，请及时申请。",
    "node": lambda alert, line: (
        f"{alert.clock_name}应于 {alert.due_on} 前完成，{time_left(alert)}。请抓紧办理。"
    ),
    "stalled": lambda alert, line: f"已 {line.node_days} 日无进展，请推进程序并说明情况。",
    "pause": lambda alert, line: (
        f"暂停的复核日为 {alert.due_on}，请核对暂停原因是否消失；已经消失的，请及时恢复计时。"
    ),
    **dict.fromkeys(
        OF_SUPERVISION,
        lambda alert, line: f"{alert.clock_name}，期限 {alert.due_on}，{time_left(alert)}。请及时办理。",
    ),
}
