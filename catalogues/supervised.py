"""The part of the law in use that supervision goes by: parameters, profiles, measures, letters and risks, by court."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from catalogues.dated import in_force
from catalogues.law import AlertSetting
from catalogues.supervision_law import (
    LetterKind,
    MeasureRule,
    Number,
    RiskCategory,
    RuleParameter,
    RuleProfile,
)

Parameters = Mapping[str, RuleParameter]
Settings = Mapping[str, tuple[AlertSetting, ...]]


@dataclass(frozen=True)
class Supervised:
    """The published catalogues of supervision as values. Pure: what courts laid over them came with it.

    ``local_parameters`` and ``local_settings`` hold, by court, only the entries that differ there; ``above`` gives the
    court right above each court at or below one of these.
    """

    parameters: Parameters = field(default_factory=dict)
    settings: Settings = field(default_factory=dict)
    profiles: Mapping[str, RuleProfile] = field(default_factory=dict)
    measures: Mapping[str, MeasureRule] = field(default_factory=dict)
    letter_kinds: Mapping[str, LetterKind] = field(default_factory=dict)
    risk_categories: tuple[RiskCategory, ...] = ()
    local_parameters: Mapping[int, Parameters] = field(default_factory=dict)
    local_settings: Mapping[int, Settings] = field(default_factory=dict)
    above: Mapping[int, int | None] = field(default_factory=dict)

    def parameters_of(self, court_id: int | None) -> dict[str, Number]:
        """What the rules of a court compare with: the national numbers, and over them those of the courts above and its own."""
        found = self.known_parameters.get(self.seat(court_id))
        if found is None:
            found = self.known_parameters[self.seat(court_id)] = self._parameters(court_id)
        return dict(found)

    @cached_property
    def known_parameters(self) -> dict[int | None, dict[str, Number]]:
        """The parameters already put together, by the nearest court that has its own."""
        return {}

    def _parameters(self, court_id: int | None) -> dict[str, Number]:
        found = {code: one.value for code, one in self.parameters.items()}
        for court in reversed([*self.courts_up(court_id)]):
            found |= {code: one.value for code, one in self.local_parameters.get(court, {}).items()}
        return found

    def setting(self, code: str, court_id: int | None, on: date) -> int | str:
        """A number or word that supervision goes by in a court on a day; the nearest court's counts."""
        for court in self.courts_up(court_id):
            if code in self.local_settings.get(court, {}):
                return _answer(self.local_settings[court][code], on)
        if code not in self.settings:
            known = ", ".join(sorted(self.settings)) or "none are published"
            raise KeyError(f'no setting of supervision is called "{code}"; known: {known}')
        return _answer(self.settings[code], on)

    def profile_codes(self, name: str) -> frozenset[str] | None:
        """The codes of the rules in a profile; None: every rule. ``KeyError`` with a sentence for an unknown one."""
        if name not in self.profiles:
            known = ", ".join(self.profiles) or "none are published"
            raise KeyError(f'no profile is called "{name}"; known: {known}')
        return self.profiles[name].codes

    def seat(self, court_id: int | None) -> int | None:
        """The nearest court, itself or above, that has parameters of its own; None: the national ones count."""
        return next((court for court in self.courts_up(court_id) if court in self.local_parameters), None)

    def courts_up(self, court_id: int | None) -> Iterator[int]:
        """The court and those above it, as far as any of them has entries of its own."""
        return courts_up(self.above, court_id)


def courts_up(above: Mapping[int, int | None], court_id: int | None) -> Iterator[int]:
    """A court and those above it, the nearest first."""
    seen: set[int] = set()
    while court_id is not None and court_id not in seen:
        seen.add(court_id)
        yield court_id
        court_id = above.get(court_id)


def _answer(versions: tuple[AlertSetting, ...], on: date) -> int | str:
    begun = [version for version in versions if version.effective_from <= on]
    found = in_force(begun, on) if begun else versions[0]
    return found.text if found.n is None else found.n
