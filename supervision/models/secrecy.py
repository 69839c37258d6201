"""Who keeps the secret flags of which cases (涉密标识). The one place that says so; see docs/adr/0009."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from courts.roles import Permission


def on_panel(user: Any, path: str = "") -> Q:
    """Cases one tries or assists in."""
    return (
        Q(**{f"{path}judge": user.pk})
        | Q(**{f"{path}presiding": user.pk})
        | Q(**{f"{path}assistant": user.pk})
        | Q(**{f"{path}clerk": user.pk})
        | Q(**{f"{path}members__contains": [user.pk], f"{path}members__gt": []})
    )


def kept_by(user: Any, path: str = "case__") -> Q:
    """Cases whose secret flags this person keeps: of the courts they answer for, never of a case they sit on.

    A complaint against a president who tries a case is not for that president. ``path`` leads to the case.
    """
    courts = user.courts_where(Permission.SEE_SECRET_FLAGS)
    return of_courts(courts, path) & Q(**{f"{path}sealed": ""}) & ~on_panel(user, path)


def verified_by(user: Any, path: str = "case__") -> Q:
    """Cases the complaints about which this person verifies, sealed ones too: else sealing a case would bury them.

    The number of a sealed case stays unknown to whoever does not see the case.
    """
    return of_courts(user.courts_where(Permission.VERIFY_COMPLAINTS), path) & ~on_panel(user, path)


def of_courts(courts: set[int], path: str) -> Q:
    """Cases of these courts, and of those under them whose code nobody recognised (see ``courts.reach``)."""
    strays = Q(**{f"{path}court__parent__in": courts, f"{path}court__recognised": False})
    return Q(**{f"{path}court__in": courts}) | strays
