"""What the pages about studies, forecasts and figures show: courts in organisational order, sums and never a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from catalogues.fields import PROCEDURES
from catalogues.quota_fields import CASE_TYPES
from catalogues.selectors import law_in_use
from courts.models import Court, User
from courts.roles import Permission
from quota.filings import months_from
from quota.forecast_charts import Chart, forecast_chart
from quota.kinds import Kinds
from quota.models import CellHours, CourtFigure, FilingForecast, Measurement, Study
from quota.models.weights import CLASSES
from quota.people_page import courts_seen
from quota.reach import region_of

METHODS = {
    "both": _("季节均值与指数平滑的平均"),
    "smoothing": _("指数平滑（Holt–Winters）"),
    "seasonal_trend": _("近三年季节均值加趋势（Theil–Sen）"),
    "mean": _("均值"),
    "level": _("近期水平"),
}
NOTES = {
    "short": _("历史不足两年，看不出季节，区间较宽"),
    "gaps": _("有的月份没有数据，已按邻近年份同月估计"),
    "untried": _("历史太短，无法回测"),
    "widened": _("年度合计的区间以往偏窄，已按以往年度合计的误差放宽"),
    "not_better": _("回测误差不小于“同上月”或者“同上年同月”，请谨慎使用"),
}


def plans_for(user: User, court_id: int) -> bool:
    return court_id in region_of(user, Permission.PLAN_QUOTA)


# --- studies and measurements ----------------------------------------------------------------------------------------
def studies_seen(user: User) -> QuerySet[Study]:
    return Study.objects.filter(court__in=region_of(user, Permission.SEE_QUOTA)).select_related("court")


def measurements_seen(user: User) -> QuerySet[Measurement]:
    seen = region_of(user, Permission.SEE_QUOTA)
    return Measurement.objects.filter(court__in=seen).select_related("court", "study", "asked_by")


def with_counts(studies: QuerySet[Study]) -> QuerySet[Study]:
    """How much was written down in each; how many people, and never who."""
    return studies.annotate(
        entry_count=Count("entries"),
        case_count=Count("entries__number", distinct=True),
        people_count=Count("entries__person_no", distinct=True),
        minute_sum=Sum("entries__minutes"),
    ).order_by("-starts_on", "name", "pk")


@dataclass(frozen=True)
class CellLine:
    """A kind of case in words, with what was measured of it."""

    words: str
    cell: CellHours


def cell_lines(measurement: Measurement) -> tuple[list[CellLine], list[CellLine]]:
    """The kinds needs are counted in, in the order of the catalogue; then the cells, from wide to narrow."""
    kinds = kinds_of(measurement.court_id, measurement.asked_at.date()).by_code
    cells = list(measurement.cells.order_by("case_type", "procedure", "klass", "group"))
    by_code = {cell.procedure: cell for cell in cells if cell.procedure in kinds}
    return (
        [CellLine(kind.name, by_code[code]) for code, kind in kinds.items() if code in by_code],
        [CellLine(words_of(cell), cell) for cell in cells if cell.procedure not in kinds],
    )


def words_of(cell: CellHours) -> str:
    parts = [
        CASE_TYPES.get(cell.case_type, cell.case_type),
        PROCEDURES.get(cell.procedure, cell.procedure),
        dict(CLASSES).get(cell.klass, cell.klass),
        cell.group.rpartition("/")[2],
    ]
    return " · ".join(str(part) for part in parts if part)


def kinds_of(court_id: int, on: date) -> Kinds:
    return Kinds(law_in_use().quotas.hours_of(court_id, on))


@dataclass(frozen=True)
class ElementLine:
    case_type: str
    name: str
    n: int
    minutes: float
    frequency: float


def element_lines(measurement: Measurement) -> list[ElementLine]:
    names = law_in_use().quotas.elements_of(measurement.court_id, measurement.asked_at.date())
    return [
        ElementLine(
            CASE_TYPES.get(case_type, case_type),
            names[code].name if code in names else code,
            n,
            minutes,
            often,
        )
        for case_type, elements in measurement.card.get("elements", {}).items()
        for code, n, minutes, often in elements
    ]


# --- forecasts -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ForecastLine:
    """One kind at one court: what was filed in the last twelve months, what is forecast, and how wrong that was before."""

    row: FilingForecast
    name: str
    past: float
    notes: list[Any]
    backtest: Mapping[str, Any]

    @property
    def coverage(self) -> float | None:
        share = self.backtest.get("coverage")
        return None if share is None else 100 * share

    @property
    def total_coverage(self) -> float | None:
        share = self.backtest.get("total_coverage")
        return None if share is None else 100 * share

    @property
    def method(self) -> Any:
        return METHODS.get(self.row.method, self.row.method)


def forecast_lines(rows: Sequence[FilingForecast], kinds: Kinds) -> list[ForecastLine]:
    return [
        ForecastLine(
            row,
            kinds.by_code[row.kind].name if row.kind in kinds.by_code else row.kind,
            sum(count or 0 for count in row.history[-12:]),
            [NOTES[note] for note in row.backtest.get("notes", ()) if note in NOTES],
            row.backtest,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Month:
    on: date
    count: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None


def months_of(row: FilingForecast) -> list[Month]:
    """The last two years as counted, then the twelve months ahead."""
    past, ahead = months_around(row)
    counted = [Month(month, count) for month, count in zip(past, row.history, strict=True)][-24:]
    return counted + [
        Month(month, None, value, low, high)
        for month, value, low, high in zip(ahead, row.values, row.low, row.high, strict=True)
    ]


def months_around(row: FilingForecast) -> tuple[list[date], list[date]]:
    months = row.first_month.year * 12 + row.first_month.month - 1 - len(row.history)
    first = date(months // 12, months % 12 + 1, 1)
    found = months_from(first, len(row.history) + len(row.values))
    return found[: len(row.history)], found[len(row.history) :]


def chart_of(row: FilingForecast) -> Chart:
    past, ahead = months_around(row)
    known = next((place for place, count in enumerate(row.history) if count is not None), 0)
    return forecast_chart([*past[known:], *ahead], row.history[known:], row.values, row.low, row.high)


# --- figures -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class FigureLine:
    court: Court
    row: CourtFigure | None


def figure_lines(courts: Sequence[Court], year: int) -> list[FigureLine]:
    rows = {
        row.court_id: row
        for row in CourtFigure.objects.filter(court__in=[court.pk for court in courts], year=year)
    }
    return [FigureLine(court, rows.get(court.pk)) for court in courts]


def years_known(user: User) -> list[int]:
    found = CourtFigure.objects.filter(court__in=courts_seen(user)).values_list("year", flat=True)
    return sorted(set(found), reverse=True)
