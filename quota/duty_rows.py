"""Lines of the circular of leaders' cases (院领导办案通报) as plain values, and their sum. Pure.

Nothing of a single case stands in a line, and no line is placed by its figures: the order is the organisational one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from catalogues.quota_law import LeaderDuty
from quota.duties import DutyLine, duty
from quota.duty_spans import Period, Span, months_in

#: Posts with a duty in organisational order: the post of the catalogue, and what the circular calls it.
LEADERS = {
    "president": ("president", "院长"),
    "vice_president": ("leader", "副院长"),
    "ac_member": ("leader", "审委会专职委员"),
    "division_head": ("division_head", "庭长"),
}
#: The levels of courts as the catalogue of duties names them.
LEVELS = {2: "high", 3: "intermediate", 4: "basic"}
CENTS = Decimal("0.01")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Leader:
    """One leading post of one person in the period; ``spans`` are its days, ``counted`` those also on the quota."""

    person: int
    name: str
    role: str
    division: int | None
    division_name: str
    spans: tuple[Span, ...]
    counted: tuple[Span, ...]


@dataclass(frozen=True)
class Bench:
    """What a leader's duty is a share of: cases closed by quota judges, and how many judges they were (按在额月数)."""

    closed: int = 0
    judges: Decimal = Decimal(0)

    @property
    def mean(self) -> Decimal | None:
        return rounded(Fraction(self.closed) / Fraction(self.judges)) if self.judges else None


@dataclass(frozen=True)
class Heard:
    """Cases closed while in post, each counted once; of ``four_category`` and members see ``duty_counting``."""

    as_judge: int = 0
    as_presiding: int = 0
    as_member: int = 0
    four_category: int = 0

    @property
    def done(self) -> int:
        return self.as_judge + self.as_presiding


def row_of(
    leader: Leader, period: Period, *, level: str, rule: LeaderDuty | None, bench: Bench, heard: Heard
) -> dict[str, Any]:
    """The line of one post. Not on the quota, or no share in the catalogue: nothing is required and nothing missing."""
    is_on = bool(leader.counted)
    months = rounded(months_in(leader.counted or leader.spans, period))
    line = duty_of(leader, period, level, rule, bench, heard, months) if is_on and rule else None
    return {
        "person": leader.person, "name": leader.name, "role": leader.role, "post": LEADERS[leader.role][1],
        "division": leader.division_name, "months": str(months), "on_quota": is_on,
        "share": [rule.low, rule.high] if rule and is_on else None,
        "base": str(bench.mean) if is_on and rule and bench.mean is not None else None,
        "base_closed": bench.closed, "base_judges": str(bench.judges), "base_of": rule.of if rule else "",
        "required": line.required if line else None, "required_most": line.required_most if line else None,
        "done": heard.done, "as_judge": heard.as_judge, "as_presiding": heard.as_presiding,
        "as_member": heard.as_member, "four_category": heard.four_category, "gap": line.gap if line else None,
        "basis": rule.basis if rule else "", "confidence": rule.confidence if rule else "",
    }  # fmt: skip


def duty_of(
    leader: Leader, period: Period, level: str, rule: LeaderDuty, bench: Bench, heard: Heard, months: Decimal
) -> DutyLine:
    """From the figures as they are printed, so that a reader who calculates gets the same."""
    return duty(
        post=LEADERS[leader.role][0],
        level=level,
        months=Fraction(months),
        base_mean=None if bench.mean is None else float(bench.mean),
        low=rule.low,
        high=rule.high,
        done=heard.done,
        as_judge=heard.as_judge,
        four_category=heard.four_category,
        period_months=period.months,
    )


@dataclass(frozen=True)
class Summary:
    """All leaders together: how many are on the quota, how many of them heard cases, and the mean of those on it."""

    people: int
    on_quota: int
    handling: int
    done: int
    short: int

    @property
    def off_quota(self) -> int:
        return self.people - self.on_quota

    @property
    def mean(self) -> Decimal | None:
        return rounded(Fraction(self.done, self.on_quota)) if self.on_quota else None


def summary(rows: Iterable[Row]) -> Summary:
    """A person with several posts is one person; ``short`` counts people who miss the least required in some post."""
    rows = list(rows)
    bound = [row for row in rows if row["on_quota"]]
    return Summary(
        people=len({row["person"] for row in rows}),
        on_quota=len({row["person"] for row in bound}),
        handling=len({row["person"] for row in bound if row["done"]}),
        done=sum(row["done"] for row in bound),
        short=len({row["person"] for row in bound if row["gap"]}),
    )


def added(summaries: Sequence[Summary]) -> Summary:
    """Several courts together; nobody leads two of them."""
    names = ("people", "on_quota", "handling", "done", "short")
    return Summary(**{name: sum(getattr(one, name) for one in summaries) for name in names})


def rounded(value: Fraction) -> Decimal:
    """To two decimals, half up (四舍五入)."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(CENTS, ROUND_HALF_UP)


def share_words(share: Sequence[float] | None) -> str:
    """30%至40%; 5% where the range is one point."""
    if not share:
        return ""
    low, high = (f"{(Decimal(str(each)) * 100).normalize():f}" for each in share)
    return f"{low}%" if low == high else f"{low}%至{high}%"


def required_words(row: Row) -> str:
    if row["required"] is None:
        return ""
    least, most = row["required"], row["required_most"]
    return str(least) if least == most else f"{least}至{most}"
