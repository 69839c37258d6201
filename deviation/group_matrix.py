"""Features of cases as numbers, for the small models that compare groups. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from deviation.observation import Observation
from deviation.residuals import Floats

#: A word fewer cases have is not told apart from the other rare ones.
RARE = 20


def matrix(cases: Sequence[Observation], *, court: bool = False) -> Floats:
    """One row a case: numbers standardised with a mark where missing, words as marks, the stratum; ``court`` on demand."""
    columns: list[Floats] = []
    for name in sorted({name for case in cases for name in case.features}):
        columns += _columns([case.features.get(name) for case in cases])
    columns += _marks([case.stratum for case in cases])
    if court:
        columns += _marks([case.court for case in cases])
    return np.column_stack(columns) if columns else np.zeros((len(cases), 0))


def _columns(values: Sequence[object]) -> list[Floats]:
    numbers = [
        float(value) if isinstance(value, bool | int | float) else None
        for value in values
        if not isinstance(value, str)
    ]
    if len(numbers) < len(values):
        return _marks(["" if value is None else str(value) for value in values])
    known = np.asarray([number for number in numbers if number is not None])
    if not len(known) or np.ptp(known) == 0:
        return _missing(numbers)
    filled = np.asarray([known.mean() if number is None else number for number in numbers])
    return [(filled - filled.mean()) / filled.std(), *_missing(numbers)]


def _missing(numbers: Sequence[float | None]) -> list[Floats]:
    marks = np.asarray([number is None for number in numbers], dtype=float)
    return [marks] if 0 < marks.sum() < len(marks) else []


def _marks(words: Sequence[str]) -> list[Floats]:
    """One column a word; the most common one is what all others are compared with."""
    common = [word for word, count in Counter(words).most_common() if count >= RARE]
    return [np.asarray([word == each for word in words], dtype=float) for each in sorted(common[1:])]
