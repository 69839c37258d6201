"""Why a catalogue entry is refused, and how a good one becomes a value of the law.

The same checks serve the files that ship with the program and the editions kept in the database, so a mistake is
explained in the same words wherever it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite

from catalogues.alert_checks import ALERT_CHECKS
from catalogues.checks import CHECKS, Body, Found, day, day_or_none, unknown
from catalogues.fields import Field
from catalogues.kinds import ADDED_TO, KINDS
from catalogues.law import (
    AlertLadder,
    CaseType,
    Cause,
    CourtEntry,
    ExtensionRule,
    FormerPrefix,
    Ground,
    LadderStage,
    MonitoredNode,
    Node,
    Superseded,
    TimeLimit,
)
from catalogues.making import made, version_of
from catalogues.quota_checks import QUOTA_CHECKS
from catalogues.quota_schema import PARSERS as QUOTA_PARSERS
from catalogues.sentencing_checks import SENTENCING_CHECKS
from catalogues.sentencing_schema import PARSERS as SENTENCING_PARSERS
from catalogues.supervision_checks import SUPERVISION_CHECKS
from catalogues.supervision_schema import PARSERS as SUPERVISION_PARSERS
from catalogues.supervision_schema import parse_setting
from catalogues.workdays import CalendarYear

Entries = Iterable[tuple[str, Body]]


@dataclass(frozen=True)
class Problem:
    """Why an entry is refused: where, what is wrong and what would be right, in English and in Chinese."""

    where: str
    message: str
    chinese: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def validate(kind: str, entries: Entries, *, source: str = "", over: Entries | None = None) -> list[Problem]:
    """Every reason why these entries cannot be published as that kind; empty when they can.

    ``source`` names the file or edition in the messages; without it, the file that seeds the kind is named. ``over``
    are the entries these are laid over (本院参数): they may change those, add some only
    where the kind allows it, and the whole must be sound.
    """
    if kind not in KINDS:
        english, chinese = unknown("kind of catalogue", "目录种类", kind, KINDS)
        return [Problem(source or kind, english, chinese)]
    listed = [(str(code), body) for code, body in entries]
    where, below = source or KINDS[kind].file, dict(over or ())
    found = [*misfits(KINDS[kind].fields, listed), *_twice(listed)]
    if not found and over is not None and kind not in ADDED_TO:
        found = [*_new(listed, below)]
    if not found:
        found = [*EVERY_CHECK[kind]({**below, **dict(listed)})]
    if not listed:
        found = [((), "has no entries; give at least one", "没有任何条目；至少应有一条")]
    return [Problem(" › ".join((where, *path)), english, chinese) for path, english, chinese in found]


def misfits(fields: tuple[Field, ...], entries: Entries) -> Found:
    """Where an entry has not the form that its fields give it."""
    for code, body in entries:
        yield from _fits(fields, body, (code,))


def _new(entries: list[tuple[str, Body]], over: Mapping[str, Body]) -> Found:
    for code, _ in entries:
        if code not in over:
            yield (code,), *unknown("entry", "条目", code, over)


def _twice(entries: list[tuple[str, Body]]) -> Found:
    seen: set[str] = set()
    for code, _ in entries:
        if code in seen:
            yield (code,), "is given twice; keep one of the two", "重复出现；只保留一条"
        seen.add(code)


EVERY_CHECK = {**CHECKS, **ALERT_CHECKS, **SUPERVISION_CHECKS, **SENTENCING_CHECKS, **QUOTA_CHECKS}

# One entry, field by field


def _fits(fields: tuple[Field, ...], body: object, path: tuple[str, ...]) -> Found:
    if not isinstance(body, Mapping):
        yield path, f"must be a set of named fields, not {body!r}", f"应为由各项组成的条目，而不是“{body}”"
        return
    known = {field.name: field for field in fields}
    for name in body:
        if name not in known:
            yield path, *unknown("field", "字段", str(name), known)
    for field in fields:
        value = body.get(field.name)
        if value is None or value == "":
            if field.required:
                yield path, *_missing(field)
        else:
            yield from _holds(field, value, (*path, field.name))


def _missing(field: Field) -> tuple[str, str]:
    return (
        f'"{field.name}" ({field.label}) is missing; give it',
        f"缺少“{field.label}”（{field.name}），请补上",
    )


def _holds(field: Field, value: object, path: tuple[str, ...]) -> Found:
    match field.type:
        case "items":
            yield from _holds_items(field, value, path)
        case "texts" | "dates":
            yield from _holds_list(field, value, path)
        case "names":
            yield from _holds_names(value, path)
        case "open":
            return
        case _:
            yield from _holds_one(field, value, path)


def _holds_items(field: Field, value: object, path: tuple[str, ...]) -> Found:
    if not isinstance(value, list) or (field.required and not value):
        yield path, "must be a list with at least one item", "应为列表，至少一项"
        return
    for place, item in enumerate(value, start=1):
        yield from _fits(field.fields, item, (*path[:-1], f"{path[-1]} {place}"))


def _holds_list(field: Field, value: object, path: tuple[str, ...]) -> Found:
    if not isinstance(value, list):
        yield path, f"must be a list, for example [{value}]", f"应为列表，如 [{value}]"
        return
    if field.required and field.choices and not value:
        yield path, "must name at least one", f"“{field.label}”至少应选一项"
    for item in value:
        yield from _holds_one(field, item, path)


def _holds_names(value: object, path: tuple[str, ...]) -> Found:
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in (*value, *value.values())):
        yield path, f"must give a name for each code, not {value!r}", f"应为每个代码写明名称，而不是“{value}”"


def _holds_one(field: Field, value: object, path: tuple[str, ...]) -> Found:
    if field.type == "flag":
        if not isinstance(value, bool):
            yield path, f'must be true or false, not "{value}"', f"应为 true 或 false，而不是“{value}”"
    elif field.type == "decimal":
        if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value) or value < 0:
            yield path, f'must be a number such as 0.6, not "{value}"', f"应为数，如 0.6，而不是“{value}”"
    elif field.type == "number":
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            yield path, f'must be a whole number such as 6, not "{value}"', f"应为整数，如 6，而不是“{value}”"
    elif field.type in ("date", "dates"):
        if day_or_none(value) is None:
            yield (
                path,
                f'must be a date such as 2026-03-01, not "{value}"',
                f"应为日期，如 2026-03-01，而不是“{value}”",
            )
    elif not isinstance(value, str):
        yield path, f'must be text in quotes, not "{value}"', f"应为加引号的文字，而不是“{value}”"
    elif field.choices is not None and value not in field.choices:
        yield path, *unknown("value", "取值", value, field.choices)


# From an entry to values. The entry must be one that ``validate`` finds no fault with.


def parse(kind: str, code: str, body: Body) -> tuple[object, ...]:
    """The values that an entry of that kind stands for: one for each of its versions, else a single one."""
    return PARSERS[kind](code, body)


def parse_time_limit(code: str, body: Body) -> tuple[TimeLimit, ...]:
    """Every version of a time limit (审限), oldest first."""
    return tuple(
        made(TimeLimit, {**version_of(code, body, version), "extensions": _extensions(version)})
        for version in body["versions"]
    )


def _extensions(version: Body) -> tuple[ExtensionRule, ...]:
    return tuple(made(ExtensionRule, extension) for extension in version.get("extensions") or ())


def parse_node(code: str, body: Body) -> tuple[Node, ...]:
    """Every version of a procedural step (流程节点), oldest first."""
    return tuple(made(Node, version_of(code, body, version)) for version in body["versions"])


def parse_ground(code: str, body: Body) -> tuple[Ground, ...]:
    """Every version of a ground of exclusion (扣除事由), oldest first."""
    return tuple(made(Ground, version_of(code, body, version)) for version in body["versions"])


def parse_case_type(code: str, body: Body) -> tuple[CaseType, ...]:
    """A case type (案件类型)."""
    return (made(CaseType, {"code": code, "category_code": "", **body}),)


def parse_cause(code: str, body: Body) -> tuple[Cause, ...]:
    """A cause of action or a charge (案由、罪名)."""
    return (made(Cause, {"code": code, "parent": "", **body}),)


def parse_court(code: str, body: Body) -> tuple[CourtEntry, ...]:
    """A court (法院)."""
    return (made(CourtEntry, {"code": code, "parent": "", "prefix": "", "admin_code": "", **body}),)


def parse_calendar_year(code: str, body: Body) -> tuple[CalendarYear, ...]:
    """One year's holiday notice (年度节假日安排); ``WorkCalendar`` is made of these."""
    spans = [(day(span["from"]), day(span["to"])) for span in body["holidays"]]
    off = [begins + timedelta(days=n) for begins, ends in spans for n in range((ends - begins).days + 1)]
    return (CalendarYear(int(code), tuple(off), tuple(day(worked) for worked in body["workdays"])),)


