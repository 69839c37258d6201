"""The circumstances of the courts that were timed (调整因素拟合): whether they explain why like cases take longer there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from courts.models import Court
from quota.context import Betas, CourtRow, fit_betas
from quota.figures import circumstances
from quota.hour_rules import HourRules
from quota.hours import Cell, Measured, Timed
from quota.models import CourtFigure


def context_card(
    timed: Sequence[Timed],
    courts: Mapping[str, int],
    kinds: Mapping[Cell, Measured],
    court: Court,
    rules: HourRules,
    on: date,
) -> dict[str, Any]:
    """Fitted or not, which weights to use, and both errors; kept on the card of the measurement."""
    ratios = ratios_of(timed, courts, kinds, rules)
    return asdict(betas_of(ratios, rules, on))


def ratios_of(
    timed: Sequence[Timed], courts: Mapping[str, int], kinds: Mapping[Cell, Measured], rules: HourRules
) -> dict[int, float]:
    """By court with enough timed cases: the hours they took over the hours such cases take on the whole."""
    took: dict[int, list[tuple[float, float]]] = {}
    for one in timed:
        kind = rules.kinds.of_type(one.cell.case_type, one.cell.procedure)
        if one.case in courts and kind and kind.cell in kinds:
            took.setdefault(courts[one.case], []).append((one.hours, kinds[kind.cell].hours))
    enough = {court_id: pairs for court_id, pairs in took.items() if len(pairs) >= rules.cell_min}
    return {
        court_id: sum(hours for hours, _ in pairs) / sum(usual for _, usual in pairs)
        for court_id, pairs in enough.items()
    }


def betas_of(ratios: Mapping[int, float], rules: HourRules, on: date) -> Betas:
    figures = {
        row.court_id: circumstances(row)
        for row in CourtFigure.objects.filter(court__in=list(ratios), year__lte=on.year)
        .order_by("court_id", "-year")
        .distinct("court_id")
    }
    means = {factor: _mean([one[factor] for one in figures.values()]) for factor in rules.betas()}
    rows = [
        CourtRow(
            f"{court_id:012d}", {name: _gap(said[name], means[name]) for name in means}, ratios[court_id]
        )
        for court_id, said in figures.items()
    ]
    return fit_betas(rows, defaults=rules.betas(), least=rules.courts_min, low=rules.low, high=rules.high)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _gap(value: float | None, mean: float | None) -> float | None:
    return None if value is None or not mean else value / mean - 1
