"""What the recomputation remembers of itself."""

from django.db import models


class Followed(models.Model):
    """The one row: which editions the stored clocks were last put down to be recomputed by."""

    key = models.CharField("目录版本", max_length=64, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "已依目录重算"
