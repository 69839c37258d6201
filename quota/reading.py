"""Values of a plan or a scenario, read or refused with a sentence that says where, what is wrong and what would be right."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from predicates.problems import misread, shown, unknown

#: A number in the scientific notation of JSON, which YAML takes for a word.
SCIENTIFIC = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?[eE][-+]?[0-9]+")
MOST = 1e12
MOST_SEATS = 10_000_000


def mapping(value: Any, *path: str | int) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise misread(
            f"{shown(value)} holds no entries; give name: value",
            f"{shown(value)} 不是按名称填写的各项",
            *path,
        )
    return value


def listed(value: Any, *path: str | int) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise misread(f"{shown(value)} is no list", f"{shown(value)} 不是列表", *path)
    return list(value)


def number(value: Any, *path: str | int, least: float = 0.0, most: float = MOST) -> float:
    """A finite number between the two, both included; whole numbers stay whole."""
    if isinstance(value, str) and SCIENTIFIC.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(min(value, most)):
        raise misread(
            f"{shown(value)} is not a number; give one, as in 12.5", f"{shown(value)} 不是数字", *path
        )
    if not least <= value <= most:
        raise misread(
            f"{shown(value)} is out of range; give a number from {least:g} to {most:g}",
            f"{shown(value)} 超出范围；应在 {least:g} 至 {most:g} 之间",
            *path,
        )
    return value


def whole(value: Any, *path: str | int, least: int = 0, most: int = MOST_SEATS) -> int:
    found = number(value, *path, least=least, most=most)
    if found != int(found):
        raise misread(f"{found} is not a whole number", f"{found} 不是整数", *path)
    return int(found)


def text(value: Any, *path: str | int) -> str:
    if not isinstance(value, str):
        raise misread(f"{shown(value)} is no text", f"{shown(value)} 不是文字", *path)
    return value


def choice(value: Any, what: str, chinese: str, known: Iterable[str], *path: str | int) -> str:
    names = list(known)
    if not isinstance(value, str) or value not in names:
        raise unknown(what, chinese, str(value), names, *path)
    return value


def numbers(
    value: Any, known: Iterable[str] | None, what: str, chinese: str, *path: str | int, least: float = 0.0
) -> dict[str, float]:
    """Numbers by name; names other than those known are refused with the nearest one."""
    names = None if known is None else list(known)
    found = {}
    for name, each in mapping(value, *path).items():
        if names is not None and name not in names:
            raise unknown(what, chinese, name, names, *path, name)
        found[name] = number(each, *path, name, least=least)
    return found
