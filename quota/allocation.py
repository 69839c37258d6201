"""Sharing out whole seats between bounds (员额配置): losing and inventing none, the same on every machine."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeVar

from quota import largest_remainder
from quota.huntington import Table, share_table
from quota.largest_remainder import Shared
from quota.limits import bounds, cap
from quota.need import nearest
from quota.steps import Step, steps_by_priority, steps_by_remainder

__all__ = ["Allocation", "Infeasible", "allocate", "bounds", "cap", "two_level"]

Method = Literal["largest_remainder", "huntington_hill"]
METHODS: dict[str, str] = {"largest_remainder": "最大余数法", "huntington_hill": "等比例法"}
#: How many courts a refusal names.
NAMED = 5
V = TypeVar("V")


class Infeasible(ValueError):
    """The seats cannot be shared out within the bounds; the sentence names the bound that cannot hold.

    ``chinese`` says the same on a page.
    """

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


@dataclass(frozen=True)
class Allocation:
    """``seats`` by court, in the order of the needs; ``steps`` says how the last seat of each came."""

    seats: dict[str, int]
    total: int
    needs: Mapping[str, float] = field(repr=False)
    low: Mapping[str, int] = field(repr=False)
    high: Mapping[str, int] = field(repr=False)
    method: str = "largest_remainder"
    shared: Shared | None = field(default=None, repr=False)

    @cached_property
    def steps(self) -> dict[str, Step]:
        if self.shared is not None:
            return steps_by_remainder(self.shared)
        return steps_by_priority(self.seats, self.needs, self.low, self.high)


def allocate(
    total: int,
    needs: Mapping[str, float],
    *,
    low: Mapping[str, int],
    high: Mapping[str, int],
    method: str = "largest_remainder",
    sitting: Sequence[str] = (),
) -> Allocation:
    """Share ``total`` seats in proportion to the needs, each court between ``low`` and ``high``.

    ``largest_remainder`` (最大余数法): every court not held at a bound gets its share rounded down or up; ties to the larger
    need, then by code. ``huntington_hill`` (等比例法): no court ever loses a seat when there are more to share. ``Infeasible``
    when the bounds cannot hold; it names the courts whose floor is their judges in post (``sitting``).
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {nearest(method, METHODS)}")
    table = Table(needs, low, high)
    _check(total, table, {code: low[code] for code in sitting})
    if method == "huntington_hill":
        return Allocation(share_table(total, table), total, needs, low, high, method)
    shared = largest_remainder.share_out(total, needs, low, high)
    return Allocation(shared.seats, total, needs, low, high, method, shared)


def two_level(
    total: int,
    needs: Mapping[str, float],
    *,
    groups: Mapping[str, str],
    low: Mapping[str, int],
    high: Mapping[str, int],
    method: str = "largest_remainder",
) -> tuple[Allocation, dict[str, Allocation]]:
    """First to the prefectures by the sum of their courts' needs, then within each: (of the prefectures, of each its own)."""
    members = _members(needs, groups)
    upper = allocate(
        total,
        {group: math.fsum(needs[code] for code in codes) for group, codes in members.items()},
        low={group: sum(low[code] for code in codes) for group, codes in members.items()},
        high={group: sum(high[code] for code in codes) for group, codes in members.items()},
        method=method,
    )
    lower = {
        group: allocate(seats, _of(members[group], needs), low=low, high=high, method=method)
        for group, seats in upper.seats.items()
    }
    return upper, lower


def seats_of(lower: Mapping[str, Allocation], order: Iterable[str]) -> dict[str, int]:
    """The seats of a two-level allocation, in the order asked for."""
    found = {code: seats for each in lower.values() for code, seats in each.seats.items()}
    return {code: found[code] for code in order}


def _members(needs: Mapping[str, float], groups: Mapping[str, str]) -> dict[str, list[str]]:
    members: dict[str, list[str]] = {}
    for code in needs:
        members.setdefault(groups[code], []).append(code)
    return members


def _of(codes: Iterable[str], values: Mapping[str, V]) -> dict[str, V]:
    return {code: values[code] for code in codes}


def _check(total: int, table: Table, sitting: Mapping[str, int]) -> None:
    if not table.in_bounds():
        _refuse_court(table)
    if not math.isfinite(most := float(table.needs.sum())) or (table.needs < 0).any():
        raise ValueError(f"the needs must be finite and not below nought; their sum is {most}")
    _check_sums(total, int(table.low.sum()), int(table.high.sum()), len(table.by_code), sitting)


def _refuse_court(table: Table) -> None:
    for code, low, high in zip(table.by_code, table.low, table.high, strict=True):
        if low < 0:
            raise Infeasible(f"{code}: its floor is {low}; give nought or more", f"{code}：下限不能小于 0")
        if low > high:
            raise Infeasible(
                f"{code}: its floor of {low} seats is above its ceiling of {high}; "
                "lower the floor, or raise its ceiling or its staffing",
                f"{code}：下限 {low} 名高于上限 {high} 名；请降低下限，或者提高上限、核定编制",
            )


def _check_sums(total: int, least: int, most: int, courts: int, sitting: Mapping[str, int]) -> None:
    if total < least and sitting:
        named = ", ".join(f"{code} {count}" for code, count in list(sitting.items())[:NAMED])
        more = f" and {len(sitting) - NAMED} more" if len(sitting) > NAMED else ""
        raise Infeasible(
            f"the floors of {courts} courts add up to {least} seats, more than the {total} there are, and judges "
            f"in post, who are kept, raise them at {named}{more}; share out at least {least}",
            f"{courts} 个法院的下限合计 {least} 名，多于可分配的 {total} 名；其中 {len(sitting)} 个法院的下限是在任法官数"
            f"（{named.replace(', ', '、')}{'等' if more else ''}），在任的不减少；请至少分配 {least} 名",
        )
    if total < least:
        raise Infeasible(
            f"the floors of {courts} courts add up to {least} seats, more than the {total} there are; "
            f"lower the floors or share out at least {least}",
            f"{courts} 个法院的下限合计 {least} 名，多于可分配的 {total} 名；请降低下限，或者至少分配 {least} 名",
        )
    if total > most:
        raise Infeasible(
            f"the ceilings of {courts} courts add up to {most} seats, fewer than the {total} to share out; "
            f"raise the ceilings or share out at most {most}",
            f"{courts} 个法院的上限合计 {most} 名，少于要分配的 {total} 名；请提高上限，或者最多分配 {most} 名",
        )
