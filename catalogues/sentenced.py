"""The part of the law in use that sentencing and deviation go by, as it holds in a court on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from catalogues.sentencing_law import (
    CaseElement,
    DeviationModel,
    DeviationReason,
    DeviationSetting,
    Factor,
    Guideline,
    Increment,
    Number,
    Offence,
)
from catalogues.supervised import courts_up


class Windowed(Protocol):
    """What holds from a day on."""

    @property
    def effective_from(self) -> date: ...

    @property
    def effective_to(self) -> date | None: ...


W = TypeVar("W", bound=Windowed)


@dataclass(frozen=True)
class Layered(Generic[W]):
    """The versions of each entry of one catalogue: the national ones, and by court those laid over them (本院参数)."""

    national: Mapping[str, tuple[W, ...]] = field(default_factory=dict)
    local: Mapping[int, Mapping[str, tuple[W, ...]]] = field(default_factory=dict)

    def over(self, courts: tuple[int, ...]) -> dict[str, tuple[W, ...]]:
        """The entries as they hold in the first of these courts, given with those above it, nearest first."""
        found = dict(self.national)
        for court in reversed(courts):
            found |= self.local.get(court, {})
        return found

    def in_force(self, courts: tuple[int, ...], on: date, *, before_first: bool) -> dict[str, W]:
        """The version of each entry that holds that day; ``before_first``: a day before them all takes the first."""
        held = {code: held_on(versions, on, before_first) for code, versions in self.over(courts).items()}
        return {code: version for code, version in held.items() if version is not None}


def held_on(versions: tuple[W, ...], on: date, before_first: bool) -> W | None:
    begun = [version for version in versions if version.effective_from <= on]
    latest = begun[-1] if begun else versions[0] if before_first else None
    ended = latest is not None and latest.effective_to is not None and latest.effective_to < on
    return None if ended else latest


@dataclass(frozen=True)
class Sentenced:
    """The published catalogues of sentencing and deviation as values; what courts laid over them came with it.

    Every answer is for a court (None: the national text) and a day; the nearest court's entry counts.
    """

    factors: Layered[Factor] = field(default_factory=Layered)
    offences: Layered[Offence] = field(default_factory=Layered)
    increments: Layered[Increment] = field(default_factory=Layered)
    elements: Layered[CaseElement] = field(default_factory=Layered)
    models: Layered[DeviationModel] = field(default_factory=Layered)
    reasons: Layered[DeviationReason] = field(default_factory=Layered)
    settings: Layered[DeviationSetting] = field(default_factory=Layered)
    above: Mapping[int, int | None] = field(default_factory=dict)

    def guideline(self, court_id: int | None, on: date) -> Guideline:
        """The sentencing guideline (量刑指导意见) with the court's own tables."""
        courts = self.courts(court_id)
        return Guideline(
            factors=self.factors.in_force(courts, on, before_first=True),
            offences=self.offences.in_force(courts, on, before_first=True),
            increments=self.increments.in_force(courts, on, before_first=True),
            discretion=float(self.setting("guideline_discretion", court_id, on)),
        )

    def elements_of(self, court_id: int | None, on: date) -> Mapping[str, CaseElement]:
        """The elements that cases record (案件要素) by key, in the order of the catalogue."""
        key = (self.courts(court_id), on)
        if key not in self.known_elements:
            self.known_elements[key] = self.elements.in_force(*key, before_first=False)
        return self.known_elements[key]

    @cached_property
    def known_elements(self) -> dict[tuple[tuple[int, ...], date], dict[str, CaseElement]]:
        """The elements already put together: they are asked for case by case."""
        return {}

    def models_of(self, court_id: int | None, on: date) -> Mapping[str, DeviationModel]:
        """The outcomes that are compared (偏离度模型) by code."""
        return self.models.in_force(self.courts(court_id), on, before_first=False)

    def reasons_of(self, court_id: int | None, on: date) -> Mapping[str, DeviationReason]:
        """The reasons a judge may give (说明理由) by code."""
        return self.reasons.in_force(self.courts(court_id), on, before_first=False)

    def setting(self, code: str, court_id: int | None, on: date) -> Number:
        """A number the deviation goes by. ``KeyError`` with a sentence for an unknown one."""
        versions = self.settings.over(self.courts(court_id))
        if code not in versions:
            known = ", ".join(sorted(versions)) or "none are published"
            raise KeyError(f'no setting of the deviation is called "{code}"; known: {known}')
        begun = [version for version in versions[code] if version.effective_from <= on]
        return (begun or versions[code][:1])[-1].value

    def courts(self, court_id: int | None) -> tuple[int, ...]:
        """The court and those above it, the nearest first; none where no court has laid anything over."""
        return tuple(courts_up(self.above, court_id)) if self.above else ()
