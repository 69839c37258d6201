"""The plan of the batch contract ``allocate``: YAML in, an answer out, or a sentence that names the line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml

from predicates.documents import LOADER, Document
from predicates.problems import Misread, misread, unknown
from quota.allocation import METHODS, Infeasible, allocate, seats_of, two_level
from quota.inputs import BETA_LEAST
from quota.limits import cap, limits
from quota.need import CourtInput, Need, needs
from quota.pressure import pressure
from quota.reading import choice, listed, mapping, number, numbers, text, whole

FIELDS = (
    "judge_year_hours", "hours_per_case", "forecast", "context", "staffing", "seats", "floor", "ceiling_ratio", "method",
    "betas", "adj_clip", "cap_ratio", "groups", "sitting",
)  # fmt: skip


@dataclass(frozen=True)
class Defaults:
    """What the catalogues say where a plan does not."""

    floor: int
    ceiling_ratio: float
    cap_ratio: float
    clip: tuple[float, float]
    judge_year_hours: float
    hours_per_case: Mapping[str, float]
    betas: Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """A plan as it is calculated with; ``limited``: whether it asks for the cap to be kept."""

    courts: tuple[CourtInput, ...]
    hours_per_case: Mapping[str, float]
    judge_year_hours: float
    betas: Mapping[str, float]
    clip: tuple[float, float]
    seats: int
    floor: int
    ceiling_ratio: float
    cap_ratio: float
    limited: bool
    keep_sitting: bool
    method: str


def read_plan(document: str, defaults: Defaults) -> Plan:
    """``Misread`` says where and what is wrong; other fields are ignored, unless they look like one mistyped."""
    opened = Document(document)
    if opened.body is None:
        raise misread("line 1: the plan is empty; give forecast, staffing and seats", "没有内容")
    try:
        return _plan(_body(document), defaults)
    except Misread as wrong:
        first = wrong.problems[0]
        line = opened.line_of(first.path)
        raise misread(f"line {line}: {first}", first.chinese) from None


def answer(plan: Plan) -> dict[str, Any]:
    """``Infeasible`` names the bound that cannot hold."""
    found = needs(
        plan.courts,
        hours_per_case=plan.hours_per_case,
        judge_year_hours=plan.judge_year_hours,
        betas=plan.betas,
        low=plan.clip[0],
        high=plan.clip[1],
    )
    need = {code: each.need for code, each in found.items()}
    staffing = sum(court.staffing for court in plan.courts)
    most = cap(staffing, plan.cap_ratio)
    if plan.limited and plan.seats > most:
        raise Infeasible(
            f"{plan.seats} seats are above the cap of {most}, {plan.cap_ratio:g} of the staffing of {staffing}; "
            f"share out at most {most}",
            f"{plan.seats} 名超过员额上限 {most} 名",
        )
    seats, two = _shared(plan, need)
    return {
        "courts": {code: _court(each, seats[code], two.get(code)) for code, each in found.items()},
        "totals": {
            "need": math.fsum(need.values()),
            "seats": sum(seats.values()),
            "staffing": staffing,
            "cap": most,
            "above_cap": plan.seats > most,
        },
        "method": plan.method,
    }


def _shared(plan: Plan, need: Mapping[str, float]) -> tuple[dict[str, int], dict[str, int]]:
    bound = limits(
        plan.courts, floor=plan.floor, ceiling_ratio=plan.ceiling_ratio, keep_sitting=plan.keep_sitting
    )
    low = {code: each.low for code, each in bound.items()}
    high = {code: each.high for code, each in bound.items()}
    sitting = [code for code, each in bound.items() if each.low_from == "sitting"]
    one = allocate(plan.seats, need, low=low, high=high, method=plan.method, sitting=sitting)
    groups = {court.code: court.group for court in plan.courts}
    if not all(groups.values()):
        return one.seats, {}
    _, lower = two_level(plan.seats, need, groups=groups, low=low, high=high, method=plan.method)
    return one.seats, seats_of(lower, need)


def _court(need: Need, seats: int, two: int | None) -> dict[str, Any]:
    return {
        "hours": need.hours,
        "raw": need.raw,
        "adjustment": need.adjustment,
        "need": need.need,
        "seats": seats,
        "pressure": pressure(need.need, seats),
        **({} if two is None else {"seats_two_level": two}),
    }


# --- reading -------------------------------------------------------------------------------------------------------
def _body(document: str) -> Mapping[str, Any]:
    """Keys stay as they are written, so that a court called 0101 or NO keeps its name."""
    loader: Any = LOADER(document)
    try:
        return mapping(_value(loader, loader.get_single_node()))
    finally:
        loader.dispose()


def _value(loader: Any, node: Any, within: tuple[Any, ...] = ()) -> Any:
    if node in within:
        raise misread(
            f"line {node.start_mark.line + 1}: holds itself; write out what it stands for",
            f"第 {node.start_mark.line + 1} 行引用了自身",
        )
    inside = (*within, node)
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _value(loader, value, inside) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, value, inside) for value in node.value]
    return None if node is None else loader.construct_object(node)


def _plan(body: Mapping[str, Any], defaults: Defaults) -> Plan:
    _refuse_mistyped(body)
    hours = _or(body, "hours_per_case", defaults.hours_per_case)
    betas = _or(body, "betas", defaults.betas)
    hours_per_case = numbers(hours, None, "type of case", "案件类型", "hours_per_case")
    weights = numbers(betas, None, "circumstance", "因素", "betas", least=BETA_LEAST)
    return Plan(
        courts=_courts(body, hours_per_case, weights),
        hours_per_case=hours_per_case,
        judge_year_hours=number(
            _or(body, "judge_year_hours", defaults.judge_year_hours), "judge_year_hours", least=1.0
        ),
        betas=weights,
        clip=_clip(_or(body, "adj_clip", list(defaults.clip))),
        seats=whole(_needed(body, "seats"), "seats"),
        floor=whole(_or(body, "floor", defaults.floor), "floor"),
        ceiling_ratio=number(_or(body, "ceiling_ratio", defaults.ceiling_ratio), "ceiling_ratio", most=1.0),
        cap_ratio=number(_or(body, "cap_ratio", defaults.cap_ratio), "cap_ratio", most=1.0),
        limited=body.get("cap_ratio") is not None,
        keep_sitting=body.get("sitting") is not None,
        method=choice(_or(body, "method", "largest_remainder"), "method", "分配方法", METHODS, "method"),
    )


def _refuse_mistyped(body: Mapping[str, Any]) -> None:
    missing = [name for name in FIELDS if name not in body]
    for name in body:
        if name not in FIELDS and get_close_matches(name, missing, n=1, cutoff=0.8):
            raise unknown("field", "项", name, missing, name)


def _or(body: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    return otherwise if body.get(name) is None else body[name]


def _needed(body: Mapping[str, Any], name: str) -> Any:
    if body.get(name) is None:
        raise misread(f"{name} is missing; give it", f"缺少 {name}")
    return body[name]


def _clip(value: Any) -> tuple[float, float]:
    ends = [number(each, "adj_clip", place) for place, each in enumerate(listed(value, "adj_clip"))]
    if len(ends) != 2 or ends[0] > ends[1]:
        raise misread("give the least and the most, as in [0.85, 1.15]", "应先写下限后写上限", "adj_clip")
    return ends[0], ends[1]


def _courts(
    body: Mapping[str, Any], hours: Mapping[str, float], betas: Mapping[str, float]
) -> tuple[CourtInput, ...]:
    forecast = mapping(_needed(body, "forecast"), "forecast")
    if not forecast:
        raise misread("holds no court; give at least one", "没有法院", "forecast")
    staffing = _by_court(body, "staffing", list(forecast), needed=True)
    context = _by_court(body, "context", list(forecast))
    groups = _by_court(body, "groups", list(forecast), needed=bool(body.get("groups")))
    sitting = _by_court(body, "sitting", list(forecast))
    return tuple(
        CourtInput(
            code=code,
            forecast=numbers(expected, hours, "type of case", "案件类型", "forecast", code),
            context=_context(context.get(code), betas, code),
            staffing=whole(staffing[code], "staffing", code),
            sitting=whole(sitting.get(code, 0), "sitting", code),
            group=text(groups.get(code, ""), "groups", code),
        )
        for code, expected in forecast.items()
    )


def _by_court(
    body: Mapping[str, Any], name: str, codes: Sequence[str], *, needed: bool = False
) -> Mapping[str, Any]:
    given = mapping(_needed(body, name) if needed else _or(body, name, {}), name)
    for code in given:
        choice(code, "court", "法院", codes, name, code)
    for code in codes:
        if needed and given.get(code) is None:
            raise misread(
                f"{code} is missing; give the {name} of every court in the forecast", f"缺少 {code}", name
            )
    return given


def _context(value: Any, betas: Mapping[str, float], code: str) -> dict[str, float | None]:
    if value is None:
        return {}
    body = mapping(value, "context", code)
    for factor in body:
        choice(factor, "circumstance", "因素", betas, "context", code, factor)
    return {
        name: None if each is None else number(each, "context", code, name) for name, each in body.items()
    }
