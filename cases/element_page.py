"""The elements and the outcome of a case as its page shows them (案件要素与裁判结果), by party where they are a party's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from cases.element_values import MEASURES, element_in_words, outcome_in_words
from cases.models import Case, Element, Outcome
from cases.timeline import origin_of
from catalogues.selectors import Law
from catalogues.sentencing_law import CaseElement


@dataclass(frozen=True)
class Told:
    """One recorded value: what it is of, what it says, and where it comes from."""

    name: str
    said: str
    fact: Element | Outcome
    is_protected: bool = False
    on: date | None = None

    @property
    def origin(self) -> str:
        return origin_of(self.fact)


@dataclass
class Group:
    """What is recorded of the case, or of one party (``name``)."""

    name: str
    outcomes: list[Told] = field(default_factory=list)
    elements: list[Told] = field(default_factory=list)
    protected: list[Told] = field(default_factory=list)


def recorded(case: Case, law: Law, today: date) -> list[Group]:
    """The values that stand: of the case first, then party by party, each in the order of the catalogue."""
    known = law.case_elements(case.court_id, today)
    order = {key: place for place, key in enumerate(known)}
    groups: dict[int | None, Group] = {}
    for outcome in sorted(standing(case.outcome_rows.all()), key=lambda each: place_of(each.measure)):
        group_of(groups, outcome).outcomes.append(told_of_outcome(outcome))
    for element in sorted(
        standing(case.element_rows.all()), key=lambda each: order.get(each.key, len(order))
    ):
        told = told_of_element(element, known.get(element.key))
        group = group_of(groups, element)
        (group.protected if told.is_protected else group.elements).append(told)
    return [groups[pk] for pk in sorted(groups, key=lambda pk: pk or 0)]


def standing(rows: Iterable[Element | Outcome]) -> list[Element | Outcome]:
    return [row for row in rows if row.withdrawn_at is None]


def place_of(measure: str) -> int:
    return list(MEASURES).index(measure) if measure in MEASURES else len(MEASURES)


def group_of(groups: dict[int | None, Group], row: Element | Outcome) -> Group:
    return groups.setdefault(row.party_id, Group(row.party.name if row.party else ""))


def told_of_outcome(outcome: Outcome) -> Told:
    name = MEASURES[outcome.measure].name if outcome.measure in MEASURES else outcome.measure
    return Told(name, outcome_in_words(outcome.measure, outcome.value), outcome, on=outcome.decided_on)


def told_of_element(element: Element, known: CaseElement | None) -> Told:
    is_protected = known is not None and not known.usable
    return Told(
        known.name if known else element.key, element_in_words(known, element.value), element, is_protected
    )
