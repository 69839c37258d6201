"""The places of this room a person may go to."""

from __future__ import annotations

from courts.models import User
from courts.roles import Permission


def tabs_of(user: User) -> dict[str, dict[str, bool]]:
    """For the head of a page: which of its tabs are open to this person."""
    search, keep = user.may(Permission.SEARCH_PRECEDENTS), user.may(Permission.KEEP_PRECEDENTS)
    return {"perms_of": {"search": search, "keep": keep, "conflicts": search or keep}}
