"""People, divisions and the order of courts in the admin (管理目录). Every write goes through a service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from courts import services
from courts.clock import today
from courts.models import Court, Division, Posting, User
from courts.reach import courts_managed_by

BY_HAND = _("管理目录中办理")


class NothingIsDeleted(ModelAdmin):
    """People, posts and divisions end, they do not vanish: what they did stays on record."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Court)
class CourtAdmin(NothingIsDeleted):
    """Courts come from the catalogue; only their place in the organisational order is set here."""

    list_display = ["name", "code", "level", "parent", "position"]
    list_select_related = ["parent"]
    list_filter = ["level"]
    search_fields = ["name", "code"]
    fields = ["name", "code", "level", "parent", "province", "valid_from", "valid_to", "position"]
    readonly_fields = ["name", "code", "level", "parent", "province", "valid_from", "valid_to"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Court]:
        return super().get_queryset(request).filter(pk__in=courts_managed_by(request.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Court, form: Any, change: bool) -> None:
        services.arrange_court(court=obj, position=obj.position, by=request.user, at=timezone.now())


class InManagedCourts(BaseModelAdmin):
    """Foreign keys offer the courts and divisions the user manages, and no others."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        managed = courts_managed_by(request.user)
        if db_field.name == "court":
            kwargs["queryset"] = Court.objects.filter(pk__in=managed).order_by("position", "code")
        if db_field.name == "division":
            kwargs["queryset"] = Division.objects.filter(court__in=managed).select_related("court")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Division)
class DivisionAdmin(InManagedCourts, NothingIsDeleted):
    list_display = ["name", "court", "kind", "position", "opened_on", "closed_on"]
    list_select_related = ["court"]
    search_fields = ["name", "court__name"]
    fields = ["court", "name", "kind", "position", "opened_on", "closed_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Division]:
        return super().get_queryset(request).filter(court__in=courts_managed_by(request.user))

    def save_model(self, request: HttpRequest, obj: Division, form: Any, change: bool) -> None:
        services.keep_division(division=obj, by=request.user, at=timezone.now())


class PostingInline(InManagedCourts, TabularInline):
    """A post once given is only ended; another post is another line."""

    model = Posting
    extra = 0
    can_delete = False
    fields = ["court", "division", "role", "starts_on", "ends_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Posting]:
        return super().get_queryset(request).filter(court__in=courts_managed_by(request.user))


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["username", "name", "staff_no", "email", "is_active"]
        help_texts = {
            "username": _("建立后不能修改"),
            "email": _("新人员用此邮箱收取设置密码的链接"),
            "is_active": _("取消勾选即停用：会话与令牌立即失效"),
        }


@admin.register(User)
class UserAdmin(NothingIsDeleted):
    form = PersonForm
    list_display = ["name", "username", "staff_no", "posts_now", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "username", "staff_no"]
    inlines = [PostingInline]

    @admin.display(description=_("现任职务"))
    def posts_now(self, user: User) -> str:
        return "；".join(str(posting) for posting in user.postings.all() if posting.is_held_on(today()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        mine = Q(postings__court__in=courts_managed_by(request.user)) | Q(postings=None)
        people = super().get_queryset(request).filter(mine).distinct()
        return people.prefetch_related("postings__court", "postings__division").order_by("username")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return ["username"] if obj else []

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        new = ["username", "name", "staff_no", "email"]
        return [*new, "is_active"] if obj else new

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        deed = {"by": request.user, "at": timezone.now()}
        about = {"name": obj.name, "email": obj.email, "staff_no": obj.staff_no or ""}
        if not change:
            created = services.create_user(username=obj.username, **about, **deed)
            obj.pk, obj._state.adding = created.pk, False
            return
        services.change_user(user=obj, **about, **deed)
        if "is_active" in form.changed_data:
            turn = services.reactivate_user if obj.is_active else services.deactivate_user
            turn(user=obj, reason=str(BY_HAND), **deed)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        deed = {"by": request.user, "at": timezone.now()}
        for posting in formset.new_objects:
            given = services.post_user(
                user=posting.user,
                court=posting.court,
                division=posting.division,
                role=posting.role,
                starts_on=posting.starts_on,
                ends_on=posting.ends_on,
                **deed,
            )
            posting.pk = given.pk
        for posting, changed in formset.changed_objects:
            services.change_posting(posting=posting, fields=changed, reason=str(BY_HAND), **deed)
