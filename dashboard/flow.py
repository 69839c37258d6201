"""The flow of cases (收结存): counts in, ratios out, each with its definition in ``definitions``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")
NOTHING = "—"
MINUS = "−"


@dataclass(frozen=True)
class Flow:
    """Old stock, newly filed, closed and pending (旧存、新收、审结、未结) of a period.

    Refuses counts that break the identity 旧存 + 新收 − 审结 = 未结.
    """

    old: int = 0
    new: int = 0
    closed: int = 0
    pending: int = 0

    def __post_init__(self) -> None:
        if self.old + self.new - self.closed != self.pending:
            raise ValueError(
                f"{self.old} old + {self.new} new − {self.closed} closed is not {self.pending} pending"
            )

    def __add__(self, other: Flow) -> Flow:
        return Flow(
            self.old + other.old,
            self.new + other.new,
            self.closed + other.closed,
            self.pending + other.pending,
        )

    @property
    def accepted(self) -> int:
        """受理 = 旧存 + 新收."""
        return self.old + self.new

    @property
    def closing_rate(self) -> Decimal | None:
        """结案率 = 审结 ÷ 受理, in percent."""
        return share(self.closed, self.accepted)

    @property
    def clearance_rate(self) -> Decimal | None:
        """结收比 = 审结 ÷ 新收, in percent. Not the closing rate: never mix the two."""
        return share(self.closed, self.new)


def total(flows: Iterable[Flow]) -> Flow:
    return sum(flows, Flow())


def share(part: int, whole: int) -> Decimal | None:
    """``part`` of ``whole`` in percent, half up to two decimals; None of nothing."""
    return rounded(Decimal(100 * part) / whole) if whole else None


def rounded(value: Decimal) -> Decimal:
    return value.quantize(HUNDREDTH, ROUND_HALF_UP)


def change(now: int, before: int) -> Decimal | None:
    """Change against the year before (同比) in percent; None when there was nothing then."""
    return share(now - before, before)


def points(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Change of a ratio in percentage points (百分点): what the two shown ratios differ by."""
    return None if now is None or before is None else now - before


def shown(value: int | Decimal | None) -> str:
    """A count with its thousands apart, a ratio with its percent sign, a dash for what cannot be said."""
    if value is None:
        return NOTHING
    return f"{value:,}".replace("-", MINUS) + ("%" if isinstance(value, Decimal) else "")


def signed(value: Decimal | None, unit: str) -> str:
    """A change with its sign: «−5.16%», «+6.12 个百分点»."""
    if value is None:
        return NOTHING
    sign = MINUS if value < 0 else "+" if value > 0 else ""
    return f"{sign}{abs(value):,}{unit}"


@dataclass(frozen=True)
class Change:
    """How a number differs from the same period a year earlier, and what it was then."""

    text: str
    before: str


@dataclass(frozen=True)
class Figure:
    """A number of the flow as the page shows it; ``code`` names its definition."""

    code: str
    value: str
    change: Change


COUNTS = ("old", "new", "accepted", "closed", "pending")
RATIOS = ("clearance_rate", "closing_rate")


def figures(now: Flow, before: Flow) -> list[Figure]:
    """Every number of the flow with its change: counts in percent, ratios in percentage points."""
    counts = [
        Figure(name, shown(getattr(now, name)), changed_count(getattr(now, name), getattr(before, name)))
        for name in COUNTS
    ]
    ratios = [
        Figure(name, shown(getattr(now, name)), changed_ratio(getattr(now, name), getattr(before, name)))
        for name in RATIOS
    ]
    return counts + ratios


def changed_count(now: int, before: int) -> Change:
    return Change(signed(change(now, before), "%"), shown(before))


def changed_ratio(now: Decimal | None, before: Decimal | None) -> Change:
    return Change(signed(points(now, before), " 个百分点"), shown(before))
