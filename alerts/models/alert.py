"""Alerts: durable facts that something watched has reached a stage, and what people did about them."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from courts.roles import Permission
from courts.scoping import ScopedQuerySet, seen_by
from deviation.models import Contest

KINDS = [
    ("statutory", "审限"), ("derived", "派生期限"), ("node", "节点期限"), ("stalled", "停滞"),
    ("pause", "暂停待复核"), ("calendar", "日历待公布"), ("flag", "标识待确认"), ("flag_up", "标识待上级决定"),
    ("idle", "已确认未监督"), ("measure", "监督事项待答复"), ("answer", "答复待回应"), ("letter", "监督函待回复"),
    ("contest", "偏离异议待决定"),
]  # fmt: skip


class AlertQuerySet(ScopedQuerySet):
    to_case = "case"

    def open(self) -> AlertQuerySet:
        return self.filter(closed_at=None)

    def visible_to(self, user: Any) -> Self:
        """Alerts of cases one may see; those of no case (日历待公布) for who keeps the court's catalogues."""
        if not user.is_authenticated:
            return self.none()
        house = Q(case=None, court__in=user.courts_where(Permission.DRAFT_CATALOGUE))
        return self.known_to(user).filter((Q(case__isnull=False) & seen_by(user, "case__")) | house)

    def known_to(self, user: Any) -> Self:
        """Without what tells of a judge's objection to a deviation, where this person may not know of it."""
        return self.filter(known_by(user))


def known_by(user: Any, path: str = "") -> Q:
    """Alerts a person who sees their case may know of: one about a contest is for its judge and those told of deviations.

    Neither the panel and its helpers nor who stands in for the judge are.
    """
    if user.may(Permission.SEE_DEVIATION) or user.may(Permission.DECIDE_CONTESTS):
        return Q()
    own = Contest.objects.filter(filed_by=user.pk, notice__case=OuterRef(f"{path}case"))
    return ~Q(**{f"{path}kind": "contest"}) | Q(Exists(own))


class Alert(models.Model):
    """Something watched has reached a stage (预警). Raised once per due date; closes itself when the case moves on.

    ``began_on`` is the day the stage began; ``late`` says that no sweep took place on that day (补发). One that was closed
    and holds again is opened again: ``raised_at`` is when it last was.
    """

    STAGES = [("early", "远期"), ("mid", "中期"), ("urgent", "紧急"), ("overdue", "已超")]
    case = models.ForeignKey(
        "cases.Case", models.CASCADE, null=True, related_name="alerts", db_index=False, verbose_name="案件"
    )
    court = models.ForeignKey(
        "courts.Court", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="法院",
        help_text="与案件无关的预警所属法院；案件预警为空",
    )  # fmt: skip
    kind = models.CharField("类别", max_length=10, choices=KINDS)
    clock = models.CharField("期限", max_length=40)
    turn = models.PositiveSmallIntegerField("次", default=0)
    stage = models.CharField("阶段", max_length=10, choices=STAGES)
    due_on = models.DateField("到期日")
    began_on = models.DateField("进入阶段日")
    late = models.BooleanField("补发", default=False)
    raised_at = models.DateTimeField("发出时间")
    closed_at = models.DateTimeField("解除时间", null=True, blank=True)
    closed_because = models.CharField("解除原因", max_length=60, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警"
        constraints = [
            models.UniqueConstraint(
                "case", "clock", "turn", "stage", "due_on", name="alert_raised_once_per_stage_and_date"
            ),
            models.UniqueConstraint(
                "case", "clock", "turn", "stage", condition=Q(closed_at=None), name="alert_open_once_per_stage"
            ),
            models.UniqueConstraint(
                "court", "clock", "stage", "due_on", condition=Q(case=None), name="house_alert_raised_once_per_date"
            ),
            models.CheckConstraint(
                condition=Q(case=None) ^ Q(court=None), name="alert_is_about_a_case_or_a_court"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["due_on"], condition=Q(closed_at=None), name="open_alerts_by_due_day")
        ]


class OfAlert(ScopedQuerySet):
    to_case = "alert__case"

    def visible_to(self, user: Any) -> Self:
        found = super().visible_to(user)
        return found.filter(known_by(user, "alert__")) if user.is_authenticated else found


class Handling(models.Model):
    """What a person did about an alert: seen it, put it off, or dealt with it; always with a reason and an end.

    It ends by itself when the stage changes, because the next stage is another alert. Superiors see it.
    """

    ACTS = [("acknowledged", "已知悉"), ("snoozed", "稍后"), ("done", "已处理")]
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="handlings", verbose_name="预警")
    person = models.ForeignKey(
        "courts.User", models.PROTECT, related_name="+", db_index=False, verbose_name="人员"
    )
    act = models.CharField("处理", max_length=12, choices=ACTS)
    reason = models.CharField("理由", max_length=300)
    until_on = models.DateField("有效至", help_text="此日（含）以后重新提醒")
    at = models.DateTimeField("时间")
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)

    objects = OfAlert.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警处理"
        constraints = [
            models.UniqueConstraint(
                "alert", "person", condition=Q(ended_at=None), name="one_handling_stands_per_person_and_alert"
            ),
        ]


