"""Why a file or a row cannot be taken: one sentence in English for the command, one in Chinese for the pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """What is wrong and what would be right, twice."""

    english: str
    chinese: str

    def __str__(self) -> str:
        return self.english


class Refusal(Exception):
    """Carries its reason in both languages."""

    def __init__(self, english: str, chinese: str):
        super().__init__(english)
        self.reason = Reason(english, chinese)


class Unreadable(Refusal):
    """The file as a whole cannot be read."""


class BadCell(Refusal):
    """One cell does not hold what its column promises."""
