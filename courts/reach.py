"""How far a person's postings reach today, as plain ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Min

from courts.clock import today
from courts.roles import SPAN, Permission, Role, Span

if TYPE_CHECKING:
    from courts.models import User


@dataclass(frozen=True)
class Reach:
    """Ids of courts and divisions whose cases may be seen; ``filing`` are courts whose unassigned cases may.

    ``stands_in_for`` are people whose open cases one looks after while they are away (代办).
    """

    courts: frozenset[int]
    divisions: frozenset[int]
    filing: frozenset[int]
    stands_in_for: frozenset[int] = frozenset()


def reach_of(user: User) -> Reach:
    spans = [(SPAN[Role(seat.role)], seat) for seat in user.seats]
    courts = with_unrecognised({seat.court_id for span, seat in spans if span is Span.COURT})
    for span, seat in spans:
        if span is Span.REGION:
            courts |= court_and_below(seat.court_id)
    divisions = {seat.division_id for span, seat in spans if span is Span.DIVISION and seat.division_id}
    filing = {seat.court_id for span, seat in spans if span is Span.FILING}
    return Reach(frozenset(courts), frozenset(divisions), frozenset(filing), stands_in_for(user))


def stands_in_for(user: User) -> frozenset[int]:
    """The people whose stand-in (代办人) the user is today, as long as both hold a post in one court."""
    standing = apps.get_model("courts", "StandIn").objects.filter(stand_in=user.pk, ended_at=None)
    days = list(standing.values_list("person", "starts_on", "ends_on"))
    if not days or not user.seats:
        return frozenset()
    day, courts = today(), {seat.court_id for seat in user.seats}
    away = [person for person, starts_on, ends_on in days if starts_on <= day <= ends_on]
    shared = apps.get_model("courts", "Posting").objects.held_on(day).filter(user__in=away, court__in=courts)
    return frozenset(shared.values_list("user", flat=True))


def with_unrecognised(court_ids: set[int]) -> set[int]:
    """The courts, and those that stand right under them only because nobody recognised their code (未识别法院).

    Somebody must see the cases kept there and settle what is doubtful about them.
    """
    if not court_ids:
        return set()
    strays = apps.get_model("courts", "Court").objects.filter(parent__in=court_ids, recognised=False)
    return court_ids | set(strays.values_list("pk", flat=True))


def courts_managed_by(user: User) -> set[int]:
    """The courts whose people the user may post: those of the managing posts and every court below them."""
    managed: set[int] = set()
    for court_id in user.courts_where(Permission.MANAGE_PEOPLE):
        managed |= court_and_below(court_id)
    return managed


def highest_courts() -> set[int]:
    """The courts of the highest level at which anybody holds a post today: those who answer for what holds for all."""
    held = apps.get_model("courts", "Posting").objects.held_on(today())
    level = held.aggregate(highest=Min("court__level"))["highest"]
    return set(held.filter(court__level=level).values_list("court_id", flat=True))


def court_and_below(court_id: int) -> set[int]:
    """The court and all courts under it, however deep."""
    court_table = apps.get_model("courts", "Court").objects
    found, frontier = {court_id}, {court_id}
    while frontier:
        frontier = set(court_table.filter(parent__in=frontier).values_list("pk", flat=True)) - found
        found |= frontier
    return found
