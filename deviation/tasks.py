"""Background work of deviation; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from courts.clock import today
from deviation import fitting, notices, summaries, sweeps, training


@shared_task
def train_run(run_id: int) -> None:
    """A model trained and tried, from the beginning."""
    fitting.train_run(run_id, timezone.now)


@shared_task
def resume_training() -> int:
    """Begin anew what a dead worker left; a living one holds its run, so asking twice does no harm."""
    waiting = fitting.left_behind(timezone.now())
    for run_id in waiting:
        train_run.delay(run_id)
    return len(waiting)


@shared_task
def propose_runs() -> int:
    """Have what is in use trained anew when the catalogue says it is time; people decide whether it is used."""
    proposed = training.propose_runs(day=today(), at=timezone.now())
    for run in proposed:
        train_run.delay(run.pk)
    return len(proposed)


@shared_task
def score_judgments() -> dict[str, int]:
    """Judgments given lately, court by court, and how the runs have done."""
    return sweeps.score_everywhere(timezone.now())


@shared_task
def make_summaries() -> int:
    """What is told of groups, for every run whose latest quarter is no secret any more."""
    return summaries.make_all_summaries(today=today(), at=timezone.now())


@shared_task
def disclose_due() -> int:
    """Notices whose private days are over are shown, or end unseen; how many were shown."""
    return notices.disclose_due(today=today(), at=timezone.now())
