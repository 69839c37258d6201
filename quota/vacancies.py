"""Seats in force, who sits on them, and what is left open (员额、在任、空缺)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from courts.models import Court
from quota.models import QuotaJudge, Seat, Selection

#: A round that is not over: its seats are spoken for.
RUNNING = ("open", "scoring", "proposed", "notice")


@dataclass(frozen=True)
class Places:
    """``seat`` is None where no plan is in force; ``promised`` are the seats of running selections."""

    seat: Seat | None
    sitting: int
    promised: int

    @property
    def seats(self) -> int | None:
        return self.seat.seats if self.seat else None

    @property
    def vacant(self) -> int | None:
        """Seats nobody sits on; below zero where more sit than the plan gives."""
        return self.seat.seats - self.sitting if self.seat else None

    @property
    def unpromised(self) -> int | None:
        """Vacant seats no running selection is for."""
        return self.seat.seats - self.sitting - self.promised if self.seat else None


def seats_in_force(courts: Collection[int], on: date) -> dict[int, Seat]:
    """The seats of each court in the plan in force on a day: published, of a year begun.

    What a higher court gave goes before what one below gave itself; of one court's plans, the latest year, then the newest.
    """
    rows = Seat.objects.filter(court__in=courts, plan__state="published", plan__year__lte=on.year)
    order = ("court_id", "plan__court__level", "-plan__year", "-plan__decided_at", "-plan_id")
    newest = rows.order_by(*order).distinct("court_id")
    return {seat.court_id: seat for seat in newest.select_related("plan")}


def seats_before(courts: Collection[int], year: int) -> dict[int, int]:
    """What the yearly change is measured by (上年员额): the seats in force when the year before ended.

    Where there were none, the first a plan has given: a second plan within the year moves no further than one could.
    """
    ended = date(year - 1, 12, 31)
    rows = Seat.objects.filter(
        court__in=courts, plan__state__in=("published", "superseded"), plan__year__lte=year
    )
    first = rows.order_by("court_id", "plan__court__level", "plan__decided_at", "plan_id")
    held = rows.filter(plan__year__lt=year, plan__decided_at__date__lte=ended)
    held = held.filter(Q(plan__ended_at=None) | Q(plan__ended_at__date__gt=ended))
    held = held.order_by("court_id", "plan__court__level", "-plan__year", "-plan__decided_at", "-plan_id")
    return {seat.court_id: seat.seats for found in (first, held) for seat in found.distinct("court_id")}


def occupied(on: date) -> QuerySet[QuotaJudge]:
    """Terms that take a seat from a day on: not ended by then, also those that have yet to begin."""
    return QuotaJudge.objects.filter(Q(left_on=None) | Q(left_on__gt=on))


def sitting_in(courts: Collection[int], on: date) -> dict[int, int]:
    """How many terms take a seat at each of the courts; courts without one are not there."""
    taken = occupied(on).filter(court__in=courts).values("court").annotate(n=Count("pk")).order_by()
    return dict(taken.values_list("court", "n"))


def places_in(courts: Collection[int], on: date) -> dict[int, Places]:
    """Seats, sitting judges and promised seats of each of the courts."""
    seats = seats_in_force(courts, on)
    sitting = sitting_in(courts, on)
    running = Selection.objects.filter(court__in=courts, state__in=RUNNING).values("court")
    promised = dict(running.annotate(n=Sum("seats")).order_by().values_list("court", "n"))
    return {
        court: Places(seats.get(court), sitting.get(court, 0), promised.get(court, 0)) for court in courts
    }


def places_of(court: Court, on: date) -> Places:
    return places_in([court.pk], on)[court.pk]
