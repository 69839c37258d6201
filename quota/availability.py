"""What share of working time a person can give to cases in which period (可用时间): leave, secondment, part-time posts.

Why somebody is away is between them and who manages people: its trail is secret.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from audit import trail
from courts.clock import today
from courts.models import Availability, Court, User
from quota.closed_periods import closed_in
from quota.people_guard import permit, refuse_if

RECORD, END, WITHDRAW = "quota.record_availability", "quota.end_availability", "quota.withdraw_availability"
LONGEST = 80


@transaction.atomic
def record_availability(
    *,
    person: User,
    starts_on: date,
    ends_on: date,
    fraction: Decimal,
    reason: str,
    by: User | None,
    at: datetime,
) -> Availability:
    """Record a share (0 to 1) from a day to another one, both included. Recording the same twice is the same as once.

    On a day nothing is recorded for, a person is available in full. No two records share a day.
    """
    permit_for(RECORD, person, by)
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    said = {"starts_on": starts_on, "ends_on": ends_on, "fraction": fraction}
    same = Availability.objects.filter(user=person, **said).first()
    if same:
        return same
    problem = problem_of(person, starts_on, ends_on, fraction, reason)
    problem = problem or problem_of_settled(person, starts_on, ends_on)
    refuse_if(problem, RECORD, on=person, by=by)
    recorded = Availability.objects.create(user=person, reason=reason.strip(), **said)
    told = as_recorded(recorded)
    trail.record(RECORD, on=person, by=by, at=at, because=recorded.reason, after=told, secret=True)
    return recorded


def permit_for(act: str, person: User, by: User | None) -> None:
    """Refuse where none of the person's posts today is at a court whose people the actor manages."""
    if by is None:
        return
    courts = list(Court.objects.filter(pk__in={seat.court_id for seat in person.seats}))
    if not courts:
        raise trail.Refused(
            f"{person}目前没有任职，不能登记可用时间。", act=act, on=person, by=by, status=409
        )
    refusals = [refusal for court in courts if (refusal := refusal_of(act, court, person, by))]
    if len(refusals) == len(courts):
        raise refusals[0]


def refusal_of(act: str, court: Court, person: User, by: User) -> trail.Refused | None:
    try:
        permit(act, court=court, by=by, people=[person.pk])
    except trail.Refused as refusal:
        return refusal
    return None


def problem_of(person: User, starts_on: date, ends_on: date, fraction: Decimal, reason: str) -> str:
    if ends_on < starts_on:
        return f"截止日 {ends_on} 早于起始日 {starts_on}，应不早于起始日。"
    if not 0 <= fraction <= 1:
        return "可办案比例应在 0 到 100% 之间：全休为 0，全职办案为 100%。"
    if not reason.strip() or len(reason.strip()) > LONGEST:
        return f"请填写事由，不超过 {LONGEST} 字。"
    taken = Availability.objects.filter(user=person, starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    if taken:
        return f"{taken.starts_on} 至 {taken.ends_on} 已登记为{taken.fraction:.0%}（{taken.reason}），请先终止或撤回，或者另选不重叠的日期。"
    return ""


def problem_of_settled(person: User, starts_on: date, ends_on: date) -> str:
    """Why these days cannot be changed any more: what was counted by them is paid or published."""
    closed = closed_in({seat.court_id for seat in person.seats}, starts_on, ends_on)
    if closed is None:
        return ""
    return (
        f"到 {closed} 为止的办案补贴已批准或者办案通报已公布，之前的可用时间不再改动，请从以后的日子起登记。"
    )


@transaction.atomic
def end_availability(
    *, availability: Availability, ends_on: date, by: User | None, at: datetime
) -> Availability:
    """Let a record end on another day, that day included, as when somebody is back early."""
    stored = (
        Availability.objects.select_for_update(of=("self",)).select_related("user").get(pk=availability.pk)
    )
    permit_for(END, stored.user, by)
    if stored.ends_on == ends_on:
        return stored
    problem = ""
    if not stored.starts_on <= ends_on < stored.ends_on:
        problem = (
            f"应在 {stored.starts_on} 至 {stored.ends_on} 之间提前终止；没有发生的请撤回，延长的请另行登记。"
        )
    problem = problem or problem_of_settled(stored.user, ends_on + timedelta(days=1), stored.ends_on)
    refuse_if(problem, END, on=stored.user, by=by)
    before = as_recorded(stored)
    stored.ends_on = ends_on
    stored.save(update_fields=["ends_on"])
    trail.record(END, on=stored.user, by=by, at=at, before=before, after=as_recorded(stored), secret=True)
    return stored


@transaction.atomic
def withdraw_availability(*, availability: Availability, reason: str, by: User | None, at: datetime) -> None:
    """Take back what was recorded by mistake; the trail keeps what it said. Twice is the same as once."""
    stored = Availability.objects.select_for_update(of=("self",)).select_related("user").filter(pk=availability.pk).first()  # fmt: skip
    if stored is None:
        return
    permit_for(WITHDRAW, stored.user, by)
    problem = "" if reason.strip() else "请写明撤回的理由。"
    problem = problem or problem_of_settled(stored.user, stored.starts_on, stored.ends_on)
    refuse_if(problem, WITHDRAW, on=stored.user, by=by)
    before = as_recorded(stored)
    stored.delete()
    trail.record(WITHDRAW, on=stored.user, by=by, at=at, because=reason.strip(), before=before, secret=True)


def as_recorded(availability: Availability) -> dict[str, object]:
    return {
        "person": availability.user.name,
        "starts_on": str(availability.starts_on),
        "ends_on": str(availability.ends_on),
        "fraction": str(availability.fraction),
        "reason": availability.reason,
    }


def share_on(person: User, day: date | None = None) -> Decimal:
    """The share of working time a person can give to cases on a day (today)."""
    on = day or today()
    found = Availability.objects.filter(user=person, starts_on__lte=on, ends_on__gte=on).first()
    return found.fraction if found else Decimal(1)
