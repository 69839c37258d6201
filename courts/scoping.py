"""Who sees which rows about a case. Every table about a case uses this queryset."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows about cases. ``to_case`` is the lookup path from this table to its case (empty on the case itself)."""

    to_case: str | None = None

    def visible_to(self, user: Any) -> Self:
        """The rows whose case the user may see today, by posting, by seat on the panel or by access list.

        A sealed case (封存) is seen by its panel and its access list alone.
        """
        if self.to_case is None:
            raise TypeError(f"{type(self).__name__} must say its path to the case")
        if isinstance(user, AnonymousUser) or not user.is_authenticated:
            return self.none()
        path = f"{self.to_case}__" if self.to_case else ""
        return self.filter(seen_by(user, path))


def seen_by(user: Any, path: str = "") -> Q:
    return by_seat(user, path) | by_post(user, path)


def by_seat(user: Any, path: str = "") -> Q:
    """Cases one sits on or assists, or is listed for: sealed or not."""
    return (
        Q(**{f"{path}judge": user.pk})
        | Q(**{f"{path}presiding": user.pk})
        | Q(**{f"{path}assistant": user.pk})
        | Q(**{f"{path}clerk": user.pk})
        | Q(
            **{f"{path}members__contains": [user.pk], f"{path}members__gt": []}
        )  # the index holds lists with someone
        | Q(**{f"{path}readers__contains": [user.pk], f"{path}readers__gt": []})
    )


def by_post(user: Any, path: str = "") -> Q:
    """Cases a management or filing post opens, and those of who is away and looked after; never sealed ones."""
    reach = user.reach
    places = by_office(user, path) | Q(**{f"{path}court__in": reach.filing, f"{path}judge": None})
    if reach.stands_in_for:
        shared = {seat.court_id for seat in user.seats}
        away = {f"{path}judge__in": reach.stands_in_for, f"{path}court__in": shared}
        places |= Q(**away, **{f"{path}closed_on": None})
    return places & Q(**{f"{path}sealed": ""})


def by_office(user: Any, path: str = "") -> Q:
    """Cases of the courts and divisions one answers for. Says nothing about sealed ones: see ``by_post``."""
    return Q(**{f"{path}court__in": user.reach.courts}) | Q(**{f"{path}division__in": user.reach.divisions})
