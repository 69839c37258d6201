"""Pages of sending (发送): what went out and what did not, where it goes, a test message, sending again."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import endpoints as services
from alerts.endpoint_forms import DeliveryFilter, EndpointForm
from alerts.models import Delivery, Endpoint
from alerts.outgoing import host_of
from audit import trail
from courts.models import Court
from courts.roles import Permission

PAGE = 50


def may_manage(request: HttpRequest) -> None:
    if not request.user.may(Permission.MANAGE_SENDING):
        raise trail.Refused(_("您的职务不能管理消息发送。"), act="alerts.manage_sending", by=request.user)


@login_required
@require_GET
def delivery_list(request: HttpRequest) -> HttpResponse:
    """The deliveries of the own court, newest first. Titles name cases: they are for those who see the court's cases."""
    may_manage(request)
    form = DeliveryFilter(request.GET)
    page = Paginator(matching(services.deliveries_of(request.user), form), PAGE)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form, "page": page.get_page(request.GET.get("page")), "query": query.urlencode(),
        "sees_titles": request.user.may(Permission.SEE_DASHBOARD), "courts": courts_of(request),
    }  # fmt: skip
    return render(request, "alerts/deliveries.html", context)


def matching(found: QuerySet[Delivery], form: DeliveryFilter) -> QuerySet[Delivery]:
    """A form that makes no sense finds nothing and says why beside its field."""
    if not form.is_valid():
        return found.none()
    asked = form.cleaned_data
    same = {name: asked[name] for name in ("state", "kind") if asked[name]}
    if asked["day"]:
        same["created_at__date"] = asked["day"]
    return found.filter(**same)


@login_required
@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    may_manage(request)
    delivery = get_object_or_404(services.deliveries_of(request.user), pk=pk)
    services.resend(delivery=delivery, by=request.user, at=timezone.now())
    messages.success(request, _("已重新排队，将在一分钟内发送。"))
    return redirect("alerts:deliveries")


@login_required
@require_GET
def endpoint_list(request: HttpRequest) -> HttpResponse:
    may_manage(request)
    found = list(services.endpoints_of(request.user))
    for endpoint in found:
        endpoint.host = host_of(endpoint.address)
    context = {"endpoints": found, "hosts": settings.ALERT_HOSTS, "courts": courts_of(request)}
    return render(request, "alerts/endpoints.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def endpoint_new(request: HttpRequest) -> HttpResponse:
    may_manage(request)
    form = EndpointForm(request.POST if request.method == "POST" else None, user=request.user)
    if not form.is_valid():
        return form_page(request, form, None)
    endpoint = services.create_endpoint(**form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, _("发送端点已保存。请发一条测试消息，确认能够收到。"))
    return redirect("alerts:endpoint", endpoint.pk)


@login_required
@require_http_methods(["GET", "POST"])
def endpoint_page(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = endpoint_for(request, pk)
    sent = request.POST if request.method == "POST" else None
    form = EndpointForm(sent, user=request.user, endpoint=endpoint)
    if not form.is_valid():
        return form_page(request, form, endpoint)
    said = {"template": endpoint.template, **form.cleaned_data}
    services.change_endpoint(endpoint=endpoint, **said, by=request.user, at=timezone.now())
    messages.success(request, _("发送端点已保存。请发一条测试消息，确认能够收到。"))
    return redirect("alerts:endpoint", endpoint.pk)


def form_page(request: HttpRequest, form: EndpointForm, endpoint: Endpoint | None) -> HttpResponse:
    context = {"form": form, "endpoint": endpoint, "hosts": settings.ALERT_HOSTS}
    if endpoint:
        context["host"] = host_of(endpoint.address)
    return render(request, "alerts/endpoint.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def endpoint_switch(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint, active = endpoint_for(request, pk), request.POST.get("active") == "1"
    services.switch_endpoint(endpoint=endpoint, active=active, by=request.user, at=timezone.now())
    messages.success(request, _("发送端点已启用。") if active else _("发送端点已停用，不再向它发送。"))
    return redirect("alerts:endpoint", pk)


@login_required
@require_POST
def endpoint_test(request: HttpRequest, pk: int) -> HttpResponse:
    """A real message by this endpoint; how it went stands among the deliveries."""
    endpoint = endpoint_for(request, pk)
    return try_out(request, endpoint.court, endpoint)


@login_required
@require_POST
def mail_test(request: HttpRequest, pk: int) -> HttpResponse:
    """A real mail to the person's own mailbox, in the name of that court."""
    may_manage(request)
    return try_out(request, get_object_or_404(courts_of(request), pk=pk), None)


def try_out(request: HttpRequest, court: Court, endpoint: Endpoint | None) -> HttpResponse:
    queued = services.send_test(court=court, endpoint=endpoint, by=request.user, at=timezone.now())
    if queued:
        messages.success(request, _("测试消息已排队；结果见下面第一行，稍后刷新本页。"))
    else:
        messages.error(request, _("无法发送：端点未启用，或您没有登记电子邮箱（短信则为手机号）。"))
    return redirect("alerts:deliveries")


def endpoint_for(request: HttpRequest, pk: int) -> Endpoint:
    may_manage(request)
    return get_object_or_404(services.endpoints_of(request.user), pk=pk)


def courts_of(request: HttpRequest) -> QuerySet[Court]:
    return Court.objects.filter(pk__in=request.user.courts_where(Permission.MANAGE_SENDING))
