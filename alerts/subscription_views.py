"""Pages of the reminder settings and of the subscriptions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts.models import Notice, Subscription
from alerts.pages import NotOffered, page_at
from alerts.preferences import PreferenceForm, set_preference, shown
from alerts.subscriptions import (
    OVERSEES,
    address_of,
    end_subscription,
    may_end,
    name_outside,
    subscribe,
    tidy,
)
from cases.selectors import people_of
from courts.clock import today
from courts.models import User
from courts.roles import Permission

WEEKDAYS = [
    (1, gettext_lazy("星期一")), (2, gettext_lazy("星期二")), (3, gettext_lazy("星期三")), (4, gettext_lazy("星期四")),
    (5, gettext_lazy("星期五")),
]  # fmt: skip
SHOWN = 200


class SubscribeForm(forms.Form):
    """A page with its conditions, under a name, to whom and how often."""

    page = forms.CharField(widget=forms.HiddenInput, max_length=60)
    query = forms.CharField(widget=forms.HiddenInput, max_length=2000, required=False)
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("写在邮件标题里，请勿写当事人姓名。"),
        error_messages={"required": gettext_lazy("请填写名称，例如：本庭临近审限。")},
    )  # fmt: skip
    every = forms.ChoiceField(
        label=gettext_lazy("频率"),
        choices=Subscription.EVERY,
        help_text=gettext_lazy("每天至多一封，在工作日发送。"),
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("每周星期几"), choices=WEEKDAYS, coerce=int, empty_value=1, required=False,
        help_text=gettext_lazy("只用于每周发送；遇休息日顺延到下一个工作日。"),
    )  # fmt: skip
    person = forms.ModelChoiceField(
        label=gettext_lazy("接收人"), queryset=User.objects.none(), required=False, empty_label=gettext_lazy("本人"),
        help_text=gettext_lazy("内容按接收人的可见范围，不按您的。"),
        error_messages={"invalid_choice": gettext_lazy("只能为本院在职人员订阅，请从列表中选择。")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)
        courts = set().union(*(user.courts_where(permission) for permission in OVERSEES))
        if courts:
            self.fields["person"].queryset = people_of(*courts).exclude(pk=user.pk)
        else:
            del self.fields["person"]


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    form = PreferenceForm(request.POST or None, initial=shown(request.user))
    if request.method == "POST" and form.is_valid():
        set_preference(person=request.user, wanted=form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("提醒设置已保存。"))
        return redirect("alerts:preferences")
    status = 400 if form.errors else 200
    return render(request, "alerts/preferences.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def new_subscription(request: HttpRequest) -> HttpResponse:
    """The form for the page and the conditions it is given; posted, the subscription itself."""
    if request.method == "GET":
        given = {"page": request.GET.get("page", ""), "query": tidy(request.GET.get("query", ""))}
        form = SubscribeForm(user=request.user, initial=given | {"name": request.GET.get("name", "")})
        return render(request, "alerts/subscriptions_new.html", form_page(form, request.user, given))
    form = SubscribeForm(request.POST, user=request.user)
    if not form.is_valid():
        given = {name: request.POST.get(name, "") for name in ("page", "query")}
        return render(
            request, "alerts/subscriptions_new.html", form_page(form, request.user, given), status=400
        )
    wanted = {name: value for name, value in form.cleaned_data.items() if name != "person"}
    person = form.cleaned_data.get("person") or request.user
    subscribe(person=person, by=request.user, at=timezone.now(), today=today(), **wanted)
    messages.success(request, _("已订阅。"))
    return redirect("alerts:subscriptions")


def form_page(form: SubscribeForm, user: User, given: dict[str, str]) -> dict[str, Any]:
    """The form with what would be sent now; ``problem`` where these conditions cannot be subscribed to."""
    page = page_at(given["page"])
    context: dict[str, Any] = {"form": form, "page": page, "back": given["page"] if page else ""}
    if page:
        try:
            seen = page.look(user, QueryDict(given["query"]), today())
            context |= {"count": seen.count, "conditions": seen.conditions}
        except NotOffered as refusal:
            context["problem"] = refusal.fields
    return context


@login_required
@require_GET
def subscriptions(request: HttpRequest) -> HttpResponse:
    """One's own and those one ordered; and, for who manages the court's sending, who gets what."""
    user = request.user
    own = described(Subscription.objects.filter(Q(person=user) | Q(owner=user)), user)
    courts = user.courts_where(Permission.MANAGE_SENDING)
    every = Subscription.objects.filter(court__in=courts)
    context = {"own": own, "manages": bool(courts), "overview": described(every, user) if courts else []}
    return render(request, "alerts/subscriptions.html", context)


def described(found: QuerySet[Subscription], user: User) -> list[Subscription]:
    """The subscriptions, standing ones first, each with its page and how many rows it last had; nothing of a case.

    Names and counts are for who has them sent and for who sees the court's cases.
    """
    rows = list(
        found.select_related("person", "owner", "court").order_by("-ended_at", "person__name", "pk")[:SHOWN]
    )
    rows.sort(key=lambda row: row.ended_at is not None)
    addresses = [address_of(row) for row in rows]
    notices = Notice.objects.filter(
        kind="subscription", address__in=addresses, person__in=[row.person_id for row in rows]
    )
    last = dict(notices.order_by("address", "-pk").distinct("address").values_list("address", "subject"))
    overseen = user.courts_where(Permission.SEE_DASHBOARD)
    for row, address in zip(rows, addresses, strict=True):
        is_own, is_seen = user.pk in (row.person_id, row.owner_id), row.court_id in overseen
        page = page_at(row.page)
        row.page_name = page.name if page else row.page
        row.shown_name = row.name if is_own else name_outside(row) if is_seen else ""
        row.last_count = last.get(address, "").rpartition("：")[2] if is_own or is_seen else ""
        row.may_end = row.ended_at is None and may_end(row, user)
        row.is_mine = row.person_id == user.pk
    return rows


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Subscription.objects.select_related("person", "court"), pk=pk)
    end_subscription(
        subscription=found, by=request.user, because=f"由{request.user.name}终止", at=timezone.now()
    )
    messages.success(request, _("订阅已终止。"))
    return redirect("alerts:subscriptions")


@login_required
@require_GET
def open_subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """From the mail to the page with its conditions, which the mail does not carry."""
    mine = Subscription.objects.filter(Q(person=request.user) | Q(owner=request.user))
    found = get_object_or_404(mine, pk=pk)
    return redirect(f"{found.page}?{found.query}" if page_at(found.page) else "alerts:subscriptions")
