"""What the recomputation remembers of itself."""

from django.db import models


class Followed(models.Model):
    """The one row: which editions the stored clocks were last put down to be recomputed by."""

    key = models.CharField("目录版本", max_length=64, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "已依目录重算"


class Run(models.Model):
    """How the last runs of one scheduled job went (定时任务). Written by whatever runs it, read by ``pipeline.running``.

    ``expected_at``: since when the schedule names it, so that a job that never ran is found late too.
    """

    name = models.CharField("任务", max_length=80, unique=True)
    expected_at = models.DateTimeField("列入计划")
    started_at = models.DateTimeField("最近开始", null=True)
    done_at = models.DateTimeField("最近完成", null=True)
    failed_at = models.DateTimeField("最近失败", null=True)
    problem = models.CharField("失败原因", max_length=200, blank=True)
    seconds = models.FloatField("用时(秒)", null=True)
    counts = models.JSONField("计数", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "定时任务"

    def __str__(self) -> str:
        return self.name
