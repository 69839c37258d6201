"""Scores (偏离评估): what a run says of one outcome of one case."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from cases.models import Case
from courts.numbered import Unnumbered
from courts.roles import Permission
from courts.scoping import ScopedQuerySet
from deviation.models.runs import Run
from deviation.wording import band_said


class ScoreQuerySet(ScopedQuerySet):
    to_case = "case"

    def current(self) -> Self:
        return self.filter(latest=True)

    def visible_to(self, user: Any) -> Self:
        """One's own cases' scores as their judge; others' only where a notice was disclosed."""
        if not user.is_authenticated:
            return self.none()
        own = Q(case__judge=user.pk) & (Q(draft=None) | Q(draft__judge=user.pk))
        if not user.may(Permission.SEE_DEVIATION):
            return self.filter(own)
        return self.filter(own | Q(disclosed=True, case__in=Case.objects.visible_to(user)))


class Score(Unnumbered):
    """An outcome beside what its peers lead one to expect. It belongs to a case, never to a person.

    It names nobody: a draft's is seen by who drafted it, any other by the judge of the case. ``band``: green inside 90 %, yellow outside 90 %, red outside 99 % or a breach of the guideline interval, ""
    where abstained. ``q`` is controlled over the court's month of ``batch``. ``elements`` is what was known then;
    ``comparables`` are ids of cases, shown only as far as the viewer may see them; ``guideline`` stands apart.
    """

    STAGES = [("draft", "拟判"), ("closing", "结案"), ("nightly", "夜间复核")]
    BANDS = [
        ("green", "90%区间内"),
        ("yellow", "90%区间外"),
        ("red", "99%区间外或超出量刑指导区间"),
        ("", "不评价"),
    ]
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="scores", verbose_name="案件")
    party = models.ForeignKey(
        "cases.Party", models.CASCADE, null=True, related_name="+", verbose_name="当事人"
    )
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    draft = models.ForeignKey(
        "deviation.Draft", models.CASCADE, null=True, related_name="scores", verbose_name="拟判"
    )
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="scores", verbose_name="模型")
    code = models.CharField("模型代码", max_length=30)
    stratum = models.CharField("类别", max_length=120)
    stage = models.CharField("时点", max_length=8, choices=STAGES)
    at = models.DateTimeField("时间")
    batch = models.CharField("批次", max_length=7, help_text="2026-06")
    latest = models.BooleanField("最近一次", default=True)
    disclosed = models.BooleanField("已公开", default=False)
    outcome = models.FloatField("拟判或者裁判")
    state = models.CharField("状态", max_length=10, choices=[("scored", "已评价"), ("abstained", "不评价")])
    reason_code = models.CharField("不评价的原因", max_length=20, blank=True)
    expected = models.FloatField("预期", null=True)
    low = models.FloatField("90%区间下限", null=True)
    high = models.FloatField("90%区间上限", null=True)
    low99 = models.FloatField("99%区间下限", null=True)
    high99 = models.FloatField("99%区间上限", null=True)
    baseline = models.FloatField("可比案件中位数", null=True)
    baseline_n = models.PositiveIntegerField("中位数的案件数", null=True)
    peers = models.PositiveIntegerField("可比案件数", null=True)
    surprise = models.FloatField("标准化残差", null=True)
    p = models.FloatField(null=True)
    q = models.FloatField(null=True)
    direction = models.CharField(
        "方向", max_length=6, blank=True, choices=[("higher", "高于"), ("lower", "低于")]
    )
    band = models.CharField("区间", max_length=6, choices=BANDS, blank=True)
    elements = models.JSONField("当时的要素", default=dict)
    comparables = models.JSONField("可比案件", default=list)
    factors = models.JSONField("影响预期的要素", default=list)
    guideline = models.JSONField("量刑指导意见核对", default=dict)

    objects = ScoreQuerySet.as_manager()

    @property
    def band_said(self) -> str:
        """The band in words, a red one with its ground."""
        below = self.low99 is not None and self.outcome < self.low99
        above = self.high99 is not None and self.outcome > self.high99
        is_breach = self.guideline.get("inside") is False
        return band_said(self.band, is_wide=below or above, is_breach=is_breach)

    class Meta:
        verbose_name = verbose_name_plural = "偏离评估"
        constraints = [
            models.UniqueConstraint(
                "case", "party", "code", condition=Q(latest=True), nulls_distinct=False, name="one_score_is_the_latest",
            ),
            models.CheckConstraint(condition=Q(state="scored") | ~Q(reason_code=""), name="abstaining_has_a_reason"),
            models.CheckConstraint(condition=Q(state="abstained") | Q(expected__isnull=False, p__isnull=False), name="score_has_an_expectation"),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["court", "code", "batch"], condition=Q(latest=True), name="latest_scores_of_a_month"
            )
        ]
