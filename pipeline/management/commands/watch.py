"""``watch``: tell the administrators when the system itself does not run, by a path that depends on none of it (看护)."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import sleep
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connection
from django.utils import timezone, translation

from pipeline.checks import Check
from pipeline.running import state
from pipeline.watching import look

SECONDS_A_PART = 15  # a server that neither answers nor refuses must not silence the watch


class Command(BaseCommand):
    help = "Look after jobs, queues, mail and servers, and tell the administrators what is wrong. Needs no worker and no beat."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=int, default=60, metavar="SECONDS", help="time between two looks (60)"
        )
        parser.add_argument("--once", action="store_true", help="look once; exit 1 when something is wrong")

    def handle(self, *args: Any, every: int, once: bool, **options: Any) -> None:
        translation.activate(settings.LANGUAGE_CODE)
        connection.settings_dict["OPTIONS"] |= {"connect_timeout": 5, "options": "-c statement_timeout=15000"}
        signal.signal(signal.SIGALRM, too_long)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        # Looked at from minute to minute, a restart is not worth a mail; what stays wrong until the next look is.
        patience = timedelta() if once else timedelta(seconds=every)
        while True:
            wrong = [check for check in self.look_once(timezone.now(), patience) if not check.ok]
            if once:
                sys.exit(bool(wrong))
            sleep(every)

    def look_once(self, at: datetime, patience: timedelta) -> list[Check]:
        close_old_connections()
        checks = [check for check in state(at, guard=limited) if check.name != "watch"]
        look(checks, at=at, path=settings.VAR_DIR / "watch.json", patience=patience)
        return checks


@contextmanager
def limited() -> Iterator[None]:
    """An end to waiting: what takes longer counts as out of reach."""
    signal.alarm(SECONDS_A_PART)
    try:
        yield
    finally:
        signal.alarm(0)


def too_long(*_: object) -> NoReturn:
    raise TimeoutError
