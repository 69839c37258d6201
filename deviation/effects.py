"""What a court is known to do differently (法院差异), shrunken by how little is known of it (部分汇集).

A code such as 苏0684 says province, city and court: its beginnings are groups of courts, found from the codes alone.
Each group has an effect of its own and a leaning for each of a few circumstances; all are pulled towards zero, the
more the fewer cases there are, so a court with few cases borrows from its city and province. Codes without such an
order, and courts never met, fall back on what remains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import lsqr
from scipy.stats import norm, rankdata

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_LEVELS = 3
# A coarser level must leave at most this share of the groups of the finer one, or it says nothing new.
COARSER = 0.18
# As many cases as these weigh as much as knowing nothing: variance within over variance between groups.
COARSEST, FINER, LEANING = 20.0, 12.0, 150.0


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """How strongly effects are pulled to zero. ``leaning`` is None when circumstances weigh alike in every court."""

    times: float = 1.0
    leaning: float | None = LEANING


CHOICES = (None, Shrinkage(), Shrinkage(2.0, 2 * LEANING), Shrinkage(1.0, None), Shrinkage(4.0, None))


class Levels:
    """The groups of courts: for each length of a beginning the groups with a number."""

    def __init__(self, lengths: Sequence[int], groups: Sequence[Mapping[str, int]]) -> None:
        self.lengths, self.groups = tuple(lengths), tuple(dict(group) for group in groups)

    @classmethod
    def learn(cls, courts: Sequence[str]) -> Self:
        known = sorted({court for court in courts if court})
        lengths = _lengths(known)
        groups = [{name: place for place, name in enumerate(sorted({c[:n] for c in known}))} for n in lengths]
        return cls(lengths, groups)

    def codes(self, courts: Sequence[str]) -> Ints:
        """One line a court, one column a level; -1 where the group was never met."""
        seen: dict[str, int] = {}
        places = [seen.setdefault(court, len(seen)) for court in courts]
        table = [
            [group.get(court[:n], -1) for n, group in zip(self.lengths, self.groups, strict=True)]
            for court in seen
        ]
        return np.array(table, dtype=np.int64).reshape(len(seen), len(self.lengths))[places]

    def state(self) -> dict[str, Any]:
        return {"lengths": list(self.lengths), "groups": [list(group) for group in self.groups]}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        groups = [{name: place for place, name in enumerate(names)} for names in state["groups"]]
        return cls(state["lengths"], groups)


class CourtEffects:
    """Effects in the scale of the residuals they were learned from."""

    def __init__(self, tables: Sequence[Floats]) -> None:
        self.tables = list(tables)

    @classmethod
    def fit(cls, residuals: Floats, codes: Ints, leanings: Floats, shrinkage: Shrinkage | None) -> Self:
        if shrinkage is None or not codes.shape[1] or not (codes >= 0).any():
            return cls([])
        if shrinkage.leaning is None:
            leanings = leanings[:, :0]
        width = 1 + leanings.shape[1]
        sizes = codes.max(axis=0) + 1
        design, scales = _design(codes, leanings, sizes, shrinkage)
        found = lsqr(design, residuals, damp=1.0, atol=1e-6, btol=1e-6, iter_lim=150)[0] * scales
        ends = np.cumsum(sizes * width)
        return cls([part.reshape(-1, width) for part in np.split(found, ends[:-1])])

    def predict(self, codes: Ints, leanings: Floats) -> Floats:
        total = np.zeros(len(codes))
        for level, table in enumerate(self.tables):
            padded = np.vstack([table, np.zeros((1, table.shape[1]))])
            own = codes[:, level]
            # A group met only among cases this was not learned from has no line; it is told like one never met.
            effects = padded[np.where(own < len(table), own, -1)]
            total += effects[:, 0]
            if table.shape[1] > 1:
                total += np.einsum("ij,ij->i", effects[:, 1:], leanings)
        return total

    def state(self) -> dict[str, Any]:
        return {"tables": self.tables}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        return cls(state["tables"])


def choose_shrinkage(residuals: Floats, codes: Ints, leanings: Floats, folds: Ints) -> Shrinkage | None:
    """The pull that foretells held-out cases best; None when no court effect does."""
    if not codes.shape[1]:
        return None
    losses = [_loss(residuals, codes, leanings, folds, choice) for choice in CHOICES]
    return CHOICES[int(np.argmin(losses))]


def stand_out(residuals: Floats, courts: Sequence[str], *, least: int = 10, level: float = 0.04) -> list[str]:
    """The courts whose cases lie apart from comparable ones beyond chance, with at most ``level`` of any false one.

    Ranks instead of sizes, so that one strange case raises no court; Bonferroni over the courts looked at.
    """
    scores = norm.ppf((rankdata(residuals) - 0.5) / len(residuals)) if len(residuals) else residuals
    members: dict[str, list[int]] = {}
    for place, court in enumerate(courts):
        if court:
            members.setdefault(court, []).append(place)
    tested = {court: places for court, places in sorted(members.items()) if len(places) >= least}
    return [
        court
        for court, places in tested.items()
        if 2 * norm.sf(abs(scores[places].mean()) * len(places) ** 0.5) * len(tested) <= level
    ]


def _lengths(known: Sequence[str]) -> list[int]:
    longest = max(map(len, known), default=0)
    counts = [len({court[:n] for court in known}) for n in range(1, longest + 1)]
    if not counts or counts[-1] < 2:
        return []
    lengths = [counts.index(counts[-1]) + 1]
    for n in range(lengths[0] - 1, 0, -1):
        if 2 <= counts[n - 1] <= COARSER * counts[lengths[-1] - 1] and len(lengths) < MOST_LEVELS:
            lengths.append(n)
    return lengths[::-1]


def _design(codes: Ints, leanings: Floats, sizes: Ints, pull: Shrinkage) -> tuple[Any, Floats]:
    width = 1 + leanings.shape[1]
    values = np.hstack([np.ones((len(codes), 1)), leanings])
    parts, scales = [], []
    for level, size in enumerate(sizes):
        strength = np.full(width, 1.0 if pull.leaning is None else pull.leaning)
        strength[0] = pull.times * (COARSEST if level == 0 and len(sizes) > 1 else FINER)
        met = codes[:, level] >= 0
        lines = np.repeat(np.flatnonzero(met), width)
        columns = (codes[met, level][:, None] * width + np.arange(width)).ravel()
        entries = (values[met] / np.sqrt(strength)).ravel()
        parts.append(sparse.csr_matrix((entries, (lines, columns)), (len(codes), int(size) * width)))
        scales.append(np.tile(1 / np.sqrt(strength), int(size)))
    return sparse.hstack(parts).tocsr(), np.concatenate(scales)


def _loss(residuals: Floats, codes: Ints, leanings: Floats, folds: Ints, choice: Shrinkage | None) -> float:
    loss = 0.0
    for fold in np.unique(folds):
        out = folds == fold
        effects = CourtEffects.fit(residuals[~out], codes[~out], leanings[~out], choice)
        loss += float(((residuals[out] - effects.predict(codes[out], leanings[out])) ** 2).sum())
    return loss