class OfCase(ScopedQuerySet):
    to_case = "case"


class Watch(models.Model):
    """A person follows a case and says why (关注案件)."""

    person = models.ForeignKey("courts.User", models.CASCADE, related_name="watches", verbose_name="人员")
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="watches", verbose_name="案件")
    note = models.CharField("关注原因", max_length=200)
    at = models.DateTimeField("时间")
    ended_at = models.DateTimeField("取消时间", null=True, blank=True)

    objects = OfCase.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "关注案件"
        constraints = [
            models.UniqueConstraint(
                "person", "case", condition=Q(ended_at=None), name="a_case_is_watched_once_per_person"
            )
        ]


class UsualSpan(models.Model):
    """How long cases usually stay after an event before the next one (节点通常停留), from a court's own history.

    ``court`` null: all courts together, used where the court's own cases are too few. Unknown where both are.
    """

    court = models.ForeignKey(
        "courts.Court", models.CASCADE, null=True, related_name="+", verbose_name="法院"
    )
    category = models.CharField("案件类别", max_length=10)
    node = models.CharField("节点", max_length=40)
    days = models.PositiveIntegerField("通常不超过(天)")
    cases = models.PositiveIntegerField("依据案件数")
    measured_on = models.DateField("测算日")

    class Meta:
        verbose_name = verbose_name_plural = "节点通常停留"
        constraints = [
            models.UniqueConstraint(
                "court", "category", "node", nulls_distinct=False, name="one_usual_span_per_court_and_node"
            )
        ]


class NodeWatch(models.Model):
    """Which set of monitored nodes (节点监控组) a court has switched on; without a row, the catalogue's default."""

    court = models.OneToOneField("courts.Court", models.CASCADE, related_name="+", verbose_name="法院")
    profile = models.CharField("监控组", max_length=10)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "节点监控组"


class Sweep(models.Model):
    """One court's alerts brought to one day (巡检): begun, and done, so that what was missed is found and made up."""

    court = models.ForeignKey("courts.Court", models.CASCADE, related_name="+", verbose_name="法院")
    day = models.DateField("日期")
    started_at = models.DateTimeField("开始")
    done_at = models.DateTimeField("完成", null=True)
    raised = models.PositiveIntegerField("新发", default=0)
    closed = models.PositiveIntegerField("解除", default=0)
    late = models.PositiveIntegerField("补发", default=0)
    told = models.PositiveIntegerField("告知", default=0)
    key = models.CharField("依据", max_length=80, default="", help_text="所依目录版本与节点监控组")

    class Meta:
        verbose_name = verbose_name_plural = "巡检"
        ordering = [F("day").desc(), "court__position"]
        constraints = [models.UniqueConstraint("court", "day", name="a_court_is_swept_once_a_day")]
