"""What the catalogues say about supervision (四类案件监督管理), as values: facts, parameters, measures, letters, risks.

Every value names its basis (依据) and how sure we are of it (置信度); what is ``practice`` is a default of this
project or a practice of courts, never a national norm, and a court may change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from predicates.catalogue import Rule
from predicates.language import Fact

Number = int | float


@dataclass(frozen=True)
class RuleFact:
    """One fact of a case that rules may read (规则事实).

    ``origin`` is ``derived`` (computed from what the case room knows) or ``stated`` (people of the roles in
    ``stated_by`` enter it). A secret fact speaks of a complaint: every rule that reads it is secret, and so is every
    flag of that rule. A fact nobody has computed or stated is missing, and every leaf on it is false.
    """

    name: str
    type: str  # enum | str | list | int | float | money | bool
    label: str
    unit: str
    choices: tuple[tuple[str, str], ...]
    stage: str  # filing | trial | closing | any: when it is first available
    meaning: str
    secret: bool
    origin: str  # derived | stated
    stated_by: tuple[str, ...]
    basis: str

    @property
    def fact(self) -> Fact:
        """The fact as the rule language knows it."""
        return Fact(
            self.name,
            self.type,
            self.label,
            unit=self.unit,
            choices=self.choices,
            stage=self.stage,
            secret=self.secret,
            meaning=self.meaning,
        )

    @property
    def at_filing(self) -> bool:
        """Whether the filing desk (立案庭) may state it."""
        return "filing" in self.stated_by


@dataclass(frozen=True)
class RuleParameter:
    """A number that rules compare with (规则参数): national, unless a court has laid its own over it."""

    code: str
    name: str
    value: Number
    unit: str
    basis: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class ProfileHead:
    """One of the heads a profile groups its rules under."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class RuleProfile:
    """A set of rules a court may choose (识别方案). ``codes`` None: every rule there is."""

    code: str
    name: str
    codes: frozenset[str] | None
    heads: tuple[ProfileHead, ...]
    reconstructed: bool
    basis: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class MeasureRule:
    """One measure of supervision (监督措施, M01–M10): who may take it, and what it demands.

    ``roles`` may take it; those also in ``when_delegated`` only for a case delegated to them. ``min_role`` is the floor
    below which no court may go. ``proposed_by`` may put it forward where ``decided_by`` must decide.
    """

    code: str
    name: str
    mode: str  # process | similar_cases | meeting | organisation
    min_role: str
    roles: tuple[str, ...]
    when_delegated: tuple[str, ...]
    proposed_by: tuple[str, ...]
    decided_by: tuple[str, ...]
    needs_reason: bool
    notify_parties: bool
    free_text: bool
    max_per_case: int | None
    only_after: str | None  # deliberation_recorded
    basis: str
    confidence: str
    note: str = ""

    def may_take(self, role: str, *, delegated: bool = False) -> bool:
        """Whether the role may take it, on a case delegated to the person or not."""
        return role in self.roles and (delegated or role not in self.when_delegated)


@dataclass(frozen=True)
class LetterKind:
    """One kind of letter (提示函、通报函、督办函、警示函), mildest first by ``level``.

    ``approvers`` empty: the issuer signs alone. ``reply_days`` are working days. ``number_word`` stands in the number:
    宜审管督〔2026〕12号. An overdue letter becomes a draft of the kind ``escalates_to``; "" for the last one.
    """

    code: str
    name: str
    level: int
    trigger: str
    issuers: tuple[str, ...]
    approvers: tuple[str, ...]
    addressees: tuple[str, ...]
    reply_days: int
    copies: tuple[str, ...]
    number_word: str
    escalates_to: str
    severity: str  # blue | yellow | orange | red
    basis: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class RiskLink:
    """What the system itself can notice of a risk point: ``what`` happened, and of which kind (``code``).

    ``rule`` D07 | ``alert`` statutory, derived, stalled, pause or a step such as N20 (overdue) | ``measure_refused`` M06 or
    any | ``letter_overdue`` a kind of letter or any | ``flag_expired``, ``supervisor_idle``, ``access_refused`` any.
    """

    what: str
    code: str


@dataclass(frozen=True)
class RiskPoint:
    """One risk point (风险点): how likely and how grave by default, and what the system can notice of it."""

    code: str
    name: str
    likelihood: int  # 1–5
    severity: int  # 1–5
    detection: str  # machine | people
    linked: tuple[RiskLink, ...]

    @property
    def score(self) -> int:
        return self.likelihood * self.severity


@dataclass(frozen=True)
class RiskCategory:
    """A category of risk points; ``level`` is the class of posts (A case or enforcement power, B general, C other)."""

    code: str
    name: str
    level: str  # A | B | C
    review: str  # monthly | quarterly | half_yearly
    points: tuple[RiskPoint, ...]
    basis: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class ShippedRule:
    """A rule that ships with the program (随软件发布的规则), with what the rule language does not carry.

    ``body`` is its condition as plain JSON, as a court's own rule is kept too. ``tick``: one of the boxes at filing.
    """

    rule: Rule
    body: Mapping[str, Any]
    tick: bool
    confidence: str
    remarks: str = ""


@dataclass(frozen=True)
class RuleCategory:
    """One of the four categories, or those treated alike (参照适用), with its article of 法发〔2021〕30号."""

    code: str
    name: str
    article: int


@dataclass(frozen=True)
class TaggedCause:
    """A cause whose cases carry these tags (案由标签), and so do all causes below it in the list."""

    list: str  # causes_civil | causes_criminal | causes_administrative
    code: str
    name: str
    also: tuple[str, ...]
    tags: tuple[str, ...]
    confidence: str
    note: str = ""
