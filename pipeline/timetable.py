"""When a scheduled job should have been done again (定时任务的时刻), read from the schedule itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from celery.schedules import crontab, maybe_schedule
from django.utils.translation import gettext as _

LEAST_GRACE = timedelta(minutes=3)
DAILY_GRACE = timedelta(hours=1)
LONGEST_MONTH = 31


def is_daily(schedule: Any) -> bool:
    """At an hour of the day, rather than at intervals."""
    return isinstance(schedule, crontab)


def due_after(schedule: Any, done_at: datetime) -> datetime:
    """When a job that was done then is due again."""
    if is_daily(schedule):
        start, ahead, _now = schedule.remaining_delta(done_at)
        return start + ahead
    return done_at + maybe_schedule(schedule).run_every


def grace_of(schedule: Any) -> timedelta:
    """How long after it was due a job may still be under way without anybody being told."""
    if is_daily(schedule):
        return DAILY_GRACE
    return max(LEAST_GRACE, 2 * maybe_schedule(schedule).run_every)


def in_words(schedule: Any) -> str:
    """The schedule in words: «每 5 分钟», «每日 02:10», «每月 1 日 06:10»."""
    if is_daily(schedule):
        times = [
            f"{hour:02}:{minute:02}" for hour in sorted(schedule.hour) for minute in sorted(schedule.minute)
        ]
        if len(schedule.day_of_month) < LONGEST_MONTH:
            days = "、".join(map(str, sorted(schedule.day_of_month)))
            return _("每月 %(days)s 日 %(times)s") % {"days": days, "times": "、".join(times)}
        return _("每日 %s") % "、".join(times)
    seconds = round(maybe_schedule(schedule).run_every.total_seconds())
    if seconds % 60:
        return _("每 %s 秒") % seconds
    return _("每 %s 分钟") % (seconds // 60)
