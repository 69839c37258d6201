"""Judgments to compare with (裁判文书), how far they are indexed, reports on them, and pairs that disagree."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from cases.models import AboutCase, Case
from courts.numbered import Unnumbered
from courts.scoping import ScopedQuerySet


class DocumentQuerySet(ScopedQuerySet):
    to_case = "case"

    def visible_to(self, user: Any) -> Self:
        """Published ones for everyone who is logged in; a judgment of ours as far as its case is seen."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(case=None) | Q(case__in=Case.objects.visible_to(user)))


class Document(Unnumbered):
    """A judgment with its facts and reasons (裁判文书): of a case of ours, or from a published collection.

    ``result`` is coded as the fact ``proposed_outcome`` is; ``facts`` are elements by key. ``terms`` and ``counts`` are
    what the index needs of the text, of the same length; empty until ``indexed_at``. ``compared_at``: when it was last held
    against the other judgments of its court for conflicts.
    """

    SOURCES = [
        ("own", "本院及下级法院裁判"), ("guiding", "最高人民法院指导性案例"), ("library", "人民法院案例库"),
        ("superior", "上级法院裁判"), ("other", "其他公开裁判"),
    ]  # fmt: skip
    RESULTS = [
        ("support", "支持"),
        ("partial", "部分支持"),
        ("dismiss", "驳回"),
        ("convict", "有罪"),
        ("acquit", "无罪"),
        ("other", "其他"),
    ]
    case = models.OneToOneField(
        Case, models.CASCADE, null=True, blank=True, related_name="document", verbose_name="案件"
    )
    source = models.CharField("来源", max_length=10, choices=SOURCES)
    number = models.CharField("案号或者编号", max_length=80)
    title = models.CharField("名称", max_length=200, blank=True)
    court_name = models.CharField("法院", max_length=80, blank=True)
    cause = models.CharField("案由", max_length=120, blank=True)
    category = models.CharField("案件类别", max_length=8, blank=True)
    decided_on = models.DateField("裁判日期", null=True, blank=True)
    effective_on = models.DateField("生效日期", null=True, blank=True)
    result = models.CharField("处理结果", max_length=10, choices=RESULTS, blank=True)
    holding = models.TextField("裁判要旨", blank=True)
    issue = models.TextField("争议焦点", blank=True)
    text = models.TextField("事实与理由")
    facts = models.JSONField("要素", default=dict, blank=True)
    digest = models.CharField("文本摘要", max_length=64)
    terms = ArrayField(models.TextField(), default=list, blank=True, verbose_name="索引词")
    counts = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name="词频")
    length = models.PositiveIntegerField("词数", default=0)
    indexed_at = models.DateTimeField("编入时间", null=True)
    compared_at = models.DateTimeField("比对时间", null=True)
    added_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="录入人"
    )
    added_at = models.DateTimeField("录入时间")
    withdrawn_at = models.DateTimeField("撤下时间", null=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "裁判文书"
        constraints = [
            models.UniqueConstraint(
                "source", "number", condition=Q(withdrawn_at=None), name="judgment_is_held_once_a_source"
            ),
        ]
        indexes = [
            # Written at once: terms that wait in a list would be read through by every term of every search.
            GinIndex(fields=["terms"], name="search_by_terms", fastupdate=False),
            models.Index(fields=["added_at"], condition=Q(indexed_at=None), name="judgments_to_index"),
            models.Index(fields=["indexed_at"], condition=Q(compared_at=None), name="judgments_to_compare"),
        ]

    def __str__(self) -> str:
        return self.title or self.number


class Term(models.Model):
    """In how many indexed judgments a term, or a fact with its value, stands: what makes an agreement worth something."""

    term = models.TextField("索引词", primary_key=True)
    documents = models.PositiveIntegerField("文书数")

    class Meta:
        verbose_name = verbose_name_plural = "索引词"


class Corpus(models.Model):
    """The collection as a whole, one row: how much is indexed, and with which edition of the word list."""

    edition = models.CharField("词表版本", max_length=64, blank=True)
    documents = models.PositiveIntegerField("文书数", default=0)
    length = models.BigIntegerField("总词数", default=0)
    singleton = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "文书库"
        constraints = [
            models.CheckConstraint(condition=Q(singleton=True), name="there_is_one_corpus_at_most")
        ]


class Report(Unnumbered):
    """A search for similar cases and what came of it (类案检索报告). ``hits`` are frozen with their reasons when finished."""

    STATES = [("draft", "起草中"), ("finished", "已完成")]
    case = models.ForeignKey(Case, models.CASCADE, related_name="precedent_reports", verbose_name="案件")
    number = models.PositiveSmallIntegerField("次序")
    state = models.CharField("状态", max_length=10, choices=STATES, default="draft")
    query = models.JSONField("检索条件", default=dict)
    hits = models.JSONField("检索结果", default=list)
    issue = models.TextField("争议焦点", blank=True)
    opinion = models.TextField("参照情况与理由", blank=True)
    conflict_share = models.FloatField("处理不同的占比", null=True)
    made_by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="检索人")
    made_at = models.DateTimeField("检索时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    digest = models.CharField("内容摘要", max_length=64, blank=True)

    objects = AboutCase.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "类案检索报告"
        constraints = [
            models.UniqueConstraint("case", "number", name="search_report_is_numbered_once"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(finished_at__isnull=False), name="finished_report_says_when"
            ),
        ]


class AboutReport(ScopedQuerySet):
    to_case = "report__case"


class Grade(Unnumbered):
    """How alike a person found a hit (相关性评价): 0 not at all, 3 very. Measures the ranking, not the person."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="grades", verbose_name="报告")
    document = models.ForeignKey(Document, models.CASCADE, related_name="+", verbose_name="文书")
    grade = models.PositiveSmallIntegerField("相关程度")
    by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="评价人")
    at = models.DateTimeField("时间")

    objects = AboutReport.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "相关性评价"
        constraints = [
            models.UniqueConstraint("report", "document", "by", name="hit_is_graded_once_by_each"),
            models.CheckConstraint(condition=Q(grade__lte=3), name="grade_is_0_to_3"),
        ]


class ConflictQuerySet(ScopedQuerySet):
    to_case = "first__case"

    def visible_to(self, user: Any) -> Self:
        seen = Document.objects.visible_to(user)
        return self.filter(first__in=seen, second__in=seen)


class Conflict(Unnumbered):
    """Two effective judgments of one court on like cases with unlike results (裁判分歧), side by side, for people to judge."""

    STATES = [
        ("found", "待甄别"),
        ("confirmed", "存在分歧"),
        ("dismissed", "不构成分歧"),
        ("settled", "已统一"),
    ]
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    first = models.ForeignKey(Document, models.CASCADE, related_name="+", verbose_name="甲案")
    second = models.ForeignKey(Document, models.CASCADE, related_name="+", verbose_name="乙案")
    likeness = models.FloatField("相似度")
    because = models.JSONField("相同之处", default=list)
    differs = models.JSONField("处理不同之处", default=list)
    state = models.CharField("状态", max_length=10, choices=STATES, default="found")
    found_at = models.DateTimeField("发现时间")
    decided_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="甄别人"
    )
    decided_at = models.DateTimeField("甄别时间", null=True)
    reason = models.CharField("理由", max_length=1000, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "裁判分歧"
        constraints = [
            models.UniqueConstraint("first", "second", name="pair_is_compared_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_is_kept_in_one_order"),
            models.CheckConstraint(
                condition=Q(state="found") | ~Q(reason=""), name="conflict_is_decided_with_a_reason"
            ),
        ]
