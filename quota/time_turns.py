"""Who may measure when (次序): one worker a measurement; one that dies lets go of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

MEASURING = 0x6D75  # with the number of a measurement: the lock of whoever computes it


@contextmanager
def held(measurement_id: int) -> Iterator[bool]:
    """Whether nobody else computes it; kept by the connection."""
    key = [MEASURING, measurement_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if (
            is_alone
            and connection.connection
            and not connection.connection.closed
            and not connection.needs_rollback
        ):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
