"""The steps of the sentencing guideline (量刑指导意见), exact in decimals: which circumstances count, and what they make of a base.

Internal to ``guideline``: what these steps arrive at explains a judge's own ratios and is never shown as a sentence to give.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from catalogues.checks import unknown
from catalogues.sentencing_law import Factor

Ratios = Mapping[str, Decimal]
Factors = Mapping[str, Factor]
ONE, NONE = Decimal(1), Decimal(0)
HOW = "法发〔2021〕21号第二部分"


def exact(number: float) -> Decimal:
    """The number as it was written: 0.1 is one tenth."""
    return Decimal(str(number))


def said(number: Decimal) -> str:
    """A number for people: at most four places, no idle zeros."""
    return f"{round(number, 4):f}".rstrip("0").rstrip(".") if number % 1 else f"{number:.0f}"


def percent(ratio: Decimal) -> str:
    return f"{'增加' if ratio > 0 else '减少'}{said(abs(ratio) * 100)}%"


def from_to(low: Decimal, high: Decimal) -> str:
    return said(low) if low == high else f"{said(low)}至{said(high)}"


def lowest_ratio(factor: Factor, minor_offence: bool) -> Decimal:
    """The most it may take off; all of it where the offence is minor and the guideline says so (免除处罚)."""
    return -ONE if minor_offence and factor.more_if_minor else exact(factor.low)


@dataclass(frozen=True)
class Steps:
    """A base after both tiers: ``adjusted`` after the first, ``result`` after the second."""

    adjusted: Decimal
    result: Decimal
    because: tuple[str, ...]


def in_order(names: Collection[str], factors: Factors) -> tuple[str, ...]:
    """The names in the order of the table. ``ValueError`` with a sentence for one that is not in it."""
    for name in names:
        if name not in factors:
            raise ValueError(unknown("factor", "量刑情节", name, factors)[0])
    return tuple(name for name in factors if name in names)


def excluding(name: str, names: Collection[str], factors: Factors) -> str:
    """The circumstance that excludes this one (已认定自首的不再适用当庭自愿认罪), or ""."""
    barred = factors[name].excluded_by
    return next((one for one in names if one in barred or factors[one].family in barred), "")


def excepting(name: str, excepted: Collection[str], factors: Factors) -> str:
    """The exception that keeps this circumstance out (过失犯罪的前科除外), or ""."""
    return next((one for one in factors[name].except_for if one in excepted), "")


def left_out(names: tuple[str, ...], excepted: Collection[str], factors: Factors) -> dict[str, str]:
    """The circumstances that do not count, each with the reason as a sentence."""
    found: dict[str, str] = {}
    for name in names:
        basis = factors[name].basis
        if other := excluding(name, names, factors):
            found[name] = f"{name}：已有{other}，不再适用（{basis}）。"
        elif one := excepting(name, excepted, factors):
            found[name] = f"{name}：属于除外情形（{one}），不适用（{basis}）。"
    return found


def together(name: str, names: Collection[str], factors: Factors) -> tuple[str, ...]:
    """The circumstances judged together with this one (不作重复评价)."""
    return tuple(one for one in factors[name].counted_with if one in names)


def limit_of(factor: Factor, others: Collection[str], minor_offence: bool) -> Decimal:
    """How much it and those judged with it may take off in all; where the offence is minor, all of it."""
    if not others:
        return -exact(factor.low)
    return ONE if minor_offence else exact(factor.combined_cap or -factor.low)


def second_tier(ratios: Ratios, factors: Factors, minor_offence: bool) -> tuple[Decimal, tuple[str, ...]]:
    """What the circumstances that add come to, without those with a least increase of their own."""
    because: list[str] = []
    adding = {
        name: ratio
        for name, ratio in ratios.items()
        if factors[name].tier == 2 and not factors[name].min_months
    }
    total = sum(adding.values(), NONE)
    for name in adding:
        if factors[name].combined_cap is None:
            continue
        others = together(name, adding, factors)
        group, limit = (
            adding[name] + sum((adding[one] for one in others), NONE),
            limit_of(factors[name], others, minor_offence),
        )
        who = "、".join([name, *others])
        if -group > limit:
            total += -limit - group
            because.append(
                f"{who}合计{percent(group)}，至多减少{said(limit * 100)}%（{factors[name].basis}）。"
            )
        elif others:
            because.append(
                f"{name}与{'、'.join(others)}合并评价，合计{percent(group)}，不作重复评价（{factors[name].basis}）。"
            )
    return total, tuple(because)


def first_tier(ratios: Ratios, factors: Factors) -> Decimal:
    """By what the circumstances that multiply change the base."""
    product = ONE
    for name, ratio in ratios.items():
        if factors[name].tier == 1:
            product *= ONE + ratio
    return product


def raised(ratios: Ratios, factors: Factors) -> Iterator[tuple[str, Decimal, Decimal]]:
    """The circumstances with a least increase (累犯): name, ratio, months."""
    for name, ratio in ratios.items():
        if factors[name].min_months:
            yield name, ratio, Decimal(factors[name].min_months)


def result_of(adjusted: Decimal, added: Decimal, ratios: Ratios, factors: Factors) -> Decimal:
    """The second tier laid on an adjusted base; never below nothing."""
    increase = sum((max(adjusted * ratio, least) for _, ratio, least in raised(ratios, factors)), NONE)
    return max(NONE, adjusted * (ONE + added) + increase)


def walk(base: Decimal, ratios: Ratios, factors: Factors, minor_offence: bool) -> Steps:
    """A base through both tiers, each step a sentence. ``ratios`` hold what counts, in the order of the table."""
    adjusted = base * first_tier(ratios, factors)
    added, caps = second_tier(ratios, factors, minor_offence)
    result = result_of(adjusted, added, ratios, factors)
    return Steps(
        adjusted,
        result,
        (
            *_first_said(base, adjusted, ratios, factors),
            *caps,
            *_second_said(adjusted, result, ratios, factors),
        ),
    )


def _first_said(base: Decimal, adjusted: Decimal, ratios: Ratios, factors: Factors) -> Iterator[str]:
    yield f"基准刑{said(base)}个月。"
    tier = {name: ratio for name, ratio in ratios.items() if factors[name].tier == 1}
    if tier:
        parts = "、".join(f"{name}{percent(ratio)}" for name, ratio in tier.items())
        yield f"先行连乘：{parts}，由{said(base)}个月调节为{said(adjusted)}个月（{HOW}）。"


def _second_said(adjusted: Decimal, result: Decimal, ratios: Ratios, factors: Factors) -> Iterator[str]:
    tier = {name: ratio for name, ratio in ratios.items() if factors[name].tier == 2}
    for name, ratio, least in raised(ratios, factors):
        if adjusted * ratio < least:
            yield (
                f"{name}{percent(ratio)}为{said(adjusted * ratio)}个月，一般不少于{said(least)}个月，"
                f"按{said(least)}个月计（{factors[name].basis}）。"
            )
    if tier:
        parts = "、".join(f"{name}{percent(ratio)}" for name, ratio in tier.items())
        yield f"同向相加、逆向相减：{parts}，由{said(adjusted)}个月调节为{said(result)}个月（{HOW}）。"
