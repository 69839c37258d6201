"""Which rules hold in which court (规则簿): the versions in force, the court's profile and its parameters.

Courts with the same rules and the same numbers share one book, so that one statement screens the cases of them all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.db import transaction

from catalogues import library
from catalogues.selectors import Shelf, law_in_use
from courts.models import Court
from predicates.language import Condition, Fact, Misread, read_condition
from supervision.models import RuleVersion

VERSION = "supervision:rules"
Numbers = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class RuleBook:
    """What holds in some courts. ``versions`` are by code, in order of the codes; ``parameters`` are those courts'.

    ``unreadable`` are versions in force that can no longer be read (a parameter was dropped), each with its sentence:
    they hit nothing until somebody mends them.
    """

    court_ids: tuple[int, ...]
    versions: Mapping[str, RuleVersion]
    parameters: Numbers
    profile: str = ""
    unreadable: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def conditions(self) -> dict[str, Condition]:
        return {code: condition_of(version, self.parameters) for code, version in self.versions.items()}

    def part(self, *, secret: bool) -> dict[str, Condition]:
        """The conditions that read secret facts, or those that read none."""
        return {code: said for code, said in self.conditions.items() if self.versions[code].secret is secret}


@lru_cache(maxsize=1)
def facts() -> Mapping[str, Fact]:
    """The facts rules may read, as the rule language knows them."""
    return {name: found.fact for name, found in library.rule_facts().items()}


def parameters_of(court_id: int | None) -> Numbers:
    """The numbers of rules in a court; of the whole country without one."""
    return law_in_use().rule_parameters(court_id)


def condition_of(version: RuleVersion, parameters: Numbers | None = None) -> Condition:
    """What a version asks, read once per content. ``Misread`` when it can no longer be read."""
    numbers = parameters_of(version.rule.court_id) if parameters is None else parameters
    return _read(json.dumps(version.condition, sort_keys=True), tuple(sorted(numbers.items())))


@lru_cache(maxsize=2000)
def _read(text: str, parameters: tuple[tuple[str, Any], ...]) -> Condition:
    return read_condition(json.loads(text), facts(), dict(parameters))


# --- the versions in force, read once per process ------------------------------------------------------
class RuleShelf:
    """One process's copy of the versions in force, with the state it was read at."""

    versions: tuple[RuleVersion, ...] | None = None
    state: str | None = None
    forgotten = 0


def versions_in_force() -> tuple[RuleVersion, ...]:
    """Every version in force, in order of the codes; another process's release is noticed at the next call."""
    state = cache.get(VERSION)
    if RuleShelf.versions is None or state is None or state != RuleShelf.state:
        state = state or _new_state()
        found = RuleVersion.objects.filter(status="in_force").select_related("rule__court")
        RuleShelf.versions, RuleShelf.state = tuple(found.order_by("rule__code", "rule_id")), state
    return RuleShelf.versions


def rules_changed() -> None:
    """Tell every process that its copy is out of date, now and when the transaction is through."""
    _new_state()
    transaction.on_commit(_new_state)


def _new_state() -> str:
    state = uuid4().hex
    cache.set(VERSION, state, timeout=None)
    RuleShelf.forgotten += 1
    return state


def rules_key() -> str:
    """What stands for the rules in force: another release, another key."""
    versions_in_force()
    return RuleShelf.state or ""


def in_force_key() -> str:
    """What stands for which versions are in force, the same in every process: another release, another key."""
    pks = RuleVersion.objects.filter(status="in_force").order_by("pk").values_list("pk", flat=True)
    return sha256(" ".join(map(str, pks)).encode()).hexdigest()


def profiles_in_use(today: date) -> list[tuple[int | None, str]]:
    """The profile of the country (None) and of each court with settings of its own: a version may begin on any day."""
    law = law_in_use()
    courts = [None, *sorted(law.supervised.local_settings)]
    return [(court, str(law.supervision_setting("profile", court, today))) for court in courts]


# --- the books -------------------------------------------------------------------------------------------
def rulebooks(today: date, court_ids: Iterable[int] | None = None) -> list[RuleBook]:
    """The books of these courts, or of all: each court is in exactly one of them.

    Those of given courts are kept until the law or the rules change, or the day; new courts appear in between.
    """
    if court_ids is None:
        return _rulebooks(today, None)
    law_in_use()
    return list(_kept_books(Shelf.version, rules_key(), today, tuple(sorted(set(court_ids)))))


@lru_cache(maxsize=200)
def _kept_books(law: str | None, rules: str, today: date, court_ids: tuple[int, ...]) -> tuple[RuleBook, ...]:
    return tuple(_rulebooks(today, court_ids))


def _rulebooks(today: date, court_ids: tuple[int, ...] | None) -> list[RuleBook]:
    parents = dict(Court.objects.order_by("pk").values_list("pk", "parent"))
    own = _own_rules()
    shared: dict[tuple[str, tuple[int, ...], tuple[tuple[str, Any], ...]], list[int]] = {}
    law = law_in_use()
    for court_id in parents if court_ids is None else sorted(parents.keys() & set(court_ids)):
        profile = str(law.supervision_setting("profile", court_id, today))
        local = tuple(pk for place in _upwards(court_id, parents) for pk in own.get(place, ()))
        numbers = tuple(sorted(law.rule_parameters(court_id).items()))
        shared.setdefault((profile, local, numbers), []).append(court_id)
    return [_book(ids, *key) for key, ids in shared.items()]


def rulebook_of(court_id: int, today: date) -> RuleBook:
    """The book of one court."""
    (book,) = rulebooks(today, [court_id])
    return book


def _own_rules() -> dict[int, tuple[int, ...]]:
    """The versions of the courts' own rules, by court."""
    found: dict[int, tuple[int, ...]] = {}
    for version in versions_in_force():
        if (court_id := version.rule.court_id) is not None:
            found[court_id] = (*found.get(court_id, ()), version.pk)
    return found


def _upwards(court_id: int, parents: Mapping[int, int | None]) -> list[int]:
    """The court and those above it."""
    places, here = [court_id], parents.get(court_id)
    while here is not None and here not in places:
        places.append(here)
        here = parents.get(here)
    return places


def _book(
    court_ids: list[int], profile: str, local: tuple[int, ...], numbers: tuple[tuple[str, Any], ...]
) -> RuleBook:
    holds = _chosen(profile, local)
    said, unreadable = {}, {}
    for version in filter(holds, versions_in_force()):
        try:
            condition_of(version, dict(numbers))
        except Misread as wrong:
            unreadable[version.rule.code] = wrong.problems[0].chinese
        else:
            said[version.rule.code] = version
    return RuleBook(tuple(court_ids), said, dict(numbers), profile, unreadable)


def _chosen(profile: str, local: tuple[int, ...]) -> Callable[[RuleVersion], bool]:
    """National rules by the profile (None: all of them), own rules always."""
    codes = law_in_use().profile_codes(profile)

    def holds(version: RuleVersion) -> bool:
        if version.rule.court_id is not None:
            return version.pk in local
        return codes is None or version.rule.code in codes

    return holds
