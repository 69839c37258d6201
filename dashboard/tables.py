"""The numbers of the first screen as cells: what is shown, and the case list that holds exactly these cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.charts import Sparkline, sparkline
from dashboard.definitions import DEFINITIONS, QUIET_DAYS, Definition
from dashboard.flow import COUNTS, RATIOS, Flow, figures, shown
from dashboard.periods import Period
from dashboard.risks import Risks
from dashboard.scope import Scope
from dashboard.selectors import MonthFlow, Row

Conditions = dict[str, Any]

#: The filter of the case list behind each number that needs attention.
RISK_FILTERS: dict[str, Conditions] = {
    "near": {"clock": "urgent"},
    "overdue": {"clock": "overdue"},
    "paused": {"clock": "paused"},
    "unknown": {"clock": "unknown"},
    "over_12": {"pending": "12"},
    "over_18": {"pending": "18"},
    "over_36": {"pending": "36"},
    "quiet": {"quiet": QUIET_DAYS},
}


def flow_filter(name: str, period: Period) -> Conditions:
    """The filter of the case list behind each count of the flow."""
    first, last = period.starts_on, period.ends_on
    return {
        "old": {"open_on": period.day_before},
        "new": {"status": "all", "filed_from": first, "filed_to": last},
        "accepted": {"handled_from": first, "handled_to": last},
        "closed": {"closed_from": first, "closed_to": last, "filed_to": last},
        "pending": {"open_on": last},
    }[name]


def case_list(conditions: Conditions) -> str:
    return f"{reverse('cases:list')}?{urlencode(conditions)}"


@dataclass(frozen=True)
class Cell:
    """A number and the address of its cases; a ratio, and a number nobody can list, have none."""

    text: str
    address: str = ""


@dataclass(frozen=True)
class Tile:
    """One number of the first screen with its definition, its change and what it was a year earlier."""

    code: str
    definition: Definition
    cell: Cell
    change: str = ""
    before: Cell | None = None
    tone: str = ""
    parts: tuple[tuple[str, Cell], ...] = ()
    good: str = ""


def place_of(scope: Scope) -> Conditions:
    """The court chosen, as a condition of the case list."""
    return court_condition(scope.chosen) if scope.chosen else {}


def court_condition(court: Any) -> Conditions:
    return {"court": court.code or court.pk}


def place_of_row(scope: Scope, row: Row) -> Conditions | None:
    """Where a line's cases are; None where the case list has no filter for it."""
    if row.is_unassigned:
        return None
    place = place_of(scope)
    if row.court and (scope.by_court or row.division):
        place |= court_condition(row.court)
    if row.division:
        place |= {"division": row.division.pk}
    return place | ({"category": row.category} if row.category else {})


def count_cell(count: int, place: Conditions | None, conditions: Conditions) -> Cell:
    return Cell(shown(count), "" if place is None else case_list(place | conditions))


# --- the flow -----------------------------------------------------------------------------------------
def flow_tiles(now: Flow, before: Flow, period: Period, earlier: Period, scope: Scope) -> list[Tile]:
    place = place_of(scope)
    return [
        Tile(
            code=figure.code,
            definition=DEFINITIONS[figure.code],
            cell=flow_cell(figure.code, now, period, place),
            change=figure.change.text,
            before=flow_cell(figure.code, before, earlier, place),
        )
        for figure in figures(now, before)
    ]


def flow_cell(name: str, flow: Flow, period: Period, place: Conditions | None) -> Cell:
    value = getattr(flow, name)
    return Cell(shown(value)) if name in RATIOS else count_cell(value, place, flow_filter(name, period))


@dataclass(frozen=True)
class Line:
    """A line of a table: where it leads, and its cells."""

    name: str
    address: str
    cells: tuple[Cell, ...]


FLOW_COLUMNS = tuple(DEFINITIONS[name].name for name in (*COUNTS, *RATIOS))
RISKS_SHOWN = (
    ("near", _("临近审限")),
    ("overdue", _("已超审限")),
    ("paused", _("暂停")),
    ("over_12", _("超 12 个月")),
)
RISK_COLUMNS = tuple(name for code, name in RISKS_SHOWN)


