"""What each case weighs (案件权重), of which class it is (繁简), and where a fast one is not fast (速裁超期)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cases.models import Case
from cases.models.case import AboutCase, CaseRow
from courts.numbered import Unnumbered

CLASSES = [("simple", "简案"), ("ordinary", "普通案件"), ("complex", "繁案")]


class CaseWeight(models.Model):
    """The weight of a case before it is shared among its panel, and its class, by the tables of ``edition``.

    ``adders`` counts each floating factor by name; ``points`` are those of the class as [code, points, value];
    ``unknown`` names facts nobody has told, which count nothing. Recomputed whenever the case or the tables change.
    """

    case = models.OneToOneField(
        Case, models.CASCADE, primary_key=True, related_name="weight", verbose_name="案件"
    )
    group = models.CharField("案由组", max_length=40)
    procedure = models.CharField("程序", max_length=20)
    adders = models.JSONField("浮动因素", default=dict)
    floating = models.DecimalField("浮动系数", max_digits=6, decimal_places=4)
    weight = models.DecimalField("权重", max_digits=9, decimal_places=4)
    klass = models.CharField("繁简", max_length=10, choices=CLASSES)
    score = models.IntegerField("繁简分值")
    points = models.JSONField("计分", default=list)
    unknown = ArrayField(models.CharField(max_length=40), default=list, verbose_name="未知事实")
    edition = models.CharField("依据的目录版本", max_length=64)
    weighed_at = models.DateTimeField("计算时间")

    objects = AboutCase.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "案件权重"
        constraints = [
            models.CheckConstraint(condition=Q(weight__gte=0), name="weight_is_not_negative"),
        ]


class ClassDecision(Unnumbered, CaseRow):
    """Whether a person agrees with the class of a case (繁简确认): what was proposed, what they decided, and why."""

    proposed = models.CharField("建议", max_length=10, choices=CLASSES)
    score = models.IntegerField("繁简分值")
    points = models.JSONField("计分", default=list)
    edition = models.CharField("依据的目录版本", max_length=64)
    klass = models.CharField("决定", max_length=10, choices=CLASSES)
    decided_by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间")
    reason = models.CharField("理由", max_length=300, blank=True)
    superseded_at = models.DateTimeField("被新决定替代的时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "繁简确认"
        constraints = [
            models.UniqueConstraint(
                "case", condition=Q(superseded_at=None), name="class_of_a_case_is_decided_once"
            ),
            models.CheckConstraint(
                condition=Q(proposed=models.F("klass")) | ~Q(reason=""), name="another_class_has_a_reason"
            ),
        ]


class Breach(Unnumbered, CaseRow):
    """A simple case that is slow (简案超期): its cycle beyond the usual one of its class, or a node beyond its peak.

    ``evidence``: what was measured, the median, the spread and how many cases it is compared with. The judge may answer.
    """

    KINDS = [("cycle", "审理周期"), ("node", "节点用时")]
    kind = models.CharField("类别", max_length=6, choices=KINDS)
    what = models.CharField("对象", max_length=60, help_text="节点名称；审理周期为空", blank=True)
    days = models.PositiveIntegerField("用时（天）")
    evidence = models.JSONField("依据", default=dict)
    edition = models.CharField("依据的目录版本", max_length=64)
    found_on = models.DateField("发现日")
    ended_on = models.DateField("解除日", null=True)
    answer = models.CharField("承办人说明", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="说明人"
    )
    answered_at = models.DateTimeField("说明时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "简案超期"
        constraints = [
            models.UniqueConstraint(
                "case", "kind", "what", condition=Q(ended_on=None), name="breach_is_open_once"
            ),
        ]
