"""Leaders' own cases (院领导办案) and what cases are paid (办案补贴)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from courts.numbered import Unnumbered


class DutyCircular(Unnumbered):
    """The circular of leaders' cases (院领导办案情况通报) of a court and period, as it was approved.

    ``rows`` in organisational order: post, name, months, share required, base, required, done, as 承办, four-category,
    gap. Nothing of a single case stands in it.
    """

    STATES = [("draft", "待审批"), ("published", "已通报"), ("withdrawn", "已撤回")]
    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="duty_circulars", verbose_name="法院"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（含）")
    state = models.CharField("状态", max_length=10, choices=STATES, default="draft")
    rows = models.JSONField("各人情况", default=list)
    editions = models.JSONField("依据的目录版本", default=dict)
    prepared_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="起草人"
    )
    prepared_at = models.DateTimeField("起草时间")
    approved_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True)
    reason = models.CharField("撤回理由", max_length=300, blank=True)
    notes_until = models.DateField("本人核对期限（含）", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "院领导办案通报"
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(
                "court", "starts_on", "ends_on", condition=~Q(state="withdrawn"), name="leaders_are_reported_once_a_period"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="duty_period_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(prepared_by=None) | ~Q(approved_by=F("prepared_by")),
                name="circular_is_approved_by_another",
            ),
        ]  # fmt: skip


class DutyNote(models.Model):
    """What a person named in a circular said of their own figures (本人说明); it is printed. ``seen_at``: they looked."""

    circular = models.ForeignKey(
        DutyCircular, models.CASCADE, related_name="notes", db_index=False, verbose_name="院领导办案通报"
    )
    person = models.ForeignKey("courts.User", models.PROTECT, related_name="duty_notes", verbose_name="人员")
    seen_at = models.DateTimeField("核对时间", null=True)
    note = models.CharField("本人说明", max_length=300, blank=True)
    noted_at = models.DateTimeField("说明时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "办案情况本人说明"
        constraints = [models.UniqueConstraint("circular", "person", name="a_person_notes_a_circular_once")]


class SubsidyPool(Unnumbered):
    """Money to be shared by cases (办案补贴总额) for a court and period; paid out once another person has approved.

    ``counts``: cases closed, those weighed, those without a weight (counted for nothing), shares of people off the quota.
    """

    STATES = [("draft", "测算中"), ("approved", "已批准"), ("withdrawn", "已撤回")]
    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="subsidy_pools", verbose_name="法院"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（含）")
    amount = models.DecimalField("总额（元）", max_digits=14, decimal_places=2)
    state = models.CharField("状态", max_length=10, choices=STATES, default="draft")
    editions = models.JSONField("依据的目录版本", default=dict)
    counts = models.JSONField("计入的案件", default=dict)
    prepared_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="测算人"
    )
    prepared_at = models.DateTimeField("测算时间")
    approved_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True)
    reason = models.CharField("撤回理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "办案补贴"
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(
                "court", "starts_on", "ends_on", condition=~Q(state="withdrawn"), name="cases_are_paid_once_a_period"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="pool_holds_money"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="pool_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(prepared_by=None) | ~Q(approved_by=F("prepared_by")),
                name="pool_is_approved_by_another",
            ),
        ]  # fmt: skip


class SubsidyShare(models.Model):
    """What one person is paid of a pool; ``basis``: weighted closed cases, grades of review and the multiplier."""

    pool = models.ForeignKey(
        SubsidyPool, models.CASCADE, related_name="shares", db_index=False, verbose_name="办案补贴"
    )
    person = models.ForeignKey("courts.User", models.PROTECT, related_name="subsidies", verbose_name="人员")
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    basis = models.JSONField("依据", default=dict)
    objection = models.CharField("本人异议", max_length=500, blank=True)
    objected_at = models.DateTimeField("异议时间", null=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "个人办案补贴"
        constraints = [
            models.UniqueConstraint("pool", "person", name="nobody_is_paid_twice_of_a_pool"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="nobody_pays_into_a_pool"),
        ]
