"""Alerts: durable facts that a clock of a case has reached a stage."""

from django.db import models
from django.db.models import Q

from courts.scoping import ScopedQuerySet


class AlertQuerySet(ScopedQuerySet):
    to_case = "case"

    def open(self) -> "AlertQuerySet":
        return self.filter(closed_at=None)


class Alert(models.Model):
    """A clock of a case has reached a stage (期限预警). Raised once per due date; closes itself when the case moves on."""

    STAGES = [("early", "远期"), ("mid", "中期"), ("urgent", "紧急"), ("overdue", "已超")]
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="alerts", verbose_name="案件")
    clock = models.CharField("期限", max_length=40)
    turn = models.PositiveSmallIntegerField("次", default=0)
    stage = models.CharField("阶段", max_length=10, choices=STAGES)
    due_on = models.DateField("到期日")
    raised_at = models.DateTimeField("发出时间")
    closed_at = models.DateTimeField("解除时间", null=True, blank=True)
    closed_because = models.CharField("解除原因", max_length=60, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "期限预警"
        constraints = [
            models.UniqueConstraint(
                "case", "clock", "turn", "stage", "due_on", name="alert_raised_once_per_stage_and_date"
            ),
            models.UniqueConstraint(
                "case",
                "clock",
                "turn",
                "stage",
                condition=Q(closed_at=None),
                name="alert_open_once_per_stage",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(closed_at=None), name="open_alerts_by_due_day")
        ]
