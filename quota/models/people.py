"""Who sits on a seat, how they came and went (入额、退出), and who works with whom (审判团队)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from courts.numbered import Unnumbered


class QuotaJudgeQuerySet(models.QuerySet["QuotaJudge"]):
    def sitting_on(self, day: object) -> QuotaJudgeQuerySet:
        return self.filter(Q(left_on=None) | Q(left_on__gt=day), entered_on__lte=day)


class QuotaJudge(Unnumbered):
    """A person's time on the quota of a court (员额法官), from a day up to, not including, another."""

    person = models.ForeignKey("courts.User", models.PROTECT, related_name="quota_terms", verbose_name="人员")
    court = models.ForeignKey(
        "courts.Court", models.PROTECT, related_name="quota_judges", verbose_name="法院"
    )
    entered_on = models.DateField("入额日")
    basis = models.CharField("入额依据", max_length=120, blank=True)
    left_on = models.DateField("退出日", null=True)
    trigger = models.CharField("退出情形", max_length=30, blank=True, help_text="目录 exit_triggers 的代码")
    reason = models.CharField("退出说明", max_length=300, blank=True)
    candidate = models.OneToOneField(
        "quota.Candidate", models.PROTECT, null=True, related_name="term", verbose_name="遴选记录"
    )

    objects = QuotaJudgeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "员额法官"
        constraints = [
            models.UniqueConstraint("person", condition=Q(left_on=None), name="nobody_holds_two_seats"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("entered_on")), name="judge_leaves_after_entering"
            ),
            models.CheckConstraint(condition=Q(left_on=None) | ~Q(trigger=""), name="leaving_has_a_trigger"),
        ]  # fmt: skip


class Selection(Unnumbered):
    """A round of selection (遴选): for how many open seats, with which stated weights, and where it stands.

    ``weights`` are shares of 考核, 考试 and 面试 as published before anybody was scored.
    """

    STATES = [
        ("open", "报名与资格审查"), ("scoring", "考核考试面试"), ("proposed", "拟入额待把关"), ("notice", "公示"),
        ("closed", "已任命"), ("cancelled", "已取消"),
    ]  # fmt: skip
    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="selections", verbose_name="法院")
    name = models.CharField("名称", max_length=80)
    category = models.CharField("类别", max_length=40, help_text="目录 selection_weights 的代码")
    seats = models.PositiveSmallIntegerField("空缺员额（人）")
    weights = models.JSONField("各环节权重", default=dict)
    edition = models.CharField("依据的目录版本", max_length=64)
    state = models.CharField("状态", max_length=10, choices=STATES, default="open")
    opened_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    opened_on = models.DateField("发起日")
    notice_from = models.DateField("公示起", null=True)
    notice_to = models.DateField("公示止（含）", null=True)
    decided_by = models.ForeignKey(
        "courts.User", models.PROTECT, null=True, related_name="+", verbose_name="把关登记人"
    )
    closed_on = models.DateField("任命日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "遴选"
        ordering = ["-opened_on", "name"]
        constraints = [
            models.UniqueConstraint("court", "name", name="selection_has_one_name"),
            models.CheckConstraint(
                condition=Q(notice_to=None) | Q(notice_to__gte=F("notice_from")), name="notice_ends_after_it_starts"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Candidate(Unnumbered):
    """One person in a round (遴选人选): what each stage found. Scores are out of 100; null means not yet known."""

    OUTCOMES = [
        ("", "未定"), ("proposed", "拟入额"), ("tied", "并列待遴选委决定"), ("not_proposed", "未入围"),
        ("endorsed", "遴选委通过"), ("not_endorsed", "遴选委未通过"), ("appointed", "已任命"), ("withdrawn", "退出"),
    ]  # fmt: skip
    selection = models.ForeignKey(
        Selection, models.CASCADE, related_name="candidates", db_index=False, verbose_name="遴选"
    )
    person = models.ForeignKey("courts.User", models.PROTECT, related_name="candidacies", verbose_name="人员")
    qualified = models.BooleanField("资格审查", null=True)
    qualified_why = models.CharField("资格审查说明", max_length=200, blank=True)
    assessment = models.DecimalField("考核", max_digits=5, decimal_places=2, null=True)
    exam = models.DecimalField("考试", max_digits=5, decimal_places=2, null=True)
    interview = models.DecimalField("面试", max_digits=5, decimal_places=2, null=True)
    handling = models.DecimalField("办案业绩", max_digits=5, decimal_places=2, null=True)
    has_admin_post = models.BooleanField("任综合部门职务", default=False)
    gives_up_post_by = models.DateField("免去综合部门职务期限", null=True)
    gave_up_post_on = models.DateField("已免去职务日", null=True)
    is_leader = models.BooleanField("院领导或综合部门负责人", default=False)
    reported_to_party_on = models.DateField("书面报告地方党委组织部门日", null=True)
    outcome = models.CharField("结果", max_length=14, choices=OUTCOMES, blank=True, default="")
    outcome_why = models.CharField("结果说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "遴选人选"
        constraints = [
            models.UniqueConstraint("selection", "person", name="nobody_stands_twice_in_a_selection"),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 100}), name=f"{name}_is_out_of_100"
                )
                for name in ("assessment", "exam", "interview", "handling")
            ),
        ]  # fmt: skip


class Team(Unnumbered):
    """A trial team (审判团队) of a type of the catalogue ``team_types``, which says how many work with a judge."""

    court = models.ForeignKey("courts.Court", models.PROTECT, related_name="teams", verbose_name="法院")
    division = models.ForeignKey(
        "courts.Division", models.PROTECT, null=True, blank=True, related_name="teams", verbose_name="部门"
    )
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("类型", max_length=30)
    opened_on = models.DateField("组建日")
    closed_on = models.DateField("撤销日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审判团队"
        constraints = [
            models.UniqueConstraint("court", "name", condition=Q(closed_on=None), name="team_has_one_name"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """A person's time in a team, from a day up to, not including, another."""

    PARTS = [("judge", "法官"), ("assistant", "法官助理"), ("clerk", "书记员")]
    team = models.ForeignKey(
        Team, models.CASCADE, related_name="members", db_index=False, verbose_name="审判团队"
    )
    person = models.ForeignKey("courts.User", models.PROTECT, related_name="team_places", verbose_name="人员")
    part = models.CharField("角色", max_length=10, choices=PARTS)
    joined_on = models.DateField("加入日")
    left_on = models.DateField("离开日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "团队成员"
        constraints = [
            models.UniqueConstraint(
                "team", "person", condition=Q(left_on=None), name="nobody_is_twice_in_a_team"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")), name="member_leaves_after_joining"
            ),
        ]
