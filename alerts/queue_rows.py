"""What a line of the day page says about a case, gathered for a page of cases in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert, Handling, Notice, Watch
from alerts.models.alert import known_by
from alerts.queue import Asked, severity, unanswered
from alerts.selectors import OF_SUPERVISION, described
from cases.models import Case, Clock, Doubt, Exclusion, ProcedureEvent
from cases.nodes import FINISHING
from cases.selectors import Row, rows
from cases.timeline import name_of_ground
from catalogues.selectors import law_in_use
from courts.scoping import by_office

MARKS = {"stalled": _("停滞"), "pause": _("暂停待复核")}
#: How a case that shows these events usually ended, so that one click is enough; elsewhere the person chooses.
USUALLY = {"宣判": "判决", "送达判决": "判决"}


@dataclass(frozen=True)
class Act:
    """The last thing people did about a case on these pages."""

    at: datetime
    who: str
    what: str
    said: str

    @property
    def on(self) -> date:
        return timezone.localtime(self.at).date()


@dataclass
class Line:
    """One case with its folded alerts, the worst first. ``refused`` says why the last act on it was not done."""

    row: Row
    today: date
    alerts: list[Any] = field(default_factory=list)
    events: list[ProcedureEvent] = field(default_factory=list)
    pauses: list[Exclusion] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    prompts: list[Notice] = field(default_factory=list)
    watch: Watch | None = None
    apply_by: date | None = None
    last: Act | None = None
    refused: str = ""
    is_selected: bool = False

    @property
    def case(self) -> Case:
        return self.row.case

    @cached_property
    def node(self) -> ProcedureEvent | None:
        """The last event of the procedure: where the case stands."""
        return max(self.events, key=lambda event: (event.on, event.pk), default=None)

    @property
    def node_days(self) -> int:
        return (self.today - self.node.on).days if self.node else 0

    @cached_property
    def finishing(self) -> ProcedureEvent | None:
        """The first event that says the case is finished, where nobody recorded its closing."""
        found = [event for event in self.events if event.node in FINISHING]
        return (
            min(found, key=lambda event: (event.on, event.pk), default=None)
            if not self.case.closed_on
            else None
        )

    @property
    def usually(self) -> str:
        """How it probably ended (结案方式)."""
        return USUALLY.get(self.finishing.node, "") if self.finishing else ""

    @property
    def step(self) -> str:
        return next_step(self)

    @property
    def is_late(self) -> bool:
        """Past the statutory limit, as opposed to paused with none of it left."""
        return bool(self.row.due_on and self.row.remaining is not None and self.row.remaining < 0)


def lines(cases: Iterable[Any], asked: Asked) -> list[Line]:
    """The cases of one page, joined with their statutory clocks (``queue.in_order``), as lines."""
    found = {row.case.pk: Line(row, asked.today) for row in rows(cases, asked.today)}
    ids, law = list(found), law_in_use()
    for alert in open_alerts(ids, asked):
        found[alert.case_id].alerts.append(alert)
    facts: tuple[tuple[str, Any, dict[str, Any]], ...] = (
        ("events", ProcedureEvent, {"withdrawn_at": None}),
        ("pauses", Exclusion, {"withdrawn_at": None, "resumes_on": None}),
        ("doubts", Doubt, {"settled_at": None}),
    )
    for name, model, standing in facts:
        for fact in model.objects.filter(case__in=ids, **standing).order_by("pk"):
            getattr(found[fact.case_id], name).append(fact)
    for notice in unanswered(asked).filter(case__in=ids).select_related("person", "prompt"):
        found[notice.case_id].prompts.append(notice)
    for watch in Watch.objects.filter(case__in=ids, person=asked.user, ended_at=None):
        found[watch.case_id].watch = watch
    for case_id, day in last_days_to_apply(ids, asked.today):
        found[case_id].apply_by = day
    for case_id, act in last_acts(ids, asked):
        found[case_id].last = act
    for line in found.values():
        for pause in line.pauses:
            pause.ground_name = name_of_ground(pause.ground, law)
    return list(found.values())


def open_alerts(case_ids: Sequence[int], asked: Asked) -> list[Any]:
    """The open alerts of these cases that this person may know of, the worst first."""
    found = Alert.objects.known_to(asked.user).open().filter(case__in=case_ids).annotate(key=severity())
    return signed(list(found.order_by("key", "pk")), asked.today)


def signed(alerts: list[Any], today: date) -> list[Any]:
    """The alerts as the day page shows them: ``mark`` stands for the stage where none of the law's limits is meant."""
    for alert in described(alerts, today):
        alert.mark = MARKS.get(alert.kind, "")
        alert.note = note_on(alert)
    return alerts


