"""What the catalogues say about quota and workload (以案定员、案件权重、绩效考核区), as values.

The published reports name the model and not its tables: almost every number is a default of this project (项目缺省值),
says so in its ``basis``, and may be replaced by each court's own. ``confidence`` says how sure we are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Number = int | float


@dataclass(frozen=True, kw_only=True)
class Dated:
    """What every entry says of itself."""

    code: str
    name: str
    basis: str
    confidence: str
    effective_from: date
    effective_to: date | None = None
    dated_by: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class QuotaSetting(Dated):
    """A number quota and workload go by (员额与工作量参数)."""

    value: Number
    unit: str


@dataclass(frozen=True, kw_only=True)
class WeightBase(Dated):
    """The base weight of a group of causes (基础案件权重系数); 1.00 is an ordinary civil summary case.

    A case belongs by its type code, else by its cause: those of ``causes`` (codes) and all below them, or a cause named
    as in ``called`` where the code is not known. ``rest``: what no other group of the case type takes (其他).
    ``procedure`` is the procedure factor of a case that has no procedure of its own (执行), "" where none is assumed.
    """

    case_type: str  # civil | criminal | administrative | enforcement | other
    group: str  # 买卖合同
    value: float
    causes: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    type_codes: tuple[str, ...] = ()
    rest: bool = False
    procedure: str = ""


@dataclass(frozen=True, kw_only=True)
class WeightProcedure(Dated):
    """The procedure factor (程序案件权重系数): of cases with one of these procedures, tried alone or by a panel.

    ``panel`` is single (独任), panel (合议) or "" for either.
    """

    value: float
    procedures: tuple[str, ...]  # the codes of cases: ordinary summary small fast special second retrial
    panel: str = ""


@dataclass(frozen=True, kw_only=True)
class WeightAdder(Dated):
    """What moves the weight of a case within its group (繁简案件浮动系数); ``value`` below zero makes it lighter.

    It counts once for each whole ``step`` by which ``fact`` goes beyond ``beyond``, at most ``most`` times.
    """

    value: float
    fact: str
    beyond: float = 0
    step: float = 1
    most: int | None = None

    def times(self, known: float | bool | None) -> int | None:
        """How many times it counts; None while the fact is not known."""
        if known is None:
            return None
        counted = int((float(known) - self.beyond) // self.step) if known > self.beyond else 0
        return counted if self.most is None else min(counted, self.most)


@dataclass(frozen=True, kw_only=True)
class WeightRole(Dated):
    """The share of a case that a role carries (合议庭角色系数): ``role`` is sole, undertaking, presiding or member."""

    value: float
    role: str


@dataclass(frozen=True, kw_only=True)
class ComplexityPoint(Dated):
    """Points of the score by which cases are told apart as simple, ordinary and complex (繁简分流); may be below zero.

    It holds when the fact lies above ``above``, at ``at_least`` or more, at ``at_most`` or less, as far as these are
    given; a yes-or-no fact when it is true. ``causes`` (and all below them) make the fact true for cases of a cause.
    ``never_simple``: such a case is not simple, however low its score (标的小、关联大).
    """

    points: float
    fact: str
    above: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    causes: tuple[str, ...] = ()
    never_simple: bool = False

    def holds(self, known: float | bool | None) -> bool | None:
        """Whether it counts; None while the fact is not known."""
        if known is None:
            return None
        if self.above is None and self.at_least is None and self.at_most is None:
            return bool(known)
        return (
            (self.above is None or known > self.above)
            and (self.at_least is None or known >= self.at_least)
            and (self.at_most is None or known <= self.at_most)
        )


@dataclass(frozen=True, kw_only=True)
class AssessmentZone(Dated):
    """A zone whose judges are measured alike (考核区): cases by type code, else by procedure, else by category."""

    categories: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    type_codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class QuotaFactor(Dated):
    """What adjusts the need of a court (核定员额的调整因素): ``beta`` for each share above the mean, below zero for less."""

    beta: float
    unit: str


@dataclass(frozen=True, kw_only=True)
class CellHours(Dated):
    """Judge hours for a case of a kind where nothing was measured (案均工时), or what they are multiplied by.

    ``kind`` is hours or times. Hours are of a case type and procedures; the multiplier of a trial level of its procedures.
    """

    kind: str
    value: float
    case_type: str = ""
    procedures: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TrialElement(Dated):
    """One element of the work on a case whose minutes are recorded (审判流程要素); ``called`` are other names for it."""

    called: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TeamType(Dated):
    """How many assistants and clerks go with so many judges (审判团队配比)."""

    judges: float
    assistants: float
    clerks: float
    fast: bool = False


@dataclass(frozen=True, kw_only=True)
class LeaderDuty(Dated):
    """The share of the mean that a leader must try (院庭长办案比例). ``of`` is the mean: of the court or the division."""

    level: str  # basic | intermediate | high
    post: str  # president | leader | division_head
    low: float
    high: float
    of: str


@dataclass(frozen=True, kw_only=True)
class SelectionWeight(Dated):
    """How entry is weighed (遴选): by court level and category of post; "" is any."""

    level: str
    category: str
    assessment: float  # 考核
    exam: float  # 考试
    interview: float  # 面试


@dataclass(frozen=True, kw_only=True)
class ExitTrigger(Dated):
    """A ground for leaving the quota (退出员额): ``effect`` is exit or suspend (中止计员额), after ``months`` if given.

    ``at_once``: a mere fact, as a death; every other exit takes effect when another person has approved it.
    """

    effect: str
    months: int = 0
    proof: str = ""
    at_once: bool = False


@dataclass(frozen=True, kw_only=True)
class ReviewGrade(Dated):
    """What one case so graded in review moves the quality multiplier by (评查等次)."""

    step: float
