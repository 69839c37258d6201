"""When the cases of the demo fall due, by the same reckoning as everywhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cases.deadlines import ClockInput, Exclusion, Extension, Restart, calculate
from catalogues.dated import in_force_or_earliest
from catalogues.law import Ground, TimeLimit
from catalogues.workdays import WorkCalendar
from pipeline.demo.almanac import Almanac
from pipeline.demo.facts import Facts
from pipeline.demo.kinds import Kind


@dataclass(frozen=True)
class Law:
    """As much of the law as the demo needs."""

    limits: Mapping[str, tuple[TimeLimit, ...]]
    grounds: Mapping[str, tuple[Ground, ...]]
    calendar: WorkCalendar
    type_codes: Mapping[str, str]
    causes: Mapping[str, str]  # code of a cause by its name


@dataclass(frozen=True)
class Dues:
    law: Law
    almanac: Almanac

    def due(self, kind: Kind, filed: int, facts: Facts, *, detained: bool) -> date | None:
        """The due date as known today; None while paused or without a limit."""
        known = facts.known_on(self.almanac.today)
        limits = self.law.limits[known.kind(kind).limit]
        limit, _ = in_force_or_earliest(limits, self.almanac.dates[filed])
        if limit.unit is None:
            return None
        return calculate(self._clock(limit, filed, known, detained), self.law.calendar).due

    def _clock(self, limit: TimeLimit, filed: int, known: Facts, detained: bool) -> ClockInput:
        days = self.almanac.dates
        return ClockInput(
            limit=limit,
            start=days[filed],
            detained=detained,
            extensions=tuple(
                Extension(each.months, each.days, approved_on=days[each.approved])
                for each in known.extensions
            ),
            exclusions=tuple(
                Exclusion(self._ground(each.ground, each.starts), days[each.starts], self._over(each.resumes))
                for each in known.pauses
            ),
            restarts=tuple(
                Restart(self._ground(each.ground, each.on), days[each.on]) for each in known.restarts
            ),
        )

    def _over(self, resumes: int) -> date | None:
        return self.almanac.dates[resumes] if resumes <= self.almanac.today else None

    def _ground(self, ground: str, on: int) -> Ground:
        return in_force_or_earliest(self.law.grounds[ground], self.almanac.dates[on])[0]
