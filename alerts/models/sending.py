"""What leaves the house: deliveries, the endpoints they go to, and who asked for what."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

CHANNELS = [
    ("email", "电子邮件"), ("sms", "短信"), ("webhook", "签名回调"), ("wecom", "企业微信群机器人"),
    ("dingtalk", "钉钉群机器人"), ("feishu", "飞书群机器人"),
]  # fmt: skip


class Endpoint(models.Model):
    """Where a court's group messages, webhooks or text messages go (发送端点). The secret is kept encrypted."""

    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    channel = models.CharField(
        "通道", max_length=10, choices=[pair for pair in CHANNELS if pair[0] != "email"]
    )
    name = models.CharField("名称", max_length=60)
    address = models.URLField("地址", max_length=500)
    secret = models.BinaryField("密钥", blank=True, default=b"")
    template = models.JSONField(
        "模板", default=dict, blank=True, help_text="短信网关请求体，{phone} {count} {link} 为占位"
    )
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "发送端点"
        constraints = [models.UniqueConstraint("court", "name", name="endpoint_name_is_unique_in_its_court")]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A person gets a view with its filters at intervals (订阅). What it holds is decided anew at every sending."""

    EVERY = [("day", "每个工作日"), ("week", "每周"), ("change", "有变化时")]
    owner = models.ForeignKey("courts.User", models.CASCADE, related_name="+", verbose_name="订阅人")
    person = models.ForeignKey(
        "courts.User", models.CASCADE, related_name="subscriptions", verbose_name="接收人"
    )
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    name = models.CharField("名称", max_length=60)
    page = models.CharField("页面", max_length=60)
    query = models.TextField("条件", blank=True)
    every = models.CharField("频率", max_length=8, choices=EVERY)
    weekday = models.PositiveSmallIntegerField("星期几", default=1)
    created_at = models.DateTimeField("创建时间")
    looked_on = models.DateField("最近查看", help_text="此日（含）以前的已经查看，有内容的已发送")
    sent_on = models.DateField("最近发送", null=True, blank=True)
    seen_key = models.CharField("最近内容摘要", max_length=64, blank=True)
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    ended_because = models.CharField("终止原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "订阅"
        constraints = [
            models.UniqueConstraint(
                "person",
                "page",
                "query",
                condition=Q(ended_at=None),
                name="a_view_is_subscribed_once_per_person",
            )
        ]


class Delivery(models.Model):
    """One message to one person or endpoint by one channel (送达), until it is handed over; then the proof of it.

    ``key`` says what it is the message of (the day of a digest, the id of a prompt): the same is never queued twice.
    ``notices`` are the ids of what it tells. Its words are written at the moment of sending, after looking again at
    what the person may see.
    """

    KINDS = [
        ("digest", "每日摘要"), ("list", "院长清单"), ("group", "群通报"), ("prompt", "提示"), ("subscription", "订阅"),
        ("system", "系统告警"),
    ]  # fmt: skip
    STATES = [("waiting", "待发送"), ("sent", "已送达"), ("failed", "未送达"), ("dropped", "无须发送")]
    court = models.ForeignKey(
        "courts.Court", models.PROTECT, null=True, related_name="+", verbose_name="法院"
    )
    person = models.ForeignKey(
        "courts.User", models.CASCADE, null=True, related_name="deliveries", verbose_name="收件人"
    )
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, null=True, related_name="deliveries", verbose_name="发送端点"
    )
    channel = models.CharField("通道", max_length=10, choices=CHANNELS)
    kind = models.CharField("类别", max_length=12, choices=KINDS)
    key = models.CharField("事由", max_length=80)
    notices = ArrayField(models.BigIntegerField(), default=list, verbose_name="告知")
    state = models.CharField("状态", max_length=8, choices=STATES, default="waiting")
    created_at = models.DateTimeField("排队时间")
    next_at = models.DateTimeField("下次发送")
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    claimed_until = models.DateTimeField("占用至", null=True, blank=True)
    sent_at = models.DateTimeField("送达时间", null=True, blank=True)
    subject = models.CharField("标题", max_length=200, blank=True)
    digest = models.CharField("内容摘要", max_length=64, blank=True)
    proof = models.CharField("送达凭据", max_length=500, blank=True)
    problem = models.CharField("未送达原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "送达"
        constraints = [
            models.UniqueConstraint(
                "kind", "channel", "person", "endpoint", "key", nulls_distinct=False, name="a_message_is_queued_once"
            ),
            models.CheckConstraint(
                condition=Q(person=None) | Q(endpoint=None) | Q(channel="sms"), name="delivery_goes_to_one_receiver"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="waiting_deliveries"),
            models.Index(fields=["person", "-created_at"], name="deliveries_of_a_person"),
        ]
