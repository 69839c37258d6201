"""Periods that are settled (已结的期间): what was paid or published must not change behind people's backs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from quota.models import DutyCircular, SubsidyPool


def closed_since(courts: Collection[int], day: date) -> date | None:
    """The last day of the latest settled period that reaches the day or beyond; None where none does."""
    return closed_in(courts, day, date.max)


def closed_in(courts: Collection[int], starts_on: date, ends_on: date) -> date | None:
    """The last day of the latest period with an approved pool or a published circular that shares a day with these."""
    shared = {"court__in": courts, "starts_on__lte": ends_on, "ends_on__gte": starts_on}
    paid = SubsidyPool.objects.filter(state="approved", **shared).values_list("ends_on", flat=True)
    told = DutyCircular.objects.filter(state="published", **shared).values_list("ends_on", flat=True)
    return max([*paid, *told], default=None)
