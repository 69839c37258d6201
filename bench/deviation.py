"""Deviation: fitting and scoring beside their peers, and what is found of what was planted.

``--data FILE`` (or ``BENCH_DATA``) names decided cases in the shape of ``deviation fit``; without it a history of the same
kind is generated. Cases are split by a hash of their number, 70 to 30. What a whole
run (without ``--rows``) finds is also kept as ``docs/trust.json``.
"""

from __future__ import annotations

import json
import os
import resource
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean, median
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from bench.deviation_history import CASES, drawn, history, many, split
from bench.deviation_oracle import compare
from bench.deviation_peers import Floats, detectors, fitted, scores, tables
from bench.harness import Peer, measure
from deviation.calibration import Share
from deviation.effects import stand_out
from deviation.groups import survey
from deviation.measuring import q_values
from deviation.observation import Observation
from deviation.residuals import Residual
from deviation.scoring import DeviationModel
from deviation.simulation import plant, shuffle_courts, shuffle_within_cells

FDR, PLANTED = 0.10, 0.02
BANDS = ((2, 3), (3, 5), (5, 10))
SALTS = (1, 2, 3, 4, 5, 6)
DRAWS, TOP, AT_ONCE = 50, 50, 50_000
FITTED, SCORED = (10_000, 20_000, 40_000, 80_000), (10_000, 100_000, 1_000_000)
FIELDS = ("rows", "ours_s", "floor", "floor_s", "ratio_to_floor", "peers", "mismatches")
LARGE = 200  # a stratum large enough to say what its interval covers
TRUST = Path(__file__).parent.parent / "docs" / "trust.json"
Cases = Sequence[Observation]


def run(rows: int | None = None) -> int:
    """Measure and print; 1 when an answer differs from the oracle's."""
    cases = history(os.environ.get("BENCH_DATA", ""), rows)
    learned, tried = split(cases)
    model = DeviationModel().fit(learned)
    mismatches = compare(model, learned, tried, FDR)
    measure_both(model, learned, tried, mismatches)
    told = {
        "accuracy": say("accuracy", accuracy(model, tried)),
        "bands": [say("planted", found(model, learned, tried, low, high)) for low, high in BANDS],
        "unchanged": say("unchanged", unchanged(model, tried)),
        "courts": say("shuffled courts", no_court(cases)),
        "growth": say("growth", growth(model, learned, min(1.0, (rows or CASES) / CASES))),
        "null": say("nothing there", nothing_there(cases)),
    }
    if rows is None:
        write_trust(told, len(learned), len(tried))
    return 1 if mismatches else 0


