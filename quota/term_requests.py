"""Entries and exits that one person puts forward and another approves (提请、批准入额和退出).

An entry needs it where a plan is in force, for else it would go past the selection; an exit unless its ground is a mere
fact; both where a settled period would change behind people's backs.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from audit import trail
from courts.models import Court, User
from courts.roles import Permission
from quota.models import QuotaJudge, TermRequest
from quota.people import (
    end_term,
    held_term,
    hold_court,
    problem_of_entering,
    problem_of_leaving,
    take_seat,
)
from quota.people_guard import permit, refuse_if
from quota.reach import region_of

PROPOSE_ENTRY, PROPOSE_EXIT = "quota.propose_entry", "quota.propose_exit"
APPROVE, REFUSE = "quota.approve_term_request", "quota.refuse_term_request"
NOT_YOURS = "入额和退出的提请由院长批准，您的职务没有这项权限。"
SAME_HAND = "提请人不能批准自己的提请，请由另一人批准。"
OWN = "不能批准自己的入额或者退出，请由上级法院院长批准。"
WAITS = "{person}已有一项提请等待批准，请先办理。"


# --- putting forward ------------------------------------------------------------------------------------------------
@transaction.atomic
def propose_entry(
    *, person: User, court: Court, entered_on: date, basis: str, by: User | None, at: datetime
) -> TermRequest:
    """Put an entry forward (提请入额). Putting the same forward twice is the same as once."""
    permit(PROPOSE_ENTRY, court=court, by=by, people=[person.pk])
    hold_court(court)
    said = {"kind": "enter", "court": court, "person": person, "on": entered_on, "basis": basis.strip()}
    same = TermRequest.objects.filter(state="waiting", **said).first()
    if same:
        return same
    problem = problem_of_waiting(person) or problem_of_entering(person, court, entered_on, basis)
    refuse_if(problem, PROPOSE_ENTRY, on=court, by=by)
    return put_forward(PROPOSE_ENTRY, said, by, at)


@transaction.atomic
def propose_exit(
    *, term: QuotaJudge, left_on: date, trigger: str, reason: str, by: User | None, at: datetime
) -> TermRequest:
    """Put an exit forward (提请退出); who is concerned reads it, and may object, before another person decides."""
    term = held_term(term)
    permit(PROPOSE_EXIT, court=term.court, by=by, people=[term.person_id])
    said = {
        "kind": "leave", "court": term.court, "person": term.person, "term": term, "on": left_on, "trigger": trigger,
        "basis": reason.strip(),
    }  # fmt: skip
    same = TermRequest.objects.filter(state="waiting", **said).first()
    if same:
        return same
    problem = problem_of_waiting(term.person) or problem_of_leaving(term, left_on, trigger, reason)
    refuse_if(problem, PROPOSE_EXIT, on=term, by=by)
    return put_forward(PROPOSE_EXIT, said, by, at)


def problem_of_waiting(person: User) -> str:
    waits = TermRequest.objects.filter(person=person, state="waiting").exists()
    return WAITS.format(person=person) if waits else ""


def put_forward(act: str, said: dict[str, object], by: User | None, at: datetime) -> TermRequest:
    asked = TermRequest.objects.create(**said, proposed_by=by, proposed_at=at)
    trail.record(act, on=asked, by=by, at=at, because=asked.basis, after=told(asked), secret=True)
    return asked


def told(asked: TermRequest) -> dict[str, object]:
    return {"person": asked.person.name, "on": str(asked.on), "trigger": asked.trigger}


# --- deciding -------------------------------------------------------------------------------------------------------
@transaction.atomic
def approve_request(*, request: TermRequest, by: User | None, at: datetime) -> QuotaJudge:
    """Let it take effect (批准): everything is examined anew. Approving twice is the same as once."""
    asked = held_request(request)
    problem = problem_of_approver(asked, by)
    if problem:
        raise trail.Refused(problem, act=APPROVE, on=asked, by=by)
    if asked.state == "approved" and (known := term_of(asked)):
        return known
    refuse_if(problem_of_state(asked), APPROVE, on=asked, by=by)
    decide(asked, "approved", by, at)
    trail.record(APPROVE, on=asked, by=by, at=at, after=told(asked), secret=True)
    return take_effect(asked, by, at)


def take_effect(asked: TermRequest, by: User | None, at: datetime) -> QuotaJudge:
    if asked.term is None:
        return take_seat(asked.person, asked.court, asked.on, asked.basis, by, at)
    term = held_term(asked.term)
    refuse_if(problem_of_leaving(term, asked.on, asked.trigger, asked.basis), APPROVE, on=asked, by=by)
    return end_term(term, asked.on, asked.trigger, asked.basis, by, at)


def term_of(asked: TermRequest) -> QuotaJudge | None:
    own = {"person": asked.person, "court": asked.court, "entered_on": asked.on}
    return asked.term or QuotaJudge.objects.filter(**own).first()


def problem_of_approver(asked: TermRequest, by: User | None) -> str:
    """Why somebody cannot approve it; empty where they can."""
    if by is None:
        return ""
    if asked.court_id not in region_of(by, Permission.APPROVE_QUOTA):
        return NOT_YOURS
    if by.pk == asked.person_id:
        return OWN
    return SAME_HAND if by.pk == asked.proposed_by_id else ""


@transaction.atomic
def refuse_request(*, request: TermRequest, reason: str, by: User | None, at: datetime) -> TermRequest:
    """Decide against it, or take it back (不予批准、撤回), with a reason."""
    asked = held_request(request)
    permit(REFUSE, court=asked.court, by=by, people=[asked.person_id], also=Permission.APPROVE_QUOTA)
    if asked.state == "refused":
        return asked
    problem = "" if reason.strip() else "请写明不予批准或者撤回的理由。"
    refuse_if(problem or problem_of_state(asked), REFUSE, on=asked, by=by)
    decide(asked, "refused", by, at, answer=reason.strip())
    trail.record(REFUSE, on=asked, by=by, at=at, because=reason.strip(), after=told(asked), secret=True)
    return asked


def held_request(request: TermRequest) -> TermRequest:
    held = TermRequest.objects.select_for_update(of=("self",)).select_related("court", "person", "term")
    return held.get(pk=request.pk)


def problem_of_state(asked: TermRequest) -> str:
    return "" if asked.state == "waiting" else f"这项提请{asked.get_state_display()}，不能再办理。"


def decide(asked: TermRequest, state: str, by: User | None, at: datetime, *, answer: str = "") -> None:
    asked.state, asked.decided_by, asked.decided_at, asked.answer = state, by, at, answer
    asked.save(update_fields=["state", "decided_by", "decided_at", "answer"])
