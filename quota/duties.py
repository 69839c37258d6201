"""What leaders must hear themselves (院庭长办案): required, done, the gap, and in which role. Pure.

Only cases carried in a real role count (承办, 审判长, 独任): whoever merely signs has heard nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class DutyLine:
    """One line of the circular (院领导办案通报); None where it cannot be known.

    ``required`` is the least of ``required_most`` that the duty allows, both in whole cases; shares are of ``done``.
    """

    post: str
    level: str
    months: Fraction
    share: tuple[float, float]
    base: float | None
    required: int | None
    required_most: int | None
    done: int
    gap: int | None
    as_judge: int
    as_judge_share: float | None
    four_category: int
    four_category_share: float | None


def duty(
    *, post: str, level: str, months: float | Fraction, base_mean: float | None, low: float, high: float,
    done: int, as_judge: int, four_category: int, period_months: int,
) -> DutyLine:  # fmt: skip
    """``base_mean``: cases a judge of the court (庭长: of the division) closed on average in the ``period_months``.

    ``months`` of them were in post. A part of a case is a case: «not less than» is rounded up.
    """
    if not 0 <= months <= period_months:
        raise ValueError(f"months: {months} is not within the period; give 0 to {period_months}")
    if max(as_judge, four_category) > done or min(as_judge, four_category) < 0:
        raise ValueError("as_judge, four_category: are among the cases done; give 0 to that many")
    in_post = Fraction(months) / period_months
    required = None if base_mean is None else _cases(low, base_mean, in_post)
    return DutyLine(
        post, level, Fraction(months), (low, high), base_mean, required,
        None if base_mean is None else _cases(high, base_mean, in_post),
        done, None if required is None else max(0, required - done),
        as_judge, _share(as_judge, done), four_category, _share(four_category, done),
    )  # fmt: skip


def _cases(share: float, base: float, in_post: Fraction) -> int:
    # By what is written, not by what a float makes of it: 0.3 × 190 is 57 cases, not 57.000…01 and so 58.
    return math.ceil(Fraction(str(share)) * Fraction(str(base)) * in_post)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
