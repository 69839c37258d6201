"""How often people agree with the class that was proposed (繁简识别与人工一致率), with the interval of that share. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from quota.complexity import CLASSES

Z = 1.959963984540054  # of the 95 % interval


@dataclass(frozen=True)
class Agreement:
    """Of ``n`` decisions ``same`` kept the class proposed; ``low`` to ``high`` is the 95 % Wilson interval of the share."""

    name: str
    n: int
    same: int
    share: float | None
    low: float
    high: float

    @property
    def low_percent(self) -> int:
        return round(100 * self.low)

    @property
    def high_percent(self) -> int:
        return round(100 * self.high)


def agreement(name: str, n: int, same: int) -> Agreement:
    low, high = wilson(same, n)
    return Agreement(name, n, same, same / n if n else None, low, high)


def wilson(k: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of which k of n are known; 0 to 1 where nothing is."""
    if not n:
        return 0.0, 1.0
    share, spread = k / n, Z * Z / n
    centre = (share + spread / 2) / (1 + spread)
    reach = Z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(centre - reach, 0.0), min(centre + reach, 1.0)


def by_class(decided: Iterable[tuple[str, str, int]]) -> list[Agreement]:
    """From (proposed, decided, how many): a line for each class proposed, and one for all of them."""
    rows = list(decided)
    lines = [_line(name, [row for row in rows if row[0] == code]) for code, name in CLASSES.items()]
    return [*lines, _line("", rows)]


def _line(name: str, rows: list[tuple[str, str, int]]) -> Agreement:
    same = sum(n for proposed, decided, n in rows if proposed == decided)
    return agreement(name, sum(n for *_, n in rows), same)
