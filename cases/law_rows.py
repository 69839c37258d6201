"""The law as rows for SQL: limits, steps and grounds by window of validity, ready to be sent as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from cases.deadlines import DEFAULT_LADDER, STRICT_CATEGORIES
from cases.nodes import EXTENSION_STEPS, TABLE
from cases.periods import CRIMINAL, applies_to, is_counted
from catalogues.dated import Dated
from catalogues.law import Ground, Node, TimeLimit

V = TypeVar("V", bound=Dated)
Row = dict[str, Any]
BEGINNING, END = "-infinity", "infinity"
SIZES = {
    "day": ("days", 1),
    "month": ("months", 1),
    "year": ("months", 12),
    "workday": ("workdays", 1),
    "hour": ("hours", 1),
}


class Catalogues(Protocol):
    """What is read of the law in use."""

    @property
    def limits(self) -> Mapping[str, tuple[TimeLimit, ...]]: ...
    @property
    def nodes(self) -> Mapping[str, tuple[Node, ...]]: ...
    @property
    def grounds(self) -> Mapping[str, tuple[Ground, ...]]: ...


def limit_rows(law: Catalogues) -> list[Row]:
    return [
        _limit_row(limit, window) for versions in law.limits.values() for limit, window in windows(versions)
    ]


def node_rows(law: Catalogues) -> list[Row]:
    """The steps that are counted in days, months or working days."""
    wanted = {rule.node for rule in TABLE} | {node for nodes in EXTENSION_STEPS.values() for node in nodes}
    versions = (law.nodes[node] for node in sorted(wanted & set(law.nodes)))
    return [_node_row(node, window) for found in versions for node, window in windows(found)]


def ground_rows(law: Catalogues) -> list[Row]:
    """The grounds on which days do not run; the others leave the clock alone."""
    return [
        {
            "ground": ground.id,
            **window,
            "max_days": ground.max_n if ground.max_unit != "month" else None,
            "max_months": ground.max_n if ground.max_unit == "month" else None,
        }
        for versions in law.grounds.values()
        for ground, window in windows(versions)
        if is_counted(ground)
    ]


def fitting_rows(law: Catalogues) -> list[Row]:
    """Which grounds may stand in which category, as exclusions or as restarts; anything else is looked at singly."""
    categories = {limit.category for versions in law.limits.values() for limit in versions}
    return [
        {"ground": ground, "category": category, "restarts": restarts}
        for ground, versions in law.grounds.items()
        for category in sorted(categories)
        for restarts in (False, True)
        if versions[-1].effective_to is None
        and all(applies_to(each, (category,)) and (each.mode == "restart") == restarts for each in versions)
    ]


def extension_steps(law: Catalogues) -> list[Row]:
    """The steps an extension takes, for every limit that can be extended."""
    return [
        {"limit": limit, "node": node}
        for limit, versions in law.limits.items()
        if any(version.extensions for version in versions)
        for node in EXTENSION_STEPS.get(versions[-1].category, ())
    ]


def step_rules() -> list[Row]:
    return [
        {
            "rule": rule.node,
            "start": rule.start,
            "categories": rule.categories,
            "procedures": rule.procedures,
            "in_court": rule.in_court,
            "outlives_case": rule.outlives_case,
        }
        for rule in TABLE
    ]


def step_ends() -> list[Row]:
    return [
        {"rule": rule.node, "node": node, "later": node in rule.later_ends}
        for rule in TABLE
        for node in (*rule.ends, *rule.later_ends, rule.node)
    ]


def windows(versions: Iterable[V]) -> Iterator[tuple[V, Row]]:
    """Each version with the days it is used for; the first one also for everything before it."""
    ordered = sorted(versions, key=lambda version: version.effective_from)
    for number, version in enumerate(ordered):
        begins = version.effective_from.isoformat() if number else BEGINNING
        later = [ordered[number + 1].effective_from] if number + 1 < len(ordered) else []
        ended = [version.effective_to + timedelta(days=1)] if version.effective_to else []
        yield (
            version,
            {"valid_from": begins, "valid_until": min(later + ended).isoformat() if later + ended else END},
        )


def mid_days(categories: Iterable[str]) -> int:
    strict = STRICT_CATEGORIES.issuperset(categories)
    return DEFAULT_LADDER.mid_strict if strict else DEFAULT_LADDER.mid


def _limit_row(limit: TimeLimit, window: Row) -> Row:
    size = _size(limit.unit, limit.n or 0)
    size["days"] += limit.plus_days
    return {
        "rule": limit.id,
        **window,
        "unit": limit.unit or "",
        **size,
        "first": limit.first,
        "second": limit.second,
        "criminal": limit.counting == "criminal",
        "roll": limit.roll if limit.unit in ("day", "month", "year", "by_procedure") else "no",
        "accepted_first": limit.start in ACCEPTED_STARTS,
        "category": limit.category,
        "mid_days": mid_days((limit.category,)),
    }


#: Limits with these starts run from acceptance (受理); all others from filing (立案).
ACCEPTED_STARTS = ("accepted_date", "accepted_at")


def _node_row(node: Node, window: Row) -> Row:
    backwards = node.direction == "before"
    return {
        "rule": node.id,
        **window,
        **_size(node.unit, -(node.n or 0) if backwards else node.n or 0),
        "backwards": backwards,
        "criminal": node.scope == (CRIMINAL,),
        "rolls": not backwards and node.unit in ("day", "month", "year"),
    }


def _size(unit: str | None, n: int) -> Row:
    size = dict.fromkeys(("months", "days", "workdays", "hours"), 0)
    if unit in SIZES:
        name, times = SIZES[unit]
        size[name] = n * times
    return size
