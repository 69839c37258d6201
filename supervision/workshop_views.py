"""Pages that show rules (规则工坊): the list by category, one rule in every reading, two versions side by side."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit import trail
from cases.models import Case
from courts.clock import today
from courts.models import Court, User
from predicates.language import Misread
from supervision.models import Rule, RuleVersion
from supervision.models.rules import CATEGORIES, MODES, STAGES
from supervision.rule_content import Line, differences, lines_of, said_facts
from supervision.rule_drafts import CHOICES
from supervision.rule_examples import ExampleResult, run_examples
from supervision.rule_guard import IN_FORCE, OPEN, has_a_hand_in, may_approve, may_edit
from supervision.rulebook import condition_of, facts, parameters_of, rulebook_of
from supervision.workshop import (
    applies,
    courts_of,
    filtered,
    may_see_rules,
    numbers_of,
    overlaps,
    rules_for,
    said_aloud,
    sections,
    shown_rules,
    table_of,
    versions_for,
)
from supervision.workshop_forms import scopes_of

WORDS = {name: dict(choices) for name, choices in CHOICES.items()}
FILTERS = ("q", "category", "stage", "mode", "state", "scope")


def court_in(request: HttpRequest) -> Court:
    """The court whose rules are looked at: one of the person's own. Refuses who may see none."""
    if not may_see_rules(request.user):
        raise trail.Refused(_("您的职务不能查看识别规则。"), act="supervision.see_rules", by=request.user)
    courts = courts_of(request.user)
    wanted = request.GET.get("court", "")
    return next((court for court in courts if str(court.pk) == wanted), courts[0])


def version_in(request: HttpRequest, pk: int) -> tuple[RuleVersion, Court]:
    """A version this person may see; any other is not there."""
    court = court_in(request)
    version = get_object_or_404(RuleVersion.objects.select_related("rule__court"), pk=pk)
    if not is_seen(request.user, version.rule) or version not in versions_for(request.user, version.rule):
        raise Http404
    return version, court


def is_seen(user: User, rule: Rule) -> bool:
    """Whether one of the person's courts meets the rule."""
    return rule.court_id is None or any(rule in rules_for(court) for court in courts_of(user))


@login_required
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule by category: what holds in the court, what waits, whether the examples still pass."""
    court = court_in(request)
    everything = shown_rules(request.user, court, today())
    wanted = {name: request.GET.get(name, "") for name in FILTERS}
    found = filtered(everything, wanted)
    context = {
        "court": court,
        "courts": courts_of(request.user),
        "sections": sections(found),
        "wanted": wanted,
        "count": len(found),
        "all_count": len(everything),
        "applying": sum(one.applies for one in everything),
        "waiting": [version for one in everything for version in one.waiting],
        "failing": [one for one in everything if not one.all_pass and one.version.status == IN_FORCE],
        "unreadable": rulebook_of(court.pk, today()).unreadable,
        "may_draft": bool(scopes_of(request.user)),
        "categories": CATEGORIES,
        "stages": STAGES,
        "modes": MODES,
    }
    return render(request, "supervision/rules.html", context)


@login_required
@require_GET
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: aloud, as a table, as data, with its examples, versions, basis and numbers."""
    court = court_in(request)
    found = get_object_or_404(Rule.objects.select_related("court"), pk=pk)
    versions = versions_for(request.user, found)
    if not is_seen(request.user, found) or not versions:
        raise Http404
    version = chosen(versions, request.GET.get("v", ""))
    context = page_of(request, version, court) | {
        "versions": versions,
        "compared": compared(request, versions, court),
        "applies": applies(found, rulebook_of(court.pk, today()).versions),
    }
    return render(request, "supervision/rule.html", context)


def chosen(versions: list[RuleVersion], number: str) -> RuleVersion:
    """The version asked for by its number; else what is in force; else the newest."""
    asked = next((one for one in versions if str(one.number) == number), None)
    return asked or next((one for one in versions if one.status == IN_FORCE), versions[0])


def page_of(request: HttpRequest, version: RuleVersion, court: Court) -> dict[str, Any]:
    """What every page about one version shows."""
    user, place = request.user, version.rule.court_id or court.pk
    return {
        "rule": version.rule,
        "version": version,
        "court": court,
        "sentence": said_aloud(version, place),
        "table": table_of(version, place),
        "numbers": numbers_of(version, place),
        "body": json.dumps(version.condition, ensure_ascii=False, indent=2),
        "results": shown_results(run_examples(version), user),
        "overlaps": overlaps_of(version, version.rule.court or court),
        "may_edit": may_edit(user, version.rule),
        "may_approve": may_approve(user, version.rule),
        "has_a_hand": has_a_hand_in(version, user),
        "is_open": version.status in OPEN,
        "short": version.content_hash[:12],
    }


def overlaps_of(version: RuleVersion, court: Court) -> list[Any]:
    try:
        return overlaps(condition_of(version, parameters_of(court.pk)), version.rule, version.examples, court)
    except Misread:
        return []


def shown_results(results: list[ExampleResult], user: User) -> list[dict[str, Any]]:
    """Examples in words. The number of the case one was taken from is for those who may see that case."""
    numbers = [result.case for result in results if result.case]
    seen: set[str] = set()
    if numbers:
        seen = set(Case.objects.visible_to(user).filter(number__in=numbers).values_list("number", flat=True))
    return [
        {
            "result": result,
            "said": said_facts(result.facts, facts()),
            "from_case": bool(result.case),
            "case": result.case if result.case in seen else "",
        }
        for result in results
    ]


def compared(request: HttpRequest, versions: list[RuleVersion], court: Court) -> dict[str, Any] | None:
    """Two versions line by line, as the address names them; the shown one against its forerunner without that."""
    if len(versions) < 2:
        return None
    before = by_number(versions, request.GET.get("from", "")) or versions[1]
    after = by_number(versions, request.GET.get("to", "")) or versions[0]
    return {"before": before, "after": after, "lines": lines_between(before, after, court)}


def by_number(versions: list[RuleVersion], number: str) -> RuleVersion | None:
    return next((one for one in versions if str(one.number) == number), None)


def lines_between(before: RuleVersion | None, after: RuleVersion, court: Court) -> list[Line]:
    """What differs between two versions, with everything that stayed the same around it."""
    numbers = parameters_of(after.rule.court_id or court.pk)
    old = lines_of(before, WORDS, facts(), numbers) if before else []
    return differences(old, lines_of(after, WORDS, facts(), numbers))
