"""The arithmetic of the sentencing guideline (量刑指导意见, 法发〔2021〕21号): a draft checked against itself.

``check_draft`` says where a draft leaves the interval the guideline allows, the statutory range, or its own ratios. It
never proposes a sentence: what ``sentence_range`` comes to only explains the ratios a judge has entered. Every number is
the catalogue's (``Law.guideline``); every step is a sentence with its basis. Exact in decimals: 42 × 0.70 is 29.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalogues.sentencing_law import Band, CaseElement, Factor, Guideline, Increment, Offence
from deviation.guideline_check import Check, check_draft
from deviation.guideline_range import Computed, Interval, guideline_interval, sentence_range
from deviation.guideline_steps import NONE, exact, from_to, said

__all__ = [
    "Band", "Check", "Circumstances", "Computed", "Factor", "Guideline", "Increase", "Increment", "Interval", "Offence",
    "check_draft", "circumstances_of", "guideline_interval", "increase_of", "sentence_range",
]  # fmt: skip

#: What having paid and having been forgiven come to (赔偿谅解情节的各档).
PAID_AND_FORGIVEN = {(True, True): "赔偿并谅解", (True, False): "赔偿未谅解", (False, True): "谅解未赔偿"}


@dataclass(frozen=True)
class Increase:
    """What is added to the start (增加刑罚量), in months: the table gives a range."""

    low: float
    high: float
    because: tuple[str, ...]


@dataclass(frozen=True)
class Circumstances:
    """What the elements of a case mean to the guideline: factors present, exceptions, whether the offence is minor."""

    present: frozenset[str]
    excepted: frozenset[str]
    minor_offence: bool


def circumstances_of(elements: Mapping[str, object], catalogue: Mapping[str, CaseElement]) -> Circumstances:
    """The circumstances that the recorded elements of a case (案件要素) stand for; what is not recorded is not there."""
    true = {key for key, value in elements.items() if value in (True, 1) and key in catalogue}
    paid = PAID_AND_FORGIVEN.get(
        (elements.get("compensated") in (True, 1), elements.get("forgiven") in (True, 1))
    )
    known = None not in (elements.get("compensated"), elements.get("forgiven"))
    present = {catalogue[key].guideline for key in true} | ({paid} if paid and known else set())
    excepted = {catalogue[key].excepts for key in true}
    return Circumstances(frozenset(present - {""}), frozenset(excepted - {""}), "minor_offence" in true)


def increase_of(
    *, offence: str, when: str, beyond: Mapping[str, float], table: Mapping[str, Increment]
) -> Increase:
    """What is added for more than the start takes: ``beyond`` gives, by element, how much more. Whole steps count."""
    low = high = NONE
    because: list[str] = []
    for row in table.values():
        more = beyond.get(row.element, 0)
        if row.offence != offence or row.when not in ("", when) or more < row.step:
            continue
        steps = exact(more) // exact(row.step)
        least, most = (steps * exact(months) for months in row.months)
        low, high = low + least, high + most
        because.append(
            f"{row.what}：超出{said(exact(more))}{row.unit}，增加{from_to(least, most)}个月（{row.basis}）。"
        )
    return Increase(float(low), float(high), tuple(because))
