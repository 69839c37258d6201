"""How long cases take a judge: diaries of minutes (工时日志) and what was measured from them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cases.models import Case
from cases.models.case import AboutCase
from courts.numbered import Unnumbered
from quota.models.weights import CLASSES


class Study(Unnumbered):
    """A time study (工时测算) of the courts under one: in which weeks judges wrote down their minutes."""

    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="time_studies", verbose_name="法院"
    )
    name = models.CharField("名称", max_length=80)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（含）")
    opened_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    opened_at = models.DateTimeField("发起时间")
    closed_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "工时测算"
        ordering = ["-starts_on", "name"]
        constraints = [
            models.UniqueConstraint("court", "name", name="time_study_has_one_name"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="time_study_ends_after_it_starts"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class TimeEntry(models.Model):
    """Minutes one judge gave to one element of one case on a day (工时记录).

    ``number`` is kept as written; ``case`` is the case it names here. A case not known here needs the three words of
    its cell (``case_type``, ``procedure``, ``klass``); of a known one they come from the case when it is measured.
    """

    study = models.ForeignKey(
        Study, models.CASCADE, related_name="entries", db_index=False, verbose_name="工时测算"
    )
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="minutes", verbose_name="案件")
    number = models.CharField("案号", max_length=80)
    person_no = models.CharField("人员编号", max_length=40)
    element = models.CharField("环节", max_length=30)
    on = models.DateField("日期")
    minutes = models.PositiveIntegerField("分钟")
    case_type = models.CharField("案件类别", max_length=20, blank=True)
    procedure = models.CharField("程序", max_length=20, blank=True)
    klass = models.CharField("繁简", max_length=10, choices=CLASSES, blank=True)
    batch_id = models.BigIntegerField("导入批次", null=True)

    objects = AboutCase.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工时记录"
        constraints = [
            models.UniqueConstraint(
                "study", "number", "person_no", "element", "on", name="minutes_are_written_once_a_day"
            ),
            models.CheckConstraint(condition=Q(minutes__gt=0, minutes__lte=1440), name="a_day_has_1440_minutes"),
        ]  # fmt: skip


class Measurement(Unnumbered):
    """Hours by kind of case, measured from diaries, or predicted from what they leave behind (庭审、笔录、文书、天数).

    ``card``: cases, entries, winsorised, back-offs, how well proxies predict, library versions, editions.
    """

    STATES = [("queued", "排队中"), ("running", "计算中"), ("done", "已完成"), ("failed", "未完成")]
    METHODS = [("diary", "工时日志"), ("elements", "流程要素"), ("proxy", "替代指标"), ("default", "缺省值")]
    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="measurements", verbose_name="法院"
    )
    study = models.ForeignKey(
        Study, models.PROTECT, null=True, related_name="measurements", verbose_name="工时测算"
    )
    method = models.CharField("方法", max_length=10, choices=METHODS)
    state = models.CharField("状态", max_length=8, choices=STATES, default="queued")
    progress = models.PositiveSmallIntegerField("进度（%）", default=0)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    problem = models.CharField("问题", max_length=500, blank=True)
    seed = models.BigIntegerField("种子", default=0)
    card = models.JSONField("说明", default=dict)
    asked_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    asked_at = models.DateTimeField("发起时间")
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "工时结果"
        ordering = ["-asked_at"]


class CellHours(models.Model):
    """Judge hours a case of one kind takes, with its 90 % interval; ``level`` says where it had to be backed off to.

    ``said`` of the ``n`` cases were not timed; a mean with any such has no interval.
    """

    LEVELS = [
        ("cell", "本类"),
        ("group", "上级类"),
        ("type", "案件类别"),
        ("relative", "只比轻重"),
        ("default", "缺省值"),
    ]
    measurement = models.ForeignKey(
        Measurement, models.CASCADE, related_name="cells", db_index=False, verbose_name="工时结果"
    )
    case_type = models.CharField("案件类别", max_length=20)
    procedure = models.CharField("程序", max_length=20, blank=True)
    klass = models.CharField("繁简", max_length=10, choices=CLASSES, blank=True)
    group = models.CharField("案由组", max_length=40, blank=True)
    n = models.PositiveIntegerField("样本数")
    said = models.PositiveIntegerField("其中推算", default=0)
    hours = models.FloatField("小时")
    low = models.FloatField("下限", null=True)
    high = models.FloatField("上限", null=True)
    level = models.CharField("依据", max_length=8, choices=LEVELS)
    winsorised = models.PositiveIntegerField("缩尾件数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "各类案件工时"
        constraints = [
            models.UniqueConstraint(
                "measurement", "case_type", "procedure", "klass", "group", name="cell_is_measured_once"
            )
        ]
