"""Wiring: settings, addresses, the task queue. Imported by nobody; holds no rule of the field."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
