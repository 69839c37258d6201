"""What courts are like, what will be filed, and what follows: scenarios (方案测算), plans (员额方案), seats."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from courts.numbered import Unnumbered


class CourtFigure(models.Model):
    """What a court is like in a year (法院概况): posts of the central staffing, and the six context factors.

    A factor nobody has told is null and adjusts nothing.
    """

    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="figures", db_index=False, verbose_name="法院"
    )
    year = models.PositiveSmallIntegerField("年度")
    staffing = models.PositiveIntegerField("政法专项编制（人）", validators=[MinValueValidator(1)])
    area = models.FloatField("辖区面积（平方公里）", null=True, blank=True)
    population = models.FloatField("常住人口（万人）", null=True, blank=True)
    gdp = models.FloatField("人均地区生产总值（万元）", null=True, blank=True)
    minorities = models.FloatField("少数民族人口占比（0–1）", null=True, blank=True)
    experience = models.FloatField("法官平均任职年限（年）", null=True, blank=True)
    closed = models.FloatField("近三年法官人均结案（件）", null=True, blank=True)
    source = models.CharField("来源", max_length=200)
    entered_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="填报人"
    )
    entered_at = models.DateTimeField("填报时间")

    class Meta:
        verbose_name = verbose_name_plural = "法院概况"
        constraints = [
            models.UniqueConstraint("court", "year", name="court_is_described_once_a_year"),
            models.CheckConstraint(
                condition=Q(minorities=None) | Q(minorities__gte=0, minorities__lte=1), name="minorities_are_a_share"
            ),
            models.CheckConstraint(condition=Q(staffing__gt=0), name="court_has_posts"),
        ]  # fmt: skip


class FilingForecast(models.Model):
    """How many cases of one kind will be filed at a court in a year (收案预测), with its 80 % interval and its past errors."""

    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="filing_forecasts", db_index=False, verbose_name="法院"
    )
    kind = models.CharField("类别", max_length=20, help_text="civ_sum、civ_ord、cri_sum……")
    made_on = models.DateField("预测日")
    first_month = models.DateField("首月")
    history = models.JSONField("历史（月）", default=list)
    values = models.JSONField("预测（月）", default=list)
    low = models.JSONField("下限（月）", default=list)
    high = models.JSONField("上限（月）", default=list)
    total = models.FloatField("全年")
    total_low = models.FloatField("全年下限")
    total_high = models.FloatField("全年上限")
    method = models.CharField("方法", max_length=30)
    backtest = models.JSONField("回测", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "收案预测"
        constraints = [
            models.UniqueConstraint("court", "kind", "made_on", name="filings_are_forecast_once_a_day"),
        ]


class Scenario(Unnumbered):
    """A calculation that can be done again (方案测算): inputs, their SHA-256, the result, its SHA-256.

    ``inputs`` and ``result`` are texts: canonical JSON, byte for byte what was digested. ``court``: the one whose
    region is planned. A scenario is never changed; moving a slider makes another one, with this one as its ``base``.
    """

    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="scenarios", verbose_name="法院")
    year = models.PositiveSmallIntegerField("年度")
    name = models.CharField("名称", max_length=80)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="variants", verbose_name="基于")
    inputs = models.TextField("输入")
    inputs_digest = models.CharField("输入摘要", max_length=64)
    result = models.TextField("结果")
    result_digest = models.CharField("结果摘要", max_length=64)
    note = models.CharField("说明", max_length=500, blank=True)
    made_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="测算人"
    )
    made_at = models.DateTimeField("测算时间")
    put_away_at = models.DateTimeField("收起时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "方案测算"
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                "court", "year", "name", condition=Q(put_away_at=None), name="scenario_has_one_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Plan(Unnumbered):
    """A scenario put forward as the quota of a year (员额方案); in force once another person has approved it."""

    STATES = [
        ("submitted", "待审批"), ("published", "已公布"), ("refused", "不予批准"), ("superseded", "已被替代"),
        ("withdrawn", "已撤回"),
    ]  # fmt: skip
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="quota_plans", verbose_name="法院")
    year = models.PositiveSmallIntegerField("年度")
    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="plans", verbose_name="方案测算")
    state = models.CharField("状态", max_length=12, choices=STATES, default="submitted")
    reason = models.CharField("提请理由", max_length=500)
    submitted_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="提请人"
    )
    submitted_at = models.DateTimeField("提请时间")
    decided_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True)
    decision = models.CharField("审批意见", max_length=500, blank=True)
    ended_at = models.DateTimeField("失效时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "员额方案"
        ordering = ["-submitted_at"]
        constraints = [
            models.UniqueConstraint("court", "year", condition=Q(state="published"), name="one_plan_is_published_a_year"),
            models.UniqueConstraint("court", "year", condition=Q(state="submitted"), name="one_plan_waits_a_year"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(submitted_by=None) | ~Q(decided_by=F("submitted_by")),
                name="plan_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(decided_at__isnull=False), name="published_plan_was_approved"
            ),
        ]  # fmt: skip


class Seat(models.Model):
    """The seats of one court in a plan (员额), with what they follow from; ``explanation`` as the scenario gave it."""

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="seats", db_index=False, verbose_name="员额方案"
    )
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="seats", verbose_name="法院")
    need = models.FloatField("需求（人）")
    seats = models.PositiveIntegerField("员额（人）")
    sitting = models.PositiveIntegerField("在任（人）", default=0)
    explanation = models.JSONField("由来", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "员额"
        constraints = [models.UniqueConstraint("plan", "court", name="court_has_its_seats_once")]
