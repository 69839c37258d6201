"""What the fields of a catalogue entry must say together, and entries to one another.

Each check yields where the fault lies within the catalogue, and what is wrong and right, in English and in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

Body = Mapping[str, Any]
Found = Iterator[tuple[tuple[str, ...], str, str]]

COURT_PREFIX = re.compile(
    r"最高法|[京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新兵军](\d{2}|\d{4})?"
)
TYPE_CODE = re.compile(r"[\u4e00-\u9fff]{1,4}")
COUNTED = {"day", "month", "year", "workday", "hour", "times"}


def unknown(what: str, chinese: str, got: str, known: Iterable[str]) -> tuple[str, str]:
    """Say that a name is not known, with the nearest one that is, or with all of them."""
    names = list(known)
    if near := get_close_matches(got, names, n=1, cutoff=0.5):
        return (
            f'unknown {what} "{got}"; did you mean "{near[0]}"?',
            f"没有“{got}”这一{chinese}；是否应为“{near[0]}”？",
        )
    return (
        f'unknown {what} "{got}"; it must be one of: {", ".join(names)}',
        f"没有“{got}”这一{chinese}；应为下列之一：{'、'.join(names)}",
    )


def day_or_none(value: object) -> date | None:
    """The day that a catalogue writes, as a date or as text; None when it is neither."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def day(value: object) -> date:
    """The day that a catalogue writes; ValueError when it is none."""
    found = day_or_none(value)
    if found is None:
        raise ValueError(f'"{value}" is not a date such as 2026-03-01')
    return found


def check_versions(code: str, body: Body) -> Found:
    started: date | None = None
    for place, version in enumerate(body["versions"], start=1):
        path = (code, f"versions {place}")
        begins, ends = day(version["effective_from"]), version.get("effective_to")
        if started is not None and begins <= started:
            yield (
                path,
                f"begins on {begins}, not after the version before it; list the oldest first",
                (f"起用日 {begins} 不晚于前一版本；请按时间先后排列"),
            )
        if ends is not None and day(ends) < begins:
            yield path, f"ends on {ends}, before it begins on {begins}", f"停用日 {ends} 早于起用日 {begins}"
        started = begins


def _check_time_limits(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        yield from check_versions(code, body)
        for place, version in enumerate(body["versions"], start=1):
            path = (code, f"versions {place}")
            yield from _needs(version, path, *LIMIT_NEEDS.get(version.get("unit"), ("n",)))
            for order, extension in enumerate(version.get("extensions", ()), start=1):
                if extension["unit"] != "unspecified":
                    yield from _needs(extension, (*path, f"extensions {order}"), "n")


LIMIT_NEEDS: Mapping[str | None, tuple[str, ...]] = {
    None: (), "by_procedure": ("first", "second"), "before_event": ("event",)
}  # fmt: skip


def _needs(body: Body, path: tuple[str, ...], *names: str) -> Found:
    for name in names:
        if body.get(name) is None:
            unit = body.get("unit", "")
            yield path, f'"{name}" is missing; unit "{unit}" needs it', f"缺少“{name}”；单位“{unit}”须有此项"
    if not names and body.get("n") is not None:
        yield (
            path,
            'has "n" without "unit"; give the unit or leave out both',
            "有期间而无单位；请补上单位，或者都不填",
        )


def _check_nodes(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        yield from check_versions(code, body)
        for place, version in enumerate(body["versions"], start=1):
            if version["unit"] in COUNTED:
                yield from _needs(version, (code, f"versions {place}"), "n")


def _check_grounds(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        yield from check_versions(code, body)
        for place, version in enumerate(body["versions"], start=1):
            if (version.get("max_n") is None) != (version.get("max_unit") is None):
                yield (
                    (code, f"versions {place}"),
                    '"max_n" and "max_unit" go together; give both or neither',
                    ("“上限数”与“上限单位”须同时填写，或者都不填"),
                )


def _check_case_types(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        if not TYPE_CODE.fullmatch(body["type_code"]):
            yield (
                (code, "type_code"),
                f'"{body["type_code"]}" is no type code; give one to four characters',
                (f"“{body['type_code']}”不是类型代字；应为一至四个汉字"),
            )


def _check_tree(entries: Mapping[str, Body]) -> Found:
    """Every entry below the first level has a parent of a higher level."""
    for code, body in entries.items():
        parent, level = body.get("parent") or "", body["level"]
        if not parent:
            if level != 1:
                yield (code,), f'is of level {level} and needs a "parent"', f"为第 {level} 级，须填写上级"
        elif parent not in entries:
            yield (code, "parent"), *unknown("entry", "条目", parent, entries)
        elif entries[parent]["level"] >= level:
            yield (
                (code, "parent"),
                f'"{parent}" is not of a higher level than {level}',
                f"“{parent}”的级别不高于第 {level} 级",
            )


def _check_courts(entries: Mapping[str, Body]) -> Found:
    yield from _check_tree(entries)
    holder: dict[str, str] = {}
    for code, body in entries.items():
        prefix = body.get("prefix") or ""
        if not prefix:
            continue
        if not COURT_PREFIX.fullmatch(prefix):
            yield (
                (code, "prefix"),
                f'"{prefix}" is no court code; it is written like 川15 or 川1502',
                (f"“{prefix}”不是法院代字；应如 川15、川1502"),
            )
        if prefix in holder:
            yield (
                (code, "prefix"),
                f'"{prefix}" already belongs to {holder[prefix]}; give each court its own',
                (f"代字“{prefix}”已属于 {holder[prefix]}；各院代字不得重复"),
            )
        holder[prefix] = code


def _check_calendar(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        if not re.fullmatch(r"\d{4}", code):
            yield (code,), "must be entered under its year, such as 2027", "应以年度为编号，如 2027"
            continue
        spans = [(day(span["from"]), day(span["to"])) for span in body["holidays"]]
        for begins, ends in spans:
            if ends < begins:
                yield (
                    (code, "holidays"),
                    f"{begins} to {ends} runs backwards; swap the two",
                    f"{begins} 至 {ends} 首末日颠倒",
                )
        off = {day for begins, ends in spans for day in _days(begins, ends)}
        yield from _check_year(code, off, {day(worked) for worked in body["workdays"]})


def _check_year(code: str, off: set[date], worked: set[date]) -> Found:
    for day in sorted(off | worked):
        if str(day.year) != code:
            yield (code,), f"{day} belongs under {day.year}; move it there", f"{day} 应列在 {day.year} 年度"
    for day in sorted(off & worked):
        yield (code,), f"{day} is both off and worked; keep one", f"{day} 既放假又上班；只保留一项"
    for day in sorted(worked):
        if day.weekday() < 5:
            yield (
                (code, "workdays"),
                f"{day} is no weekend day; list make-up weekend days only",
                (f"{day} 不是周末；此处只列调休上班的周末"),
            )


def _days(begins: date, ends: date) -> Iterator[date]:
    for count in range((ends - begins).days + 1):
        yield begins + timedelta(days=count)


CHECKS: Mapping[str, Callable[[Mapping[str, Body]], Found]] = {
    "time_limits": _check_time_limits,
    "nodes": _check_nodes,
    "exclusion_grounds": _check_grounds,
    "case_types": _check_case_types,
    "causes_civil": _check_tree,
    "causes_criminal": _check_tree,
    "causes_administrative": _check_tree,
    "courts": _check_courts,
    "calendar": _check_calendar,
}
