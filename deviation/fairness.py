"""Whether differences fall together with who the parties are (公平性核对): gender, age, education, region. Pure.

Protected attributes are never features. Here they are only looked at afterwards: the mean residual of each group, how often
the 90 % interval covers its cases, and how well the features that *are* used give the attribute away (proxy, 替代变量).
A difference is a question about the data, the model and the practice together; it proves nothing about a case or a judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from deviation.group_matrix import matrix
from deviation.observation import Observation
from deviation.residuals import (
    NORMAL_95,
    Floats,
    Interval,
    held_in,
    may_be_shown,
    mean_of,
    sizes_of,
)
from deviation.surprise import benjamini_hochberg

Marks = NDArray[np.bool_]
AGES = ((0, 17), (18, 29), (30, 44), (45, 59), (60, 200))
#: The rate at which differences are called such over all groups together, and how many cases a proxy is tested on.
FALSE_DISCOVERIES, TESTED = 0.05, 4000


@dataclass(frozen=True, slots=True)
class Audited:
    """The residual of one case, whether its 90 % interval covered it, and its groups: attribute → group."""

    value: float
    covered: bool
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GroupFinding:
    """One group of an attribute: mean difference from all others of the attribute, coverage, and whether it is a finding.

    ``q`` is corrected for all comparisons made at once. ``coverage`` has its own 95 % interval.
    """

    attribute: str
    group: str
    mean: Interval
    coverage: Interval
    q: float

    @property
    def found(self) -> bool:
        return self.q <= FALSE_DISCOVERIES


@dataclass(frozen=True, slots=True)
class Proxy:
    """How well features and court tell the group from the others (AUC): 0.5 not at all, 1 always; with 95 % interval."""

    attribute: str
    group: str
    n: int
    auc: float
    low: float
    high: float

    @property
    def beyond_chance(self) -> bool:
        return self.low > 0.5


def age_band(born: object, on: date | None) -> str:
    """The age band on the day of the decision: «18-29»; "" where the year or the day is not known."""
    if not isinstance(born, int | float) or isinstance(born, bool) or on is None:
        return ""
    age = on.year - int(born)
    return next((f"{low}-{high}" for low, high in AGES if low <= age <= high), "")


def findings(cases: Sequence[Audited], *, min_group: int) -> list[GroupFinding]:
    """Every group large enough of every attribute, attributes and groups in their own order.

    A group is compared with the rest of its attribute; an attribute needs two groups that may be shown.
    """
    found: list[GroupFinding] = []
    chances: list[float] = []
    values = held_in(case.value for case in cases)
    for attribute in sorted({name for case in cases for name in case.groups}):
        names = [case.groups.get(attribute, "") for case in cases]
        shown = sorted(may_be_shown(sizes_of(names), min_group))
        for group in shown if len(shown) > 1 else []:
            inside = np.asarray([name == group for name in names])
            rest = np.asarray([name in shown and name != group for name in names])
            covered = np.asarray([case.covered for case, is_in in zip(cases, inside, strict=True) if is_in])
            mean, p = _compared(values[inside], values[rest])
            found.append(GroupFinding(attribute, group, mean, share_of(covered), 1.0))
            chances.append(p)
    corrected = benjamini_hochberg(np.asarray(chances, dtype=float))
    return [replace(finding, q=float(q)) for finding, q in zip(found, corrected, strict=True)]


def _compared(inside: Floats, rest: Floats) -> tuple[Interval, float]:
    """The mean of a group, and the chance of so large a distance from the rest if there were none (Welch)."""
    mean = mean_of(inside)
    error = float(np.sqrt(inside.var(ddof=1) / len(inside) + rest.var(ddof=1) / len(rest)))
    if error == 0:
        return mean, 1.0
    distance = abs(mean.value - float(rest.mean())) / error
    return mean, 2 * (1 - NormalDist().cdf(distance))


def share_of(marks: Floats) -> Interval:
    """A share with its 95 % interval (Wilson)."""
    n, share = len(marks), float(np.mean(marks))
    wide = NORMAL_95**2 / n
    centre = (share + wide / 2) / (1 + wide)
    half = NORMAL_95 / (1 + wide) * float(np.sqrt(share * (1 - share) / n + wide / (4 * n)))
    return Interval(n, share, max(centre - half, 0.0), min(centre + half, 1.0))


def proxies(
    cases: Sequence[Observation],
    groups: Sequence[Mapping[str, str]],
    *,
    attributes: Sequence[str],
    min_group: int,
    seed: int = 0,
) -> list[Proxy]:
    """How well a plain model of features, stratum and court gives each group away, predicted on cases it has not seen."""
    draw = np.random.default_rng(seed)
    chosen = np.sort(draw.permutation(len(cases))[:TESTED])
    table = matrix([cases[place] for place in chosen], court=True)
    found = []
    for attribute in attributes:
        whole = sizes_of(each.get(attribute, "") for each in groups)
        shown = sorted(may_be_shown(whole, min_group))
        names = np.asarray([groups[place].get(attribute, "") for place in chosen])
        # Of two groups the second is the mirror of the first.
        for group in shown if len(shown) > 2 else shown[:1] if len(shown) == 2 else []:
            known = np.isin(names, shown)
            if min((names[known] == group).sum(), (names[known] != group).sum()) >= min_group:
                found.append(_proxy(attribute, group, table[known], names[known] == group, seed))
    return found


def _proxy(attribute: str, group: str, table: Floats, is_in: Marks, seed: int) -> Proxy:
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    model = LogisticRegression(C=0.3, max_iter=300)
    chance = cross_val_predict(model, table, is_in, cv=folds, method="predict_proba")[:, 1]
    return Proxy(attribute, group, len(is_in), *auc_of(chance, is_in))


def auc_of(score: Floats, is_in: Marks) -> tuple[float, float, float]:
    """The area under the curve with its 95 % interval (Hanley and McNeil 1982); equal scores count half."""
    first, second = np.sort(score[is_in]), np.sort(score[~is_in])
    below = np.searchsorted(second, first, "left") + np.searchsorted(second, first, "right")
    n, m = len(first), len(second)
    auc = float(below.sum()) / (2 * n * m)
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = (auc * (1 - auc) + (n - 1) * (one - auc**2) + (m - 1) * (two - auc**2)) / (n * m)
    half = NORMAL_95 * float(np.sqrt(max(spread, 0.0)))
    return auc, max(auc - half, 0.0), min(auc + half, 1.0)
