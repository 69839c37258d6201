"""What the pages show of requests about terms (提请) and of objections (本人异议), and to whom."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from quota.models import Objection, QuotaJudge, TermRequest
from quota.objections import waiting_at
from quota.people import triggers_of
from quota.reach import region_of
from quota.term_requests import problem_of_approver

KEEPS = (Permission.PLAN_QUOTA, Permission.APPROVE_QUOTA)


def requests_seen(user: User) -> QuerySet[TermRequest]:
    """Requests of the courts whose people one manages or approves for, and those about oneself."""
    seen = Q(court__in=region_of(user, *KEEPS)) | Q(person=user)
    return TermRequest.objects.filter(seen).select_related("court", "person", "proposed_by", "decided_by")


def request_page_of(asked: TermRequest, user: User) -> dict[str, Any]:
    known = triggers_of(asked.court_id, today())
    waits, keeps = asked.state == "waiting", asked.court_id in region_of(user, *KEEPS)
    return {
        "asked": asked,
        "ground": known[asked.trigger].name if asked.trigger in known else asked.trigger,
        "objection": objection_of(asked.term) if asked.term else None,
        "may_approve": waits and not problem_of_approver(asked, user),
        "may_refuse": waits and keeps and user.pk != asked.person_id,
    }


def waiting_for(court: Court, user: User) -> dict[str, Any]:
    """What waits at a court for those who manage or approve: requests by their day of proposal, objections."""
    if court.pk not in region_of(user, *KEEPS):
        return {"requests": [], "objections": []}
    waiting = requests_seen(user).filter(court=court, state="waiting").order_by("proposed_at", "pk")
    return {"requests": list(waiting), "objections": list(waiting_at(court))}


def objection_of(term: QuotaJudge) -> Objection | None:
    return Objection.objects.filter(term=term).select_related("answered_by").first()
