"""The rules that ship with the program, put in force as they are; a court's own decision is never overruled by a newer program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from audit import trail
from catalogues.supervision_law import ShippedRule
from predicates.language import write_condition
from supervision.models import Rule, RuleVersion
from supervision.rule_content import content_hash
from supervision.rulebook import rules_changed


@dataclass(frozen=True)
class Seeded:
    """What became of one shipped rule: ``published``, ``unchanged`` or ``drafted``."""

    code: str
    name: str
    outcome: str


@transaction.atomic
def publish_rule(shipped: ShippedRule, *, effective_from: date, at: datetime) -> Seeded:
    """Put a shipped rule in force; where the court has published or retired it itself, leave a draft instead."""
    code, name = shipped.rule.code, shipped.rule.name
    rule, is_new = Rule.objects.select_for_update().get_or_create(
        code=code, court=None, defaults={"category": shipped.rule.category}
    )
    version = version_from(rule, shipped, effective_from, at)
    if rule.versions.filter(origin="git", content_hash=version.content_hash).exists():
        return Seeded(code, name, "unchanged")
    version.number = next_number(rule)
    if not is_new and court_has_decided(rule):
        version.save()
        return Seeded(code, name, "drafted")
    rule.versions.filter(status="in_force").update(status="superseded")
    version.status, version.released_at = "in_force", at
    version.save()
    rules_changed()
    trail.record(
        "supervision.seed_rule", on=version, at=at, because=str(version), after={"hash": version.content_hash}
    )
    return Seeded(code, name, "published")


def version_from(rule: Rule, shipped: ShippedRule, effective_from: date, at: datetime) -> RuleVersion:
    said = shipped.rule
    version = RuleVersion(
        rule=rule, number=0, origin="git", name=said.name, stage=said.stage, mode=said.mode, severity=said.severity,
        secret=said.secret, condition=write_condition(said.condition), basis=said.basis, note=shipped.remarks,
        effective_from=effective_from, drafted_at=at,
        examples=[
            {"name": one.name, "facts": dict(one.facts), "hit": one.hits, "case": ""} for one in said.examples
        ],
    )  # fmt: skip
    version.content_hash = content_hash(version)
    return version


def next_number(rule: Rule) -> int:
    return 1 + (rule.versions.aggregate(last=Max("number"))["last"] or 0)


def court_has_decided(rule: Rule) -> bool:
    """Whether people, not a program, put its present state there: a version of their own, or nothing after retirement."""
    standing = rule.versions.filter(status="in_force").first()
    return standing is None or standing.origin == "court"
