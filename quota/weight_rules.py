"""Everything cases are weighed and told apart by in one court on one day (权重与繁简规则), under one digest. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256

from catalogues.cause_tags import Causes
from catalogues.quota_groups import Groups, causes_making
from catalogues.quota_law import ComplexityPoint, WeightAdder, WeightBase, WeightProcedure
from catalogues.quotas import Quotas
from catalogues.sentencing_law import unmarked
from quota.weights import Tables, tables_of

#: What decides a case's group and the facts that hang on its cause: category, type code, cause code, cause.
Kind = tuple[str, str, str, str]


@dataclass(frozen=True)
class WeightRules:
    """The tables, and the bounds of the classes; ``digest`` tells one set from another."""

    tables: Tables
    bases: Mapping[str, WeightBase]
    procedures: Mapping[str, WeightProcedure]
    adders: Mapping[str, WeightAdder]
    points: Mapping[str, ComplexityPoint]
    simple_below: float
    complex_from: float
    mutual_years: int
    digest: str


def rules_of(quotas: Quotas, court_id: int | None, on: date) -> WeightRules:
    """What holds in a court (None: the national text) on a day."""
    tables = tables_of(quotas, court_id, on)
    bases, procedures = quotas.bases_of(court_id, on), quotas.procedures_of(court_id, on)
    adders, points = quotas.adders_of(court_id, on), quotas.points_of(court_id, on)
    numbers = [
        quotas.setting(code, court_id, on) for code in ("simple_below", "complex_from", "mutual_years")
    ]
    said = [
        tables.digest,
        numbers,
        *(listed(table.values()) for table in (bases, procedures, adders, points)),
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return WeightRules(
        tables=tables, bases=bases, procedures=procedures, adders=adders, points=points, simple_below=float(numbers[0]),
        complex_from=float(numbers[1]), mutual_years=int(numbers[2]), digest=sha256(text.encode()).hexdigest(),
    )  # fmt: skip


def listed(entries: Iterable[WeightBase | WeightProcedure | WeightAdder | ComplexityPoint]) -> list[object]:
    return [asdict(entry) for entry in entries]


@dataclass(frozen=True)
class KindRow:
    """What a kind of case has by its cause and type alone."""

    base: WeightBase
    complex_cause: bool
    simple_form: bool


def kind_rows(rules: WeightRules, lists: tuple[Causes, ...], kinds: Iterable[Kind]) -> dict[Kind, KindRow]:
    """The group of each kind of case, and the facts its cause decides; kinds the tables have no group for are left out."""
    groups, marked = Groups(rules.bases, lists), causes_making(rules.points, lists)
    found: dict[Kind, KindRow] = {}
    for kind in kinds:
        category, type_code, cause_code, cause = kind
        base = groups.of(category=category, type_code=type_code, cause_code=cause_code, cause=cause)
        if base is not None:
            named = {cause_code, unmarked(cause)} - {""}
            said = [not named.isdisjoint(marked.get(fact, ())) for fact in ("complex_cause", "simple_form")]
            found[kind] = KindRow(base, *said)
    return found
