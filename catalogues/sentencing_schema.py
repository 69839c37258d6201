"""From an entry of the catalogues of sentencing to values. The entry must be one that ``validate`` finds no fault with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalogues.checks import Body, day
from catalogues.making import made, version_of
from catalogues.sentencing_law import (
    Band,
    CaseElement,
    DeviationModel,
    DeviationReason,
    DeviationSetting,
    Factor,
    Increment,
    Offence,
)


def parse_factor(code: str, body: Body) -> tuple[Factor, ...]:
    """Every version of a circumstance of sentencing (量刑情节), oldest first."""
    return tuple(_factor(code, body, version) for version in body["versions"])


def _factor(code: str, body: Body, version: Body) -> Factor:
    least, most = version["least"], version["most"]
    low, high = (-most, -least) if version["direction"] == "lenient" else (least, most)
    said = {
        **_version(code, body, version),
        **_lists(version, "excluded_by", "strict_for", "except_for", "counted_with"),
        **_answers(version, "mitigates", "must", "more_if_minor"),
        "low": float(low) + 0.0,  # no minus zero
        "high": float(high) + 0.0,
        "tier": int(version["tier"]),
        "min_months": version.get("min_months") or 0,
        "family": version.get("family") or "",
    }
    return made(Factor, said)


def parse_offence(code: str, body: Body) -> tuple[Offence, ...]:
    """Every version of an offence of the guideline (罪名), oldest first."""
    return tuple(
        made(
            Offence,
            {
                **_version(code, body, version),
                "bands": tuple(_band(band) for band in version["bands"]),
                "amounts": {one["name"]: (one["least"], one["most"]) for one in version.get("amounts") or ()},
            },
        )
        for version in body["versions"]
    )


def _band(band: Body) -> Band:
    return Band(
        band["when"],
        (band["start_low"], band["start_high"]),
        (band["law_low"], band["law_high"]),
        band.get("life") == "yes",
        band.get("kind") or "有期徒刑",
    )


def parse_increment(code: str, body: Body) -> tuple[Increment, ...]:
    """Every version of what more adds to the start (增加刑罚量), oldest first."""
    return tuple(
        made(
            Increment,
            {
                **_version(code, body, version),
                "code": code,
                "what": body["name"],
                "months": (version["months_low"], version["months_high"]),
                "when": version.get("when") or "",
                "element": version.get("element") or "",
            },
        )
        for version in body["versions"]
    )


def parse_element(code: str, body: Body) -> tuple[CaseElement, ...]:
    """An element of cases (案件要素)."""
    words = {name: body.get(name) or "" for name in ("unit", "guideline", "excepts", "proxy_for", "reason")}
    said = {
        **_window(body),
        **_lists(body, "categories", "causes"),
        **_answers(body, "protected"),
        **words,
        "key": code,
        "choices": tuple((one["code"], one["name"]) for one in body.get("choices") or ()),
    }
    return (made(CaseElement, said),)


def parse_model(code: str, body: Body) -> tuple[DeviationModel, ...]:
    """An outcome that is compared (偏离度模型)."""
    lists = _lists(body, "categories", "causes", "elements")
    return (made(DeviationModel, {**_window(body), **lists, "code": code}),)


def parse_reason(code: str, body: Body) -> tuple[DeviationReason, ...]:
    """A reason a judge may give (说明理由)."""
    said = {**_window(body), **_lists(body, "categories"), **_answers(body, "need_note"), "code": code}
    return (made(DeviationReason, said),)


def parse_setting(code: str, body: Body) -> tuple[DeviationSetting, ...]:
    """Every version of a number the deviation goes by (偏离度参数), oldest first."""
    return tuple(made(DeviationSetting, version_of(code, body, version)) for version in body["versions"])


def _version(code: str, body: Body, version: Body) -> dict[str, Any]:
    """A version under the short name its code is; the name for people is its label."""
    return {**version_of(code, body, version), "name": code, "label": body["name"]}


def _window(body: Body) -> dict[str, Any]:
    ends = body.get("effective_to")
    begins = day(body["effective_from"])
    return {**body, "effective_from": begins, "effective_to": None if ends is None else day(ends)}


def _lists(body: Body, *names: str) -> dict[str, tuple[str, ...]]:
    return {name: tuple(body.get(name) or ()) for name in names}


def _answers(body: Body, *names: str) -> dict[str, bool]:
    return {name: body.get(name) == "yes" for name in names}


PARSERS: Mapping[str, Any] = {
    "guideline_factors": parse_factor,
    "guideline_offences": parse_offence,
    "guideline_increments": parse_increment,
    "case_elements": parse_element,
    "deviation_models": parse_model,
    "deviation_settings": parse_setting,
    "deviation_reasons": parse_reason,
}
