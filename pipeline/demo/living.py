"""The days the demo court has lived (演示时日): which it is, and what was done through the services people use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.trail import Refused
from courts.models import FixedDay, User

TEN = time(10, 0)


@dataclass
class Past:
    """The weeks under way: the day it is, the hour, and what was done how often."""

    rng: Random
    day: date
    done: Counter[str] = field(default_factory=Counter)

    @property
    def at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.day, TEN)) + timedelta(
            seconds=sum(self.done.values())
        )

    def on(self, day: date) -> None:
        self.day = day
        FixedDay.objects.update(day=day)

    def did(self, act: Callable[..., Any], **fields: Any) -> Any:
        """Do it as a person would have on that day; what the rules refuse was not done."""
        try:
            with transaction.atomic():
                found = act(at=self.at, **fields)
        except Refused:
            self.done[f"{act.__name__} refused"] += 1
            return None
        self.done[act.__name__] += 1
        return found


def person(username: str) -> User:
    return User.objects.get(username=username)
