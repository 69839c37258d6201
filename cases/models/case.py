"""The case, how it belongs to others, who may read it when sealed, and what is doubtful about it."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from courts.scoping import ScopedQuerySet

CATEGORIES = [(name, name) for name in
    ("刑事", "民事", "行政", "执行", "国家赔偿", "司法救助", "破产", "管辖", "司法制裁", "诉前调解", "其他")]  # fmt: skip
PROCEDURES = [
    ("ordinary", "普通程序"),
    ("summary", "简易程序"),
    ("small", "小额诉讼程序"),
    ("fast", "速裁程序"),
    ("special", "特别程序"),
    ("second", "二审程序"),
    ("retrial", "审判监督程序"),
    ("", "未注明"),
]
ORIGINS = [("feed", "数据接入"), ("entered", "本系统录入")]
SEALED = [("", "未封存"), ("juvenile", "未成年人"), ("state_secret", "国家秘密"), ("other", "其他")]


class CaseQuerySet(ScopedQuerySet):
    to_case = ""

    def open(self) -> CaseQuerySet:
        return self.filter(closed_on=None)

    def open_on(self, day: date) -> CaseQuerySet:
        """Pending at the end of ``day`` (未结)."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day), filed_on__lte=day)

    def filed_between(self, start: date, end: date) -> CaseQuerySet:
        """Newly filed (新收), both days included."""
        return self.filter(filed_on__gte=start, filed_on__lte=end)

    def closed_between(self, start: date, end: date) -> CaseQuerySet:
        """Closed (审结), both days included."""
        return self.filter(closed_on__gte=start, closed_on__lte=end)

    def due_by(self, day: date) -> CaseQuerySet:
        """Whose statutory clock runs out on or before ``day``."""
        return self.filter(clocks__kind="statutory", clocks__state="running", clocks__due_on__lte=day)


