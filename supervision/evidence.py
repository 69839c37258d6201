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

#: Facts that drift by themselves, with the step that is something new: one case or one day more is nothing, another full
#: year is. Else a flag rejected today would be proposed again tomorrow.
STEPS = {
    "months_pending": 12, "months_detained": 12, "series_n_12m": 10, "similar_n": 10, "similar_conflict_share": 0.25,
    "deviation_q": 0.025, "media_heat": 20, "lawyer_judge_pair_n": 10,
}  # fmt: skip
SECRET_NAMES = tuple(field.name for field in SecretFacts._meta.concrete_fields if not field.primary_key)


REPORTS = (
    "(SELECT count(*) FROM supervision_statement told"
    " WHERE told.case_id = cf.case_id AND told.secret AND told.fact IN ({}))"
)


def evidence_sql(names: Iterable[str]) -> str:
    """The named facts of the row ``cf``, and of ``sf`` where they are secret, as one JSON object; a missing one is null."""
    return built({name: column_of(name) for name in names})


def digested_sql(names: Iterable[str]) -> str:
    """The same for the digest: what drifts counts in whole steps, and of what is secret every further report counts.

    A complaint says no more than that there is one: after it was dismissed, the next one reads the same.
    """
    columns = {
        name: f"floor({column_of(name)} / {STEPS[name]})" if name in STEPS else column_of(name)
        for name in names
    }
    secret = ", ".join(literal(name) for name in columns if name in SECRET_NAMES)
    return built(columns | ({"reports": REPORTS.format(secret)} if secret else {}))


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
