"""What the catalogues say about sentencing and deviation (量刑指导意见、案件要素、偏离度), as values.

The guideline (法发〔2021〕21号) sets ratios by which circumstances move the base sentence; where each offence begins is
from the guideline too, how much more an amount or an injury adds is each high court's (实施细则). All of it is for
checking a draft against itself: nothing here is a sentence to give. ``confidence`` says how sure we are; what is not
``certain`` must be shown as still to be checked (须核对).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

Number = int | float


@dataclass(frozen=True)
class Factor:
    """One circumstance of sentencing (量刑情节). ``low`` and ``high`` bound its ratio; reductions are negative.

    ``tier`` 1 multiplies, ``tier`` 2 adds. ``mitigates``: the law allows to go below the statutory minimum (减轻).
    ``counted_with`` are judged together with it, to ``combined_cap`` in all. Of one ``family`` only one may count.
    """

    name: str
    low: float
    high: float
    tier: int = 2
    mitigates: bool = False
    must: bool = False
    min_months: int = 0
    excluded_by: tuple[str, ...] = ()
    strict_for: tuple[str, ...] = ()
    more_if_minor: bool = False
    except_for: tuple[str, ...] = ()
    combined_cap: float | None = None
    counted_with: tuple[str, ...] = ()
    family: str = ""
    label: str = ""
    basis: str = ""
    confidence: str = "certain"
    effective_from: date = date.min
    effective_to: date | None = None
    note: str = ""

    @property
    def lenient(self) -> bool:
        return self.low < 0


@dataclass(frozen=True)
class Band:
    """One statutory band of an offence (量刑幅度), in months: where sentences begin, and what the law allows.

    ``start`` (0, …) includes 拘役. ``law`` ends at 180 (fifteen years) where a term may; ``life``: 无期徒刑 is possible.
    """

    when: str
    start: tuple[float, float]
    law: tuple[float, float]
    life: bool = False
    kind: str = "有期徒刑"


@dataclass(frozen=True)
class Offence:
    """One offence of the guideline (罪名) with its bands, mildest first; ``name`` is its short name (盗窃).

    ``amounts`` are the ranges in yuan within which each province sets where 较大, 巨大 and 特别巨大 begin.
    """

    name: str
    article: str
    bands: tuple[Band, ...]
    amounts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    label: str = ""
    basis: str = ""
    confidence: str = "medium"
    effective_from: date = date.min
    effective_to: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Increment:
    """How much is added to the start for more than it takes (增加刑罚量): for each ``step`` of ``unit``, ``months``.

    Set by each province (实施细则). ``when`` is the band it belongs to, "" for any; ``element`` the element it counts.
    """

    code: str
    offence: str
    what: str
    step: float
    unit: str
    months: tuple[float, float]
    when: str = ""
    element: str = ""
    basis: str = ""
    confidence: str = "practice"
    effective_from: date = date.min
    effective_to: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Guideline:
    """The guideline as it holds in one court on one day: the tables, and how far a panel may move on its own."""

    factors: Mapping[str, Factor]
    offences: Mapping[str, Offence]
    increments: Mapping[str, Increment]
    discretion: float

    def offence_of(self, cause: str) -> Offence | None:
        """The offence a charge names, in full (盗窃罪) or short (盗窃); None where the guideline has none."""
        name, known = unmarked(cause), self.offences.values()
        return next((one for one in known if name in (unmarked(one.label), one.name)), None)


@dataclass(frozen=True)
class CaseElement:
    """One thing that cases of a kind record about themselves (案件要素).

    ``causes`` and ``categories`` empty: of every kind. ``guideline`` is the circumstance it stands for, ``excepts`` the
    exception it makes to one. A protected one (受保护属性) and one that would stand in for it (``proxy_for``) are never
    features: ``usable`` is False.
    """

    key: str
    name: str
    type: str  # bool | int | number | choice | text (never a feature)
    unit: str
    choices: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    causes: tuple[str, ...]
    guideline: str
    excepts: str
    protected: bool
    proxy_for: str
    reason: str
    basis: str
    confidence: str
    effective_from: date
    effective_to: date | None
    dated_by: str
    note: str = ""

    @property
    def usable(self) -> bool:
        """Whether it may be a feature of an estimate."""
        return not (self.protected or self.proxy_for)

    def fits(self, *, category: str, cause_code: str, cause: str) -> bool:
        """Whether cases of this category and cause record it."""
        return fits(self.categories, self.causes, category=category, cause_code=cause_code, cause=cause)


@dataclass(frozen=True)
class DeviationModel:
    """One outcome that is compared with its peers (偏离度模型), and of which cases.

    ``scale`` is log, identity or binary; ``elements`` empty: every usable one the case has. ``stratum`` says what cases
    must share to be peers at all. Fewer than ``min_history`` cases: no model; than ``min_peers``: no assessment.
    """

    code: str
    name: str
    unit: str
    categories: tuple[str, ...]
    causes: tuple[str, ...]
    scale: str
    stratum: str  # cause | category
    elements: tuple[str, ...]
    min_history: int
    history_years: int
    min_peers: int
    basis: str
    confidence: str
    effective_from: date
    effective_to: date | None
    dated_by: str
    note: str = ""

    def fits(self, *, category: str, cause_code: str, cause: str) -> bool:
        """Whether the outcome is compared in cases of this category and cause."""
        return fits(self.categories, self.causes, category=category, cause_code=cause_code, cause=cause)


@dataclass(frozen=True)
class DeviationReason:
    """A reason a judge may give for an outcome that differs (说明理由)."""

    code: str
    name: str
    need_note: bool
    categories: tuple[str, ...]
    basis: str
    confidence: str
    effective_from: date
    effective_to: date | None
    dated_by: str
    note: str = ""


@dataclass(frozen=True)
class DeviationSetting:
    """One version of a number the deviation goes by (偏离度参数)."""

    id: str
    name: str
    value: Number
    unit: str
    basis: str
    confidence: str
    effective_from: date
    effective_to: date | None
    dated_by: str
    note: str = ""


def fits(
    categories: tuple[str, ...], causes: tuple[str, ...], *, category: str, cause_code: str, cause: str
) -> bool:
    """Whether a case is of these categories (empty: any) and causes, by code or name, 罪 and 、 left out or not."""
    if categories and category not in categories:
        return False
    name = unmarked(cause)
    named = {cause_code, name, name + "罪"} - {"", "罪"}
    return not causes or not named.isdisjoint(map(unmarked, causes))


@lru_cache(maxsize=4096)
def unmarked(cause: str) -> str:
    """The name of a cause without the marks inside it (走私贩卖运输制造毒品罪): lists of names are parted by them."""
    return cause.strip().replace("、", "")
