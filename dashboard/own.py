"""What falls due in one's own cases (我的期限): every clock, every open pause, every case that stands still."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from heapq import merge
from operator import attrgetter
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert
from alerts.selectors import name_of_clock
from cases.models import Case, Clock, Exclusion
from cases.selectors import name_and_basis
from cases.timeline import name_of_ground
from catalogues.ladders import ladder_for, stage_on
from catalogues.law import AlertLadder
from catalogues.selectors import Law
from courts.models import User

SHOWN = 200
KINDS = {
    "statutory": _("审限"), "derived": _("派生期限"), "node": _("节点期限"), "pause": _("暂停待复核"), "stalled": _("停滞"),
}  # fmt: skip
BADGES = {
    "overdue": ("■ 已超", "badge-overdue"), "urgent": ("▲ 紧急", "badge-urgent"), "mid": ("◆ 中期", "badge-mid"),
    "early": ("● 远期", "badge-early"), "": ("正常", ""),
}  # fmt: skip


def own_cases(user: User, path: str = "") -> Q:
    """Cases one sits on or assists."""
    path = f"{path}__" if path else ""
    seats = (Q(**{f"{path}{seat}": user.pk}) for seat in ("presiding", "assistant", "clerk"))
    found = Q(**{f"{path}judge": user.pk})
    for seat in seats:
        found |= seat
    return found | Q(**{f"{path}members__contains": [user.pk], f"{path}members__gt": []})


@dataclass(frozen=True)
class Due:
    """Something of one's own that falls due: a clock, a pause to look at again, a case that stands still."""

    case: Case
    kind: str
    name: str
    basis: str
    due_on: date
    stage: str
    today: date

    @property
    def days_left(self) -> int:
        return (self.due_on - self.today).days

    @property
    def days_over(self) -> int:
        return -self.days_left

    @property
    def badge(self) -> tuple[str, str]:
        return BADGES[self.stage]

    @property
    def kind_name(self) -> Any:
        return KINDS[self.kind]


@dataclass(frozen=True)
class Day:
    """The day the page speaks of, the law in use, and the ladders in force."""

    today: date
    law: Law

    @cached_property
    def ladders(self) -> tuple[AlertLadder, ...]:
        return self.law.ladders_on(self.today)

    def stage(self, case: Case, watches: str, start_on: date | None, due_on: date) -> str:
        """The stage of the published ladder, past the due day always the last one."""
        if due_on < self.today:
            return "overdue"
        ladder = ladder_for(self.ladders, watches, case.category, case.procedure)
        reached = stage_on(self.today, start_on, due_on, ladder) if ladder else None
        return reached[0].stage if reached else ""


def own_dues(user: User, day: Day, kind: str = "") -> list[Due]:
    """Everything of one's own cases that falls due, the oldest day first; at most ``SHOWN`` and one more."""
    sources = [clocks_due(user, day, kind)] if kind in ("", "statutory", "derived", "node") else []
    sources += [pauses_due(user, day)] if kind in ("", "pause") else []
    sources += [stalled(user, day)] if kind in ("", "stalled") else []
    return list(merge(*sources, key=attrgetter("due_on")))[: SHOWN + 1]


def clocks_due(user: User, day: Day, kind: str) -> list[Due]:
    """Running clocks. A day counted back (倒算) that has passed is an opportunity gone and falls due no more."""
    found = Clock.objects.visible_to(user).filter(own_cases(user, "case"), state="running")
    found = found.filter(Q(kind=kind) if kind else Q(), Q(backwards=False) | Q(due_on__gte=day.today))
    clocks = found.exclude(due_on=None).order_by("due_on", "pk").select_related("case")
    return [due_of(clock, day) for clock in clocks[: SHOWN + 1]]


def due_of(clock: Clock, day: Day) -> Due:
    name, basis = name_and_basis(clock.rule, day.law, clock.start_on or clock.case.filed_on or day.today)
    start_on = None if clock.backwards else clock.start_on
    stage = day.stage(clock.case, clock.kind, start_on, clock.due_on)
    return Due(clock.case, clock.kind, name, basis, clock.due_on, stage, day.today)


def pauses_due(user: User, day: Day) -> list[Due]:
    """Open pauses of one's own cases, and those one answers for, by the day their reason is looked at again."""
    mine = own_cases(user, "case") | Q(owner=user.pk)
    found = Exclusion.objects.visible_to(user).filter(mine, resumes_on=None, withdrawn_at=None)
    found = found.filter(case__closed_on=None).order_by("starts_on", "pk").select_related("case")
    return sorted((due_of_pause(pause, day) for pause in found[: SHOWN + 1]), key=attrgetter("due_on"))


def due_of_pause(pause: Exclusion, day: Day) -> Due:
    """Without a day of its own a pause is looked at again after the days the catalogue gives (暂停未写明复核日)."""
    usual = timedelta(days=int(day.law.setting("pause_review_days", day.today)))
    review_on = pause.review_on or pause.starts_on + usual
    stage = day.stage(pause.case, "pause", pause.starts_on, review_on)
    return Due(pause.case, "pause", name_of_ground(pause.ground, day.law), "", review_on, stage, day.today)


def stalled(user: User, day: Day) -> list[Due]:
    """One's own cases that stand still longer than usual (停滞)."""
    found = Alert.objects.visible_to(user).open().filter(own_cases(user, "case"), kind="stalled")
    return [
        Due(
            alert.case,
            "stalled",
            name_of_clock(alert.clock, day.law),
            "",
            alert.due_on,
            alert.stage,
            day.today,
        )
        for alert in found.order_by("due_on", "pk").select_related("case")[: SHOWN + 1]
    ]


def counts_by_stage(dues: Iterable[Due]) -> list[tuple[str, str, int]]:
    """How many stand at each stage that asks for something, the most severe first: word, badge, count."""
    counts: dict[str, int] = defaultdict(int)
    for due in dues:
        counts[due.stage] += 1
    return [(*BADGES[stage], counts[stage]) for stage in BADGES if stage and counts[stage]]
