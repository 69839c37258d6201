"""Entries, the chain that links them, and the seals that close a batch of links."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models


class Entry(models.Model):
    """One act (留痕): who, in which capacity, did what, to what, when and why. Written once, never changed.

    No foreign keys: an entry outlives whatever it speaks of.
    """

    at = models.DateTimeField("时间")
    act = models.CharField("行为", max_length=64)
    outcome = models.CharField(
        "结果", max_length=8, default="done", choices=[("done", "完成"), ("refused", "拒绝")]
    )
    actor_id = models.BigIntegerField("行为人编号", null=True)
    actor = models.CharField("行为人", max_length=80)
    capacity = models.CharField("身份", max_length=160, blank=True)
    about = models.CharField("对象类型", max_length=64, blank=True)
    about_id = models.BigIntegerField("对象编号", null=True)
    case_id = models.BigIntegerField("案件编号", null=True)
    court_id = models.BigIntegerField("法院编号", null=True)
    because = models.TextField("理由", blank=True)
    before = models.JSONField("此前", null=True)
    after = models.JSONField("此后", null=True)
    secret = models.BooleanField("涉密", default=False)
    salt = models.UUIDField(
        "随机盐", db_default=RandomUUID(), editable=False
    )  # withheld content cannot be guessed

    class Meta:
        verbose_name = verbose_name_plural = "留痕记录"
        indexes = [
            models.Index(fields=["case_id", "id"], name="entries_of_a_case"),
            models.Index(fields=["court_id", "id"], name="entries_of_a_court"),
            models.Index(fields=["actor_id", "id"], name="entries_of_a_person"),
        ]


class Link(models.Model):
    """One entry's place in the chain: ``digest`` covers the entry and the digest before it."""

    sequence = models.BigIntegerField("序号", primary_key=True)
    entry_id = models.BigIntegerField("记录编号", unique=True)
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "链"


class Seal(models.Model):
    """A batch of links closed together; its ``root`` is what leaves the database each day.

    ``highest_entry`` is the highest entry id in the chain by then: an id below it that appears much later was forged.
    """

    at = models.DateTimeField("时间")
    first_sequence = models.BigIntegerField("首序号", unique=True)
    last_sequence = models.BigIntegerField("末序号", unique=True)
    root = models.CharField("根摘要", max_length=64)
    highest_entry = models.BigIntegerField("最大记录编号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "封存"
