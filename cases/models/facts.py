"""Facts about a case: its parties, what happened, and what the time limit must take into account."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from cases.models.case import ORIGINS, PROCEDURES, Case, CaseRow


class Fact(CaseRow):
    """A fact about a case with its origin; withdrawn facts stay, with who and why in the trail."""

    origin = models.CharField("来源", max_length=8, choices=ORIGINS, default="feed")
    batch_id = models.BigIntegerField("导入批次", null=True)
    recorded_by = models.ForeignKey(
        "courts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="录入人",
    )
    recorded_at = models.DateTimeField("录入时间", null=True)
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        abstract = True


class Party(Fact):
    """A party (当事人). A criminal case counts as detained while any defendant is."""

    # The constraint below begins with the case: it needs no index of its own.
    case = models.ForeignKey(
        Case, models.CASCADE, related_name="%(class)s_rows", db_index=False, verbose_name="案件"
    )
    name = models.CharField("姓名或名称", max_length=120)
    standing = models.CharField("诉讼地位", max_length=20)
    kind = models.CharField("类型", max_length=20, blank=True)
    agent = models.CharField("代理人", max_length=200, blank=True)
    detained = models.BooleanField("在押", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "当事人"
        default_related_name = "parties"
        indexes = [GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="search_by_party")]
        constraints = [
            models.UniqueConstraint("case", "name", "standing", name="party_stands_once_per_standing")
        ]


class ProcedureEvent(Fact):
    """Something that happened in the procedure (流程节点事件): filing, service, hearing, judgment, archive."""

    # The constraint below begins with the case: it needs no index of its own.
    case = models.ForeignKey(
        Case, models.CASCADE, related_name="%(class)s_rows", db_index=False, verbose_name="案件"
    )
    node = models.CharField("节点", max_length=40, help_text="节点名称或节点代码")
    on = models.DateField("日期")
    at = models.DateTimeField("时刻", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "流程事件"
        constraints = [models.UniqueConstraint("case", "node", "on", "note", name="event_happens_once_a_day")]


class Extension(Fact):
    """An approved extension (延长审限)."""

    months = models.PositiveSmallIntegerField("延长月", default=0)
    days = models.PositiveSmallIntegerField("延长日", default=0)
    workdays = models.PositiveSmallIntegerField("延长工作日", default=0)
    until_on = models.DateField("延长至", null=True, blank=True)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    approver = models.CharField("批准人", max_length=80, blank=True)
    reason = models.CharField("事由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "延长审限"
        constraints = [
            models.UniqueConstraint(
                "case", "approved_on", "months", "days", "workdays", "until_on",
                condition=Q(withdrawn_at=None), nulls_distinct=False, name="extension_is_recorded_once",
            ),
            models.CheckConstraint(
                condition=Q(months__gt=0) | Q(days__gt=0) | Q(workdays__gt=0) | Q(until_on__isnull=False), name="extension_extends"
            ),
        ]  # fmt: skip


class Exclusion(Fact):
    """Days that do not run against the limit (扣除、中止): from ``starts_on`` up to, not including, ``resumes_on``.

    An open pause has ``resumes_on`` null; it needs an owner and a day on which its reason is looked at again.
    """

    ground = models.CharField("事由", max_length=40)
    starts_on = models.DateField("起")
    resumes_on = models.DateField("止(恢复日)", null=True, blank=True)
    review_on = models.DateField("复核日", null=True, blank=True)
    owner = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="负责人"
    )
    reason = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "扣除与中止"
        constraints = [
            models.UniqueConstraint(
                "case", "ground", "starts_on", condition=Q(withdrawn_at=None), name="pause_is_recorded_once"
            ),
            models.CheckConstraint(
                condition=Q(resumes_on=None) | Q(resumes_on__gte=F("starts_on")),
                name="pause_ends_after_it_starts",
            ),
        ]


class Restart(Fact):
    """The limit is counted anew (重新计算) from ``on``: supplementary investigation, criminal conversion, rejoined review."""

    ground = models.CharField("事由", max_length=40)
    on = models.DateField("重新起算日")

    class Meta:
        verbose_name = verbose_name_plural = "重新计算"
        constraints = [
            models.UniqueConstraint(
                "case", "ground", "on", condition=Q(withdrawn_at=None), name="restart_is_recorded_once"
            )
        ]


class Conversion(Fact):
    """A change of procedure (程序转换). Civil clocks keep running, criminal ones start anew with a ``Restart``."""

    from_procedure = models.CharField("原程序", max_length=10, choices=PROCEDURES)
    from_limit = models.CharField("原注明的审限规则", max_length=40, blank=True, db_default="", default="")
    to_procedure = models.CharField("新程序", max_length=10, choices=PROCEDURES)
    decided_on = models.DateField("决定日期")
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "程序转换"
        constraints = [
            models.UniqueConstraint(
                "case",
                "to_procedure",
                "decided_on",
                condition=Q(withdrawn_at=None),
                name="conversion_is_recorded_once",
            )
        ]
