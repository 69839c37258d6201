"""Who may train and score when (次序): one worker a run, one writer of scores a court.

Cases are held before the turn of their court is taken, and nothing but scores after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

TRAINING = 0x6D71  # with the number of a run: the lock of whoever trains it
SCORING = 0x6D72  # with a court's id: whoever writes scores of its cases


def take_scoring_turn(court_ids: Iterable[int]) -> None:
    """Wait for one's turn at these courts' scores and keep it to the end of the transaction."""
    with connection.cursor() as cursor:
        for court_id in sorted(set(court_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SCORING, court_id])


@contextmanager
def held(run_id: int) -> Iterator[bool]:
    """Whether nobody else trains the run; kept by the connection, so that a worker that dies lets go of it."""
    key = [TRAINING, run_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone and still_there():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def still_there() -> bool:
    return bool(connection.connection and not connection.connection.closed and not connection.needs_rollback)
