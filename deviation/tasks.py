"""Background work of deviation; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from courts.clock import today
from courts.models import Court
from deviation import fitting, notices, summaries, sweeps, training
from deviation.models import Run
from deviation.using import runs


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
    """Judgments given lately and how the runs have done: a task a court and a run, so that none ends with another."""
    court_ids = [court.pk for court in sweeps.courts_to_score()]
    run_ids = list(Run.objects.in_use().order_by("pk").values_list("pk", flat=True))
    for court_id in court_ids:
        score_court.delay(court_id)
    for run_id in run_ids:
        watch_run.delay(run_id)
    return {"courts": len(court_ids), "runs": len(run_ids)}


@shared_task
def score_court(court_id: int) -> int:
    """What closed lately in a court and was not scored yet; asked twice, it is scored once."""
    return sweeps.score_court(court=Court.objects.get(pk=court_id), at=timezone.now())


@shared_task
def watch_run(run_id: int) -> None:
    """How a run has done since; nothing when another has taken its place meanwhile."""
    run = runs().in_use().filter(pk=run_id).first()
    if run is not None:
        sweeps.watch_run(run, timezone.now())


@shared_task
def make_summaries() -> int:
    """What is told of groups, for every run whose latest quarter is no secret any more."""
    return summaries.make_all_summaries(today=today(), at=timezone.now())


@shared_task
def disclose_due() -> int:
    """Notices whose private days are over are shown, or end unseen; how many were shown."""
    return notices.disclose_due(today=today(), at=timezone.now())
