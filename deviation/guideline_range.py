"""What ratios make of a base sentence, and from where to where the guideline allows a sentence (量刑指导意见).

Internal to ``guideline``, which is the front.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from catalogues.sentencing_law import Band, Offence
from deviation.guideline_steps import (
    ONE,
    Factors,
    Ratios,
    exact,
    first_tier,
    from_to,
    in_order,
    left_out,
    lowest_ratio,
    raised,
    result_of,
    said,
    second_tier,
    walk,
)

STATUTE = "刑法第六十二条、第六十三条"
DISCRETION = "法发〔2021〕21号第二部分"


@dataclass(frozen=True)
class Computed:
    """What a judge's own ratios make of the base: ``r`` by arithmetic, ``final`` inside what the statute allows."""

    r: float
    final: float
    because: tuple[str, ...]


@dataclass(frozen=True)
class Interval:
    """From where to where the guideline allows a sentence, in months; ``high`` None: open, life is possible."""

    low: float
    high: float | None
    because: tuple[str, ...]


def sentence_range(
    *,
    base: float,
    applied: Mapping[str, float],
    law: tuple[float, float],
    factors: Factors,
    offence: str = "",
    minor_offence: bool = False,
    excepted: Collection[str] = (),
) -> Computed:
    """What the ratios a judge has entered make of the base, and of that what the statute allows. For explaining only.

    ``ValueError`` for a factor that is not in the table.
    """
    names = in_order(applied, factors)
    out = left_out(names, excepted, factors)
    ratios = {name: exact(applied[name]) for name in names if name not in out}
    steps = walk(exact(base), ratios, factors, minor_offence)
    final, why = _lawful(steps.result, law, ratios, factors)
    strict = [strictness(name, offence, factors) for name in ratios if offence in factors[name].strict_for]
    return Computed(_told(steps.result), _told(final), (*out.values(), *strict, *steps.because, why))


def strictness(name: str, offence: str, factors: Factors) -> str:
    return f"{name}：对{offence}犯罪应当从严掌握（{factors[name].basis}）。"


def _lawful(
    result: Decimal, law: tuple[float, float], ratios: Ratios, factors: Factors
) -> tuple[Decimal, str]:
    least, most = map(exact, law)
    if result > most:
        return most, f"{said(result)}个月高于法定最高刑，以法定最高刑{said(most)}个月为限（{STATUTE}）。"
    if result >= least:
        return result, f"{said(result)}个月在法定刑{from_to(least, most)}个月以内（{STATUTE}）。"
    if mitigating := [name for name, ratio in ratios.items() if factors[name].mitigates and ratio < 0]:
        return result, (
            f"{said(result)}个月低于法定最低刑{said(least)}个月，有减轻处罚情节（{'、'.join(mitigating)}），"
            f"可以在法定刑以下判处；有数个量刑幅度的，应在下一个幅度以内（{STATUTE}）。"
        )
    return (
        least,
        f"{said(result)}个月低于法定最低刑，只有从轻情节，以法定最低刑{said(least)}个月为限（{STATUTE}）。",
    )


def guideline_interval(
    *,
    offence: Offence,
    band: Band,
    increments: float | tuple[float, float] = 0.0,
    present: Collection[str],
    factors: Factors,
    discretion: float,
    base: float | None = None,
    minor_offence: bool = False,
    excepted: Collection[str] = (),
) -> Interval:
    """From the most lenient ratios less the discretion to the strictest plus it, inside the statutory range.

    ``base`` is the judge's own base sentence (基准刑); without it, all the starts the band allows, plus ``increments``.
    Below the statutory minimum only where a factor that is present mitigates (减轻).
    """
    names = in_order(present, factors)
    out = left_out(names, excepted, factors)
    counting = [name for name in names if name not in out]
    bases = _bases(band, increments, base)
    lenient = _ends(counting, factors, minor_offence, strict=False)
    strict = _ends(counting, factors, minor_offence, strict=True)
    lowest, highest = _extremes(bases, lenient, strict, factors, minor_offence)
    mitigating = [name for name in counting if factors[name].mitigates]
    low, high = clipped(
        lowest * (ONE - exact(discretion)), highest * (ONE + exact(discretion)), band, bool(mitigating)
    )
    because = (
        f"{offence.label or offence.name}（{offence.article}）{band.when}：基准刑{from_to(*bases)}个月，"
        f"法定刑{from_to(*map(exact, band.law))}个月（{offence.basis}）。",
        *out.values(),
        *(
            strictness(name, offence.name, factors)
            for name in counting
            if offence.name in factors[name].strict_for
        ),
        f"各情节取最宽、最严的比例，为{from_to(lowest, highest)}个月；再各放宽{said(exact(discretion) * 100)}%（{DISCRETION}）。",
        *_clips_said(band, mitigating),
    )
    return Interval(_told(low), None if band.life else _told(high), because)


def _bases(
    band: Band, increments: float | tuple[float, float], base: float | None
) -> tuple[Decimal, Decimal]:
    if base is not None:
        return exact(base), exact(base)
    more = increments if isinstance(increments, tuple) else (increments, increments)
    return exact(band.start[0]) + exact(more[0]), exact(band.start[1]) + exact(more[1])


def _ends(counting: list[str], factors: Factors, minor_offence: bool, *, strict: bool) -> dict[str, Decimal]:
    """The strictest or the most lenient ratio of each; of one family (同一情节的各档) the strictest or mildest alone."""
    found: dict[str, Decimal] = {}
    best: dict[str, str] = {}
    for name in counting:
        factor = factors[name]
        ratio = exact(factor.high) if strict else lowest_ratio(factor, minor_offence)
        rival = best.get(factor.family) if factor.family else None
        if rival is not None and (ratio > found[rival]) != strict:
            continue
        if rival is not None:
            del found[rival]
        found[name] = ratio
        best[factor.family] = name
    return {name: found[name] for name in counting if name in found}


def _extremes(
    bases: tuple[Decimal, Decimal], lenient: Ratios, strict: Ratios, factors: Factors, minor_offence: bool
) -> tuple[Decimal, Decimal]:
    """The least and the most the tiers can make of a base in between.

    In the adjusted base the result is a convex broken line (a least increase bends it): its most lies at an end, its
    least at an end or at a bend.
    """
    ends = bases[0] * first_tier(lenient, factors), bases[1] * first_tier(strict, factors)
    bends = [least / ratio for _, ratio, least in raised(lenient, factors) if ratio > 0]
    places = [*ends, *(bend for bend in bends if ends[0] < bend < ends[1])]
    little, _ = second_tier(lenient, factors, minor_offence)
    much, _ = second_tier(strict, factors, minor_offence)
    return (
        min(result_of(place, little, lenient, factors) for place in places),
        max(result_of(place, much, strict, factors) for place in ends),
    )


def clipped(low: Decimal, high: Decimal, band: Band, mitigated: bool) -> tuple[Decimal, Decimal]:
    """Both ends inside the statutory range; below its minimum only where a circumstance mitigates (减轻)."""
    least, most = map(exact, band.law)
    inside = max(least, min(low, most))
    return (min(low, most) if mitigated else inside), max(least, min(high, most))


def _clips_said(band: Band, mitigating: list[str]) -> tuple[str, ...]:
    lower = (
        f"有减轻处罚情节（{'、'.join(mitigating)}），可以低于法定最低刑（{STATUTE}）。"
        if mitigating
        else f"没有减轻处罚情节，不低于法定最低刑（{STATUTE}）。"
    )
    return (lower, "可以判处无期徒刑，上限不设。") if band.life else (lower,)


def _told(months: Decimal) -> float:
    return float(round(months, 9))
