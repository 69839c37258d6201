"""Today. Called at the edges only: pure modules and services are handed the day."""

from datetime import date

from django.apps import apps
from django.utils import timezone


def today() -> date:
    """The court's calendar day in Asia/Shanghai; a demo court lives on its fixed day."""
    fixed = apps.get_model("courts", "FixedDay").objects.values_list("day", flat=True).first()
    return fixed or timezone.localdate()
