"""The supervision log (监督日志)."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from courts.numbered import Unnumbered
from courts.roles import Permission
from courts.scoping import ScopedQuerySet, seen_by
from supervision.models.secrecy import kept_by


class LogQuerySet(ScopedQuerySet):
    to_case = "case"

    def visible_to(self, user: Any) -> Self:
        """What happened in supervising the cases one sees; the secret stream for those who keep secret flags."""
        if not user.is_authenticated:
            return self.none()
        kept = Q(stream="secret") & kept_by(user)
        if not user.may(Permission.SEE_FLAGS):
            return self.filter(kept)
        return self.filter((Q(stream="open") & seen_by(user, "case__")) | kept)


class LogEntry(Unnumbered):
    """One row of a case's supervision log, chained to the row before it. Written once, never changed or deleted.

    Every case has two chains of its own, ``open`` and ``secret``: an exported chain is whole without the other, so that a
    secret one leaves no gap. ``person_id``: no foreign key, a row outlives what it speaks of.
    """

    STREAMS = [("open", "公开"), ("secret", "涉密")]
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, related_name="supervision_log", verbose_name="案件"
    )
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    stream = models.CharField("链", max_length=6, choices=STREAMS, default="open")
    sequence = models.PositiveIntegerField("序号")
    at = models.DateTimeField("时间")
    act = models.CharField("行为", max_length=40)
    person_id = models.BigIntegerField("行为人编号", null=True)
    person = models.CharField("行为人", max_length=80)
    capacity = models.CharField("身份", max_length=160, blank=True)
    remit = models.CharField("职责范围", max_length=160, blank=True)
    flag_code = models.CharField("标识", max_length=20, blank=True)
    measure_code = models.CharField("措施", max_length=6, blank=True)
    measure_id = models.BigIntegerField("措施编号", null=True)
    basis = models.CharField("依据", max_length=300, blank=True)
    content = models.TextField("内容", blank=True)
    opinion_at = models.CharField("意见发表场合", max_length=40, blank=True)
    attachment_hash = models.CharField("附件摘要", max_length=64, blank=True)
    reply_by = models.DateField("答复期限", null=True)
    salt = models.UUIDField("随机盐", db_default=RandomUUID(), editable=False)
    previous = models.CharField("前一摘要", max_length=64, blank=True)
    digest = models.CharField("摘要", max_length=64)

    objects = LogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "监督日志"
        ordering = ["case", "stream", "sequence"]
        constraints = [
            models.UniqueConstraint("case", "stream", "sequence", name="log_row_has_one_place_in_its_chain")
        ]
        indexes = [
            models.Index(fields=["person_id", "at"], name="log_of_a_person"),
            models.Index(fields=["-at"], name="log_newest_first"),
        ]
