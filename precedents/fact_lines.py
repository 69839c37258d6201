"""Elements as people write them, a line each (要素): «自首=是». Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalogues.sentencing_law import CaseElement

YES, NO = "是", "否"


class Misread(Exception):
    """A line that cannot be read, as a Chinese sentence."""


def facts_in(text: str, known: Mapping[str, CaseElement]) -> dict[str, Any]:
    """The elements written in the text, by key."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return dict(fact_in(line, {element.name: element for element in known.values()}) for line in lines)


def fact_in(line: str, known: Mapping[str, CaseElement]) -> tuple[str, Any]:
    name, mark, value = (part.strip() for part in line.replace("＝", "=").partition("="))
    if not (mark and name and value):
        raise Misread(f"“{line}”应写作“名称=取值”，如“自首=是”")
    element = known.get(name)
    return (element.key, value_in(element, value)) if element else (name, plain(value))


def value_in(element: CaseElement, value: str) -> Any:
    if element.type == "bool":
        if value not in (YES, NO):
            raise Misread(f"“{element.name}”应为“是”或者“否”，现为“{value}”")
        return value == YES
    if element.type == "choice":
        codes = {name: code for code, name in element.choices}
        if value not in codes and value not in codes.values():
            raise Misread(f"“{element.name}”应为{'、'.join(codes)}之一，现为“{value}”")
        return codes.get(value, value)
    found = plain(value)
    if element.type in ("int", "number") and isinstance(found, str):
        raise Misread(f"“{element.name}”应为数，现为“{value}”")
    return found


def plain(value: str) -> Any:
    """A word, a number, or yes and no."""
    if value in (YES, NO):
        return value == YES
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if number.is_integer() and abs(number) < 1e15 else finite(number, value)


def finite(number: float, written: str) -> Any:
    return number if abs(number) < float("inf") else written


def lines_of_facts(facts: Mapping[str, Any], known: Mapping[str, CaseElement]) -> str:
    """Elements as the text that would be read as them."""
    return "\n".join(told(facts, known))


def told(facts: Mapping[str, Any], known: Mapping[str, CaseElement]) -> Iterator[str]:
    for key, value in sorted(facts.items()):
        element = known.get(key)
        yield f"{element.name if element else key}={shown(value, element)}"


def shown(value: Any, element: CaseElement | None) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return YES if value else NO
    if element is not None and element.type == "choice":
        return dict(element.choices).get(str(value), str(value))
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