def say(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """With every field of the contract, null where a measure has no such thing."""
    line = {"bench": f"deviation {name}", **dict.fromkeys(FIELDS), **body}
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return body


# --- speed -----------------------------------------------------------------------------------------------------------
def measure_both(model: DeviationModel, learned: Cases, tried: Cases, mismatches: int) -> None:
    """Fitting and scoring; the floor groups the outcomes by their cell, and looks each case's cell up."""
    first, second = tables(learned, tried)
    fits = {name: Peer(len(learned), partial(fitted, make, first)) for name, make in detectors().items()}
    measure(
        "deviation fit", rows=len(learned), ours=lambda: DeviationModel().fit(learned), floor="medians of the cells",
        floor_work=partial(medians, learned), peers=fits, mismatches=mismatches,
    )  # fmt: skip
    ready = {name: fitted(make, first) for name, make in detectors().items()}
    asked = {name: Peer(len(tried), partial(scores, one, second)) for name, one in ready.items()}
    known = medians(learned)
    measure(
        "deviation score", rows=len(tried), ours=lambda: model.assess(tried), floor="looking up the median of the cell",
        floor_work=lambda: [known.get(cell_of(case)) for case in tried], peers=asked, mismatches=mismatches,
    )  # fmt: skip


def cell_of(case: Observation) -> tuple[object, ...]:
    return case.stratum, *case.features.values()


def medians(cases: Cases) -> dict[tuple[object, ...], float]:
    cells: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for case in cases:
        cells[cell_of(case)].append(case.outcome)
    return {cell: median(outcomes) for cell, outcomes in cells.items()}


def growth(model: DeviationModel, learned: Cases, share: float) -> dict[str, Any]:
    """Seconds by size, each size in a process of its own; a million cases are scored as the batch command does.

    ``share``: of the full sizes, where fewer rows are asked for.
    """
    sizes, many_sizes = ([max(round(n * share), 100) for n in each] for each in (FITTED, SCORED))
    fits = {n: alone(fit_seconds, n) for n in sizes}
    data = model.to_bytes()
    runs = {n: alone(score_seconds, data, learned, n) for n in many_sizes}
    fitted_most, scored_most = sizes[-1], many_sizes[-1]
    return {
        "rows": scored_most,
        "ours_s": runs[scored_most][0],
        "fit_s": {str(n): taken for n, (taken, _) in fits.items()},
        "score_s": {str(n): taken for n, (taken, _) in runs.items()},
        "rows_per_second": round(scored_most / max(runs[scored_most][0], 0.01)),
        "peak_mb": {f"fit {fitted_most}": fits[fitted_most][1], f"score {scored_most}": runs[scored_most][1]},
    }


def alone(work: Callable[..., float], *given: Any) -> tuple[float, int]:
    """The seconds of the work, and the most memory its process held, in megabytes."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_watched, work, *given).result()


def _watched(work: Callable[..., float], *given: Any) -> tuple[float, int]:
    seconds = work(*given)
    return round(seconds, 2), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def fit_seconds(count: int) -> float:
    cases = list(drawn(count))
    begun = perf_counter()
    DeviationModel().fit(cases)
    return perf_counter() - begun


def score_seconds(data: bytes, cases: Cases, count: int) -> float:
    """In slices, with one run of the false-discovery control at the end."""
    model, taken, chances = DeviationModel.from_bytes(data), 0.0, []
    source = many(cases, count)
    while batch := [case for case, _ in zip(source, range(min(AT_ONCE, count)), strict=False)]:
        begun = perf_counter()
        chances.append(model.measure(batch).p)
        taken += perf_counter() - begun
    begun = perf_counter()
    q_values(np.concatenate(chances))
    return taken + perf_counter() - begun


# --- answers ---------------------------------------------------------------------------------------------------------
def accuracy(model: DeviationModel, tried: Cases) -> dict[str, Any]:
    """On cases not learned from: error, explained variance, coverage; the baseline beside the model."""
    pairs = [
        (case, one) for case, one in zip(tried, model.assess(tried), strict=True) if one.state == "scored"
    ]
    logs = np.log([[max(case.outcome, 0.5), max(one.expected or 0.0, 0.5)] for case, one in pairs])
    left = ((logs[:, 0] - logs[:, 1]) ** 2).sum() / ((logs[:, 0] - logs[:, 0].mean()) ** 2).sum()
    strata: dict[str, list[bool]] = defaultdict(list)
    for case, one in pairs:
        strata[case.stratum].append((one.low or 0.0) <= case.outcome <= (one.high or 0.0))
    inside = [hit for hits in strata.values() for hit in hits]
    return {
        "rows": len(tried),
        "abstained": len(tried) - len(pairs),
        "mae": round(fmean(abs(case.outcome - (one.expected or 0.0)) for case, one in pairs), 3),
        "baseline_mae": round(fmean(abs(case.outcome - (one.baseline or 0.0)) for case, one in pairs), 3),
        "r2_log": round(1 - float(left), 4),
        "coverage90": round(fmean(inside), 4),
        "by_stratum": {name: round(fmean(hits), 4) for name, hits in strata.items() if len(hits) >= LARGE},
        "cross_validated": {
            name: {key: card.get(key) for key in ("n", "mae", "baseline_mae", "r2", "coverage90")}
            for name, card in model.card_["strata"].items()
        },
    }


def found(model: DeviationModel, learned: Cases, tried: Cases, low: float, high: float) -> dict[str, Any]:
    """What is found of outcomes multiplied by ``low`` to ``high``, averaged over the salts, by us and by the peers."""
    ready = {name: fitted(make, tables(learned, tried)[0]) for name, make in detectors().items()}
    rounds: dict[str, list[dict[str, float]]] = defaultdict(list)
    for salt in SALTS:
        changed, ids = plant(tried, share=PLANTED, low=low, high=high, salt=salt)
        truth = np.asarray([case.id in ids for case in changed])
        said = model.assess(changed, fdr=FDR)
        ours = np.asarray([one.score if one.score is not None else -np.inf for one in said])
        rounds["ours"].append(judged(ours, truth, np.asarray([one.flagged for one in said])))
        table = tables(learned, changed)[1]
        for name, one in ready.items():
            given = scores(one, table)
            rounds[name].append(judged(given, truth, given > one.threshold_))
    means = {name: {key: mean_of(key, each) for key in each[0]} for name, each in rounds.items()}
    return {
        "low": low,
        "high": high,
        "rows": len(tried),
        "salts": len(SALTS),
        "ours": means.pop("ours"),
        "peers": means,
    }


def judged(given: Floats, truth: Floats, flagged: Floats) -> dict[str, float]:
    best = np.argsort(-given, kind="stable")[:TOP]
    hits, count = int((flagged & truth).sum()), int(flagged.sum())
    finite = np.where(np.isfinite(given), given, np.min(given[np.isfinite(given)]) - 1)
    return {
        "auc": float(roc_auc_score(truth, finite)), f"precision_of_top_{TOP}": float(truth[best].mean()),
        "planted": int(truth.sum()), "flagged": count, "found": hits,
        "false_share": (count - hits) / count if count else 0.0, "power": hits / int(truth.sum()),
    }  # fmt: skip


def mean_of(key: str, rounds: Sequence[dict[str, float]]) -> float:
    """Counts are added up, shares averaged."""
    values = [each[key] for each in rounds]
    return sum(values) if isinstance(values[0], int) else round(fmean(values), 4)


def unchanged(model: DeviationModel, tried: Cases) -> dict[str, Any]:
    said = model.assess(tried, fdr=FDR)
    silent: dict[str, int] = defaultdict(int)
    for one in said:
        if one.state == "abstained":
            silent[one.reason_code] += 1
    flagged = sum(one.flagged for one in said)
    return {
        "rows": len(said),
        "flagged": flagged,
        "share": round(flagged / len(said), 5),
        "abstained": dict(silent),
    }


# --- where nothing is to be found ------------------------------------------------------------------------------------
def nothing_there(cases: Cases) -> dict[str, Any]:
    """Outcomes dealt out anew within cells of equal circumstances, learned and scored: whatever is flagged is false."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        rounds = list(pool.map(partial(_null_draw, cases), range(DRAWS)))
    flagged, assessed = (sum(each) for each in zip(*rounds, strict=True))
    return {
        "draws": DRAWS,
        "with_any": sum(count > 0 for count, _ in rounds),
        "flagged": flagged,
        "assessed": assessed,
        "stated": FDR,
    }


def _null_draw(cases: Cases, salt: int) -> tuple[int, int]:
    learned, tried = split(shuffle_within_cells(cases, salt=salt))
    said = DeviationModel().fit(learned).assess(tried, fdr=FDR)
    return sum(one.flagged for one in said), sum(one.state == "scored" for one in said)


def no_court(cases: Cases) -> dict[str, Any]:
    """Courts dealt out anew: how often any is raised, in the card of the model and on the page of units over three periods.

    Measured without knowing the court, so one model serves every draw.
    """
    blind = [replace(case, court="") for case in cases]
    learned, _ = split(blind)
    said = DeviationModel().fit(learned).assess(blind)
    kept = [(case, case.outcome, one.expected) for case, one in zip(cases, said, strict=True) if one.expected]
    values = np.log([max(outcome, 0.5) / expected for _, outcome, expected in kept])
    card, page = 0, 0
    for salt in range(DRAWS):
        courts = [case.court for case in shuffle_courts([case for case, *_ in kept], salt=salt)]
        card += bool(stand_out(values, courts))
        page += bool(raised(values, courts))
    return {"draws": DRAWS, "with_any_in_card": card, "with_any_on_page": page, "courts": len(set(courts))}


def raised(values: Floats, courts: Sequence[str]) -> list[str]:
    """The courts beyond the usual variation in all of three periods; without dates, every third case is of one period."""
    periods = ["1", "2", "3"]
    rows = [
        Residual(court, periods[place % 3], float(value))
        for place, (value, court) in enumerate(zip(values, courts, strict=True))
    ]
    seen = survey(rows, units=sorted(set(courts) - {""}), periods=periods, min_group=10)
    return [each.unit for each in seen.standings if each.persistent]


# --- kept ------------------------------------------------------------------------------------------------------------
def write_trust(told: dict[str, Any], learned: int, tried: int) -> None:
    """What was found, in the shape in which a run keeps it (``Run.trust``)."""
    bands = [
        {
            "low": band["low"], "high": band["high"],
            "planted": band["ours"]["planted"], "found": band["ours"]["found"], "flagged": band["ours"]["flagged"],
            "false": band["ours"]["flagged"] - band["ours"]["found"], "false_share": band["ours"]["false_share"],
            "power": Share(band["ours"]["found"], band["ours"]["planted"]).as_json(),
            "auc": band["ours"]["auc"], "peers": {name: each["auc"] for name, each in band["peers"].items()},
        }
        for band in told["bands"]
    ]  # fmt: skip
    silent = told["unchanged"]["abstained"]
    kept = {
        "on": datetime.now(UTC).date().isoformat(), "data": "given" if os.environ.get("BENCH_DATA") else "generated",
        "fdr": FDR, "share": PLANTED, "salts": list(SALTS), "learned": learned, "n": tried, "how": "multiplied",
        "bands": bands, "null": told["null"], "courts": told["courts"], "accuracy": told["accuracy"],
        "unchanged": Share(told["unchanged"]["flagged"], tried).as_json(),
        "abstained": {**Share(sum(silent.values()), tried).as_json(), "why": silent},
    }  # fmt: skip
    TRUST.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