def note_on(alert: Any) -> str:
    if alert.kind == "stalled":
        return str(_("超过通常 %s 天") % max(alert.days_over, 0))
    if alert.kind == "pause":
        return str(_("复核日 %s") % alert.due_on)
    return str(_("超 %s 天") % alert.days_over) if alert.days_over > 0 else ""


def last_days_to_apply(case_ids: Sequence[int], today: date) -> Iterable[tuple[int, date]]:
    """By when an extension has to be asked for (延长审限申请截止): the first such day still to come."""
    coming = Clock.objects.filter(
        case__in=case_ids, kind="derived", backwards=True, state="running", due_on__gte=today
    )
    return coming.order_by("case", "due_on").distinct("case").values_list("case", "due_on")


def last_acts(case_ids: Sequence[int], asked: Asked) -> Iterable[tuple[int, Act]]:
    """The last prompt about each case, or what was done about one of its alerts, whichever is later."""
    acts: dict[int, list[Act]] = defaultdict(list)
    done = Handling.objects.filter(seen_handlings(asked.user), alert__case__in=case_ids)
    newest = done.order_by("alert__case", "-at", "pk").distinct("alert__case")
    for each in newest.select_related("person", "alert"):
        acts[each.alert.case_id].append(Act(each.at, each.person.name, each.get_act_display(), each.reason))
    sent = Notice.objects.filter(seen_prompts(asked.user), prompt__isnull=False, case__in=case_ids)
    for notice in sent.order_by("case", "-told_at", "pk").distinct("case").select_related("prompt__by"):
        acts[notice.case_id].append(Act(notice.told_at, notice.prompt.by.name, "提示", notice.prompt.words))
    return [(case_id, max(each, key=lambda act: act.at)) for case_id, each in acts.items()]


def seen_handlings(user: Any) -> Q:
    """One's own, and those of the courts and divisions one answers for."""
    return Q(person=user) | (by_office(user, "alert__case__") & known_by(user, "alert__"))


def seen_prompts(user: Any) -> Q:
    """Those one sent or was sent, and those about cases of the courts and divisions one answers for."""
    return Q(person=user) | Q(prompt__by=user) | by_office(user, "case__")


# --- what would be done next ------------------------------------------------------------------------
def next_step(line: Line) -> str:
    """What the facts suggest to do next (下一步建议), in one short sentence; it decides nothing."""
    if line.finishing:
        return f"{line.finishing.on} 已{line.finishing.node}，核实后登记结案"
    if line.alerts:
        return STEPS[line.alerts[0].kind](line.alerts[0], line)
    if line.doubts:
        return f"核对数据：{line.doubts[0].sentence}"
    if line.prompts:
        return f"{line.prompts[0].person.name}逾期未确认提示，宜当面催办"
    return f"关注：{line.watch.note}" if line.watch else "—"


def step_of_limit(alert: Any, line: Line) -> str:
    if alert.stage == "overdue":
        return f"已超 {alert.days_over} 日，督促尽快结案并说明原因"
    if line.apply_by:
        return f"{alert.due_on} 前审结；确需延长的，宜于 {line.apply_by} 前申请"
    return f"催办：{alert.due_on} 前审结"


def step_of_pause(alert: Any, line: Line) -> str:
    grounds = "、".join(pause.ground_name for pause in line.pauses) or "暂停事由"
    return f"复核{grounds}是否完成；已完成的登记恢复"


def step_of_node(alert: Any, line: Line) -> str:
    late = f"已超 {alert.days_over} 日，" if alert.stage == "overdue" else f"{alert.due_on} 前，"
    return f"{late}督促办理：{alert.clock_name}"


STEPS = {
    "statutory": step_of_limit,
    "derived": lambda alert, line: f"确需延长的，宜于 {alert.due_on} 前申请",
    "node": step_of_node,
    "stalled": lambda alert, line: f"已 {line.node_days} 日无进展，了解原因后催办",
    "pause": step_of_pause,
    **dict.fromkeys(OF_SUPERVISION, lambda alert, line: f"{alert.clock_name}，催请于 {alert.due_on} 前办理"),
}
