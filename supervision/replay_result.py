"""What a replay finds (回放结果), as plain values: asks the past month by month and lays the counts together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from catalogues.selectors import law_in_use
from courts.clock import today
from predicates.language import Condition, Misread, facts_of
from predicates.sentences import read_aloud
from predicates.terms import Leaf
from supervision.models import RuleVersion
from supervision.replay_counting import DRAFT, STANDING, Month, Tally, a_week, idle_parts, parts_of
from supervision.replay_facts import Counts, Past, how_known, past_of
from supervision.rulebook import RuleBook, condition_of, facts, parameters_of, rulebooks, versions_in_force

Tell = Callable[[int], object]


@dataclass(frozen=True)
class Held:
    """The rules of one book as a replay asks them: by place in the result, or by the number of their version."""

    court_ids: tuple[int, ...]
    rules: Mapping[str, Condition]
    parts: tuple[Condition, ...]
    numbers: Mapping[str, Any]


@dataclass
class Sums:
    """What was counted over all months."""

    cases: list[int]
    known: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)

    def add(self, month: int, counts: Counts) -> None:
        self.cases[month] += counts.cases
        self.known = added(self.known, counts.known)
        self.held = added(self.held, counts.held)


def added(sums: Sequence[int], more: Sequence[int]) -> list[int]:
    return [one + other for one, other in zip(sums or [0] * len(more), more, strict=True)]


def replayed(
    *,
    version: RuleVersion,
    court_ids: Collection[int],
    months: Sequence[Month],
    tell: Tell = lambda percent: None,
) -> dict[str, Any]:
    """Everything a replay of the version says of these courts and months; ``tell`` hears how far it is, in per cent."""
    began = monotonic()
    books = rulebooks(today(), court_ids)
    standing = standing_beside(version)
    asked = [one for one in (held_by(book, version, standing) for book in books) if one]
    tally, sums = Tally(months), Sums([0] * len(months))
    named = sorted({name for one in asked for rule in one.rules.values() for name in facts_of(rule)})
    with past_of(court_ids, named, months) as past:
        for place in range(len(months)):
            ask_month(past, place, asked, tally, sums)
            tell(5 + 94 * (place + 1) // len(months))
    others = {pk: one for book in books for pk, one in others_of(book, version).items()}
    return {
        "months": [{"name": month.name, "first": str(month.first), "last": str(month.last), "is_whole": month.is_whole}
                   for month in months],
        "pending": sums.cases,
        "courts": sorted(court_ids),
        "unread": sorted(pk for book in books for pk in book.court_ids if not any(pk in one.court_ids for one in asked)),
        "outside": sorted(pk for book in books if not applies_in(version, book) for pk in book.court_ids),
        **counted(tally, standing),
        "overlap": overlaps(tally, others),
        **completeness(version, past.facts, sums),
        "seconds": round(monotonic() - began, 1),
    }  # fmt: skip


def ask_month(past: Past, place: int, asked: Sequence[Held], tally: Tally, sums: Sums) -> None:
    month = past.months[place]
    past.wind_back(month)
    for one in asked:
        rows, counts = past.ask(month, one.court_ids, one.rules, one.parts, one.numbers)
        tally.add(place, rows)
        sums.add(place, counts)


# --- the rules it is held against ------------------------------------------------------------------------------
def standing_beside(version: RuleVersion) -> RuleVersion | None:
    """The version in force of the same rule, unless it is this one or reads secret facts."""
    found = (one for one in versions_in_force() if one.rule_id == version.rule_id and one.pk != version.pk)
    return next((one for one in found if not one.secret), None)


def held_by(book: RuleBook, version: RuleVersion, standing: RuleVersion | None) -> Held | None:
    """The version, the one in force and the other open rules with the numbers of the book; None where it cannot be read."""
    try:
        draft = condition_of(version, book.parameters)
    except Misread:
        return None
    rules = {DRAFT: draft}
    if standing is not None:
        with suppress(Misread):  # what cannot be read hits nothing
            rules[STANDING] = condition_of(standing, book.parameters)
    for pk, one in others_of(book, version).items():
        rules[pk] = book.conditions[one.rule.code]
    return Held(book.court_ids, rules, tuple(part for _, part in parts_of(draft)), book.parameters)


def others_of(book: RuleBook, version: RuleVersion) -> dict[str, RuleVersion]:
    """The other open rules of a book, by the number of their version."""
    return {
        str(one.pk): one
        for one in book.versions.values()
        if not one.secret and one.rule_id != version.rule_id
    }


def applies_in(version: RuleVersion, book: RuleBook) -> bool:
    """Whether the courts of the book screen by the rule: their own rules always, national ones by their profile."""
    codes = law_in_use().profile_codes(book.profile)
    return version.rule.court_id is not None or codes is None or version.rule.code in codes


# --- the counts ---------------------------------------------------------------------------------------------------
def counted(tally: Tally, standing: RuleVersion | None) -> dict[str, Any]:
    found: dict[str, Any] = {"draft": of_version(tally, DRAFT), "standing": None}
    if standing is not None:
        found |= {
            "standing": of_version(tally, STANDING) | {"version": standing.pk, "number": standing.number},
            "new": tally.only(DRAFT, STANDING),
            "lost": tally.only(STANDING, DRAFT),
        }
    return found


def of_version(tally: Tally, code: str) -> dict[str, Any]:
    first = tally.by_month(tally.first, code)
    return {
        "cases": tally.ever(code),
        "hits": tally.by_month(tally.hits, code),
        "first": first,
        "by_court": {str(court): hits for court, hits in tally.by_court(tally.hits, code).items()},
        "first_by_court": {str(court): counts for court, counts in tally.by_court(tally.first, code).items()},
        "a_week": a_week(tally.months, first),
    }


def overlaps(tally: Tally, others: Mapping[str, RuleVersion]) -> list[dict[str, Any]]:
    """The other rules that hit some of the same cases, the most first."""
    found = [
        {"version": one.pk, "rule": one.rule_id, "code": one.rule.code, "name": one.name} | tally.overlap(pk)
        for pk, one in others.items()
    ]
    return sorted((one for one in found if one["both"]), key=lambda one: (-one["both"], one["code"]))


def completeness(version: RuleVersion, named: Sequence[str], sums: Sums) -> dict[str, Any]:
    """How complete the facts of the version were, and which of its parts never held."""
    condition, numbers = condition_of(version), parameters_of(version.rule.court_id)
    known, cases = dict(zip(named, sums.known, strict=False)), sum(sums.cases)
    parts = [part for _, part in parts_of(condition)]
    idle = idle_parts(list(zip(parts, sums.held, strict=False)), known)
    return {
        "facts": [{"name": name, "known": known.get(name, 0), "all": cases, "how": how_known(name)}
                  for name in facts_of(condition)],
        "idle": [{"said": said(parts[place], numbers), "why": why, "is_group": not isinstance(parts[place], Leaf)}
                 for place, why in idle],
    }  # fmt: skip


def said(part: Condition, numbers: Mapping[str, Any]) -> str:
    return read_aloud(part, facts(), numbers)
