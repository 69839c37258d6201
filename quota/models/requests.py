"""What one person puts forward and another decides (提请入额、退出), and what people say against decisions about them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from courts.numbered import Unnumbered


class TermRequest(Unnumbered):
    """An entry or an exit put forward by one person; it takes effect when another one approves (提请与批准)."""

    KINDS = [("enter", "入额"), ("leave", "退出员额")]
    STATES = [("waiting", "待批准"), ("approved", "已批准"), ("refused", "未批准")]
    kind = models.CharField("事项", max_length=5, choices=KINDS)
    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="term_requests", verbose_name="法院"
    )
    person = models.ForeignKey(
        "courts.User", models.PROTECT, related_name="term_requests", verbose_name="人员"
    )
    term = models.ForeignKey(
        "quota.QuotaJudge", models.PROTECT, null=True, related_name="requests", verbose_name="员额记录"
    )
    on = models.DateField("入额日或者退出日")
    trigger = models.CharField("退出情形", max_length=30, blank=True, default="")
    basis = models.CharField("依据和说明", max_length=300)
    state = models.CharField("状态", max_length=8, choices=STATES, default="waiting")
    proposed_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="提请人"
    )
    proposed_at = models.DateTimeField("提请时间")
    decided_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("批准时间", null=True)
    answer = models.CharField("未批准的理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "员额提请"
        constraints = [
            models.UniqueConstraint("person", condition=Q(state="waiting"), name="one_request_waits_a_person"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(proposed_by=None) | ~Q(state="approved") | ~Q(decided_by=F("proposed_by")),
                name="request_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(kind="enter", trigger="") | (Q(kind="leave", term__isnull=False) & ~Q(trigger="")),
                name="exit_has_a_term_and_a_trigger",
            ),
        ]  # fmt: skip


class Objection(Unnumbered):
    """What a person says against what is recorded of them (本人异议), of a term or of a candidacy, and the answer."""

    term = models.OneToOneField(
        "quota.QuotaJudge", models.PROTECT, null=True, related_name="objection", verbose_name="员额记录"
    )
    candidate = models.OneToOneField(
        "quota.Candidate", models.CASCADE, null=True, related_name="objection", verbose_name="遴选记录"
    )
    text = models.CharField("异议", max_length=500)
    made_at = models.DateTimeField("异议时间")
    answer = models.CharField("答复", max_length=500, blank=True, default="")
    answered_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "员额异议"
        constraints = [
            models.CheckConstraint(
                condition=Q(term=None, candidate__isnull=False) | Q(term__isnull=False, candidate=None),
                name="objection_is_about_one_thing",
            )
        ]