def lines(rows: Iterable[Row], period: Period, scope: Scope, *, with_risks: bool) -> list[Line]:
    found = []
    for row in rows:
        place = place_of_row(scope, row)
        cells = [flow_cell(name, row.flow, period, place) for name in (*COUNTS, *RATIOS)]
        if with_risks:
            cells += [
                count_cell(getattr(row.risks, name), place, RISK_FILTERS[name]) for name, label in RISKS_SHOWN
            ]
        found.append(
            Line(row.name, court_page(row, period) if scope.by_court and row.court else "", tuple(cells))
        )
    return found


def court_page(row: Row, period: Period) -> str:
    return f"{reverse('dashboard:home')}?{urlencode(court_condition(row.court) | period_query(period))}"


def period_query(period: Period) -> Conditions:
    """The period as the address says it."""
    return {"period": period.key} if period.key else {"from": period.starts_on, "to": period.planned_end}


# --- what needs attention --------------------------------------------------------------------------------
def risk_tiles(risks: Risks, scope: Scope, doubts: int | None) -> list[Tile]:
    """The tiles of the first row; ``doubts`` is None for those whom they do not concern."""
    place = place_of(scope)

    def tile(code: str, name: str, tone: str, good: str, parts: tuple[tuple[str, Cell], ...] = ()) -> Tile:
        count = getattr(risks, name)
        cell = count_cell(count, place, RISK_FILTERS[name])
        return Tile(
            code, DEFINITIONS[code], cell, tone=tone if count else "", good="" if count else good, parts=parts
        )

    longer = tuple(
        (label, count_cell(getattr(risks, name), place, RISK_FILTERS[name]))
        for name, label in (("over_18", _("超 18 个月")), ("over_36", _("超 36 个月")))
    )
    tiles = [
        tile("overdue", "overdue", "bad", _("今日无超审限案件")),
        tile("near", "near", "warn", _("无临近审限案件")),
        tile("long_pending", "over_12", "warn", _("无超过 12 个月的未结案件"), longer),
        tile("quiet", "quiet", "warn", _("无久未进展的案件")),
        tile("paused", "paused", "", _("无暂停案件")),
    ]
    return tiles if doubts is None else [*tiles, doubts_tile(doubts)]


def doubts_tile(count: int) -> Tile:
    cell = Cell(shown(count), reverse("cases:doubts"))
    return Tile("doubts", DEFINITIONS["doubts"], cell, good="" if count else _("数据疑点已全部处理"))


# --- twelve months ---------------------------------------------------------------------------------------
def month_lines(months: Iterable[MonthFlow], scope: Scope) -> list[Line]:
    place = place_of(scope)
    return [
        Line(
            name=each.month.key
            if each.month.is_complete
            else f"{each.month.key}（至 {each.month.ends_on.day} 日）",
            address="",
            cells=(
                count_cell(each.new, place, within("filed", each) | {"status": "all"}),
                count_cell(each.closed, place, within("closed", each) | {"filed_to": each.month.ends_on}),
                count_cell(each.pending, place, {"open_on": each.month.ends_on}),
            ),
        )
        for each in months
    ]


def within(field: str, each: MonthFlow) -> Conditions:
    return {f"{field}_from": each.month.starts_on, f"{field}_to": each.month.ends_on}


@dataclass(frozen=True)
class Multiple:
    """One unit's twelve months of pending cases, small."""

    name: str
    line: Sparkline

    @property
    def last(self) -> str:
        return shown(self.line.last)

    @property
    def low(self) -> str:
        return shown(self.line.low)

    @property
    def high(self) -> str:
        return shown(self.line.high)


def multiples(rows: Iterable[Row], units: dict[Any, list[MonthFlow]], scope: Scope) -> list[Multiple]:
    """In organisational order; units without cases are left out."""
    found = []
    for row in rows:
        key = (
            row.court.pk if row.court else 0,
            row.division.pk if row.division and not scope.by_court else None,
        )
        drawn = sparkline([month.pending for month in units.get(key, [])])
        if drawn is not None and drawn.high:
            found.append(Multiple(row.name, drawn))
    return found
