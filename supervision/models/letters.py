"""The four letters (提示函、通报函、督办函、警示函) and the monthly circular (审管通报)."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from courts.numbered import Unnumbered
from courts.roles import Permission
from courts.scoping import ScopedQuerySet

KINDS = [("prompt", "提示函"), ("report", "通报函"), ("urge", "督办函"), ("warn", "警示函")]
LETTER_STATES = [
    ("DRAFT", "草稿"),
    ("APPROVED", "已签批"),
    ("SENT", "已发出"),
    ("READ", "已签收"),
    ("REPLIED", "已回复"),
    ("ACCEPTED", "回复合格"),
    ("REJECTED_REPLY", "退回重报"),
    ("OVERDUE", "逾期未复"),
    ("CLOSED", "已办结"),
]


def readable_by(user: Any, path: str = "") -> Q:
    """Letters of the courts whose letters one writes, approves or keeps; those sent to oneself or one's division; copies."""
    keeps = set().union(
        *(user.courts_where(p) for p in (Permission.WRITE_LETTERS, Permission.APPROVE_LETTERS))
    )
    headed = {seat.division_id for seat in user.seats if seat.role == "division_head" and seat.division_id}
    led = {seat.court_id for seat in user.seats if seat.role == "president"}
    sent = ~Q(**{f"{path}state__in": ["DRAFT", "APPROVED"]})
    to_me = (
        Q(**{f"{path}person": user.pk})
        | Q(**{f"{path}division__in": headed})
        | Q(**{f"{path}to_court__in": led})
    )
    copied = Q(**{f"{path}copies__person": user.pk})
    return Q(**{f"{path}court__in": keeps}) | (sent & (to_me | copied))


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(readable_by(user)).distinct()


class Letter(Unnumbered):
    """A letter of supervision: on which facts, by which rule, what is required until when, and what came of it.

    ``facts`` are the cited facts as they stood when it was drafted, ``facts_hash`` their digest: it is refused at
    signature when they have changed since. ``number`` is given at approval: «宜审管督〔2026〕12号».
    """

    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="发函法院")
    kind = models.CharField("种类", max_length=8, choices=KINDS)
    year = models.PositiveSmallIntegerField("年度", null=True)
    serial = models.PositiveIntegerField("序号", null=True)
    number = models.CharField("文号", max_length=60, blank=True)
    title = models.CharField("标题", max_length=160)
    to_court = models.ForeignKey(
        "courts.Court", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="受函法院"
    )
    division = models.ForeignKey(
        "courts.Division", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="受函部门"
    )
    person = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="受函人"
    )
    facts = models.JSONField("所依事实", default=list)
    facts_hash = models.CharField("事实摘要", max_length=64, blank=True)
    basis = models.TextField("依据")
    body = models.TextField("正文")
    required = models.TextField("要求")
    reply_days = models.PositiveSmallIntegerField("答复工作日")
    reply_due_on = models.DateField("答复期限", null=True)
    state = models.CharField("状态", max_length=16, choices=LETTER_STATES, default="DRAFT")
    automatic = models.BooleanField("系统拟稿", default=False)
    drafted_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="拟稿人"
    )
    drafted_at = models.DateTimeField("拟稿时间")
    approved_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="签批人"
    )
    approved_at = models.DateTimeField("签批时间", null=True)
    sent_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="发出人"
    )
    sent_at = models.DateTimeField("发出时间", null=True)
    read_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="签收人"
    )
    read_at = models.DateTimeField("签收时间", null=True)
    reply = models.TextField("回复", blank=True)
    replied_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="回复人"
    )
    replied_at = models.DateTimeField("回复时间", null=True)
    evaluation = models.TextField("评价", blank=True)
    closed_at = models.DateTimeField("办结时间", null=True)
    escalated_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="escalations", verbose_name="由何函升级"
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "监督函"
        constraints = [
            models.UniqueConstraint("court", "kind", "year", "serial", name="letter_number_is_given_once"),
            models.UniqueConstraint("escalated_from", condition=~Q(escalated_from=None), name="letter_escalates_once"),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | ~Q(number=""), name="letter_that_left_the_desk_has_a_number"
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | Q(approved_by__isnull=False), name="a_person_signs_every_letter"
            ),
            models.CheckConstraint(
                condition=Q(to_court__isnull=False) | Q(division__isnull=False) | Q(person__isnull=False),
                name="letter_has_an_addressee",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["urge", "warn"]) | Q(approved_by=None) | Q(drafted_by=None) | ~Q(approved_by=F("drafted_by")),
                name="grave_letter_is_signed_by_another_than_its_drafter",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["reply_due_on"],
                condition=Q(state__in=["SENT", "READ", "REJECTED_REPLY"]),
                name="letters_waiting_for_reply",
            )
        ]


class AboutLetter(ScopedQuerySet):
    to_case = "case"

    def visible_to(self, user: Any) -> Self:
        return self.filter(letter__in=Letter.objects.visible_to(user))


class LetterCase(models.Model):
    """A case the letter is about."""

    letter = models.ForeignKey(
        Letter, models.CASCADE, related_name="cases", db_index=False, verbose_name="函"
    )
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", verbose_name="案件")

    objects = AboutLetter.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "函涉案件"
        constraints = [models.UniqueConstraint("letter", "case", name="letter_names_a_case_once")]


class LetterStep(Unnumbered):
    """One step of a letter (函件流转). Written once."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="steps", verbose_name="函")
    to_state = models.CharField("新状态", max_length=16, choices=LETTER_STATES)
    by = models.ForeignKey("courts.User", models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    capacity = models.CharField("身份", max_length=160, blank=True)
    at = models.DateTimeField("时间")
    words = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "函件流转"
        ordering = ["at", "id"]


class Copy(models.Model):
    """A copy of a letter (抄送), e.g. to the resident discipline office (派驻纪检监察), with its read receipt."""

    letter = models.ForeignKey(
        Letter, models.CASCADE, related_name="copies", db_index=False, verbose_name="函"
    )
    person = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="抄送人")
    office = models.CharField("抄送单位", max_length=40)
    read_at = models.DateTimeField("查收时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "抄送"
        constraints = [models.UniqueConstraint("letter", "person", name="letter_is_copied_once_to_a_person")]


class Circular(Unnumbered):
    """The monthly circular of the trial office (审管通报): drawn up from the month, edited, approved, issued."""

    STATES = [("draft", "草稿"), ("issued", "已印发")]
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    month = models.DateField("月份", help_text="该月第一日")
    number = models.CharField("文号", max_length=60, blank=True)
    state = models.CharField("状态", max_length=8, choices=STATES, default="draft")
    content = models.JSONField("内容")
    remarks = models.TextField("说明", blank=True)
    drafted_by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="拟稿人")
    drafted_at = models.DateTimeField("拟稿时间")
    issued_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="签发人"
    )
    issued_at = models.DateTimeField("印发时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "审管通报"
        constraints = [
            models.UniqueConstraint("court", "month", name="one_circular_a_month"),
            models.UniqueConstraint(
                "court", "number", condition=~Q(number=""), name="circular_number_is_given_once"
            ),
        ]
