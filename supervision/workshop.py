"""What the pages of the rule workshop (规则工坊) show: rules with their versions, for whom, and what resembles what.

Of rules that read secret facts the text is shown, which is law, and nothing that tells of any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from catalogues.selectors import law_in_use
from catalogues.supervision_fields import PARAMETER_UNITS
from courts.models import Court, User
from courts.roles import Permission
from predicates import language
from predicates.language import Condition, Misread, compile_condition, write_condition
from predicates.sentences import read_aloud, read_leaf
from predicates.tables import decision_table
from supervision.models import Rule, RuleVersion
from supervision.models.rules import CATEGORIES
from supervision.rule_drafts import rules_beside
from supervision.rule_examples import run_examples
from supervision.rule_guard import ENDED, IN_FORCE, OPEN, preparing
from supervision.rulebook import condition_of, facts, parameters_of, rulebook_of, versions_in_force

SEES = (Permission.EDIT_RULES, Permission.APPROVE_RULES, Permission.BROWSE_CATALOGUES)


def may_see_rules(user: User) -> bool:
    return any(user.may(permission) for permission in SEES)


def courts_of(user: User) -> list[Court]:
    """The courts where the person holds a post that opens the workshop, in the order of the posts."""
    open_at: set[int] = set()
    for permission in SEES:
        open_at |= user.courts_where(permission)
    return list({seat.court_id: seat.court for seat in user.seats if seat.court_id in open_at}.values())


# --- one rule in a list -------------------------------------------------------------------------------------
@dataclass
class Shown:
    """A rule as one person sees it: ``version`` is what holds, or else the newest they may see."""

    rule: Rule
    versions: list[RuleVersion]
    applies: bool = False
    results: list[Any] = field(default_factory=list)

    @cached_property
    def version(self) -> RuleVersion:
        return next((one for one in self.versions if one.status == IN_FORCE), self.versions[0])

    @property
    def waiting(self) -> list[RuleVersion]:
        return [one for one in self.versions if one.status in OPEN]

    @property
    def passing(self) -> int:
        return sum(result.passes for result in self.results)

    @property
    def all_pass(self) -> bool:
        return bool(self.results) and self.passing == len(self.results)

    @property
    def since(self) -> date | None:
        """The day it came into force: the day named, or the later one on which somebody released it."""
        version = self.version
        if version.status != IN_FORCE or version.effective_from is None:
            return None
        released = version.released_at.date() if version.released_at and version.origin == "court" else None
        return max(filter(None, (version.effective_from, released)))


def rules_for(court: Court) -> list[Rule]:
    """The national rules, and those of the court and the courts above and below it."""
    found = rules_beside(court).select_related("court").prefetch_related("versions__drafted_by")
    return list(found.order_by("category", "code", "pk"))


def shown_rules(user: User, court: Court, day: date) -> list[Shown]:
    book, prepares = rulebook_of(court.pk, day), preparing(user)
    return [
        Shown(rule, versions, applies(rule, book.versions), run_examples(standing(versions)))
        for rule in rules_for(court)
        if (versions := versions_of(rule, all_of_them=prepares(rule)))
    ]


def applies(rule: Rule, versions: Mapping[str, RuleVersion]) -> bool:
    found = versions.get(rule.code)
    return found is not None and found.rule_id == rule.pk


def standing(versions: list[RuleVersion]) -> RuleVersion:
    return next((one for one in versions if one.status == IN_FORCE), versions[0])


def versions_for(user: User, rule: Rule) -> list[RuleVersion]:
    return versions_of(rule, all_of_them=preparing(user)(rule))


def versions_of(rule: Rule, *, all_of_them: bool) -> list[RuleVersion]:
    """What was once law is open to all who see rules; what is being prepared, to those who prepare or approve it."""
    versions = sorted(rule.versions.all(), key=lambda version: -version.number)
    for version in versions:
        version.rule = rule
    return [version for version in versions if all_of_them or version.status in (IN_FORCE, *ENDED)]


@dataclass(frozen=True)
class Section:
    """The rules of one category."""

    code: str
    name: str
    rules: list[Shown]


def sections(shown: Iterable[Shown]) -> list[Section]:
    rules = list(shown)
    found = [
        Section(code, name, [one for one in rules if one.rule.category == code]) for code, name in CATEGORIES
    ]
    return [section for section in found if section.rules]


def filtered(shown: Iterable[Shown], wanted: Mapping[str, str]) -> list[Shown]:
    """Those that match every condition of the filter; an empty one matches all."""
    text = wanted.get("q", "").strip().lower()
    return [
        one
        for one in shown
        if (not text or text in f"{one.rule.code} {one.version.name} {one.version.basis}".lower())
        and wanted.get("category", "") in ("", one.rule.category)
        and wanted.get("stage", "") in ("", one.version.stage)
        and wanted.get("mode", "") in ("", one.version.mode)
        and is_of(one, wanted.get("state", ""))
        and wanted.get("scope", "") in ("", "own" if one.rule.court_id else "national")
    ]


def is_of(one: Shown, state: str) -> bool:
    """Whether a rule is in the state of the filter."""
    return {
        "applies": one.applies,
        "in_force": one.version.status == IN_FORCE,
        "waiting": bool(one.waiting),
        "failing": not one.all_pass,
        "retired": one.version.status == "retired",
    }.get(state, True)


# --- one rule on its page -------------------------------------------------------------------------------------
def said_aloud(version: RuleVersion, court_id: int | None) -> str:
    """The sentence of a version with the numbers of a court; why it cannot be read, where it cannot."""
    numbers = parameters_of(court_id)
    try:
        return read_aloud(condition_of(version, numbers), facts(), numbers) + "。"
    except Misread as wrong:
        return f"本版已不能读取：{wrong.problems[0].chinese}"


@dataclass(frozen=True)
class Number:
    """A parameter a rule uses: the number of the court and that of the whole country."""

    code: str
    name: str
    value: Any
    national: Any
    unit: str
    basis: str

    @property
    def is_own(self) -> bool:
        return bool(self.value != self.national)


def numbers_of(version: RuleVersion, court_id: int | None) -> list[Number]:
    try:
        names = language.parameters_of(condition_of(version))
    except Misread:
        return []
    here, everywhere, told = parameters_of(court_id), parameters_of(None), told_parameters()
    return [
        Number(
            name, told[name].name, here[name], everywhere.get(name), PARAMETER_UNITS.get(told[name].unit, ""),
            told[name].basis,
        )
        for name in names if name in told
    ]  # fmt: skip


def told_parameters() -> Mapping[str, Any]:
    """The parameters with their names, units and bases."""
    return law_in_use().supervised.parameters


@dataclass(frozen=True)
class Table:
    """The decision table with its columns in words."""

    columns: list[str]
    rows: tuple[tuple[bool | None, ...], ...]
    too_wide: int


def table_of(version: RuleVersion, court_id: int | None) -> Table | None:
    """The decision table of a version; None where it cannot be read."""
    numbers = parameters_of(court_id)
    try:
        table = decision_table(condition_of(version, numbers))
    except Misread:
        return None
    return Table([read_leaf(leaf, facts(), numbers) for leaf in table.columns], table.rows, table.too_wide)


# --- what resembles what ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Overlap:
    """Another rule that says the same, or holds wherever this one does (``wider``), as far as the examples show."""

    version: RuleVersion
    kind: str  # same | wider | narrower
    samples: int = 0


def overlaps(
    condition: Condition, rule: Rule | None, examples: Iterable[Mapping[str, Any]], court: Court
) -> list[Overlap]:
    """Rules in force that this condition repeats, or that hold for every example it hits, and the other way round.

    As the court sees it: by its numbers, and no rule that never meets its own.
    """
    numbers, beside = parameters_of(court.pk), set(rules_beside(court).values_list("pk", flat=True))
    mine, own = compile_condition(condition, numbers), [one["facts"] for one in examples]
    found = []
    for other in versions_in_force():
        if other.rule_id not in beside or (rule is not None and other.rule_id == rule.pk):
            continue
        overlap = _overlap(condition, mine, own, other, numbers)
        if overlap is not None:
            found.append(overlap)
    return found


def _overlap(
    condition: Condition, mine: Any, own: list[Any], other: RuleVersion, numbers: Mapping[str, Any]
) -> Overlap | None:
    try:
        theirs_said = condition_of(other, numbers)
    except Misread:
        return None
    if same_said(theirs_said) == same_said(condition):
        return Overlap(other, "same")
    theirs = compile_condition(theirs_said, numbers)
    samples = own + [one["facts"] for one in other.examples]
    hits = [(mine(known), theirs(known)) for known in samples]
    both = sum(here and there for here, there in hits)
    if both >= 2 and not any(here and not there for here, there in hits):
        return Overlap(other, "wider", both)
    if both >= 2 and not any(there and not here for here, there in hits):
        return Overlap(other, "narrower", both)
    return None


def same_said(condition: Condition) -> str:
    """A condition as text in which the order of its parts does not matter."""
    return _ordered(write_condition(condition))


def _ordered(body: Any) -> str:
    if isinstance(body, dict) and "f" not in body:
        ((name, parts),) = body.items()
        inner = sorted(set(map(_ordered, parts)))
        return inner[0] if len(inner) == 1 and name != "none" else f"{name}({','.join(inner)})"
    value = body.get("v")
    return f"{body['f']} {body['op']} {sorted(map(str, value)) if isinstance(value, list) else value}"
