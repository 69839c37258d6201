"""Facts of cases screened by a catalogue of rules (筛查): which rules hold, and on what evidence."""

from __future__ import annotations

from typing import Any

from predicates.catalogue import Catalogue, check_facts
from predicates.language import Facts, compile_condition, facts_of

Hit = dict[str, Any]


class Screen:
    """The rules of a catalogue, or of one of its profiles, made ready for many records."""

    def __init__(self, catalogue: Catalogue, profile: str | None = None) -> None:
        codes = None if profile is None else catalogue.profile(profile)
        self._facts = catalogue.facts
        self._rules = [
            (rule.code, compile_condition(rule.condition, catalogue.parameters), facts_of(rule.condition))
            for rule in sorted(catalogue.rules, key=lambda rule: rule.code)
            if codes is None or rule.code in codes
        ]

    def hits(self, facts: Facts) -> list[Hit]:
        """Every rule that holds, by code, with every fact it names. ``Misread`` for unknown facts and wrong types."""
        check_facts(facts, self._facts)
        return [
            {"rule": code, "evidence": {name: facts.get(name) for name in named}}
            for code, holds, named in self._rules
            if holds(facts)
        ]
