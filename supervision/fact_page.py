"""The facts of a case in words (案件事实页): what is known and from where, what is not, and what this person may state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.models import Case
from catalogues import library
from catalogues.supervision_law import RuleFact
from courts.models import User
from courts.roles import ROLE_CHOICES
from predicates.sentences import say_value
from supervision.fact_forms import StateForm
from supervision.facts import facts_of
from supervision.models import Statement
from supervision.secrecy import keeps
from supervision.statements import may_state, readable

ROLES = dict(ROLE_CHOICES)


@dataclass(frozen=True)
class FactLine:
    """One fact: its value in words, empty when unknown, where it comes from, and the form to state it."""

    fact: RuleFact
    words: str
    told: Statement | None
    form: StateForm | None

    @property
    def whose(self) -> str:
        """Who may state it, in the order of the catalogue."""
        return "、".join(ROLES[role] for role in self.fact.stated_by)

    @property
    def is_open(self) -> bool:
        return self.form is not None and self.form.is_bound


@dataclass(frozen=True)
class FactsPage:
    """What the page shows; ``secret`` is None for whoever does not keep the secret facts of the case."""

    known: list[FactLine]
    to_state: list[FactLine]
    unknown: list[FactLine]
    secret: list[FactLine] | None

    @property
    def may_change(self) -> bool:
        return any(each.form for each in self.known)


def facts_page(case: Case, user: User, typed: StateForm | None = None) -> FactsPage:
    """Everything about the facts of the case that this person may see; ``typed`` is a form that came back."""
    declared = library.rule_facts()
    told = {told.fact: told for told in standing(case, user)}
    found = facts_of(case.pk)
    lines = [
        line(fact, found, told, form_for(fact, case, user, found, typed)) for fact in declared.values() if not fact.secret
    ]  # fmt: skip
    return FactsPage(
        known=[each for each in lines if each.words],
        to_state=[each for each in lines if not each.words and each.form],
        unknown=[each for each in lines if not each.words and not each.form],
        secret=secret_lines(case, told) if keeps(user, case) else None,
    )


def standing(case: Case, user: User) -> list[Statement]:
    rows = readable(user, Statement.objects.standing().filter(case=case))
    return list(rows.select_related("stated_by"))


def secret_lines(case: Case, told: Mapping[str, Statement]) -> list[FactLine]:
    found = facts_of(case.pk, secret=True)
    secret = (fact for fact in library.rule_facts().values() if fact.secret)
    return [line(fact, found, told, None) for fact in secret if fact.name in found]


def line(
    fact: RuleFact, found: Mapping[str, Any], told: Mapping[str, Statement], form: StateForm | None
) -> FactLine:
    words = in_words(fact, found[fact.name]) if fact.name in found else ""
    return FactLine(fact, words, told.get(fact.name), form)


def form_for(
    fact: RuleFact, case: Case, user: User, found: Mapping[str, Any], typed: StateForm | None
) -> StateForm | None:
    if not fact.stated_by or not may_state(user, fact.name, case):
        return None
    if typed is not None and typed.fact.name == fact.name:
        return typed
    return StateForm(fact, now=found.get(fact.name))


def in_words(fact: RuleFact, value: Any) -> str:
    """A value with its unit: 民事, 1000万元, 7.4月; several tags stand side by side, none is 无."""
    if isinstance(value, list | tuple):
        return "、".join(dict(fact.choices).get(tag, tag) for tag in value) or "无"
    if fact.type == "float":
        value = round(value, 2)
    return say_value(fact.fact, value)
