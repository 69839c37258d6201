"""Following a case and saying why (关注案件): the person is told of its alerts as long as they may see it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from alerts.models import Watch
from audit import trail
from cases.guard import is_visible
from cases.models import Case
from courts.models import User

WATCH, UNWATCH = "alerts.watch_case", "alerts.unwatch"


@transaction.atomic
def watch_case(*, case: Case, note: str, by: User, at: datetime) -> Watch:
    """Follow a case (关注). Doing it twice is the same as once; another note takes the place of the first."""
    if not is_visible(case, by):
        raise trail.Refused("本案不在您的职责范围内，不能关注。", act=WATCH, on=case, by=by)
    note = note.strip()
    if not 0 < len(note) <= 200:
        raise trail.Refused("请填写关注原因，不超过 200 字。", act=WATCH, on=case, by=by, status=409)
    watch, is_new = Watch.objects.get_or_create(
        case=case, person=by, ended_at=None, defaults={"note": note, "at": at}
    )
    if is_new or watch.note != note:
        before, watch.note = (None if is_new else watch.note), note
        watch.save(update_fields=["note"])
        trail.record(WATCH, on=case, by=by, at=at, because=note, before=before)
    return watch


@transaction.atomic
def unwatch(*, case: Case, by: User, at: datetime) -> None:
    """Follow it no more (取消关注), also where one may no longer see it."""
    if Watch.objects.filter(case=case, person=by, ended_at=None).update(ended_at=at):
        trail.record(UNWATCH, on=case, by=by, at=at)
