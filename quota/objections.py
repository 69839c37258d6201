"""What people say against what is recorded of them (本人异议), and the answer. One text each, until it is answered."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from audit import trail
from courts.models import Court, User
from courts.roles import Permission
from quota.models import Candidate, Objection, QuotaJudge
from quota.people_guard import permit, refuse_if
from quota.selecting import stands_in

OBJECT, ANSWER = "quota.object_to_record", "quota.answer_objection_to_record"
LONGEST = 500
NOT_YOURS = "只能对自己的员额记录和遴选提出异议。"
ANSWERED = "您的异议已经答复；仍有不同意见的，请向院长或者上级法院政治部提出。"


@transaction.atomic
def object_to_record(*, about: QuotaJudge | Candidate, text: str, by: User, at: datetime) -> Objection:
    """Object to one's own term or candidacy; the text may be changed until somebody has answered."""
    about = type(about).objects.select_for_update(of=("self",)).get(pk=about.pk)
    if by.pk != about.person_id:
        raise trail.Refused(NOT_YOURS, act=OBJECT, on=about, by=by)
    place = {"term" if isinstance(about, QuotaJudge) else "candidate": about}
    known = Objection.objects.filter(**place).first()
    problem = ANSWERED if known and known.answered_at else problem_of_words(text, "异议")
    refuse_if(problem, OBJECT, on=about, by=by)
    said = {"text": text.strip(), "made_at": at}
    objection, _new = Objection.objects.update_or_create(**place, defaults=said)
    trail.record(OBJECT, on=about, by=by, at=at, after={"person": by.name}, secret=True)
    return objection


@transaction.atomic
def answer_objection(*, objection: Objection, answer: str, by: User, at: datetime) -> Objection:
    """Answer it (答复), by who manages the court's people or approves for it; nobody answers their own."""
    stored = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    about = about_of(stored)
    permit(ANSWER, court=court_of(stored), by=by, people=[about.person_id], also=Permission.APPROVE_QUOTA)
    if stored.candidate and stands_in(stored.candidate.selection, by):
        raise trail.Refused("您是本次遴选的人选，应当回避。", act=ANSWER, on=about, by=by)
    problem = "这项异议已经答复。" if stored.answered_at else problem_of_words(answer, "答复")
    refuse_if(problem, ANSWER, on=about, by=by)
    stored.answer, stored.answered_by, stored.answered_at = answer.strip(), by, at
    stored.save(update_fields=["answer", "answered_by", "answered_at"])
    trail.record(ANSWER, on=about, by=by, at=at, after={"person": about.person.name}, secret=True)
    return stored


def problem_of_words(words: str, what: str) -> str:
    return "" if 0 < len(words.strip()) <= LONGEST else f"请写明{what}，不超过 {LONGEST} 字。"


def about_of(objection: Objection) -> QuotaJudge | Candidate:
    found = objection.term or objection.candidate
    if found is None:
        raise LookupError(f"objection {objection.pk} is about nothing")
    return found


def court_of(objection: Objection) -> Court:
    return objection.term.court if objection.term else objection.candidate.selection.court


def waiting_at(court: Court) -> QuerySet[Objection]:
    """Objections of the people of a court that nobody has answered, the oldest first."""
    here = Q(term__court=court) | Q(candidate__selection__court=court)
    found = Objection.objects.filter(here, answered_at=None)
    return found.select_related("term__person", "candidate__person").order_by("made_at", "pk")
