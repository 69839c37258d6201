"""The questions of the batch contract ``due``: one JSON record read into a ``ClockInput``, or refused with a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from difflib import get_close_matches
from typing import Any, TypeVar

from cases.deadlines import ClockInput, Exclusion, Extension, Restart
from catalogues.law import Ground, Node, TimeLimit

T = TypeVar("T")
Record = Mapping[str, Any]
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
AMOUNTS = ("months", "days", "workdays")
MOST = 100_000  # beyond it no date is left in the calendar; below it, counting stays quick

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


class Misread(Exception):
    """A field of the record that cannot be read: its name, what is wrong and what would be right."""


@dataclass(frozen=True)
class Law:
    """What the catalogues say now, by id: the versions of the law that hold the present numbers."""

    limits: Mapping[str, TimeLimit | Node]
    grounds: Mapping[str, Ground]


def read_clock(record: Record, law: Law) -> ClockInput:
    """The clock a record asks about. Raises ``Misread`` for missing, unknown or mistyped fields."""
    limit = _named(record, "limit", "limit", law.limits)
    start = _moment(record, "start", "start")
    restarts = tuple(_restart(each, field, start, law) for field, each in _records(record, "restarts"))
    return ClockInput(
        limit=limit,
        start=start,
        detained=_flag(record, "detained"),
        extensions=tuple(_extension(each, field) for field, each in _records(record, "extensions")),
        exclusions=tuple(_exclusion(each, field, law) for field, each in _records(record, "exclusions")),
        restarts=restarts,
        procedure=_procedure(record),
        event_on=read_day(record, "event_on"),
    )


def read_day(record: Record, field: str, path: str = "") -> date | None:
    """The date in an optional field; None when it is missing or null."""
    value = record.get(field)
    return None if value is None else _day(value, path or field)


def precision_of(start: object) -> str:
    """How finely a start was written, so that the answer is written alike: ``minutes``, ``seconds`` or ``auto``."""
    found = _MOMENT.fullmatch(start) if isinstance(start, str) else None
    if found is None or found[2]:
        return "auto"
    return "seconds" if found[1] else "minutes"


def _day(value: object, path: str) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise Misread(
                f'{path}: "{value}" is not a day of the calendar; give a date that exists'
            ) from None
    raise Misread(f'{path}: {_quoted(value)} is not a date; write YYYY-MM-DD, as in "2024-01-15"')


def _moment(record: Record, field: str, path: str) -> date:
    value = _required(record, field, path, 'a date, as in "2024-01-15"')
    if not (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return _day(value, path)
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(CHINA) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise Misread(
            f'{path}: "{value}" is not a moment that exists; write it as in "2024-01-15T09:30"'
        ) from None


def _extension(record: Record, path: str) -> Extension:
    amounts = {name: _amount(record, name, path) for name in AMOUNTS}
    until = read_day(record, "until", f"{path}.until")
    if until is None and all(record.get(name) is None for name in AMOUNTS):
        raise Misread(
            f"{path}: no amount given; name months, days or workdays, or the day it reaches to as until"
        )
    return Extension(
        **amounts, until=until, approved_on=read_day(record, "approved_on", f"{path}.approved_on")
    )


def _amount(record: Record, name: str, path: str) -> int:
    value = record.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        raise Misread(
            f"{path}.{name}: {_quoted(value)} is not an amount; give a whole number from 0 to {MOST}"
        )
    return value


def _exclusion(record: Record, path: str, law: Law) -> Exclusion:
    ground = _named(record, "ground", f"{path}.ground", law.grounds)
    starts_on = _day(
        _required(record, "from", f"{path}.from", 'the first day, as in "2024-03-01"'), f"{path}.from"
    )
    if "to" not in record:
        raise Misread(f"{path}.to: missing; give the day time runs again, or null while the interval is open")
    return Exclusion(ground, starts_on, read_day(record, "to", f"{path}.to"))


def _restart(record: Record, path: str, start: date, law: Law) -> Restart:
    on = _moment(record, "on", f"{path}.on")
    if isinstance(on, datetime) and isinstance(start, datetime):
        # Moments without a zone are in China's time, so the two can be compared.
        on = on.replace(tzinfo=start.tzinfo)
    return Restart(_named(record, "ground", f"{path}.ground", law.grounds), on)


def _named(record: Record, field: str, path: str, known: Mapping[str, T]) -> T:
    name = _required(record, field, path, f'the id of a {field}, as in "{next(iter(known))}"')
    if isinstance(name, str) and name in known:
        return known[name]
    near = get_close_matches(name, known, n=1) if isinstance(name, str) else []
    hint = (
        f'did you mean "{near[0]}"?' if near else f'give an id of the catalogue, as in "{next(iter(known))}"'
    )
    raise Misread(f"{path}: {_quoted(name)} is unknown; {hint}")


def _required(record: Record, field: str, path: str, right: str) -> object:
    value = record.get(field)
    if value is None:
        raise Misread(f"{path}: missing; give {right}")
    return value


def _records(record: Record, field: str) -> Sequence[tuple[str, Record]]:
    value = record.get(field)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Misread(
            f"{field}: {_quoted(value)} is not a list; give a list of objects, [] when there are none"
        )
    for number, each in enumerate(value):
        if not isinstance(each, dict):
            raise Misread(f"{field}[{number}]: {_quoted(each)} is not an object; give its fields in braces")
    return [(f"{field}[{number}]", each) for number, each in enumerate(value)]


def _flag(record: Record, field: str) -> bool:
    value = record.get(field)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Misread(f"{field}: {_quoted(value)} is neither true nor false; give true or false")


def _procedure(record: Record) -> str | None:
    value = record.get("procedure")
    if value is None or isinstance(value, str):
        return value
    raise Misread(f'procedure: {_quoted(value)} is not a procedure; give "first" or "second"')


def _quoted(value: object) -> str:
    said = f'"{value}"' if isinstance(value, str) else repr(value)
    return said if len(said) <= 60 else f"{said[:57]}…"
