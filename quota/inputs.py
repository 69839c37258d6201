"""The inputs of a scenario (情景输入), read from plain JSON: everything the result depends on, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalogues.quota_checks import SETTINGS as RANGES
from predicates.problems import misread
from quota.allocation import METHODS
from quota.need import CourtInput
from quota.reading import choice, listed, mapping, number, numbers, text, whole

#: The settings a scenario is calculated with, by their codes in the catalogue.
SETTINGS = (
    "judge_days_per_year", "case_hours_per_day", "cap_ratio", "court_floor", "ceiling_ratio", "reserve_ratio",
    "adjustment_low", "adjustment_high", "change_limit", "pressure_high", "pressure_low",
)  # fmt: skip
#: Signs may be negative: experience lowers the need.
BETA_LEAST = -10.0


@dataclass(frozen=True)
class Expected:
    """Filings of one type in the year to come, and the ends of their interval (预测与80%区间)."""

    total: float
    low: float
    high: float


@dataclass(frozen=True)
class Given:
    """A court of the scenario: ``base`` without a forecast, which is kept with its interval."""

    base: CourtInput
    name: str
    expected: Mapping[str, Expected]


@dataclass(frozen=True)
class Inputs:
    """Everything there is to know; ``courts`` in the order of the organisation (机构序)."""

    courts: tuple[Given, ...]
    hours: Mapping[str, float]
    settings: Mapping[str, float]
    betas: Mapping[str, float]
    method: str
    levels: int
    levers: Mapping[str, Any] = field(default_factory=dict)


def read_inputs(document: Mapping[str, Any]) -> Inputs:
    """``Misread`` says where the document is wrong; what it holds beside these fields (``sources``) is kept in the digest."""
    body = mapping(document)
    hours = numbers(_needed(body, "hours"), None, "type of case", "案件类型", "hours")
    betas = numbers(_needed(body, "betas"), None, "circumstance", "因素", "betas", least=BETA_LEAST)
    courts = tuple(
        _court(each, place, hours, betas)
        for place, each in enumerate(listed(_needed(body, "courts"), "courts"))
    )
    _refuse_twice(courts)
    return Inputs(
        courts=courts,
        hours=hours,
        settings=_settings(_needed(body, "settings")),
        betas=betas,
        method=choice(body.get("method", "largest_remainder"), "method", "分配方法", METHODS, "method"),
        levels=whole(body.get("levels", 1), "levels", least=1, most=2),
        levers=mapping(body.get("levers") or {}, "levers"),
    )


def _needed(body: Mapping[str, Any], name: str) -> Any:
    if body.get(name) is None:
        raise misread("missing; give it", "缺少这一项", name)
    return body[name]


def _settings(value: Any) -> dict[str, float]:
    body = mapping(value, "settings")
    for code in SETTINGS:
        if code not in body:
            raise misread("missing; give it", "缺少这一项", "settings", code)
    return {
        code: number(body[code], "settings", code, least=RANGES[code].least, most=RANGES[code].most)
        for code in SETTINGS
    }


def _court(value: Any, place: int, hours: Mapping[str, float], betas: Mapping[str, float]) -> Given:
    at = ("courts", place)
    body = mapping(value, *at)
    expected = {
        kind: _expected(each, *at, "forecast", kind)
        for kind, each in mapping(body.get("forecast") or {}, *at, "forecast").items()
    }
    for kind in expected:
        choice(kind, "type of case", "案件类型", hours, *at, "forecast", kind)
    last = body.get("last_seats")
    base = CourtInput(
        code=text(body.get("code"), *at, "code"),
        forecast={},
        context=_context(body.get("context") or {}, betas, *at, "context"),
        staffing=whole(body.get("staffing", 0), *at, "staffing"),
        sitting=whole(body.get("sitting", 0), *at, "sitting"),
        last_seats=None if last is None else whole(last, *at, "last_seats"),
        group=text(body.get("group", ""), *at, "group"),
        level=whole(body.get("level", 0), *at, "level", most=9),
    )
    return Given(base, text(body.get("name", base.code), *at, "name"), expected)


def _context(value: Any, betas: Mapping[str, float], *path: str | int) -> dict[str, float | None]:
    body = mapping(value, *path)
    for factor in body:
        choice(factor, "circumstance", "因素", betas, *path, factor)
    return {name: None if each is None else number(each, *path, name) for name, each in body.items()}


def _expected(value: Any, *path: str | int) -> Expected:
    """``{"monthly": [..], "low": x, "high": x}`` or ``{"total": x, ..}``; without an interval, the number itself."""
    if not isinstance(value, Mapping):
        total = number(value, *path)
        return Expected(total, total, total)
    months = listed(value.get("monthly", []), *path, "monthly")
    counts = [number(each, *path, "monthly", place) for place, each in enumerate(months)]
    total = number(value["total"], *path, "total") if "total" in value else math.fsum(counts)
    low, high = (number(value.get(end, total), *path, end) for end in ("low", "high"))
    if not low <= total <= high:
        raise misread(
            f"the interval {low:g} to {high:g} does not hold {total:g}", "区间不包含预测值本身", *path
        )
    return Expected(total, low, high)


def _refuse_twice(courts: Iterable[Given]) -> None:
    seen: set[str] = set()
    for place, court in enumerate(courts):
        if court.base.code in seen:
            raise misread(
                f'"{court.base.code}" stands twice; keep one', f"“{court.base.code}”重复", "courts", place
            )
        seen.add(court.base.code)
    if not seen:
        raise misread("holds no court; give at least one", "没有法院", "courts")
