"""The inbox, and the count of what is unread in every page's head."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alerts import inbox as box
from alerts.models import Notice
from cases.forms import id_in
from courts.clock import today
from courts.middleware import asked_by_the_page

PER_PAGE = 50
STOP_POLLING = 286  # htmx: show this and ask no more


@never_cache
@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    tab = chosen_tab(request.GET.get("tab", ""))
    page = Paginator(box.inbox(request.user, tab), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": tab,
        "tabs": box.TABS,
        "page": page,
        "kept": f"tab={tab}",
        "lines": box.shown(page.object_list, today()),
        "unread": box.unread_count(request.user),
        "asked": box.asked(request.user).count(),
        "most": box.COUNTED_UP_TO,
    }
    return render(request, "alerts/inbox.html", context)


def chosen_tab(asked: str) -> str:
    return asked if asked in dict(box.TABS) else box.UNREAD


@login_required
@require_GET
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Opening what a line speaks of reads it; the line stays until its alert is closed."""
    notice = get_object_or_404(Notice.objects.of(request.user), pk=pk)
    box.mark_read(user=request.user, notices=[notice.pk], at=timezone.now())
    if notice.case_id:
        return redirect("cases:page", notice.case_id)
    is_ours = url_has_allowed_host_and_scheme(notice.address, allowed_hosts=None)
    return redirect(notice.address if is_ours else "alerts:inbox")


@login_required
@require_POST
def read_shown(request: HttpRequest) -> HttpResponse:
    """Set every line the page shows as read."""
    asked = (id_in(text) for text in request.POST.getlist("notice")[:PER_PAGE])
    box.mark_read(user=request.user, notices=[pk for pk in asked if pk is not None], at=timezone.now())
    tab = chosen_tab(request.POST.get("tab", ""))
    return redirect(f"{reverse('alerts:inbox')}?{urlencode({'tab': tab})}")


@never_cache
@require_GET
@asked_by_the_page
def unread(request: HttpRequest) -> HttpResponse:
    """The link to the inbox with how much is unread. ``shown`` is what the page shows already: no change, no answer.

    It writes nothing and prolongs no session. Whose session has ended is told so in the link itself and asked no more.
    """
    if not request.user.is_authenticated:
        return session_over(request)
    count = box.unread_count(request.user)
    if request.GET.get("shown") == str(count):
        return HttpResponse(status=204)
    return HttpResponse(render_to_string("alerts/_unread.html", {"count": count, "most": box.COUNTED_UP_TO}))


def session_over(request: HttpRequest) -> HttpResponse:
    if "HX-Request" not in request.headers:
        return redirect_to_login(reverse("alerts:inbox"))
    here = urlsplit(request.headers.get("HX-Current-URL", "/"))
    query = urlencode({"next": f"{here.path}?{here.query}" if here.query else here.path, "expired": 1})
    link = render_to_string("alerts/_session_over.html", {"login": f"{resolve_url('courts:login')}?{query}"})
    return HttpResponse(link, status=STOP_POLLING)
