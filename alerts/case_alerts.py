"""What a case's page says of its alerts: who was told, what was done about them, who follows it, who was prompted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Case as Switch
from django.db.models import IntegerField, Q, QuerySet, Value, When

from alerts.handling import handlings_on
from alerts.models import Alert, Handling, Notice, Watch
from alerts.selectors import described, open_alerts_of
from cases.models import Case
from courts.clock import today
from courts.models import Posting, User
from courts.scoping import by_office

PROMPTS_SHOWN = 20
#: Posts that answer for a division, and for a court: whom a prompt may go to beside those who sit on the case.
OF_DIVISION, OF_COURT = ("division_head", "vice_president"), ("president", "trial_office")
SEATS = {"judge": "承办法官", "presiding": "审判长", "assistant": "法官助理", "clerk": "书记员"}


def alerts_of(user: User, case: Case, day: date) -> list[Alert]:
    """The open alerts of a case, each with ``told`` (who knows) and ``standing`` (what the user may see was done)."""
    alerts = described(list(open_alerts_of(user, case.pk)), day)
    told, handled = told_of(alerts, user), handlings_of(user, case, day)
    for alert in alerts:
        alert.told, alert.standing = told[alert.pk], handled[alert.pk]
    return alerts


def told_of(alerts: Iterable[Alert], user: User) -> dict[int, list[Notice]]:
    """Who was told of each alert, each person once. Who merely follows the case is named to nobody else."""
    found = Notice.objects.filter(
        Q(person=user.pk) | ~Q(role="watch"), alert__in=[alert.pk for alert in alerts]
    )
    by_alert: dict[int, dict[int, Notice]] = defaultdict(dict)
    for notice in found.order_by("round", "pk").select_related("person"):
        by_alert[notice.alert_id].setdefault(notice.person_id, notice)
    return defaultdict(list, {pk: list(people.values()) for pk, people in by_alert.items()})


def handlings_of(user: User, case: Case, day: date) -> dict[int, list[Handling]]:
    by_alert: dict[int, list[Handling]] = defaultdict(list)
    for handling in handlings_on(user, case.pk, day):
        by_alert[handling.alert_id].append(handling)
    return by_alert


def watch_of(user: User, case: Case) -> Watch | None:
    return Watch.objects.filter(person=user, case=case, ended_at=None).first()


def prompts_about(user: User, case: Case) -> QuerySet[Notice]:
    """Prompts about a case: one's own, those one was sent, and all of them for those who answer for it."""
    mine = Q(person=user.pk) | Q(prompt__by=user.pk) | by_office(user, "case__")
    found = Notice.objects.visible_to(user).filter(mine, case=case, prompt__isnull=False)
    return found.select_related("person", "prompt__by").order_by("-told_at", "pk")[:PROMPTS_SHOWN]


def prompts_sent(user: User, day: date) -> QuerySet[Notice]:
    """What this person prompted others to, of cases they may still see: overdue first, then waiting, then answered."""
    standing = Switch(
        When(acknowledged_at=None, prompt__answer_by__lt=day, then=Value(0)),
        When(acknowledged_at=None, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = Notice.objects.visible_to(user).filter(prompt__by=user.pk).annotate(standing=standing)
    return found.select_related("person", "case", "prompt").order_by("standing", "-told_at", "pk")


def prompts_received(user: User) -> QuerySet[Notice]:
    """What this person was prompted to: what waits first, the one due first at the top."""
    waits = Switch(When(acknowledged_at=None, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = Notice.objects.of(user).filter(prompt__isnull=False).annotate(waits=waits)
    return found.select_related("prompt__by", "case").order_by("waits", "prompt__answer_by", "-told_at", "pk")


def people_for(case: Case, sender: User) -> list[tuple[User, str]]:
    """Whom a prompt about the case may go to, in which capacity, those nearest to the case first; of a sealed case its panel."""
    seats = {
        getattr(case, f"{seat}_id"): name
        for seat, name in reversed(SEATS.items())
        if getattr(case, f"{seat}_id")
    }
    capacities: dict[int, str] = dict(reversed(seats.items()))
    for member in case.members:
        capacities.setdefault(member, "合议庭成员")
    if not case.sealed:
        for user_id, role in offices_over(case):
            capacities.setdefault(user_id, role)
    people = User.objects.filter(is_active=True).exclude(pk=sender.pk).in_bulk(list(capacities))
    return [(people[pk], capacity) for pk, capacity in capacities.items() if pk in people]


def offices_over(case: Case) -> list[tuple[int, str]]:
    place = Q(division=case.division_id, role__in=OF_DIVISION) if case.division_id else Q(pk__in=[])
    held = Posting.objects.held_on(today()).filter(place | Q(court=case.court_id, role__in=OF_COURT))
    order = {role: place for place, role in enumerate((*OF_DIVISION, *OF_COURT))}
    return [
        (post.user_id, post.get_role_display())
        for post in sorted(held, key=lambda post: (order[post.role], post.pk))
    ]


def suggested_words(alerts: list[Any]) -> str:
    """What a prompt may begin with: the limit of the case that was warned of, or else its worst alert, in a sentence."""
    if not alerts:
        return ""
    worst = next((alert for alert in alerts if alert.kind == "statutory"), alerts[0])
    if worst.kind == "stalled":
        return f"本案自 {worst.due_on} 起已超过同类案件的通常停留时间，请抓紧办理并回复进展。"
    left = f"已超 {worst.days_over} 天" if worst.days_left < 0 else f"剩余 {worst.days_left} 天"
    return f"本案“{worst.clock_name}”{worst.due_on} 到期（{left}），请抓紧办理并回复进展。"
