"""What is left of an outcome when comparable cases have explained their part (差异), and which groups may be shown. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Beyond so many robust standard deviations an outcome counts as lying there: one case must not make a group.
REACH = 3.0
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Residual:
    """How far the outcome of one case lies from what comparable cases lead one to expect. It knows no person.

    ``value`` is on the scale of the model: the logarithm of outcome over expectation, or their difference. ``unit`` is a
    court or a division, "" where the case has none.
    """

    unit: str
    period: str
    value: float
    covered: bool = True
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with what it may well be (95 % 区间), over ``n`` cases."""

    n: int
    value: float
    low: float
    high: float


def held_in(values: Iterable[float]) -> Floats:
    """The values with those beyond ``REACH`` robust standard deviations of the median moved there."""
    given = np.asarray(list(values), dtype=float)
    if len(given) == 0:
        return given
    middle = float(np.median(given))
    width = REACH * spread_of(given)
    return np.clip(given, middle - width, middle + width) if width > 0 else given


def spread_of(values: Floats) -> float:
    """The robust standard deviation: 1.4826 times the median distance from the median; the plain one where that is 0."""
    robust = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    return robust if robust > 0 else float(np.std(values))


def mean_of(values: Floats) -> Interval:
    """The mean with its 95 % interval; of fewer than two values nothing can be said."""
    n, mean = len(values), float(np.mean(values))
    half = NORMAL_95 * float(np.std(values, ddof=1)) / n**0.5 if n > 1 else float("inf")
    return Interval(n, mean, mean - half, mean + half)


def may_be_shown(sizes: Mapping[str, int], min_group: int, narrow: Collection[str] = ()) -> frozenset[str]:
    """The groups large enough to show, none of which tells a hidden one by subtraction from their total.

    Groups below ``min_group`` and the ``narrow`` ones are hidden; while what is hidden adds up to less than that, or is a
    narrow one alone, the next smallest is too. The group "" (no group known) is never shown.
    """
    order = sorted((name for name in sizes if sizes[name]), key=lambda name: (name != "", sizes[name], name))
    hidden = [name for name in order if name == "" or sizes[name] < min_group or name in narrow]
    open_ = [name for name in order if name not in hidden]
    while hidden and open_ and (sum(sizes[name] for name in hidden) < min_group or is_alone(hidden, narrow)):
        hidden.append(open_.pop(0))
    return frozenset(open_)


def is_alone(hidden: Collection[str], narrow: Collection[str]) -> bool:
    """Whether what is hidden is one narrow group: the total less the others would be this one."""
    return len(hidden) == 1 and all(name in narrow for name in hidden)


def sizes_of(names: Iterable[str]) -> Mapping[str, int]:
    return Counter(names)
