"""``watch``: tell the administrators when the system itself does not run, by a path that depends on none of it (看护)."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from time import sleep
from typing import Any, NoReturn

import psycopg2.extensions
import psycopg2.extras
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone, translation

from pipeline.addresses import check_alarm_addresses
from pipeline.checks import Check, TooLong
from pipeline.running import state
from pipeline.watching import look

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Look after jobs, queues, mail and servers, and tell the administrators what is wrong. Needs no worker and no beat."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=int, default=60, metavar="SECONDS", help="time between two looks (60)"
        )
        parser.add_argument(
            "--limit", type=int, default=10, metavar="SECONDS", help="time for each part to answer (10)"
        )
        parser.add_argument("--once", action="store_true", help="look once; exit 1 when something is wrong")

    def handle(self, *args: Any, every: int, limit: int, once: bool, **options: Any) -> None:
        translation.activate(settings.LANGUAGE_CODE)
        for wrong in check_alarm_addresses():
            log.error(wrong.msg)
        connection.settings_dict["OPTIONS"] |= {"options": f"-c statement_timeout={limit}s"}
        # libpq waits through signals, for a server that is frozen for ever: waited for in Python, the alarm ends it.
        psycopg2.extensions.set_wait_callback(psycopg2.extras.wait_select)
        signal.signal(signal.SIGALRM, too_long)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        # Looked at from minute to minute, a restart is not worth a mail; what stays wrong until the next look is.
        patience = timedelta() if once else timedelta(seconds=every)
        while True:
            wrong = [check for check in self.look_once(timezone.now(), patience, limit) if not check.ok]
            if once:
                sys.exit(bool(wrong))
            sleep(every)

    def look_once(self, at: datetime, patience: timedelta, limit: int) -> list[Check]:
        guard = partial(limited, limit)
        checks = [check for check in state(at, guard=guard) if check.name != "watch"]
        look(checks, at=at, path=settings.VAR_DIR / "watch.json", patience=patience, guard=guard)
        connection.close()  # none is kept from look to look: that one may have gone silent meanwhile
        return checks


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """A server that neither answers nor refuses must not silence the watch: it counts as out of reach."""
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    except TooLong:
        connection.close()  # an answer left half-way spoils it for what comes next
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def too_long(*_: object) -> NoReturn:
    raise TooLong
