"""Batches of arriving facts, the rows that were refused, and the header mappings a court has settled on."""

from django.db import models

BATCH_KINDS = [
    ("cases", "案件"),
    ("parties", "当事人"),
    ("events", "流程事件"),
    ("exclusions", "扣除与中止"),
    ("extensions", "延长审限"),
    ("elements", "案件要素"),
    ("outcomes", "裁判结果"),
    ("diary", "工时日志"),
    ("figures", "法院概况"),
    ("staff", "人员"),
]


class Batch(models.Model):
    """One file on its way in: uploaded → previewed → queued → running → done, or failed with a sentence.

    ``position`` is how far the file has been committed (rows), so that a killed worker goes on where it stopped.
    ``attempts`` is how often it was taken up since it last got any further.
    """

    STATES = [
        ("uploaded", "已上传"),
        ("previewing", "预览中"),
        ("previewed", "待确认"),
        ("queued", "排队中"),
        ("running", "导入中"),
        ("done", "已完成"),
        ("failed", "失败"),
        ("cancelled", "已取消"),
    ]
    kind = models.CharField("内容", max_length=12, choices=BATCH_KINDS)
    court = models.ForeignKey("courts.Court", models.PROTECT, null=True, blank=True, verbose_name="法院")
    uploaded_by = models.ForeignKey("courts.User", models.PROTECT, null=True, verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")
    filename = models.CharField("文件名", max_length=200)
    path = models.CharField("存放", max_length=300)
    size = models.BigIntegerField("字节", default=0)
    sha256 = models.CharField("摘要", max_length=64, blank=True)
    format = models.CharField("格式", max_length=8, blank=True)
    encoding = models.CharField("编码", max_length=16, blank=True)
    mapping = models.JSONField("表头对应", default=dict, blank=True)
    unknown_headers = models.JSONField("未识别表头", default=list, blank=True)
    state = models.CharField("状态", max_length=12, choices=STATES, default="uploaded")
    position = models.BigIntegerField("已处理行", default=0)
    total = models.BigIntegerField("总行数", null=True)
    counts = models.JSONField("计数", default=dict, blank=True)
    problem = models.TextField("问题", blank=True)
    attempts = models.PositiveSmallIntegerField("未果次数", default=0)
    claimed_at = models.DateTimeField("领取时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-uploaded_at"]


class RowError(models.Model):
    """A refused row, whole, with its line number and the reason."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="errors", verbose_name="批次")
    line = models.BigIntegerField("行号")
    reason = models.TextField("原因")
    row = models.JSONField("原行")

    class Meta:
        verbose_name = verbose_name_plural = "被拒行"
        ordering = ["batch", "line"]
        constraints = [models.UniqueConstraint("batch", "line", name="row_is_refused_once")]


class HeaderMapping(models.Model):
    """How a court's headers map to ours, remembered from its last upload."""

    court = models.ForeignKey("courts.Court", models.CASCADE, null=True, verbose_name="法院")
    kind = models.CharField("内容", max_length=12, choices=BATCH_KINDS)
    mapping = models.JSONField("表头对应")

    class Meta:
        verbose_name = verbose_name_plural = "表头对应"
        constraints = [
            models.UniqueConstraint(
                "court", "kind", nulls_distinct=False, name="one_mapping_per_court_and_kind"
            )
        ]
