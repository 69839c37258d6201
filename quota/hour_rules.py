"""The numbers hours are measured by (工时测算规则) in one court on one day, from the catalogues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from catalogues.quota_law import QuotaFactor
from catalogues.selectors import QUOTA, editions_key, law_in_use
from quota.hours import Cell, Timed
from quota.kinds import Kinds

#: Of which setting each trace of a case takes its weight.
TRACE_SETTINGS = {
    "hearing_minutes": "relative_hearing",
    "record_chars": "relative_record",
    "judgment_chars": "relative_judgment",
    "days": "relative_days",
}


@dataclass(frozen=True)
class HourRules:
    """``cell_min``: how many cases a mean needs; ``courts_min``: how many courts a fit of circumstances needs.

    ``whole_share``: from which share of a diary's cases on those followed from filing to closing stand for all.
    ``trace_weights``: of what a case leaves behind, where nobody timed any (上海“2+4”); ``traced_days``: how far back.
    """

    kinds: Kinds
    elements: tuple[str, ...]
    factors: Mapping[str, QuotaFactor]
    cell_min: int
    courts_min: int
    whole_share: float
    trace_weights: Mapping[str, float]
    traced_days: int
    winsor_low: float
    winsor_high: float
    low: float
    high: float
    editions: str

    def betas(self) -> dict[str, float]:
        """The weights of the six circumstances as the catalogue has them."""
        return {code: factor.beta for code, factor in self.factors.items()}

    def defaults_of(self, timed: Iterable[Timed]) -> dict[Cell, float]:
        """The catalogue's hours of every procedure that was timed."""
        pairs = sorted({(one.cell.case_type, one.cell.procedure) for one in timed})
        found = {Cell(*pair): self.kinds.of_type(*pair) for pair in pairs}
        return {cell: kind.hours for cell, kind in found.items() if kind}

    def said(self) -> dict[str, float]:
        return {"cell_min": self.cell_min, "winsor_low": self.winsor_low, "winsor_high": self.winsor_high}


def hour_rules(court_id: int, on: date) -> HourRules:
    quotas = law_in_use().quotas
    settings = quotas.settings_of(court_id, on)
    return HourRules(
        kinds=Kinds(quotas.hours_of(court_id, on)),
        elements=tuple(quotas.elements_of(court_id, on)),
        factors=quotas.factors_of(court_id, on),
        cell_min=int(settings["cell_min"]),
        courts_min=int(settings["courts_min"]),
        whole_share=float(settings["diary_whole_share"]),
        trace_weights={trace: float(settings[code]) for trace, code in TRACE_SETTINGS.items()},
        traced_days=int(settings["traced_days"]),
        winsor_low=float(settings["winsor_low"]),
        winsor_high=float(settings["winsor_high"]),
        low=float(settings["adjustment_low"]),
        high=float(settings["adjustment_high"]),
        editions=editions_key(QUOTA),
    )
