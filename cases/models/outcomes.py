"""What a case is about beyond its cause, and how it was decided: elements (案件要素) and outcomes (裁判结果)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from cases.models.facts import Fact, Party


class AboutOne(Fact):
    """A fact about a case or, where several stand accused, about one party of it."""

    # Indexed for itself: the constraint of each table knows only the rows that stand, an import asks for all of them.
    case = models.ForeignKey(Case, models.CASCADE, related_name="%(class)s_rows", verbose_name="案件")
    party = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="%(class)s_rows", verbose_name="当事人"
    )

    class Meta:
        abstract = True


class Element(AboutOne):
    """An element of the case (案件要素、情节): ``key`` is an entry of the catalogue ``case_elements``.

    ``value`` is a number, a word of the entry's choices, or true/false.
    """

    key = models.CharField("要素", max_length=40)
    value = models.JSONField("值")

    class Meta:
        verbose_name = verbose_name_plural = "案件要素"
        constraints = [
            models.UniqueConstraint(
                "case", "party", "key",
                condition=Q(withdrawn_at=None), nulls_distinct=False, name="element_is_recorded_once",
            )
        ]  # fmt: skip


class Outcome(AboutOne):
    """How it was decided (裁判结果), one measure a row: months, fine, probation (0 or 1), awarded_share (0 to 1).

    Of a judgment given; what a panel has only drafted is nobody's business but its own and lies in ``deviation``.
    """

    measure = models.CharField("项目", max_length=20)
    value = models.DecimalField("值", max_digits=18, decimal_places=4)
    decided_on = models.DateField("裁判日期")

    class Meta:
        verbose_name = verbose_name_plural = "裁判结果"
        constraints = [
            models.UniqueConstraint(
                "case", "party", "measure",
                condition=Q(withdrawn_at=None), nulls_distinct=False, name="outcome_is_recorded_once",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="outcome_is_not_negative"),
        ]  # fmt: skip