def parse_ladder(code: str, body: Body) -> tuple[AlertLadder, ...]:
    """Every version of a warning ladder (预警阶梯), oldest first."""
    shared = {**body, "procedures": body.get("procedures") or []}
    return tuple(
        made(
            AlertLadder,
            {
                **version_of(code, shared, version),
                "stages": tuple(_ladder_stage(stage) for stage in version["stages"]),
                "lapses": version.get("lapses") == "yes",
            },
        )
        for version in body["versions"]
    )


def _ladder_stage(stage: Body) -> LadderStage:
    lists = {name: tuple(stage.get(name) or ()) for name in ("tell", "channels")}
    return made(LadderStage, {**stage, **lists})


def parse_monitored(code: str, body: Body) -> tuple[MonitoredNode, ...]:
    """A flow node that is watched (监控节点)."""
    lists = {name: tuple(body.get(name) or ()) for name in ("categories", "profiles", "limits", "events")}
    return (made(MonitoredNode, {**body, **lists, "id": code}),)


def parse_former_prefix(prefix: str, body: Body) -> FormerPrefix:
    """A court code that has been replaced (旧法院代字)."""
    until = body.get("valid_to")
    window = {"valid_from": day(body["valid_from"]), "valid_to": None if until is None else day(until)}
    return made(FormerPrefix, {"successor": "", **body, **window, "prefix": prefix})


def parse_superseded(body: Body) -> Superseded:
    """A number the law once had (已被取代的旧数字)."""
    until = body.get("valid_until")
    return made(Superseded, {**body, "valid_until": None if until is None else day(until)})


PARSERS: Mapping[str, Callable[[str, Body], tuple[object, ...]]] = {
    "time_limits": parse_time_limit,
    "nodes": parse_node,
    "exclusion_grounds": parse_ground,
    "case_types": parse_case_type,
    "causes_civil": parse_cause,
    "causes_criminal": parse_cause,
    "causes_administrative": parse_cause,
    "courts": parse_court,
    "calendar": parse_calendar_year,
    "alert_ladders": parse_ladder,
    "alert_settings": parse_setting,
    "monitored_nodes": parse_monitored,
    **SUPERVISION_PARSERS,
    **SENTENCING_PARSERS,
    **QUOTA_PARSERS,
}
