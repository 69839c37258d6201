"""What tests of duties and subsidies share: a court with leaders and judges on the quota, and closed cases."""

from __future__ import annotations

from datetime import date

from courts.models import Court, Posting, User
from quota.duty_spans import period_of
from quota.models import QuotaJudge

Q1 = period_of(2026, 1, 3)
CLOSED = date(2026, 2, 10)


def on_quota(*people: User, court: Court, entered_on: date = date(2020, 1, 1), **fields) -> None:
    for person in people:
        QuotaJudge.objects.create(person=person, court=court, entered_on=entered_on, **fields)


def named(rows: list, person: User) -> dict:
    (found,) = [row for row in rows if row["person"] == person.pk]
    return found


def posted(person: User, role: str, **fields) -> Posting:
    return Posting.objects.create(user=person, role=role, **fields)
