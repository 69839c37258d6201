"""A person's inbox (收件箱): what they were told, and what of it waits to be read or acknowledged.

Only the last round counts of what was told several times. Reading removes nothing: a line leaves when its alert is
closed, or when the prompt is acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Case as Switch
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from alerts.models import Notice
from alerts.selectors import WORST_FIRST, described
from courts.models import User

UNREAD, ASKED, EVERYTHING, CLOSED = "unread", "asked", "all", "closed"
TABS = [(UNREAD, _("未读")), (ASKED, _("待确认")), (EVERYTHING, _("全部")), (CLOSED, _("已解除"))]
#: More unread lines than this are not counted one by one: nobody reads the number any more.
COUNTED_UP_TO = 99


def told(user: User) -> QuerySet[Notice]:
    """What the person was told of cases they may still see: of each alert the last time."""
    later = Notice.objects.filter(person=user.pk, alert=OuterRef("alert"), round__gt=OuterRef("round"))
    return Notice.objects.of(user).filter(~Exists(later))


def asked(user: User) -> QuerySet[Notice]:
    """Prompts that wait for this person's acknowledgement (待确认), the one due first at the top."""
    waiting = told(user).filter(prompt__isnull=False, acknowledged_at=None)
    return waiting.order_by("prompt__answer_by", "pk").select_related("prompt__by", "case")


def inbox(user: User, tab: str) -> QuerySet[Notice]:
    """The lines of one tab: what asks for an answer, then the worst stage, and among equals the newest first."""
    found = told(user)
    related = ("case__court", "case__judge", "alert", "alert__court", "prompt__by")
    if tab == CLOSED:
        return found.filter(is_over()).order_by("-told_at", "-pk").select_related(*related)
    chosen = {UNREAD: Q(read_at=None), ASKED: Q(prompt__isnull=False, acknowledged_at=None)}.get(tab, Q())
    return (
        found.standing()
        .filter(chosen)
        .annotate(severity=severity())
        .order_by("severity", "-told_at", "alert__due_on", "pk")
        .select_related(*related)
    )


def is_over() -> Q:
    return Q(alert__closed_at__isnull=False) | Q(prompt__isnull=False, acknowledged_at__isnull=False)


def severity() -> Switch:
    """What waits for an answer comes first, then alerts by their stage, then everything else."""
    waits = When(prompt__isnull=False, acknowledged_at=None, then=Value(0))
    stages = (When(alert__stage=stage, then=Value(place)) for place, stage in enumerate(WORST_FIRST, start=1))
    return Switch(waits, *stages, default=Value(9), output_field=IntegerField())


def unread_count(user: User) -> int:
    """How many lines wait to be read, counted as far as is worth counting."""
    return told(user).unread().order_by()[: COUNTED_UP_TO + 1].count()


def shown(notices: Iterable[Notice], today: date) -> list[Notice]:
    """The notices with the words of their alert: ``clock_name``, ``days_left``, ``days_over``; ``times`` told."""
    lines = list(notices)
    described([line.alert for line in lines if line.alert], today)
    for line in lines:
        line.times = line.round + 1
        line.is_late_answer = is_late_answer(line, today)
    return lines


def is_late_answer(notice: Any, today: date) -> bool:
    prompt = notice.prompt
    return prompt is not None and notice.acknowledged_at is None and prompt.answer_by < today


def mark_read(*, user: User, notices: Iterable[int], at: datetime) -> int:
    """Set these lines of the person's own inbox as read, with the earlier rounds of the same alerts."""
    mine = Notice.objects.of(user)
    chosen = list(mine.filter(pk__in=notices).values_list("pk", "alert_id"))
    same = Q(pk__in=[pk for pk, _ in chosen]) | Q(alert__in=[alert for _, alert in chosen if alert])
    return mine.filter(same, read_at=None).update(read_at=at) if chosen else 0
