"""What every scheduled job leaves behind when it runs (定时任务的运行记录), whichever room its task is in.

``config.celery`` makes ``RecordedTask`` the class of all tasks, so no task has to think of it. Imported by Celery
before the rooms are loaded: models are asked for by name.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from celery import Task
from celery.contrib.django.task import DjangoTask
from django.apps import apps
from django.conf import settings
from django.db import Error
from django.utils import timezone

log = logging.getLogger(__name__)


class RecordedTask(DjangoTask):
    """A task that writes down, if the schedule names it, when it began, when it ended and how."""

    abstract = True

    def before_start(self, task_id: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self.request.began_at = timezone.now()
        record_if_scheduled(self, began, at=self.request.began_at)

    def on_success(self, retval: Any, task_id: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        began_at = getattr(self.request, "began_at", None)
        record_if_scheduled(self, done, at=timezone.now(), began_at=began_at, answer=retval)

    def on_failure(
        self, exc: Exception, task_id: str, args: Sequence[Any], kwargs: Mapping[str, Any], einfo: Any
    ) -> None:
        record_if_scheduled(self, failed, at=timezone.now(), problem=exc)


def record_if_scheduled(task: Task, record: Callable[..., None], **what: Any) -> None:
    """Whether the record can be written or not, the job's own work stands."""
    if task.name not in {entry["task"] for entry in task.app.conf.beat_schedule.values()}:
        return
    try:
        record(name=task.name, **what)
    except Error as wrong:
        log.warning("the run of %s was not recorded: %s", task.name, wrong)


def began(*, name: str, at: datetime) -> None:
    note(name, at, started_at=at)


def done(*, name: str, at: datetime, began_at: datetime | None, answer: Any) -> None:
    seconds = (at - began_at).total_seconds() if began_at else None
    note(name, at, done_at=at, seconds=seconds, counts=counts_in(answer))


def failed(*, name: str, at: datetime, problem: BaseException) -> None:
    note(name, at, failed_at=at, problem=described(problem))


def note(name: str, at: datetime, **what: Any) -> None:
    runs = apps.get_model("pipeline", "Run").objects
    if not runs.filter(name=name).update(**what):
        runs.get_or_create(name=name, defaults={"expected_at": at})
        runs.filter(name=name).update(**what)


def counts_in(answer: Any) -> dict[str, int | float]:
    """The numbers of a task's answer; a stage's count stands for the stage. Words stay out: they may name a case."""
    if isinstance(answer, int) and not isinstance(answer, bool):
        return {"count": answer}
    if not isinstance(answer, Mapping):
        return {}
    flat = {
        name: value.get("count") if isinstance(value, Mapping) else value for name, value in answer.items()
    }
    return {str(name): value for name, value in flat.items() if isinstance(value, int | float)}


def described(problem: BaseException) -> str:
    """What went wrong and where, without the words of the exception: those may quote a case; the log has them."""
    ours = [frame for frame in traceback.extract_tb(problem.__traceback__) if is_ours(Path(frame.filename))]
    place = (
        f"（{Path(ours[-1].filename).relative_to(settings.BASE_DIR)} 第 {ours[-1].lineno} 行）"
        if ours
        else ""
    )
    return f"{type(problem).__name__}{place}"[:200]


def is_ours(path: Path) -> bool:
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts
