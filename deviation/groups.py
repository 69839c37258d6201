"""Courts and divisions beside what their mix of cases leads one to expect (案件构成调整后的差异). Pure.

A unit is measured by the mean residual of its cases, drawn towards the others as far as chance explains the distance
(partial pooling). Nothing is said of one period: only a unit beyond the usual variation, on the same side, in every one of
several consecutive periods is. Where most units are, the cause is common to them and none is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from deviation.residuals import (
    NORMAL_95,
    Floats,
    Interval,
    Residual,
    held_in,
    may_be_shown,
    sizes_of,
)

#: From this share of the units on, a difference is of the team and not of a unit.
COMMON = 0.6
Side = Literal["higher", "lower", ""]


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit in the latest period. ``persistent`` is the side it was beyond in all periods asked for, "" otherwise.

    ``periods`` is how many consecutive periods up to the latest had enough cases; with fewer than asked for, nothing is said.
    """

    unit: str
    mean: Interval
    persistent: Side
    periods: int
    course: tuple[tuple[str, Interval], ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """The units that may be shown, in the order given. ``common``: most lie beyond on one side, so none is named.

    ``expected_once`` units would lie beyond the usual variation in one period if none differed, ``expected_false`` in all.
    """

    period: str
    standings: tuple[Standing, ...]
    common: Side
    persistence: int
    expected_once: float
    expected_false: float
    quartiles: tuple[float, float, float] | None


def survey(
    residuals: Iterable[Residual],
    *,
    units: Sequence[str],
    periods: Sequence[str],
    min_group: int,
    persistence: int = 3,
    narrow: Collection[tuple[str, str]] = (),
) -> Survey:
    """Look at the units over the periods, oldest first; the last is the one shown. ``units`` are in their own order.

    ``narrow`` are units and periods that would tell of few people: hidden, however many cases they have.
    """
    rows = list(residuals)
    by_period = {period: [row for row in rows if row.period == period] for period in periods}
    looked = {
        period: _look(by_period[period], min_group, {unit for unit, when in narrow if when == period})
        for period in periods
    }
    latest = periods[-1]
    shown = [unit for unit in units if unit in looked[latest].means]
    common = _common(looked[latest])
    standings = [_standing(unit, periods, looked, persistence, common) for unit in shown]
    values = held_in(row.value for row in by_period[latest])
    return Survey(
        period=latest,
        standings=tuple(standings),
        common=common,
        persistence=persistence,
        expected_once=expected_once(len(shown)),
        expected_false=expected_false(sum(each.periods >= persistence for each in standings), persistence),
        quartiles=_quartiles(values) if len(values) >= min_group else None,
    )


def expected_once(units: int) -> float:
    """How many of so many units would lie beyond the usual variation in one period if none differed."""
    return 0.05 * units


def expected_false(units: int, persistence: int) -> float:
    """How many would lie beyond it on one side in every one of the periods if none differed."""
    return 2 * 0.025**persistence * units


@dataclass(frozen=True, slots=True)
class _Look:
    """One period: the pooled means of the units that may be shown, the side each is beyond."""

    means: Mapping[str, Interval]
    sides: Mapping[str, Side]


def _look(rows: list[Residual], min_group: int, narrow: Collection[str]) -> _Look:
    shown = sorted(may_be_shown(sizes_of(row.unit for row in rows), min_group, narrow))
    if not shown:
        return _Look({}, {})
    values = held_in(row.value for row in rows)
    names = np.asarray([row.unit for row in rows])
    groups = [values[names == unit] for unit in shown]
    means = np.asarray([group.mean() for group in groups])
    errors = _errors(groups)
    pooled = partial_pooling(means, errors)
    sides = _sides(means, errors)
    return _Look(
        {
            unit: Interval(len(group), float(value), float(value - half), float(value + half))
            for unit, group, value, half in zip(shown, groups, *pooled, strict=True)
        },
        dict(zip(shown, sides, strict=True)),
    )


def _errors(groups: list[Floats]) -> Floats:
    """The squared standard error of each mean, from the variance common to all groups."""
    within = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    degrees = sum(len(group) - 1 for group in groups)
    variance = within / degrees if degrees > 0 else 0.0
    return np.asarray([max(variance, 1e-12) / len(group) for group in groups])


def between(means: Floats, errors: Floats) -> float:
    """The variance between units beyond that of their errors (DerSimonian and Laird), at least 0."""
    if len(means) < 2:
        return 0.0
    weights = 1 / errors
    centre = float((weights * means).sum() / weights.sum())
    excess = float((weights * (means - centre) ** 2).sum()) - (len(means) - 1)
    return max(excess / float(weights.sum() - (weights**2).sum() / weights.sum()), 0.0)


def partial_pooling(means: Floats, errors: Floats) -> tuple[Floats, Floats]:
    """Each mean drawn towards the common one, and half its 95 % interval.

    Averaged over what the variance between units may be, so that few units do not make a false certainty.
    """
    if len(means) < 2:
        return means, NORMAL_95 * np.sqrt(errors)
    widths = np.linspace(0, 2 * float(np.sqrt(np.median(errors)) + np.std(means)), 60)
    weights = 1 / (errors[None, :] + widths[:, None] ** 2)
    centre = (weights * means).sum(1) / weights.sum(1)
    distance = (weights * (means - centre[:, None]) ** 2).sum(1)
    log_weight = 0.5 * np.log(weights).sum(1) - 0.5 * np.log(weights.sum(1)) - 0.5 * distance
    chance = np.exp(log_weight - log_weight.max())
    chance /= chance.sum()
    keep = widths[:, None] ** 2 * weights
    value = keep * means + (1 - keep) * centre[:, None]
    variance = keep * errors + (1 - keep) ** 2 / weights.sum(1)[:, None]
    pooled = chance @ value
    total = chance @ (variance + (value - pooled) ** 2)
    return pooled, NORMAL_95 * np.sqrt(total)


def _sides(means: Floats, errors: Floats) -> list[Side]:
    """Which means lie beyond 95 % of what chance and the variation among the other units make usual."""
    sides: list[Side] = []
    for place in range(len(means)):
        others = np.delete(means, place), np.delete(errors, place)
        width = NORMAL_95 * float(np.sqrt(errors[place] + between(*others)))
        sides.append("higher" if means[place] > width else "lower" if means[place] < -width else "")
    return sides


def _common(look: _Look) -> Side:
    count = len(look.sides)
    for side in ("higher", "lower"):
        if count > 1 and sum(each == side for each in look.sides.values()) >= COMMON * count:
            return "higher" if side == "higher" else "lower"
    return ""


def _standing(
    unit: str, periods: Sequence[str], looked: Mapping[str, _Look], persistence: int, common: Side
) -> Standing:
    run: list[Side] = []
    for period in reversed(periods):
        if unit not in looked[period].sides:
            break
        run.append(looked[period].sides[unit])
    asked = run[:persistence]
    lasts = len(asked) == persistence and len(set(asked)) == 1 and not common
    course = tuple((period, looked[period].means[unit]) for period in periods if unit in looked[period].means)
    return Standing(unit, looked[periods[-1]].means[unit], asked[0] if lasts else "", len(run), course)


def _quartiles(values: Floats) -> tuple[float, float, float]:
    low, middle, high = (float(each) for each in np.percentile(values, [25, 50, 75]))
    return low, middle, high
