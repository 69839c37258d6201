"""Which bounds of the catalogue a scenario moves (放宽的界限): whoever approves it is told, in sentences. Pure.

Any other least number of seats is told of, a greater one too: it gives a court seats its need does not ask for. New judges
count, because nobody who sits is taken a seat from: they raise what a court has at least.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def loosened(inputs: Mapping[str, Any]) -> list[str]:
    """One sentence a bound; empty where the catalogue's hold."""
    return [*_settings(inputs["levers"], inputs["settings"]), *_seats(inputs)]


def _settings(levers: Mapping[str, Any], held: Mapping[str, float]) -> Iterator[str]:
    floor, ceiling = levers.get("floor"), levers.get("ceiling")
    reserve, change = levers.get("reserve"), levers.get("change_limit")
    if floor is not None and floor != held["court_floor"]:
        yield f"每院最少员额由 {held['court_floor']:g} 名改为 {floor:g} 名"
    if ceiling is not None and ceiling > held["ceiling_ratio"]:
        yield f"每院员额占编制最高由 {_percent(held['ceiling_ratio'])} 放宽为 {_percent(ceiling)}"
    if reserve is not None and reserve < held["reserve_ratio"]:
        yield f"预留机动员额由 {_percent(held['reserve_ratio'])} 减为 {_percent(reserve)}"
    if change is not None and change > held["change_limit"]:
        yield f"每年调整幅度由 {_percent(held['change_limit'])} 放宽为 {_percent(change)}"


def _seats(inputs: Mapping[str, Any]) -> Iterator[str]:
    levers, names = inputs["levers"], {court["code"]: court["name"] for court in inputs["courts"]}
    if levers.get("change_step"):
        yield f"调整幅度不足一名的，可动 {levers['change_step']} 名"
    for code, count in (levers.get("new_judges") or {}).items():
        if count:
            yield f"{names.get(code, code)}把尚未在任的 {count} 名计入在任"


def _percent(share: float) -> str:
    return f"{round(share * 100, 4):g}%"
