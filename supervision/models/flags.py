"""Flags (四类案件标识) and every step of their life."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from courts.numbered import Unnumbered
from courts.roles import Permission
from courts.scoping import ScopedQuerySet, seen_by
from supervision import lifecycle
from supervision.models.rules import CATEGORIES, Rule, RuleVersion
from supervision.models.secrecy import kept_by, verified_by

#: As ``lifecycle`` has them, in the order in which a flag lives.
OPEN = tuple(state.value for state in lifecycle.State if state in lifecycle.OPEN)
LIVE = tuple(state.value for state in lifecycle.State if state in lifecycle.LIVE)
STATES = [(state.value, name) for state, name in lifecycle.NAMES.items()]


class FlagQuerySet(ScopedQuerySet):
    to_case = "case"

    def open(self) -> FlagQuerySet:
        return self.filter(state__in=OPEN)

    def live(self) -> FlagQuerySet:
        return self.filter(state__in=LIVE)

    def visible_to(self, user: Any) -> Self:
        """Open flags of cases one sees, for who may see flags; secret ones for those who keep them, by court."""
        if not user.is_authenticated:
            return self.none()
        kept = Q(secret=True) & (kept_by(user) | verified_by(user))
        if not user.may(Permission.SEE_FLAGS):
            return self.filter(kept)
        return self.filter((Q(secret=False) & seen_by(user, "case__")) | kept)


class Flag(Unnumbered):
    """A case is, or may be, one of the four categories: by which rule, in which version, on which evidence.

    ``params`` and ``evidence`` are frozen at the hit; new evidence is a ``Step``. ``holds`` says whether the rule still
    hits. ``level`` 0: with the division, 1: with the vice president or president, 2: with the president. ``missed``
    says it was not acted on in time (应标未标). ``secret`` becomes False when a complaint is verified.
    """

    HOWS = [
        ("auto", "系统识别"), ("filing", "立案勾选"), ("panel", "审判组织标识"), ("supervisor", "院庭长提示"),
        ("office", "部门提示"), ("transfer", "下级法院移送"),
    ]  # fmt: skip
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="flags", verbose_name="案件")
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="flags", verbose_name="规则")
    version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="flags", verbose_name="规则版本")
    edition = models.CharField("规则内容摘要", max_length=64)
    category = models.CharField("类别", max_length=1, choices=CATEGORIES)
    secret = models.BooleanField("涉密", default=False)
    born_secret = models.BooleanField("产生时涉密", default=False)
    verified_at = models.DateTimeField("核实时间", null=True, blank=True)
    verified_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="核实人"
    )
    state = models.CharField("状态", max_length=12, choices=STATES, default="PROPOSED")
    how = models.CharField("来源", max_length=12, choices=HOWS, default="auto")
    raised_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    params = models.JSONField("所用参数", default=dict)
    evidence = models.JSONField("证据", default=dict)
    evidence_hash = models.CharField("证据摘要", max_length=64, blank=True)
    holds = models.BooleanField("目前仍命中", default=True)
    level = models.PositiveSmallIntegerField("层级", default=0)
    due_on = models.DateField("办理期限", null=True)
    missed = models.BooleanField("应标未标", default=False)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    first_measure_due_on = models.DateField("首次监督期限", null=True)
    decided_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="决定人"
    )
    decided_at = models.DateTimeField("决定时间", null=True)
    reason_code = models.CharField("理由代码", max_length=30, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "四类案件标识"
        constraints = [
            models.UniqueConstraint("case", "rule", "born_secret", condition=Q(state__in=OPEN), name="flag_is_open_once_per_case_and_rule"),
            models.CheckConstraint(
                condition=~Q(state__in=["REJECTED", "REVOKED"]) | ~Q(reason_code=""), name="flag_ends_with_a_reason"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["court", "state"], condition=Q(state__in=OPEN), name="open_flags_of_a_court"
            ),
            models.Index(fields=["due_on"], condition=Q(state__in=OPEN), name="open_flags_by_due_day"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class StepQuerySet(ScopedQuerySet):
    to_case = "flag__case"

    def visible_to(self, user: Any) -> Self:
        return self.filter(flag__in=Flag.objects.visible_to(user))


class Step(Unnumbered):
    """One step in the life of a flag (标识流转). Written once, never changed; ``by`` None: the system."""

    flag = models.ForeignKey(Flag, models.CASCADE, related_name="steps", verbose_name="标识")
    act = models.CharField("行为", max_length=20)
    from_state = models.CharField("原状态", max_length=12, choices=STATES, blank=True)
    to_state = models.CharField("新状态", max_length=12, choices=STATES)
    by = models.ForeignKey("courts.User", models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    capacity = models.CharField("身份", max_length=160, blank=True)
    at = models.DateTimeField("时间")
    reason_code = models.CharField("理由代码", max_length=30, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)
    evidence = models.JSONField("新证据", null=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "标识流转"
        ordering = ["at", "id"]
