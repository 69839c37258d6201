"""The questions of the batch contract ``weigh``: one JSON record read, or refused with a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from quota.weights import Unknown


class Question(TypedDict):
    """What ``weights.weigh`` is asked."""

    case_type: str | None
    cause: str
    procedure: str
    adders: list[str]
    role: str


def read_question(record: Mapping[str, Any]) -> Question:
    """The question a record asks. Raises ``Unknown`` for a field that is missing or of a wrong type."""
    if record.get("id") is None:
        raise Unknown("id", None, 'missing; give each record one, as in "1"')
    case_type = record.get("case_type")
    return {
        "case_type": None if case_type is None else _text("case_type", case_type, "civil"),
        "cause": _required(record, "cause", "买卖合同"),
        "procedure": _required(record, "procedure", "普通合议"),
        "adders": _adders(record.get("adders")),
        "role": _required(record, "role", "承办"),
    }


def _required(record: Mapping[str, Any], field: str, example: str) -> str:
    value = record.get(field)
    if value is None:
        raise Unknown(field, None, f'missing; give a name of the tables, as in "{example}"')
    return _text(field, value, example)


def _text(field: str, value: object, example: str) -> str:
    if isinstance(value, str):
        return value
    raise Unknown(field, value, f'{_short(value)} is no text; give a name of the tables, as in "{example}"')


def _adders(value: object) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unknown(
            "adders", value, f"{_short(value)} is no list; give a list of names, [] when there are none"
        )
    return [_text(f"adders[{place}]", one, "反诉") for place, one in enumerate(value)]


def _short(value: object) -> str:
    said = f'"{value}"' if isinstance(value, str) else repr(value)
    return said if len(said) <= 60 else f"{said[:57]}…"
