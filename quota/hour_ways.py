"""The three ways to hours (测算方法): whole cases of a diary, elements of all its cases, or what cases left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courts.clock import today
from courts.reach import court_and_below
from quota.elements import flows, sums, totals
from quota.hour_rules import HourRules
from quota.hours import Cell, Timed
from quota.models import Measurement, Study
from quota.proxies import TRACES, TooFew, Traced, learn, predicted, relative
from quota.timed_cases import Diary, counted, diary_of, traces_of_courts, traces_of_study

NO_ENTRIES = "这次工时测算还没有工时记录，请先导入工时日志。"
NONE_WHOLE = "没有在测算期间内立案并结案的案件，按整案测算不出工时；可以改按流程要素测算。"
NO_TRACES = "没有可以推算的已结案件：既没有实测，也没有足够的案件留有庭审时间、笔录、文书字数或者审理天数。"


class CannotMeasure(Exception):
    """There are no hours to be had from this; the sentence says why."""


@dataclass(frozen=True)
class Found:
    """Timed cases for the means; ``card`` says how they came about; ``courts``: where each case is.

    ``is_relative``: nobody timed any of them; only how kinds compare is known.
    """

    timed: list[Timed]
    card: dict[str, Any]
    courts: dict[str, int] = field(default_factory=dict)
    is_winsorised: bool = False
    is_relative: bool = False


def by_diary(one: Measurement, rules: HourRules) -> Found:
    """The sum of the minutes of every case whose whole course lies within the study."""
    study = study_of(one)
    diary = read(study)
    timed = whole_cases(diary)
    if not timed:
        raise CannotMeasure(NONE_WHOLE)
    return Found(timed, card_of(study, diary, rules), diary.courts)


def by_elements(one: Measurement, rules: HourRules) -> Found:
    """Mean minutes of each element times how often it occurs, of cases whole or not."""
    study = study_of(one)
    diary = read(study)
    timed = totals(
        diary.minutes, complete=diary.complete, least=rules.cell_min, winsor_low=rules.winsor_low,
        winsor_high=rules.winsor_high,
    )  # fmt: skip
    return Found(timed, card_of(study, diary, rules), diary.courts, is_winsorised=True)


def by_proxies(one: Measurement, rules: HourRules) -> Found:
    """Timed cases and, for the others, what they left behind; without any diary only how kinds compare."""
    cases = traces_of_courts(court_and_below(one.court_id), today(), rules.traced_days)
    if one.study is None:
        return compared(cases, rules)
    diary = read(one.study)
    timed = whole_cases(diary)
    try:
        learned = learn(traces_of_study(one.study), timed, least=rules.cell_min)
    except TooFew:
        return compared(cases, rules)
    told = {
        "n": learned.n, "per_unit": dict(learned.per_unit), "error": round(learned.error, 3),
        "plain": round(learned.plain, 3), "used": learned.is_better(),
    }  # fmt: skip
    more = predicted(learned, cases, timed) if learned.is_better() else []
    card = {**card_of(one.study, diary, rules), "proxy": {**told, "predicted": len(more)}}
    return Found([*timed, *more], card, diary.courts)


def compared(cases: list[Traced], rules: HourRules) -> Found:
    """Each kind takes what the catalogue's mean case takes, times what it leaves behind against all (上海“2+4”)."""
    known = weights_of_known(cases, rules.trace_weights)
    named = [(one, rules.kinds.of_type(one.cell.case_type, one.cell.procedure)) for one in cases]
    usual = [kind.hours for _, kind in named if kind]
    if not known or len(usual) < rules.cell_min:
        raise CannotMeasure(NO_TRACES)
    mean = sum(usual) / len(usual)
    counting = [one for one, kind in named if kind]
    shares = relative(counting, weights=known, cell_min=rules.cell_min)
    timed = [
        Timed(one.case, one.cell, mean * share, is_said=True)
        for one in counting
        if (share := nearest_share(one.cell, shares)) is not None
    ]
    told = {
        "relative": True,
        "traces": list(known),
        "weights": known,
        "mean": round(mean, 3),
        "cases": len(counting),
    }
    return Found(timed, {"proxy": told}, is_winsorised=True, is_relative=True)


def weights_of_known(cases: list[Traced], weights: Mapping[str, float]) -> dict[str, float]:
    """The catalogue's weights of the traces that any case left, made to sum to one."""
    known = {
        name: weights[name]
        for name in TRACES
        if weights[name] > 0 and any(one.traces.get(name) is not None for one in cases)
    }
    total = sum(known.values())
    return {name: weight / total for name, weight in known.items()}


def nearest_share(cell: Cell, shares: dict[Cell, tuple[float, int]]) -> float | None:
    return next((shares[wider][0] for wider in cell.within() if wider in shares), None)


def study_of(one: Measurement) -> Study:
    if one.study is None:
        raise CannotMeasure(NO_ENTRIES)
    return one.study


def read(study: Study) -> Diary:
    diary = diary_of(study)
    if not diary.minutes:
        raise CannotMeasure(NO_ENTRIES)
    return diary


def whole_cases(diary: Diary) -> list[Timed]:
    return sums(entry for entry in diary.minutes if entry.case in diary.complete)


def card_of(study: Study, diary: Diary, rules: HourRules) -> dict[str, Any]:
    """What the hours rest on: how much was written down, and each case type's elements."""
    found = flows(
        diary.minutes, order=rules.elements, winsor_low=rules.winsor_low, winsor_high=rules.winsor_high
    )
    told = counted(study)
    return {
        **told,
        "complete": len(diary.complete),
        # Cases that began and ended within some weeks are the short ones: a mean of few such is a lower bound.
        "lower_bound": len(diary.complete) < rules.whole_share * told["cases"],
        "elements": {
            cell.case_type: [
                [each.element, each.n, round(each.minutes, 1), round(each.frequency, 3)]
                for each in flow.elements
            ]
            for cell, flow in found.items()
            if cell == Cell(cell.case_type) and flow.cases >= rules.cell_min
        },
    }
