"""What one part of the system says of itself (运行检查)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.timezone import localtime


@dataclass(frozen=True)
class Check:
    """One sentence, and whether it is a good one. Nothing in it speaks of a case: monitors and mail carry it.

    ``since`` is when it began to be wrong, where that is known; ``figures`` are for monitors.
    """

    name: str
    label: str
    ok: bool
    sentence: str
    since: datetime | None = None
    would_be_right: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)


class TooLong(Exception):
    """A part did not answer in the time it was given. No ``OSError``: clients of servers would try again and wait on."""


def moment(at: datetime) -> str:
    """An instant as the sentences write it: «11-22 02:10»."""
    return f"{localtime(at):%m-%d %H:%M}"
