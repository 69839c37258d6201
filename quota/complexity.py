"""How a case is told apart as simple, ordinary or complex (繁简分流), with reasons. Pure.

A fact that is not known is named, never guessed: it counts for nothing, and ``possible`` says which classes it leaves open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalogues.quota_law import ComplexityPoint

Fact = float | bool | None
SIMPLE, ORDINARY, COMPLEX = "simple", "ordinary", "complex"
CLASSES = {SIMPLE: "简案", ORDINARY: "普通案件", COMPLEX: "繁案"}


@dataclass(frozen=True)
class Reason:
    """One thing that made the score; ``points`` below zero make it lower, ``never_simple`` rules out a simple case."""

    code: str
    label: str
    points: float
    value: Fact
    never_simple: bool = False


@dataclass(frozen=True)
class Classified:
    """The class with its score and reasons, the facts not known, and the classes these leave possible."""

    klass: str
    score: float
    reasons: tuple[Reason, ...]
    unknown: tuple[str, ...]
    possible: tuple[str, ...]

    @property
    def settled(self) -> bool:
        """Whether no fact still unknown could change the class."""
        return len(self.possible) == 1


def classify(
    *,
    points: Mapping[str, ComplexityPoint],
    facts: Mapping[str, Fact],
    simple_below: float,
    complex_from: float,
) -> Classified:
    """Tell a case apart by what is known of it (繁简识别).

    The oracle of the statement that tells all cases apart (``weight_sql``): tests and the bench hold that to this.
    """
    reasons = tuple(_reasons(points, facts))
    unknown = tuple(dict.fromkeys(one.fact for one in points.values() if facts.get(one.fact) is None))
    score = sum(reason.points for reason in reasons)
    barred = any(reason.never_simple for reason in reasons)
    open_scores = _reachable(points, unknown, (score, barred))
    found = {_class(one, bar, simple_below, complex_from) for one, bar in open_scores}
    return Classified(
        klass=_class(score, barred, simple_below, complex_from),
        score=score,
        reasons=reasons,
        unknown=unknown,
        possible=tuple(klass for klass in CLASSES if klass in found),
    )


def _reasons(points: Mapping[str, ComplexityPoint], facts: Mapping[str, Fact]) -> Iterator[Reason]:
    for code, point in points.items():
        value = facts.get(point.fact)
        if point.holds(value):
            yield Reason(code, point.name, point.points, value, point.never_simple)


def _class(score: float, barred: bool, simple_below: float, complex_from: float) -> str:
    if score >= complex_from:
        return COMPLEX
    return SIMPLE if score < simple_below and not barred else ORDINARY


def _reachable(
    points: Mapping[str, ComplexityPoint], unknown: Iterable[str], known: tuple[float, bool]
) -> set[tuple[float, bool]]:
    """Every score (and whether a simple case is ruled out) that the unknown facts could still lead to."""
    reached = {known}
    for fact in unknown:
        asking = [point for point in points.values() if point.fact == fact]
        steps = {_step(asking, value) for value in _telling(asking)}
        reached = {(score + more, barred or bar) for score, barred in reached for more, bar in steps}
    return reached


def _step(asking: Iterable[ComplexityPoint], value: Fact) -> tuple[float, bool]:
    holding = [point for point in asking if point.holds(value)]
    return sum(point.points for point in holding), any(point.never_simple for point in holding)


def _telling(asking: Iterable[ComplexityPoint]) -> Iterator[Fact]:
    """Values of a fact that between them meet every combination of its points."""
    yield from (False, True)
    for point in asking:
        for edge in (point.above, point.at_least, point.at_most):
            if edge is not None:
                yield from (edge, edge + 1)
