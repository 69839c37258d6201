"""How many assistants and clerks the teams of a court need (法官助理, 书记员), and how many it lacks. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction


@dataclass(frozen=True)
class TeamType:
    """How a team is made up (配比): 1:1:1, or 1+2+2 on the fast track."""

    judges: int
    assistants: int
    clerks: int


@dataclass(frozen=True)
class Team:
    """People of one team, or of all teams of a type in a court together."""

    court: str
    type: str
    judges: int
    assistants: int
    clerks: int


@dataclass(frozen=True)
class Support:
    """A court's need beside what it has; a shortage is never made up by another kind of people."""

    court: str
    judges: int
    assistants_needed: int
    assistants: int
    clerks_needed: int
    clerks: int

    @property
    def assistants_short(self) -> int:
        return max(0, self.assistants_needed - self.assistants)

    @property
    def clerks_short(self) -> int:
        return max(0, self.clerks_needed - self.clerks)


def support_needed(teams: Iterable[Team], types: Mapping[str, TeamType]) -> list[Support]:
    """One line a court, in the order courts first appear. Half a person needed is a person needed."""
    by_court: dict[str, list[Team]] = {}
    for team in teams:
        by_court.setdefault(team.court, []).append(team)
    return [_support(court, its, types) for court, its in by_court.items()]


def _support(court: str, teams: list[Team], types: Mapping[str, TeamType]) -> Support:
    assistants = clerks = Fraction(0)
    for team in teams:
        kind = _type(team.type, types)
        assistants += Fraction(team.judges * kind.assistants, kind.judges)
        clerks += Fraction(team.judges * kind.clerks, kind.judges)
    return Support(
        court, sum(team.judges for team in teams),
        math.ceil(assistants), sum(team.assistants for team in teams),
        math.ceil(clerks), sum(team.clerks for team in teams),
    )  # fmt: skip


def _type(name: str, types: Mapping[str, TeamType]) -> TeamType:
    if name not in types:
        near = (get_close_matches(name, types, n=1, cutoff=0) or ["none"])[0]
        raise ValueError(f"type: {name!r} is no type of team; did you mean {near!r}?")
    if types[name].judges < 1:
        raise ValueError(f"team types, {name}: has no judge; give at least one")
    return types[name]
