"""A scenario (情景测算): inputs in, result out, both plain JSON; the same bytes on every machine, and a digest of either."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from predicates.problems import Misread, misread, shown
from quota.allocation import Allocation, Infeasible, allocate, seats_of, two_level
from quota.canonical import canonical, digest, plain
from quota.inputs import Given, Inputs, read_inputs
from quota.levers import Moved, pull
from quota.limits import Bound, Total, limits, own_ratio_checked, total_seats, within
from quota.need import CourtInput, Need, needs
from quota.pressure import pressure, spread
from quota.reading import whole as whole_number

__all__ = ["Infeasible", "Misread", "Replayed", "bundle", "canonical", "compute", "digest", "replay"]

#: Raised when the same inputs are to give another result.
ENGINE = 2
KIND = "mingjing.quota.scenario"
HIGH, BASIC = 2, 4  # levels of courts (级别)


@dataclass(frozen=True)
class Replayed:
    """What replaying found: whether the inputs are those signed, and whether the result has the same bytes.

    ``engine``: what it was calculated with; another than this one's may rightly give another result.
    """

    inputs_whole: bool
    same: bool
    differs_at: str
    engine: int = ENGINE

    @property
    def holds(self) -> bool:
        return self.inputs_whole and self.same


def compute(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The result of the inputs. ``Misread``: the inputs are wrong; ``Infeasible``: their bounds cannot hold."""
    moved = pull(read_inputs(_settled(inputs)))
    courts = _courts(moved.inputs)
    found = _needs(moved, courts)
    need = {code: each.need for code, each in found.items()}
    bound = _limits(moved, courts)
    total = _total(moved, courts, need, bound)
    shared = _Shared(moved.inputs, courts, total.seats, need, bound)
    rows = [
        _row(given, court, moved.inputs.hours, found[court.code], bound, shared)
        for given, court in zip(moved.inputs.courts, courts, strict=True)
    ]
    result: dict[str, Any] = plain(
        {
            "engine": ENGINE,
            "inputs_digest": digest(inputs),
            "method": moved.inputs.method,
            "levels": moved.inputs.levels,
            "hours": moved.inputs.hours,
            "settings": moved.inputs.settings,
            "totals": _totals(rows, total, courts),
            "pressure": {
                "before": _spread(rows, "pressure_before"),
                "after": _spread(rows, "pressure_after"),
            },
            "courts": rows,
            "groups": shared.groups(),
            "own_ratio": [
                asdict(each)
                for each in own_ratio_checked(courts, shared.seats, high_level=HIGH, basic_level=BASIC)
            ],
        }
    )
    return result


