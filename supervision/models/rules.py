"""The rules of the four categories (四类案件识别规则): what each says in each of its versions, and its trials on the past."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

CATEGORIES = [
    ("A", "重大、疑难、复杂、敏感"),
    ("B", "涉及群体性纠纷或者引发社会广泛关注"),
    ("C", "与本院或者上级法院的类案裁判可能冲突"),
    ("D", "反映法官有违法审判行为"),
    ("E", "参照四类案件监督管理"),
]
STAGES = [("filing", "立案"), ("trial", "审理"), ("closing", "结案"), ("any", "各阶段")]
MODES = [("auto", "自动识别"), ("assist", "辅助识别"), ("manual", "人工标识")]
SEVERITIES = [("high", "高"), ("mid", "中"), ("low", "低")]


class Rule(models.Model):
    """A rule by its code; ``court`` None: for the whole country, else for that court and those below it."""

    code = models.CharField("编号", max_length=20)
    court = models.ForeignKey("courts.Court", models.PROTECT, null=True, blank=True, verbose_name="法院")
    category = models.CharField("类别", max_length=1, choices=CATEGORIES)

    class Meta:
        verbose_name = verbose_name_plural = "识别规则"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                "code", "court", nulls_distinct=False, name="rule_code_is_unique_in_its_court"
            )
        ]

    def __str__(self) -> str:
        return self.code


class RuleVersion(models.Model):
    """What a rule says (规则版本). An approval is pinned to ``content_hash``; another content voids it.

    ``draft`` → ``submitted`` → ``approved`` (waits for its day and for somebody to look at what it changes) →
    ``in_force`` → ``superseded`` or ``retired``. ``secret`` follows from the facts it reads, nobody chooses it.
    ``examples``: [{"name", "facts", "hit": bool, "case": number or ""}].
    """

    STATUSES = [
        ("draft", "草稿"),
        ("submitted", "待批准"),
        ("approved", "已批准待施行"),
        ("in_force", "施行中"),
        ("superseded", "已被取代"),
        ("retired", "已停用"),
    ]
    BASES = [("law", "法律、司法解释及规范性文件"), ("local", "本院规定")]
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions", verbose_name="规则")
    number = models.PositiveIntegerField("版次")
    status = models.CharField("状态", max_length=10, choices=STATUSES, default="draft")
    name = models.CharField("情形", max_length=120)
    stage = models.CharField("阶段", max_length=8, choices=STAGES)
    mode = models.CharField("方式", max_length=8, choices=MODES)
    severity = models.CharField("程度", max_length=4, choices=SEVERITIES)
    secret = models.BooleanField("涉密", default=False)
    condition = models.JSONField("条件")
    examples = models.JSONField("样例", default=list)
    basis_kind = models.CharField("依据种类", max_length=6, choices=BASES, default="law")
    basis = models.TextField("依据", blank=True)
    local_approval = models.CharField("本院规定由谁批准", max_length=120, blank=True)
    note = models.TextField("说明", blank=True)
    origin = models.CharField(
        "来源", max_length=8, choices=[("git", "随软件发布"), ("court", "法院编制")], default="court"
    )
    content_hash = models.CharField("内容摘要", max_length=64, blank=True)
    effective_from = models.DateField("施行日", null=True, blank=True)
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="基于"
    )
    drafted_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="起草人"
    )
    drafted_at = models.DateTimeField("起草时间")
    edited_at = models.DateTimeField("最近修改时间", null=True)
    submitted_at = models.DateTimeField("提交时间", null=True)
    approved_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True)
    approved_hash = models.CharField("批准的内容摘要", max_length=64, blank=True)
    released_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="核对差异人"
    )
    released_at = models.DateTimeField("施行时间", null=True)
    difference = models.JSONField("施行前的差异", null=True)
    retired_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="停用人"
    )
    retired_at = models.DateTimeField("停用时间", null=True)
    retired_because = models.CharField("停用原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则版本"
        ordering = ["rule__code", "-number"]
        constraints = [
            models.UniqueConstraint("rule", "number", name="rule_version_is_numbered_once"),
            models.UniqueConstraint("rule", condition=Q(status="in_force"), name="one_version_of_a_rule_is_in_force"),
            models.CheckConstraint(
                condition=Q(origin="git") | Q(approved_by=None) | ~Q(approved_by=F("drafted_by")),
                name="rule_is_approved_by_another_than_its_author",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "in_force"])
                | Q(origin="git")
                | Q(approved_by__isnull=False, approved_hash=F("content_hash")),
                name="rule_in_force_is_what_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | (~Q(basis="") & ~Q(content_hash="")), name="rule_has_a_basis"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.rule.code} {self.name} 第{self.number}版"


class Replay(models.Model):
    """A trial of a version on the past (回放): asked for, run in the background, its result kept with the content it tried.

    ``court`` stands for itself and the courts below it. ``basis`` is a digest of the rules and numbers it was held against.
    """

    STATES = [("waiting", "排队中"), ("running", "运行中"), ("done", "完成"), ("failed", "未完成")]
    version = models.ForeignKey(RuleVersion, models.CASCADE, related_name="replays", verbose_name="规则版本")
    court = models.ForeignKey(
        "courts.Court", models.PROTECT, null=True, related_name="+", verbose_name="范围"
    )
    content_hash = models.CharField("内容摘要", max_length=64)
    basis = models.CharField("所据规则与参数的摘要", max_length=64, blank=True)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止(含)")
    state = models.CharField("状态", max_length=8, choices=STATES, default="waiting")
    progress = models.PositiveSmallIntegerField("进度", default=0)  # per cent
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    asked_by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="发起人")
    asked_at = models.DateTimeField("发起时间")
    began_at = models.DateTimeField("开始时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    result = models.JSONField("结果", null=True)
    problem = models.CharField("未完成原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则回放"
        ordering = ["-asked_at"]
