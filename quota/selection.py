"""Who is proposed for the open seats (员额遴选): by stated weights, never more names than seats. Pure.

The answer is a set in the order it was asked in, without places: whoever is proposed is proposed. Whom neither the
total nor the score for handling cases can tell apart is left to the selection committee (遴选委员会), and said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Number = int | float | str
Standing = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Candidate:
    """``marks`` by stage (考核, 考试, 面试), None where none was given; ``handling``: the score for handling cases."""

    person: str
    marks: Mapping[str, Number | None]
    handling: Number | None
    #: Whether the review of qualifications (资格审查) was passed.
    qualified: bool = True


@dataclass(frozen=True)
class Unplaced:
    """Somebody who is not considered, and why."""

    person: str
    because: str


@dataclass(frozen=True)
class Chosen:
    """``tied`` people stand for the ``left_open`` seats alike; ``seats`` = proposed + left open + vacant."""

    proposed: tuple[str, ...]
    tied: tuple[str, ...]
    left_open: int
    vacant: int
    unplaced: tuple[Unplaced, ...]


def total(marks: Mapping[str, Number | None], weights: Mapping[str, Number]) -> Fraction | None:
    """The weighted mark, exact; None when a weighted stage has no mark."""
    given = [(marks.get(stage), _exact(weight)) for stage, weight in weights.items()]
    if any(mark is None for mark, _ in given):
        return None
    return sum((_exact(mark) * weight for mark, weight in given if mark is not None), Fraction(0))


def choose(candidates: Sequence[Candidate], seats: int, weights: Mapping[str, Number]) -> Chosen:
    """Who is proposed for so many seats. ``weights`` are shares of the stages and add up to 1."""
    _check(candidates, seats, weights)
    standing, unplaced = _standings(candidates, weights)
    proposed, tied = _best(standing, seats)
    asked = [candidate.person for candidate in candidates]
    left_open = seats - len(proposed) if tied else 0
    return Chosen(
        tuple(person for person in asked if person in proposed),
        tuple(person for person in asked if person in tied),
        left_open, seats - len(proposed) - left_open, tuple(unplaced),
    )  # fmt: skip


def _check(candidates: Sequence[Candidate], seats: int, weights: Mapping[str, Number]) -> None:
    if seats < 0:
        raise ValueError(f"seats: {seats} is no number of seats; give 0 or more")
    if any(_exact(weight) < 0 for weight in weights.values()) or sum(map(_exact, weights.values())) != 1:
        raise ValueError("weights: must be shares that add up to 1, as in 0.5, 0.3 and 0.2")
    if len({candidate.person for candidate in candidates}) < len(candidates):
        raise ValueError("candidates: somebody is named twice; give each person once")


def _standings(
    candidates: Iterable[Candidate], weights: Mapping[str, Number]
) -> tuple[dict[str, Standing], list[Unplaced]]:
    standing: dict[str, Standing] = {}
    unplaced = []
    for one in candidates:
        sum_of_marks = total(one.marks, weights)
        if not one.qualified:
            unplaced.append(Unplaced(one.person, "资格审查未通过"))
        elif sum_of_marks is None:
            missing = "、".join(stage for stage in weights if one.marks.get(stage) is None)
            unplaced.append(Unplaced(one.person, f"缺少成绩:{missing}"))
        elif one.handling is None:
            unplaced.append(Unplaced(one.person, "缺少办案业绩得分"))
        else:
            standing[one.person] = (sum_of_marks, _exact(one.handling))
    return standing, unplaced


def _best(standing: Mapping[str, Standing], seats: int) -> tuple[set[str], set[str]]:
    """People clearly within the seats, and those alike of whom only some would fit."""
    if len(standing) <= seats:
        return set(standing), set()
    ordered = sorted(standing.values(), reverse=True)
    line = ordered[seats - 1] if seats else None
    if line is None:
        return set(), set()
    if ordered[seats] == line:
        above = {person for person, value in standing.items() if value > line}
        return above, {person for person, value in standing.items() if value == line}
    return {person for person, value in standing.items() if value >= line}, set()


def _exact(value: Number) -> Fraction:
    return Fraction(str(value))
