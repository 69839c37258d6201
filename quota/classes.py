"""People decide whether a case is simple, ordinary or complex (繁简确认); how often they agree is counted as it accrues."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from audit import trail
from cases.guard import locked, permit, refuse_if
from cases.models import Case
from courts.models import User
from courts.roles import Permission
from quota.agreement import Agreement, by_class
from quota.models import CaseWeight, ClassDecision
from quota.models.weights import CLASSES

ACT = "quota.decide_class"
NOT_WEIGHED = "本案没有登记审判程序，尚未识别繁简；请先登记审判程序"
NO_CLASS = "没有这一类；应为简案、普通案件或者繁案"
NO_REASON = "与识别结果不同的，请写明理由"
NAMES = dict(CLASSES)


@transaction.atomic
def decide_class(*, case: Case, klass: str, reason: str, by: User, at: datetime) -> ClassDecision:
    """Keep or change the class proposed for a case; another decision takes its place. Twice the same is once."""
    permit(ACT, permission=Permission.CLASSIFY_CASES, case=case, by=by)
    case = locked(case)
    weight = CaseWeight.objects.filter(case=case).first()
    refuse_if(problem_of(weight, klass, reason.strip()), ACT, case=case, by=by)
    last = ClassDecision.objects.filter(case=case, superseded_at=None).first()
    said = {"proposed": weight.klass, "klass": klass, "reason": reason.strip(), "decided_by": by}
    if last and all(getattr(last, name) == value for name, value in said.items()):
        return last
    ClassDecision.objects.filter(case=case, superseded_at=None).update(superseded_at=at)
    decision = ClassDecision.objects.create(
        case=case, score=weight.score, points=weight.points, edition=weight.edition, decided_at=at, **said
    )
    before = {"识别": NAMES[weight.klass]} | ({"此前决定": NAMES[last.klass]} if last else {})
    trail.record(
        ACT,
        on=case,
        by=by,
        at=at,
        because=reason.strip(),
        before=before,
        after=NAMES[klass],
        secret=bool(case.sealed),
    )
    return decision


def problem_of(weight: CaseWeight | None, klass: str, reason: str) -> str | None:
    """Why the class cannot be decided so; None where it can."""
    if weight is None:
        return NOT_WEIGHED
    if klass not in NAMES:
        return NO_CLASS
    return NO_REASON if klass != weight.klass and not reason else None


# --- how often people agree -----------------------------------------------------------------------------------------
def decisions_in(court: int, divisions: Collection[int] | None) -> QuerySet[ClassDecision]:
    """The decisions that stand in a court, or in some of its divisions; sealed cases count in no number."""
    found = ClassDecision.objects.filter(superseded_at=None, case__court=court, case__sealed="")
    return found if divisions is None else found.filter(case__division__in=divisions)


def agreed(found: QuerySet[ClassDecision]) -> list[Agreement]:
    """By class proposed, and all together last."""
    rows = found.values_list("proposed", "klass").annotate(n=Count("pk")).order_by()
    return by_class(rows)


def agreed_by_month(found: QuerySet[ClassDecision]) -> list[tuple[date, Agreement]]:
    """All classes together, month by month, the oldest first."""
    rows: Any = (
        found.annotate(month=TruncMonth("decided_at"))
        .values_list("month", "proposed", "klass")
        .annotate(n=Count("pk"))
        .order_by("month")
    )
    months: dict[date, list[tuple[str, str, int]]] = {}
    for month, proposed, klass, n in rows:
        months.setdefault(month.date(), []).append((proposed, klass, n))
    return [(month, by_class(some)[-1]) for month, some in months.items()]
