"""How many judges a court's cases ask for (员额需求): hours of work over the hours of a judge, moved by its circumstances.

Plain floats and ``math.fsum``: the same inputs give the same bytes on every machine, in whatever order they come.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches


class Unknown(ValueError):
    """A type of case without hours, or a factor without a weight; the sentence names the court and the nearest known."""


@dataclass(frozen=True)
class CourtInput:
    """What is known of a court: expected filings by type, circumstances, staffing (核定编制), judges in post."""

    code: str
    forecast: Mapping[str, float]
    context: Mapping[str, float | None] = field(default_factory=dict)
    staffing: int = 0
    sitting: int = 0
    last_seats: int | None = None
    group: str = ""
    level: int = 0


@dataclass(frozen=True)
class Part:
    """What one circumstance does to the need: ``effect`` = beta × (x / mean − 1); nought where x is not known."""

    factor: str
    x: float | None
    mean: float | None
    beta: float
    effect: float


@dataclass(frozen=True)
class Need:
    """``need`` = ``raw`` × ``adjustment``; ``unclipped`` is the adjustment before its bounds."""

    hours: float
    raw: float
    adjustment: float
    need: float
    unclipped: float
    parts: tuple[Part, ...]


def needs(
    courts: Sequence[CourtInput],
    *,
    hours_per_case: Mapping[str, float],
    judge_year_hours: float | Mapping[str, float],
    betas: Mapping[str, float],
    low: float,
    high: float,
) -> dict[str, Need]:
    """The need of every court, by code, in the order given. ``judge_year_hours``: one number, or one for each court."""
    means = {factor: _mean(courts, factor) for factor in betas}
    return {
        court.code: _need(
            court,
            hours_of(court, hours_per_case),
            judge_year_hours if isinstance(judge_year_hours, int | float) else judge_year_hours[court.code],
            _parts(court, betas, means),
            (low, high),
        )
        for court in courts
    }


def hours_of(court: CourtInput, hours_per_case: Mapping[str, float]) -> float:
    """The hours its expected cases take."""
    for kind in court.forecast:
        if kind not in hours_per_case:
            raise Unknown(f"{court.code}: no hours for cases of type {nearest(kind, hours_per_case)}")
    return math.fsum(count * hours_per_case[kind] for kind, count in court.forecast.items())


def nearest(name: str, known: Mapping[str, object]) -> str:
    """The name, quoted, with the known one it comes nearest to, or with all of them."""
    if near := get_close_matches(name, known, n=1, cutoff=0.5):
        return f'"{name}"; did you mean "{near[0]}"?'
    return f'"{name}"; it must be one of: {", ".join(known)}'


def _need(
    court: CourtInput, hours: float, year: float, parts: tuple[Part, ...], within: tuple[float, float]
) -> Need:
    raw = hours / year
    unclipped = 1 + math.fsum(part.effect for part in parts)
    adjustment = min(max(unclipped, within[0]), within[1])
    return Need(hours, raw, adjustment, raw * adjustment, unclipped, parts)


def _parts(
    court: CourtInput, betas: Mapping[str, float], means: Mapping[str, float | None]
) -> tuple[Part, ...]:
    for factor in court.context:
        if factor not in betas:
            raise Unknown(f"{court.code}: unknown circumstance {nearest(factor, betas)}")
    return tuple(
        _part(factor, court.context.get(factor), means[factor], beta) for factor, beta in betas.items()
    )


def _part(factor: str, x: float | None, mean: float | None, beta: float) -> Part:
    # Nobody differs from a mean of nought, and what is not known moves nothing.
    effect = beta * (x / mean - 1) if x is not None and mean else 0.0
    return Part(factor, x, mean, beta, effect)


def _mean(courts: Sequence[CourtInput], factor: str) -> float | None:
    known = [x for court in courts if (x := court.context.get(factor)) is not None]
    return math.fsum(known) / len(known) if known else None
