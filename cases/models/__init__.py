"""Cases and the facts about them. Facts only: what follows from them is computed elsewhere."""

from cases.models.case import (
    CATEGORIES,
    ORIGINS,
    PROCEDURES,
    SEALED,
    AboutCase,
    AccessGrant,
    Case,
    CaseLink,
    CaseQuerySet,
    CaseRow,
    Doubt,
    FormerNumber,
)
from cases.models.clocks import Change, Clock
from cases.models.facts import Conversion, Exclusion, Extension, Fact, Party, ProcedureEvent, Restart
from cases.models.outcomes import Element, Outcome

__all__ = [
    "CATEGORIES", "ORIGINS", "PROCEDURES", "SEALED", "AboutCase", "AccessGrant", "Case", "CaseLink", "CaseQuerySet",
    "CaseRow", "Change", "Clock", "Conversion", "Doubt", "Element", "Exclusion", "Extension", "Fact", "FormerNumber",
    "Outcome", "Party", "ProcedureEvent", "Restart",
]  # fmt: skip
