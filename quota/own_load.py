"""One's own workload and performance beside the zone (本人工作量与考核): nobody else's figure, and no place among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalogues.selectors import law_in_use
from courts.models import Availability, Court, Posting, User
from quota.duty_spans import Period
from quota.load_page import HEARS, Line, own_line
from quota.loads import Load, available_between, closed_loads
from quota.performance import (
    Hidden,
    ZoneView,
    composite,
    quality_multiplier,
    workload_index,
    zone_mean,
    zone_view,
)
from quota.reviews import Reviews, reviews_in


@dataclass(frozen=True)
class Standing:
    """``index`` is None without closed work, without time, or where the zone is hidden: it would give the zone's mean.

    ``view`` is the zone's middle, or that it is hidden; ``quality`` is None without a review (案件质量评查), ``score``
    without all three.
    """

    zone: str
    closed: Load
    available: Decimal
    index: float | None
    view: ZoneView | Hidden
    quality: float | None
    score: float | None


@dataclass(frozen=True)
class Own:
    """All a person sees of themselves in one court, over ``start`` to ``end``."""

    court: Court
    line: Line
    start: date
    end: date
    standing: Standing | None
    absences: list[Availability]


def own_of(user: User, court: Court, day: date) -> Own:
    """``standing`` is None as long as nothing was closed this year."""
    start = day.replace(month=1, day=1)
    absences = Availability.objects.filter(user=user, ends_on__gte=start).order_by("starts_on")
    return Own(
        court, own_line(user, court.pk, day), start, day, standing_of(user, court, start, day), list(absences)
    )


def standing_of(
    user: User, court: Court, start: date, end: date, *, effect: float | None = None
) -> Standing | None:
    """A person's zone is the one most of their closed work lies in; all their closed work counts in it."""
    loads = closed_loads(court.pk, start, end)
    zones = zones_by_person(loads)
    if user.pk not in zones:
        return None
    zone = zones[user.pk]
    people = _heard_cases(court, end, [person for person, its in zones.items() if its == zone])
    available = available_between({*people, user.pk}, start, end)
    totals = {person: total_of(loads, person) for person in {*people, user.pk}}
    settings = law_in_use().quotas.settings_of(court.pk, end)
    mean = zone_mean((float(totals[person].weighted), float(available[person])) for person in people)
    index = {
        person: workload_index(
            float(totals[person].weighted), mean, float(available[person]), cap=settings["index_cap"]
        )
        for person in totals
    }
    known = [index[person] for person in people]
    view = zone_view(known, index[user.pk], hidden_below=int(settings["zone_min"]))
    own = None if isinstance(view, Hidden) else index[user.pk]
    shares = (settings["score_workload"], settings["score_quality"], settings["score_effect"])
    quality = quality_of(user, court, start, end)
    score = composite(workload=own, quality=quality, effect=effect, shares=shares)
    named = law_in_use().quotas.zones_of(court.pk, end)
    name = named[zone].name if zone in named else zone
    return Standing(name, totals[user.pk], available[user.pk], own, view, quality, score)


def quality_of(user: User, court: Court, start: date, end: date) -> float | None:
    """The quality multiplier of one's own reviewed cases."""
    quotas = law_in_use().quotas
    settings, grades = quotas.settings_of(court.pk, end), quotas.grades_of(court.pk, end)
    own = reviews_in(court, Period(start, end)).get(user.pk, Reviews())
    steps = {code: grade.step for code, grade in grades.items()}
    return quality_multiplier(
        own.grades, steps=steps, low=settings["quality_low"], high=settings["quality_high"]
    )


def zones_by_person(loads: Mapping[tuple[int, str], Load]) -> dict[int, str]:
    """Where most of each person's work lies; between equal parts the zone that comes first in the catalogue's codes."""
    found: dict[int, str] = {}
    for person, zone in sorted(loads, key=lambda one: (-loads[one].weighted, one[1])):
        found.setdefault(person, zone)
    return found


def total_of(loads: Mapping[tuple[int, str], Load], person: int) -> Load:
    return sum((load for (whose, _zone), load in loads.items() if whose == person), Load())


def _heard_cases(court: Court, day: date, people: Collection[int]) -> list[int]:
    """Those of the people who hold a judge's post in the court: a figure of who has left would move the middle."""
    held = Posting.objects.held_on(day).filter(court=court, role__in=HEARS, user__in=people)
    return sorted(set(held.values_list("user", flat=True)))
