"""What waits for whom (监督台): measures to reply to, replies to answer, proposals to decide, cases nobody looked after yet.

Both sides stand in the same list when their day has passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from catalogues.selectors import law_in_use
from courts.models import User
from courts.scoping import by_office
from supervision.measure_rules import UPPER_COURT, rule_of, verdict_on
from supervision.models import Flag, Measure
from supervision.responders import RESPONDERS

PANEL, SUPERVISOR = "panel", "supervisor"
SHOWN = 100


@dataclass(frozen=True)
class Line:
    """One measure as a list shows it: what it is, whose turn it is, until when. ``days``: left, negative when passed."""

    measure: Measure
    name: str
    waits_for: str  # panel | supervisor | "" when it waits for nobody
    due_on: date | None
    days: int | None

    @property
    def overdue(self) -> bool:
        return self.days is not None and self.days < 0

    @property
    def late_by(self) -> int:
        return -(self.days or 0)


def on_the_panel(user: User, path: str = "case__") -> Q:
    """Cases on whose panel one sits: only the panel replies, not those who assist it."""
    member = Q(**{f"{path}members__contains": [user.pk], f"{path}members__gt": []})
    return Q(**{f"{path}judge": user.pk}) | Q(**{f"{path}presiding": user.pk}) | member


def to_reply(user: User) -> QuerySet[Measure]:
    """Measures that wait for one's panel, the one due first at the top."""
    waiting = seen(user).filter(on_the_panel(user), state="open", reply_due_on__isnull=False)
    return waiting.order_by("reply_due_on", "taken_at")


def to_answer(user: User, day: date) -> QuerySet[Measure]:
    """Replies that wait for one's response, also as the successor of who asked."""
    mine = f"(SELECT measure_id FROM ({RESPONDERS.format(day='%s')}) r WHERE person_id = %s)"
    waiting = seen(user).filter(
        state="replied", pk__in=RawSQL(mine, [day] * RESPONDERS.count("{day}") + [user.pk])
    )
    return waiting.order_by("answer_due_on", "taken_at")


def asked_by(user: User) -> QuerySet[Measure]:
    """What one asked for and has not got yet: replies, meetings, decisions."""
    waiting = seen(user).filter(taken_by=user, state__in=("proposed", "open"))
    return waiting.order_by(F("reply_due_on").asc(nulls_last=True), "taken_at")


def to_decide(user: User) -> list[Measure]:
    """What others proposed and one's own posts may decide (待我决定的提请)."""
    proposed = seen(user).filter(state="proposed").exclude(taken_by=user).order_by("taken_at")[:SHOWN]
    return [measure for measure in proposed if may_decide(user, measure)]


def may_decide(user: User, measure: Measure) -> bool:
    verdict = verdict_on(user, measure.flag, rule_of(measure.code))
    return verdict.ok and not verdict.proposes and user.pk != measure.taken_by_id


def unanswered(user: User, day: date) -> QuerySet[Measure]:
    """Whatever is overdue in the cases one may see, on either side: a panel's reply, a supervisor's response."""
    late_reply = Q(state="open", reply_due_on__lt=day)
    late_answer = Q(state="replied", answer_due_on__lt=day)
    return seen(user).filter(late_reply | late_answer).order_by("case__court__position", "reply_due_on", "pk")


def not_looked_after(user: User) -> QuerySet[Flag]:
    """Confirmed cases of one's office without any measure so far, by the day until which the first is due."""
    taken = Measure.objects.counted().filter(flag=OuterRef("pk"))
    flags = Flag.objects.visible_to(user).live().filter(by_office(user, "case__"), secret=False)
    waiting = flags.filter(~Exists(taken), first_measure_due_on__isnull=False, case__closed_on=None)
    return waiting.select_related("case__court", "case__division", "case__judge", "rule", "version").order_by(
        "first_measure_due_on", "pk"
    )


def seen(user: User) -> QuerySet[Measure]:
    found = Measure.objects.visible_to(user)
    return found.select_related(
        "case__court", "case__division", "case__judge", "flag__rule", "flag__case", "taken_by"
    )


def lines(measures: Iterable[Measure], day: date) -> list[Line]:
    """The measures as lists show them."""
    names = {code: rule.name for code, rule in law_in_use().measures.items()}
    return [line_of(measure, names.get(measure.code, measure.code), day) for measure in measures]


def line_of(measure: Measure, name: str, day: date) -> Line:
    waits_for, due_on = turn_of(measure)
    return Line(measure, name, waits_for, due_on, (due_on - day).days if due_on else None)


def turn_of(measure: Measure) -> tuple[str, date | None]:
    """Whose turn it is, and until when."""
    if measure.state == "open" and measure.reply_due_on:
        return PANEL, measure.reply_due_on
    if measure.state == "replied":
        return SUPERVISOR, measure.answer_due_on
    if measure.state == "proposed" or (measure.state == "open" and measure.code != UPPER_COURT):
        return SUPERVISOR, None
    return "", None
