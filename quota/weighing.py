"""Weigh cases and tell them apart (案件权重、繁简识别): every case of these, or all, each by the tables of its court."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from json import dumps
from typing import Any

from django.db import connection, transaction

from cases.clocks import slices_of
from cases.models import Case
from catalogues import library
from catalogues.cause_tags import Causes
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court
from quota.weight_facts_sql import ALL, FEW, KINDS, MANY, parameters_of
from quota.weight_rules import WeightRules, kind_rows, rules_of
from quota.weight_sql import Scales, refresh_statement, whole

#: Of more cases than these, one pass over all parties is quicker than asking the index for every name.
A_FEW = 10
THESE, OF_COURTS, EVERY_CASE = "c.id = ANY(%(ids)s)", "c.court_id = ANY(%(courts)s)", "true"


@transaction.atomic
def weigh_cases(ids: Collection[int] | None, at: datetime) -> int:
    """Bring the weights and classes of these cases (None: of all) up to date; how many changed.

    What has not changed is not written, so twice is the same as once.
    """
    on = today()
    if ids is None:
        return sum(weigh_courts(courts, rules, at) for rules, courts in rules_by_court(None, on))
    return sum(weigh_slice(some, on, at) for some in slices_of(list(ids)))


def weigh_slice(ids: Sequence[int], on: date, at: datetime) -> int:
    courts = set(Case.objects.filter(pk__in=ids).values_list("court", flat=True))
    parts = rules_by_court(courts, on)
    chosen = THESE if len(parts) <= 1 else f"{THESE} AND {OF_COURTS}"
    size = FEW if len(ids) <= A_FEW else MANY
    return sum(
        run(rules, chosen=chosen, size=size, at=at, ids=list(ids), courts=some) for rules, some in parts
    )


def weigh_courts(courts: list[int] | None, rules: WeightRules, at: datetime) -> int:
    if courts is None:
        return run(rules, chosen=EVERY_CASE, size=ALL, at=at)
    return run(rules, chosen=OF_COURTS, size=MANY, at=at, courts=courts)


def rules_by_court(courts: Collection[int] | None, on: date) -> list[tuple[WeightRules, list[int] | None]]:
    """The courts that go by the same tables, together; None for all of them where there is but one set."""
    quotas = law_in_use().quotas
    if not quotas.bases.national:
        return []
    if not quotas.above:
        return [(rules_of(quotas, None, on), None if courts is None else sorted(courts))]
    found: dict[str, tuple[WeightRules, list[int]]] = {}
    for court in Court.objects.values_list("pk", flat=True) if courts is None else courts:
        rules = rules_of(quotas, court, on)
        found.setdefault(rules.digest, (rules, []))[1].append(court)
    return [(rules, sorted(some)) for rules, some in found.values()]


def run(rules: WeightRules, *, chosen: str, size: str, at: datetime, **given: Any) -> int:
    statement = refresh_statement(rules, chosen=chosen, size=size)
    with connection.cursor() as cursor:
        cursor.execute(statement, given | known(rules, chosen, given) | {"at": at})
        return int(cursor.fetchone()[0])


def known(rules: WeightRules, chosen: str, given: dict[str, Any]) -> dict[str, object]:
    """Everything the statement is told beside the cases: words, the groups of their causes, the procedure factors."""
    with connection.cursor() as cursor:
        cursor.execute(KINDS.format(chosen=chosen), given)
        kinds = [tuple(row) for row in cursor.fetchall()]
    scales = Scales.of(rules)
    rows = [
        {
            "category": kind[0], "type_code": kind[1], "cause_code": kind[2], "cause": kind[3], "base": row.base.code,
            "value": whole(row.base.value, scales.base), "assumed": row.base.procedure, "complex_cause": row.complex_cause,
            "simple_form": row.simple_form,
        }
        for kind, row in kind_rows(rules, cause_lists(), kinds).items()
    ]  # fmt: skip
    return parameters_of(rules) | {"kinds": dumps(rows), "steps": dumps(steps_of(rules, scales))}


def steps_of(rules: WeightRules, scales: Scales) -> list[dict[str, object]]:
    """A row for each procedure of our cases, tried alone or by a panel."""
    panels = {"single": (False,), "panel": (True,), "": (False, True)}
    return [
        {"name": name, "procedure": procedure, "is_panel": is_panel, "value": whole(one.value, scales.step)}
        for name, one in rules.procedures.items()
        for procedure in one.procedures
        for is_panel in panels[one.panel]
    ]


@cache
def cause_lists() -> tuple[Causes, ...]:
    return tuple(one for editions in library.cause_lists().values() for one in editions)
