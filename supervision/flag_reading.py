"""A flag in words (标识的说明): its evidence then and now, why its rule hit, and what a case is one fact short of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from catalogues.selectors import law_in_use
from catalogues.supervision_fields import PARAMETER_UNITS
from courts.models import User
from predicates.explaining import Change, Reason, explain, single_changes
from predicates.language import Condition, Leaf, Misread, NoneOf, facts_of
from predicates.operators import NUMBERS
from predicates.sentences import label_of, read_aloud, read_leaf, say_value
from predicates.terms import All, Fact
from supervision import facts as flat
from supervision.composition import KINDS
from supervision.lifecycle import ACTS, REASONS
from supervision.models import Flag, Step
from supervision.rulebook import condition_of, facts, rulebook_of

MOST_NEAR = 12
SEALED = _("封存案件，不显示案号")


@dataclass(frozen=True)
class Known:
    """One fact of the evidence: as it was frozen, and as it is known now."""

    label: str
    then: str
    now: str
    meaning: str

    @property
    def has_changed(self) -> bool:
        return self.then != self.now


@dataclass(frozen=True)
class Line:
    """One part of the rule, whether it held, and how deep it stands."""

    depth: int
    holds: bool
    said: str
    known: str = ""


@dataclass(frozen=True)
class Near:
    """A rule a case does not hit, and the single change that would make it."""

    code: str
    name: str
    said: str


def withhold_numbers(flags: Sequence[Flag], user: User) -> None:
    """Take the number and cause of sealed cases off these rows where the person verifies the complaint and sees no case."""
    sealed = {flag.case_id for flag in flags if flag.case.sealed}
    seen = (
        set(Case.objects.visible_to(user).filter(pk__in=sealed).values_list("pk", flat=True))
        if sealed
        else set()
    )
    for flag in flags:
        if flag.case_id in sealed - seen:
            flag.case.number, flag.case.cause = str(SEALED), ""


# --- why it hit ------------------------------------------------------------------------------------------------
def condition_then(flag: Flag) -> Condition | None:
    """The condition of the version that hit, under the parameters of that day; None when it can be read no more."""
    try:
        return condition_of(flag.version, flag.params)
    except Misread:
        return None


def sentence_of(flag: Flag) -> str:
    """The rule read aloud."""
    condition = condition_then(flag)
    return read_aloud(condition, facts(), flag.params) if condition else ""


def said_short(fact: Fact, value: Any) -> str:
    """A known value as a page says it: of a share or a probability the first four digits that count."""
    return say_value(fact, float(f"{value:.4g}") if isinstance(value, float) and abs(value) < 1 else value)


def evidence_of(flag: Flag) -> list[Known]:
    """Every fact the rule reads, then and now."""
    known, now = facts(), flat.facts_of(flag.case_id, secret=flag.secret or flag.born_secret)
    return [
        Known(
            label_of(known[name]), said_short(known[name], value), said_short(known[name], now.get(name)), known[name].meaning
        )
        for name, value in flag.evidence.items()
        if name in known
    ]  # fmt: skip


def why(flag: Flag) -> list[Line]:
    """The tree of the rule, part by part, on the evidence frozen at the hit."""
    condition = condition_then(flag)
    return list(lines_of(explain(condition, flag.evidence, flag.params), flag.params)) if condition else []


HEADS = {All: "全部满足", NoneOf: "均不满足"}


def lines_of(reason: Reason, parameters: Mapping[str, Any], depth: int = 0) -> Iterator[Line]:
    part = reason.condition
    if isinstance(part, Leaf):
        fact = facts()[part.fact]
        yield Line(depth, reason.holds, read_leaf(part, facts(), parameters), said_short(fact, reason.known))
        return
    yield Line(depth, reason.holds, HEADS.get(type(part), "任一满足"))
    for inner in reason.parts:
        yield from lines_of(inner, parameters, depth + 1)


@dataclass(frozen=True)
class Number:
    """A parameter of the rule with its value at the hit."""

    name: str
    said: str


def spaced(unit: str) -> str:
    """A unit as it follows a number: one in Latin letters does not touch it."""
    return f" {unit}" if unit[:1].isalpha() and unit[:1].isascii() else unit


def numbers_of(flag: Flag) -> list[Number]:
    """The parameters frozen with the flag, by the names the catalogue gives them."""
    known = law_in_use().supervised.parameters
    return [
        Number(known[code].name, f"{value:,}{spaced(PARAMETER_UNITS.get(known[code].unit, ''))}")
        if code in known
        else Number(code, f"{value:,}")
        for code, value in sorted(flag.params.items())
    ]


def brought_forward(history: Sequence[Past]) -> list[Past]:
    """What people gave as reasons so far: what whoever decides reads first."""
    return [past for past in history if past.step.by_id and past.step.act in ("raise", "dispute", "verify")]


# --- what is one fact short ------------------------------------------------------------------------------------
def near_misses(case: Case, today: date) -> list[Near]:
    """Rules, none of them secret, that would hit this case if one known number or value were another (差一条就命中).

    What nobody has stated is no near miss: nearly every rule is one unknown fact away.
    """
    book, known = rulebook_of(case.court_id, today), flat.facts_of(case.pk)
    found = []
    for code, condition in book.part(secret=False).items():
        changes = single_changes(condition, known, book.parameters, facts())
        telling = next((change for change in changes if is_near(change, condition, known)), None)
        if telling:
            found.append(Near(code, book.versions[code].name, telling.sentence_zh))
    return found[:MOST_NEAR]


def is_near(change: Change, condition: Condition, known: Mapping[str, Any]) -> bool:
    """A number that is known and at least half of what is asked; or the last of several parts of which the rest hold."""
    fact = facts()[change.fact]
    if fact.type in NUMBERS:
        asked = change.value if isinstance(change.value, int | float) else None
        return isinstance(change.known, int | float) and asked is not None and change.known * 2 >= asked
    others = [name for name in facts_of(condition) if name != change.fact]
    return isinstance(condition, All) and change.known is not None and all(name in known for name in others)


# --- the history -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Past:
    """One step in words."""

    step: Step
    act: str
    reason: str
    evidence: tuple[str, ...]


def history_of(flag: Flag, steps: QuerySet[Step]) -> list[Past]:
    """Every step one may see, oldest first."""
    return [Past(step, act_of(step), reason_of(step), tuple(said_in(step))) for step in steps]


def act_of(step: Step) -> str:
    return (
        KINDS[step.reason_code].name
        if step.act == "adjust" and step.reason_code in KINDS
        else ACTS[step.act].name
    )


def reason_of(step: Step) -> str:
    code = REASONS[step.reason_code].name if step.reason_code in REASONS else ""
    return "：".join(part for part in (code, step.reason) if part)


def said_in(step: Step) -> Iterator[str]:
    if step.act == "adjust":
        told = (step.evidence or {}).get("parties_told_on")
        yield from [f"{told} 告知当事人"] if told else []
        return
    for name, value in (step.evidence or {}).items():
        if name in facts():
            yield f"{label_of(facts()[name])}：{said_short(facts()[name], value)}"
