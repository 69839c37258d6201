"""Judges given past the lot (不经抽签变更承办人): a case that waits, or that was drawn, and is simply reassigned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, ProcedureEvent
from cases.services import REASSIGNED
from courts.models import Court, User
from quota.models import Draw, DrawDay, Recusal

#: How many reassignments the page goes through.
MOST = 50


@dataclass(frozen=True)
class Past:
    """One reassignment: from whom, if the case had a judge, to whom, who gave it and why."""

    case: Case
    on: date
    at: datetime
    former: User | None
    judge: User | None
    by: User | None
    reason: str

    @property
    def note(self) -> str:
        return f"{self.former.name if self.former else '未定'} → {self.judge.name if self.judge else ''}"


def past_in(court: Court, user: User) -> list[Past]:
    """Those of a court since it began to draw, the newest first, of cases the person sees."""
    days = DrawDay.objects.filter(court=court).order_by("on")
    first = days.values_list("on", flat=True).first()
    if first is None:
        return []
    events = _given(court, ProcedureEvent.objects.visible_to(user)).filter(
        Q(on__gte=first) | Q(recorded_at__date__gte=first)
    )
    return past_of(events.order_by("-on", "-pk")[:MOST], since=first)


def past_on(day: DrawDay) -> list[Past]:
    """What the record of a day tells: cases given that day past the lot, and cases drawn that day reassigned since."""
    drawn = dict(Draw.objects.filter(day=day).values_list("case").annotate(Min("drawn_at")))
    events = _given(day.court, ProcedureEvent.objects.all()).filter(Q(on=day.on) | Q(case__in=drawn))
    found = past_of(events.filter(case__sealed=""), since=day.on)
    return [one for one in reversed(found) if one.on == day.on or drawn.get(one.case.pk, one.at) < one.at]


def _given(court: Court, events: QuerySet[ProcedureEvent]) -> QuerySet[ProcedureEvent]:
    # Events withdrawn since are among them: the trail still tells what was done.
    return events.filter(case__court=court, node=REASSIGNED).select_related("case")


@dataclass(frozen=True)
class Known:
    """What lots did themselves, when each case was first drawn, and who stood aside."""

    own: set[tuple[int, datetime | None, int | None]]
    drawn: dict[int, datetime]
    aside: set[tuple[int, int]]

    @classmethod
    def of(cls, cases: Iterable[int]) -> Known:
        lots = Draw.objects.filter(case__in=list(cases))
        aside = Recusal.objects.filter(case__in=list(cases)).values_list("case", "person")
        own = lots.filter(assigned_to__isnull=False).values_list("case", "decided_at", "assigned_to")
        return cls(set(own), dict(lots.values_list("case").annotate(Min("drawn_at"))), set(aside))

    def is_past(self, entry: Entry) -> bool:
        former, judge = _moved(entry)
        case = entry.case_id or 0
        if former == judge or (case, entry.at, judge) in self.own:
            return False
        drawn = case in self.drawn and self.drawn[case] <= entry.at
        return former is None or drawn or (case, former) in self.aside


def _moved(entry: Entry) -> tuple[int | None, int | None]:
    return (entry.before or {}).get("judge_id"), (entry.after or {}).get("judge_id")


def past_of(events: Iterable[ProcedureEvent], *, since: date) -> list[Past]:
    """What the trail tells of the cases of the events; what a lot itself gave is not among it."""
    seen = list(events)
    cases = {event.case_id: event.case for event in seen}
    days = {(event.case_id, event.recorded_at): event.on for event in seen}
    rows = Entry.objects.filter(act="cases.reassign", outcome="done", case_id__in=list(cases))
    known = Known.of(cases)
    entries = [entry for entry in rows.order_by("-at", "-pk") if known.is_past(entry)]
    people = User.objects.in_bulk({pk for entry in entries for pk in (*_moved(entry), entry.actor_id) if pk})
    found = [
        Past(
            cases[entry.case_id], days.get((entry.case_id, entry.at)) or timezone.localdate(entry.at), entry.at,
            *(people.get(pk) for pk in (*_moved(entry), entry.actor_id)), entry.because,
        )
        for entry in entries
    ]  # fmt: skip
    return [one for one in found if one.on >= since]
