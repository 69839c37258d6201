"""One stratum learned from its history (一类案件): which expectation serves it, and how far outcomes lie from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deviation.cells import Cells
from deviation.comparables import UNDATED, Comparables
from deviation.distances import Distances
from deviation.effects import Levels, Shrinkage, stand_out
from deviation.encoding import Encoding
from deviation.expectation import Expectation, Foretold, again_unseen, held_out, rounds_for
from deviation.medians import Towards, shifted_unseen
from deviation.observation import Observation
from deviation.scales import Scale
from deviation.stratum import Refused, Stratum

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5
# To see how far outcomes lie from what was foretold of them, before the latest quarter is tried.
LATER_FOLDS = 3
# A feature without which less than this share of the variance is lost may be missing or new.
MATTERS = 0.005
EARLIER, MOSTLY_DATED = 0.75, 0.9
FEWEST_LATER = 40
# Nine in ten bands that hold fewer than these are not told to anyone.
LEAST_COVERAGE = 0.80


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one stratum gives: the stratum, the scores of its own cases for the common calibration, and its card."""

    stratum: Stratum | Refused
    calibration: Floats
    card: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Material:
    """The history of a stratum as arrays."""

    encoding: Encoding
    matrix: Floats
    outcomes: Floats
    target: Floats
    codes: Ints
    days: Ints
    folds: Ints
    scale: Scale
    least: int
    seed: int

    def part(self, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats, Ints]:
        return self.matrix[chosen], self.target[chosen], self.codes[chosen]

    def loss(self, foretold: Floats, chosen: NDArray[np.bool_] | slice = slice(None)) -> float:
        """Mean absolute error in units of the outcome; for yes or no the mean square."""
        gap = self.scale.back(foretold) - self.outcomes[chosen]
        return float((gap**2).mean() if self.scale.kind == "binary" else np.abs(gap).mean())


def learn(name: str, cases: Sequence[Observation], *, scale: str, least: int, seed: int) -> Lesson:
    """``cases`` in the order of their ids."""
    if len(cases) < least:
        reason = f"{len(cases)} cases in the history of {name!r}, at least {least} are needed"
        return Lesson(
            Refused(len(cases), "few_peers", reason), np.zeros(0), {"n": len(cases), "abstains": reason}
        )
    levels = Levels.learn([case.court for case in cases])
    material = _material(cases, levels, scale, least, seed)
    all_cases = np.ones(len(cases), dtype=bool)
    unseen, by_cells = _foretell(material), _by_cells(material)
    encoding = material.encoding.weighing((unseen.shares >= MATTERS).tolist())
    by_ratio = material.scale.kind == "log"
    towards = Towards.fit(unseen.values, material.target) if by_ratio else Towards.none()
    shifted = shifted_unseen(unseen.values, material.target, material.folds) if by_ratio else unseen.values
    later = _later(material, unseen, towards)
    fits = material.loss(shifted) < material.loss(by_cells) and (
        later is None or later["mae"] < later["baseline_mae"]
    )
    known = unseen.values if fits else by_cells
    pull = unseen.shrinkage, unseen.columns, seed, rounds_for(len(cases))
    expectation = Expectation.fit(material.matrix, material.target, material.codes, *pull) if fits else None
    distances, calibration, coverage = _distances(material, known)
    card = _card(material, cases, levels, shifted, by_cells, unseen.shrinkage, expectation, coverage, later)
    code, reason = _refusal(material.scale, coverage, later)
    card["abstains"] = reason or None
    if code:
        return Lesson(Refused(len(cases), code, reason), np.zeros(0), card)
    stratum = Stratum(
        name=name, n=len(cases), least=least, scale=material.scale, encoding=encoding, levels=levels,
        cells=_cells(material, all_cases), expectation=expectation, towards=towards if fits else Towards.none(), distances=distances,
        comparables=Comparables.fit(
            [case.id for case in cases], encoding.filled(material.matrix), material.codes, material.days
        ),
    )  # fmt: skip
    return Lesson(stratum, calibration, card)


def _material(cases: Sequence[Observation], levels: Levels, kind: str, least: int, seed: int) -> _Material:
    encoding = Encoding.learn([case.features for case in cases])
    outcomes = np.array([case.outcome for case in cases], dtype=float)
    scale = Scale.learn(outcomes, kind)
    days = [UNDATED if case.date is None else case.date.toordinal() for case in cases]
    return _Material(
        encoding=encoding, matrix=encoding.matrix(encoding.rows([case.features for case in cases])),
        outcomes=outcomes, target=scale.to(outcomes), codes=levels.codes([case.court for case in cases]),
        days=np.array(days, dtype=np.int64), folds=np.array([_fold(case.id, seed) for case in cases]),
        scale=scale, least=least, seed=seed,
    )  # fmt: skip


def _fold(name: str, seed: int) -> int:
    """By the id, so that neither the order of the file nor a case told twice leaks from one fold to another."""
    return (
        int.from_bytes(hashlib.blake2b(f"{seed} {name}".encode("utf-8", "replace"), digest_size=4).digest())
        % FOLDS
    )


def _by_cells(m: _Material) -> Floats:
    """The yardstick for each case from the cases of other folds."""
    medians = np.zeros(len(m.target))
    for fold in np.unique(m.folds):
        out = m.folds == fold
        medians[out] = _cells(m, ~out).look_up(m.encoding, m.matrix[out])[0]
    return medians


def _foretell(m: _Material) -> Foretold:
    usual = m.encoding.matrix([m.encoding.typical])[0]
    return held_out(m.matrix, m.target, m.codes, m.folds, usual, m.encoding.owners, m.seed)


