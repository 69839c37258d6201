"""The nearest comparable cases beside one's own, element by element (逐项对照): what is alike and what is not.

No names; a number only of a case the viewer may see; sealed cases never.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cases.models import Case
from catalogues.selectors import Law
from catalogues.sentencing_law import CaseElement
from courts.models import User
from deviation import frames
from deviation.models import Score
from deviation.observation import Observation, Value
from deviation.wording import outcome_said

NEAREST = 10


@dataclass(frozen=True)
class Cell:
    """One element of one comparable case, and whether it is what the own case has."""

    words: str
    is_same: bool


@dataclass(frozen=True)
class Line:
    """One element: of the own case, then of each comparable case."""

    name: str
    own: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Comparable:
    """One comparable case as this viewer may see it: without ``number`` and ``pk`` where they may not see it."""

    place: int
    outcome: str
    year: int | None
    same: int
    number: str = ""
    pk: int | None = None


@dataclass(frozen=True)
class Comparison:
    """The own case beside the nearest: one column a case, one line an element."""

    cases: tuple[Comparable, ...]
    lines: tuple[Line, ...]
    withheld: int  # sealed or withdrawn since


def compare(score: Score, user: User, law: Law, day: date) -> Comparison:
    """The nearest of a score's comparable cases, in three queries however many elements they have."""
    ids = [str(one) for one in score.comparables[:NEAREST]]
    found = frames.by_ids(ids, code=score.code, law=law, court=score.court_id, on=day)
    seen = numbers_of(found, user)
    elements = law.case_elements(score.court_id, day)
    keys = keys_of(score.elements, found.values(), elements)
    return Comparison(
        cases=tuple(
            comparable(place, one, score, keys, seen) for place, one in enumerate(found.values(), start=1)
        ),
        lines=tuple(line_of(key, score.elements, found.values(), elements) for key in keys),
        withheld=len(ids) - len(found),
    )


def numbers_of(found: Iterable[str], user: User) -> dict[int, str]:
    ids = {frames.case_and_party(one)[0] for one in found}
    return dict(Case.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "number"))


def keys_of(
    own: Mapping[str, Value], others: Iterable[Observation], elements: Mapping[str, CaseElement]
) -> list[str]:
    """What any of the cases has, in the order of the catalogue; nothing protected, nothing standing in for it.

    A circumstance that none of them has is no line: it would only hide the others.
    """
    said = [own, *(one.features for one in others)]
    there = {key for each in said for key, value in each.items() if value is not None and value is not False}
    fields = [key for key in frames.FIELD_NAMES if key in there]
    return fields + [key for key, element in elements.items() if key in there and element.usable]


def comparable(
    place: int, one: Observation, score: Score, keys: list[str], seen: Mapping[int, str]
) -> Comparable:
    pk = frames.case_and_party(one.id)[0]
    return Comparable(
        place=place,
        outcome=outcome_said(score.code, one.outcome),
        year=one.date.year if one.date else None,
        same=sum(score.elements.get(key) == one.features.get(key) for key in keys),
        number=seen.get(pk, ""),
        pk=pk if pk in seen else None,
    )


def line_of(
    key: str, own: Mapping[str, Value], others: Iterable[Observation], elements: Mapping[str, CaseElement]
) -> Line:
    mine = own.get(key)
    return Line(
        name=frames.feature_name(key, elements),
        own=frames.feature_value(key, mine, elements),
        cells=tuple(
            Cell(frames.feature_value(key, one.features.get(key), elements), one.features.get(key) == mine)
            for one in others
        ),
    )
