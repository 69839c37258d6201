"""Time studies (工时测算): weeks in which the judges of a court and of those below it write down their minutes."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from audit import trail
from courts.models import Court, User
from courts.roles import Permission
from quota.models import Study
from quota.reach import region_of

OPEN, CLOSE = "quota.open_study", "quota.close_study"
NOT_YOURS = "您不能在这一法院组织工时测算，请由该院或者上级法院政治部办理。"
BACKWARDS = "结束日期不能早于开始日期。"
NAMED = "本院已有同名的工时测算，请换一个名称。"


@transaction.atomic
def open_study(*, court: Court, name: str, starts_on: date, ends_on: date, by: User, at: datetime) -> Study:
    """Begin a study (发起工时测算): diaries of these days are taken in from now on."""
    refuse_strangers(court, by, OPEN)
    Court.objects.select_for_update(no_key=True).get(pk=court.pk)
    if ends_on < starts_on:
        raise trail.Refused(BACKWARDS, act=OPEN, on=court, by=by, status=409)
    if Study.objects.filter(court=court, name=name).exists():
        raise trail.Refused(NAMED, act=OPEN, on=court, by=by, status=409)
    study = Study.objects.create(
        court=court, name=name, starts_on=starts_on, ends_on=ends_on, opened_by=by, opened_at=at
    )
    trail.record(
        OPEN, on=study, by=by, at=at, after={"name": name, "from": str(starts_on), "to": str(ends_on)}
    )
    return study


@transaction.atomic
def close_study(*, study: Study, by: User, at: datetime) -> Study:
    """End a study (结束工时测算): no more diaries are taken in. Ending it twice is the same as once."""
    refuse_strangers(study.court, by, CLOSE)
    study = Study.objects.select_for_update(of=("self",)).select_related("court").get(pk=study.pk)
    if study.closed_at is None:
        study.closed_at = at
        study.save(update_fields=["closed_at"])
        trail.record(CLOSE, on=study, by=by, at=at)
    return study


def refuse_strangers(court: Court, by: User, act: str) -> None:
    if court.pk not in region_of(by, Permission.PLAN_QUOTA):
        raise trail.Refused(NOT_YOURS, act=act, on=court, by=by)


def courts_above(court: Court) -> list[int]:
    """The court and those above it, the nearest first."""
    found: list[int] = []
    above: Court | None = court
    while above is not None and above.pk not in found:
        found.append(above.pk)
        above = above.parent
    return found
