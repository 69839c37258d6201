"""Everything a scenario depends on, taken from what is recorded (测算输入): courts, forecasts, hours, settings, sources.

A court whose staffing or forecast nobody has told is left out and named: a need is never guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max

from catalogues.selectors import QUOTA, editions_key, law_in_use
from courts.models import Court
from courts.reach import court_and_below
from quota.inputs import SETTINGS
from quota.measured import betas_in_use, hours_by_kind, measurement_in_use
from quota.models import CourtFigure, FilingForecast, Measurement
from quota.vacancies import seats_before, sitting_in

#: The columns of a court's figures, by the factor of the catalogue.
FACTORS = {
    "area": "area", "pop": "population", "gdp": "gdp", "eth": "minorities", "exp": "experience", "closed": "closed",
}  # fmt: skip
INTERMEDIATE, BASIC = 3, 4
NO_FIGURES, NO_FORECAST = "没有登记核定编制等概况", "没有收案预测"
OLD_FORECAST = "收案预测的期间已过，须重新预测"


@dataclass(frozen=True)
class Gathered:
    """``inputs`` as the calculation reads them; ``left_out``: courts that cannot be calculated, and why."""

    inputs: dict[str, Any]
    left_out: tuple[tuple[Court, str], ...]


def gather_inputs(court: Court, year: int, on: date) -> Gathered:
    """The inputs for the court and all below it, in organisational order, as they are known on a day."""
    courts = courts_planned_for(court)
    ids = [each.pk for each in courts]
    figures, forecasts = figures_of(ids, year), forecasts_of(ids, on)
    why = {each.pk: problem_of(each.pk, figures, forecasts, on) for each in courts}
    known = [each for each in courts if not why[each.pk]]
    quotas = law_in_use().quotas
    hours, measured = hours_of(court, on)
    held = quotas.settings_of(court.pk, on)
    left_out = [(each, why[each.pk]) for each in courts if why[each.pk]]
    inputs = {
        "courts": rows_of(known, year, figures, forecasts, on),
        "hours": hours,
        "settings": {code: held[code] for code in SETTINGS},
        "betas": betas_in_use(court, on, measured),
        "method": "largest_remainder",
        "levels": 1,
        "levers": {},
        "sources": sources_of(court, year, on, known, figures, forecasts, measured)
        | {"left_out": {each.name: reason for each, reason in left_out}},
    }
    return Gathered(inputs, tuple(left_out))


def problem_of(
    court: int, figures: Mapping[int, CourtFigure], forecasts: Mapping[int, list[FilingForecast]], on: date
) -> str:
    """Why a court cannot be calculated; empty when it can."""
    if court not in figures:
        return NO_FIGURES
    if court not in forecasts:
        return NO_FORECAST
    return OLD_FORECAST if is_over(forecasts[court], on) else ""


def courts_planned_for(court: Court) -> list[Court]:
    """The court and all below it that have a code, in organisational order."""
    found = Court.objects.filter(pk__in=court_and_below(court.pk), recognised=True, valid_to=None)
    return list(found.exclude(code=None).select_related("parent").order_by("position", "code"))


def figures_of(courts: Collection[int], year: int) -> dict[int, CourtFigure]:
    """The latest figures of each court that are not of a later year."""
    rows = CourtFigure.objects.filter(court__in=courts, year__lte=year)
    return {row.court_id: row for row in rows.order_by("court_id", "-year").distinct("court_id")}


def forecasts_of(courts: Collection[int], on: date) -> dict[int, list[FilingForecast]]:
    """The forecasts of the day each court was last forecast by then: a kind not forecast any more is none of them."""
    rows = FilingForecast.objects.filter(court__in=courts, made_on__lte=on)
    last = dict(rows.values("court").annotate(day=Max("made_on")).order_by().values_list("court", "day"))
    found: dict[int, list[FilingForecast]] = {}
    for row in rows.filter(made_on__in=set(last.values())).order_by("court_id", "kind"):
        if row.made_on == last[row.court_id]:
            found.setdefault(row.court_id, []).append(row)
    return found


def is_over(forecasts: Sequence[FilingForecast], on: date) -> bool:
    """Whether the year that was forecast has gone by: it says nothing of the one to come."""
    row = forecasts[0]
    years, month = divmod(row.first_month.month - 1 + len(row.values), 12)
    return date(row.first_month.year + years, month + 1, 1) <= on


def rows_of(
    courts: Sequence[Court],
    year: int,
    figures: Mapping[int, CourtFigure],
    forecasts: Mapping[int, list[FilingForecast]],
    on: date,
) -> list[dict[str, Any]]:
    ids = [court.pk for court in courts]
    sitting, seats = sitting_in(ids, on), seats_before(ids, year)
    return [
        {
            "code": court.code, "name": court.name, "level": court.level, "group": group_of(court),
            "staffing": figures[court.pk].staffing, "sitting": sitting.get(court.pk, 0),
            "last_seats": seats.get(court.pk),
            "context": {name: getattr(figures[court.pk], column) for name, column in FACTORS.items()},
            "forecast": {row.kind: expected(row) for row in forecasts[court.pk]},
        }
        for court in courts
    ]  # fmt: skip


def group_of(court: Court) -> str:
    """The prefecture (地级): an intermediate court and the basic courts under it; any other court is one of its own."""
    above = (
        court.parent
        if court.level == BASIC and court.parent and court.parent.level == INTERMEDIATE
        else court
    )
    return str(above.code or court.code)


def expected(row: FilingForecast) -> dict[str, Any]:
    """The months, their sum, and an interval that holds it."""
    return {
        "monthly": row.values,
        "total": row.total,
        "low": max(min(row.total_low, row.total), 0.0),
        "high": max(row.total_high, row.total),
    }


# --- hours ---------------------------------------------------------------------------------------------------------
def hours_of(court: Court, on: date) -> tuple[dict[str, float], Measurement | None]:
    """Hours of every kind filings are forecast in: as last measured for the court or one above it, else the catalogue's."""
    found = measurement_in_use(court)
    return hours_by_kind(court, on, found), found


# --- where it comes from -------------------------------------------------------------------------------------------
def sources_of(
    court: Court,
    year: int,
    on: date,
    courts: Sequence[Court],
    figures: Mapping[int, CourtFigure],
    forecasts: Mapping[int, list[FilingForecast]],
    measured: Measurement | None,
) -> dict[str, Any]:
    """Editions, years and days: what an auditor needs to find the same numbers again."""
    return {
        "court": court.code,
        "year": year,
        "on": on.isoformat(),
        "editions": editions_key(QUOTA),
        "figures": {str(each.code): [figures[each.pk].year, figures[each.pk].source] for each in courts},
        "forecasts": {
            str(each.code): max(row.made_on for row in forecasts[each.pk]).isoformat() for each in courts
        },
        "hours": measured.pk if measured else "catalogue",
    }
