"""Imports in the background, as many short tasks: each stages the file, commits for a while and hands on."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.db import transaction
from django.utils import timezone

from ingest import services
from ingest.models import Batch

SECONDS = 240  # well under the time limit of a task


class Import(DjangoTask):
    """A task whose batch is in the database: a queue out of reach costs a wait, since ``resume_imports`` asks again."""

    def delay_on_commit(self, *args: int) -> None:
        transaction.on_commit(lambda: self.delay(*args), robust=True)


@shared_task(base=Import)
def preview_batch(batch_id: int) -> None:
    services.preview_batch(batch=Batch.objects.get(pk=batch_id), clock=timezone.now)


@shared_task(base=Import)
def commit_batch(batch_id: int) -> None:
    if not services.commit_batch(batch=Batch.objects.get(pk=batch_id), clock=timezone.now, seconds=SECONDS):
        commit_batch.delay(batch_id)


@shared_task
def resume_imports() -> None:
    """Pick up what a dead worker left; a living one holds its batch, so asking twice does no harm."""
    for batch in services.left_behind(timezone.now()):
        task = preview_batch if batch.state in ("uploaded", "previewing") else commit_batch
        task.delay(batch.pk)
