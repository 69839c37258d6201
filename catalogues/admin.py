"""The catalogues in the admin: browse, compare two editions, edit drafts, publish by another person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from audit import trail
from catalogues import overlays, schema, selectors, services
from catalogues.differences import compare, words
from catalogues.entry_forms import EntryForm
from catalogues.kinds import KINDS, OVERLAID
from catalogues.models import Edition, Item
from courts.models import Court, User
from courts.roles import Permission


class ReadOnlyAdmin(ModelAdmin):
    """Rows are read here; they change through services alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DraftForm(forms.Form):
    title = forms.CharField(label=_("名称"), max_length=160)
    effective_from = forms.DateField(
        label=_("施行日"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class CourtForm(forms.Form):
    """A court of one's own and the name of what is drafted for it."""

    court = forms.ModelChoiceField(label=_("法院"), queryset=Court.objects.none())
    title = forms.CharField(label=_("名称"), max_length=160)

    def __init__(self, *args: Any, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        mine = {seat.court_id for seat in by.seats}
        self.fields["court"].queryset = Court.objects.filter(pk__in=mine)
        self.fields["court"].initial = next(iter(mine), None) if len(mine) == 1 else None


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = [
        "kind",
        "number",
        "title",
        "court",
        "status",
        "effective_from",
        "published_by",
        "published_at",
        "steps",
    ]
    list_filter = ["kind", "status", "origin"]
    search_fields = ["title", "note"]
    list_select_related = ["court", "published_by"]
    ordering = ["kind", "-number"]

    @admin.display(description=_("查看"))
    def steps(self, edition: Edition) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:catalogues_edition_page", args=[edition.pk]), _("打开")
        )

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/page/", wrap(self.page), name="catalogues_edition_page"),
            path("<int:pk>/compare/", wrap(self.compare), name="catalogues_edition_compare"),
            path("<int:pk>/draft/", wrap(self.draft), name="catalogues_edition_draft"),
            path("<int:pk>/entry/", wrap(self.entry), name="catalogues_edition_new_entry"),
            path("<int:pk>/entry/<path:code>/", wrap(self.entry), name="catalogues_edition_entry"),
            path("<int:pk>/publish/", wrap(self.publish), name="catalogues_edition_publish"),
            path("<int:pk>/withdraw/", wrap(self.withdraw), name="catalogues_edition_withdraw"),
            path("local-calendar/", wrap(self.local_calendar), name="catalogues_local_calendar"),
            path("overlay/<slug:kind>/", wrap(self.overlay), name="catalogues_overlay"),
            *super().get_urls(),
        ]

    def shown(
        self, request: HttpRequest, template: str, edition: Edition | None, **more: Any
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise trail.Refused(
                "您的职务不能查看目录。", act="catalogues.browse", on=edition, by=request.user
            )
        context = {
            **self.admin_site.each_context(request),
            "edition": edition,
            "title": str(edition or ""),
            **more,
        }
        return render(request, f"catalogues/{template}.html", context)

    def page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One edition: what it says of itself, its entries, its problems, and what may be done with it."""
        edition = get_object_or_404(Edition, pk=pk)
        items = edition.items.order_by("position", "code")
        if wanted := request.GET.get("q", "").strip():
            items = items.filter(name__icontains=wanted) | items.filter(code__icontains=wanted)
        others = Edition.objects.filter(kind=edition.kind, court=edition.court).exclude(pk=pk)
        return self.shown(
            request, "edition", edition, items=items[:300], count=items.count(), wanted=wanted, others=others,
            problems=services.problems_of(edition) if edition.status == "draft" else [],
            may_draft=request.user.may(Permission.DRAFT_CATALOGUE),
            may_publish=services.may_publish(request.user, edition),
            can_be_withdrawn=services.can_be_withdrawn(edition),
            has_a_hand=services.has_a_hand_in(edition, request.user), overlaid=edition.kind in OVERLAID,
            inherited=left_as_they_are(edition),
        )  # fmt: skip

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Two editions of one catalogue side by side: only what differs."""
        edition = get_object_or_404(Edition, pk=pk)
        other = get_object_or_404(
            Edition, pk=request.GET.get("with") or edition.based_on_id, kind=edition.kind
        )
        found = compare(edition.kind, selectors.bodies_of(other), selectors.bodies_of(edition))
        return self.shown(request, "compare", edition, other=other, differences=found)

    def draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        edition = get_object_or_404(Edition, pk=pk)
        form = DraftForm(
            request.POST or None, initial={"title": edition.title, "effective_from": edition.effective_from}
        )
        if request.method == "POST" and form.is_valid():
            draft = services.draft_edition(
                based_on=edition, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            return redirect("admin:catalogues_edition_page", draft.pk)
        return self.shown(request, "form", edition, form=form, heading=_("起草新版"), action=_("起草"))

    def local_calendar(self, request: HttpRequest) -> HttpResponse:
        """A court's own holidays over the national calendar; starts from this year's entry, emptied."""
        form = CourtForm(request.POST or None, by=request.user)
        if request.method == "POST" and form.is_valid():
            draft = services.draft_local_calendar(
                years=[], by=request.user, at=timezone.now(), **form.cleaned_data
            )
            return redirect("admin:catalogues_edition_new_entry", draft.pk)
        return self.shown(request, "form", None, form=form, heading=_("起草地方日历"), action=_("起草"))

    def overlay(self, request: HttpRequest, kind: str) -> HttpResponse:
        """What a court lays over the national parameters or settings; every entry is started from the one it replaces."""
        if kind not in OVERLAID:
            raise Http404
        form = CourtForm(request.POST or None, by=request.user, initial={"title": _("本院参数")})
        if request.method == "POST" and form.is_valid():
            draft = services.draft_overlay(kind=kind, by=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect("admin:catalogues_edition_page", draft.pk)
        heading = f"{_('起草本院参数')}：{KINDS[kind].label}"
        return self.shown(request, "form", None, form=form, heading=heading, action=_("起草"))

    def entry(self, request: HttpRequest, pk: int, code: str = "") -> HttpResponse:
        """One entry: read it in any edition, edit it in a draft."""
        edition = get_object_or_404(Edition, pk=pk)
        item = Item.objects.filter(edition=edition, code=code).first()
        below = overlays.inherited(edition) if overlays.is_overlay(edition) else {}
        if code and item is None and code not in below:
            raise Http404
        body = item.body if item else below[code].body if code else {}
        if edition.status != "draft" or not request.user.may(Permission.DRAFT_CATALOGUE):
            return self.shown(
                request, "entry", edition, item=item, lines=list(words(KINDS[edition.kind].fields, body))
            )
        form = EntryForm(edition.kind, code=code, body=body, data=request.POST or None)
        problems: list[schema.Problem] = []
        if request.method == "POST" and "remove" in request.POST and item:
            services.edit_item(edition=edition, code=code, body=None, by=request.user, at=timezone.now())
            return redirect("admin:catalogues_edition_page", pk)
        if request.method == "POST" and form.is_valid():
            problems = problems_with(edition, form.cleaned_data["code"], form.body())
            if not problems:
                services.edit_item(
                    edition=edition,
                    code=form.cleaned_data["code"],
                    body=form.body(),
                    by=request.user,
                    at=timezone.now(),
                )
                messages.success(request, _("已保存到草稿。"))
                return redirect("admin:catalogues_edition_page", pk)
        return self.shown(
            request, "entry_form", edition, item=item, form=form, problems=problems, replaced=below.get(code)
        )

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        edition = get_object_or_404(Edition, pk=pk)
        if request.method == "POST":
            services.publish_edition(edition=edition, by=request.user, at=timezone.now())
            messages.success(request, _("已发布。受影响的期限将自动重算。"))
        return redirect("admin:catalogues_edition_page", pk)

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        edition = get_object_or_404(Edition, pk=pk)
        if request.method == "POST":
            reason = request.POST.get("reason", "").strip() or "未说明"
            services.withdraw_edition(edition=edition, reason=reason, by=request.user, at=timezone.now())
            messages.success(request, _("已撤回，前一版恢复在用。"))
        return redirect("admin:catalogues_edition_page", pk)


def left_as_they_are(edition: Edition) -> list[tuple[overlays.Inherited, str]]:
    """Of an overlay, the entries it says nothing of, with what holds instead."""
    if not overlays.is_overlay(edition):
        return []
    own = set(edition.items.values_list("code", flat=True))
    return [
        (found, found.said(edition.kind))
        for code, found in overlays.inherited(edition).items()
        if code not in own
    ]


def problems_with(edition: Edition, code: str, body: dict[str, Any]) -> list[schema.Problem]:
    """What is wrong with this one entry, seen among its neighbours."""
    entries = dict(selectors.bodies_of(edition)) | {code: body}
    found = services.problems_among(edition, entries.items())
    return [problem for problem in found if f" › {code}" in problem.where]
