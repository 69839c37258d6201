"""What people are called in the published record of a day of lots: by a name that holds for that day alone."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256

from courts.models import Posting, User
from quota.models import DrawDay

#: Hex digits of a name; no two people of a court are called the same.
LENGTH = 12


def name_on(day: DrawDay, person: User) -> str:
    """The name of a person on a day (当日代号). Who does not hold the key of the day cannot tell whose it is."""
    if not day.veil:  # days from before people had names kept the staff numbers
        return person.staff_no or f"id-{person.pk}"
    return hmac.digest(day.veil.encode(), str(person.pk).encode(), "sha256").hex()[:LENGTH]


def people_on(day: DrawDay, called: Iterable[str]) -> dict[str, User]:
    """Who of those ever posted in the court is meant by the names."""
    wanted = set(called)
    posted = User.objects.filter(pk__in=Posting.objects.filter(court=day.court_id).values("user"))
    return {name: person for person in posted if (name := name_on(day, person)) in wanted}


def digest_of_names(veil: str, *, court: str, day: str) -> str:
    """Known at once: the order of people in the lots of the day cannot be chosen later."""
    return sha256(f"{court}|{day}|{veil}".encode()).hexdigest()
