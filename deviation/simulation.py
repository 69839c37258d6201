"""Planted outliers and data without any (对照检验): what a deviation must find, and where it must find nothing."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from deviation.observation import Observation


def plant(
    cases: Sequence[Observation],
    *,
    share: float = 0.02,
    low: float = 3,
    high: float = 5,
    salt: int | str = 0,
    lenient: bool = False,
) -> tuple[list[Observation], frozenset[str]]:
    """Multiply a share of the outcomes by ``low`` to ``high`` (divide them when ``lenient``); say which were changed."""
    draw = random.Random(f"plant {salt}")
    chosen = set(draw.sample(range(len(cases)), round(share * len(cases))))
    planted = []
    for place, case in enumerate(cases):
        if place in chosen:
            factor = draw.uniform(low, high)
            case = replace(case, outcome=case.outcome / factor if lenient else case.outcome * factor)
        planted.append(case)
    return planted, frozenset(cases[place].id for place in chosen)


def shuffle_within_cells(
    cases: Sequence[Observation],
    *,
    salt: int | str = 0,
    cell: Callable[[Observation], Hashable] | None = None,
) -> list[Observation]:
    """Deal the outcomes of each cell out anew, so that nothing but the cell bears on them: data without deviations.

    A cell is a stratum and equal features unless ``cell`` says otherwise.
    """
    draw = random.Random(f"cells {salt}")
    cells: dict[Hashable, list[int]] = defaultdict(list)
    for place, case in enumerate(cases):
        cells[(cell or _alike)(case)].append(place)
    outcomes = [case.outcome for case in cases]
    for places in cells.values():
        dealt = draw.sample(places, len(places))
        for place, source in zip(places, dealt, strict=True):
            outcomes[place] = cases[source].outcome
    return [replace(case, outcome=outcome) for case, outcome in zip(cases, outcomes, strict=True)]


def shuffle_courts(cases: Sequence[Observation], *, salt: int | str = 0) -> list[Observation]:
    """Deal the courts of each stratum out anew: data in which no court differs."""
    draw = random.Random(f"courts {salt}")
    strata: dict[str, list[int]] = defaultdict(list)
    for place, case in enumerate(cases):
        strata[case.stratum].append(place)
    courts = [case.court for case in cases]
    for places in strata.values():
        dealt = draw.sample(places, len(places))
        for place, source in zip(places, dealt, strict=True):
            courts[place] = cases[source].court
    return [replace(case, court=court) for case, court in zip(cases, courts, strict=True)]


def _alike(case: Observation) -> Hashable:
    return case.stratum, tuple(sorted((name, str(value)) for name, value in case.features.items()))
