"""A batch of cases against the learned strata, column by column; the false-discovery control comes after all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deviation.comparables import NEAREST, UNDATED
from deviation.observation import Assessment, Observation
from deviation.stratum import Expected, Factors, Refused, Stratum, distinct
from deviation.surprise import Scores, benjamini_hochberg, p_values

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COLUMNS = ("expected", "low", "high", "low99", "high99", "baseline", "score", "p")


class Measured:
    """One entry a case. Numbers of a case nothing is said about are not numbers; its ``codes`` and ``reasons`` say why."""

    def __init__(self, count: int) -> None:
        self.codes, self.reasons, self.used = [""] * count, [""] * count, [""] * count
        self.factors: list[Factors] = [()] * count
        self.comparables: list[tuple[str, ...]] = [()] * count
        self.peers = np.zeros(count, dtype=np.int64)
        self.outcomes = np.zeros(count)
        for name in COLUMNS:
            setattr(self, name, np.full(count, np.nan))

    expected: Floats
    low: Floats
    high: Floats
    low99: Floats
    high99: Floats
    baseline: Floats
    score: Floats
    p: Floats

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Whether an outcome lies outside its 90 % interval."""
        result: NDArray[np.bool_] = (self.outcomes < self.low) | (self.outcomes > self.high)
        return result


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The learned strata with the tables made for scoring, and the scores known cases have."""

    strata: Mapping[str, Stratum | Refused]
    calibration: Mapping[str, Floats]
    tables: dict[str, Scores]

    def measure(self, cases: Sequence[Observation]) -> Measured:
        measured = Measured(len(cases))
        by_stratum: dict[str, list[int]] = {}
        for place, case in enumerate(cases):
            by_stratum.setdefault(case.stratum, []).append(place)
        for name, places in by_stratum.items():
            stratum = self.strata.get(name)
            if isinstance(stratum, Stratum):
                self._measure(stratum, cases, places, measured)
                continue
            unknown = Refused(0, "unknown_stratum", f"{name!r} does not occur in the history")
            refused = stratum or unknown
            for place in places:
                measured.codes[place], measured.reasons[place] = refused.code, refused.reason
        return measured

    def _measure(
        self, stratum: Stratum, cases: Sequence[Observation], places: list[int], into: Measured
    ) -> None:
        rows, row_of = distinct(stratum.encoding.rows([cases[place].features for place in places]))
        courts, court_of = _distinct_courts([cases[place].court for place in places])
        pairs, pair_of = np.unique(row_of * len(courts) + court_of, return_inverse=True)
        expected = stratum.expect(rows, courts, pairs // len(courts), pairs % len(courts))
        at = np.array(places)
        outcomes = np.array([cases[place].outcome for place in places], dtype=float)
        open_to = np.array([not code for code, _ in expected.objections])[pair_of]
        self._numbers(stratum, expected, pair_of[open_to], outcomes[open_to], at[open_to], into)
        nearest = _Nearest(stratum, expected)
        for place, pair in zip(places, pair_of.tolist(), strict=True):
            code, reason = expected.objections[pair]
            if code:
                into.codes[place], into.reasons[place] = code, reason
            else:
                into.used[place], into.factors[place] = stratum.used, expected.factors[pair]
                into.comparables[place] = nearest.of(pair, cases[place])
        into.peers[at] = expected.peers[pair_of]

    def _numbers(
        self, stratum: Stratum, expected: Expected, pair: Ints, outcomes: Floats, at: Ints, into: Measured
    ) -> None:
        pool = "binary" if stratum.distances.binary else "continuous"
        table = self._table(stratum)
        score = stratum.distances.scores(
            expected.inputs[pair],
            stratum.scale.to(outcomes),
            expected.known[pair],
            expected.codes[pair],
            table,
        )
        into.outcomes[at], into.score[at] = outcomes, score
        into.p[at] = p_values(score, self.calibration[pool])
        into.expected[at], into.baseline[at] = expected.expected[pair], expected.baseline[pair]
        for name, limit in zip(("low", "high", "low99", "high99"), expected.limits, strict=True):
            getattr(into, name)[at] = limit[pair]

    def _table(self, stratum: Stratum) -> Scores | None:
        if stratum.distances.binary:
            return None
        if stratum.name not in self.tables:
            self.tables[stratum.name] = stratum.distances.surprise.scores()
        return self.tables[stratum.name]


class _Nearest:
    """Comparable cases, looked up once for equal questions."""

    def __init__(self, stratum: Stratum, expected: Expected) -> None:
        self._comparables, self._expected = stratum.comparables, expected
        self._codes = expected.codes.tolist()
        self._dated = stratum.comparables.dated
        self._known: dict[tuple[int, int], tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def of(self, pair: int, case: Observation) -> tuple[str, ...]:
        day = case.date.toordinal() if case.date and self._dated else UNDATED
        known = self._known.get((pair, day))
        if known is None:
            found = self._comparables.nearest(self._expected.points[pair], self._codes[pair], day)
            known = self._known[pair, day] = found, found[:NEAREST]
        found, told = known
        return told if case.id not in found else tuple([name for name in found if name != case.id])


def q_values(p: Floats) -> Floats:
    """Over the cases that were assessed; the others take no part."""
    q = np.full(len(p), np.nan)
    assessed = ~np.isnan(p)
    q[assessed] = benjamini_hochberg(p[assessed])
    return q


def assessments(cases: Sequence[Observation], measured: Measured, *, fdr: float) -> list[Assessment]:
    q = q_values(measured.p)
    flagged = (q <= fdr) & measured.outside
    higher, lower = measured.outcomes > measured.expected, measured.outcomes < measured.expected
    numbers = zip(*(getattr(measured, name).tolist() for name in COLUMNS), strict=True)
    told = []
    for place, (case, values) in enumerate(zip(cases, numbers, strict=True)):
        peers, reason = int(measured.peers[place]), measured.reasons[place]
        if reason:
            told.append(Assessment(case.id, "abstained", reason, measured.codes[place], peers=peers))
            continue
        one = Assessment(
            case.id, "scored", **dict(zip(COLUMNS, values, strict=True)), q=float(q[place]),
            flagged=bool(flagged[place]), baseline_n=peers, peers=peers,
            direction="higher" if higher[place] else "lower" if lower[place] else None,
            comparables=measured.comparables[place], factors=measured.factors[place],
            used="model" if measured.used[place] == "model" else "baseline",
        )  # fmt: skip
        told.append(one)
    return told


def _distinct_courts(courts: Sequence[str]) -> tuple[list[str], Ints]:
    seen: dict[str, int] = {}
    places = [seen.setdefault(court, len(seen)) for court in courts]
    return list(seen), np.array(places, dtype=np.int64)