def _settled(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """As they will be read back, so that the order of names, which no digest tells, changes nothing."""
    try:
        found: dict[str, Any] = json.loads(canonical(inputs))
    except ValueError:
        raise misread("holds a number that is not finite; give finite ones", "含有不是有限数的数") from None
    return found


def bundle(inputs: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """What is signed and handed on: anyone can calculate it anew with ``replay``."""
    return {
        "kind": KIND,
        "engine": result.get("engine", ENGINE),
        "inputs": plain(inputs),
        "inputs_digest": digest(inputs),
        "result": plain(result),
        "result_digest": digest(result),
    }


def replay(given: Mapping[str, Any]) -> Replayed:
    """Calculate a bundle anew. ``Misread`` when it is no bundle, or its inputs cannot be calculated with."""
    for name, kind in (("inputs", dict), ("result", dict), ("inputs_digest", str), ("result_digest", str)):
        if not isinstance(given.get(name), kind):
            raise misread("missing; give a bundle as it was exported", "缺少这一项", name)
    if given.get("kind") != KIND:
        raise misread(f'must be "{KIND}", not {shown(given.get("kind"))}', f"应为“{KIND}”", "kind")
    engine = whole_number(given.get("engine"), "engine", least=1)
    whole = digest(given["inputs"]) == given["inputs_digest"]
    again = compute(given["inputs"])
    if differs := _difference(plain(given["result"]), again):
        return Replayed(whole, False, differs, engine)
    same = given["result_digest"] == digest(again)
    return Replayed(whole, same, "" if same else "result_digest", engine)


def _difference(was: Any, now: Any, place: str = "result") -> str:
    """The first place where two JSON values differ; empty when they have the same bytes."""
    if canonical(was) == canonical(now):
        return ""
    if isinstance(was, dict) and isinstance(now, dict) and was.keys() == now.keys():
        return next(
            filter(None, (_difference(was[key], now[key], f"{place} › {key}") for key in sorted(was)))
        )
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        pairs = enumerate(zip(was, now, strict=True), start=1)
        return next(filter(None, (_difference(*pair, f"{place} › {at}") for at, pair in pairs)))
    return place


# --- what is needed ------------------------------------------------------------------------------------------------
def _needs(moved: Moved, courts: Sequence[CourtInput]) -> dict[str, Need]:
    settings = moved.inputs.settings
    year = settings["judge_days_per_year"] * settings["case_hours_per_day"]
    return needs(
        courts,
        hours_per_case=moved.inputs.hours,
        judge_year_hours={code: year * (1 - away) for code, away in moved.away.items()},
        betas=moved.inputs.betas,
        low=settings["adjustment_low"],
        high=settings["adjustment_high"],
    )


def _courts(inputs: Inputs) -> list[CourtInput]:
    return [
        CourtInput(**{**vars(each.base), "forecast": {kind: n.total for kind, n in each.expected.items()}})
        for each in inputs.courts
    ]


def _ends(given: Given, need: Need, hours: Mapping[str, float]) -> tuple[float, float]:
    """The interval of a court's need: the kinds' half widths, in judges, put together as ``_together`` does."""
    judges = need.need / need.hours if need.hours else 0.0
    under = [(n.total - n.low) * hours[kind] * judges for kind, n in given.expected.items()]
    over = [(n.high - n.total) * hours[kind] * judges for kind, n in given.expected.items()]
    return max(need.need - _together(under), 0.0), need.need + _together(over)


def _together(halves: Iterable[float]) -> float:
    """Half the width of a sum of forecasts whose errors have nothing to do with each other (各自独立).

    Adding up the ends would be right only if every kind at every court missed to the same side at once.
    """
    return math.sqrt(math.fsum(half**2 for half in halves))


def _total(
    moved: Moved, courts: Sequence[CourtInput], need: Mapping[str, float], bound: Mapping[str, Bound]
) -> Total:
    found = total_seats(
        sum(court.staffing for court in courts),
        list(need.values()),
        cap_ratio=moved.inputs.settings["cap_ratio"],
        reserve_ratio=moved.inputs.settings["reserve_ratio"],
        policy=moved.seats,
    )
    if moved.seats is not None:  # somebody said how many: what the bounds cannot hold is refused
        return found
    return within(found, sum(each.low for each in bound.values()), sum(each.high for each in bound.values()))


def _limits(moved: Moved, courts: Sequence[CourtInput]) -> dict[str, Bound]:
    settings = moved.inputs.settings
    return limits(
        courts,
        floor=int(settings["court_floor"]),
        ceiling_ratio=settings["ceiling_ratio"],
        change_limit=settings["change_limit"],
        change_step=moved.change_step,
        keep_sitting=True,
    )


# --- how it is shared ----------------------------------------------------------------------------------------------
class _Shared:
    """One level and two levels side by side (一级与两级分配对照); the one chosen counts."""

    def __init__(
        self,
        inputs: Inputs,
        courts: Sequence[CourtInput],
        total: int,
        need: Mapping[str, float],
        bound: Mapping[str, Bound],
    ) -> None:
        low = {code: each.low for code, each in bound.items()}
        high = {code: each.high for code, each in bound.items()}
        self.of = {court.code: court.group or court.code for court in courts}
        sitting = [code for code, each in bound.items() if each.low_from == "sitting"]
        self.one = allocate(total, need, low=low, high=high, method=inputs.method, sitting=sitting)
        self.upper, self.lower = two_level(
            total, need, groups=self.of, low=low, high=high, method=inputs.method
        )
        self.two = seats_of(self.lower, need)
        self.seats = self.one.seats if inputs.levels == 1 else self.two
        self.levels = inputs.levels

    def allocation_of(self, code: str) -> Allocation:
        return self.one if self.levels == 1 else self.lower[self.of[code]]

    def groups(self) -> list[dict[str, Any]]:
        return [
            {
                "group": group,
                "need": self.upper.needs[group],
                "low": self.upper.low[group],
                "high": self.upper.high[group],
                "seats_one_level": sum(self.one.seats[code] for code in within.seats),
                "seats_two_level": seats,
            }
            for (group, seats), within in zip(self.upper.seats.items(), self.lower.values(), strict=True)
        ]


# --- what is said of it --------------------------------------------------------------------------------------------
def _row(
    given: Given,
    court: CourtInput,
    hours: Mapping[str, float],
    need: Need,
    bound: Mapping[str, Bound],
    shared: _Shared,
) -> dict[str, Any]:
    code, (low80, high80) = court.code, _ends(given, need, hours)
    held = court.sitting if court.last_seats is None else court.last_seats
    seats = shared.seats[code]
    return {
        "code": code, "name": given.name, "group": shared.of[code], "level": court.level,
        "staffing": court.staffing, "sitting": court.sitting, "last_seats": court.last_seats,
        **asdict(need), "low80": low80, "high80": high80,
        "cases": [
            {"type": kind, "count": n, "hours_per_case": hours[kind], "hours": n * hours[kind]}
            for kind, n in court.forecast.items()
        ],
        "seats": seats, "seats_one_level": shared.one.seats[code], "seats_two_level": shared.two[code],
        **asdict(bound[code]), "step": asdict(shared.allocation_of(code).steps[code]),
        "pressure_before": pressure(need.need, held), "pressure_after": pressure(need.need, seats),
    }  # fmt: skip


def _totals(rows: Sequence[Mapping[str, Any]], total: Total, courts: Sequence[CourtInput]) -> dict[str, Any]:
    sums = {name: math.fsum(row[name] for row in rows) for name in ("hours", "raw", "need")}
    return {
        **sums,
        "low80": max(sums["need"] - _together(row["need"] - row["low80"] for row in rows), 0.0),
        "high80": sums["need"] + _together(row["high80"] - row["need"] for row in rows),
        **asdict(total),
        "staffing": sum(court.staffing for court in courts),
        "sitting": sum(court.sitting for court in courts),
        "capped": total.asked > total.cap,
    }


def _spread(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    return asdict(spread([row[name] for row in rows if row[name] is not None]))
