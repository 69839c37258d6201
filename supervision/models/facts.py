"""The flat view of a case (案件事实平面视图): one row a case, one column a fact; null is unknown.

Complaint-type facts (反映类事实) live in a table of their own, which nothing but the secret rules ever joins.
"""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from courts.numbered import Unnumbered
from courts.roles import Permission
from courts.scoping import ScopedQuerySet
from supervision.models.secrecy import kept_by


def tags() -> ArrayField:
    return ArrayField(models.TextField(), null=True)


class AboutCase(ScopedQuerySet):
    to_case = "case"


class CaseFacts(models.Model):
    """What the open rules read. Kept up to date with the case; ``as_of`` is the day its ages were counted on.

    ``category``, ``cause``, ``filed_on`` and ``counted`` are no facts: as what the case was counted among others.
    """

    case = models.OneToOneField(
        "cases.Case", models.CASCADE, primary_key=True, related_name="facts", verbose_name="案件"
    )
    court_id = models.BigIntegerField("法院编号")
    closed = models.BooleanField("已结", default=False)
    as_of = models.DateField("计算日")
    category = models.TextField(null=True)
    cause = models.TextField(null=True)
    filed_on = models.DateField(null=True)
    counted = models.BooleanField(null=True)
    case_type = models.TextField(null=True)
    trial_level = models.TextField(null=True)
    court_level = models.TextField(null=True)
    cause_code = models.TextField(null=True)
    cause_tags = tags()
    sensitive_tags = tags()
    claim_amount = models.FloatField(null=True)
    plaintiff_n = models.IntegerField(null=True)
    defendant_n = models.IntegerField(null=True)
    same_side_max = models.IntegerField(null=True)
    victim_n = models.IntegerField(null=True)
    series_n_12m = models.IntegerField(null=True)
    party_flags = tags()
    remanded = models.BooleanField(null=True)
    retrial_ordered = models.BooleanField(null=True)
    own_effective_error = models.BooleanField(null=True)
    procuratorate_protest = models.BooleanField(null=True)
    superior_tracked = models.BooleanField(null=True)
    deputy_supervised = models.BooleanField(null=True)
    cross_region_dispute = models.BooleanField(null=True)
    first_of_cause = models.BooleanField(null=True)
    no_precedent = models.BooleanField(null=True)
    novelty_declared = models.BooleanField(null=True)
    guidance_value = models.BooleanField(null=True)
    panel_dissent = models.BooleanField(null=True)
    ac_required = models.BooleanField(null=True)
    proposed_outcome = models.TextField(null=True)
    months_pending = models.FloatField(null=True)
    months_detained = models.FloatField(null=True)
    over_limit = models.BooleanField(null=True)
    extension_n = models.IntegerField(null=True)
    similar_n = models.IntegerField(null=True)
    similar_conflict_share = models.FloatField(null=True)
    similar_pending_conflict = models.BooleanField(null=True)
    court_internal_split = models.BooleanField(null=True)
    deviation_q = models.FloatField(null=True)
    complaint_delay_verified = models.BooleanField(null=True)
    judge_recusal_hit = models.BooleanField(null=True)
    reassign_n = models.IntegerField(null=True)
    doc_withdrawn = models.BooleanField(null=True)
    petition_n = models.IntegerField(null=True)
    group_visit_persons = models.IntegerField(null=True)
    group_visit_risk = models.BooleanField(null=True)
    media_heat = models.IntegerField(null=True)
    opinion_alert = models.BooleanField(null=True)
    demonstration_effect = models.BooleanField(null=True)
    industry_impact = models.BooleanField(null=True)
    execution_target_flags = tags()
    fake_litigation_score = models.FloatField(null=True)

    objects = AboutCase.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "案件事实"
        indexes = [models.Index(fields=["court_id"], condition=Q(closed=False), name="facts_of_open_cases")]


class SecretQuerySet(ScopedQuerySet):
    to_case = "case"

    def visible_to(self, user: Any) -> Self:
        """For those who keep the secret flags of the court; nobody else, the panel included."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(kept_by(user))


class SecretFacts(models.Model):
    """What only the secret rules read: complaints and findings not verified yet. No row where nothing is known."""

    case = models.OneToOneField(
        "cases.Case", models.CASCADE, primary_key=True, related_name="+", verbose_name="案件"
    )
    complaint_realname_leads = models.BooleanField(null=True)
    inspection_finding = models.BooleanField(null=True)
    assistant_complaint = models.BooleanField(null=True)
    three_rules_report = models.BooleanField(null=True)
    judge_investigated = models.BooleanField(null=True)
    lawyer_judge_pair_n = models.IntegerField(null=True)
    lawyer_judge_pair_outlier = models.BooleanField(null=True)

    objects = SecretQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "涉密事实"


class StatementQuerySet(ScopedQuerySet):
    to_case = "case"

    def standing(self) -> StatementQuerySet:
        return self.filter(withdrawn_at=None)

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated:
            return self.none()
        own = Q(stated_by=user.pk, case__sealed="")
        kept = self.filter(Q(secret=True) & (kept_by(user) | own))
        return (
            super().visible_to(user).filter(secret=False) | kept if user.may(Permission.SEE_FLAGS) else kept
        )


class Statement(Unnumbered):
    """A fact that a person states about a case (人工填报事实), with its basis. The newest standing one counts.

    ``stated_by`` None: it follows from an entry under the Three Provisions, whose reporter discipline alone knows.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", verbose_name="案件")
    fact = models.CharField("事实", max_length=40)
    value = models.JSONField("取值")
    secret = models.BooleanField("涉密", default=False)
    basis = models.CharField("依据", max_length=300)
    stated_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="填报人"
    )
    capacity = models.CharField("身份", max_length=160, blank=True)
    stated_at = models.DateTimeField("填报时间")
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="撤销人"
    )
    withdrawn_because = models.CharField("撤销原因", max_length=300, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "填报事实"
        constraints = [
            models.UniqueConstraint(
                "case", "fact", condition=Q(withdrawn_at=None), name="one_statement_of_a_fact_stands"
            )
        ]


class Tick(models.Model):
    """One box of the filing form (立案标识勾选): what the rule said and what the clerk made of it."""

    case = models.ForeignKey(
        "cases.Case", models.CASCADE, related_name="+", db_index=False, verbose_name="案件"
    )
    rule = models.ForeignKey("supervision.Rule", models.PROTECT, related_name="+", verbose_name="规则")
    suggested = models.BooleanField("系统预勾选")
    ticked = models.BooleanField("勾选")
    reason = models.CharField("理由", max_length=300, blank=True)
    by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="勾选人")
    at = models.DateTimeField("时间")

    objects = AboutCase.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "立案勾选"
        constraints = [
            models.UniqueConstraint("case", "rule", name="box_is_ticked_once_per_case_and_rule"),
            models.CheckConstraint(
                condition=Q(ticked=True) | Q(suggested=False) | ~Q(reason=""), name="unticking_needs_a_reason"
            ),
        ]
