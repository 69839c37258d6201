"""``demo_morning``: the demo court's sweep, digests and lists now, whatever the hour. Refused on a real court."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from catalogues.selectors import NotPublished
from pipeline.demo.load import CannotSynthesize
from pipeline.demo.morning import begin_the_day

UNUSABLE = 2


class Command(BaseCommand):
    help = "Sweep the demo court for its day and let its digests and lists go out at once. Refused where DEBUG or DEMO is off."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(json.dumps(begin_the_day(at=timezone.now())))
        except (CannotSynthesize, NotPublished) as refused:
            self._refuse(str(refused))
        except DatabaseError as wrong:
            self._refuse(
                f"the database cannot be reached or is not migrated ({str(wrong).strip().splitlines()[0]})"
            )

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(UNUSABLE)
