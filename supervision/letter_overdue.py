"""Letters nobody answered in time (逾期未复): marked, and followed by a draft of the next kind that a person may sign."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from cases.models import Case
from catalogues.selectors import law_in_use
from supervision.letter_drafts import write_draft
from supervision.letter_facts import facts_about
from supervision.letter_people import Addressee, addressee_problem, kind_of
from supervision.letter_steps import locked, take_step
from supervision.models import Letter

RUNNING = ("SENT", "READ", "REJECTED_REPLY")


def expire_letters(*, today: date, at: datetime) -> dict[str, int]:
    """Mark what is overdue and draft what follows (督办函、警示函); nothing is signed. Twice a day is the same as once."""
    late = Letter.objects.filter(state__in=RUNNING, reply_due_on__lt=today).order_by("reply_due_on", "pk")
    expired = [pk for pk in late.values_list("pk", flat=True) if expire_letter(pk, today=today, at=at)]
    followed = [code for code, kind in law_in_use().letter_kinds.items() if kind.escalates_to]
    unanswered = Letter.objects.filter(state="OVERDUE", escalations=None, kind__in=followed).order_by(
        "reply_due_on", "pk"
    )
    drafted = [pk for pk in unanswered.values_list("pk", flat=True) if escalate(pk, today=today, at=at)]
    return {"overdue": len(expired), "drafted": len(drafted)}


@transaction.atomic
def expire_letter(pk: int, *, today: date, at: datetime) -> bool:
    """Mark one letter overdue, unless somebody has answered it meanwhile."""
    letter = locked(Letter(pk=pk))
    if letter.state not in RUNNING or letter.reply_due_on is None or letter.reply_due_on >= today:
        return False
    take_step("expire", letter, by=None, at=at, words=f"应于 {letter.reply_due_on} 前回复")
    return True


@transaction.atomic
def escalate(pk: int, *, today: date, at: datetime) -> bool:
    """Draft the graver letter that follows an overdue one, once, some working days later where the court says so."""
    letter = locked(Letter(pk=pk))
    kind, law = kind_of(letter), law_in_use()
    if letter.state != "OVERDUE" or not kind.escalates_to or letter.escalations.exists():
        return False
    grace = int(law.supervision_setting("letter_overdue_grace", letter.court_id, today))
    if today <= law.calendar(letter.court_id).add_workdays(letter.reply_due_on or today, grace):
        return False
    cases = list(
        Case.objects.filter(pk__in=letter.cases.values("case"), sealed="").select_related(
            "court", "division", "judge"
        )
    )
    write_draft(
        kind=kind.escalates_to,
        court=letter.court,
        to=addressee_of_the_next(letter, kind.escalates_to, cases),
        cases=cases,
        facts=facts_about([case for case in cases if case.closed_on is None], today, letters=[letter]),
        by=None,
        at=at,
        escalated_from=letter,
    )
    return True


def addressee_of_the_next(letter: Letter, kind: str, cases: list[Case]) -> Addressee:
    """Who did not answer, as far as the next kind may be for them; a court's place is taken by the one division of the cases."""
    next_kind = law_in_use().letter_kinds[kind]
    divisions = {case.division for case in cases if case.division}
    offered = [
        Addressee(letter.to_court, letter.division, letter.person),
        *(Addressee(division=division) for division in divisions if len(divisions) == 1),
    ]
    fitting = [each for each in offered if not addressee_problem(next_kind, each, letter.court, cases)]
    return fitting[0] if fitting else offered[0]
