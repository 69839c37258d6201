"""Who looks after whose cases while they are away (代办): arranged from one's account, ended early from there."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alerts.handle_forms import StandInForm
from courts.clock import today
from courts.models import Posting, StandIn, User
from courts.roles import SPAN, Role, Span
from courts.stand_ins import end_stand_in

WORKS_ON_CASES = [role.value for role, span in SPAN.items() if span is not Span.NONE]


@login_required
@require_http_methods(["GET", "POST"])
def stand_ins(request: HttpRequest) -> HttpResponse:
    """Those who stand in for me and for whom I stand in. The part of the account page, or a page of its own."""
    day = today()
    people, colleagues = people_of(request.user), colleagues_of(request.user)
    form = StandInForm(request.POST or None, people=people, colleagues=colleagues, today=day)
    if request.method == "POST" and form.is_valid():
        arranged = form.save(by=request.user, at=timezone.now())
        messages.success(request, _("已登记代办：%s。") % arranged.stand_in.name)
        return redirect("alerts:stand-ins")
    standing = StandIn.objects.filter(ended_at=None, ends_on__gte=day).select_related("person", "stand_in")
    arranged_by = Q(person__in=[person.pk for person, _label in people])
    context = {
        "form": form,
        "is_head": len(people) > 1,
        "away": standing.filter(arranged_by).order_by("starts_on", "pk"),
        "for_others": standing.filter(stand_in=request.user).order_by("starts_on", "pk"),
        "day": day,
    }
    template = (
        "alerts/stand_in_part.html" if request.htmx and request.method == "GET" else "alerts/stand_in.html"
    )
    return render(request, template, context)


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it early; the service decides whether it is this person's to end."""
    mine = Q(stand_in=request.user) | Q(person__in=[person.pk for person, _label in people_of(request.user)])
    arranged = get_object_or_404(StandIn.objects.filter(mine).select_related("person", "stand_in"), pk=pk)
    end_stand_in(stand_in=arranged, by=request.user, at=timezone.now())
    messages.success(request, _("代办已终止。"))
    return redirect("alerts:stand-ins")


def people_of(user: User) -> list[tuple[User, str]]:
    """For whom a stand-in may be arranged here: oneself, and the people of the divisions one heads."""
    headed = [seat.division_id for seat in user.seats if seat.role == Role.DIVISION_HEAD and seat.division_id]
    return [(user, user.name), *labelled(Q(division__in=headed), user)]


def colleagues_of(user: User) -> list[tuple[User, str]]:
    """Who may stand in: those of one's courts who work on cases, one's own division first."""
    courts = {seat.court_id for seat in user.seats}
    own = {seat.division_id for seat in user.seats}
    return labelled(Q(court__in=courts, role__in=WORKS_ON_CASES), user, first=own)


def labelled(place: Q, user: User, first: set[int | None] | None = None) -> list[tuple[User, str]]:
    """Active people with a post in these places, by name, each once, with one of their posts."""
    held = Posting.objects.held_on(today()).filter(place, user__is_active=True).exclude(user=user)
    posts = sorted(
        held.select_related("user", "division"),
        key=lambda post: (post.division_id not in (first or ()), post.user.name, post.pk),
    )
    once: dict[int, Posting] = {}
    for post in posts:
        once.setdefault(post.user_id, post)
    return [
        (post.user, f"{post.user.name}（{post.get_role_display()}{post.division or ''}）")
        for post in once.values()
    ]
