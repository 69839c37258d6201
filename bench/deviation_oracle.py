"""The oracle of the bench of deviation: p, q, flag and baseline written again, in plain Python, as they are defined."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from math import exp, isclose, log, sqrt
from statistics import fmean, median

from deviation.observation import Assessment, Observation, Value
from deviation.scoring import DeviationModel
from deviation.stratum import Stratum

SAMPLE = 300
#: How many deviations beyond the count of known cases the share is taken to lie: the figure the method states.
CAUTION = 1.6
Cases = Sequence[Observation]
Key = tuple[int, ...]


def compare(model: DeviationModel, learned: Cases, tried: Cases, fdr: float) -> int:
    """Answers that differ: from a naive q or flag, for a sample from a naive p and baseline, and from those to one case
    at a time by a model read from its bytes.
    """
    whole, again = model.assess(tried, fdr=fdr), DeviationModel.from_bytes(model.to_bytes())
    naive = naive_q([one.p for one in whole])
    wrong = sum(
        one.q is not None
        and (not isclose(one.q, q, rel_tol=1e-9) or one.flagged != is_flagged(one, case, q, fdr))
        for one, case, q in zip(whole, tried, naive, strict=True)
    )
    baselines = Baselines(model, learned)
    for one, case in list(zip(whole, tried, strict=True))[:SAMPLE]:
        (single,) = again.assess([case], fdr=fdr)
        wrong += not alike(one, single)
        if one.state == "scored":
            wrong += not isclose(one.p or 0.0, naive_p(model, one, case), rel_tol=1e-9)
            wrong += not isclose(one.baseline or 0.0, baselines.of(case), rel_tol=1e-9)
    return wrong


def naive_p(model: DeviationModel, one: Assessment, case: Observation) -> float:
    """The known cases at least as surprising, counted one by one."""
    stratum = model.strata_[case.stratum]
    binary = isinstance(stratum, Stratum) and stratum.scale.kind == "binary"
    known = model.calibration_["binary" if binary else "continuous"].tolist()
    beyond = sum(1 for score in known if score >= (one.score or 0.0))
    return min((1 + beyond + CAUTION * max(sqrt(beyond) - 1, 0)) / (1 + len(known)), 1.0)


class Baselines:
    """The median of the narrowest cell of like cases that is not thin, by dictionary over the history itself.

    Which features make a cell, and where numbers are cut, is the model's; who lies in it and what is its middle is not.
    """

    def __init__(self, model: DeviationModel, learned: Cases) -> None:
        self.strata = {name: one for name, one in model.strata_.items() if isinstance(one, Stratum)}
        self.cells: dict[tuple[str, Key], list[float]] = defaultdict(list)
        for case in learned:
            if case.stratum in self.strata:
                key = self.key(case)
                for depth in range(len(key) + 1):
                    self.cells[case.stratum, key[:depth]].append(case.outcome)

    def of(self, case: Observation) -> float:
        stratum, key = self.strata[case.stratum], self.key(case)
        depth = next(
            n for n in range(len(key), -1, -1) if not n or self._holds(case.stratum, key[:n], stratum.least)
        )
        return middle(stratum, self.cells[case.stratum, key[:depth]])

    def key(self, case: Observation) -> Key:
        stratum = self.strata[case.stratum]
        return tuple(self._bin(stratum, place, case) for place in stratum.cells.order)

    def _holds(self, name: str, key: Key, least: int) -> bool:
        return len(self.cells.get((name, key), ())) >= least

    def _bin(self, stratum: Stratum, place: int, case: Observation) -> int:
        feature, edges = stratum.encoding.features[place], stratum.cells.edges[place].tolist()
        rank = ranked(feature.categories, case.features.get(feature.name))
        return len(edges) + 1 if rank is None else bisect_left(edges, rank)


def ranked(categories: Sequence[str] | None, value: Value) -> float | None:
    if categories is None:
        return None if value is None or isinstance(value, str) else float(value)
    words = {True: "true", False: "false"}
    word = (
        words[value]
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, (int, float))
        else value
    )
    return None if word is None else float(categories.index(word) if word in categories else -1)


def middle(stratum: Stratum, outcomes: Sequence[float]) -> float:
    """By ratio the middle of two is their geometric mean; of yes or no it is the share of yes."""
    if stratum.scale.kind == "binary":
        return fmean(outcomes)
    if stratum.scale.kind != "log":
        return median(outcomes)
    found = exp(median(log(max(outcome, stratum.scale.floor)) for outcome in outcomes))
    return 0.0 if found <= stratum.scale.floor * (1 + 1e-9) else found


def alike(one: Assessment, single: Assessment) -> bool:
    """Equal but for the last digits of numbers, which the linear algebra of a batch and of one case round apart."""
    apart = {"q", "flagged", "factors"}
    pairs = [
        (getattr(one, name), getattr(single, name)) for name in one.__dataclass_fields__ if name not in apart
    ]
    return all(isclose(a, b, rel_tol=1e-9) if isinstance(a, float) else a == b for a, b in pairs)


def naive_q(chances: Sequence[float | None]) -> list[float]:
    """Benjamini and Hochberg 1995, written as it is printed: for each the least of what its rank and all above give."""
    order = sorted((p, place) for place, p in enumerate(chances) if p is not None)
    q, least = [1.0] * len(chances), 1.0
    for rank in range(len(order), 0, -1):
        p, place = order[rank - 1]
        least = min(least, p * len(order) / rank)
        q[place] = least
    return q


def is_flagged(one: Assessment, case: Observation, q: float, fdr: float) -> bool:
    return q <= fdr and not (one.low or 0.0) <= case.outcome <= (one.high or 0.0)
