"""Alerts follow what is watched (预警随事实走): raised once per stage and date, closed when the case moves on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db import connection, transaction

from alerts.movements import follow_movements
from alerts.source_sql import Scope, bring, differing, of_cases, of_court

SLICE = 200_000  # cases brought by one statement: each reads the tables anew
NOTHING = {"raised": 0, "closed": 0, "late": 0}


@transaction.atomic
def raise_alerts(
    case_ids: Sequence[int] | None, today: date, at: datetime, *, court_id: int | None = None
) -> dict[str, int]:
    """Bring the alerts of these cases (None: all, or all of one court) to where they stand on ``today``.

    Doing it twice is the same as once. Returns how many were ``raised``, how many of these ``late``, and ``closed``.
    """
    if case_ids is None:
        case_ids = cases_that_differ(of_court(court_id) if court_id else Scope(), today)
    else:
        follow_movements(case_ids)
    counts = Counter(NOTHING)
    for ids in slices_of(case_ids):
        counts.update(bring_alerts(ids, today, at))
    return dict(counts)


def cases_that_differ(scope: Scope, today: date) -> list[int]:
    """The cases of which some alert is to be raised or closed, in order. Reads only."""
    text, given = differing(scope, today)
    with connection.cursor() as cursor:
        cursor.execute(text, given)
        (ids,) = cursor.fetchone()
    return ids or []


def bring_alerts(ids: list[int], today: date, at: datetime) -> dict[str, int]:
    text, given = bring(of_cases(ids), today)
    with connection.cursor() as cursor:
        cursor.execute(text, given | {"at": at})
        raised, closed, late = cursor.fetchone()
    return {"raised": raised, "closed": closed, "late": late}


def slices_of(case_ids: Sequence[int]) -> Iterator[list[int]]:
    ids = sorted(set(case_ids))
    return (ids[start : start + SLICE] for start in range(0, len(ids), SLICE))
