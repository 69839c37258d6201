"""Who may write facts and follow flags when (识别次序): one at a time, and before any case is held.

Whoever held a case first and then waited here would be waited for by the one at work, who holds the cases it follows.
"""

from __future__ import annotations

from django.db import connection

SCREENING = "SELECT pg_advisory_xact_lock(hashtextextended('supervision.screening', 0))"


def take_screening_turn() -> None:
    """Wait for one's turn and keep it to the end of the transaction; asking twice in it is the same as once."""
    with connection.cursor() as cursor:
        cursor.execute(SCREENING)
