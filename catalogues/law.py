"""The law as values: what a time limit, a procedural step, an exclusion ground and a case type are.

Every value names its legal basis (依据), how sure we are of it (置信度) and since when it holds. The confidence is
``certain`` (text of the law checked), ``medium`` (sourced, but a length or a clause is still to be checked),
``practice`` (court practice, no statute) or ``uncertain`` (off by default). What is not ``certain`` must be shown
as such. ``dated_by`` says what ``effective_from`` is: ``statute`` (the day the law with this number took effect),
``present_text`` (the day of the text that was checked; the number may be older), ``practice`` (no statute: the day of
the rule it leans on) or ``unverified`` (the day itself is still to be checked).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ExtensionRule:
    """One way a time limit may be extended (延长审限), and by whom.

    ``n`` is None where the law leaves the length to the approval; ``max_n`` is the most a single approval may give when
    the law names a range; ``times`` is None where the law sets no maximum number of approvals.
    """

    n: int | None
    max_n: int | None
    unit: str  # day | month | workday | unspecified
    approver: str
    times: int | None
    basis: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class TimeLimit:
    """One version of a statutory time limit (审限): how long, from which event, until which, counted how.

    ``unit`` is None where the law sets no limit; ``by_procedure`` has the months in ``first`` and ``second``;
    ``before_event`` has the event in ``event``. ``plus_days`` belong to the limit; ``max_n`` needs an extension.
    """

    id: str
    category: str
    name: str
    case_codes: tuple[str, ...]
    n: int | None
    unit: str | None  # day | month | year | workday | hour | by_procedure | before_event | None (no limit)
    plus_days: int
    max_n: int | None
    first: int | None
    second: int | None
    event: str | None
    meaning: str | None
    urgent_n: int | None
    urgent_hours: int | None
    start: str
    start_alt: str | None
    end: str
    counting: str  # civil | criminal
    roll: str  # yes | no | if_not_detained
    basis: str
    confidence: str
    extensions: tuple[ExtensionRule, ...]
    effective_from: date
    effective_to: date | None
    dated_by: str
    note: str = ""


@dataclass(frozen=True)
class Node:
    """One version of a procedural step (流程节点) and the time the law gives for it.

    ``direction`` is ``after`` (count on from the start event) or ``before`` (the start event must come at least ``n``
    units before the end event). ``summary`` is the count for summary procedures where it differs.
    """

    id: str
    stage: str
    name: str
    scope: tuple[str, ...]
    start_node: str
    end_node: str
    n: int | None
    unit: str
    summary: int | None
    direction: str
    basis: str
    confidence: str
    kind: str
    effective_from: date
    effective_to: date | None
    dated_by: str
    note: str = ""


@dataclass(frozen=True)
class Ground:
    """One version of a ground on which time does not run (扣除、中止、重算事由).

    ``mode`` says what it does: ``exclude`` the days, ``suspend`` the clock, ``restart`` it, ``no_effect``, or
    ``local_rule`` (a court's own rule, off by default). ``max`` is the ceiling in words; ``max_n`` and ``max_unit``
    are the ceiling in numbers, where the law has a fixed one.
    """

    id: str
    name: str
    scope: tuple[str, ...]
    mode: str
    start_event: str
    end_event: str
    max: str | None
    max_n: int | None
    max_unit: str | None
    basis: str
    confidence: str
    effective_from: date
    effective_to: date | None
    dated_by: str
    note: str = ""


@dataclass(frozen=True)
class CaseType:
    """A type of case (案件类型) and the code it carries in case numbers (类型代字).

    ``status`` is ``standard`` for types of the national standard, else ``observed``, ``practice`` or ``legacy``; such
    types have no number of their own and go by their type code.
    """

    code: str
    name: str
    type_code: str
    category_code: str
    category: str
    status: str = "standard"
    confidence: str = "medium"
    note: str = ""


@dataclass(frozen=True)
class Superseded:
    """A number the law once had (已被取代的旧数字). For display only: nothing is calculated with it."""

    id: str
    was: str
    valid_until: date | None
    now: str
    source: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class Cause:
    """A cause of action or a charge (案由、罪名) of one edition of the list."""

    code: str
    name: str
    parent: str
    level: int
    status: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class CourtEntry:
    """A court (法院) as the national table lists it; ``prefix`` is its code in case numbers (法院代字), "" if unknown."""

    code: str
    name: str
    level: int
    parent: str
    province: str
    prefix: str
    admin_code: str
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class FormerPrefix:
    """A court code no longer given out (旧法院代字). ``valid_to`` is None while the day of the change is unknown."""

    prefix: str
    name: str
    court: str
    successor: str
    valid_from: date
    valid_to: date | None
    confidence: str
    note: str = ""


@dataclass(frozen=True)
class LadderStage:
    """One rung of a ladder: when the stage begins, who is told, how often again, and by which channels beside the inbox.

    ``measure`` is ``part`` (``n`` of ``of`` parts of the time have run), ``before`` (``n`` days before the due day) or
    ``after`` (``n`` days after it). ``tell`` names capacities: judge, presiding, assistant, clerk, owner (of a pause),
    division_head, vice_president, president, trial_office, itadmin, supervisor, addressee. ``repeat_days`` None: told once.
    """

    stage: str  # early | mid | urgent | overdue
    measure: str  # part | before | after
    n: int
    of: int | None
    tell: tuple[str, ...]
    repeat_days: int | None
    channels: tuple[str, ...]  # email | sms


@dataclass(frozen=True)
class AlertLadder:
    """One version of a warning ladder (预警阶梯): what it watches, for which cases, and its stages, mildest first.

    ``procedures`` empty: any. The narrowest ladder that fits a case is the one that counts. ``lapses``: nothing is said
    after the due day, because letting it pass is no breach (a day counted back, 倒算).
    """

    id: str
    name: str
    watches: str  # statutory | derived | node | stalled | pause | calendar
    categories: tuple[str, ...]  # 全部 for any
    procedures: tuple[str, ...]
    stages: tuple[LadderStage, ...]
    lapses: bool
    basis: str
    confidence: str
    effective_from: date
    effective_to: date | None
    dated_by: str
    note: str = ""


@dataclass(frozen=True)
class AlertSetting:
    """One version of a number or word the alerts go by (预警参数): the hour of the digest, the longest snooze."""

    id: str
    name: str
    n: int | None
    text: str
    unit: str
    basis: str
    confidence: str
    effective_from: date
    effective_to: date | None
    dated_by: str
    note: str = ""


@dataclass(frozen=True)
class MonitoredNode:
    """A flow node that is watched (监控节点, S01–S71), in which sets, for which categories of cases.

    ``limits`` are the steps of ``nodes`` whose legal period it watches; ``events`` the recorded events it is about. A
    node with neither limits nor events is only listed.
    """

    id: str
    stage: str
    name: str
    categories: tuple[str, ...]
    profiles: tuple[str, ...]  # sz | gz | sx | yb
    limits: tuple[str, ...]
    events: tuple[str, ...]
    confidence: str
    note: str = ""
