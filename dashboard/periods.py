"""Statistical periods (统计期): from a key in the address to two days, and the same period a year earlier."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR = 1990
KEY = re.compile(r"(?P<year>\d{4})(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")
HALVES = ("上半年", "下半年")
QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")


class UnknownPeriod(ValueError):
    """What was asked for is no period: a sentence in Chinese says what is wrong and what would be right."""


@dataclass(frozen=True)
class Period:
    """A statistical period, both days included. ``planned_end`` lies later while the period still runs."""

    key: str
    name: str
    starts_on: date
    ends_on: date
    planned_end: date

    @property
    def is_complete(self) -> bool:
        return self.ends_on == self.planned_end

    @property
    def day_before(self) -> date:
        """The day whose stock is the old stock (旧存) of the period."""
        return self.starts_on - timedelta(days=1)

    @property
    def span(self) -> str:
        return f"{self.starts_on} 至 {self.ends_on}"


def read_period(*, key: str = "", first: str = "", last: str = "", today: date) -> Period:
    """The period an address asks for; this year so far (本年) when it asks for none.

    ``key`` is a year (2026), half (2026H1), quarter (2026Q3) or month (2026-05); ``first`` and ``last`` are days and
    go before it. Raises ``UnknownPeriod``. A period that still runs ends today.
    """
    if first or last:
        return between(read_day(first, "起始日"), read_day(last, "截止日"), today)
    return by_key(key or str(today.year), today)


def by_key(key: str, today: date) -> Period:
    found = KEY.fullmatch(key)
    if not found or not FIRST_YEAR <= int(found["year"]) < date.max.year:
        raise UnknownPeriod(f"没有“{key[:20]}”这个统计期，应写作 2026、2026H1、2026Q3 或 2026-05")
    year = int(found["year"])
    first_month, months, name = months_of(found)
    last_month = first_month + months - 1
    planned = date(year, last_month, monthrange(year, last_month)[1])
    return running(key, f"{year}年{name}", date(year, first_month, 1), planned, today)


def months_of(found: re.Match[str]) -> tuple[int, int, str]:
    """First month, number of months and name of a half, quarter or month; of the whole year otherwise."""
    if found["half"]:
        half = int(found["half"])
        return half * 6 - 5, 6, HALVES[half - 1]
    if found["quarter"]:
        quarter = int(found["quarter"])
        return quarter * 3 - 2, 3, QUARTERS[quarter - 1]
    if found["month"]:
        return int(found["month"]), 1, f"{int(found['month'])}月"
    return 1, 12, ""


def between(first: date, last: date, today: date) -> Period:
    if last < first:
        raise UnknownPeriod(f"截止日 {last} 早于起始日 {first}，请对调")
    if first.year < FIRST_YEAR:
        raise UnknownPeriod(f"统计期最早从 {FIRST_YEAR} 年起")
    return running("", f"{first} 至 {last}", first, last, today)


def running(key: str, name: str, first: date, planned: date, today: date) -> Period:
    if first > today:
        raise UnknownPeriod(f"统计期 {name} 尚未开始，今天是 {today}")
    return Period(key, name, first, min(planned, today), planned)


def read_day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong = f"“{text[:20]}”不是日期" if text else "没有填写"
        raise UnknownPeriod(f"{name}{wrong}，应写作 2026-01-01 这样的格式") from None


def year_earlier(period: Period) -> Period:
    """The same days a year earlier (上年同期); a month's last day stays a month's last day."""
    starts_on, ends_on = a_year_before(period.starts_on), a_year_before(period.ends_on)
    if is_month_end(period.ends_on):
        ends_on = ends_on.replace(day=monthrange(ends_on.year, ends_on.month)[1])
    return Period("", f"{starts_on} 至 {ends_on}", starts_on, ends_on, ends_on)


def a_year_before(day: date) -> date:
    last = monthrange(day.year - 1, day.month)[1]
    return date(day.year - 1, day.month, min(day.day, last))


def is_month_end(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


def latest_complete_half(today: date) -> str:
    """The key of the last half-year that is over."""
    return f"{today.year}H1" if today.month > 6 else f"{today.year - 1}H2"


def choices(today: date) -> list[tuple[str, str]]:
    """The periods one click away, as keys and names: this year first, then what is over most recently."""
    year, quarter = today.year, (today.month + 2) // 3
    half = latest_complete_half(today)
    last_month = date(year, today.month, 1) - timedelta(days=1)
    offered = [
        (str(year), "本年"),
        (half, f"{half[:4]}年{HALVES[int(half[-1]) - 1]}"),
        (f"{year}Q{quarter}", "本季度"),
        (f"{today:%Y-%m}", "本月"),
        (f"{last_month:%Y-%m}", "上月"),
        (str(year - 1), "上年"),
    ]
    if today.month > 6:
        offered.insert(2, (f"{year}H2", "下半年"))
    return offered


@dataclass(frozen=True)
class Month:
    """A calendar month, cut off at the day the statistics end."""

    starts_on: date
    ends_on: date

    @property
    def key(self) -> str:
        return f"{self.starts_on:%Y-%m}"

    @property
    def is_complete(self) -> bool:
        return is_month_end(self.ends_on)


def months_up_to(day: date, count: int = 12) -> list[Month]:
    """That many months, oldest first, the last one cut off at ``day``."""
    found: list[Month] = []
    ends_on = day
    for _ in range(count):
        found.append(Month(ends_on.replace(day=1), ends_on))
        ends_on = ends_on.replace(day=1) - timedelta(days=1)
    return found[::-1]
