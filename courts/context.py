"""What every page needs besides its own data."""

from typing import Any

from django.http import HttpRequest

from courts.clock import today


def house(request: HttpRequest) -> dict[str, Any]:
    """``today`` (the court's day) for the page head; nothing for visitors who are not logged in."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    return {"today": today()}
