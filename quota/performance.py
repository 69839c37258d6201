"""Performance inside one assessment zone (考核区): one's own value beside the zone's median and quartiles. Pure.

Nobody is placed above anybody: there is no list of values, and in a zone of a few people there is nothing to see. A
figure that is missing makes no composite; it is not taken as average.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from statistics import quantiles


@dataclass(frozen=True)
class ZoneView:
    """What one person sees: their own value (None: not known), and the zone's, of ``n`` people with one."""

    own: float | None
    median: float
    q1: float
    q3: float
    n: int


@dataclass(frozen=True)
class Hidden:
    """Fewer than ``below`` people have a value: the quartiles would tell of them one by one.

    One's own stands not here either: beside one's own work it would give the mean, and of two people the other's work.
    """

    below: int


class UnknownGrade(ValueError):
    """A review grade the catalogue does not know; the sentence names the nearest."""


def zone_view(values: Sequence[float | None], own: float | None, *, hidden_below: int) -> ZoneView | Hidden:
    """``values``: of everybody in the zone, None where not known; the order does not matter."""
    known = [value for value in values if value is not None]
    if len(known) < max(hidden_below, 2):
        return Hidden(hidden_below)
    q1, middle, q3 = quantiles(known, n=4, method="inclusive")
    return ZoneView(own, middle, q1, q3, len(known))


def zone_mean(loads: Iterable[tuple[float, float]]) -> float | None:
    """Weighted cases for a full-time person of the zone, of (weighted, availability) pairs; None when nobody was there.

    All the work over all the time: a zone of people with half their time is not mistaken for an idle one.
    """
    pairs = list(loads)
    available = sum(time for _, time in pairs)
    return sum(weighted for weighted, _ in pairs) / available if available > 0 else None


def workload_index(
    weighted: float | None, mean: float | None, availability: float | None, *, cap: float
) -> float | None:
    """Work done beside what the zone does in the same time; more than ``cap`` earns nothing more."""
    if weighted is None or not mean or not availability:
        return None
    return min(cap, weighted / (mean * availability))


def quality_multiplier(
    grades: Mapping[str, int] | None, *, steps: Mapping[str, float], low: float, high: float
) -> float | None:
    """From the results of case review (评查), each a step up or down from 1; None where nothing was reviewed."""
    if not grades or not sum(grades.values()):
        return None
    moved = sum(_step(grade, steps) * count for grade, count in grades.items())
    return round(min(high, max(low, 1 + moved)), 10)


def composite(
    *, workload: float | None, quality: float | None, effect: float | None, shares: tuple[float, float, float]
) -> float | None:
    """100 × the three indices by their shares (workload, quality, effect); None unless all three are known."""
    if workload is None or quality is None or effect is None:
        return None
    of_workload, of_quality, of_effect = shares
    return 100 * (of_workload * workload + of_quality * quality + of_effect * effect)


def _step(grade: str, steps: Mapping[str, float]) -> float:
    try:
        return steps[grade]
    except KeyError:
        near = get_close_matches(grade, steps, n=1, cutoff=0) or ["none"]
        raise UnknownGrade(f"grade: {grade!r} is no result of a review; did you mean {near[0]!r}?") from None
