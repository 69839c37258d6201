"""What people do to a version on pages: begin, hand in, approve, release, retire, bring back, throw away."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.models import Case
from courts.clock import today
from courts.models import User
from supervision.models import Rule, RuleVersion
from supervision.replay_difference import compare_version, has_moved
from supervision.rule_approval import (
    approve_version,
    is_compared,
    release_version,
    replaced_by,
    retire_version,
    submit_version,
    what_holds_it_back,
    what_is_missing,
)
from supervision.rule_drafts import discard_version, draft_version, restore_version
from supervision.workshop_forms import RetireForm
from supervision.workshop_views import court_in, is_seen, lines_between, page_of, version_in

SHOWN = 20  # cases named on the page of a difference


def page_of_version(version: RuleVersion) -> str:
    return f"{reverse('supervision:rule', args=[version.rule_id])}?v={version.number}"


@login_required
@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the next version of a rule."""
    court_in(request)
    rule = get_object_or_404(Rule.objects.select_related("court"), pk=pk)
    if not is_seen(request.user, rule):
        raise Http404
    version = draft_version(rule=rule, by=request.user, at=timezone.now())
    return redirect("supervision:rule-edit", version.pk)


@login_required
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    version, _court = version_in(request, pk)
    submit_version(version=version, by=request.user, at=timezone.now())
    messages.success(request, _("已提交，请另一位有批准职权的人员批准。"))
    return redirect(page_of_version(version))


@login_required
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    version, _court = version_in(request, pk)
    fresh = restore_version(version=version, by=request.user, at=timezone.now())
    messages.success(request, _("已以旧版内容起草新版，请核对后提交。"))
    return redirect("supervision:rule-edit", fresh.pk)


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    version, _court = version_in(request, pk)
    discard_version(version=version, by=request.user, at=timezone.now())
    messages.success(request, _("草稿已弃用。"))
    return redirect("supervision:rules")


@login_required
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Read exactly what would change, and approve that."""
    version, court = version_in(request, pk)
    if request.method == "POST":
        approve_version(
            version=version, content_hash=request.POST.get("content_hash", ""), by=request.user, at=timezone.now()
        )  # fmt: skip
        messages.success(request, _("已批准。施行前请查看它与现行版本的差异。"))
        return redirect(page_of_version(version))
    standing = replaced_by(version)
    context = page_of(request, version, court) | {
        "standing": standing,
        "lines": lines_between(standing, version, court),
        "missing": what_is_missing(version),
    }
    return render(request, "supervision/rule_approve.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at what the version changes among the cases, and put it in force."""
    version, court = version_in(request, pk)
    if request.POST.get("act") == "compare":
        compare_version(version=version, by=request.user, at=timezone.now())
        return redirect("supervision:rule-release", version.pk)
    if request.method == "POST" and is_compared(version) and has_moved(version):
        compare_version(version=version, by=request.user, at=timezone.now())
        messages.warning(request, _("比较之后案件又有较大变化，已重新比较，请再核对一遍。"))
        return redirect("supervision:rule-release", version.pk)
    if request.method == "POST":
        release_version(version=version, by=request.user, at=timezone.now())
        messages.success(request, _("已施行，案件将在数分钟内按新规则重新识别。"))
        return redirect(page_of_version(version))
    context = page_of(request, version, court) | {
        "standing": replaced_by(version),
        "problem": what_holds_it_back(version),
        "is_compared": is_compared(version),
        "cases": changed_cases(request.user, version),
        "today": today(),
    }
    return render(request, "supervision/rule_release.html", context)


def changed_cases(user: User, version: RuleVersion) -> dict[str, list[Case]]:
    """The cases the difference names, as far as the person may see them; the counts are of all."""
    said = version.difference or {}
    seen = Case.objects.visible_to(user).filter(sealed="")
    return {
        name: list(seen.filter(pk__in=said.get(f"{name}_cases", [])).order_by("-filed_on", "-pk")[:SHOWN])
        for name in ("new", "lost")
    }


@login_required
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    version, court = version_in(request, pk)
    form = RetireForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        retire_version(version=version, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("已停用，即时生效。"))
        return redirect(page_of_version(version))
    return render(request, "supervision/rule_retire.html", page_of(request, version, court) | {"form": form})
