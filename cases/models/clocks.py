"""The clocks of a case, and the outbox that says whose clocks to compute again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cases.models.case import AboutCase, Case


class Clock(models.Model):
    """A clock the law puts on a case: its inputs as gathered from the facts, and the date that follows.

    ``kind``: ``statutory`` the limit of the case itself (审限); ``derived`` follows from another clock
    (latest day to ask for an extension); ``node`` a step with a limit of its own (送达 within 5 days).
    Inputs and outputs stand side by side so that one SQL statement can compute millions (cases/clocks.py).
    """

    CLOCK_KINDS = [("statutory", "审限"), ("derived", "派生期限"), ("node", "节点期限")]
    CLOCK_STATES = [
        ("running", "计时中"),
        ("paused", "暂停"),
        ("no_limit", "无法定审限"),
        ("unknown", "无法计算"),
        ("met", "已完成"),
    ]
    case = models.ForeignKey(Case, models.CASCADE, related_name="clocks", db_index=False, verbose_name="案件")
    kind = models.CharField("类别", max_length=10, choices=CLOCK_KINDS)
    rule = models.CharField("规则", max_length=40)  # id of a time limit or of a node
    turn = models.PositiveSmallIntegerField("次", default=0)  # a node may come round again
    edition = models.IntegerField("目录版次", null=True)
    # inputs
    start_on = models.DateField("起算日", null=True)
    start_at = models.DateTimeField("起算时刻", null=True)
    months = models.SmallIntegerField("月", default=0)  # statutory and extension months together
    days = models.SmallIntegerField("日", default=0)
    workdays = models.SmallIntegerField("工作日", default=0)
    hours = models.SmallIntegerField("小时", default=0)
    backwards = models.BooleanField("倒算", default=False)
    until_on = models.DateField("延长至", null=True)
    excluded_days = models.IntegerField("扣除天数", default=0)
    paused_on = models.DateField("暂停日", null=True)
    criminal = models.BooleanField("刑事计算", default=False)
    rolls = models.BooleanField("顺延", default=False)
    calendar = models.IntegerField("日历", default=0)
    mid_days = models.SmallIntegerField("中期日数", default=30)
    # outputs
    state = models.CharField("状态", max_length=10, choices=CLOCK_STATES, default="unknown")
    nominal_on = models.DateField("名义到期", null=True)
    before_roll_on = models.DateField("顺延前到期", null=True)
    due_on = models.DateField("到期日", null=True)
    due_at = models.DateTimeField("到期时刻", null=True)
    remaining_at_pause = models.IntegerField("暂停时剩余", null=True)
    provisional = models.BooleanField("日历待公布", default=False)
    problem = models.CharField("无法计算的原因", max_length=300, blank=True)
    met_on = models.DateField("完成日", null=True)
    computed_at = models.DateTimeField("计算时间", null=True)

    objects = AboutCase.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "期限"
        constraints = [
            models.UniqueConstraint("case", "rule", "turn", name="clock_runs_once_per_rule_and_turn")
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="running"), name="running_clocks_by_due_day"),
            models.Index(fields=["case", "kind"], name="clocks_of_a_case"),
        ]


class Change(models.Model):
    """The outbox: a case whose facts changed. Written with the change, taken away with the recomputation."""

    case_id = models.BigIntegerField("案件编号")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "待重算"
