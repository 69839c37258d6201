"""Who was told of what: the inbox."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from courts.scoping import ScopedQuerySet, seen_by


class Prompt(models.Model):
    """A written reminder by a person (提示) that asks for acknowledgement: one sending, to one or more people."""

    by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="发出人")
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    capacity = models.CharField("职务", max_length=160, blank=True)
    words = models.CharField("内容", max_length=500)
    answer_by = models.DateField("应确认日")
    at = models.DateTimeField("发出时间")

    class Meta:
        verbose_name = verbose_name_plural = "提示"


class NoticeQuerySet(ScopedQuerySet):
    to_case = "case"

    def of(self, user: Any) -> Self:
        """A person's own inbox: what they were told of cases they may still see, and of no case."""
        return self.filter(Q(case=None) | seen_by(user, "case__"), person=user)

    def standing(self) -> Self:
        """Whose alert is still open; prompts stand until acknowledged."""
        return self.filter(Q(alert=None) | Q(alert__closed_at=None))

    def unread(self) -> Self:
        return self.standing().filter(read_at=None)


class Notice(models.Model):
    """One person was told of one thing (告知): the in-app inbox, written with the alert in one transaction.

    ``round`` counts how often the person was told of the same alert; ``role`` in which capacity. ``told_on`` is the
    court's day of it, from which repetitions are counted; empty on what is not repeated.
    """

    KINDS = [
        ("alert", "预警"),
        ("prompt", "提示"),
        ("list", "清单"),
        ("subscription", "订阅"),
        ("system", "系统"),
    ]
    ROLES = [
        ("judge", "承办法官"), ("presiding", "审判长"), ("assistant", "法官助理"), ("clerk", "书记员"),
        ("owner", "暂停负责人"), ("division_head", "庭长"), ("vice_president", "分管院领导"), ("president", "院长"),
        ("trial_office", "审管办"), ("itadmin", "系统管理员"), ("watch", "关注"), ("stand_in", "代办"),
        ("prompted", "被提示"), ("subscriber", "订阅"), ("supervisor", "提出监督的人"), ("addressee", "受函人"),
    ]  # fmt: skip
    person = models.ForeignKey(
        "courts.User", models.CASCADE, related_name="notices", db_index=False, verbose_name="人员"
    )
    kind = models.CharField("类别", max_length=12, choices=KINDS)
    role = models.CharField("因何告知", max_length=16, choices=ROLES)
    case = models.ForeignKey("cases.Case", models.CASCADE, null=True, db_index=False, related_name="+")
    alert = models.ForeignKey(
        "alerts.Alert", models.CASCADE, null=True, related_name="notices", verbose_name="预警"
    )
    prompt = models.ForeignKey(Prompt, models.CASCADE, null=True, related_name="notices", verbose_name="提示")
    round = models.PositiveSmallIntegerField("第几次", default=0)
    subject = models.CharField("标题", max_length=200, blank=True)
    address = models.CharField("链接", max_length=500, blank=True)
    told_at = models.DateTimeField("告知时间")
    told_on = models.DateField("告知日", null=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    acknowledged_at = models.DateTimeField("确认时间", null=True, blank=True)
    answer = models.CharField("回复", max_length=500, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "告知"
        constraints = [
            models.UniqueConstraint(
                "alert", "person", "round", condition=Q(alert__isnull=False), name="told_once_per_alert_and_round"
            ),
            models.UniqueConstraint(
                "prompt", "person", "case", condition=Q(prompt__isnull=False), nulls_distinct=False,
                name="prompted_once_per_case",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["person", "-told_at"], name="inbox_of_a_person"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="unread_of_a_person"),
        ]


class Preference(models.Model):
    """How a person wants to be told (提醒设置). What is a duty cannot be switched off."""

    person = models.OneToOneField(
        "courts.User", models.CASCADE, related_name="preference", verbose_name="人员"
    )
    only_changed = models.BooleanField("仅在有变化时发送", default=False)
    lines = models.PositiveSmallIntegerField(
        "每日摘要行数", default=10, validators=[MinValueValidator(3), MaxValueValidator(10)]
    )
    quiet_from = models.TimeField("免打扰起", null=True, blank=True)
    quiet_to = models.TimeField("免打扰止", null=True, blank=True)
    mail_of_watched = models.BooleanField("关注案件的预警发邮件", default=True)
    sms = models.BooleanField("紧急事项发短信", default=False)
    columns = models.JSONField("今日页显示的列", default=list, blank=True, help_text="空为全部")

    class Meta:
        verbose_name = verbose_name_plural = "提醒设置"
