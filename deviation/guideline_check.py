"""A draft sentence against the guideline, the statute and the ratios it was reasoned with (量刑核对). Proposes nothing.

Internal to ``guideline``, which is the front.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from catalogues.sentencing_law import Band
from deviation.guideline_range import DISCRETION, STATUTE, Interval, clipped, sentence_range, strictness
from deviation.guideline_steps import (
    Factors,
    exact,
    excepting,
    excluding,
    from_to,
    in_order,
    left_out,
    limit_of,
    lowest_ratio,
    percent,
    said,
    together,
)

Breach = tuple[str, str]  # code, sentence


@dataclass(frozen=True)
class Check:
    """What there is to say about a draft. ``inside`` None: the guideline has no interval for it.

    ``breaches`` are sentences, ``codes`` the kind of each: below_interval, above_interval, below_statute, above_statute,
    ratio_outside, double_counted, must_missing, excluded_pair, excepted, beyond_discretion.
    """

    inside: bool | None
    breaches: tuple[str, ...]
    codes: tuple[str, ...]
    low: float | None
    high: float | None
    because: tuple[str, ...]


def check_draft(
    months: float,
    interval: Interval | None,
    *,
    factors: Factors,
    band: Band | None = None,
    applied: Mapping[str, float] | None = None,
    present: Collection[str] = (),
    offence: str = "",
    minor_offence: bool = False,
    excepted: Collection[str] = (),
    base: float | None = None,
    discretion: float | None = None,
) -> Check:
    """A draft of so many months beside what the guideline allows, and its own ratios beside their rules.

    ``applied`` are the ratios the judge has entered, None where none were; ``present`` the circumstances the case
    records. With ``base``, ``band`` and ``discretion`` the draft is held against the judge's own arithmetic too.
    """
    ratios = applied or {}
    names = in_order({*ratios, *present}, factors)
    found: list[Breach] = [
        *_outside(months, interval),
        *_unlawful(months, band, names, factors),
        *_misapplied(ratios, factors, minor_offence, excepted),
        *(_missing(ratios, names, factors) if applied is not None else ()),
    ]
    because = [*(interval.because if interval else ())]
    if applied is not None and base is not None and band is not None and discretion is not None:
        own = sentence_range(
            base=base, applied=applied, law=band.law, factors=factors, offence=offence,
            minor_offence=minor_offence, excepted=excepted,
        )  # fmt: skip
        because += own.because
        found += _moved(months, own.r, discretion, band, ratios, factors)
    elif offence:
        because += [
            strictness(name, offence, factors) for name in ratios if offence in factors[name].strict_for
        ]
    return Check(
        inside=None if interval is None else not any(code.endswith("_interval") for code, _ in found),
        breaches=tuple(sentence for _, sentence in found),
        codes=tuple(code for code, _ in found),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        because=tuple(dict.fromkeys(because)),
    )


def _outside(months: float, interval: Interval | None) -> Iterator[Breach]:
    if interval is None:
        return
    if months < interval.low:
        yield (
            "below_interval",
            f"拟判{said(exact(months))}个月，低于指导意见区间的下限{said(exact(interval.low))}个月（{DISCRETION}）。",
        )
    if interval.high is not None and months > interval.high:
        yield (
            "above_interval",
            f"拟判{said(exact(months))}个月，高于指导意见区间的上限{said(exact(interval.high))}个月（{DISCRETION}）。",
        )


def _unlawful(months: float, band: Band | None, names: tuple[str, ...], factors: Factors) -> Iterator[Breach]:
    if band is None:
        return
    least, most = map(exact, band.law)
    mitigated = any(factors[name].mitigates for name in names)
    if exact(months) < least and not mitigated:
        yield (
            "below_statute",
            f"拟判{said(exact(months))}个月，低于法定最低刑{said(least)}个月，而没有减轻处罚情节（{STATUTE}）。",
        )
    if exact(months) > most:
        yield "above_statute", f"拟判{said(exact(months))}个月，高于法定最高刑{said(most)}个月（{STATUTE}）。"


def _misapplied(
    ratios: Mapping[str, float], factors: Factors, minor_offence: bool, excepted: Collection[str]
) -> Iterator[Breach]:
    names = in_order(ratios, factors)
    for name in names:
        factor, ratio = factors[name], exact(ratios[name])
        low, high = lowest_ratio(factor, minor_offence), exact(factor.high)
        if not low <= ratio <= high:
            yield (
                "ratio_outside",
                (
                    f"{name}填为{percent(ratio)}，不在指导意见的{said(low * 100)}%至{said(high * 100)}%以内（{factor.basis}）。"
                ),
            )
        if other := excluding(name, names, factors):
            yield "excluded_pair", f"{name}与{other}不能同时适用（{factor.basis}）。"
        if one := excepting(name, excepted, factors):
            yield "excepted", f"{name}不适用于{one}（{factor.basis}）。"
    out = left_out(names, excepted, factors)
    yield from _twice(tuple(name for name in names if name not in out), ratios, factors, minor_offence)


def _twice(
    names: tuple[str, ...], ratios: Mapping[str, float], factors: Factors, minor_offence: bool
) -> Iterator[Breach]:
    """One circumstance under two names, or those judged together (不作重复评价) beyond what they may come to."""
    for one, other in combinations(names, 2):
        if factors[one].family and factors[one].family == factors[other].family:
            yield (
                "double_counted",
                f"{one}与{other}是同一情节（{factors[one].family}）的不同档，只能适用其一（{factors[one].basis}）。",
            )
    for name in names:
        others = together(name, names, factors)
        group = sum((exact(ratios[one]) for one in (name, *others)), exact(0))
        limit = limit_of(factors[name], others, minor_offence)
        if others and -group > limit:
            yield (
                "double_counted",
                (
                    f"{'、'.join([name, *others])}合计{percent(group)}，重复评价，至多减少{said(limit * 100)}%（{factors[name].basis}）。"
                ),
            )


def _missing(ratios: Mapping[str, float], names: tuple[str, ...], factors: Factors) -> Iterator[Breach]:
    for name in names:
        if factors[name].must and name not in ratios:
            yield "must_missing", f"有{name}情节，应当适用而未适用（{factors[name].basis}）。"


def _moved(
    months: float, r: float, discretion: float, band: Band, ratios: Mapping[str, float], factors: Factors
) -> Iterator[Breach]:
    """Whether the draft lies further from the judge's own arithmetic than a panel may move it."""
    share = exact(discretion)
    mitigated = any(factors[name].mitigates and ratio < 0 for name, ratio in ratios.items())
    low, high = clipped(exact(r) * (1 - share), exact(r) * (1 + share), band, mitigated)
    if not low <= exact(months) <= high:
        yield (
            "beyond_discretion",
            (
                f"拟判{said(exact(months))}个月，超出按所填比例计算结果上下{said(share * 100)}%并依法定刑限定的{from_to(low, high)}个月，"
                f"应提交审判委员会讨论（{DISCRETION}）。"
            ),
        )
