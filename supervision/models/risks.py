"""What happened at a risk point (廉政风险点) that no machine can see."""

from __future__ import annotations

from django.db import models

from courts.numbered import Unnumbered


class RiskEntry(Unnumbered):
    """An occurrence entered by discipline or the reviewers; the machine-detectable ones are counted where they happen."""

    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    category = models.CharField("类别", max_length=6)
    point = models.CharField("风险点", max_length=80)
    happened_on = models.DateField("发生日期")
    note = models.TextField("情况", blank=True)
    handled = models.CharField("处置", max_length=300, blank=True)
    entered_by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="录入人")
    entered_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = verbose_name_plural = "风险事项"
        indexes = [models.Index(fields=["court", "category", "happened_on"], name="risk_entries_of_a_court")]
