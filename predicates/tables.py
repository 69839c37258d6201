"""A condition as a decision table (决策表): one column a leaf, one row a way in which the condition holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from predicates.terms import All, Condition, Leaf, NoneOf

#: More rows than that nobody reads.
MOST_ROWS = 64

#: What a row asks of a leaf: that it holds, or that it does not; leaves it does not mention do not matter to it.
Row = frozenset[tuple[Leaf, bool]]


@dataclass(frozen=True)
class DecisionTable:
    """``rows`` have a cell for every column: True holds, False does not hold (or is not known), None does not matter.

    A table that would be too long has no rows; ``too_wide`` is then how many there would be, else 0.
    """

    columns: tuple[Leaf, ...]
    rows: tuple[tuple[bool | None, ...], ...]
    too_wide: int = 0

    def holds(self, truths: Sequence[bool]) -> bool:
        """Whether any row fits these answers of the columns, in their order."""
        return any(
            all(cell is None or cell is truth for cell, truth in zip(row, truths, strict=True))
            for row in self.rows
        )


def decision_table(condition: Condition) -> DecisionTable:
    """The table of a condition, without rows that another row makes needless."""
    count = _count(condition, True)
    if count > MOST_ROWS:
        return DecisionTable((), (), count)
    ways = _needed(_ways(condition, True))
    columns = tuple(
        dict.fromkeys(leaf for way in ways for leaf, _ in sorted(way, key=lambda cell: repr(cell[0])))
    )
    cells = [dict(way) for way in ways]
    return DecisionTable(columns, tuple(tuple(row.get(column) for column in columns) for row in cells))


def _alternatives(condition: Condition, wanted: bool) -> tuple[bool, bool]:
    """Whether the parts are alternatives to one another, and what is wanted of each, for the whole to be as wanted."""
    inner = not wanted if isinstance(condition, NoneOf) else wanted
    return (isinstance(condition, All) is not wanted) if not isinstance(condition, NoneOf) else inner, inner


def _count(condition: Condition, wanted: bool) -> int:
    if isinstance(condition, Leaf):
        return 1
    alternatives, inner = _alternatives(condition, wanted)
    count = 0 if alternatives else 1
    for part in condition.parts:
        ways = _count(part, inner)
        count = count + ways if alternatives else count * ways
    return count


def _ways(condition: Condition, wanted: bool) -> list[Row]:
    if isinstance(condition, Leaf):
        return [frozenset({(condition, wanted)})]
    alternatives, inner = _alternatives(condition, wanted)
    of_parts = [_ways(part, inner) for part in condition.parts]
    if alternatives:
        return [way for ways in of_parts for way in ways]
    combined: list[Row] = [frozenset()]
    for ways in of_parts:
        combined = [one | other for one in combined for other in ways]
    return combined


def _needed(ways: Iterable[Row]) -> list[Row]:
    """Without those that contradict themselves and those that ask more than another."""
    possible = [way for way in dict.fromkeys(ways) if len({leaf for leaf, _ in way}) == len(way)]
    return [way for way in possible if not any(other < way for other in possible)]
