"""Measures of supervision (监督措施), what is answered to them, and meetings. No model here can hold a judgment."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from courts.numbered import Unnumbered
from courts.roles import Permission
from courts.scoping import ScopedQuerySet
from supervision.models.flags import Flag

#: States of measures by which nobody was supervised.
NO_SUPERVISION = ("proposed", "declined", "withdrawn")


class MeasureQuerySet(ScopedQuerySet):
    to_case = "flag__case"

    def visible_to(self, user: Any) -> Self:
        return self.filter(flag__in=Flag.objects.visible_to(user))

    def counted(self) -> Self:
        """Those by which a case was supervised: neither only proposed nor taken back (怠于监管即指没有这样的措施)."""
        return self.exclude(state__in=NO_SUPERVISION)


class Measure(Unnumbered):
    """A supervisor asks something of the panel, or takes an organisational step, under a live flag.

    Both sides have a clock: the panel replies by ``reply_due_on``, the supervisor answers the reply by ``answer_due_on``.
    One that only somebody else may decide begins as ``proposed`` (提请).
    """

    STATES = [
        ("proposed", "待决定"),
        ("open", "待答复"),
        ("replied", "待院庭长回应"),
        ("settled", "已办结"),
        ("withdrawn", "已撤回"),
        ("declined", "未同意"),
    ]
    flag = models.ForeignKey(Flag, models.PROTECT, related_name="measures", verbose_name="标识")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", verbose_name="案件")
    code = models.CharField("措施", max_length=6)
    mode = models.CharField("监管方式", max_length=16)
    ordinal = models.PositiveSmallIntegerField("第几次", default=1)  # per case and code
    taken_by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="监督人")
    capacity = models.CharField("身份", max_length=160)
    basis = models.CharField("依据", max_length=300)
    content = models.TextField("内容")
    reason = models.CharField("理由", max_length=500, blank=True)
    edition = models.IntegerField("目录版次", null=True)
    taken_at = models.DateTimeField("采取时间")
    state = models.CharField("状态", max_length=10, choices=STATES, default="open")
    reply_due_on = models.DateField("答复期限", null=True)
    replied_at = models.DateTimeField("答复时间", null=True)
    answer_due_on = models.DateField("回应期限", null=True)
    settled_at = models.DateTimeField("办结时间", null=True)
    parties_told_on = models.DateField("告知当事人日期", null=True, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "监督措施"
        constraints = [
            models.UniqueConstraint("case", "ordinal", condition=Q(code="M06"), name="each_reconsideration_of_a_case_is_counted"),
            models.CheckConstraint(
                condition=~Q(code="M06") | Q(ordinal__gte=1, ordinal__lte=2), name="a_case_is_reconsidered_twice_at_most"
            ),
            models.CheckConstraint(condition=~Q(basis="") & ~Q(content=""), name="measure_has_basis_and_content"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["reply_due_on"], condition=Q(state="open"), name="unanswered_measures"),
            models.Index(fields=["answer_due_on"], condition=Q(state="replied"), name="unanswered_replies"),
        ]


class DelegationQuerySet(ScopedQuerySet):
    to_case = "case"

    def standing(self) -> DelegationQuerySet:
        return self.filter(ended_at=None)


class Delegation(Unnumbered):
    """The president has a member of the committee look after a case (委托监督): without one, a member may take no measure."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", verbose_name="案件")
    person = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="受委托人")
    reason = models.CharField("事由", max_length=300)
    delegated_by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="委托人")
    delegated_at = models.DateTimeField("委托时间")
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "委托监督"
        constraints = [
            models.UniqueConstraint(
                "case", "person", condition=Q(ended_at=None), name="case_is_delegated_to_a_person_once"
            )
        ]


class AboutMeasure(ScopedQuerySet):
    to_case = "measure__flag__case"

    def visible_to(self, user: Any) -> Self:
        return self.filter(measure__in=Measure.objects.visible_to(user))


class Reply(Unnumbered):
    """The panel's reply (答复) or the supervisor's response to it (回应). Written once."""

    SIDES = [("panel", "审判组织答复"), ("supervisor", "院庭长回应")]
    measure = models.ForeignKey(Measure, models.CASCADE, related_name="replies", verbose_name="措施")
    side = models.CharField("一方", max_length=10, choices=SIDES)
    by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="答复人")
    capacity = models.CharField("身份", max_length=160)
    at = models.DateTimeField("时间")
    content = models.TextField("内容")
    attachment = models.FileField("附件", upload_to="supervision/%Y/%m", blank=True)
    attachment_name = models.CharField("附件名", max_length=160, blank=True)
    attachment_hash = models.CharField("附件摘要", max_length=64, blank=True)

    objects = AboutMeasure.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "答复"
        ordering = ["at", "id"]


class Meeting(Unnumbered):
    """A meeting of the professional judges or the adjudication committee (专业法官会议、审判委员会), called by M07 or M08.

    The only place where an opinion on the outcome may be recorded: attributed and minuted.
    """

    KINDS = [("judges", "专业法官会议"), ("committee", "审判委员会")]
    measure = models.OneToOneField(Measure, models.PROTECT, related_name="meeting", verbose_name="措施")
    kind = models.CharField("会议", max_length=10, choices=KINDS)
    held_on = models.DateField("召开日期")
    attendees = ArrayField(models.CharField(max_length=40), verbose_name="出席人")
    minutes = models.TextField("记录")
    recorded_by = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("记录时间")

    objects = AboutMeasure.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会议"


class AboutMeeting(ScopedQuerySet):
    to_case = "meeting__measure__flag__case"

    def visible_to(self, user: Any) -> Self:
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class Opinion(Unnumbered):
    """What one person said at a meeting (会议发言), signed by name."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="opinions", verbose_name="会议")
    speaker = models.CharField("发言人", max_length=40)
    text = models.TextField("意见")

    objects = AboutMeeting.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会议意见"


class InquiryQuerySet(ScopedQuerySet):
    to_case = "case"

    def visible_to(self, user: Any) -> Self:
        """For the reporter and the discipline office of the court; not the one who asked, not the division head."""
        if not user.is_authenticated:
            return self.none()
        courts = user.courts_where(Permission.VERIFY_COMPLAINTS)
        return self.filter(Q(reporter=user.pk) | Q(court__in=courts))


class Inquiry(Unnumbered):
    """An entry under the Three Provisions (三个规定记录) offered where supervision was refused: somebody asked after a case.

    The content is kept encrypted; ``refused_act`` names the refusal it was offered for.
    """

    KINDS = [
        ("T1", "领导干部干预司法活动、插手具体案件"),
        ("T2", "司法机关内部人员过问案件"),
        ("T3", "与当事人、律师等不当接触交往"),
        ("T4", "正当工作程序内的关注"),
    ]
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", verbose_name="案件")
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="+", verbose_name="法院")
    kind = models.CharField("类型", max_length=2, choices=KINDS)
    reporter = models.ForeignKey("courts.User", models.PROTECT, related_name="+", verbose_name="填报人")
    reported_at = models.DateTimeField("填报时间")
    happened_on = models.DateField("发生日期")
    content = models.TextField("内容(加密)")
    refused_act = models.CharField("被拒绝的行为", max_length=64, blank=True)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "三个规定记录"
