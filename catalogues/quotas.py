"""The part of the law in use that quota and workload go by, as it holds in a court on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from catalogues.quota_law import (
    AssessmentZone,
    CellHours,
    ComplexityPoint,
    ExitTrigger,
    LeaderDuty,
    Number,
    QuotaFactor,
    QuotaSetting,
    ReviewGrade,
    SelectionWeight,
    TeamType,
    TrialElement,
    WeightAdder,
    WeightBase,
    WeightProcedure,
    WeightRole,
)
from catalogues.sentenced import Layered
from catalogues.supervised import courts_up


@dataclass(frozen=True)
class Quotas:
    """The published catalogues of quota and workload as values; what courts laid over them came with it.

    Every answer is for a court (None: the national text) and a day, in the order of the catalogue; the nearest court's
    entry counts, and a day before the first version takes the first.
    """

    settings: Layered[QuotaSetting] = field(default_factory=Layered)
    bases: Layered[WeightBase] = field(default_factory=Layered)
    procedures: Layered[WeightProcedure] = field(default_factory=Layered)
    adders: Layered[WeightAdder] = field(default_factory=Layered)
    roles: Layered[WeightRole] = field(default_factory=Layered)
    points: Layered[ComplexityPoint] = field(default_factory=Layered)
    zones: Layered[AssessmentZone] = field(default_factory=Layered)
    factors: Layered[QuotaFactor] = field(default_factory=Layered)
    hours: Layered[CellHours] = field(default_factory=Layered)
    elements: Layered[TrialElement] = field(default_factory=Layered)
    teams: Layered[TeamType] = field(default_factory=Layered)
    duties: Layered[LeaderDuty] = field(default_factory=Layered)
    selection: Layered[SelectionWeight] = field(default_factory=Layered)
    exits: Layered[ExitTrigger] = field(default_factory=Layered)
    grades: Layered[ReviewGrade] = field(default_factory=Layered)
    above: Mapping[int, int | None] = field(default_factory=dict)

    def setting(self, code: str, court_id: int | None, on: date) -> Number:
        """A number quota and workload go by. ``KeyError`` with a sentence for an unknown one."""
        held = self.settings_of(court_id, on)
        if code not in held:
            known = ", ".join(sorted(held)) or "none are published"
            raise KeyError(f'no setting of quota is called "{code}"; known: {known}')
        return held[code]

    def settings_of(self, court_id: int | None, on: date) -> Mapping[str, Number]:
        """Every number quota and workload go by (员额与工作量参数), by code."""
        held = self.settings.in_force(self.courts(court_id), on, before_first=True)
        return {code: one.value for code, one in held.items()}

    def bases_of(self, court_id: int | None, on: date) -> Mapping[str, WeightBase]:
        """The base weights (基础案件权重系数) by code, as in civil/买卖合同."""
        return self.bases.in_force(self.courts(court_id), on, before_first=True)

    def procedures_of(self, court_id: int | None, on: date) -> Mapping[str, WeightProcedure]:
        """The procedure factors (程序案件权重系数) by name."""
        return self.procedures.in_force(self.courts(court_id), on, before_first=True)

    def adders_of(self, court_id: int | None, on: date) -> Mapping[str, WeightAdder]:
        """What moves a weight (浮动系数) by name."""
        return self.adders.in_force(self.courts(court_id), on, before_first=True)

    def roles_of(self, court_id: int | None, on: date) -> Mapping[str, WeightRole]:
        """The shares of the roles in a case (角色系数) by name."""
        return self.roles.in_force(self.courts(court_id), on, before_first=True)

    def points_of(self, court_id: int | None, on: date) -> Mapping[str, ComplexityPoint]:
        """The points of complexity (繁简分值) by code."""
        return self.points.in_force(self.courts(court_id), on, before_first=True)

    def zones_of(self, court_id: int | None, on: date) -> Mapping[str, AssessmentZone]:
        """The assessment zones (考核区) by code: Z1, Z2, Z3, Z4."""
        return self.zones.in_force(self.courts(court_id), on, before_first=True)

    def factors_of(self, court_id: int | None, on: date) -> Mapping[str, QuotaFactor]:
        """The context factors (调整因素) by code: area, pop, gdp, eth, exp, closed."""
        return self.factors.in_force(self.courts(court_id), on, before_first=True)

    def hours_of(self, court_id: int | None, on: date) -> Mapping[str, CellHours]:
        """The default hours (案均工时) by code: civ_sum, civ_ord, cri_sum, cri_ord, adm, enf, second, retrial."""
        return self.hours.in_force(self.courts(court_id), on, before_first=True)

    def elements_of(self, court_id: int | None, on: date) -> Mapping[str, TrialElement]:
        """The elements of the work on a case (审判流程要素) by code."""
        return self.elements.in_force(self.courts(court_id), on, before_first=True)

    def teams_of(self, court_id: int | None, on: date) -> Mapping[str, TeamType]:
        """The types of team (审判团队) by code."""
        return self.teams.in_force(self.courts(court_id), on, before_first=True)

    def duties_of(self, court_id: int | None, on: date) -> Mapping[str, LeaderDuty]:
        """The shares that leaders must try (院庭长办案比例) by code, as in basic/president."""
        return self.duties.in_force(self.courts(court_id), on, before_first=True)

    def selection_of(self, court_id: int | None, on: date) -> Mapping[str, SelectionWeight]:
        """How entry is weighed (遴选权重) by code; "default" is the one for any level and category."""
        return self.selection.in_force(self.courts(court_id), on, before_first=True)

    def exits_of(self, court_id: int | None, on: date) -> Mapping[str, ExitTrigger]:
        """The grounds for leaving the quota (退出员额的情形) by code."""
        return self.exits.in_force(self.courts(court_id), on, before_first=True)

    def grades_of(self, court_id: int | None, on: date) -> Mapping[str, ReviewGrade]:
        """The grades of case review (评查等次) by code."""
        return self.grades.in_force(self.courts(court_id), on, before_first=True)

    def courts(self, court_id: int | None) -> tuple[int, ...]:
        """The court and those above it, the nearest first; none where no court has laid anything over."""
        return tuple(courts_up(self.above, court_id)) if self.above else ()
