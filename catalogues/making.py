"""How a checked entry of a catalogue becomes a value of the law: shared by the parsers of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar

from catalogues.checks import Body, day

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def version_of(code: str, body: Body, version: Body) -> dict[str, Any]:
    """One version of an entry with what all its versions share."""
    shared = {name: frozen(value) for name, value in body.items() if name != "versions"}
    ends = version.get("effective_to")
    return {
        "plus_days": 0,
        **shared,
        **version,
        "id": code,
        "effective_from": day(version["effective_from"]),
        "effective_to": None if ends is None else day(ends),
    }


def frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def made(form: type[T], facts: Mapping[str, Any]) -> T:
    """A value of that form; what the entry does not say is None, unless the form has a default of its own."""
    said = {
        one.name: facts.get(one.name) for one in fields(form) if one.name in facts or one.default is MISSING
    }
    return form(**said)
