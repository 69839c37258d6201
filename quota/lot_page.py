"""What pages show of lots (随机分案页面)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.models import Entry
from cases.guard import may_on
from cases.models import Case, ProcedureEvent
from cases.services import REASSIGNED
from courts.models import Court, User
from courts.roles import Permission
from quota.eligibility import REASONS
from quota.lot_candidates import code_of
from quota.models import Draw, DrawDay, Recusal

#: How many days of the published records are listed.
LATEST = 30
#: How many cases given past the lot are listed.
MOST = 50
#: What the event of a reassignment begins with when the case had no judge.
FROM_NOBODY = "未定 → "


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
    lots = Draw.objects.filter(Q(day__on=day) | Q(state="proposed"), day__court=court)
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


def past_the_lot(court: Court, user: User) -> list[tuple[ProcedureEvent, str]]:
    """Cases given to a judge by a plain reassignment since the court began to draw, each with its reason in the trail.

    The newest first, at most as many as fit a page; what the feed assigned before it came here is not among them.
    """
    first = DrawDay.objects.filter(court=court).order_by("on").values_list("on", flat=True).first()
    if first is None:
        return []
    drawn = Draw.objects.filter(case=OuterRef("case"), state__in=("accepted", "departed"))
    given = ProcedureEvent.objects.visible_to(user).filter(case__court=court, node=REASSIGNED, on__gte=first)
    given = given.filter(withdrawn_at=None, note__startswith=FROM_NOBODY).exclude(Exists(drawn))
    events = list(given.select_related("case").order_by("-on", "-pk")[:MOST])
    acts = Entry.objects.filter(
        act="cases.reassign", outcome="done", case_id__in=[each.case_id for each in events]
    )
    reasons = dict(acts.order_by("-pk").values_list("case_id", "because"))
    return [(event, reasons.get(event.case_id, "")) for event in events]


def days_of(court: Court) -> QuerySet[DrawDay]:
    return DrawDay.objects.filter(court=court).order_by("-on")[:LATEST]


def shown(draw: Draw, user: User) -> dict[str, Any]:
    """Everything the page of a lot shows."""
    people = named(draw)
    return {
        "draw": draw,
        "case": draw.case,
        "sees_case": Case.objects.visible_to(user).filter(pk=draw.case_id).exists(),
        "tickets": held_in(draw, people),
        "excluded": [
            (people.get(one["person"], one["person"]), REASONS.get(one["reason"], one["reason"]))
            for one in draw.excluded
        ],
        "may_assign": draw.state == "proposed" and may_on(user, Permission.REASSIGN, draw.case),
        "may_void": draw.state == "proposed" and may_on(user, Permission.DRAW_CASES, draw.case),
    }


def named(draw: Draw) -> dict[str, str]:
    """Names by what the record calls people."""
    codes = {one["person"] for one in [*draw.tickets, *draw.excluded]}
    ids = [int(code[3:]) for code in codes if code.startswith("id-") and code[3:].isdecimal()]
    people = User.objects.filter(Q(staff_no__in=codes) | Q(pk__in=ids))
    return {code_of(user): user.name for user in people}


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
