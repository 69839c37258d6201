"""Background work of supervision; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from courts.clock import today
from supervision import facts, letters, log_checks, replay, screening, timers


@shared_task
def screen_everything() -> dict[str, int]:
    """The facts of every case brought to this day, and every open case screened."""
    day = today()
    changed = facts.refresh_facts(None, day)
    return {"facts": changed} | screening.screen_cases(None, day, timezone.now())


@shared_task
def expire_flags() -> dict[str, int]:
    """Flags nobody acted on in time go one level up."""
    return timers.expire(today(), timezone.now())


@shared_task
def check_log() -> int:
    """Every chain of the supervision log walked, and sealed anew; how many there are. Fails when one is broken."""
    return log_checks.check_log(timezone.now())


@shared_task
def expire_letters() -> dict[str, int]:
    """Letters nobody answered in time are marked, and the next kind is drafted for somebody to sign."""
    return letters.expire_letters(today=today(), at=timezone.now())


@shared_task
def replay_rule(replay_id: int) -> None:
    """A rule held against the past, from the beginning."""
    replay.run_replay(replay_id, timezone.now)


@shared_task
def resume_replays() -> int:
    """Begin anew what a dead worker left; a living one holds its replay, so asking twice does no harm."""
    waiting = replay.left_behind(timezone.now())
    for replay_id in waiting:
        replay_rule.delay(replay_id)
    return len(waiting)
