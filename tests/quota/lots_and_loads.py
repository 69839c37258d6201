"""Weighed cases and postings that tests of workload and lots share."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from cases.models import Case
from quota.models import CaseWeight


def weigh(case: Case, weight: str | float) -> Case:
    """Give the case a weight, as the machine would have."""
    CaseWeight.objects.create(
        case=case, group="civil/其他", procedure="普通合议", floating=1, weight=Decimal(str(weight)), klass="ordinary",
        score=20, edition="tested", weighed_at=timezone.now(),
    )  # fmt: skip
    return case
