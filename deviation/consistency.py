"""Whether groups would decide the same cases alike (组间一致性), after LInCo (arXiv 2103.13868). Pure.

One small model is trained per group, all predict the same cases, and their mean disagreement is the inconsistency. Models of
few cases disagree by chance: groups dealt out anew say how much, and only what goes beyond that is a finding. It is a number
about all groups together; nothing is said of one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deviation.group_matrix import matrix
from deviation.observation import Observation
from deviation.residuals import Floats, may_be_shown, sizes_of

#: How many cases the models are compared on at most, and the weight of the ridge, in cases.
COMPARED, RIDGE = 2000, 10.0


@dataclass(frozen=True, slots=True)
class Consistency:
    """Mean disagreement on the scale of the outcomes, beside what chance alone makes: its mean and its 95th percentile.

    ``p`` is the share of draws with groups dealt out anew that disagree as much. ``n`` cases in ``groups`` groups.
    """

    groups: int
    n: int
    disagreement: float
    chance: float
    chance_high: float
    p: float
    draws: int

    @property
    def beyond(self) -> bool:
        return self.disagreement > self.chance_high


def consistency(
    cases: Sequence[Observation],
    outcomes: Sequence[float],
    groups: Sequence[str],
    *,
    min_group: int,
    draws: int = 199,
    seed: int = 0,
) -> Consistency | None:
    """Train one model per group large enough and measure their disagreement. None with fewer than two such groups.

    ``outcomes`` are on the scale of the model, in the order of the cases. Groups are dealt out anew within strata.
    """
    shown = may_be_shown(sizes_of(groups), min_group)
    kept = [place for place, group in enumerate(groups) if group in shown]
    if len(shown) < 2:
        return None
    chosen = [cases[place] for place in kept]
    given = np.asarray([outcomes[place] for place in kept])
    labels = np.unique([groups[place] for place in kept], return_inverse=True)[1]
    strata = np.unique([case.stratum for case in chosen], return_inverse=True)[1]
    table = np.column_stack([np.ones(len(chosen)), matrix(chosen)])
    draw = np.random.default_rng(seed)
    same = np.sort(draw.permutation(len(chosen))[:COMPARED])
    observed = disagreement(table, given, labels, same)
    chance = np.asarray(
        [disagreement(table, given, _dealt(labels, strata, draw), same) for _ in range(draws)]
    )
    return Consistency(
        groups=len(shown),
        n=len(chosen),
        disagreement=observed,
        chance=float(chance.mean()),
        chance_high=float(np.quantile(chance, 0.95)),
        p=float((1 + (chance >= observed).sum()) / (draws + 1)),
        draws=draws,
    )


def disagreement(table: Floats, outcomes: Floats, labels: NDArray[np.intp], same: NDArray[np.intp]) -> float:
    """The mean distance between the predictions of two groups' models, over all pairs, on the same cases."""
    count = int(labels.max()) + 1
    order = np.argsort(labels, kind="stable")
    ends = np.cumsum(np.bincount(labels, minlength=count))[:-1]
    groups = zip(np.split(table[order], ends), np.split(outcomes[order], ends), strict=True)
    weights = np.stack([_ridge(rows, decided) for rows, decided in groups])
    predicted = np.sort(table[same] @ weights.T, axis=1)
    # The sum of all distances in a sorted row: the i-th of k values counts i − (k − 1 − i) times.
    turns = 2 * np.arange(count) - (count - 1)
    return float((predicted @ turns).mean() / (count * (count - 1) / 2))


def _ridge(table: Floats, outcomes: Floats) -> Floats:
    penalty = RIDGE * np.eye(table.shape[1])
    penalty[0, 0] = 1e-9
    return np.asarray(np.linalg.solve(table.T @ table + penalty, table.T @ outcomes))


def _dealt(labels: NDArray[np.intp], strata: NDArray[np.intp], draw: np.random.Generator) -> NDArray[np.intp]:
    """The groups dealt out anew within each stratum: as many cases each, none of them different."""
    dealt = labels.copy()
    for stratum in np.unique(strata):
        places = np.flatnonzero(strata == stratum)
        dealt[places] = labels[draw.permutation(places)]
    return dealt
