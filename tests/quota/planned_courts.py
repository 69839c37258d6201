"""Courts whose figures and forecasts are known, so that seats can be calculated for them."""

from datetime import date

from django.utils import timezone

from courts.models import Court
from quota.models import CourtFigure, FilingForecast
from quota.scenarios import make_scenario

TODAY = date(2026, 6, 30)
KINDS = {"civ_sum": 1200, "civ_ord": 300, "cri_sum": 150, "cri_ord": 80, "adm": 40, "enf": 1000}


def describe(court: Court, *, staffing: int = 60, year: int = 2026, **factors) -> CourtFigure:
    about = {
        "area": 2000.0,
        "population": 50.0,
        "gdp": 4.0,
        "minorities": 0.2,
        "experience": 8.0,
        "closed": 180.0,
    }
    return CourtFigure.objects.create(
        court=court, year=year, staffing=staffing, source="统计年鉴", entered_at=timezone.now(), **(about | factors)
    )  # fmt: skip


def foresee(court: Court, *, times: float = 1.0, made_on: date = date(2026, 6, 1)) -> None:
    for kind, count in KINDS.items():
        total = count * times
        months = [total / 12] * 12
        FilingForecast.objects.create(
            court=court, kind=kind, made_on=made_on, first_month=date(2026, 7, 1), values=months, low=months, high=months,
            total=total, total_low=total * 0.9, total_high=total * 1.1, method="seasonal",
        )  # fmt: skip


def region(upper: Court, count: int = 3) -> list[Court]:
    """The court and ``count`` courts right under it, each with figures and a forecast of its own size."""
    below = list(
        Court.objects.filter(parent=upper, recognised=True).exclude(code=None).order_by("position", "code")
    )
    courts = [upper, *below[:count]]
    for place, court in enumerate(courts, start=1):
        describe(court, staffing=50 + 20 * place, area=1000.0 * place)
        foresee(court, times=0.6 + 0.4 * place)
    return courts


def make(court: Court, by, name: str = "基准测算", **about):
    return make_scenario(
        **{"court": court, "year": 2026, "name": name, "by": by, "at": timezone.now()} | about
    )
