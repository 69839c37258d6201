"""What case review found (案件质量评查): the grades of the cases each judge closed or tried, by the record of events.

The event is named as in ``REVIEWED`` and its note begins with the name of the grade (优秀、合格、瑕疵、不合格). A note that
names no grade is counted as ungraded and moves nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from cases.models import ProcedureEvent
from catalogues.quota_law import ReviewGrade
from catalogues.selectors import law_in_use
from courts.models import Court
from quota.duty_spans import Period

REVIEWED = ("案件质量评查", "案件评查")


@dataclass
class Reviews:
    """How many cases of one judge got each grade; ``ungraded`` were reviewed and nobody wrote what came of it."""

    grades: Counter[str] = field(default_factory=Counter)
    ungraded: int = 0


def reviews_in(court: Court, period: Period) -> dict[int, Reviews]:
    """By judge (承办), of reviews held in the period. Of a case reviewed twice the last result counts."""
    known = law_in_use().quotas.grades_of(court.pk, period.ends_on)
    events = ProcedureEvent.objects.filter(
        case__court=court, case__judge__isnull=False, node__in=REVIEWED, withdrawn_at=None
    ).filter(on__gte=period.starts_on, on__lte=period.ends_on)
    rows = events.order_by("on", "pk").values_list("case", "case__judge", "note")
    last = {case: (judge, note) for case, judge, note in rows}
    found: dict[int, Reviews] = defaultdict(Reviews)
    for judge, note in last.values():
        grade = grade_in(note, known)
        if grade:
            found[judge].grades[grade] += 1
        else:
            found[judge].ungraded += 1
    return dict(found)


def grade_in(note: str, known: Mapping[str, ReviewGrade]) -> str:
    """The code of the grade a note begins with; empty where it names none."""
    said = note.strip()
    return next((code for code, grade in known.items() if said.startswith(grade.name)), "")
