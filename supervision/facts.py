"""The flat view of a case kept up to date (案件事实的更新与读取): what the data say, and over it what people state.

Secret facts are written here and read by the secret rules alone; nothing in this module answers about them unless asked by name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from json import dumps
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from cases.clocks import slices_of
from cases.models import Case
from cases.services import REASSIGNED
from catalogues import library
from catalogues.selectors import law_in_use
from supervision import fact_kinds as kinds
from supervision import secret_fact_sql
from supervision.fact_sql import COUNTED_AS, refresh_statement
from supervision.models import CaseFacts, SecretFacts
from supervision.turns import take_screening_turn

#: From so many cases on, one pass over all parties is quicker than asking the index for every name.
MANY = 300
NOT_FACTS = {"case", "court_id", "closed", "as_of", *COUNTED_AS}


@cache
def columns_of(model: Any) -> dict[str, str]:
    """The facts kept in a table, with the type of each column."""
    fields = [field for field in model._meta.concrete_fields if field.name not in NOT_FACTS]
    return {field.name: field.db_type(connection) for field in fields}


@cache
def stated_facts() -> frozenset[str]:
    """The facts somebody may state."""
    return frozenset(name for name, fact in library.rule_facts().items() if fact.stated_by)


@transaction.atomic
def refresh_facts(case_ids: Sequence[int] | None, today: date) -> int:
    """Bring the facts of these cases (None: of all) to the day; how many cases changed.

    What a case changes of others of the same defendant and cause (系列案件数) is written too, and those others are put into
    the outbox (``cases.Change``), so that they are screened at the next turn; so are those whose being the first of their
    cause (首案) it may change. A count never tells of secret facts.
    """
    take_screening_turn()
    slices = [None] if case_ids is None else slices_of(case_ids)
    return sum(refresh_slice(ids, today) for ids in slices)


def refresh_slice(ids: list[int] | None, today: date) -> int:
    few = ids is not None and len(ids) < MANY
    statement = refresh_statement(columns_of(CaseFacts), stated_facts(), few=few, bounded=ids is not None)
    count = run(statement, today, ids, cause_tags=cause_tags(ids))
    refresh_secret_facts(ids)
    return count


def refresh_secret_facts(ids: list[int] | None) -> None:
    """Write what is known secretly of these cases; a row of which nothing is left known goes.

    How often a lawyer meets a judge (律师与法官组合) is counted over the whole court, and so with all cases only.
    """
    for statement in secret_fact_sql.statements(columns_of(SecretFacts), bounded=ids is not None):
        run(statement, None, ids)


def run(statement: str, today: date | None, ids: list[int] | None, **given: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters() | {"today": today, "ids": ids} | given)
        return int(cursor.fetchone()[0]) if cursor.description else cursor.rowcount


def parameters() -> dict[str, Any]:
    """The tables of words as SQL parameters."""
    words = {
        name.lower(): list(value) for name, value in vars(kinds).items() if name.isupper() and isinstance(value, tuple)
    }  # fmt: skip
    patterns = {
        name.lower(): value
        for name, value in vars(kinds).items()
        if name.isupper() and isinstance(value, str)
    }
    return words | patterns | {
        "case_types": dumps(kinds.CASE_TYPES), "reassigned": [REASSIGNED],
        "conflict_years": int(law_in_use().rule_parameters(None)["conflict_window_years"]),
    }  # fmt: skip


def cause_tags(ids: list[int] | None) -> str:
    """The causes of these cases (None: of all) with their tags, as JSON: all of them are too much to send for one case."""
    known = tags_by_cause()
    if ids is not None:
        causes = Case.objects.filter(pk__in=ids).values_list("cause_code", "cause").distinct()
        known = {cause: known[cause] for pair in causes for cause in pair if cause in known}
    return dumps([{"cause": cause, "tags": tags} for cause, tags in known.items()])


@cache
def tags_by_cause() -> dict[str, list[str]]:
    """Every cause of the lists with its tags, by its code and by its names; one that is in no list has none known."""
    found: dict[str, set[str]] = {}
    for code, name, tags in library.cause_tag_rows():
        for cause in (code, name):
            found.setdefault(cause, set()).update(tags)
    return {cause: sorted(tags) for cause, tags in found.items()}


# --- reading ---------------------------------------------------------------------------------------------
def facts_of(case_id: int, secret: bool = False) -> dict[str, Any]:
    """What is known of a case by the name of the fact; only the secret rules and those who keep them ask for ``secret``."""
    found = known(CaseFacts.objects.filter(pk=case_id), columns_of(CaseFacts))
    return found | known(SecretFacts.objects.filter(pk=case_id), columns_of(SecretFacts)) if secret else found


def known(rows: QuerySet[Any], names: Collection[str]) -> dict[str, Any]:
    row: Mapping[str, Any] = rows.values(*names).first() or {}
    return {name: value for name, value in row.items() if value is not None}


def completeness(court_ids: Collection[int] | None = None) -> dict[str, tuple[int, int]]:
    """Of how many open cases of these courts (None: of all) each open fact is known, and how many there are.

    Sealed cases are not counted, and of secret facts nothing is said.
    """
    rows = CaseFacts.objects.filter(closed=False, case__sealed="")
    if court_ids is not None:
        rows = rows.filter(court_id__in=court_ids)
    names = columns_of(CaseFacts)
    counted = rows.aggregate(all_of_them=Count("pk"), **{f"known_{name}": Count(name) for name in names})
    return {name: (counted[f"known_{name}"], counted["all_of_them"]) for name in names}
