"""Background work on similar cases; the schedule is in ``config/celery.py``."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from precedents import conflicts, documents, indexing


@shared_task
def index_waiting() -> int:
    """Judgments added, replaced or withdrawn since are brought into the index."""
    return indexing.index_waiting(at=timezone.now())


@shared_task
def find_conflicts() -> int:
    """What was recorded of our cases since is taken into their judgments, and the new ones are held against the others."""
    documents.refresh_all_facts()
    indexing.index_waiting(at=timezone.now(), most=100_000)
    return conflicts.find_conflicts(at=timezone.now(), most=100_000)
