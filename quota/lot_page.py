"""What pages show of lots (随机分案页面)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.guard import may_on
from cases.models import Case
from courts.models import Court, User
from courts.roles import Permission
from quota.eligibility import REASONS
from quota.lot_candidates import waits
from quota.lot_names import name_on, people_on
from quota.models import Draw, DrawDay, Recusal

#: How many days of the published records are listed.
LATEST = 30


@dataclass(frozen=True)
class Held:
    """A person's tickets and how likely that made them."""

    name: str
    tickets: int
    chance: Decimal
    picked: bool


def courts_of(user: User) -> QuerySet[Court]:
    """Where the person draws, or gives cases to judges."""
    courts = user.courts_where(Permission.DRAW_CASES) | user.courts_where(Permission.REASSIGN)
    return Court.objects.filter(pk__in=courts)


def courts_read(user: User) -> set[int]:
    """Whose published records the person may read: of every court where they draw or may be drawn."""
    return (
        user.courts_where(Permission.DRAW_CASES)
        | user.courts_where(Permission.REASSIGN)
        | user.courts_where(Permission.SEE_OWN_WORKLOAD)
    )


def waiting_in(court: Court, user: User) -> QuerySet[Case]:
    """The cases of a court that wait for a judge, the first filed first."""
    recused = Recusal.objects.filter(case=OuterRef("pk"), person=OuterRef("judge"), withdrawn_at=None)
    proposed = Draw.objects.filter(case=OuterRef("pk"), state="proposed")
    seen = Case.objects.visible_to(user).open().filter(court=court).exclude(filed_on=None)
    waiting = seen.filter(Q(judge=None) | Exists(recused)).exclude(Exists(proposed))
    return waiting.select_related("division").order_by("filed_on", "type_code", "serial", "pk")


def lots_in(court: Court, user: User, day: date) -> list[Draw]:
    """Lots of the day, and earlier ones nobody has decided; of cases one drew oneself the number stays known."""
    lots = Draw.objects.filter(Q(day__on=day) | Q(state="proposed") & waits("case"), day__court=court)
    return list(seen_of(lots, user).order_by("day__on", "sequence"))


def seen_of(lots: QuerySet[Draw], user: User) -> QuerySet[Draw]:
    """Lots of cases the person sees, and unsealed ones of a court where they draw: a filed case leaves their sight."""
    drawing = Q(day__court__in=user.courts_where(Permission.DRAW_CASES), case__sealed="")
    seen = Q(case__in=Case.objects.visible_to(user))
    return lots.filter(drawing | seen).select_related("case", "day", "picked", "assigned_to", "decided_by")


def exceptions_in(court: Court, user: User) -> QuerySet[Draw]:
    """Lots that were not followed, and cases given without one; the latest first."""
    lots = Draw.objects.filter(day__court=court, state__in=("departed", "void"))
    return seen_of(lots, user).order_by("-day__on", "-sequence")


def days_of(court: Court, user: User) -> list[tuple[DrawDay, str]]:
    """The latest days, each with what its record calls the person, where it calls them anything."""
    days = DrawDay.objects.filter(court=court).select_related("court").order_by("-on")[:LATEST]
    own = court.pk in user.courts_where(Permission.SEE_OWN_WORKLOAD)
    return [(day, name_on(day, user) if own else "") for day in days]


def sees_tickets(user: User, court_id: int) -> bool:
    """Tickets and reasons tell of people's work and absence: for those who draw, give cases or answer for the load there."""
    seen = (Permission.DRAW_CASES, Permission.REASSIGN, Permission.SEE_WORKLOAD)
    return any(court_id in user.courts_where(permission) for permission in seen)


def shown(draw: Draw, user: User) -> dict[str, Any]:
    """Everything the page of a lot shows."""
    open_to = draw.state == "proposed" and may_on(user, Permission.REASSIGN, draw.case)
    found = {
        "draw": draw,
        "case": draw.case,
        "sees_case": Case.objects.visible_to(user).filter(pk=draw.case_id).exists(),
        "may_assign": open_to,
        "may_void": open_to and draw.drawn_by_id != user.pk,
        "sees_tickets": sees_tickets(user, draw.day.court_id),
    }
    return found | (_held(draw) if found["sees_tickets"] else {})


def _held(draw: Draw) -> dict[str, Any]:
    people = named(draw)
    left_out = draw.left_out or draw.excluded
    return {
        "tickets": held_in(draw, people),
        "excluded": [
            (people.get(one["person"], one["person"]), REASONS.get(one["reason"], one["reason"]))
            for one in left_out
        ],
        "rule": draw.rule,
    }


def named(draw: Draw) -> dict[str, str]:
    """Names by what the record calls people."""
    called = [one["person"] for one in [*draw.tickets, *draw.excluded]]
    return {name: person.name for name, person in people_on(draw.day, called).items()}


def held_in(draw: Draw, people: dict[str, str]) -> list[Held]:
    found, reached = [], 0
    for ticket in draw.tickets:
        count = ticket["tickets"]
        chance = 100 * Decimal(count) / draw.total
        is_picked = reached <= draw.drawn < reached + count
        found.append(Held(people.get(ticket["person"], ticket["person"]), count, chance, is_picked))
        reached += count
    return found


def recusals_of(case: Case) -> QuerySet[Recusal]:
    return (
        Recusal.objects.filter(case=case, withdrawn_at=None).select_related("person").order_by("recorded_at")
    )
