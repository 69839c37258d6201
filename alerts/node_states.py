"""How the monitored nodes of one case stand (节点状态): read from its events and clocks, nobody enters them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from alerts.node_profiles import Profile
from cases.models import Case, Clock, ProcedureEvent
from catalogues.law import MonitoredNode

PENDING, DONE, OVERDUE, NA, SUSPENDED = "PENDING", "DONE", "OVERDUE", "NA", "SUSPENDED"
STATES = {
    OVERDUE: (_("■ 逾期"), "badge-overdue"),
    PENDING: (_("○ 待办"), "badge-mid"),
    SUSPENDED: (_("‖ 暂停"), "badge-paused"),
    DONE: (_("✓ 已办"), "badge-good"),
    NA: (_("不适用"), "badge-none"),
}
RETRIAL_REVIEW, COMMUTATION = "申请再审审查", "减刑假释"
#: Case types that have nodes of their own within their category: by the end, or the whole, of the type code.
APART = {"申": RETRIAL_REVIEW, "刑更": COMMUTATION}
#: Nodes whose events begin them (答辩期、笔录签字、延期审理): that such an event happened does not mean they are done.
BEGUN_BY_THEIR_EVENTS = {"S15", "S30", "S31"}


@dataclass(frozen=True)
class NodeState:
    """One monitored node of a case. ``met_on`` and ``due_on`` are those of its clock or event, where it has any."""

    node: MonitoredNode
    state: str
    due_on: date | None = None
    met_on: date | None = None
    was_late: bool = False

    @property
    def is_under_way(self) -> bool:
        """Whether a clock or an event says something about it."""
        return bool(self.due_on or self.met_on) or self.state == OVERDUE

    @property
    def word(self) -> str:
        return str(STATES[self.state][0])

    @property
    def badge(self) -> str:
        return STATES[self.state][1]


def category_for_nodes(case: Case) -> str:
    """The category the nodes know the case by."""
    return next((name for end, name in APART.items() if case.type_code.endswith(end)), case.category)


def states_of(case: Case, profile: Profile, today: date) -> list[NodeState]:
    """The nodes of the court's set that concern this kind of case, in the order of the procedure."""
    clocks = list(case.clocks.exclude(kind="statutory").order_by("due_on", "turn"))
    is_paused = case.clocks.filter(kind="statutory", state="paused").exists()
    found = ProcedureEvent.objects.filter(case=case, withdrawn_at=None, on__lte=today).order_by("on")
    events = dict(found.values_list("node", "on"))
    category = category_for_nodes(case)
    return [
        state_of(node, case, clocks, events, today, is_paused=is_paused)
        for node in profile.nodes
        if category in node.categories
    ]


def state_of(
    node: MonitoredNode,
    case: Case,
    clocks: Iterable[Clock],
    events: dict[str, date],
    today: date,
    *,
    is_paused: bool,
) -> NodeState:
    """Clocks say more than events; a node with neither is only listed."""
    own = [
        clock for clock in clocks if clock.rule in node.limits and clock.state in ("running", "paused", "met")
    ]
    if own:
        return by_clocks(node, own, today)
    happened = [events[name] for name in node.events if name in events]
    if happened and node.id not in BEGUN_BY_THEIR_EVENTS:
        return NodeState(node, DONE, met_on=max(happened))
    if case.closed_on is not None or not (node.limits or node.events):
        return NodeState(node, NA)
    return NodeState(node, SUSPENDED if is_paused else PENDING)


def by_clocks(node: MonitoredNode, clocks: list[Clock], today: date) -> NodeState:
    """The first clock still running decides; when all are met, the last of them."""
    open_ones = [clock for clock in clocks if clock.state != "met" and not has_lapsed(clock, today)]
    if not open_ones:
        last = clocks[-1]
        if last.state != "met":
            return NodeState(node, NA)
        is_late = bool(last.met_on and last.due_on and last.met_on > last.due_on and not last.backwards)
        return NodeState(node, DONE, last.due_on, last.met_on, is_late)
    first = open_ones[0]
    if first.state == "paused":
        return NodeState(node, SUSPENDED)
    is_late = first.due_on is not None and first.due_on < today
    return NodeState(node, OVERDUE if is_late else PENDING, first.due_on)


def has_lapsed(clock: Clock, today: date) -> bool:
    """A day counted back (倒算) that has passed is no breach."""
    return clock.backwards and clock.due_on is not None and clock.due_on < today
