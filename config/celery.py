"""The task queue and its whole schedule. Tasks live in the rooms as ``tasks.py``."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("mingjing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "drain the outbox": {"task": "pipeline.tasks.drain_changes", "schedule": 3.0, "options": {"expires": 30}},
    "follow the law": {"task": "pipeline.tasks.follow_the_law", "schedule": 10.0, "options": {"expires": 30}},
    "seal the trail": {"task": "audit.tasks.seal_trail", "schedule": 20.0, "options": {"expires": 60}},
    "resume imports": {"task": "ingest.tasks.resume_imports", "schedule": 60.0, "options": {"expires": 60}},
    "recompute every clock": {"task": "pipeline.tasks.refresh_all", "schedule": crontab(hour=2, minute=10)},
    "anchor the trail": {"task": "audit.tasks.anchor_trail", "schedule": crontab(hour=0, minute=5)},
}
