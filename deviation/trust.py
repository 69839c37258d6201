"""What a run is worth (对照检验): outliers planted among newer cases, and data without any. Pure.

The model that is tried has learned the older cases only; it is shown the newer ones once as they are, once with a few
outcomes changed, and once with all outcomes dealt out anew, in which nothing is to be found.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deviation.calibration import Share, rounded
from deviation.observation import Assessment, Observation
from deviation.scoring import DeviationModel
from deviation.simulation import plant, shuffle_within_cells

BANDS = ((2, 3), (3, 5), (5, 10))
SHARE = 0.02  # of the outcomes are changed
OLDER = 0.7  # of the cases, by date, are learned from
MOST = 8_000  # newest cases: the check is to take a minute or two, and these say enough
SALTS = (1, 2, 3, 4)
NULL_SALTS = (1, 2)
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Trial:
    """What is tried: how to build a model, on which cases, at which stated rate of false discoveries."""

    build: Callable[[], DeviationModel]
    older: Sequence[Observation]
    newer: Sequence[Observation]
    scale: str
    fdr: float


def split(cases: Sequence[Observation]) -> tuple[list[Observation], list[Observation]]:
    """The older cases and the newer ones; ``cases`` are in the order of time. Cases of one day stay together."""
    kept = list(cases[-MOST:])
    place = round(len(kept) * OLDER)
    while 0 < place < len(kept) and kept[place].date == kept[place - 1].date:
        place += 1
    return kept[:place], kept[place:]


def tried(trial: Trial, model: DeviationModel, tell: Tell) -> dict[str, Any]:
    """Everything the trust page shows; ``model`` has learned the older cases. Tells after each of ``steps()`` steps."""
    plain = model.assess(trial.newer, fdr=trial.fdr)
    tell(1)
    bands = []
    for place, (low, high) in enumerate(BANDS):
        bands.append(planted(trial, model, low, high))
        tell(place + 2)
    null = nothing_there(trial)
    tell(steps())
    return {
        "fdr": trial.fdr,
        "share": SHARE,
        "salts": list(SALTS),
        "learned": len(trial.older),
        "n": len(trial.newer),
        "how": how_planted(trial.scale),
        "bands": bands,
        "null": null,
        "unchanged": Share(sum(one.flagged for one in plain), len(plain)).as_json(),
        "abstained": abstentions(plain),
    }


def steps() -> int:
    return len(BANDS) + 2


def how_planted(scale: str) -> str:
    """Terms and sums are multiplied, shares divided, yes and no turned round: what else would be no outcome any more."""
    return {"identity": "divided", "binary": "turned"}.get(scale, "multiplied")


def planted(trial: Trial, model: DeviationModel, low: float, high: float) -> dict[str, Any]:
    """What is found of outcomes changed by ``low`` to ``high``, and how much else with it, over all salts."""
    rounds = [_one_round(trial, model, low, high, salt) for salt in SALTS]
    total = {name: sum(one[name] for one in rounds) for name in ("planted", "found", "flagged", "false")}
    shares = [one["false"] / one["flagged"] if one["flagged"] else 0.0 for one in rounds]
    return {
        "low": low,
        "high": high,
        **total,
        "power": Share(total["found"], total["planted"]).as_json(),
        "false_share": rounded(sum(shares) / len(shares)),
    }


def _one_round(trial: Trial, model: DeviationModel, low: float, high: float, salt: int) -> dict[str, int]:
    changed, ids = _changed(trial, low, high, salt)
    flagged = {one.id for one in model.assess(changed, fdr=trial.fdr) if one.flagged}
    return {
        "planted": len(ids),
        "found": len(flagged & ids),
        "flagged": len(flagged),
        "false": len(flagged - ids),
    }


def _changed(trial: Trial, low: float, high: float, salt: int) -> tuple[list[Observation], frozenset[str]]:
    """The newer cases with a few outcomes changed; only those count that are another outcome now."""
    how = how_planted(trial.scale)
    if how == "turned":
        cases, ids = _turned(trial.newer, salt)
    else:
        lenient = how == "divided"
        cases, ids = plant(trial.newer, share=SHARE, low=low, high=high, salt=salt, lenient=lenient)
    really = {new.id for new, old in zip(cases, trial.newer, strict=True) if new.outcome != old.outcome}
    return cases, frozenset(ids & really)


def _turned(cases: Sequence[Observation], salt: int) -> tuple[list[Observation], frozenset[str]]:
    chosen = set(random.Random(f"turn {salt}").sample(range(len(cases)), round(SHARE * len(cases))))
    turned = [
        replace(case, outcome=1.0 - case.outcome) if place in chosen else case
        for place, case in enumerate(cases)
    ]
    return turned, frozenset(cases[place].id for place in chosen)


def nothing_there(trial: Trial) -> dict[str, Any]:
    """Outcomes dealt out anew within each stratum, learned and assessed: whatever is found there is false."""
    rounds = []
    for salt in NULL_SALTS:
        mixed = shuffle_within_cells([*trial.older, *trial.newer], salt=salt, cell=lambda case: case.stratum)
        older, newer = mixed[: len(trial.older)], mixed[len(trial.older) :]
        said = trial.build().fit(older).assess(newer, fdr=trial.fdr)
        rounds.append((sum(one.flagged for one in said), sum(one.state == "scored" for one in said)))
    return {
        "draws": len(rounds),
        "with_any": sum(flagged > 0 for flagged, _ in rounds),
        "flagged": sum(flagged for flagged, _ in rounds),
        "assessed": sum(assessed for _, assessed in rounds),
    }


def abstentions(said: Sequence[Assessment]) -> dict[str, Any]:
    why = Counter(one.reason_code for one in said if one.state == "abstained")
    return {**Share(sum(why.values()), len(said)).as_json(), "why": dict(sorted(why.items()))}
