"""From an entry of the catalogues of quota to values. The entry must be one that ``validate`` finds no fault with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from catalogues.checks import Body, day
from catalogues.making import made, version_of
from catalogues.quota_law import (
    AssessmentZone,
    CellHours,
    ComplexityPoint,
    ExitTrigger,
    LeaderDuty,
    QuotaFactor,
    QuotaSetting,
    ReviewGrade,
    SelectionWeight,
    TeamType,
    TrialElement,
    WeightAdder,
    WeightBase,
    WeightProcedure,
    WeightRole,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
Parser = Callable[[str, Body], tuple[Any, ...]]
LISTS = ("causes", "called", "type_codes", "procedures", "categories")
ANSWERS = ("rest", "never_simple", "fast", "at_once")
WORDS = ("panel", "procedure", "level", "category", "case_type", "proof")
#: What a catalogue writes without a sign and ``effect`` "less" makes negative.
SIGNED = ("value", "points", "beta", "step")


def versioned(form: type[T]) -> Parser:
    """Reads every version of an entry, oldest first."""
    return lambda code, body: tuple(
        made(form, _said(code, version_of(code, body, version))) for version in body["versions"]
    )


def windowed(form: type[T]) -> Parser:
    """Reads an entry that has no versions."""

    def parse(code: str, body: Body) -> tuple[T, ...]:
        ends = body.get("effective_to")
        window = {
            "effective_from": day(body["effective_from"]),
            "effective_to": None if ends is None else day(ends),
        }
        return (made(form, _said(code, {**body, **window})),)

    return parse


def _said(code: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        **{name: value for name, value in facts.items() if value is not None},
        "code": code,
        **{name: tuple(facts.get(name) or ()) for name in LISTS},
        **{name: facts.get(name) == "yes" for name in ANSWERS},
        **{name: facts.get(name) or "" for name in WORDS},
    }
    return {**said, **_signed(said)}


def _signed(said: Mapping[str, Any]) -> dict[str, float]:
    """The number that ``effect`` is about, below zero for "less": an adder's ``step`` has a ``value`` before it."""
    if said.get("effect") != "less":
        return {}
    name = next(name for name in SIGNED if name in said)
    return {name: 0.0 - said[name]}


#: Where each kind stands in ``Quotas``.
PLACES = {
    "settings": "quota_settings", "bases": "weight_bases", "procedures": "weight_procedures",
    "adders": "weight_adders", "roles": "weight_roles", "points": "complexity_points", "zones": "assessment_zones",
    "factors": "quota_factors", "hours": "cell_hours", "elements": "trial_elements", "teams": "team_types",
    "duties": "leader_duties", "selection": "selection_weights", "exits": "exit_triggers", "grades": "review_grades",
}  # fmt: skip
PARSERS: Mapping[str, Parser] = {
    "quota_settings": versioned(QuotaSetting),
    "weight_bases": versioned(WeightBase),
    "weight_procedures": versioned(WeightProcedure),
    "weight_adders": versioned(WeightAdder),
    "weight_roles": versioned(WeightRole),
    "complexity_points": versioned(ComplexityPoint),
    "assessment_zones": windowed(AssessmentZone),
    "quota_factors": versioned(QuotaFactor),
    "cell_hours": versioned(CellHours),
    "trial_elements": windowed(TrialElement),
    "team_types": versioned(TeamType),
    "leader_duties": versioned(LeaderDuty),
    "selection_weights": versioned(SelectionWeight),
    "exit_triggers": windowed(ExitTrigger),
    "review_grades": versioned(ReviewGrade),
}
