"""What a replay counts (回放的计数), month by month: hits by court, first hits, and which cases only one of two versions hits.

Pure: rows in, plain values out. A case counts once a month in which it was pending, and newly only in the first it is hit.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import quantiles
from typing import Any

from predicates.terms import Condition, Leaf

#: The version tried and the one in force, beside the codes of the other rules: no code begins with a star.
DRAFT, STANDING = "*draft", "*standing"
MOST_CASES = 200
#: From so many whole months on, "most months" means eight in ten of them; of fewer, all.
ENOUGH_MONTHS = 5

Row = tuple[int, int, Sequence[str]]  # case, court, codes that hit


@dataclass(frozen=True)
class Month:
    """From its first day to its last, or to the day of the replay where that comes earlier."""

    first: date
    last: date

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_whole(self) -> bool:
        return self.last.day == monthrange(self.last.year, self.last.month)[1]


def months_upto(day: date, count: int) -> list[Month]:
    """That many calendar months, the last of them the month of ``day`` up to that day."""
    found = []
    for back in range(count - 1, -1, -1):
        year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
        last = date(year, month + 1, monthrange(year, month + 1)[1])
        found.append(Month(date(year, month + 1, 1), min(last, day)))
    return found


# --- the parts of a condition -------------------------------------------------------------------------------
def parts_of(condition: Condition, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Condition]]:
    """Every group and leaf with its place, in the order of reading."""
    yield path, condition
    if not isinstance(condition, Leaf):
        for place, part in enumerate(condition.parts):
            yield from parts_of(part, (*path, place))


def idle_parts(parts: Sequence[tuple[Condition, int]], known: Mapping[str, int]) -> list[tuple[int, str]]:
    """The parts that held in no case: their places, and ``unknown`` where nothing was ever known of the fact, ``never`` else.

    A group is named only where its leaves did hold, each for itself.
    """
    idle = {id(part) for part, held in parts if not held}
    found = []
    for place, (part, held) in enumerate(parts):
        if held:
            continue
        if isinstance(part, Leaf):
            found.append((place, "never" if known.get(part.fact) else "unknown"))
        elif not any(id(inner) in idle for _, inner in parts_of(part) if inner is not part):
            found.append((place, "never"))
    return found


# --- counting -------------------------------------------------------------------------------------------------
@dataclass
class Tally:
    """What has been hit so far. ``seen``: of every case that any rule hit, by which, as bits."""

    months: Sequence[Month]
    seen: dict[int, int] = field(default_factory=dict)
    hits: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    first: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    court_of: dict[int, int] = field(default_factory=dict)
    bits: dict[str, int] = field(default_factory=lambda: {DRAFT: 1, STANDING: 2})

    def add(self, month: int, rows: Iterable[Row]) -> None:
        """The hits of one month; months come in their order."""
        for case, court, codes in rows:
            before = after = self.seen.get(case, 0)
            for code in codes:
                bit = self.bits.setdefault(code, 1 << len(self.bits))
                after |= bit
                if bit <= 2:
                    self.hits[code, month, court] += 1
                    self.first[code, month, court] += not before & bit
            self.seen[case] = after
            self.court_of[case] = court

    def by_month(self, counts: Counter[tuple[str, int, int]], code: str) -> list[int]:
        found = [0] * len(self.months)
        for (of, month, _court), count in counts.items():
            found[month] += count if of == code else 0
        return found

    def by_court(self, counts: Counter[tuple[str, int, int]], code: str) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for (of, month, court), count in counts.items():
            if of == code:
                found.setdefault(court, [0] * len(self.months))[month] += count
        return found

    def only(self, code: str, other: str) -> dict[str, Any]:
        """Cases one version hit in some month and the other in none: how many, and the newest of them."""
        mine, theirs = self.bits[code], self.bits[other]
        cases = sorted(
            (case for case, bits in self.seen.items() if bits & mine and not bits & theirs), reverse=True
        )
        return {"count": len(cases), "cases": cases[:MOST_CASES]}

    def ever(self, code: str) -> int:
        return sum(count for bits, count in self.patterns().items() if bits & self.bits[code])

    def overlap(self, code: str) -> dict[str, int]:
        """How many cases another rule hit, and how many of them this version hit as well."""
        bit, patterns = self.bits.get(code, 0), self.patterns()
        theirs = sum(count for bits, count in patterns.items() if bits & bit)
        both = sum(count for bits, count in patterns.items() if bits & bit and bits & 1)
        return {"theirs": theirs, "both": both}

    def patterns(self) -> Counter[int]:
        return Counter(self.seen.values())


def a_week(months: Sequence[Month], first: Sequence[int]) -> dict[str, float] | None:
    """New cases a week, and between which numbers most months lay. The first month is left out: its hits are the stock found
    there, not new ones; and so is a month that is not over."""
    whole = [(month, count) for month, count in zip(months[1:], first[1:], strict=True) if month.is_whole]
    if not whole:
        return None
    rates = sorted(7 * count / month.days for month, count in whole)
    low, high = rates[0], rates[-1]
    if len(rates) >= ENOUGH_MONTHS:
        tenths = quantiles(rates, n=10, method="inclusive")
        low, high = tenths[0], tenths[-1]
    mean = 7 * sum(count for _, count in whole) / sum(month.days for month, _ in whole)
    return {"mean": round(mean, 1), "low": round(low, 1), "high": round(high, 1), "months": len(whole)}
