"""For which courts a person may do what quota asks (员额职权所及): those of their posts, and every court below."""

from __future__ import annotations

from courts.models import User
from courts.reach import court_and_below
from courts.roles import Permission


def region_of(user: User, *permissions: Permission) -> set[int]:
    """Ids of the courts where a post held today carries one of the permissions, and of all courts below them."""
    found: set[int] = set()
    for permission in permissions:
        for court_id in user.courts_where(permission) - found:
            found |= court_and_below(court_id)
    return found
