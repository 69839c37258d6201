"""Assignment by lot (随机分案): a seed promised in the morning, lots drawn by it, the seed told the next working day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cases.models.case import CaseRow
from courts.numbered import Unnumbered


class DrawDay(Unnumbered):
    """The seed of a court's lots on a day: ``commitment`` is known at once, ``seed`` only after ``reveals_on``."""

    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="draw_days", db_index=False, verbose_name="法院"
    )
    on = models.DateField("分案日")
    commitment = models.CharField("种子摘要", max_length=64)
    locked_seed = models.BinaryField("加密的种子")
    committed_at = models.DateTimeField("承诺时间")
    reveals_on = models.DateField("公开日")
    seed = models.CharField("种子", max_length=64, blank=True)
    #: Never told: what makes of a person what the record of the day calls them. Its digest is known at once.
    veil = models.CharField("代号密钥", max_length=64, blank=True, default="")
    #: What there was to draw and what became of it, counted when the seed was told.
    counts = models.JSONField("当日件数", default=dict)
    revealed_at = models.DateTimeField("公开时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "分案种子"
        constraints = [
            models.UniqueConstraint("court", "on", name="one_seed_a_court_and_day"),
            models.CheckConstraint(condition=Q(reveals_on__gt=F("on")), name="seed_is_told_after_its_day"),
            models.CheckConstraint(
                condition=Q(seed="") | Q(revealed_at__isnull=False), name="told_seed_has_its_moment"
            ),
        ]


class Draw(Unnumbered, CaseRow):
    """One lot for one case: who could be drawn with how many tickets, who could not and why, who was drawn.

    A lot stays as it was drawn. ``state`` says what became of it; an assignment to somebody else has a reason. A case
    given to somebody without a lot (指定分案) is a row without tickets and without a receipt, departed from the start.
    """

    STATES = [
        ("proposed", "待确认"),
        ("accepted", "已按抽签分案"),
        ("departed", "未按抽签分案"),
        ("void", "作废"),
    ]
    day = models.ForeignKey(
        DrawDay, models.PROTECT, related_name="draws", db_index=False, verbose_name="分案种子"
    )
    sequence = models.PositiveIntegerField("次序")
    label = models.CharField("抽签对象", max_length=120)
    turn = models.PositiveSmallIntegerField("本案第几次抽签", default=1)
    because = models.CharField("再次抽签的理由", max_length=300, blank=True, default="")
    tickets = models.JSONField("候选人与签数", default=list)
    excluded = models.JSONField("未列入者与理由", default=list)
    #: The same in full, for those who answer for the lots; the record tells only 回避 and 不参加.
    left_out = models.JSONField("未列入者与详细理由", default=list)
    rule = models.JSONField("抽签规则", default=dict)
    total = models.BigIntegerField("总签数")
    drawn = models.BigIntegerField("抽中的签")
    picked = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="抽中的承办人")
    salt = models.CharField("回执盐值", max_length=32, blank=True, default="")
    receipt = models.CharField("回执", max_length=64, blank=True, default="")
    state = models.CharField("状态", max_length=10, choices=STATES, default="proposed")
    assigned_to = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="实际承办人"
    )
    reason = models.CharField("未按抽签的理由", max_length=300, blank=True)
    drawn_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="抽签人"
    )
    drawn_at = models.DateTimeField("抽签时间")
    decided_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽签"
        constraints = [
            models.UniqueConstraint("day", "sequence", name="lots_of_a_day_are_in_order"),
            models.UniqueConstraint("case", condition=Q(state="proposed"), name="one_lot_waits_a_case"),
            models.CheckConstraint(condition=~Q(state="departed") | ~Q(reason=""), name="departing_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "departed"]) | Q(assigned_to__isnull=False), name="decided_lot_has_a_judge"
            ),
        ]  # fmt: skip


class Recusal(Unnumbered, CaseRow):
    """A person who may not have a case (回避), and why; withdrawn ones stay."""

    person = models.ForeignKey("courts.User", models.PROTECT, related_name="recusals", verbose_name="人员")
    ground = models.CharField("事由", max_length=200)
    recorded_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤销时间", null=True)
    withdrawn_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="撤销人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "回避"
        constraints = [
            models.UniqueConstraint(
                "case", "person", condition=Q(withdrawn_at=None), name="recusal_is_recorded_once"
            )
        ]


class StandingRecusal(Unnumbered):
    """A name whose cases a person may never have (任职回避): a relative, a lawyer, a former client. Only a digest is kept.

    What somebody says of themselves counts once another has confirmed it.
    """

    person = models.ForeignKey(
        "courts.User", models.PROTECT, related_name="standing_recusals", verbose_name="人员"
    )
    digest = models.CharField("姓名或名称的摘要", max_length=64)
    ground = models.CharField("关系", max_length=60)
    recorded_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")
    confirmed_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)
    ended_on = models.DateField("不再适用日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "任职回避"
        constraints = [
            models.UniqueConstraint(
                "person", "digest", condition=Q(ended_on=None), name="standing_recusal_is_recorded_once"
            )
        ]