def _later(m: _Material, unseen: Foretold, towards: Towards) -> dict[str, Any] | None:
    """The latest quarter as foretold by what went before; None where dates are too few to say."""
    dated = m.days != UNDATED
    if dated.mean() < MOSTLY_DATED or not len(np.unique(m.days[dated])) > 1:
        return None
    cut = np.quantile(m.days[dated], EARLIER)
    early, late = dated & (m.days <= cut), dated & (m.days > cut)
    if late.sum() < FEWEST_LATER or early.sum() < m.least:
        return None
    matrix, target, codes = m.part(early)
    pull = unseen.shrinkage, unseen.columns, m.seed, rounds_for(len(m.target))
    model = Expectation.fit(matrix, target, codes, *pull)
    cells = _cells(m, early)
    foretold = model.predict(m.matrix[late], m.codes[late])
    by_cells = cells.look_up(m.encoding, m.matrix[late])[0]
    losses = m.loss(towards(foretold), late), m.loss(by_cells, late)
    modelled = losses[0] < losses[1]
    if modelled:
        known = again_unseen(matrix, target, codes, *pull, m.folds[early] % LATER_FOLDS)
    else:
        known = cells.look_up(m.encoding, m.matrix[early])[0]
    low, high = np.quantile(m.target[early] - known, (0.05, 0.95))
    gaps = m.target[late] - (foretold if modelled else by_cells)
    return {
        "n": int(late.sum()), "mae": losses[0], "baseline_mae": losses[1],
        "coverage90": float(((gaps >= low) & (gaps <= high)).mean()),
    }  # fmt: skip


def _cells(m: _Material, chosen: NDArray[np.bool_]) -> Cells:
    mean = m.scale.kind == "binary"
    return Cells.fit(m.encoding, m.matrix[chosen], m.target[chosen], least=m.least, mean=mean)


def _distances(m: _Material, known: Floats) -> tuple[Distances, Floats, dict[str, Any]]:
    """How far outcomes lie from what was foretold of them unseen, and how surprising that makes each of them."""
    distances = Distances.fit(m.encoding.filled(m.matrix), m.target, known, m.codes, m.scale)
    inputs = distances.inputs(m.encoding.filled(m.matrix), known)
    scores, inside90, inside99 = (np.zeros(len(known)) for _ in range(3))
    for fold in np.unique(m.folds):
        out = m.folds == fold
        others = distances.learned_from(~out, inputs, m.target, known, m.codes)
        scores[out] = others.scores(inputs[out], m.target[out], known[out], m.codes[out])
        reach = others.reach(inputs[out], known[out], m.codes[out])
        inside90[out] = (m.target[out] >= reach[0]) & (m.target[out] <= reach[1])
        inside99[out] = (m.target[out] >= reach[2]) & (m.target[out] <= reach[3])
    thirds = np.array_split(np.argsort(known, kind="stable"), 3)
    coverage = {
        "coverage90": float(inside90.mean()), "coverage99": float(inside99.mean()),
        "coverage90_by_third_of_expectation": [float(inside90[third].mean()) for third in thirds],
    }  # fmt: skip
    return distances, scores, coverage


def _refusal(scale: Scale, coverage: dict[str, Any], later: dict[str, Any] | None) -> tuple[str, str]:
    if scale.kind == "binary":
        return "", ""
    held = min(coverage["coverage90"], later["coverage90"] if later else 1.0)
    if held >= LEAST_COVERAGE:
        return "", ""
    return (
        "uncalibrated",
        f"the 90 % interval held {held:.0%} of the outcomes it was tried on; fit it on newer cases",
    )


def _card(
    m: _Material, cases: Sequence[Observation], levels: Levels, foretold: Floats, by_cells: Floats,
    shrinkage: Shrinkage | None, used: Expectation | None, coverage: dict[str, Any], later: dict[str, Any] | None,
) -> dict[str, Any]:  # fmt: skip
    dates = sorted(case.date for case in cases if case.date)
    variance = float(m.target.var()) or 1.0
    card = {
        "n": len(cases), "outcome": m.scale.kind,
        "from": dates[0].isoformat() if dates else None, "to": dates[-1].isoformat() if dates else None,
        "features": list(m.encoding.names),
        "strays": {one.name: one.strays for one in m.encoding.features if one.strays}, "used": "model" if used else "baseline",
        "mae": m.loss(foretold), "baseline_mae": m.loss(by_cells),
        "r2": 1 - float(((m.target - foretold) ** 2).mean()) / variance,
        **coverage, "in_time_order": later, "courts": _courts(m, cases, levels, by_cells, shrinkage, used),
    }  # fmt: skip
    if m.scale.kind == "binary":
        card["brier"], card["baseline_brier"] = card.pop("mae"), card.pop("baseline_mae")
    return card


def _courts(
    m: _Material, cases: Sequence[Observation], levels: Levels, by_cells: Floats,
    shrinkage: Shrinkage | None, used: Expectation | None,
) -> dict[str, Any]:  # fmt: skip
    """How much courts differ in all, and how many stand out: numbers of courts, never their names."""
    courts = [case.court for case in cases]
    share = 0.0
    plain = by_cells
    if used is not None:
        plain = used.plain(m.matrix)
        share = float(
            used.court(m.matrix, plain, m.codes).var() / max(float((m.target - plain).var()), 1e-12)
        )
    return {
        "n": len(set(courts) - {""}), "levels": list(levels.lengths),
        "shrinkage": None if shrinkage is None else {"times": shrinkage.times, "leaning": shrinkage.leaning},
        "variance_share": share, "stand_out": len(stand_out(m.target - plain, courts)),
    }  # fmt: skip
