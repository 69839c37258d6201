"""Who may write clocks and alerts when (重算次序): one recomputation at a time, sweeps of different courts side by side."""

from __future__ import annotations

from django.db import connection

RECOMPUTATION = 0x6D6A  # the advisory lock of recomputation
SWEEP = 0x6D6B  # with a court's id: the lock of that court's sweep


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
