"""What a scenario changes (情景调节): leave, new judges, a surge of filings, fast tracks, weights, seats and bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from predicates.problems import unknown
from quota.allocation import METHODS
from quota.inputs import Expected, Given, Inputs
from quota.reading import choice, listed, mapping, number, numbers, whole

ALL = "all"
#: A judge who is away all year is not on leave but out of the quota.
MOST_LEAVE = 0.95
MOST_TIMES = 100.0


@dataclass(frozen=True)
class Moved:
    """The inputs after the levers. ``away``: share of judge time lost, by court; ``seats`` None: as many as are needed."""

    inputs: Inputs
    away: Mapping[str, float]
    seats: int | None
    change_step: int


def pull(inputs: Inputs) -> Moved:
    """Every lever in one fixed order, whatever the order in which they are written."""
    for name in inputs.levers:
        if name not in (*CHANGES, *PLAIN):
            raise unknown("lever", "调节项", name, [*CHANGES, *PLAIN], "levers", name)
    moved = inputs
    for name, change in CHANGES.items():
        if (value := inputs.levers.get(name)) is not None:
            moved = change(moved, value)
    given = inputs.levers.get("seats")
    return Moved(
        moved,
        _leave(inputs, _told(inputs, "leave", {})),
        None if given is None else whole(given, "levers", "seats"),
        whole(_told(inputs, "change_step", 0), "levers", "change_step"),
    )


def _told(inputs: Inputs, name: str, unsaid: Any) -> Any:
    value = inputs.levers.get(name)
    return unsaid if value is None else value


def _leave(inputs: Inputs, value: Any) -> dict[str, float]:
    """``{"all": 0.05, "黔01": 0.1}``: what is said of a court goes before what is said of all."""
    shares = {
        code: number(share, "levers", "leave", code, most=MOST_LEAVE)
        for code, share in mapping(value, "levers", "leave").items()
    }
    for code in shares:
        choice(code, "court", "法院", (ALL, *_codes(inputs)), "levers", "leave", code)
    return {code: shares.get(code, shares.get(ALL, 0.0)) for code in _codes(inputs)}


def _new_judges(inputs: Inputs, value: Any) -> Inputs:
    more = numbers(value, _codes(inputs), "court", "法院", "levers", "new_judges")
    added = {code: whole(count, "levers", "new_judges", code) for code, count in more.items()}
    return replace(
        inputs,
        courts=tuple(
            replace(
                court, base=replace(court.base, sitting=court.base.sitting + added.get(court.base.code, 0))
            )
            for court in inputs.courts
        ),
    )


def _surge(inputs: Inputs, value: Any) -> Inputs:
    """``[{"type": "civ_ord" or "all", "ratio": 0.2, "courts": [..] or nothing}]``; a ratio below nought is a fall."""
    for place, each in enumerate(listed(value, "levers", "surge")):
        at = ("levers", "surge", place)
        body = mapping(each, *at)
        kinds = _kinds(inputs, [body.get("type", ALL)], *at, "type")
        times = 1 + number(body.get("ratio"), *at, "ratio", least=-1.0, most=MOST_TIMES)
        inputs = _times(inputs, kinds, times, _some(inputs, body.get("courts"), *at, "courts"))
    return inputs


def _times(inputs: Inputs, kinds: set[str], times: float, codes: set[str]) -> Inputs:
    def changed(court: Given) -> Given:
        if court.base.code not in codes:
            return court
        expected = {
            kind: Expected(n.total * times, n.low * times, n.high * times) if kind in kinds else n
            for kind, n in court.expected.items()
        }
        return replace(court, expected=expected)

    return replace(inputs, courts=tuple(map(changed, inputs.courts)))


def _weights(inputs: Inputs, value: Any) -> Inputs:
    found = numbers(value, inputs.hours, "type of case", "案件类型", "levers", "weights")
    return replace(inputs, hours={**inputs.hours, **found})


def _fast_track(inputs: Inputs, value: Any) -> Inputs:
    """``{"share": 0.6, "hours_ratio": 0.7, "types": ["civ_sum", "cri_sum"]}``: that share takes so much of the hours."""
    at = ("levers", "fast_track")
    body = mapping(value, *at)
    share = number(body.get("share", 0), *at, "share", most=1.0)
    ratio = number(body.get("hours_ratio", 1), *at, "hours_ratio", most=1.0)
    kinds = _kinds(inputs, listed(body.get("types", []), *at, "types"), *at, "types")
    hours = {
        kind: each * (1 - share * (1 - ratio)) if kind in kinds else each
        for kind, each in inputs.hours.items()
    }
    return replace(inputs, hours=hours)


def _setting(code: str, most: float) -> Callable[[Inputs, Any], Inputs]:
    def change(inputs: Inputs, value: Any) -> Inputs:
        return replace(inputs, settings={**inputs.settings, code: number(value, "levers", code, most=most)})

    return change


def _method(inputs: Inputs, value: Any) -> Inputs:
    return replace(inputs, method=choice(value, "method", "分配方法", METHODS, "levers", "method"))


def _levels(inputs: Inputs, value: Any) -> Inputs:
    return replace(inputs, levels=whole(value, "levers", "levels", least=1, most=2))


def _codes(inputs: Inputs) -> list[str]:
    return [court.base.code for court in inputs.courts]


def _kinds(inputs: Inputs, given: list[Any], *path: str | int) -> set[str]:
    known = (ALL, *inputs.hours)
    found = {choice(kind, "type of case", "案件类型", known, *path) for kind in given}
    return set(inputs.hours) if ALL in found else found


def _some(inputs: Inputs, given: Any, *path: str | int) -> set[str]:
    codes = _codes(inputs)
    if given is None:
        return set(codes)
    return {choice(code, "court", "法院", codes, *path) for code in listed(given, *path)}


#: Weights before the fast track, so that the track shortens the hours that hold in the scenario.
CHANGES: dict[str, Callable[[Inputs, Any], Inputs]] = {
    "new_judges": _new_judges,
    "surge": _surge,
    "weights": _weights,
    "fast_track": _fast_track,
    "floor": _setting("court_floor", 1000),
    "ceiling": _setting("ceiling_ratio", 1.0),
    "reserve": _setting("reserve_ratio", 1.0),
    "change_limit": _setting("change_limit", 10.0),
    "method": _method,
    "levels": _levels,
}
PLAIN = ("leave", "seats", "change_step")
