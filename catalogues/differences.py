"""What differs between two editions of a catalogue, field by field, in words for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalogues.fields import Field
from catalogues.kinds import KINDS

Entries = Iterable[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Change:
    """One field that differs: its path in words, and the value on either side (empty where absent)."""

    where: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """One entry that differs: ``what`` is added, removed or changed."""

    code: str
    name: str
    what: str
    changes: tuple[Change, ...]


def compare(kind: str, before: Entries, after: Entries) -> list[Difference]:
    """Every entry that differs between two editions of ``kind``, in the order of the newer one, removals last."""
    old, new = dict(before), dict(after)
    fields = KINDS[kind].fields
    found = [
        difference(code, fields, old.get(code), body) for code, body in new.items() if old.get(code) != body
    ]
    removed = [difference(code, fields, body, None) for code, body in old.items() if code not in new]
    return found + removed


def difference(
    code: str, fields: tuple[Field, ...], old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Difference:
    left, right = dict(words(fields, old or {})), dict(words(fields, new or {}))
    changes = tuple(
        Change(where, left.get(where, ""), right.get(where, ""))
        for where in dict.fromkeys([*left, *right])
        if left.get(where) != right.get(where)
    )
    what = "added" if old is None else "removed" if new is None else "changed"
    name = str((new or old or {}).get("name", ""))
    return Difference(code, name, what, changes)


def words(fields: tuple[Field, ...], body: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Every value of an entry with its path, both as people read them."""
    for field in fields:
        value = body.get(field.name)
        if value is None or value == "":
            continue
        if field.type == "items":
            for place, item in enumerate(value, start=1):
                yield from words(field.fields, item, f"{path}{field.label} {place} · ")
        else:
            yield f"{path}{field.label}", shown(field, value)


def shown(field: Field, value: Any) -> str:
    """One value as people read it: choices by their words, lists joined."""
    values = value if isinstance(value, list) else [value]
    return "、".join(str((field.choices or {}).get(one, one)) for one in values)
