"""Every clock of one case with its reasons (审限、派生期限、节点期限), computed from the facts as they stand this moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from cases.deadlines import Refused, answer
from cases.facts import Explained, explain, explain_step, steps_of
from cases.models import Case
from cases.nodes import EXTENSION_STEPS, NodeClock
from catalogues.dated import NotInForce
from catalogues.law import TimeLimit
from catalogues.selectors import Law

NOTHING = dict.fromkeys(("start", "nominal", "before_roll", "due", "remaining_days", "calendar", "met_on"))
UNKNOWN = {"state": "unknown", "level": "unknown", "excluded_days": 0, **NOTHING}


def clocks_of(case: Case, law: Law, as_of: date) -> list[dict[str, Any]]:
    """The limit of the case, what follows from it, and its procedural steps, each with the fields of ``due``."""
    explained = explain(case, law, as_of)
    return [
        statutory(case, explained, law, as_of),
        *derived(case, explained, law, as_of),
        *(step_clock(case, step, law, as_of) for step in steps_of(case)),
    ]


def statutory(case: Case, explained: Explained, law: Law, as_of: date) -> dict[str, Any]:
    said = explained.answer(as_of)
    if explained.deadline is None or said["state"] == "no_limit":
        said["level"] = said["state"]
    elif case.closed_on is not None:
        said |= {"state": "met", "level": "closed"}
    rule = said.pop("limit")
    name = limit_of(case, rule, law).name if rule in law.limits else "审限"
    return {"kind": "statutory", "rule": rule, "name": name, "turn": 0, "met_on": case.closed_on} | said


def derived(case: Case, explained: Explained, law: Law, as_of: date) -> Iterator[dict[str, Any]]:
    """By when an extension is to be asked for and decided, counted back from the present due date."""
    deadline = explained.deadline
    if deadline is None or not isinstance(deadline.due, date) or explained.limit not in law.limits:
        return
    versions = law.limits[explained.limit]
    if not any(version.extensions for version in versions):
        return
    for code in EXTENSION_STEPS.get(versions[-1].category, ()):
        step = NodeClock(code, 0, deadline.due, case.closed_on)
        yield step_clock(case, step, law, as_of) | {"kind": "derived"}


def step_clock(case: Case, step: NodeClock, law: Law, as_of: date) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": "node", "rule": step.node, "name": step.node, "turn": step.turn}
    try:
        said["name"] = law.node(step.node, step.start_on).name
        found = answer(explain_step(case, step, law), as_of)
    except Refused as refused:
        return said | UNKNOWN | {"because": [refused.chinese]}
    except (NotInForce, KeyError):
        return said | UNKNOWN | {"because": [f"节点“{step.node}”在 {step.start_on} 不在目录中"]}
    if step.met_on is not None:
        found |= {"state": "met", "level": "closed"}
    return said | found | {"met_on": step.met_on}


def limit_of(case: Case, rule: str, law: Law) -> TimeLimit:
    return law.limit(rule, case.filed_on or case.accepted_on or date.max)
