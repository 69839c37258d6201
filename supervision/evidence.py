"""The evidence of a flag (证据): the facts its rule names with their values, and a digest that says whether it changed.

Written in SQL, so that one case on a page and a hundred thousand at night come to the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from json import loads
from typing import Any

from django.db import connection

from predicates.language import Condition, compile_condition, facts_of, parameters_of
from predicates.queries import literal
from supervision.models import RuleVersion, SecretFacts
from supervision.rulebook import condition_of

#: Facts that grow by themselves, in months. A day more is nothing new; another full year is.
AGEING = ("months_pending", "months_detained")
YEAR = 12
SECRET_NAMES = tuple(field.name for field in SecretFacts._meta.concrete_fields if not field.primary_key)


def evidence_sql(names: Iterable[str]) -> str:
    """The named facts of the row ``cf``, and of ``sf`` where they are secret, as one JSON object; a missing one is null."""
    return built({name: column_of(name) for name in names})


def digested_sql(names: Iterable[str]) -> str:
    """The same for the digest: what ages by itself counts in whole years."""
    return built(
        {name: f"floor({column_of(name)} / {YEAR})" if name in AGEING else column_of(name) for name in names}
    )


def digest_sql(source: str) -> str:
    return f"encode(sha256(convert_to(({source})::text, 'UTF8')), 'hex')"


def column_of(name: str) -> str:
    return f"{'sf' if name in SECRET_NAMES else 'cf'}.{connection.ops.quote_name(name)}"


def built(columns: Mapping[str, str]) -> str:
    return f"jsonb_build_object({', '.join(f'{literal(name)}, {sql}' for name, sql in columns.items())})"


ONE = """
SELECT ({})::text, {} FROM (SELECT %s::bigint AS case_id) asked LEFT JOIN supervision_casefacts cf USING (case_id)"""


@dataclass(frozen=True)
class Evidence:
    """What a rule reads of one case now, under which parameters, and whether it hits."""

    facts: dict[str, Any]
    parameters: dict[str, Any]
    digest: str
    holds: bool


def evidence_of(case_id: int, version: RuleVersion, parameters: Mapping[str, Any]) -> Evidence:
    """The evidence of one case under a rule that is no secret."""
    condition = condition_of(version)
    names = facts_of(condition)
    with connection.cursor() as cursor:
        cursor.execute(ONE.format(evidence_sql(names), digest_sql(digested_sql(names))), [case_id])
        said, digest = cursor.fetchone()
    known = loads(said)
    return Evidence(
        known, used(condition, parameters), digest, compile_condition(condition, parameters)(known)
    )


def used(condition: Condition, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters a condition names, with the values of the court."""
    return {name: parameters[name] for name in parameters_of(condition)}
