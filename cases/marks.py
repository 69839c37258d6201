"""What an upper room says of a case as a fact of the case: that it stands under supervision (四类案件)."""

from __future__ import annotations

from datetime import date, datetime

from cases.models import Case, Fact, ProcedureEvent
from cases.pauses import entered
from courts.models import User

#: On no timeline and in no answer: who may know of flags reads the flag itself.
FOUR_CATEGORY = "四类案件确认"
NOT_BY_HAND = "四类案件由标识的确认、撤销产生，不能在此登记或撤销；请在四类案件页面办理"


def is_mark(fact: Fact) -> bool:
    return isinstance(fact, ProcedureEvent) and fact.node == FOUR_CATEGORY


def mark_four_category(*, case: Case, on: date, by: User, at: datetime) -> None:
    """Write that a flag was confirmed. Whoever decides on flags records the act itself; a second flag adds nothing."""
    marks = ProcedureEvent.objects.filter(case=case, node=FOUR_CATEGORY)
    if not marks.filter(withdrawn_at=None).exists():
        marks.update_or_create(
            case=case, node=FOUR_CATEGORY, on=on, note="", defaults=entered(by, at) | {"withdrawn_at": None}
        )


def unmark_four_category(*, case: Case, at: datetime) -> None:
    """Take it back: no confirmed flag is left that others may know of."""
    ProcedureEvent.objects.filter(case=case, node=FOUR_CATEGORY, origin="entered", withdrawn_at=None).update(
        withdrawn_at=at
    )
