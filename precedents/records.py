"""Records of the batch contract ``similar``: what a line must hold to be a document or a question."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from cases.batch import RecordRefused
from precedents.index import Document, Hit

#: Before an id that is a number, so that "5" and 5 stay two documents and each comes out as it went in.
_NUMBER = "\x01"


def read_document(record: Mapping[str, Any]) -> Document:
    """The case of one record. Raises ``RecordRefused``."""
    id, text, facts = _id(record), _text(record), _facts(record)
    if not text.strip() and all(value is None for value in facts.values()):
        raise RecordRefused(
            'text: missing and no facts either; give a text, facts or both, as in {"id": "1", "text": "…"}'
        )
    return Document(id, text, facts)


def written_hit(hit: Hit) -> dict[str, object]:
    """A hit as the contract states it."""
    return {"id": given_id(hit.id), "score": hit.score, "because": list(hit.because)}


def given_id(kept: str) -> object:
    """The id as it was given."""
    return json.loads(kept[1:]) if kept.startswith(_NUMBER) else kept


def _id(record: Mapping[str, Any]) -> str:
    given = record.get("id")
    if isinstance(given, bool) or not isinstance(given, str | int) or given == "":
        raise RecordRefused('id: missing or no text; give each record one, as in "c1"')
    return given if isinstance(given, str) else f"{_NUMBER}{given}"


def _text(record: Mapping[str, Any]) -> str:
    text = record.get("text")
    if text is None:
        return ""
    if not isinstance(text, str):
        raise RecordRefused(f"text: {json.dumps(text)[:40]} is no text; give the text of the case in quotes")
    return text


def _facts(record: Mapping[str, Any]) -> Mapping[str, object]:
    facts = record.get("facts")
    if facts is None:
        return {}
    if not isinstance(facts, dict):
        raise RecordRefused('facts: no object; give the facts by name, as in {"deaths": 1, "fled": true}')
    for name, value in facts.items():
        _check(f"facts.{name}", value)
    return facts


def _check(name: str, value: object) -> None:
    parts = value if isinstance(value, list) else [value]
    if any(isinstance(part, list | dict) for part in parts):
        raise RecordRefused(f"{name}: nested; give a number, a text, true, false, null or a list of these")
    if any(isinstance(part, float) and not math.isfinite(part) for part in parts):
        raise RecordRefused(f"{name}: larger than any number here; give a number below 1e308")
    if any(isinstance(part, int) and abs(part) > 10**300 for part in parts):
        raise RecordRefused(f"{name}: larger than any number here; give a number below 1e300")
