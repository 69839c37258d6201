"""What a deviation is computed from, and what is said about it (偏离度): one case in, one assessment out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from typing import Literal

Value = float | str | bool | None


@dataclass(frozen=True, slots=True)
class Observation:
    """One decided or drafted case. ``audit`` holds protected attributes (性别, 年龄, 地区): checked, never learned from."""

    id: str
    stratum: str
    outcome: float
    features: Mapping[str, Value]
    court: str = ""
    date: Date | None = None
    text: str = ""
    audit: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessment:
    """How a case stands beside comparable ones (可比案件), or why that is not said (不评价).

    ``low``-``high`` is the 90 % interval, ``low99``-``high99`` the 99 % one, ``baseline`` the median of the peer cell.
    ``p`` is calibrated, ``q`` its value after false-discovery control over the batch. ``factors`` say, in units of the
    outcome, what moved the expectation away from the typical case of the stratum.
    """

    id: str
    state: Literal["scored", "abstained"]
    reason: str = ""
    reason_code: str = ""
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    low99: float | None = None
    high99: float | None = None
    baseline: float | None = None
    baseline_n: int = 0
    peers: int = 0
    score: float | None = None
    p: float | None = None
    q: float | None = None
    flagged: bool = False
    direction: Literal["higher", "lower"] | None = None
    comparables: tuple[str, ...] = ()
    factors: tuple[tuple[str, float], ...] = ()
    used: Literal["", "model", "baseline"] = ""
