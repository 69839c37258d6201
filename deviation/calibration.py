"""Whether a run still says what it claims (校准、漂移、时效): coverage, error beside the baseline, drift, age. Pure.

A share out of bounds counts only where its own 95 % interval lies out of bounds as a whole, so that few cases stop
nothing; how far the features have moved is counted less what chance alone would move them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from math import log, sqrt
from statistics import fmean, median, quantiles
from typing import Any

import numpy as np

from deviation.observation import Assessment, Observation, Value
from deviation.surprise import benjamini_hochberg

Z95 = 1.96
BINS = 10
MANY_VALUES = 12  # a word with more different values is told in these most frequent ones and a rest
FEWEST = 30  # of fewer cases nothing is said
FEWEST_DECIDED = 5  # so many contests of a stratum must be decided before it can be stopped
LEAST_SHARE = 1e-3

STALE, UNCALIBRATED, DRIFTED, STOPPED = "stale", "uncalibrated", "drifted", "stopped"


@dataclass(frozen=True)
class Share:
    """A share of cases with its 95 % interval after Wilson."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.hits, self.n)

    def outside(self, low: float, high: float) -> bool:
        """Whether it surely lies below ``low`` or above ``high``."""
        least, most = self.interval
        return most < low or least > high

    def as_json(self) -> dict[str, Any]:
        least, most = self.interval
        return {**asdict(self), "share": rounded(self.value), "low": rounded(least), "high": rounded(most)}


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """The interval of a share that is right for few cases too; of none it is everything."""
    if not n:
        return 0.0, 1.0
    share, squared = hits / n, z * z
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    half = z / (1 + squared / n) * sqrt(share * (1 - share) / n + squared / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def rounded(value: float | None, places: int = 4) -> float | None:
    return None if value is None else round(value, places)


def controlled(p: Sequence[float]) -> list[float]:
    """q-values of one batch after Benjamini and Hochberg; in whatever order the batch comes."""
    return [float(q) for q in benjamini_hochberg(np.asarray(p, dtype=float))]


# --- how well it does on cases it has not seen -----------------------------------------------------------
def pinball(outcome: float, quantile: float, share: float) -> float:
    """The loss of a stated quantile."""
    return (outcome - quantile) * share if outcome >= quantile else (quantile - outcome) * (1 - share)


def validated(cases: Sequence[Observation], said: Sequence[Assessment]) -> dict[str, Any]:
    """Coverage, error and abstention on newer cases, over all and by stratum, the baseline beside the model."""
    strata: dict[str, list[tuple[Observation, Assessment]]] = defaultdict(list)
    for case, one in zip(cases, said, strict=True):
        strata[case.stratum].append((case, one))
    pairs = list(zip(cases, said, strict=True))
    days = [case.date for case in cases if case.date]
    return {
        "from": str(min(days)) if days else None,
        "to": str(max(days)) if days else None,
        "all": measured(pairs),
        "strata": [{"stratum": name, **measured(strata[name])} for name in sorted(strata)],
    }


def measured(pairs: Sequence[tuple[Observation, Assessment]]) -> dict[str, Any]:
    """The numbers of one group of cases that were assessed without having been learned from."""
    scored = [(case, one) for case, one in pairs if one.state == "scored"]
    why = Counter(one.reason_code for _, one in pairs if one.state == "abstained")
    return {
        "n": len(pairs),
        "scored": len(scored),
        "abstained": dict(sorted(why.items())),
        "coverage90": covered((case.outcome, one.low, one.high) for case, one in scored).as_json(),
        "coverage99": covered((case.outcome, one.low99, one.high99) for case, one in scored).as_json(),
        "mae": mean_of(scored, lambda case, one: _gap(case.outcome, one.expected)),
        "baseline_mae": mean_of(scored, lambda case, one: _gap(case.outcome, one.baseline)),
        "pinball": mean_of(scored, _pinball90),
        "width": rounded(median([_width(one) for _, one in scored])) if scored else None,
        "by_model": sum(one.used == "model" for _, one in scored),
    }


def covered(triples: Iterable[tuple[float, float | None, float | None]]) -> Share:
    """How many outcomes lie in their interval; those without one do not count."""
    within = [
        low <= outcome <= high for outcome, low, high in triples if low is not None and high is not None
    ]
    return Share(sum(within), len(within))


def mean_of(
    pairs: Sequence[tuple[Observation, Assessment]], of: Callable[[Observation, Assessment], float | None]
) -> float | None:
    known = [value for case, one in pairs if (value := of(case, one)) is not None]
    return rounded(fmean(known)) if known else None


def _gap(outcome: float, said: float | None) -> float | None:
    return None if said is None else abs(outcome - said)


def _pinball90(case: Observation, one: Assessment) -> float | None:
    if one.low is None or one.high is None:
        return None
    return (pinball(case.outcome, one.low, 0.05) + pinball(case.outcome, one.high, 0.95)) / 2


def _width(one: Assessment) -> float:
    return (one.high or 0.0) - (one.low or 0.0)


# --- drift -----------------------------------------------------------------------------------------------
def reference(features: Sequence[Mapping[str, Value]]) -> dict[str, Any]:
    """How the features were distributed in what was learned: to hold later cases against."""
    values: dict[str, list[Value]] = defaultdict(list)
    for said in features:
        for name, value in said.items():
            values[name].append(value)
    return {name: _bins(found) for name, found in sorted(values.items()) if len(found) >= FEWEST}


def _bins(found: Sequence[Value]) -> dict[str, Any]:
    numbers = [float(one) for one in found if isinstance(one, int | float) and not isinstance(one, bool)]
    bins: dict[str, Any] = {"n": len(found), "edges": None, "words": None}
    if len(numbers) >= FEWEST and len(set(numbers)) > 2:
        bins["edges"] = sorted(set(quantiles(numbers, n=BINS)))
    else:
        bins["words"] = [word for word, _ in Counter(map(str, found)).most_common(MANY_VALUES)]
    return {**bins, "shares": _shares(found, bins)}


def _shares(found: Sequence[Value], bins: Mapping[str, Any]) -> list[float]:
    return _shares_of(Counter(_place(one, bins["edges"], bins["words"]) for one in found), bins)


def _shares_of(places: Counter[int], bins: Mapping[str, Any]) -> list[float]:
    size = len(bins["edges"]) + 2 if bins["edges"] is not None else len(bins["words"]) + 1
    return [rounded(places[place] / places.total(), 6) or 0.0 for place in range(size)]


def _place(value: Value, edges: Sequence[float] | None, words: Sequence[str] | None) -> int:
    """The bin of a value; the last one holds what is unknown or new."""
    if edges is not None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return bisect_right(edges, float(value or 0)) if is_number else len(edges) + 1
    known = words or []
    return known.index(str(value)) if str(value) in known else len(known)


def moved(known: Mapping[str, Any], features: Iterable[Mapping[str, Value]]) -> dict[str, Any]:
    """How far each feature of later cases has surely moved (群体稳定性指标 PSI, less what chance moves), and the farthest.

    The cases are counted one after the other; none is kept.
    """
    counts: dict[str, Counter[int]] = {name: Counter() for name in known}
    n = 0
    for said in features:
        n += 1
        for name in known.keys() & said.keys():
            counts[name][_place(said[name], known[name]["edges"], known[name]["words"])] += 1
    found = {
        name: rounded(surely_moved(known[name], places))
        for name, places in counts.items() if places.total() >= FEWEST
    }  # fmt: skip
    farthest = max(found, key=lambda name: found[name] or 0.0, default="")
    return {"n": n, "features": found, "farthest": farthest, "psi": found.get(farthest)}


def surely_moved(bins: Mapping[str, Any], places: Counter[int]) -> float:
    now_shares = _shares_of(places, bins)
    pairs = list(zip(bins["shares"], now_shares, strict=True))
    cells = sum(1 for was, now in pairs if was or now)
    chance: float = 1 / bins["n"] + 1 / places.total()
    expected = (cells - 1) * chance + 2 * sqrt(2 * max(cells - 1, 0)) * chance
    return max(0.0, psi(pairs) - expected)


def psi(pairs: Iterable[tuple[float, float]]) -> float:
    """The population stability index of two distributions over the same bins."""
    kept = [(max(was, LEAST_SHARE), max(now, LEAST_SHARE)) for was, now in pairs if was or now]
    return sum((now - was) * log(now / was) for was, now in kept)


# --- what of it people are shown --------------------------------------------------------------------------
def told(before: Mapping[str, Any], now: Mapping[str, Any], least: int) -> dict[str, Any]:
    """What may be shown of how a run does: what was, until ``least`` more cases have come to every number of it.

    Numbers that followed every case would tell of each by the difference of two nights.
    """
    counted = ("coverage90", "coverage99", "abstained")
    if any(now[name]["n"] - before.get(name, {}).get("n", 0) < least for name in counted):
        return dict(before)
    kept = {name: now[name] for name in ("as_of", "n", *counted)}
    psi, farthest = now["moved"]["psi"], now["moved"]["farthest"]
    return kept | {"moved": {"psi": rounded(psi, 2), "farthest": farthest if psi else ""}}


# --- whether it may be used ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Limits:
    """The numbers of the catalogue a run is held against (偏离度参数)."""

    stale_days: int
    coverage_low: float
    coverage_high: float
    drift_limit: float
    upheld_limit: float


def last_day(validated_on: date, limits: Limits) -> date:
    """The last day on which a run validated that day may be used."""
    return validated_on + timedelta(limits.stale_days)


def why_unusable(
    *, validated_on: date | None, day: date, coverage: Sequence[Share], drift: float | None, limits: Limits
) -> str | None:
    """Why a run must not score that day, if so: too old, its intervals not true any more, its cases of another kind."""
    if validated_on is None or day > last_day(validated_on, limits):
        return STALE
    if any(share.outside(limits.coverage_low, limits.coverage_high) for share in coverage):
        return UNCALIBRATED
    return DRIFTED if drift is not None and drift > limits.drift_limit else None


@dataclass(frozen=True)
class Contested:
    """What others know of the notices of one stratum: how many were disclosed, contested and decided, and upheld."""

    disclosed: int
    decided: int
    upheld: int


def stopped(strata: Mapping[str, Contested], limits: Limits) -> list[str]:
    """The strata in which surely too many notices were contested rightly (异议成立): upheld of all disclosed.

    Never by a handful of decisions, and never by what is private: that a stratum is stopped is seen by everybody.
    """
    return sorted(
        name for name, one in strata.items()
        if one.decided >= FEWEST_DECIDED and Share(one.upheld, one.disclosed).interval[0] > limits.upheld_limit
    )  # fmt: skip


# --- plain numbers ----------------------------------------------------------------------------------------
def false_among(shown: int, fdr: float) -> int:
    """Of so many findings, how many are expected to be false: rounded up, for it is a warning."""
    return -int(-shown * fdr // 1) if shown else 0
