"""Forecasts of filings (收案预测) by court and kind: made every month and when asked for, kept with the day they were made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from audit import trail
from catalogues.selectors import law_in_use
from courts.models import Court, User
from courts.roles import Permission
from forecasts.seasonal import Forecast, forecast
from quota.filings import History, histories, months_from, working_days
from quota.models import FilingForecast
from quota.reach import region_of

MONTHS = 12
LEVEL = 0.80
ACT = "quota.forecast_filings"
NOT_YOURS = "您不能为这一法院作收案预测，请由该院或者上级法院政治部办理。"


@transaction.atomic
def forecast_filings(*, courts: Collection[Court], on: date, by: User | None, at: datetime) -> int:
    """The next twelve months of these courts, by kind; how many forecasts. Made again on the same day, they replace it."""
    refuse_strangers(courts, by)
    found = histories([court.pk for court in courts], before=on)
    rows = [row for court_id, history in found.items() for row in forecast_court(court_id, history, on)]
    # Two who forecast the same court on one day: the second waits, and replaces what the first made.
    list(Court.objects.select_for_update(no_key=True).filter(pk__in=found).order_by("pk"))
    FilingForecast.objects.filter(court__in=found, made_on=on).delete()
    FilingForecast.objects.bulk_create(rows)
    told = {"courts": [court.code for court in courts], "on": str(on), "made": len(rows)}
    trail.record(ACT, by=by, at=at, after=told)
    return len(rows)


def refuse_strangers(courts: Collection[Court], by: User | None) -> None:
    if by is None:
        return
    allowed = region_of(by, Permission.PLAN_QUOTA)
    for court in courts:
        if court.pk not in allowed:
            raise trail.Refused(NOT_YOURS, act=ACT, on=court, by=by)


def forecast_court(court_id: int, history: History, on: date) -> list[FilingForecast]:
    """One forecast a kind, in the order of the catalogue; not kept yet."""
    many = max((len(line) for line in history.counts.values()), default=0)
    months = months_from(history.first, many + MONTHS)
    days = working_days(law_in_use().calendar(court_id), months)
    rows = []
    for kind, counts in history.counts.items():
        found = forecast(counts, horizon=MONTHS, level=LEVEL, days=days)
        rows.append(_row(court_id, kind, on, months[many], counts, found, by_days=days is not None))
    return rows


def _row(
    court_id: int,
    kind: str,
    on: date,
    first: date,
    counts: list[float | None],
    found: Forecast,
    *,
    by_days: bool,
) -> FilingForecast:
    shown = asdict(found.backtest) if found.backtest else {}
    return FilingForecast(
        court_id=court_id, kind=kind, made_on=on, first_month=first, history=counts,
        values=rounded(found.values), low=rounded(found.low), high=rounded(found.high),
        total=round(found.total, 3), total_low=round(found.total_low, 3), total_high=round(found.total_high, 3),
        method=found.method,
        backtest={**shown, "notes": list(found.notes), "level": found.level, "by_days": by_days},
    )  # fmt: skip


def rounded(values: tuple[float, ...]) -> list[float]:
    """To a thousandth of a case: what any machine computes alike."""
    return [round(value, 3) for value in values]


def latest_forecasts(court_ids: Collection[int]) -> dict[int, list[FilingForecast]]:
    """The forecasts of the day each court was last forecast, by court; kinds in the order they were made."""
    last = dict(
        FilingForecast.objects.filter(court__in=court_ids)
        .values("court")
        .annotate(last=Max("made_on"))
        .values_list("court", "last")
    )
    found: dict[int, list[FilingForecast]] = {}
    if last:
        for row in FilingForecast.objects.filter(court__in=last, made_on__in=set(last.values())).order_by(
            "pk"
        ):
            if row.made_on == last[row.court_id]:
                found.setdefault(row.court_id, []).append(row)
    return found
