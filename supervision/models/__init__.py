"""Rules, facts, flags, measures, the log, letters and risks; one module for each."""

from supervision.models.facts import CaseFacts, SecretFacts, Statement, Tick
from supervision.models.flags import Flag, Step
from supervision.models.letters import Circular, Copy, Letter, LetterCase, LetterStep
from supervision.models.log import LogEntry
from supervision.models.measures import Delegation, Inquiry, Measure, Meeting, Opinion, Reply
from supervision.models.risks import RiskEntry
from supervision.models.rules import Replay, Rule, RuleVersion

__all__ = [
    "CaseFacts",
    "Circular",
    "Copy",
    "Delegation",
    "Flag",
    "Inquiry",
    "Letter",
    "LetterCase",
    "LetterStep",
    "LogEntry",
    "Measure",
    "Meeting",
    "Opinion",
    "Replay",
    "Reply",
    "RiskEntry",
    "Rule",
    "RuleVersion",
    "SecretFacts",
    "Statement",
    "Step",
    "Tick",
]
