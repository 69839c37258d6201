"""What people do about an alert they were told of: seen it, put it off, dealt with it (知悉、稍后、已处理).

It silences the alert for them alone, for a few working days, and those above them see it. One that has run out simply
no longer holds.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from alerts.models import Alert, Handling, Notice
from audit import trail
from cases.guard import is_visible, reaches
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import User
from courts.roles import Permission, Role
from courts.scoping import by_office

ACKNOWLEDGED, SNOOZED, DONE = "acknowledged", "snoozed", "done"
ACTS = {ACKNOWLEDGED: "alerts.acknowledge", SNOOZED: "alerts.snooze", DONE: "alerts.mark_done"}
#: Which setting (预警参数) bounds each, in working days.
AT_MOST = {ACKNOWLEDGED: "done_workdays", SNOOZED: "snooze_workdays", DONE: "done_workdays"}
END = "alerts.end_handling"


def acknowledge(*, alert: Alert, by: User, reason: str, until_on: date, at: datetime) -> Handling:
    """Seen it (已知悉): the person is told of it no more before ``until_on``."""
    return handle(ACKNOWLEDGED, alert=alert, by=by, reason=reason, until_on=until_on, at=at)


def snooze(*, alert: Alert, by: User, reason: str, until_on: date, at: datetime) -> Handling:
    """Put it off (稍后) until ``until_on``, a few working days at most."""
    return handle(SNOOZED, alert=alert, by=by, reason=reason, until_on=until_on, at=at)


def mark_done(*, alert: Alert, by: User, reason: str, until_on: date, at: datetime) -> Handling:
    """Dealt with it (已处理); if the alert is still open on ``until_on``, the person is told again."""
    return handle(DONE, alert=alert, by=by, reason=reason, until_on=until_on, at=at)


@transaction.atomic
def handle(act: str, *, alert: Alert, by: User, reason: str, until_on: date, at: datetime) -> Handling:
    """One of the three acts by its name. The same twice is the same as once; another takes the place of the last."""
    alert = Alert.objects.select_for_update(of=("self",)).select_related("case", "court").get(pk=alert.pk)
    if not may_handle(by, alert):
        raise trail.Refused(
            "只有收到本预警的人员或审管办可以办理，请联系承办人或审管办。", act=ACTS[act], on=alert, by=by
        )
    if problem := what_is_wrong(act, alert, reason, until_on):
        raise trail.Refused(problem, act=ACTS[act], on=alert, by=by, status=409)
    standing = Handling.objects.filter(alert=alert, person=by, ended_at=None)
    wanted = {"act": act, "reason": reason.strip(), "until_on": until_on}
    if same := standing.filter(**wanted).first():
        return same
    standing.update(ended_at=at)
    handling = Handling.objects.create(alert=alert, person=by, at=at, **wanted)
    after = {"clock": alert.clock, "stage": alert.stage, "until_on": str(until_on)}
    trail.record(ACTS[act], on=alert, by=by, at=at, because=handling.reason, after=after)
    return handling


@transaction.atomic
def end_handling(*, handling: Handling, by: User, at: datetime) -> Handling:
    """Take it back, so that the alert counts again from now on. Ending it twice is the same as once."""
    if by.pk != handling.person_id:
        raise trail.Refused("只能撤回本人的处理。", act=END, on=handling.alert, by=by)
    if Handling.objects.filter(pk=handling.pk, ended_at=None).update(ended_at=at):
        before = {"act": handling.act, "until_on": str(handling.until_on), "clock": handling.alert.clock}
        trail.record(END, on=handling.alert, by=by, at=at, because=handling.reason, before=before)
    handling.refresh_from_db()
    return handling


def may_handle(user: User, alert: Alert) -> bool:
    """Whether they were told of it and may still see its case, or keep the trial office (审管办) it belongs to."""
    if alert.case is not None and not is_visible(alert.case, user):
        return False
    return keeps_office(user, alert) or Notice.objects.filter(alert=alert, person=user).exists()


def keeps_office(user: User, alert: Alert) -> bool:
    offices = [seat for seat in user.seats if seat.role == Role.TRIAL_OFFICE]
    if alert.case is not None:
        return any(reaches(user, seat, alert.case) for seat in offices)
    return alert.court_id in user.courts_where(Permission.DRAFT_CATALOGUE)


def what_is_wrong(act: str, alert: Alert, reason: str, until_on: date) -> str | None:
    if alert.closed_at is not None:
        return f"本预警已解除（{alert.closed_because}），无须办理。"
    if not reason.strip():
        return "请填写理由。"
    if len(reason.strip()) > 300:
        return "理由不超过 300 字，请简述。"
    latest = latest_day(act, alert, today())
    if not today() < until_on <= latest:
        return f"有效期应晚于今天 {today()}、不晚于 {latest}，现为 {until_on}。"
    return None


def latest_day(act: str, alert: Alert, day: date) -> date:
    """The last day until which an alert may be put off by this act, by the calendar of its court."""
    law = law_in_use()
    court_id = alert.case.court_id if alert.case else alert.court_id
    return law.calendar(court_id).add_workdays(day, int(law.setting(AT_MOST[act], day)))


# --- who sees it -------------------------------------------------------------------------------------
def standing(day: date) -> Q:
    """Those that hold on a day."""
    return Q(ended_at=None, until_on__gt=day, alert__closed_at=None)


def handlings_below(user: User, day: date | None = None) -> QuerySet[Handling]:
    """What others did about the alerts of the courts and divisions the user answers for (本部门、本院的处理情况)."""
    theirs = Handling.objects.visible_to(user).filter(
        by_office(user, "alert__case__"), standing(day or today())
    )
    return theirs.exclude(person=user).select_related("person", "alert__case").order_by("-at")


def handlings_on(user: User, case_id: int, day: date | None = None) -> QuerySet[Handling]:
    """What was done about one case's alerts, as far as it is the user's own or of those below them."""
    own = Q(person=user) | by_office(user, "alert__case__")
    found = Handling.objects.visible_to(user).filter(own, standing(day or today()), alert__case=case_id)
    return found.select_related("person", "alert").order_by("-at")