class Case(models.Model):
    """A case (案件), identified by its number (案号).

    ``entered`` names the fields that people set here, with who and when: a feed does not overwrite these.
    ``limit`` is a time-limit id given explicitly; empty means it is derived from type, procedure and level.
    """

    number = models.CharField("案号", max_length=60)
    number_received = models.CharField("来源案号", max_length=80, blank=True)
    # The composite and partial indexes below stand in for one index a key: an import pays for every index.
    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="cases", db_index=False, verbose_name="法院"
    )
    division = models.ForeignKey(
        "courts.Division",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        db_index=False,
        verbose_name="承办部门",
    )
    judge = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, blank=True, related_name="cases", verbose_name="承办人"
    )
    presiding = models.ForeignKey(
        "courts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="审判长",
    )
    assistant = models.ForeignKey(
        "courts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="法官助理",
    )
    clerk = models.ForeignKey(
        "courts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="书记员",
    )
    members = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name="合议庭成员")
    readers = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name="查阅名单")
    named = models.JSONField(
        "来源所载姓名", default=dict, blank=True
    )  # names of a feed that match nobody here, by field
    year = models.PositiveSmallIntegerField("收案年度")
    type_code = models.CharField("类型代字", max_length=8)
    category = models.CharField("案件类别", max_length=8, choices=CATEGORIES)
    serial = models.PositiveIntegerField("编号", null=True)
    cause = models.CharField("案由", max_length=120, blank=True)
    cause_code = models.CharField("案由代码", max_length=20, blank=True)
    procedure = models.CharField("审判程序", max_length=10, choices=PROCEDURES, blank=True)
    limit = models.CharField("审限规则", max_length=40, blank=True)
    region = models.CharField("地区", max_length=60, blank=True)
    filed_on = models.DateField("立案日期", null=True, blank=True)
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    closed_on = models.DateField("结案日期", null=True, blank=True)
    closed_how = models.CharField("结案方式", max_length=40, blank=True)
    amount = models.DecimalField("标的额", max_digits=18, decimal_places=2, null=True, blank=True)
    plaintiffs = models.PositiveIntegerField("原告人数", null=True, blank=True)
    defendants = models.PositiveIntegerField("被告人数", null=True, blank=True)
    detained = models.BooleanField("在押", default=False)
    sealed = models.CharField("封存", max_length=12, choices=SEALED, blank=True, default="")
    entered = models.JSONField("录入字段", default=dict, blank=True)
    origin = models.CharField("来源", max_length=8, choices=ORIGINS, default="feed")
    batch_id = models.BigIntegerField("导入批次", null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "案件"
        indexes = [
            models.Index(fields=["court", "filed_on"], name="cases_by_filing"),
            models.Index(fields=["court", "closed_on"], name="cases_by_closing"),
            models.Index(fields=["judge"], condition=Q(closed_on=None), name="open_cases_of_a_judge"),
            models.Index(fields=["division"], condition=Q(closed_on=None), name="open_cases_of_a_division"),
            models.Index(
                fields=["presiding"], condition=Q(presiding__isnull=False), name="cases_by_presiding"
            ),
            models.Index(
                fields=["assistant"], condition=Q(assistant__isnull=False), name="cases_by_assistant"
            ),
            models.Index(fields=["clerk"], condition=Q(clerk__isnull=False), name="cases_by_clerk"),
            models.Index(fields=["serial"], name="cases_by_serial"),
            # Used where a query says, as courts.scoping does, that the list is not empty.
            GinIndex(fields=["members"], condition=Q(members__gt=[]), name="cases_with_member"),
            GinIndex(fields=["readers"], condition=Q(readers__gt=[]), name="cases_with_reader"),
            # The flow of cases (收结存) of a year is counted from this index alone, without visiting the table.
            models.Index(
                fields=["court", "division", "category", "filed_on", "closed_on"],
                condition=Q(sealed=""),
                name="flow_of_cases",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="case_number_is_unique"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(filed_on=None) | Q(closed_on__gte=F("filed_on")),
                name="case_closes_after_it_is_filed",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def case_id(self) -> int:
        return self.pk


class AboutCase(ScopedQuerySet):
    to_case = "case"


class CaseRow(models.Model):
    """A row about a case, seen by whoever sees the case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="%(class)s_rows", verbose_name="案件")

    objects = AboutCase.as_manager()

    class Meta:
        abstract = True


class FormerNumber(CaseRow):
    """A number the case carried before it was corrected (更正案号)."""

    number = models.CharField("原案号", max_length=80)
    changed_at = models.DateTimeField("更正时间")
    reason = models.CharField("原因", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "曾用案号"
        indexes = [models.Index(fields=["number"], name="cases_by_former_number")]


class CaseLink(models.Model):
    """How two cases belong together: chain of instances, merger, split, transfer, reopening."""

    LINK_KINDS = [
        ("appeal", "上诉"),
        ("retrial_review", "申请再审"),
        ("retrial", "再审"),
        ("remand", "发回重审"),
        ("enforcement", "执行"),
        ("merged", "并案"),
        ("split", "分案"),
        ("transferred", "移送"),
        ("reopened", "恢复"),
        ("related", "关联"),
    ]
    case = models.ForeignKey(Case, models.CASCADE, related_name="links", db_index=False, verbose_name="案件")
    other = models.ForeignKey(Case, models.CASCADE, null=True, related_name="links_to", verbose_name="另案")
    other_number = models.CharField("另案案号", max_length=80)
    kind = models.CharField("关系", max_length=16, choices=LINK_KINDS)

    objects = AboutCase.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "案件关联"
        constraints = [
            models.UniqueConstraint("case", "other_number", "kind", name="cases_are_linked_once_per_kind")
        ]


class AccessGrant(CaseRow):
    """A place on the access list of a sealed case (封存案件查阅名单); ``Case.readers`` is the list itself."""

    user = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="人员")
    reason = models.CharField("理由", max_length=300)
    granted_by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="批准人")
    granted_at = models.DateTimeField("批准时间")
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "查阅授权"


class Doubt(models.Model):
    """Something in the data a person must look at (数据疑点). ``our``/``theirs`` hold the conflicting values of ``field``."""

    DOUBT_KINDS = [
        ("conflict", "来源与录入不一致"),
        ("unknown_court", "法院代字未识别"),
        ("retired_court", "法院代字已停用"),
        ("no_start", "缺少起算日"),
        ("no_limit_rule", "无法确定审限规则"),
        ("unknown_person", "人员未识别"),
        ("unknown_division", "部门未识别"),
        ("bad_fact", "事实无法计算"),
    ]
    case = models.ForeignKey(Case, models.CASCADE, related_name="doubts", verbose_name="案件")
    kind = models.CharField("类别", max_length=20, choices=DOUBT_KINDS)
    field = models.CharField("字段", max_length=40, blank=True)
    sentence = models.TextField("说明")
    ours = models.TextField("现值", blank=True)
    theirs = models.TextField("来源值", blank=True)
    raised_at = models.DateTimeField("发现时间")
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )
    settled_how = models.CharField("处理", max_length=200, blank=True)

    objects = AboutCase.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "数据疑点"
        constraints = [
            models.UniqueConstraint(
                "case", "kind", "field", "theirs", condition=Q(settled_at=None), name="doubt_is_open_once"
            )
        ]
