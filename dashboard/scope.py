"""Whose cases a first screen is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cases.models import Case
from cases.selectors import courts_within
from courts.models import Court, User
from courts.scoping import by_post, by_seat

Unit = tuple[int, int | None]  # court and division; the division is None in tables by court


@dataclass(frozen=True)
class Scope:
    """Whose cases the screen is about: the courts one may switch between, and the one chosen."""

    user: User
    courts: tuple[Court, ...]
    chosen: Court | None

    @property
    def by_court(self) -> bool:
        """Units are courts in a region, divisions in one court."""
        return self.chosen is None and len(self.courts) > 1

    @property
    def court(self) -> Court | None:
        """The one court the screen is about, if it is about one."""
        return self.chosen or (self.courts[0] if len(self.courts) == 1 else None)

    def cases(self) -> list[QuerySet[Case]]:
        """What ``visible_to`` gives, in two parts without overlap: what a post opens, and the rest by seat.

        Told apart, the first is counted from one index; together, every row of the table would be visited.
        """
        post = by_post(self.user)
        parts = [Case.objects.filter(post), Case.objects.filter(by_seat(self.user), ~post)]
        return [part.filter(court=self.chosen) for part in parts] if self.chosen else parts


def scope_of(user: User, court: str = "") -> Scope | None:
    """The scope of a user's screen; None when the court asked for is none of theirs."""
    courts = tuple(courts_within(user))
    chosen = next((each for each in courts if court in (each.code, str(each.pk))), None)
    return None if court and chosen is None else Scope(user, courts, chosen)


def unit_of(scope: Scope, row: dict[str, Any]) -> Unit:
    return row["court_id"], None if scope.by_court else row["division_id"]
