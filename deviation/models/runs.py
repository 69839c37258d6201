"""Runs (训练批次): one trained model each, with its card; and what is told of groups."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from courts.numbered import Unnumbered


class RunQuerySet(models.QuerySet["Run"]):
    def in_use(self) -> RunQuerySet:
        return self.filter(state="in_use")


class Run(Unnumbered):
    """A model of one kind of outcome, trained for a court and the courts below it.

    ``code`` is an entry of the catalogue ``deviation_models``. ``card`` is the model card: data, coverage by stratum,
    baseline beside the model, versions. ``trust`` is what the check on planted and on null data found. ``drift`` is
    what has been seen since it came into use. ``artefact`` is the model itself, ``digest`` its SHA-256.
    """

    STATES = [
        ("queued", "排队中"), ("training", "训练中"), ("trained", "待启用"), ("in_use", "使用中"),
        ("superseded", "已被替代"), ("refused", "不予启用"), ("failed", "训练未完成"),
    ]  # fmt: skip
    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="deviation_runs", verbose_name="法院"
    )
    code = models.CharField("模型", max_length=30)
    state = models.CharField("状态", max_length=12, choices=STATES, default="queued")
    asked_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    asked_at = models.DateTimeField("发起时间")
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    progress = models.PositiveSmallIntegerField("进度（%）", default=0)
    step = models.CharField("步骤", max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    problem = models.CharField("问题", max_length=500, blank=True)
    window_from = models.DateField("数据起", null=True)
    window_to = models.DateField("数据止", null=True)
    n = models.PositiveIntegerField("样本数", default=0)
    seed = models.BigIntegerField("种子", default=0)
    editions = models.JSONField("依据的目录版本", default=dict)
    card = models.JSONField("模型卡", default=dict)
    trust = models.JSONField("检验结果", default=dict)
    drift = models.JSONField("启用后情况", default=dict)
    artefact = models.BinaryField("模型", null=True)
    digest = models.CharField("摘要", max_length=64, blank=True)
    released_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="启用人"
    )
    released_at = models.DateTimeField("启用时间", null=True)
    ended_at = models.DateTimeField("停用时间", null=True)
    reason = models.CharField("理由", max_length=500, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "偏离度模型"
        constraints = [
            models.UniqueConstraint("court", "code", condition=Q(state="in_use"), name="one_run_is_in_use_per_court_and_code"),
            models.UniqueConstraint(
                "court", "code", condition=Q(state__in=["queued", "training"]), name="one_run_is_trained_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="in_use") | Q(released_by__isnull=False, artefact__isnull=False), name="run_in_use_was_released"
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(asked_by=None) | ~Q(released_by=F("asked_by")), name="run_is_released_by_another"
            ),
        ]  # fmt: skip


class Summary(Unnumbered):
    """What is told of groups of cases, never of people (聚合视图): by ``kind``, for one court and period.

    ``body`` holds only groups that are large enough to show, and only cases whose private days are over.
    """

    KINDS = [
        ("groups", "法院与庭室"),
        ("consistency", "组间一致性"),
        ("fairness", "公平性"),
        ("spread", "离散度"),
    ]
    run = models.ForeignKey(Run, models.CASCADE, related_name="summaries", verbose_name="模型")
    kind = models.CharField("类别", max_length=12, choices=KINDS)
    period = models.CharField("期间", max_length=7, help_text="2026-06")
    body = models.JSONField("内容", default=dict)
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "偏离度聚合视图"
        constraints = [models.UniqueConstraint("run", "kind", "period", name="summary_is_made_once_a_period")]
