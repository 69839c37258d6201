"""Kinds of cases that hours are counted for (案均工时类别): civil summary, civil ordinary … as the catalogue divides them. Pure.

A trial of second instance or a retrial is of the ordinary kind of its type and takes a multiple of its hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalogues.quota_groups import TYPE_OF
from catalogues.quota_law import CellHours
from quota.hours import Cell

#: By the table that groups cases for their weights.
CASE_TYPES: Mapping[str, str] = TYPE_OF
ORDINARY, ENFORCEMENT = "ordinary", "enforcement"
#: Where nobody says by which procedure: the last sign of the type code tells second instances and retrials.
BY_SIGN: Mapping[str, str] = {"终": "second", "再": "retrial"}


@dataclass(frozen=True)
class Kind:
    """``base`` are the hours of the catalogue for it, ``cell`` where its measured ones are kept."""

    code: str
    name: str
    case_type: str
    hours: float
    base: str = ""
    times: float = 1.0

    @property
    def cell(self) -> Cell:
        return Cell(self.case_type, self.code)


class Kinds:
    """The kinds a court counts by on a day, from ``Quotas.hours_of``."""

    def __init__(self, cells: Mapping[str, CellHours]) -> None:
        self.entries = [cell for cell in cells.values() if cell.kind == "hours"]
        self.times = [cell for cell in cells.values() if cell.kind == "times"]
        plain = [Kind(cell.code, cell.name, cell.case_type, cell.value) for cell in self.entries]
        multiples = [self._multiple(cell, times) for times in self.times for cell in self._ordinary()]
        self.by_code: dict[str, Kind] = {kind.code: kind for kind in (*plain, *multiples)}

    def of(self, category: str, procedure: str, type_code: str = "") -> Kind | None:
        """The kind of a case; None for what the catalogue has no hours for (国家赔偿、司法救助……).

        Also None for a first instance whose procedure nobody recorded: summary and ordinary trials take different hours.
        """
        return self.of_type(CASE_TYPES.get(category, ""), procedure or BY_SIGN.get(type_code[-1:], ""))

    def of_type(self, case_type: str, procedure: str) -> Kind | None:
        ordinary = [cell for cell in self._ordinary() if cell.case_type == case_type]
        for times in self.times:
            if procedure in times.procedures and ordinary:
                return self.by_code[_code(ordinary[0], times)]
        fitting = [cell for cell in self.entries if cell.case_type == case_type]
        exact = [cell for cell in fitting if not cell.procedures or procedure in cell.procedures]
        return self.by_code[exact[0].code] if exact else None

    def ordered(self, codes: Iterable[str]) -> list[Kind]:
        """Those of the codes that are known, in the order of the catalogue."""
        wanted = set(codes)
        return [kind for code, kind in self.by_code.items() if code in wanted]

    def _ordinary(self) -> list[CellHours]:
        """What is tried again above; enforcement is no trial."""
        tried = [cell for cell in self.entries if cell.case_type != ENFORCEMENT]
        return [cell for cell in tried if not cell.procedures or ORDINARY in cell.procedures]

    def _multiple(self, cell: CellHours, times: CellHours) -> Kind:
        name = f"{cell.name}（{times.name.removesuffix('倍数')}）"
        return Kind(
            _code(cell, times), name, cell.case_type, cell.value * times.value, cell.code, times.value
        )


def _code(cell: CellHours, times: CellHours) -> str:
    return f"{cell.code}.{times.code}"
