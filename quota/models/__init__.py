from quota.models.draws import Draw, DrawDay, Recusal, StandingRecusal
from quota.models.duties import DutyCircular, DutyNote, SubsidyPool, SubsidyShare
from quota.models.hours import CellHours, Measurement, Study, TimeEntry
from quota.models.people import Candidate, QuotaJudge, Selection, Team, TeamMember
from quota.models.plans import CourtFigure, FilingForecast, Plan, Scenario, Seat
from quota.models.requests import Objection, TermRequest
from quota.models.weights import Breach, CaseWeight, ClassDecision

__all__ = [
    "Breach",
    "Candidate",
    "CaseWeight",
    "CellHours",
    "ClassDecision",
    "CourtFigure",
    "Draw",
    "DrawDay",
    "DutyCircular",
    "DutyNote",
    "FilingForecast",
    "Measurement",
    "Objection",
    "Plan",
    "QuotaJudge",
    "Recusal",
    "Scenario",
    "Seat",
    "Selection",
    "StandingRecusal",
    "Study",
    "SubsidyPool",
    "SubsidyShare",
    "Team",
    "TeamMember",
    "TermRequest",
    "TimeEntry",
]
