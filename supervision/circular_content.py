"""What the monthly circular reports (审管通报): counted from the month itself, so that a past month can be drawn again.

Open matters alone: nothing here reads a flag that is or was secret, or a sealed case. Units stand in organisational order;
nobody is compared with anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from cases.models import Case, Clock
from catalogues.selectors import law_in_use
from courts.models import Court, Division, Posting
from courts.roles import ROLE_CHOICES
from supervision.models import Flag, LetterStep, Measure, Step
from supervision.models.rules import CATEGORIES

NO_DIVISION = "未分配部门"
ROLES = {role: place for place, (role, _name) in enumerate(ROLE_CHOICES)}


@dataclass(frozen=True)
class Span:
    """A calendar month, both days included, and the same as moments."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def ends(self) -> datetime:
        """The first moment after the month."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))


def month_of(day: date) -> Span:
    first = day.replace(day=1)
    return Span(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def content_of(court: Court, span: Span) -> dict[str, Any]:
    """Everything the circular of that month says, as plain values."""
    return {
        "month": f"{span.first:%Y-%m}", "starts_on": str(span.first), "ends_on": str(span.last),
        "flow": flow_of(court, span), "limits": limits_of(court, span), "flags": flags_of(court, span),
        "measures": measures_of(court, span), "letters": letters_of(court, span),
        "unanswered": unanswered_of(court, span), "idle": idle_of(court, span),
    }  # fmt: skip


# --- cases ---------------------------------------------------------------------------------------------
def open_cases(court: Court) -> QuerySet[Case]:
    return Case.objects.filter(court=court, sealed="")


def flow_of(court: Court, span: Span) -> list[dict[str, Any]]:
    """旧存 + 新收 − 审结 = 未结, by division; refuses counts that break the identity."""
    was_open, still_open = (
        (Q(closed_on=None) | Q(closed_on__gte=span.first)),
        (Q(closed_on=None) | Q(closed_on__gt=span.last)),
    )
    counts = {
        "old": Count("pk", filter=Q(was_open, filed_on__lt=span.first)),
        "new": Count("pk", filter=Q(filed_on__gte=span.first)),
        "closed": Count("pk", filter=Q(closed_on__gte=span.first, closed_on__lte=span.last)),
        "pending": Count("pk", filter=still_open),
    }
    concerned = open_cases(court).filter(was_open, filed_on__lte=span.last).order_by()
    found = {row.pop("division"): row for row in concerned.values("division").annotate(**counts)}
    for row in found.values():
        if row["old"] + row["new"] - row["closed"] != row["pending"]:
            raise ValueError(f"{row} is not in balance")
    return [{"division": pk, "name": name} | found[pk] for pk, name in in_order(court, found)]


def in_order(court: Court, found: Iterable[int | None]) -> list[tuple[int | None, str]]:
    """The divisions with something to report, in organisational order (机构序)."""
    found = set(found)
    known = Division.objects.filter(court=court, pk__in=found - {None}).values_list("pk", "name")
    elsewhere = found - {None} - {pk for pk, _name in known}
    return [
        *known,
        *((pk, str(Division.objects.get(pk=pk))) for pk in sorted(elsewhere)),
        *([(None, NO_DIVISION)] if None in found else []),
    ]


def limits_of(court: Court, span: Span) -> dict[str, int]:
    """Cases closed after their limit in the month, and those pending past it at its end, by the limits as recorded now."""
    clocks = Clock.objects.filter(kind="statutory", case__in=open_cases(court))
    late = clocks.filter(case__closed_on__range=(span.first, span.last), due_on__lt=F("case__closed_on"))
    still = Q(case__closed_on=None) | Q(case__closed_on__gt=span.last)
    pending = clocks.filter(still, due_on__lt=span.last, state__in=("running", "met"))
    return {"closed_late": late.count(), "pending_late": pending.count()}


# --- supervision -----------------------------------------------------------------------------------------
def open_flags(court: Court) -> QuerySet[Flag]:
    """Flags nobody ever had to keep secret."""
    return Flag.objects.filter(court=court, born_secret=False, secret=False, case__sealed="")


def flags_of(court: Court, span: Span) -> list[dict[str, Any]]:
    """By category: raised, confirmed and rejected in the month, and not acted on in time (应标未标)."""
    steps = Step.objects.filter(
        flag__in=open_flags(court).values("pk"), at__gte=span.begins, at__lt=span.ends
    ).values_list("flag__category", "to_state", "flag")
    seen: Counter[tuple[str, str]] = Counter()
    for category, state, _flag in set(steps):
        seen[category, state] += 1
    raised = open_flags(court).filter(proposed_at__gte=span.begins, proposed_at__lt=span.ends).order_by()
    proposed = dict(raised.values("category").annotate(n=Count("pk")).values_list("category", "n"))
    return [
        {
            "category": code, "name": name, "proposed": proposed.get(code, 0), "confirmed": seen[code, "CONFIRMED"],
            "rejected": seen[code, "REJECTED"], "missed": seen[code, "EXPIRED"],
        }
        for code, name in CATEGORIES
    ]  # fmt: skip


def measures_of(court: Court, span: Span) -> list[dict[str, Any]]:
    """By kind of measure: taken in the month, and unanswered past their day at its end."""
    measures = Measure.objects.counted().filter(flag__in=open_flags(court).values("pk")).order_by()
    taken = measures.filter(taken_at__gte=span.begins, taken_at__lt=span.ends)
    waiting = measures.filter(
        Q(replied_at=None) | Q(replied_at__gte=span.ends), taken_at__lt=span.ends, reply_due_on__lte=span.last
    )
    counts = [
        dict(each.values("code").annotate(n=Count("pk")).values_list("code", "n"))
        for each in (taken, waiting)
    ]
    rules = law_in_use().measures
    return [
        {
            "code": code,
            "name": rules[code].name,
            "taken": counts[0].get(code, 0),
            "unanswered": counts[1].get(code, 0),
        }
        for code in rules
    ]


def letters_of(court: Court, span: Span) -> list[dict[str, Any]]:
    """By kind of letter: sent, answered, gone overdue and closed in the month, and still waited for at its end."""
    steps = LetterStep.objects.filter(letter__court=court, at__lt=span.ends).order_by("at", "pk")
    within: Counter[tuple[str, str]] = Counter()
    last: dict[int, tuple[str, str]] = {}
    for letter, kind, state, at in steps.values_list("letter", "letter__kind", "to_state", "at"):
        last[letter] = (kind, state)
        if at >= span.begins:
            within[kind, state] += 1
    standing = Counter(last.values())
    waiting = ("SENT", "READ", "REJECTED_REPLY", "OVERDUE")
    return [
        {
            "kind": code, "name": kind.name, "sent": within[code, "SENT"], "replied": within[code, "REPLIED"],
            "overdue": within[code, "OVERDUE"], "closed": within[code, "CLOSED"],
            "waiting": sum(standing[code, state] for state in waiting),
        }
        for code, kind in sorted(law_in_use().letter_kinds.items(), key=lambda item: item[1].level)
    ]  # fmt: skip


def unanswered_of(court: Court, span: Span) -> list[dict[str, Any]]:
    """Supervisors (院庭长) whose answer to a reply was overdue at the end of the month, in organisational order."""
    late = Measure.objects.counted().filter(
        Q(settled_at=None) | Q(settled_at__gte=span.ends),
        flag__in=open_flags(court).values("pk"),
        replied_at__lt=span.ends,
        answer_due_on__lte=span.last,
    )
    counts = dict(late.order_by().values("taken_by").annotate(n=Count("pk")).values_list("taken_by", "n"))
    seats = (
        Posting.objects.held_on(span.last)
        .filter(court=court, user__in=counts)
        .select_related("user", "division")
    )
    places: dict[int, Posting] = {}
    for seat in sorted(
        seats, key=lambda each: (ROLES[each.role], each.division.position if each.division else 0, each.pk)
    ):
        places.setdefault(seat.user_id, seat)
    return [
        {
            "person": seat.user.name,
            "post": f"{seat.division or ''}{seat.get_role_display()}",
            "count": counts[pk],
        }
        for pk, seat in places.items()
    ]


def idle_of(court: Court, span: Span) -> list[dict[str, Any]]:
    """Flags confirmed and still without any measure when the first was due, by division (怠于监管)."""
    flags = open_flags(court).filter(
        Q(ended_at=None) | Q(ended_at__gte=span.ends),
        confirmed_at__lt=span.ends,
        first_measure_due_on__lte=span.last,
    )
    acted = Measure.objects.counted().filter(taken_at__lt=span.ends).values("flag")
    rows = flags.exclude(pk__in=acted).order_by().values("case__division").annotate(n=Count("pk"))
    found = dict(rows.values_list("case__division", "n"))
    return [{"division": pk, "name": name, "count": found[pk]} for pk, name in in_order(court, found)]
