"""The evidence of a flag (证据): the facts its rule names with their values, and a digest that says whether it changed.

Written in SQL, so that one case on a page and a hundred thousand at night come to the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from json import loads
from typing import Any

from django.db import connection

from predicates.language import Condition, compile_condition, facts_of, parameters_of
from supervision.models import RuleVersion
from supervision.rulebook import condition_of

#: Facts that grow by themselves, in months. A day more is nothing new; another full year is.
AGEING = ("months_pending", "months_detained")
YEAR = 12

#: All facts of the row ``cf`` as one JSON object; those of ``sf`` with them where a secret rule reads.
OPEN_FACTS = "to_jsonb(cf)"
ALL_FACTS = "to_jsonb(cf) || coalesce(to_jsonb(sf), '{}'::jsonb)"


def evidence_sql(source: str, names: str) -> str:
    """A lateral ``(evidence, digest)``: the named facts out of a JSON object; a missing one is null."""
    ageing = ", ".join(f"'{name}'" for name in AGEING)
    return f"""LATERAL (
    SELECT jsonb_object_agg(name, source -> name) AS evidence,
           encode(sha256(convert_to(jsonb_object_agg(name, CASE WHEN name IN ({ageing})
               THEN to_jsonb(floor((source ->> name)::float8 / {YEAR})) ELSE source -> name END)::text, 'UTF8')), 'hex') AS digest
      FROM (SELECT {source} AS source) whole, unnest({names}) AS name) said"""


ONE = f"""
SELECT evidence::text, digest
  FROM (SELECT %(case)s::bigint AS case_id) asked
  LEFT JOIN supervision_casefacts cf USING (case_id), {evidence_sql("coalesce(to_jsonb(cf), '{}'::jsonb)", "%(names)s::text[]")}"""


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
    with connection.cursor() as cursor:
        cursor.execute(ONE, {"case": case_id, "names": list(facts_of(condition))})
        said, digest = cursor.fetchone()
    known = loads(said)
    return Evidence(
        known, used(condition, parameters), digest, compile_condition(condition, parameters)(known)
    )


def used(condition: Condition, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters a condition names, with the values of the court."""
    return {name: parameters[name] for name in parameters_of(condition)}
