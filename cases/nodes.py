"""Which procedural steps (流程节点) with a time limit of their own a case is under, and whether they were done. A table.

A step begins with an event of the case and is done with another. A court that records no events for a case keeps no
steps for it either: silence is not a breach. What a step's limit is, and its legal basis, stands in the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

FILED, CLOSED = "立案", "结案"  # these two come from the case itself
IN_COURT = "当庭"  # in the note of 宣判: judgment pronounced at the end of the hearing (当庭宣判)
COLLEGIAL = ("ordinary", "second", "retrial", "")


@dataclass(frozen=True)
class Event:
    """Something that happened on a day."""

    node: str
    on: date
    note: str = ""


@dataclass(frozen=True)
class NodeRule:
    """When a step begins and ends. ``later_ends`` count only after the day of the start.

    ``in_court`` asks for judgments pronounced in court (True) or on another day (False). ``outlives_case``: the step
    is still owed after the case is closed; the others lapse with it.
    """

    node: str
    start: str
    ends: tuple[str, ...]
    later_ends: tuple[str, ...] = ()
    categories: tuple[str, ...] | None = None
    procedures: tuple[str, ...] | None = None
    in_court: bool | None = None
    outlives_case: bool = False


@dataclass(frozen=True)
class NodeClock:
    """One step of one case; ``turn`` numbers its repetitions from 0."""

    node: str
    turn: int
    start_on: date
    met_on: date | None


TRIALS = ("刑事", "民事", "行政")
CIVIL_AND_ADMINISTRATIVE = ("民事", "行政")
TABLE = (
    NodeRule("N17", FILED, ("移送审判庭", "开庭", "庭审结束"), categories=TRIALS),
    NodeRule("N20", FILED, ("送达副本",), categories=CIVIL_AND_ADMINISTRATIVE, procedures=("ordinary", "summary", "small", "")),
    NodeRule("N48", "庭审结束", ("合议", "文书完成", "宣判"), ("开庭",), categories=("民事",)),
    NodeRule("N51", "庭审结束", ("合议", "文书完成", "宣判"), ("开庭",), categories=TRIALS, procedures=COLLEGIAL),
    NodeRule("N52", "合议", ("文书完成", "宣判"), ("开庭",), categories=TRIALS),
    NodeRule("N58", "宣判", ("送达判决",), categories=CIVIL_AND_ADMINISTRATIVE, in_court=True, outlives_case=True),
    NodeRule("N59", "宣判", ("送达判决",), categories=("刑事",), in_court=True, outlives_case=True),
    NodeRule("N60", "宣判", ("送达判决",), categories=TRIALS, in_court=False, outlives_case=True),
    NodeRule(
        "N65", "收到上诉状", ("送达上诉状副本", "收到上诉答辩状", "移送上诉"),
        categories=CIVIL_AND_ADMINISTRATIVE, outlives_case=True,
    ),
    # Counted from the answer to the appeal, not from the appeal itself, which leaves 15 days for answering.
    NodeRule("N67", "收到上诉答辩状", ("移送上诉",), categories=CIVIL_AND_ADMINISTRATIVE, outlives_case=True),
    NodeRule("N68", "上诉期满", ("移送上诉",), categories=("刑事",), outlives_case=True),
    NodeRule("N86", "生效", ("交付执行",), categories=("刑事",), outlives_case=True),
    NodeRule("N90", CLOSED, ("归档",), outlives_case=True),
    NodeRule("N91", "生效", ("上网",), outlives_case=True),
)  # fmt: skip

#: Events that come with the end of a case or after it: an open case with one of them is probably finished.
FINISHING = (
    "宣判", "送达判决", "收到上诉状", "送达上诉状副本", "收到上诉答辩状", "上诉期满", "移送上诉", "生效", "交付执行", "上网", "归档",
)  # fmt: skip

#: By when an extension is to be asked for, and decided, counted back from the end of the limit (延长审限申请、审批截止).
EXTENSION_STEPS = {"民事": ("N53", "N54"), "刑事": ("N55",), "行政": ("N56",)}


def node_clocks(
    events: Iterable[Event], *, category: str, procedure: str, filed_on: date | None, closed_on: date | None
) -> tuple[NodeClock, ...]:
    """The steps of a case from its recorded events (those that are not withdrawn)."""
    recorded = [event for event in events if event.node not in (FILED, CLOSED)]
    if not recorded:
        return ()
    own = [Event(name, day) for name, day in ((FILED, filed_on), (CLOSED, closed_on)) if day]
    everything = [*own, *recorded]
    return tuple(
        clock
        for rule in TABLE
        if _applies(rule, category, procedure)
        for clock in _turns(rule, everything, is_closed=closed_on is not None)
    )


def _applies(rule: NodeRule, category: str, procedure: str) -> bool:
    return (rule.categories is None or category in rule.categories) and (
        rule.procedures is None or procedure in rule.procedures
    )


def _turns(rule: NodeRule, events: list[Event], *, is_closed: bool) -> Iterator[NodeClock]:
    starts = sorted({event.on for event in events if _starts(rule, event)})
    for turn, start_on in enumerate(starts):
        met_on = min((event.on for event in events if _ends(rule, event, start_on)), default=None)
        if met_on is not None or rule.outlives_case or not is_closed:
            yield NodeClock(rule.node, turn, start_on, met_on)


def _starts(rule: NodeRule, event: Event) -> bool:
    return event.node == rule.start and (rule.in_court is None or rule.in_court == (IN_COURT in event.note))


def _ends(rule: NodeRule, event: Event, start_on: date) -> bool:
    if event.node in rule.ends or event.node == rule.node:
        return event.on >= start_on
    return event.node in rule.later_ends and event.on > start_on
