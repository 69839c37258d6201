"""Which version of a rule was in force on a day (按日取版本)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """Anything with a window of validity; ``effective_to`` is the last day, None while it still holds."""

    @property
    def effective_from(self) -> date: ...

    @property
    def effective_to(self) -> date | None: ...


V = TypeVar("V", bound=Dated)


class NotInForce(LookupError):
    """No version was in force on the day asked for."""


def in_force(versions: Iterable[V], on: date) -> V:
    """The latest version already effective on that day and not yet ended."""
    begun = [version for version in versions if version.effective_from <= on]
    if not begun:
        raise NotInForce(f"nothing in force on {on}")
    latest = max(begun, key=lambda version: version.effective_from)
    if latest.effective_to is not None and latest.effective_to < on:
        raise NotInForce(f"nothing in force on {on}: the last version ended on {latest.effective_to}")
    return latest


def in_force_or_earliest(versions: Iterable[V], on: date) -> tuple[V, bool]:
    """The version in force, or the earliest one for a day before them all; True says that the day came too early.

    For catalogues that keep present numbers only: the caller calculates with the present number and says so.
    """
    known = sorted(versions, key=lambda version: version.effective_from)
    if known and on < known[0].effective_from:
        return known[0], True
    return in_force(known, on), False
