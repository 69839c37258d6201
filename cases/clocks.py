"""The clocks of many cases at once: the set-based twin of ``cases.facts``, held to it by property tests.

The facts are gathered and the dates computed in one statement (``gather_sql``, ``clock_sql``). What the law lets no
one compute is decided by the pure function alone: the few cases with anything out of the ordinary are put to it first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from json import dumps
from typing import Any

from django.db import connection, transaction

from cases import law_rows
from cases.clock_sql import COLUMNS
from cases.deadlines import DEFAULT_LADDER, STRICT_CATEGORIES, Refused, calculate
from cases.facts import ELECTION, MOMENTS, MOST, NO_START, clock_input, with_facts
from cases.gather_sql import KINDS, RAISE_DOUBTS, RECOMPUTE, SETTLE_DOUBTS, SUSPECTS
from cases.layouts import EARLIEST, LATEST, parameters
from cases.limits import instance_of, limit_for, turning_days
from cases.models import Case
from cases.nodes import CLOSED, FILED, IN_COURT
from catalogues.selectors import Law, law_in_use
from courts.models import Court

SLICE = 5000
SETTLED = "重算后已可计算或原因已变"


def recompute(case_ids: Sequence[int] | None, at: datetime) -> dict[str, int]:
    """Gather the facts of these cases (None: all) and bring their clocks and doubts up to date.

    Returns how many ``cases`` were looked at and how many clocks were ``created``, ``updated`` and ``deleted``. What
    has not changed is not written. Each slice is one transaction of its own unless the caller holds one.
    """
    counts = Counter(cases=0, created=0, updated=0, deleted=0)
    law = law_in_use()
    fixed = law_parameters(law)
    for ids in id_slices() if case_ids is None else slices_of(case_ids):
        with transaction.atomic():
            counts.update(_recompute_slice(ids, law, fixed, at))
    return dict(counts)


def slices_of(case_ids: Sequence[int]) -> Iterator[list[int]]:
    ids = sorted(set(case_ids))
    return (ids[start : start + SLICE] for start in range(0, len(ids), SLICE))


def id_slices(size: int = SLICE) -> Iterator[list[int]]:
    """The ids of all cases, in order, a slice at a time."""
    last = 0
    while ids := list(Case.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        yield ids
        last = ids[-1]


def _recompute_slice(ids: list[int], law: Law, fixed: Mapping[str, Any], at: datetime) -> dict[str, int]:
    given = {**fixed, "ids": ids, "at": at, "calendars": dumps(own_calendars(law))}
    with connection.cursor() as cursor:
        given["choices"] = dumps(choices(cursor, given))
        given |= _judged(_suspects(cursor, given), law)
        cursor.execute(RECOMPUTE, given)
        cases, created, updated, deleted = cursor.fetchone()
        cursor.execute(SETTLE_DOUBTS, given)
        cursor.execute(RAISE_DOUBTS, given)
    return {"cases": cases, "created": created, "updated": updated, "deleted": deleted}


def choices(cursor: Any, given: Mapping[str, Any], kinds: str = KINDS) -> list[dict[str, Any]]:
    """Which limit each kind of case among these has: the table is asked once per kind."""
    cursor.execute(kinds, given)
    found = []
    for type_code, procedure, level, cause, detained, era, filed_on in cursor.fetchall():
        rule, why = limit_for(
            type_code=type_code, procedure=procedure, court_level=level, filed_on=filed_on, cause=cause, detained=detained
        )  # fmt: skip
        kind = {
            "type_code": type_code,
            "procedure": procedure,
            "level": level,
            "cause": cause,
            "detained": detained,
        }
        found.append({**kind, "era": era, "rule": rule, "why": why})
    return found


def _suspects(cursor: Any, given: Mapping[str, Any]) -> list[int]:
    cursor.execute(SUSPECTS, given)
    return [case_id for (case_id,) in cursor.fetchall()]


def _judged(ids: Sequence[int], law: Law) -> dict[str, str]:
    """What the pure function says of the cases that may not be computable, and which instance each of them is."""
    problems, instances = [], []
    for case in with_facts(Case.objects.filter(pk__in=ids)) if ids else ():
        if problem := problem_of(case, law):
            problems.append({"case_id": case.pk, "problem": problem})
        instance = instance_of(
            type_code=case.type_code, procedure=case.procedure, court_level=case.court.level
        )
        instances.append({"case_id": case.pk, "instance": instance})
    return {"problems": dumps(problems), "instances": dumps(instances)}


def problem_of(case: Case, law: Law) -> str:
    """Why the limit of a case cannot be computed; empty where it can."""
    clock, problem = clock_input(case, law)
    if clock is None:
        return problem
    try:
        calculate(clock, law.calendar(case.court_id))
    except Refused as refused:
        return refused.chinese
    return ""


def own_calendars(law: Law) -> list[dict[str, int]]:
    """The courts that have a calendar of their own."""
    if not law.local:
        return []
    courts = Court.objects.values_list("pk", flat=True)
    return [{"court_id": pk, "calendar": law.calendar_id(pk)} for pk in courts if law.calendar_id(pk)]


def law_parameters(law: Law) -> dict[str, Any]:
    """The law and the tables of this room as SQL parameters."""
    return {
        "turning_days": turning_days(),
        "limits": dumps(law_rows.limit_rows(law)),
        "nodes": dumps(law_rows.node_rows(law)),
        "grounds": dumps(law_rows.ground_rows(law)),
        "fitting": dumps(law_rows.fitting_rows(law)),
        "extension_steps": dumps(law_rows.extension_steps(law)),
        "step_rules": dumps(law_rows.step_rules()),
        "step_ends": dumps(law_rows.step_ends()),
        "limits_edition": law.editions["time_limits"],
        "nodes_edition": law.editions["nodes"],
        "moments": list(MOMENTS),
        "election": ELECTION,
        "filed": FILED,
        "closed": CLOSED,
        "own_events": [FILED, CLOSED],
        "in_court": IN_COURT,
        "strict": sorted(STRICT_CATEGORIES),
        "mid": DEFAULT_LADDER.mid,
        "mid_strict": DEFAULT_LADDER.mid_strict,
        "no_start": NO_START,
        "settled_how": SETTLED,
        "earliest": EARLIEST,
        "latest": LATEST,
        **parameters(law.national, dict(law.local)),
        **{f"most_{name}": most for name, most in MOST.items()},
    }


__all__ = [
    "COLUMNS",
    "SLICE",
    "choices",
    "id_slices",
    "law_parameters",
    "own_calendars",
    "problem_of",
    "recompute",
]
