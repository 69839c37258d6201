"""Courts, divisions, people and what posts they hold when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    BigIntegerRangeField,
    DateRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db import models
from django.db.models import F, Q

from courts.clock import today
from courts.reach import Reach, reach_of
from courts.roles import ROLE_CHOICES, Permission, Role, admin_permission, may

LEVELS = [(1, "最高人民法院"), (2, "高级人民法院"), (3, "中级人民法院"), (4, "基层人民法院")]


class Court(models.Model):
    """A court (法院), known in case numbers by its prefix (法院代字). Codes change: a court has a validity window."""

    code = models.CharField("法院代字", max_length=12, unique=True, null=True)
    classification = models.CharField("分级码", max_length=12, blank=True)
    name = models.CharField("名称", max_length=80)
    level = models.PositiveSmallIntegerField("级别", choices=LEVELS)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="lower_courts", verbose_name="上级法院"
    )
    province = models.CharField("省份", max_length=20, blank=True)
    position = models.IntegerField("机构序", default=0)
    valid_from = models.DateField("启用日", null=True)
    valid_to = models.DateField("停用日", null=True, help_text="此日起不再使用")
    recognised = models.BooleanField("已识别", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "法院"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def court_id(self) -> int:
        return self.pk


class Division(models.Model):
    """A division of a court (庭、局、室), from the day it opened to the day it closed."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="divisions", verbose_name="法院")
    name = models.CharField("名称", max_length=40)
    kind = models.CharField(
        "类别", max_length=10, blank=True, help_text="刑事、民事、行政、执行、立案、审管……"
    )
    position = models.PositiveSmallIntegerField("机构序", default=0)
    opened_on = models.DateField("设立日", null=True)
    closed_on = models.DateField("撤销日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "部门"
        ordering = ["court__position", "position", "name"]
        constraints = [
            models.UniqueConstraint("court", "name", name="division_name_is_unique_in_its_court"),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates people with hashed passwords."""

    def create_user(self, username: str, name: str, password: str | None = None, **fields: object) -> User:
        user = self.model(username=username, name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person of a court. What they may see and do follows from their postings, never from flags on the person."""

    username = models.CharField("用户名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    staff_no = models.CharField("人事编号", max_length=40, unique=True, null=True, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    phone = models.CharField("手机号", max_length=20, blank=True)
    language = models.CharField("语言", max_length=10, default="zh-hans")
    is_active = models.BooleanField("在用", default=True)
    is_demo = models.BooleanField("演示账号", default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "人员"

    def __str__(self) -> str:
        return self.name

    @cached_property
    def seats(self) -> list[Posting]:
        """The postings held today, read once per instance."""
        return list(self.postings.held_on(today()).select_related("court", "division").order_by("pk"))

    @cached_property
    def reach(self) -> Reach:
        """Which courts, divisions and own cases these postings open."""
        return reach_of(self)

    def may(self, permission: Permission) -> bool:
        return any(may(Role(seat.role), permission) for seat in self.seats)

    def courts_where(self, permission: Permission) -> set[int]:
        """Ids of the courts where one of today's posts carries the permission."""
        return {seat.court_id for seat in self.seats if may(Role(seat.role), permission)}

    def capacity(self) -> str:
        """The posts held now, as the trail writes them: «院长 · 宜宾市中级人民法院»."""
        return "; ".join(str(seat) for seat in self.seats)[:160]

    @property
    def court_id(self) -> int | None:
        """The court of the first post held today: whose trail shows what this person does about no case."""
        return self.seats[0].court_id if self.seats else None

    @property
    def is_staff(self) -> bool:
        """Whether the admin (管理目录) opens at all."""
        return self.is_active and (
            self.may(Permission.BROWSE_CATALOGUES) or self.may(Permission.MANAGE_PEOPLE)
        )

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's permissions follow from the role table; ``is_superuser`` and groups open nothing."""
        wanted = admin_permission(perm)
        return self.is_active and wanted is not None and self.may(wanted)

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        return all(self.has_perm(perm) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_perm(f"{app_label}.view")


class PostingQuerySet(models.QuerySet["Posting"]):
    def held_on(self, day: date) -> PostingQuerySet:
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)


class Posting(models.Model):
    """A post (任职): a person, a role, a court and perhaps a division, from a day up to, not including, another."""

    user = models.ForeignKey(User, models.PROTECT, related_name="postings", verbose_name="人员")
    court = models.ForeignKey(Court, models.PROTECT, related_name="postings", verbose_name="法院")
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="postings", verbose_name="部门"
    )
    role = models.CharField("职务", max_length=20, choices=ROLE_CHOICES)
    starts_on = models.DateField("任职日")
    ends_on = models.DateField("免职日", null=True, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="posting_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        place = f"{self.court}{self.division or ''}"
        return f"{self.get_role_display()} · {place}"

    def is_held_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


#: A person as a range of one, and the days of a row with its last one: what may not overlap needs no extension this way.
ONE_PERSON = models.Func(
    F("user"), F("user"), models.Value("[]"), function="int8range", output_field=BigIntegerRangeField()
)
EVERY_DAY = models.Func(
    F("starts_on"), F("ends_on"), RangeBoundary(inclusive_upper=True), function="daterange",
    output_field=DateRangeField(),
)  # fmt: skip


class Availability(models.Model):
    """The share of working time a person can give to cases in a period (leave, secondment, part-time post)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="availabilities", verbose_name="人员")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止（含）")
    fraction = models.DecimalField("可办案比例", max_digits=3, decimal_places=2)
    reason = models.CharField("事由", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "可用时间"
        constraints = [
            models.CheckConstraint(
                condition=Q(fraction__gte=0, fraction__lte=1), name="availability_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="availability_ends_after_it_starts"
            ),
            ExclusionConstraint(
                name="nobody_has_two_shares_on_a_day",
                expressions=[(ONE_PERSON, RangeOperators.OVERLAPS), (EVERY_DAY, RangeOperators.OVERLAPS)],
            ),
        ]


class StandIn(models.Model):
    """Somebody looks after a person's cases while they are away (代办): sees them, is told of them, decides nothing."""

    person = models.ForeignKey(User, models.CASCADE, related_name="stand_ins", verbose_name="离岗人")
    stand_in = models.ForeignKey(User, models.CASCADE, related_name="standing_in", verbose_name="代办人")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止(含)")
    reason = models.CharField("事由", max_length=80)
    created_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("提前终止时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "代办"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="stand_in_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(person=F("stand_in")), name="nobody_stands_in_for_themselves"
            ),
        ]


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def offered_to(self, user: User) -> SavedViewQuerySet:
        """One's own, and those that people of the same courts share; each once, by name."""
        courts = [seat.court_id for seat in user.seats]
        shared = Q(shared=True, owner__postings__court__in=courts, owner__postings__ends_on=None)
        return self.filter(Q(owner=user) | shared).distinct().order_by("name", "pk")


class SavedView(models.Model):
    """A page with its filters under a name (保存的视图); the filters are the address's query."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views", verbose_name="所有人")
    page = models.CharField("页面", max_length=60)
    name = models.CharField("名称", max_length=60)
    query = models.TextField("条件", blank=True)
    shared = models.BooleanField("本院共享", default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "保存的视图"
        constraints = [
            models.UniqueConstraint("owner", "page", "name", name="saved_view_name_is_unique_per_page")
        ]


class Token(models.Model):
    """An API token: only its digest is kept; it has scopes and an end."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens", verbose_name="人员")
    name = models.CharField("用途", max_length=60)
    digest = models.CharField("摘要", max_length=64, unique=True)
    hint = models.CharField("前缀", max_length=12)
    scopes = ArrayField(models.CharField(max_length=30), verbose_name="范围")
    created_at = models.DateTimeField("创建时间")
    expires_at = models.DateTimeField("到期时间")
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"


class FixedDay(models.Model):
    """The day the demo court lives on. At most one row; none in a real court."""

    day = models.DateField("演示日")
    seed = models.IntegerField("种子", default=0)
    singleton = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "演示日"
        constraints = [
            models.CheckConstraint(condition=Q(singleton=True), name="there_is_one_fixed_day_at_most")
        ]
