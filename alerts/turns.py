"""Who may write clocks and alerts when (重算次序): one recomputation at a time, sweeps of different courts side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

RECOMPUTATION = 0x6D6A  # the advisory lock of recomputation
SWEEP = 0x6D6B  # with a court's id: the lock of that court's sweep
DRAIN = 0x6D6C  # whoever empties the outbox in the background


def take_turn(court_id: int | None = None) -> None:
    """Wait for one's turn and keep it to the end of the transaction; for one court's sweep, or for a recomputation.

    Two recomputations that overlap could write what each saw, the older one last. A sweep keeps out recomputations and
    other sweeps of its court, not the sweeps of other courts.
    """
    with connection.cursor() as cursor:
        if court_id is None:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RECOMPUTATION])
        else:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [RECOMPUTATION])
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SWEEP, court_id])


@contextmanager
def alone(key: int) -> Iterator[bool]:
    """Whether nobody else is at this work; if so, it is kept to the end of the block. Waits for nobody.

    Kept by the connection rather than by a transaction, as the work is done in several: a worker that dies lets go of it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
