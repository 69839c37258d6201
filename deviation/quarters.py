"""Quarters (季度), the periods of what is told of groups: «2026-Q2». Pure."""

from __future__ import annotations

from datetime import date, timedelta


def quarter_of(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def first_day(quarter: str) -> date:
    return date(int(quarter[:4]), 3 * int(quarter[6:]) - 2, 1)


def last_day(quarter: str) -> date:
    return first_day(quarter_of(first_day(quarter) + timedelta(100))) - timedelta(1)


def latest_over(day: date) -> str:
    """The latest quarter whose last day is not after ``day``."""
    this = quarter_of(day)
    return this if last_day(this) == day else quarter_of(first_day(this) - timedelta(1))


def up_to(quarter: str, count: int) -> list[str]:
    """So many quarters in a row, oldest first, the last of them ``quarter``."""
    found = [quarter]
    while len(found) < count:
        found.append(quarter_of(first_day(found[-1]) - timedelta(1)))
    return found[::-1]
