"""The task queue and its whole schedule. Tasks live in the rooms as ``tasks.py``.

Two queues: ``default`` for work of seconds that people wait for, ``slow`` for sweeps, imports and measurements. A
worker that takes ``slow`` alone may be as busy as it likes: mail and the recomputation of a change never wait for it.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("mingjing", task_cls="pipeline.runs:RecordedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

SLOW = {"queue": "slow"}
NIGHT = {"expires": 6 * 3600}  # a night's work is of no use at noon: the next night does it again

app.conf.broker_connection_max_retries = None  # however long the queue is away, the worker comes back with it
app.conf.task_default_queue = "default"
app.conf.task_routes = {
    "alerts.tasks.sweep_court": SLOW,
    "alerts.tasks.measure_spans": SLOW,
    "ingest.tasks.preview_batch": SLOW,
    "ingest.tasks.commit_batch": SLOW,
    "quota.tasks.find_breaches": SLOW,
    "quota.tasks.find_court_breaches": SLOW,
    "precedents.tasks.index_waiting": SLOW,
    "precedents.tasks.find_conflicts": SLOW,
    "supervision.tasks.screen_everything": SLOW,
    "supervision.tasks.expire_flags": SLOW,
    "supervision.tasks.expire_letters": SLOW,
    "supervision.tasks.check_log": SLOW,
    "supervision.tasks.replay_rule": SLOW,
    "deviation.tasks.train_run": SLOW,
    "quota.tasks.run_measurement": SLOW,
    "quota.tasks.forecast_court": SLOW,
    "deviation.tasks.score_judgments": SLOW,
    "deviation.tasks.score_court": SLOW,
    "deviation.tasks.watch_run": SLOW,
    "deviation.tasks.make_summaries": SLOW,
    "deviation.tasks.disclose_due": SLOW,
}
# Short work that hangs is ended soon; everything else has the limits of the settings.
SHORT = {"soft_time_limit": 240, "time_limit": 270}
QUICK = (
    "alerts.tasks.send_deliveries", "alerts.tasks.sweep_courts", "alerts.tasks.queue_digests",
    "alerts.tasks.queue_subscriptions", "ingest.tasks.resume_imports", "pipeline.tasks.drain_changes",
    "supervision.tasks.resume_replays", "deviation.tasks.resume_training", "deviation.tasks.propose_runs",
    "pipeline.tasks.follow_the_law", "quota.tasks.resume_measurements",
)  # fmt: skip
# A large history takes minutes to learn from; a task must end before the queue would hand it to another (CELERY_BROKER_TRANSPORT_OPTIONS).
LONG = {"soft_time_limit": 840, "time_limit": 870}
app.conf.task_annotations = dict.fromkeys(QUICK, SHORT) | dict.fromkeys(
    ("deviation.tasks.train_run", "quota.tasks.run_measurement"), LONG
)

# An entry that waited longer than ``expires`` is dropped: a later one of the same job does what it would have done.
app.conf.beat_schedule = {
    "drain the outbox": {"task": "pipeline.tasks.drain_changes", "schedule": 3.0, "options": {"expires": 30}},
    "follow the law": {"task": "pipeline.tasks.follow_the_law", "schedule": 10.0, "options": {"expires": 30}},
    "send deliveries": {
        "task": "alerts.tasks.send_deliveries", "schedule": 10.0, "options": {"expires": 30},
    },
    "seal the trail": {"task": "audit.tasks.seal_trail", "schedule": 20.0, "options": {"expires": 60}},
    "resume imports": {"task": "ingest.tasks.resume_imports", "schedule": 60.0, "options": {"expires": 60}},
    "sweep the courts": {
        "task": "alerts.tasks.sweep_courts", "schedule": 300.0, "options": {"expires": 300},
    },
    "queue digests": {"task": "alerts.tasks.queue_digests", "schedule": 300.0, "options": {"expires": 300}},
    "queue subscriptions": {
        "task": "alerts.tasks.queue_subscriptions", "schedule": 600.0, "options": {"expires": 600},
    },
    "anchor the trail": {
        "task": "audit.tasks.anchor_trail", "schedule": crontab(hour=0, minute=5), "options": NIGHT,
    },
    "recompute every clock": {
        "task": "pipeline.tasks.refresh_all", "schedule": crontab(hour=2, minute=10), "options": NIGHT,
    },
    "screen every case": {
        "task": "supervision.tasks.screen_everything", "schedule": crontab(hour=4, minute=10), "options": NIGHT,
    },
    "mark letters nobody answered": {
        "task": "supervision.tasks.expire_letters", "schedule": crontab(minute=40), "options": {"expires": 3600},
    },
    "pass on flags nobody acted on": {
        "task": "supervision.tasks.expire_flags", "schedule": crontab(minute=25), "options": {"expires": 3600},
    },
    "resume replays": {
        "task": "supervision.tasks.resume_replays", "schedule": 60.0, "options": {"expires": 60},
    },
    "resume training": {
        "task": "deviation.tasks.resume_training", "schedule": 60.0, "options": {"expires": 60},
    },
    "propose to train anew": {
        "task": "deviation.tasks.propose_runs", "schedule": crontab(hour=22, minute=15), "options": NIGHT,
    },
    "score judgments": {
        "task": "deviation.tasks.score_judgments", "schedule": crontab(hour=4, minute=45), "options": NIGHT,
    },
    "tell of groups": {
        "task": "deviation.tasks.make_summaries", "schedule": crontab(hour=5, minute=30), "options": NIGHT,
    },
    "end the private days of deviations": {
        "task": "deviation.tasks.disclose_due", "schedule": crontab(minute=35), "options": {"expires": 3600},
    },
    "check the supervision log": {
        "task": "supervision.tasks.check_log", "schedule": crontab(hour=1, minute=20), "options": NIGHT,
    },
    "find slow simple cases": {
        "task": "quota.tasks.find_breaches", "schedule": crontab(hour=4, minute=25), "options": NIGHT,
    },
    "index judgments": {
        "task": "precedents.tasks.index_waiting", "schedule": 60.0, "options": {"expires": 60},
    },
    "find judgments that disagree": {
        "task": "precedents.tasks.find_conflicts", "schedule": crontab(hour=3, minute=5), "options": NIGHT,
    },
    "commit to the seeds of lots": {
        "task": "quota.tasks.commit_seeds", "schedule": crontab(hour=0, minute=10), "options": NIGHT,
    },
    "tell the seeds of lots": {
        "task": "quota.tasks.reveal_seeds", "schedule": crontab(minute=20), "options": {"expires": 3600},
    },
    "resume measurements of hours": {
        "task": "quota.tasks.resume_measurements", "schedule": 60.0, "options": {"expires": 60},
    },
    "forecast filings": {
        "task": "quota.tasks.forecast_all", "schedule": crontab(day_of_month=1, hour=6, minute=10), "options": NIGHT,
    },
    "measure usual spans": {
        "task": "alerts.tasks.measure_spans", "schedule": crontab(hour=3, minute=30), "options": NIGHT,
    },
}  # fmt: skip
