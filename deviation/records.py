"""Cases as lines of JSON, and what is said of them as lines of JSON (批量接口)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date as Date
from typing import Any

from cases.batch import RecordRefused, read_json
from deviation.measuring import Measured
from deviation.observation import Observation

# The place of q and flagged, which are known when the whole file is read; never part of a line of JSON.
LATER = b"\x00"
PLACES = 9
PRINTED = ("expected", "low", "high", "low99", "high99", "baseline", "score", "p")
SILENT = (
    '"expected": null, "low": null, "high": null, "low99": null, "high99": null, "baseline": null, '
    '"score": null, "p": null, "q": null, "flagged": false, "direction": null, "comparables": [], "factors": []}\n'
)
LARGEST = 1e15
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
VALUES = (int, float, str, bool, type(None))

_written = json.JSONEncoder(ensure_ascii=False).encode


def _no_such_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


_read = json.JSONDecoder(parse_constant=_no_such_number).raw_decode


def read_record(line: str, number: int) -> dict[str, Any] | None:
    """As ``read_json``, made for millions of lines."""
    try:
        record, end = _read(line)
    except (ValueError, RecursionError):
        return read_json(line, number)
    if isinstance(record, dict) and (end == len(line) or line[end:].isspace()):
        return record
    return read_json(line, number)


def read_observation(record: dict[str, Any]) -> Observation:
    """The case a record tells of. Raises ``RecordRefused``: which field, what is wrong and what would be right."""
    name, stratum, outcome = record.get("id"), record.get("stratum"), record.get("outcome")
    court, features = record.get("court"), record.get("features")
    if isinstance(name, bool) or not isinstance(name, (str, int)) or name == "":
        raise RecordRefused('id: missing, or neither text nor whole number; give each record one, as in "c1"')
    if not isinstance(stratum, str) or not stratum:
        raise RecordRefused('stratum: missing or no text; give the kind of case, as in "交通肇事罪"')
    if not isinstance(outcome, (int, float)) or isinstance(outcome, bool) or not 0 <= outcome <= LARGEST:
        raise RecordRefused("outcome: missing or no number; give a number of 0 or more, as in 12")
    if court is not None and not isinstance(court, str):
        raise RecordRefused('court: no text; give the code of the court, as in "苏0684", or null')
    if not isinstance(features, dict):
        raise RecordRefused('features: missing or no object; give them by name, as in {"surrender": true}')
    for feature, value in features.items():
        if type(value) not in VALUES:
            raise RecordRefused(f"features.{feature}: must be a number, a text, true, false or null, as in 1")
        if isinstance(value, (int, float)) and not -LARGEST <= value <= LARGEST:
            raise RecordRefused(
                f"features.{feature}: too large to count with; give a number of at most 1e15, as in 1"
            )
    day = record.get("date")
    return Observation(
        str(name), stratum, float(outcome), features, court or "", None if day is None else _date(day),
        audit=_audit(record.get("audit")),
    )  # fmt: skip


def written_error(name: object, sentence: str) -> bytes:
    return _bytes(f'{{"id": {_written(name)}, "error": {_written(sentence)}}}\n')


def written_lines(ids: Sequence[str | int], measured: Measured) -> list[bytes]:
    """One line a case, with ``LATER`` where q and flagged belong; ``ids`` as they were given."""
    known: dict[int, str] = {}
    columns = [_printable(getattr(measured, name)) for name in PRINTED]
    higher = (measured.outcomes > measured.expected).tolist()
    lower = (measured.outcomes < measured.expected).tolist()
    lines = []
    for place, (name, *numbers) in enumerate(zip(ids, *columns, strict=True)):
        if measured.codes[place]:
            lines.append(_abstained(name, measured, place))
            continue
        expected, low, high, low99, high99, baseline, score, p = numbers
        factors, alike = measured.factors[place], measured.comparables[place]
        if id(factors) not in known:
            known[id(factors)] = _factors(factors)
        if id(alike) not in known:
            known[id(alike)] = _written(alike)
        direction = '"higher"' if higher[place] else '"lower"' if lower[place] else "null"
        lines.append(
            _bytes(
                f'{{"id": {_written(name)}, "state": "scored", "expected": {expected}, "low": {low}, "high": {high}, '
                f'"low99": {low99}, "high99": {high99}, "baseline": {baseline}, "peers": {measured.peers[place]}, '
                f'"used": "{measured.used[place]}", "score": {score}, "p": {p}, \x00, "direction": {direction}, '
                f'"comparables": {known[id(alike)]}, "factors": {known[id(factors)]}}}\n'
            )
        )
    return lines


def written_verdict(q: float, flagged: bool) -> bytes:
    return f'"q": {round(q, PLACES)}, "flagged": {"true" if flagged else "false"}'.encode()


def written_card(card: dict[str, Any]) -> bytes:
    return _bytes(json.dumps(card, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def _date(day: object) -> Date:
    try:
        if isinstance(day, str) and DAY.fullmatch(day):
            return Date.fromisoformat(day)
    except ValueError:
        pass
    raise RecordRefused(
        f"date: {_written(day)} is no date; give year, month and day, as in 2024-01-15, or null"
    )


def _audit(audit: object) -> dict[str, object]:
    if audit is None:
        return {}
    if not isinstance(audit, dict):
        raise RecordRefused('audit: no object; give protected attributes by name, as in {"gender": 1}')
    return audit


def _abstained(name: str | int, measured: Measured, place: int) -> bytes:
    return _bytes(
        f'{{"id": {_written(name)}, "state": "abstained", "reason": {_written(measured.reasons[place])}, '
        f'"reason_code": "{measured.codes[place]}", "peers": {measured.peers[place]}, {SILENT}'
    )


def _factors(factors: Sequence[tuple[str, float]]) -> str:
    return _written([{"feature": feature, "effect": effect} for feature, effect in factors])


def _printable(numbers: Any) -> list[float]:
    rounded: list[float] = numbers.round(PLACES).tolist()
    return rounded


def _bytes(text: str) -> bytes:
    # Half a character (a lone surrogate) came in through an escape; it goes out the same way.
    return text.encode("utf-8", "backslashreplace")
