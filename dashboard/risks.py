"""Which open cases need attention today (风险提示)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery

from cases.levels import in_stage
from cases.models import Case, Exclusion
from cases.periods import add_months
from cases.querying import with_statutory_clock
from cases.quiet import quiet
from cases.selectors import open_doubts
from catalogues.selectors import law_in_use
from courts.models import User
from dashboard.definitions import QUIET_DAYS
from dashboard.flow import share
from dashboard.scope import Scope, Unit, unit_of


@dataclass(frozen=True)
class Risks:
    """Open cases that need attention today; ``unknown`` are those whose clock cannot be computed."""

    open: int = 0
    near: int = 0
    overdue: int = 0
    paused: int = 0
    unknown: int = 0
    over_12: int = 0
    over_18: int = 0
    over_36: int = 0
    quiet: int = 0
    as_of: datetime | None = None

    def __add__(self, other: Risks) -> Risks:
        moments = [moment for moment in (self.as_of, other.as_of) if moment]
        counts = {name: getattr(self, name) + getattr(other, name) for name in RISKS}
        return Risks(**counts, as_of=max(moments, default=None))

    @property
    def computable(self) -> Decimal | None:
        """审限可算率: the share of open cases whose clock is known, in percent."""
        return share(self.open - self.unknown, self.open)


RISKS = ("open", "near", "overdue", "paused", "unknown", "over_12", "over_18", "over_36", "quiet")


def risk_counts(today: date) -> dict[str, Any]:
    running = Q(statutory__state="running")
    older = {f"over_{months}": Q(filed_on__lt=add_months(today, -months)) for months in (12, 18, 36)}
    conditions = older | {
        "open": Q(),
        "near": in_stage("urgent", today, law_in_use().ladders_on(today)),
        "overdue": running & Q(statutory__due_on__lt=today),
        "paused": Q(statutory__state="paused"),
        "unknown": Q(statutory__state="unknown") | Q(statutory__state=None),
        "quiet": quiet(QUIET_DAYS, today),
    }
    counts = {
        name: Count("pk", filter=condition) if condition else Count("pk")
        for name, condition in conditions.items()
    }
    return counts | {"as_of": Max("statutory__computed_at")}


def risks_by_unit(scope: Scope, today: date) -> dict[Unit, Risks]:
    """The counts of each unit's open cases; ``near`` goes by the published warning ladders."""
    found: dict[Unit, Risks] = defaultdict(Risks)
    for part in scope.cases():
        rows = with_statutory_clock(part.open()).order_by().values("court_id", "division_id")
        for row in rows.annotate(**risk_counts(today)):
            found[unit_of(scope, row)] += Risks(**{name: row[name] for name in (*RISKS, "as_of")})
    return found


def doubts_open(user: User) -> int:
    return open_doubts(user).order_by().count()


def own_open_cases(user: User) -> QuerySet[Case]:
    """Open cases one sits on or assists, nearest limit first, those without a date last."""
    own = (
        Q(judge=user)
        | Q(presiding=user)
        | Q(assistant=user)
        | Q(clerk=user)
        | Q(members__contains=[user.pk], members__gt=[])
    )
    cases = with_statutory_clock(Case.objects.visible_to(user).filter(own).open())
    pause = Exclusion.objects.filter(case=OuterRef("pk"), resumes_on=None, withdrawn_at=None).order_by(
        "starts_on"
    )
    cases = cases.annotate(review_on=Subquery(pause.values("review_on")[:1]))
    return cases.select_related("court", "division").order_by(
        F("due_on").asc(nulls_last=True), "filed_on", "pk"
    )
