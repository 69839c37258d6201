"""From a diary to hours (审判流程—要素法): minutes by element of the work, summed by case or by element and frequency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quota.hours import Cell, Timed, winsorise

MINUTES = 60


@dataclass(frozen=True)
class Minutes:
    """What was written down of one element of one case, by whomever and on whichever day."""

    case: str
    cell: Cell
    element: str
    minutes: float


@dataclass(frozen=True)
class Element:
    """An element of the work on a kind of case: on how many of the cases it was done, and how long it took there."""

    element: str
    n: int
    minutes: float
    frequency: float

    def hours(self) -> float:
        """What it adds to a case."""
        return self.minutes * self.frequency / MINUTES


@dataclass(frozen=True)
class Flow:
    """The elements of a kind of case, and the hours they make."""

    cases: int
    elements: tuple[Element, ...]

    def hours(self) -> float:
        return sum(element.hours() for element in self.elements)


def sums(entries: Iterable[Minutes]) -> list[Timed]:
    """One whole time a case, in the order of the cases. Give it cases whose whole course the diary covers, no others."""
    totals: dict[str, float] = {}
    cells: dict[str, Cell] = {}
    for entry in entries:
        totals[entry.case] = totals.get(entry.case, 0.0) + entry.minutes
        cells.setdefault(entry.case, entry.cell)
    return [Timed(case, cells[case], totals[case] / MINUTES) for case in sorted(totals)]


def flows(
    entries: Iterable[Minutes],
    *,
    order: Sequence[str],
    winsor_low: float,
    winsor_high: float,
    frequencies: Mapping[tuple[Cell, str], float] | None = None,
) -> dict[Cell, Flow]:
    """Per cell and every wider one: mean minutes of each element times how often it occurs.

    ``order``: the elements as the catalogue has them. ``frequencies`` of cells and elements known from elsewhere (from
    the recorded course of all cases) replace those of the diary, which sees only some weeks of a case.
    """
    times, cases = _by_cell(entries)
    known = frequencies or {}
    found = {}
    for cell in sorted(times):
        elements = tuple(
            _element(
                name, times[cell][name], len(cases[cell]), (winsor_low, winsor_high), known.get((cell, name))
            )
            for name in _ordered(times[cell], order)
        )
        found[cell] = Flow(len(cases[cell]), elements)
    return found


def _by_cell(
    entries: Iterable[Minutes],
) -> tuple[dict[Cell, dict[str, dict[str, float]]], dict[Cell, set[str]]]:
    times: dict[Cell, dict[str, dict[str, float]]] = {}
    cases: dict[Cell, set[str]] = {}
    for entry in entries:
        for cell in entry.cell.within():
            of_cases = times.setdefault(cell, {}).setdefault(entry.element, {})
            of_cases[entry.case] = of_cases.get(entry.case, 0.0) + entry.minutes
            cases.setdefault(cell, set()).add(entry.case)
    return times, cases


def _ordered(names: Iterable[str], order: Sequence[str]) -> list[str]:
    known = {name: place for place, name in enumerate(order)}
    return sorted(names, key=lambda name: (known.get(name, len(known)), name))


def _element(
    name: str, times: Mapping[str, float], cases: int, ends: tuple[float, float], known: float | None
) -> Element:
    drawn_in, _ = winsorise(np.array([times[case] for case in sorted(times)]), *ends)
    frequency = len(times) / cases if known is None else known
    return Element(name, len(times), float(drawn_in.mean()), frequency)


def totals(
    entries: Sequence[Minutes],
    *,
    complete: Collection[str],
    least: int,
    winsor_low: float,
    winsor_high: float,
) -> list[Timed]:
    """A time for every case, whole or not, from its elements: each winsorised, and counted as often as it occurs.

    How often is told by the ``complete`` cases of the same type and procedure where there are ``least`` of them; a diary
    of some weeks sees the beginnings of some cases and the ends of others.
    """
    kinds = {entry.case: Cell(entry.cell.case_type, entry.cell.procedure) for entry in entries}
    cells = {entry.case: entry.cell for entry in entries}
    times: dict[tuple[Cell, str], dict[str, float]] = {}
    for entry in entries:
        of_cases = times.setdefault((kinds[entry.case], entry.element), {})
        of_cases[entry.case] = of_cases.get(entry.case, 0.0) + entry.minutes
    hours = dict.fromkeys(sorted(cells), 0.0)
    whole, all_cases = Counter(kinds[case] for case in cells if case in complete), Counter(kinds.values())
    for (kind, _), of_cases in sorted(times.items()):
        weight = _occurs(of_cases, complete, whole[kind], all_cases[kind], least)
        ordered = sorted(of_cases)
        drawn_in, _ = winsorise(np.array([of_cases[case] for case in ordered]), winsor_low, winsor_high)
        for case, minutes in zip(ordered, drawn_in.tolist(), strict=True):
            hours[case] += minutes * weight / MINUTES
    return [Timed(case, cells[case], total) for case, total in hours.items()]


def _occurs(
    of_cases: Mapping[str, float], complete: Collection[str], whole: int, cases: int, least: int
) -> float:
    """How often an element occurs in whole cases against how often it was seen in all."""
    if whole < max(least, 1):
        return 1.0
    return (sum(case in complete for case in of_cases) / whole) / (len(of_cases) / cases)
