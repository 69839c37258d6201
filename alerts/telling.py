"""Who is told of the open alerts (告知): one notice per person, alert and round, written by one statement.

A person is told when they first have to do with the alert - also somebody who took the case over, or got it back -, and
again ``repeat_days`` of the rung after they were last told, until the alert closes. Days without a sweep are made up by
one notice, not by many; an alert that was closed and holds again is told anew. Nobody is told of one alert twice on a
day, however often it is closed and raised again. Who has acknowledged, put off or dealt with it is left alone until that
ends; others are told all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from alerts.models import Alert, Notice
from alerts.policy import rungs
from alerts.recipients import NAMED, given
from courts.models import User

COLUMNS = "a.id, a.kind, a.stage, a.case_id, a.court_id, a.clock, a.turn, a.raised_at"
WATCHED = {
    "all": f"SELECT {COLUMNS} FROM alerts_alert a WHERE a.closed_at IS NULL",
    "cases": f"SELECT {COLUMNS} FROM alerts_alert a WHERE a.closed_at IS NULL AND a.case_id = ANY(%(ids)s)",
    "court": f"""SELECT {COLUMNS} FROM alerts_alert a JOIN cases_case c ON c.id = a.case_id
                  WHERE a.closed_at IS NULL AND c.court_id = %(court)s
                 UNION ALL SELECT {COLUMNS} FROM alerts_alert a WHERE a.closed_at IS NULL AND a.court_id = %(court)s""",
}

#: ``added`` are those it is certain about; the rest is answered, to be looked at case by case. A handling that has run out
#: is followed by one notice at once. Rounds number all notices of a person; only those since the alert was last raised
#: count for when the next is due. A seat (``seated``) is one person's: if somebody else was told in it since, it came back.
TELL = """
WITH watched AS MATERIALIZED ({watched}), {named},
told AS MATERIALIZED (
    SELECT n.alert_id AS id, n.person_id, max(n.round) AS last, max(n.told_at) AS last_at, max(n.told_on) AS ever_on,
           max(n.told_on) FILTER (WHERE n.told_at >= w.raised_at) AS last_on
      FROM alerts_notice n JOIN watched w ON w.id = n.alert_id GROUP BY 1, 2),
seated AS MATERIALIZED (
    SELECT n.alert_id AS id, n.role, max(n.told_at) AS last_at FROM alerts_notice n JOIN watched w ON w.id = n.alert_id
     WHERE n.role IN ('judge', 'presiding', 'assistant', 'clerk') GROUP BY 1, 2),
fresh AS MATERIALIZED (
    SELECT n.*, coalesce(t.last + 1, 0) AS round
      FROM named n LEFT JOIN told t USING (id, person_id) LEFT JOIN seated s USING (id, role)
      LEFT JOIN alerts_handling h ON h.alert_id = n.id AND h.person_id = n.person_id AND h.ended_at IS NULL
     WHERE (h.id IS NULL OR h.until_on <= %(day)s)
       AND (t.ever_on IS NULL OR t.ever_on < %(day)s)
       AND (t.last_on IS NULL OR %(day)s - t.last_on >= n.repeat_days OR h.until_on > t.last_on OR t.last_at < s.last_at)),
added AS (
    INSERT INTO alerts_notice (person_id, kind, role, case_id, alert_id, round, subject, address, told_at, told_on, answer)
    SELECT person_id, 'alert', role, case_id, id, round, '', '', %(at)s, %(day)s, '' FROM fresh WHERE sure
        ON CONFLICT DO NOTHING RETURNING 1)
SELECT (SELECT count(*) FROM added), f.id, f.person_id, f.case_id, f.role, f.round
  FROM (SELECT) one LEFT JOIN fresh f ON NOT f.sure"""


@transaction.atomic
def tell(
    case_ids: Sequence[int] | None,
    today: date,
    at: datetime,
    *,
    court_id: int | None = None,
    ladder: Sequence[Any] | None = None,
) -> int:
    """Tell everybody whom the ladder names of the open alerts of these cases (None: all, or all of one court).

    ``ladder`` are the rungs to go by, those in force unless given. Doing it twice is the same as once. Returns how
    many notices were written.
    """
    chosen = "cases" if case_ids is not None else "court" if court_id else "all"
    words = given(rungs(today) if ladder is None else ladder, today)
    words |= {"ids": list(case_ids or []), "court": court_id, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(TELL.format(watched=WATCHED[chosen], named=NAMED), words)
        rows = cursor.fetchall()
    return rows[0][0] + tell_who_may_see([row[1:] for row in rows if row[1]], today, at)


def tell_who_may_see(rows: list[tuple[int, int, int, str, int]], today: date, at: datetime) -> int:
    """Watchers, stand-ins and owners of a pause: told of alerts they may see today, and of no other."""
    alerts_of: dict[int, set[int]] = defaultdict(set)
    for alert, person, _, _, _ in rows:
        alerts_of[person].add(alert)
    people = User.objects.in_bulk(alerts_of)
    seen = {(pk, alert) for pk, wanted in alerts_of.items() for alert in alerts_seen_by(people[pk], wanted)}
    told = [
        Notice(
            alert_id=alert, person_id=person, case_id=case, role=role, round=round_, kind="alert", told_at=at, told_on=today
        )
        for alert, person, case, role, round_ in rows
        if (person, alert) in seen
    ]  # fmt: skip
    return len(Notice.objects.bulk_create(told, ignore_conflicts=True))


def alerts_seen_by(person: User, wanted: set[int]) -> set[int]:
    return set(Alert.objects.visible_to(person).filter(pk__in=wanted).values_list("pk", flat=True))
