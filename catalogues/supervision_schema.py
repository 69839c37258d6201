"""From an entry of the catalogues of supervision to values. The entry must be one that ``validate`` finds no fault with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from catalogues.checks import Body
from catalogues.law import AlertSetting
from catalogues.making import made, version_of
from catalogues.supervision_law import (
    LetterKind,
    MeasureRule,
    ProfileHead,
    RiskCategory,
    RiskLink,
    RiskPoint,
    RuleParameter,
    RuleProfile,
)


def parse_parameter(code: str, body: Body) -> tuple[RuleParameter, ...]:
    """A number that rules compare with (规则参数)."""
    return (made(RuleParameter, {**body, "code": code}),)


def parse_profile(code: str, body: Body) -> tuple[RuleProfile, ...]:
    """A set of rules a court may choose (识别方案)."""
    heads = tuple(ProfileHead(head["name"], tuple(head["codes"])) for head in body.get("heads") or ())
    listed = (*(body.get("codes") or ()), *(one for head in heads for one in head.codes))
    said = {
        "code": code,
        "codes": None if body.get("every") == "yes" else frozenset(listed),
        "heads": heads,
        "reconstructed": body["reconstructed"] == "yes",
    }
    return (made(RuleProfile, {**body, **said}),)


def parse_setting(code: str, body: Body) -> tuple[AlertSetting, ...]:
    """Every version of a number or word of the alerts or of supervision (预警参数、监督参数), oldest first."""
    return tuple(
        made(AlertSetting, {"text": "", **version_of(code, body, version)}) for version in body["versions"]
    )


def parse_measure(code: str, body: Body) -> tuple[MeasureRule, ...]:
    """A measure of supervision (监督措施)."""
    lists = {
        name: tuple(body.get(name) or ()) for name in ("roles", "when_delegated", "proposed_by", "decided_by")
    }
    answers = {name: body[name] == "yes" for name in ("needs_reason", "notify_parties", "free_text")}
    return (made(MeasureRule, {**body, **lists, **answers, "code": code}),)


def parse_letter(code: str, body: Body) -> tuple[LetterKind, ...]:
    """A kind of letter (函件种类)."""
    lists = {name: tuple(body.get(name) or ()) for name in ("issuers", "approvers", "addressees", "copies")}
    return (
        made(LetterKind, {**body, **lists, "code": code, "escalates_to": body.get("escalates_to") or ""}),
    )


def parse_risks(code: str, body: Body) -> tuple[RiskCategory, ...]:
    """A category of risk points (风险点类别)."""
    return (
        made(
            RiskCategory, {**body, "code": code, "points": tuple(_point(point) for point in body["points"])}
        ),
    )


def _point(body: Body) -> RiskPoint:
    return made(RiskPoint, {**body, "linked": tuple(read_link(link) for link in body.get("linked") or ())})


def read_link(text: str) -> RiskLink:
    """``rule:D07`` as a value."""
    what, _, code = text.partition(":")
    return RiskLink(what.strip(), code.strip())


PARSERS: Mapping[str, Callable[[str, Body], tuple[object, ...]]] = {
    "rule_parameters": parse_parameter,
    "rule_profiles": parse_profile,
    "supervision_settings": parse_setting,
    "supervision_measures": parse_measure,
    "letter_kinds": parse_letter,
    "risk_points": parse_risks,
}
