"""Values as people read them: on pages, in doubts, in the trail."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from courts.models import Division, User


def plain(value: Any) -> Any:
    """A value as the trail writes it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def in_words(name: str, value: Any) -> str:
    """A value as a person reads it: names for ids."""
    if value in (None, "", [], {}, "{}"):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "division_id":
        return str(Division.objects.filter(pk=value).values_list("name", flat=True).first() or value)
    if name in ("judge_id", "presiding_id", "members"):
        ids = value if isinstance(value, list) else [value]
        return "、".join(User.objects.filter(pk__in=ids).order_by("pk").values_list("name", flat=True))
    return str(plain(value))
