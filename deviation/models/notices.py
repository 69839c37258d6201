"""Drafts, notices, and what the judge answers. All of it is the judge's own until the private days are over."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from cases.models import Case
from courts.numbered import Unnumbered
from courts.roles import Permission
from courts.scoping import ScopedQuerySet
from deviation import lifecycle
from deviation.models.scores import Score

STATES = [(state.value, name) for state, name in lifecycle.NAMES.items()]
UNSEEN = tuple(state.value for state in lifecycle.State if state in lifecycle.UNSEEN)
OPEN = tuple(state.value for state in lifecycle.State if state in lifecycle.OPEN)
STANDING = tuple(state.value for state in lifecycle.State if state in lifecycle.STANDING)


class OwnQuerySet(ScopedQuerySet):
    """Rows of the judge they belong to; no post, no seat on the panel and no stand-in opens them."""

    to_case = "case"

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(judge=user.pk, case__judge=user.pk)


class Draft(Unnumbered):
    """A drafted outcome (拟判), saved by the case's judge to see it beside its peers. Nobody else ever sees it."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="drafts", verbose_name="案件")
    party = models.ForeignKey(
        "cases.Party", models.CASCADE, null=True, related_name="+", verbose_name="当事人"
    )
    judge = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="承办法官")
    values = models.JSONField("拟判", default=dict)
    guideline = models.JSONField("量刑步骤", default=dict, help_text="起点、增加刑罚量、各情节比例")
    saved_at = models.DateTimeField("保存时间")

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "拟判"
        indexes = [models.Index(fields=["case", "-saved_at"], name="drafts_newest_first")]


def own_of(user: Any) -> Q:
    """The notices a judge was told: theirs also after the case went to another judge, unless it is sealed."""
    return Q(judge=user.pk) & (Q(case__judge=user.pk) | Q(case__sealed=""))


class NoticeQuerySet(ScopedQuerySet):
    to_case = "case"

    def own(self, user: Any) -> Self:
        return self.filter(own_of(user))

    def visible_to(self, user: Any) -> Self:
        """One's own; of others only what was disclosed, for who may see it, within the cases one sees."""
        if not user.is_authenticated:
            return self.none()
        own = own_of(user)
        if not user.may(Permission.SEE_DEVIATION):
            return self.filter(own)
        return self.filter(own | Q(disclosed_at__isnull=False, case__in=Case.objects.visible_to(user)))


class Notice(Unnumbered):
    """Told to a judge: this outcome differs markedly from comparable cases, please say why (偏离提示).

    ``private_until`` is the last of the private working days. ``disclosed_at`` is set when it is shown to others, by
    the end of those days or by the judge's own contest, and never taken back.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="notices", verbose_name="案件")
    party = models.ForeignKey(
        "cases.Party", models.CASCADE, null=True, related_name="+", verbose_name="当事人"
    )
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    judge = models.ForeignKey(
        "courts.User", models.PROTECT, related_name="deviation_notices", verbose_name="承办法官"
    )
    score = models.ForeignKey(Score, models.PROTECT, related_name="notices", verbose_name="评估")
    code = models.CharField("模型代码", max_length=30)
    state = models.CharField("状态", max_length=10, choices=STATES, default="private")
    told_at = models.DateTimeField("告知时间")
    private_until = models.DateField("仅本人可见至")
    read_at = models.DateTimeField("阅读时间", null=True)
    reason_code = models.CharField("理由", max_length=30, blank=True)
    reason = models.CharField("说明", max_length=1000, blank=True)
    explained_at = models.DateTimeField("说明时间", null=True)
    disclosed_at = models.DateTimeField("公开时间", null=True)
    contest_until = models.DateField("可提出异议至", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "偏离提示"
        constraints = [
            models.UniqueConstraint(
                "case", "party", "code", condition=Q(state__in=OPEN), nulls_distinct=False, name="notice_is_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNSEEN) | Q(disclosed_at__isnull=False), name="shown_notice_says_since_when"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["private_until"],
                condition=Q(disclosed_at=None, ended_at=None),
                name="private_notices_by_day",
            )
        ]


class AboutNotice(ScopedQuerySet):
    to_case = "notice__case"

    def visible_to(self, user: Any) -> Self:
        return self.filter(notice__in=Notice.objects.visible_to(user))


class NoticeStep(Unnumbered):
    """One step in the life of a notice. Written once, never changed; ``by`` None: the system."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="steps", verbose_name="提示")
    act = models.CharField("行为", max_length=12)
    from_state = models.CharField("原状态", max_length=10, choices=STATES, blank=True)
    to_state = models.CharField("新状态", max_length=10, choices=STATES)
    by = models.ForeignKey("courts.User", models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("时间")
    reason_code = models.CharField("理由", max_length=30, blank=True)
    reason = models.CharField("说明", max_length=1000, blank=True)

    objects = AboutNotice.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "偏离提示流转"
        ordering = ["at", "id"]


class Contest(Unnumbered):
    """A judge's objection to the comparison (异议), with a clock of its own, decided by others on the record."""

    GROUNDS = [
        ("not_comparable", "所列案件不可比"), ("missing_element", "有模型未列的要素"), ("wrong_data", "要素或者结果数据有误"),
        ("new_law", "法律或者解释已经变化"), ("method", "统计方法不适用"), ("other", "其他"),
    ]  # fmt: skip
    notice = models.OneToOneField(Notice, models.CASCADE, related_name="contest", verbose_name="提示")
    ground = models.CharField("理由类别", max_length=20, choices=GROUNDS)
    text = models.CharField("理由", max_length=2000)
    filed_by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="提出人")
    filed_at = models.DateTimeField("提出时间")
    due_on = models.DateField("应在此日前决定")
    decided_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="决定人"
    )
    decided_at = models.DateTimeField("决定时间", null=True)
    upheld = models.BooleanField("异议成立", null=True)
    decision = models.CharField("决定理由", max_length=2000, blank=True)
    heard = models.CharField("参加讨论的人员", max_length=300, blank=True)

    objects = AboutNotice.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "偏离异议"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, upheld=None) | (Q(decided_at__isnull=False, upheld__isnull=False) & ~Q(decision="")),
                name="contest_is_decided_with_reasons",
            ),
            models.CheckConstraint(condition=Q(decided_by=None) | ~Q(decided_by=models.F("filed_by")), name="contest_is_decided_by_another"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["due_on"], condition=Q(decided_at=None), name="contests_by_due_day")]
