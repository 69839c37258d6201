"""What a pool of subsidies is shared by (办案补贴测算): weighted closed cases times quality, person by person.

Sealed cases are part of a person's sum and of nothing else. A case nobody has weighed counts nothing, and the pool says
how many there are. Only people on the quota (员额法官) are paid; parts of others are left out and counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count

from cases.models import Case
from catalogues.selectors import law_in_use
from courts.models import Court
from quota.duty_counting import postings_in, terms_at
from quota.duty_rows import LEADERS
from quota.duty_spans import Period
from quota.loads import Load, closed_loads
from quota.models import CaseWeight
from quota.performance import quality_multiplier
from quota.reviews import Reviews, reviews_in
from quota.weights import rounded

#: Posts in organisational order, and what they are called here.
POSTS = {role: name for role, (_, name) in LEADERS.items()} | {"presiding": "审判长", "judge": "法官"}
OVER_THE_COURT = ("president", "vice_president", "ac_member")
KINDS = ("weight_roles", "review_grades", "quota_settings")


@dataclass(frozen=True)
class Claim:
    """What one person brings: weighted closed cases and the multiplier of quality, and all they follow from."""

    person: int
    weighted: Decimal
    quality: Decimal
    basis: dict[str, Any]


@dataclass(frozen=True)
class Counted:
    """The claims in organisational order; ``counts`` and ``editions`` as a pool keeps them."""

    claims: list[Claim]
    counts: dict[str, int]
    editions: dict[str, Any]


def counted(court: Court, period: Period) -> Counted:
    """Everything a pool of the court and period is shared by."""
    loads = loads_by_person(court, period)
    on_quota = {person for person, spans in terms_at(court, period).items() if spans}
    payees = [person for person in in_order(court, period, on_quota) if loads.get(person, Load()).weighted]
    reviews, places = reviews_in(court, period), places_of(court, period)
    claims = [
        claim_of(person, loads[person], reviews.get(person, Reviews()), places.get(person, ""), court, period)
        for person in payees
    ]
    left_out = [person for person in loads if person not in on_quota]
    counts = cases_in(court, period) | {"people": len(payees), "left_out": len(left_out)}
    return Counted(claims, counts, editions_in(court, period))


def loads_by_person(court: Court, period: Period) -> dict[int, Load]:
    found: dict[int, Load] = {}
    for (person, _zone), load in closed_loads(court.pk, period.starts_on, period.ends_on).items():
        found[person] = found.get(person, Load()) + load
    return found


def claim_of(person: int, load: Load, reviews: Reviews, post: str, court: Court, period: Period) -> Claim:
    """Who was not reviewed is neither raised nor lowered: the multiplier is 1."""
    settings = law_in_use().quotas.settings_of(court.pk, period.ends_on)
    steps = {
        code: each.step for code, each in law_in_use().quotas.grades_of(court.pk, period.ends_on).items()
    }
    moved = quality_multiplier(
        reviews.grades, steps=steps, low=settings["quality_low"], high=settings["quality_high"]
    )
    weighted, quality = rounded(load.weighted), Decimal(str(1 if moved is None else moved))
    basis = {
        "post": post, "cases": load.cases, "own": load.own, "weighted": str(weighted), "unweighed": load.unweighed,
        "grades": dict(reviews.grades), "ungraded": reviews.ungraded, "quality": str(quality),
    }  # fmt: skip
    return Claim(person, weighted, quality, basis)


# --- order -----------------------------------------------------------------------------------------------------
def in_order(court: Court, period: Period, people: Collection[int]) -> list[int]:
    """Leaders of the court first, then division by division; whoever held no post in the period comes last."""
    placed = [person for person in places_of(court, period) if person in people]
    return [*placed, *sorted(set(people) - set(placed))]


def places_of(court: Court, period: Period) -> Mapping[int, str]:
    """The post of each person in the period, in organisational order."""
    held = sorted(postings_in(court, period, POSTS), key=lambda each: place_of(each[0]))
    found: dict[int, str] = {}
    for post, _span in held:
        found.setdefault(post.user_id, f"{post.division or ''}{POSTS[post.role]}")
    return found


def place_of(post: Any) -> tuple[int, ...]:
    rank = list(POSTS).index(post.role)
    if post.role in OVER_THE_COURT:
        return 0, rank, 0, post.pk
    return 1, post.division.position if post.division else 0, rank, post.pk


# --- what stands beside it -------------------------------------------------------------------------------------
def cases_in(court: Court, period: Period) -> dict[str, int]:
    closed = Case.objects.filter(court=court).closed_between(period.starts_on, period.ends_on)
    found = closed.aggregate(cases=Count("pk"), weighed=Count("weight"))
    return found | {"unweighed": found["cases"] - found["weighed"]}


def editions_in(court: Court, period: Period) -> dict[str, Any]:
    law = law_in_use()
    closed = Case.objects.filter(court=court).closed_between(period.starts_on, period.ends_on)
    weights = CaseWeight.objects.filter(case__in=closed).order_by("edition").values_list("edition", flat=True)
    return {kind: law.editions.get(kind) for kind in KINDS} | {"weights": list(weights.distinct())}
