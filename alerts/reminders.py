"""What a person is still to be reminded of, and by which channels (待提醒): told, standing, and not yet handled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from alerts.models import Delivery, Handling, Notice
from catalogues.ladders import ladder_for
from catalogues.law import AlertLadder

SEVERE = ("urgent", "overdue")


@dataclass(frozen=True)
class Reminder:
    """One notice that stands: ``channels`` are those its stage is told by beside the inbox.

    ``is_repeat``: the person was told before of the same alert since it was last raised.
    """

    notice: int
    person: int
    alert: int
    is_repeat: bool
    role: str
    stage: str
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Sent:
    """The last digest a person got by a channel: its day and the notices it told of."""

    day: date = date.min
    notices: frozenset[int] = frozenset()


def standing(today: date) -> QuerySet[Notice]:
    """Of each open alert the last notice to each person who has not handled it. Never of a sealed case (封存)."""
    same = {"alert": OuterRef("alert"), "person": OuterRef("person")}
    handled = Handling.objects.filter(**same, ended_at=None, until_on__gt=today)
    later = Notice.objects.filter(**same, round__gt=OuterRef("round"))
    found = Notice.objects.filter(Q(case=None) | Q(case__sealed=""), kind="alert", alert__closed_at=None)
    return found.filter(~Exists(handled), ~Exists(later))


def reminders_of(
    people: Collection[int], today: date, ladders: Sequence[AlertLadder]
) -> dict[int, list[Reminder]]:
    """What these people are to be reminded of, by person: one query however many they are."""
    before = Notice.objects.filter(
        alert=OuterRef("alert"), person=OuterRef("person"), round__lt=OuterRef("round"),
        told_at__gte=OuterRef("alert__raised_at"),
    )  # fmt: skip
    told = standing(today).filter(person__in=people).annotate(is_repeat=Exists(before)).order_by("pk")
    facts = {
        "stage": F("alert__stage"), "watches": F("alert__kind"),
        "category": F("case__category"), "procedure": F("case__procedure"),
    }  # fmt: skip
    known: dict[tuple[Any, ...], tuple[str, ...]] = {}
    found: dict[int, list[Reminder]] = defaultdict(list)
    for row in told.values("pk", "person_id", "alert_id", "is_repeat", "role", **facts):
        place = (row["watches"], row["category"] or "", row["procedure"] or "", row["stage"])
        if place not in known:
            known[place] = channels_of(ladders, *place)
        told_by = Reminder(
            row["pk"],
            row["person_id"],
            row["alert_id"],
            row["is_repeat"],
            row["role"],
            row["stage"],
            known[place],
        )
        found[row["person_id"]].append(told_by)
    return found


def channels_of(
    ladders: Sequence[AlertLadder], watches: str, category: str, procedure: str, stage: str
) -> tuple[str, ...]:
    """The channels of the stage on the ladder that counts; none where the ladder has no such stage any more."""
    ladder = ladder_for(ladders, watches, category, procedure)
    return next((rung.channels for rung in ladder.stages if rung.stage == stage), ()) if ladder else ()


def last_digests(people: Collection[int]) -> dict[tuple[int, str], Sent]:
    """The last digest of each person and channel that was handed over or still waits."""
    rows = (
        Delivery.objects.filter(kind="digest", person__in=people, state__in=("waiting", "sent"))
        .order_by("person", "channel", "-created_at", "-pk")
        .distinct("person", "channel")
        .values_list("person_id", "channel", "key", "notices")
    )
    return {
        (person, channel): Sent(date.fromisoformat(day), frozenset(notices))
        for person, channel, day, notices in rows
    }


def resumed(people: Collection[int], today: date) -> dict[tuple[int, int], date]:
    """When a person's putting off of an open alert last ended, by person and alert: then it counts as new again."""
    rows = Handling.objects.filter(person__in=people, alert__closed_at=None).values_list(
        "person_id", "alert_id", "until_on", "ended_at"
    )
    found: dict[tuple[int, int], date] = {}
    for person, alert, until_on, ended_at in rows:
        ended_on = min(until_on, timezone.localdate(ended_at)) if ended_at else until_on
        if ended_on <= today:
            found[person, alert] = max(ended_on, found.get((person, alert), date.min))
    return found
