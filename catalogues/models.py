"""Editions of the catalogues and their entries."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

KINDS = [
    ("time_limits", "审限"),
    ("exclusion_grounds", "扣除、中止、重算事由"),
    ("nodes", "流程节点"),
    ("case_types", "案件类型代字"),
    ("causes_civil", "民事案由"),
    ("causes_criminal", "刑事案由"),
    ("causes_administrative", "行政案由"),
    ("courts", "法院"),
    ("calendar", "节假日与调休"),
    ("alert_ladders", "预警阶梯"),
    ("alert_settings", "预警参数"),
    ("monitored_nodes", "监控节点"),
    ("rule_parameters", "规则参数"),
    ("rule_profiles", "识别方案"),
    ("supervision_settings", "监督参数"),
    ("supervision_measures", "监督措施"),
    ("letter_kinds", "函件种类"),
    ("risk_points", "风险点"),
    ("guideline_factors", "量刑情节"),
    ("guideline_offences", "罪名量刑起点"),
    ("guideline_increments", "增加刑罚量"),
    ("case_elements", "案件要素"),
    ("deviation_models", "偏离度模型"),
    ("deviation_settings", "偏离度参数"),
    ("deviation_reasons", "说明理由"),
    ("quota_settings", "员额与工作量参数"),
    ("weight_bases", "基础案件权重"),
    ("weight_procedures", "程序案件权重"),
    ("weight_adders", "繁简浮动系数"),
    ("weight_roles", "合议庭角色系数"),
    ("complexity_points", "繁简识别分值"),
    ("assessment_zones", "考核区"),
    ("quota_factors", "员额调整因素"),
    ("cell_hours", "案均工时"),
    ("trial_elements", "审判流程要素"),
    ("team_types", "审判团队"),
    ("leader_duties", "院庭长办案比例"),
    ("selection_weights", "遴选权重"),
    ("exit_triggers", "退出员额的情形"),
    ("review_grades", "评查等次"),
]
STATUSES = [("draft", "草稿"), ("published", "已发布"), ("superseded", "已被取代"), ("withdrawn", "已撤回")]


class EditionQuerySet(models.QuerySet["Edition"]):
    def in_use(self) -> EditionQuerySet:
        """Published editions, newest first; the superseded ones stay readable because conclusions name them."""
        return self.filter(status="published").order_by("-number")


class Edition(models.Model):
    """One edition of one catalogue. Drafted by one person, published by another, then never edited, only superseded."""

    kind = models.CharField("目录", max_length=30, choices=KINDS)
    court = models.ForeignKey(
        "courts.Court",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="法院",
        help_text="空：全国；否则为该法院的本地补充",
    )
    number = models.PositiveIntegerField("版次")
    title = models.CharField("名称", max_length=160)
    status = models.CharField("状态", max_length=12, choices=STATUSES, default="draft")
    effective_from = models.DateField("施行日", null=True, blank=True, help_text="按立案日适用")
    effective_to = models.DateField("失效日", null=True, blank=True)
    origin = models.CharField(
        "来源", max_length=8, choices=[("git", "随软件发布"), ("court", "法院编制")], default="court"
    )
    content_hash = models.CharField("内容摘要", max_length=64, blank=True)
    note = models.TextField("说明", blank=True)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="基于")
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="取代",
        help_text="发布时在用的那一版；撤回时恢复它",
    )  # fmt: skip
    drafted_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="起草人"
    )
    drafted_at = models.DateTimeField("起草时间")
    published_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="发布人"
    )
    published_at = models.DateTimeField("发布时间", null=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "目录版本"
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(
                "kind",
                "court",
                "number",
                nulls_distinct=False,
                name="edition_number_is_unique_in_its_catalogue",
            ),
            models.CheckConstraint(
                condition=Q(origin="git") | Q(published_by=None) | ~Q(published_by=F("drafted_by")),
                name="edition_is_published_by_another_than_its_drafter",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(origin="git") | Q(published_by__isnull=False),
                name="published_edition_names_its_publisher",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} 第{self.number}版"


class Item(models.Model):
    """One entry of an edition: a time limit, a ground, a node, a cause, a court, a year of the calendar."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="items", verbose_name="版本")
    code = models.CharField("代码", max_length=60)
    position = models.IntegerField("次序", default=0)
    name = models.CharField("名称", max_length=160, blank=True)
    body = models.JSONField("内容")

    class Meta:
        verbose_name = verbose_name_plural = "目录条目"
        ordering = ["edition", "position", "code"]
        constraints = [models.UniqueConstraint("edition", "code", name="entry_code_is_unique_in_its_edition")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()
