"""Messages that go late (迟发): they speak of the day they go, and where a newer one exists they do not go at all."""

from __future__ import annotations

from datetime import date
from typing import Any

from alerts.models import Delivery
from courts.clock import today

GONE = ("failed", "dropped")


def day_of_words(planned: str) -> date:
    """The day a message is written for: the one it was planned for, or the one it goes on where that is later."""
    return max(date.fromisoformat(planned), today())


def is_overtaken(delivery: Delivery, **same: Any) -> bool:
    """Whether its receiver has, or will be sent, a newer one by the same channel; ``same`` narrows what is alike."""
    alike = {"kind": delivery.kind, "channel": delivery.channel, "person": delivery.person_id} | same
    return Delivery.objects.filter(**alike, pk__gt=delivery.pk).exclude(state__in=GONE).exists()
