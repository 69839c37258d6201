"""What last happened in an open case: laid down as cases change, so that a sweep need not read every event."""

from __future__ import annotations

from django.db import models

from courts.scoping import ScopedQuerySet


class OfMovingCase(ScopedQuerySet):
    to_case = "case"


class Movement(models.Model):
    """The last thing that happened in an open case that is not paused (最近进展), and until when silence is usual.

    Follows from the events, the pauses and ``UsualSpan``; a case for which nobody knows what is usual has no row.
    """

    case = models.OneToOneField(
        "cases.Case", models.CASCADE, primary_key=True, related_name="movement", verbose_name="案件"
    )
    node = models.CharField("节点", max_length=40)
    moved_on = models.DateField("最近进展日")
    due_on = models.DateField("通常至迟有进展日")

    objects = OfMovingCase.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "最近进展"
