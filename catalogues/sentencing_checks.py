"""What the catalogues of sentencing and deviation must say together (量刑、要素、偏离度目录的校验).

Each check yields where the fault lies, and what is wrong and right, in English and in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from catalogues.checks import Body, Found, check_versions, day, unknown
from catalogues.supervision_checks import Range

KEY = re.compile(r"[a-z][a-z0-9_]*")
#: From which number to which each number of the deviation may be set.
SETTINGS: Mapping[str, Range] = {
    "private_days": Range(5, 30),  # nobody else sees anything before: a court may give more, never less
    "contest_filing_days": Range(1, 60),
    "contest_days": Range(1, 30),
    "fdr": Range(0.001, 0.2, whole=False),
    "level": Range(0.5, 0.98, whole=False),
    "wide_level": Range(0.9, 0.9999, whole=False),
    "coverage_low": Range(0.5, 0.999, whole=False),
    "coverage_high": Range(0.5, 1, whole=False),
    "stale_days": Range(7, 730),
    "train_every_days": Range(1, 365),
    "drift_limit": Range(0.01, 5, whole=False),
    "min_group": Range(5, 1000),
    "persistence_periods": Range(3, 12),
    "upheld_limit": Range(0.01, 1, whole=False),
    "guideline_discretion": Range(0, 0.5, whole=False),
    "conflict_likeness": Range(0.3, 1, whole=False),
}
#: Of each pair the first must be below the second.
ORDERED = (("level", "wide_level"), ("coverage_low", "coverage_high"), ("train_every_days", "stale_days"))
#: The outcomes that can be drawn from a case.
OUTCOMES = ("months", "fine", "probation", "awarded_share", "trial_days")
#: What is never a feature, whatever a court writes (受保护属性).
PROTECTED = ("gender", "birth_year", "education", "ethnicity", "household")
#: What would stand in for one of them (替代变量), and stays out as well.
PROXIES = ("household_kind", "occupation", "residence", "own_lawyer", "interpreter")


def _each_version(entries: Mapping[str, Body]) -> Iterator[tuple[str, Body, tuple[str, ...]]]:
    for code, body in entries.items():
        for place, version in enumerate(body["versions"], start=1):
            yield code, version, (code, f"versions {place}")


def _backwards(path: tuple[str, ...], what: str, low: float, high: float) -> Found:
    if low > high:
        yield (
            path,
            f"{what} runs from {low:g} down to {high:g}; swap the two",
            f"{low:g} 高于 {high:g}，请对调",
        )


def _check_factors(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        yield from check_versions(code, body)
    for code, version, path in _each_version(entries):
        yield from _backwards(path, "the ratio", version["least"], version["most"])
        if version["most"] > 1:
            yield (
                (*path, "most"),
                "must be a share such as 0.4 for 40 %, at most 1",
                "应为比例，如 40% 填 0.4，至多为 1",
            )
        for name in ("excluded_by", "counted_with"):
            for other in version.get(name) or ():
                if other not in entries or other == code:
                    yield (
                        (*path, name),
                        *unknown("factor", "量刑情节", other, [one for one in entries if one != code]),
                    )
        yield from _check_factor(version, path)


def _check_factor(version: Body, path: tuple[str, ...]) -> Found:
    severe = version["direction"] == "severe"
    if severe and (version.get("mitigates") == "yes" or version.get("more_if_minor") == "yes"):
        yield path, "adds to the sentence and cannot mitigate it", "从严的情节不能减轻或者免除处罚"
    if not severe and version.get("min_months"):
        yield (
            (*path, "min_months"),
            "only a factor that adds has a least increase",
            "只有从严的情节可以规定最少增加的月数",
        )
    if bool(version.get("counted_with")) != (version.get("combined_cap") is not None):
        yield (
            path,
            '"counted_with" and "combined_cap" go together; give both or neither',
            "“不作重复评价的情节”与“合计的最大比例”须同时填写，或者都不填",
        )
    elif (version.get("combined_cap") or version["most"]) < version["most"] or (
        version.get("combined_cap") or 0
    ) > 1:
        yield (*path, "combined_cap"), "must be from the largest ratio to 1", "应不小于最大比例，至多为 1"


def _check_offences(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        yield from check_versions(code, body)
    for _code, version, path in _each_version(entries):
        for place, band in enumerate(version["bands"], start=1):
            yield from _check_band(band, (*path, f"bands {place}"))
        for one in version.get("amounts") or ():
            yield from _backwards((*path, one["name"]), "the amount", one["least"], one["most"])


def _check_band(band: Body, path: tuple[str, ...]) -> Found:
    yield from _backwards(path, "the start", band["start_low"], band["start_high"])
    yield from _backwards(path, "the statutory range", band["law_low"], band["law_high"])
    if band["law_high"] > 180:
        yield (
            (*path, "law_high"),
            "a term ends at 180 months (fifteen years)",
            "有期徒刑上限为 180 个月（十五年）",
        )
    if band["start_high"] > band["law_high"]:
        yield (*path, "start_high"), "lies above the statutory maximum", "起点高于法定刑上限"


def _check_increments(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        if not KEY.fullmatch(code):
            yield (code,), *no_key(code)
        yield from check_versions(code, body)
    for _code, version, path in _each_version(entries):
        yield from _backwards(path, "the increase", version["months_low"], version["months_high"])
        if version["step"] <= 0:
            yield (*path, "step"), "must be above 0", "应大于 0"


def _check_elements(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        if not KEY.fullmatch(code):
            yield (code,), *no_key(code)
        yield from check_window(code, body)
        yield from _check_element(code, body, entries)
    for code in PROTECTED:
        if code not in entries or entries[code].get("protected") != "yes":
            yield (code,), 'must stay with protected: "yes"', "为受保护属性，须保留并填“是”"
    for code in PROXIES:
        if code in entries and not entries[code].get("proxy_for"):
            yield (
                (code, "proxy_for"),
                "must stay: it would stand in for a protected one",
                "须保留：可能替代受保护属性",
            )


def _check_element(code: str, body: Body, entries: Mapping[str, Body]) -> Found:
    if (body["type"] == "choice") != bool(body.get("choices")):
        yield (
            (code, "choices"),
            'belong to the type "choice", and only to it',
            "选项类型须列出选项，其他类型不填",
        )
    codes = [one["code"] for one in body.get("choices") or ()]
    if len(codes) != len(set(codes)):
        yield (code, "choices"), "has a code twice; keep one", "选项代码重复；只保留一个"
    proxied = body.get("proxy_for") or ""
    if proxied and (proxied not in entries or entries[proxied].get("protected") != "yes"):
        known = [one for one, other in entries.items() if other.get("protected") == "yes"]
        yield (code, "proxy_for"), *unknown("protected element", "受保护属性", proxied, known)
    kept_out = bool(proxied) or body.get("protected") == "yes"
    if body["type"] == "text" and not kept_out:
        yield (code, "type"), "may be text only for what is no feature", "只有不作要素的事项可以为文字"
    if kept_out and not body.get("reason"):
        yield (code, "reason"), "is missing; say why it is no feature", "缺少不作要素的理由，请补上"


def _check_models(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        if code not in OUTCOMES:
            yield (code,), *unknown("outcome", "裁判结果", code, OUTCOMES)
        yield from check_window(code, body)
        if set(body.get("elements") or ()) & set(PROTECTED):
            yield (code, "elements"), "must leave out what is protected", "不得使用受保护属性"
        if not 1 <= body["history_years"] <= 10:
            yield (code, "history_years"), "must be from 1 to 10", "应为 1 至 10"
        if body["min_peers"] < 10:
            yield (code, "min_peers"), "must be 10 or more", "至少为 10"
        if body["min_history"] < body["min_peers"]:
            yield (code, "min_history"), "must not be below min_peers", "不应少于可比案件的最少件数"


def _check_reasons(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        if not KEY.fullmatch(code):
            yield (code,), *no_key(code)
        yield from check_window(code, body)


def _check_settings(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        if code not in SETTINGS:
            yield (code,), *unknown("setting", "参数", code, SETTINGS)
            continue
        yield from check_versions(code, body)
        for place, version in enumerate(body["versions"], start=1):
            yield from _check_setting(SETTINGS[code], version["value"], (code, f"versions {place}"))
    for code in SETTINGS:
        if code not in entries:
            yield (), f'the setting "{code}" is missing; give it', f"缺少参数 {code}，请补上"
    for low, high in ORDERED:
        if low in entries and high in entries and _last(entries[low]) >= _last(entries[high]):
            yield (
                (low,),
                f"must be below {high}, {_last(entries[high]):g}",
                f"应低于 {high} 的 {_last(entries[high]):g}",
            )


def _check_setting(allowed: Range, value: float, path: tuple[str, ...]) -> Found:
    whole = isinstance(value, int) or not allowed.whole
    if not whole or not allowed.least <= value <= allowed.most:
        kind = ("a whole number", "整数") if allowed.whole else ("a number", "数")
        yield (
            path,
            f"must be {kind[0]} from {allowed.least:g} to {allowed.most:g}, not {value}",
            f"应为 {allowed.least:g} 至 {allowed.most:g} 的{kind[1]}，而不是 {value}",
        )


def _last(body: Body) -> float:
    return float(body["versions"][-1]["value"])


def check_window(code: str, body: Body) -> Found:
    begins, ends = day(body["effective_from"]), body.get("effective_to")
    if ends is not None and day(ends) < begins:
        yield (code,), f"ends on {ends}, before it begins on {begins}", f"停用日 {ends} 早于起用日 {begins}"


def no_key(code: str) -> tuple[str, str]:
    return (
        f'"{code}" must be small letters and underscores, like amount_paid',
        f"“{code}”应为小写字母和下划线，如 amount_paid",
    )


SENTENCING_CHECKS: Mapping[str, Callable[[Mapping[str, Body]], Found]] = {
    "guideline_factors": _check_factors,
    "guideline_offences": _check_offences,
    "guideline_increments": _check_increments,
    "case_elements": _check_elements,
    "deviation_models": _check_models,
    "deviation_settings": _check_settings,
    "deviation_reasons": _check_reasons,
}
